// Writes ../Generated from libvirt's own API description in ../Api:
//     dotnet run generate.cs [-- <folder to write to>]
// The output is checked in, so that a build needs neither libvirt's headers nor this program.
#:property PublishAot=false
#:property Nullable=enable
#:property InvariantGlobalization=true

using System.Globalization;
using System.Runtime.CompilerServices;
using System.Security;
using System.Text;
using System.Text.RegularExpressions;
using System.Xml.Linq;

var here = Path.GetDirectoryName(Here.Path())!;
var output = args.Length > 0 ? args[0] : Path.Combine(here, "..", "Generated");
var api = new Api(Path.Combine(here, "..", "Api"));
var files = new Writer(api).Files().ToList();
Directory.CreateDirectory(output);
foreach (var old in Directory.GetFiles(output, "*.cs"))
    File.Delete(old);
foreach (var (name, text) in files)
    File.WriteAllText(Path.Combine(output, name), text);
Console.WriteLine($"{api.Functions.Count} functions, {api.Enums.Count} enums, {api.Structs.Count} structs, {api.Strings.Count} names, " +
    $"from the description of libvirt {api.Version}");

static class Here
{
    public static string Path([CallerFilePath] string path = "") => path;
}

/// <summary>The XML, and what it says only in words.</summary>
sealed partial class Api
{
    public readonly List<XElement> Functions = [], Callbacks = [], Structs = [], Strings = [], Variables = [];
    public readonly Dictionary<string, List<XElement>> Enums = [];
    public readonly Dictionary<string, XElement> EnumTypes = [];
    public readonly Dictionary<string, long> Numbers = [];
    public readonly string Version;
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
        ["virConnectSecretEventRegisterAny.eventID"] = "virSecretEventID",
        ["virConnectStoragePoolEventRegisterAny.eventID"] = "virStoragePoolEventID",
    };

    public Api(string folder)
    {
        // Macros name constants, and each other: they come last, and those that name others after those with a value.
        foreach (var e in new[] { "libvirt-api.xml", "libvirt-qemu-api.xml" }
            .SelectMany(file => XDocument.Load(Path.Combine(folder, file)).Root!.Element("symbols")!.Elements())
            .OrderBy(e => e.Name.LocalName != "macro" ? 0 : Sum().IsMatch(Attribute(e, "raw")) ? 1 : 2))
            Add(e);
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

/// <summary>C# of the description: one file per header and sort of thing.</summary>
sealed partial class Writer(Api api)
{
    const string Namespace = "Libvirt.Generated";
    static readonly HashSet<string> Keywords = ["base", "checked", "event", "params", "string", "ref", "out", "in", "lock", "object", "namespace"];

    public IEnumerable<(string Name, string Text)> Files()
    {
        foreach (var group in api.Functions.GroupBy(Header).OrderBy(g => g.Key, StringComparer.Ordinal))
            yield return ($"Functions.{group.Key}.cs", Functions(group));
        foreach (var group in api.EnumTypes.GroupBy(e => Header(e.Value)).OrderBy(g => g.Key, StringComparer.Ordinal))
            yield return ($"Enums.{group.Key}.cs", Enums(group.Select(e => e.Key)));
        yield return ("Callbacks.cs", Callbacks());
        yield return ("Structs.cs", Structs());
        yield return ("Constants.cs", Constants());
    }

    static string A(XElement e, string name) => Api.Attribute(e, name);

    static string Header(XElement e) => A(e, "file") switch
    {
        "virterror" => "Error",
        var f => string.Concat(f["libvirt-".Length..].Split('-').Select(w => w switch
        {
            "nwfilter" => "NWFilter",
            "nodedev" => "NodeDevice",
            _ => char.ToUpperInvariant(w[0]) + w[1..],
        })),
    };

    string Start(string ns) => $"""
        // <auto-generated>By Generator/generate.cs from the description of libvirt {api.Version}. Do not edit: run the generator.</auto-generated>
        #pragma warning disable
        namespace {ns};


        """;

    string Functions(IEnumerable<XElement> functions)
    {
        var list = functions.OrderBy(f => A(f, "name"), StringComparer.Ordinal).ToList();
        var b = new StringBuilder(Start(Namespace)).Append("internal static unsafe partial class Native\n{\n");
        foreach (var f in list)
        {
            var name = A(f, "name");
            var arguments = f.Elements("arg").ToList();
            var result = api.Type(A(f.Element("return")!, "type"));
            var types = string.Join(", ", arguments.Select(a => api.Type(f, a)).Append(result));
            var library = A(f, "file") == "libvirt-qemu" ? "Qemu" : "Core";
            Comment(b, "    ", f.Element("info")?.Value, A(f, "version"));
            foreach (var a in arguments)
                b.Append($"    /// <param name=\"{A(a, "name")}\">{Text(A(a, "info"))}</param>\n");
            if (A(f.Element("return")!, "info") is { Length: > 0 } returns)
                b.Append($"    /// <returns>{Text(returns)}</returns>\n");
            b.Append($"    public static {result} {name}({string.Join(", ", arguments.Select(a => api.Type(f, a) + " " + Safe(A(a, "name"))))}) =>\n");
            b.Append($"        ((delegate* unmanaged[Cdecl]<{types}>)\n");
            b.Append($"            (s_{name} != 0 ? s_{name} : Library.{library}.Bind(ref s_{name}, \"{name}\")))({string.Join(", ", arguments.Select(a => Safe(A(a, "name"))))});\n");
            b.Append($"    static nint s_{name};\n\n");
        }
        foreach (var v in api.Variables.Where(v => Header(v) == Header(list[0])))
        {
            Comment(b, "    ", v.Element("info")?.Value, A(v, "version"));
            b.Append($"    public static {api.Type(A(v, "type"))} {A(v, "name")} => *({api.Type(A(v, "type"))}*)Library.Core.Address(\"{A(v, "name")}\");\n\n");
        }
        b.Length--;
        return b.Append("}\n").ToString();
    }

    string Enums(IEnumerable<string> types)
    {
        var b = new StringBuilder(Start("Libvirt"));
        foreach (var type in types.Order(StringComparer.Ordinal))
        {
            var flags = api.IsFlags(type);
            Comment(b, "", api.EnumTypes[type].Element("info")?.Value is { Length: > 0 } info ? info : $"C: {type}.", A(api.EnumTypes[type], "version"));
            b.Append(flags ? "[Flags]\n" : "").Append($"public enum {Api.EnumName(type)}{(flags ? " : uint" : "")}\n{{\n");
            foreach (var (name, member) in api.Members(type))
            {
                b.Append($"    /// <summary>{Text($"{A(member, "name")}. {A(member, "info")}".Trim().TrimEnd('.') + ".")} Since {A(member, "version")}.</summary>\n");
                b.Append($"    {name} = {api.Value(A(member, "name"))},\n");
            }
            b.Append("}\n\n");
        }
        b.Length--;
        return b.ToString();
    }

    string Callbacks()
    {
        // An alias can't name another alias and sees no namespace, so that each is written out in full.
        string Full(string type) => type.TrimEnd('*') switch
        {
            var t when t.StartsWith("vir", StringComparison.Ordinal) && api.Callbacks.Find(c => A(c, "name") == t) is { } other => Pointer(other),
            var t when t.StartsWith("vir", StringComparison.Ordinal) => $"{Namespace}.{type}",
            var t when api.EnumTypes.ContainsKey("vir" + t) => $"Libvirt.{type}",
            _ => type,
        };
        string Pointer(XElement c) =>
            $"delegate* unmanaged[Cdecl]<{string.Join(", ", c.Elements("arg").Select(a => Full(api.Type(c, a))).Append(Full(api.Type(A(c.Element("return")!, "type")))))}>";

        var b = new StringBuilder(Start("X").Split("namespace")[0]);
        foreach (var c in api.Callbacks.OrderBy(c => A(c, "name"), StringComparer.Ordinal))
        {
            b.Append($"// {Spaces().Replace(Paragraphs(c.Element("info")?.Value).FirstOrDefault() ?? "", " ").TrimEnd('.')}. Since {A(c, "version")}.\n");
            b.Append($"global using unsafe {A(c, "name")} = {Pointer(c)};\n");
        }
        return b.ToString();
    }

    string Structs()
    {
        var b = new StringBuilder(Start(Namespace).Replace("namespace", "using System.Runtime.InteropServices;\n\nnamespace"));
        foreach (var s in api.Structs.OrderBy(s => A(s, "name"), StringComparer.Ordinal))
        {
            var fields = s.Elements("field").ToList();
            Comment(b, "", s.Element("info")?.Value is { Length: > 0 } info ? info : $"C: {A(s, "type")}.", A(s, "version"));
            b.Append("[StructLayout(LayoutKind.Sequential)]\n");
            b.Append($"internal unsafe struct {A(s, "name")}{(fields.Count == 0 ? ";\n\n" : "\n{\n")}");
            if (fields.Count == 0)
                continue;
            foreach (var f in fields)
                Field(b, "    ", f);
            foreach (var f in fields.Where(f => f.Element("union") != null))
            {
                b.Append($"\n    [StructLayout(LayoutKind.Explicit)]\n    internal struct {f.Attribute("name")!.Value}_union\n    {{\n");
                foreach (var u in f.Element("union")!.Elements("field"))
                    Field(b, "        ", u, "[FieldOffset(0)] ");
                b.Append("    }\n");
            }
            b.Append("}\n\n");
        }
        b.Length--;
        return b.ToString();
    }

    void Field(StringBuilder b, string indent, XElement f, string attribute = "")
    {
        if (A(f, "info").Length > 0)
            b.Append($"{indent}/// <summary>{Text(A(f, "info"))}</summary>\n");
        var name = Safe(A(f, "name"));
        var declaration = Array().Match(A(f, "type")) is { Success: true } array ? $"fixed byte {name}[{api.Length(array.Groups[1].Value)}]"
            : f.Element("union") != null ? $"{name}_union {name}"
            : $"{api.Type(A(f, "type"))} {name}";
        b.Append($"{indent}{attribute}public {declaration};\n");
    }

    string Constants()
    {
        var b = new StringBuilder(Start("Libvirt"));
        b.Append("/// <summary>The macros of the API: names of typed parameters, and a few sizes. C's names without VIR_, in Pascal case.</summary>\n");
        b.Append("public static class Constants\n{\n");
        foreach (var s in api.Strings.OrderBy(s => A(s, "name"), StringComparer.Ordinal))
        {
            Comment(b, "    ", $"{A(s, "name")}. {s.Element("info")?.Value}", A(s, "version"));
            b.Append($"    public const string {Api.Pascal(A(s, "name").Replace("VIR_", "", StringComparison.Ordinal))} = \"{A(s, "string")}\";\n\n");
        }
        foreach (var (name, value) in api.Numbers.OrderBy(n => n.Key, StringComparer.Ordinal))
        {
            b.Append($"    /// <summary>{name}.</summary>\n");
            b.Append($"    public const {(value > int.MaxValue ? "long" : "int")} {Api.Pascal(name.Replace("LIBVIR_", "LIBVIRT_", StringComparison.Ordinal).Replace("VIR_", "", StringComparison.Ordinal))} = {value};\n\n");
        }
        b.Length--;
        return b.Append("}\n").ToString();
    }

    static string Safe(string name) => Keywords.Contains(name) ? "@" + name : name;

    /// <summary>Text for a comment: XML's characters escaped, one space between words.</summary>
    static string Text(string text) => SecurityElement.Escape(Spaces().Replace(text.Trim(), " "))!;

    static IEnumerable<string> Paragraphs(string? text) =>
        BlankLine().Split((text ?? "").Trim()).Where(p => p.Trim().Length > 0);

    static void Comment(StringBuilder b, string indent, string? info, string version)
    {
        var paragraphs = Paragraphs(info).ToList();
        b.Append($"{indent}/// <summary>{Text(paragraphs.FirstOrDefault() ?? "")}</summary>\n{indent}/// <remarks>\n");
        foreach (var p in paragraphs.Skip(1))
        {
            var lines = p.Split('\n');
            // Indented lines are tables and examples: they keep their shape.
            if (lines.Skip(1).Any(l => l.StartsWith("  ", StringComparison.Ordinal)))
                b.Append($"{indent}/// <code>\n").AppendJoin("", lines.Select(l => $"{indent}/// {SecurityElement.Escape(l.TrimEnd())}".TrimEnd() + "\n")).Append($"{indent}/// </code>\n");
            else
                b.Append($"{indent}/// <para>{Text(p)}</para>\n");
        }
        b.Append($"{indent}/// Since {version}.\n{indent}/// </remarks>\n");
    }

    [GeneratedRegex(@"\[(\w+)\]$")]
    private static partial Regex Array();
    [GeneratedRegex(@"\s+")]
    private static partial Regex Spaces();
    [GeneratedRegex(@"\n[ \t]*\n")]
    private static partial Regex BlankLine();
}
