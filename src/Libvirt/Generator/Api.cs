using System.Globalization;
using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace Libvirt.Generator;

/// <summary>The XML, and what it says only in words.</summary>
public sealed partial class Api
{
    public readonly List<XElement> Functions = [], Callbacks = [], Structs = [], Strings = [], Variables = [];
    public readonly Dictionary<string, List<XElement>> Enums = [];
    public readonly Dictionary<string, XElement> EnumTypes = [];
    public readonly Dictionary<string, long> Numbers = [];
    public readonly string Version;

    /// <summary>Functions without a method, and why.</summary>
    public readonly Dictionary<string, string> LeftOut;
    readonly Dictionary<string, string> _typedefs = [];
    readonly Dictionary<string, string> _constants = [];

    /// <summary>Enums whose members share a word that says something, so that the longest common prefix is too long.</summary>
    static readonly Dictionary<string, string> Prefixes = new()
    {
        ["virDomainFDAssociateFlags"] = "VIR_DOMAIN_FD_ASSOCIATE_",
        ["virErrorNumber"] = "VIR_ERR_",
    };

    /// <summary>Arguments whose enum the text doesn't name. Where it names two, the first counts.</summary>
    static readonly Dictionary<string, string> Arguments = new()
    {
        ["virInterfaceGetXMLDesc.flags"] = "virInterfaceXMLFlags",
        ["virConnectDomainEventRegisterAny.eventID"] = "virDomainEventID",
        ["virConnectNetworkEventRegisterAny.eventID"] = "virNetworkEventID",
        ["virConnectNodeDeviceEventRegisterAny.eventID"] = "virNodeDeviceEventID",
        ["virNodeSuspendForDuration.target"] = "virNodeSuspendTarget",
        ["virSecretLookupByUsage.usageType"] = "virSecretUsageType",
        ["virConnectSecretEventRegisterAny.eventID"] = "virSecretEventID",
        ["virConnectStoragePoolEventRegisterAny.eventID"] = "virStoragePoolEventID",
    };

    public Api(string library)
    {
        // Macros name constants, and each other: they come last, and those that name others after those with a value.
        foreach (var e in new[] { "libvirt-api.xml", "libvirt-qemu-api.xml" }
            .SelectMany(file => XDocument.Load(Path.Combine(library, "Api", file)).Root!.Element("symbols")!.Elements())
            .OrderBy(e => e.Name.LocalName != "macro" ? 0 : Sum().IsMatch(Attribute(e, "raw")) ? 1 : 2))
            Add(e);
        LeftOut = File.ReadLines(Path.Combine(library, "Api", "left-out.txt")).Select(l => l.Split(' ', 2)).ToDictionary(l => l[0], l => l[1].Trim());
        Version = $"{Numbers["LIBVIR_VERSION_NUMBER"] / 1000000}.{Numbers["LIBVIR_VERSION_NUMBER"] / 1000 % 1000}.{Numbers["LIBVIR_VERSION_NUMBER"] % 1000}";
    }

    void Add(XElement e)
    {
        var name = Attribute(e, "name");
        switch (e.Name.LocalName)
        {
            case "function": Functions.Add(e); break;
            case "functype": Callbacks.Add(e); break;
            case "struct": Structs.Add(e); break;
            case "variable": Variables.Add(e); break;
            case "enum":
                if (!Enums.TryGetValue(Attribute(e, "type"), out var members))
                    Enums[Attribute(e, "type")] = members = [];
                members.Add(e);
                _constants[name] = Attribute(e, "value");
                break;
            case "typedef":
                _typedefs[name] = Attribute(e, "type");
                if (Attribute(e, "type") == "enum")
                    EnumTypes[name] = e;
                break;
            case "macro" when e.Attribute("string") != null:
                Strings.Add(e);
                break;
            case "macro":
                if (_constants.ContainsKey(Attribute(e, "raw")))        // another word for an enum's value
                {
                    var type = Enums.First(x => x.Value.Exists(m => Attribute(m, "name") == Attribute(e, "raw"))).Key;
                    Enums[type].Add(new XElement("enum", new XAttribute("name", name), new XAttribute("value", Attribute(e, "raw")),
                        new XAttribute("type", type), new XAttribute("version", Attribute(e, "version")), new XAttribute("file", Attribute(e, "file")),
                        new XAttribute("info", e.Element("info")?.Value ?? "")));
                    _constants[name] = Attribute(e, "raw");
                }
                else if (Sum().Match(Attribute(e, "raw")) is { Success: true } sum)
                {
                    Numbers[name] = long.Parse(sum.Groups[1].Value, CultureInfo.InvariantCulture) +
                        (sum.Groups[2].Success ? long.Parse(sum.Groups[2].Value, CultureInfo.InvariantCulture) : 0);
                }
                else if (Numbers.TryGetValue(Attribute(e, "raw"), out var same))
                {
                    Numbers[name] = same;
                }
                break;
        }
    }

    public static string Attribute(XElement e, string name) => (string?)e.Attribute(name) ?? "";

    public long Value(string text) => _constants.TryGetValue(text, out var other) ? Value(other) : long.Parse(text, CultureInfo.InvariantCulture);

    /// <summary>The C# name of an enum: C's without <c>vir</c>.</summary>
    public static string EnumName(string c) => c["vir".Length..];

    /// <summary>An enum is a set of flags where a member is written as a shift, or an argument called flags takes it.</summary>
    public bool IsFlags(string type) =>
        Enums[type].Exists(m => m.Attribute("value_bitshift") != null) ||
        Functions.Exists(f => f.Elements("arg").Any(a => Attribute(a, "name") == "flags" && EnumOf(f, a) == type));

    /// <summary>The enum an int argument takes, by the words of its description; null if none is named.</summary>
    public string? EnumOf(XElement function, XElement argument)
    {
        if (Attribute(argument, "type") is not ("int" or "unsigned int"))
            return null;
        if (Arguments.TryGetValue(Attribute(function, "name") + "." + Attribute(argument, "name"), out var known))
            return known;
        return EnumWord().Matches(Attribute(argument, "info")).Select(m => m.Value).FirstOrDefault(EnumTypes.ContainsKey);
    }

    /// <summary>Members with their C# names: what all share is dropped, the rest is written in Pascal case. The sentinel at the end is Last.</summary>
    public IEnumerable<(string Name, XElement Member)> Members(string type)
    {
        var members = Enums[type].OrderBy(m => Value(Attribute(m, "name"))).ThenBy(m => Attribute(m, "name"), StringComparer.Ordinal).ToList();
        var end = Value(Attribute(members[^1], "name"));
        bool IsSentinel(string name) => name.EndsWith("_LAST", StringComparison.Ordinal) && Value(name) == end;
        var prefix = Prefix(type, [.. members.Select(m => Attribute(m, "name")).Where(n => !IsSentinel(n))]);
        return members.Select(m => Attribute(m, "name"))
            .Select(n => IsSentinel(n) ? "LAST" : n.StartsWith(prefix, StringComparison.Ordinal) ? n[prefix.Length..] : n["VIR_".Length..])
            .Zip(members, (n, m) => (Pascal(n), m));
    }

    /// <summary>The longest run of words that all names begin with; of a single name, what its type's name begins with.</summary>
    static string Prefix(string type, List<string> names)
    {
        if (Prefixes.TryGetValue(type, out var known))
            return known;
        var words = names[0].Split('_');
        var shared = words.Length - 1;
        if (names.Count == 1)
        {
            while (!type.StartsWith(string.Concat(words.Take(shared)), StringComparison.OrdinalIgnoreCase))
                shared--;
        }
        foreach (var other in names.Skip(1).Select(n => n.Split('_')))
            shared = Math.Min(shared, words.Zip(other.SkipLast(1)).TakeWhile(p => p.First == p.Second).Count());
        while (names.Exists(n => char.IsDigit(n.Split('_')[shared][0])))
            shared--;
        return string.Concat(words.Take(shared).Select(w => w + "_"));
    }

    public static string Pascal(string upper) =>
        string.Concat(upper.Split('_', StringSplitOptions.RemoveEmptyEntries).Select(w => char.ToUpperInvariant(w[0]) + w[1..].ToLowerInvariant()));

    /// <summary>The C# type of a C type.</summary>
    public string Type(string c)
    {
        c = c.Replace("const", "", StringComparison.Ordinal).Trim();
        var stars = c.Count(x => x == '*');
        c = c.Replace("*", "", StringComparison.Ordinal).Trim();
        var name = c switch
        {
            "void" or "int" or "double" => c,
            "char" or "unsigned char" => "byte",
            "unsigned short" => "ushort",
            "unsigned int" => "uint",
            "unsigned long" or "size_t" => "nuint",
            "long long" or "long long int" => "long",
            "unsigned long long" or "unsigned long long int" => "ulong",
            _ when EnumTypes.ContainsKey(c) => EnumName(c),
            _ when _typedefs.TryGetValue(c, out var other) => Type(other),
            _ when Structs.Exists(s => Attribute(s, "name") == c) || Callbacks.Exists(f => Attribute(f, "name") == c) => c,
            _ => throw new InvalidDataException($"What is the type '{c}'?"),
        };
        return name + new string('*', stars);
    }

    public string Type(XElement function, XElement argument) =>
        EnumOf(function, argument) is { } e ? EnumName(e) : Type(Attribute(argument, "type"));

    public int Length(string text) => int.TryParse(text, CultureInfo.InvariantCulture, out var n) ? n : (int)Numbers[text];

    [GeneratedRegex(@"^\(?\s*(\d+)\s*(?:\+\s*(\d+))?\s*\)?(?:LL.*)?$")]
    private static partial Regex Sum();
    [GeneratedRegex(@"\bvir[A-Za-z]+\b")]
    private static partial Regex EnumWord();
}
