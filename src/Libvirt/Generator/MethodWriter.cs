using System.Text;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using static Libvirt.Generator.Api;

namespace Libvirt.Generator;

/// <summary>
/// The public objects and those of their methods that follow from a function's description. A function that a file written by hand names in a comment,
/// <c>(virDomainCreate)</c>, is left to that file.
/// </summary>
public sealed partial class MethodWriter(Api api)
{
    /// <summary>What C counts references of: its type without <c>Ptr</c>, the class, and what that is.</summary>
    static readonly (string C, string Class, string Summary)[] Objects =
    [
        ("virConnect", "Connect", ""),
        ("virDomain", "Domain", "A domain: one virtual machine. The object is a reference, not the machine: it may be disposed while the machine runs, and " +
            "every call may find that the machine is gone (<see cref=\"ErrorNumber.NoDomain\"/>)."),
        ("virDomainCheckpoint", "DomainCheckpoint", "A point in time of a domain's disks, from which on changes are known: what an incremental backup begins with."),
        ("virDomainSnapshot", "DomainSnapshot", "A state of a domain, to which it can be reverted."),
        ("virInterface", "Interface", "A network interface of the host."),
        ("virNetwork", "Network", "A virtual network. The object is a reference: the network goes on when it is disposed."),
        ("virNetworkPort", "NetworkPort", "Something plugged into a virtual network."),
        ("virNodeDevice", "NodeDevice", "A device of the host."),
        ("virNWFilter", "NWFilter", "A set of rules for the traffic of domains."),
        ("virNWFilterBinding", "NWFilterBinding", "A filter bound to one interface of a domain."),
        ("virSecret", "Secret", "A secret, such as a disk's passphrase, that domains are given by reference."),
        ("virStoragePool", "StoragePool", "A place where volumes are kept: a folder, a volume group, a share. The object is a reference."),
        ("virStorageVol", "StorageVolume", "A volume of a storage pool: one image of a disk. The object is a reference."),
        ("virStream", "Stream", ""),
    ];

    /// <summary>What the rule for names gets wrong.</summary>
    static readonly Dictionary<string, string> Names = new()
    {
        ["virDomainRevertToSnapshot"] = "RevertTo",
        ["virNodeDeviceDettach"] = "Detach",
        ["virConnectGetType"] = "GetDriverType",       // GetType is object's
    };

    /// <summary>Two functions that do the same when the second has no flags: one method.</summary>
    static readonly Dictionary<string, string> Pairs = new()
    {
        ["virDomainAbortJob"] = "virDomainAbortJobFlags",
        ["virNetworkCreateXML"] = "virNetworkCreateXMLFlags",
        ["virNWFilterDefineXML"] = "virNWFilterDefineXMLFlags",
    };

    /// <summary>Results that are an answer where others fail.</summary>
    static readonly HashSet<string> NullIsAnAnswer = ["virSecretGetUsageID"];

    /// <summary>Objects that C lends: they belong to the one they were asked of.</summary>
    static bool IsLent(string name) => LentName().IsMatch(name);

    /// <summary>Numbers that say yes or no.</summary>
    static readonly HashSet<string> Booleans = ["autostart", "virDomainSetVcpu.state", "virDomainSetGuestVcpus.state"];

    /// <summary>Arguments that may be absent though no word says so.</summary>
    static readonly HashSet<string> Absent =
    [
        "virConnectCompareHypervisorCPU.emulator", "virConnectCompareHypervisorCPU.arch", "virConnectCompareHypervisorCPU.machine", "virConnectCompareHypervisorCPU.virttype",
        "virConnectGetMaxVcpus.type", "virConnectFindStoragePoolSources.srcSpec", "virNodeNumOfDevices.cap", "virNodeListDevices.cap",
    ];

    /// <summary>Results whose enum is only in words.</summary>
    static readonly Dictionary<string, string> Results = new()
    {
        ["virConnectCompareCPU"] = "CPUCompareResult",
        ["virConnectCompareHypervisorCPU"] = "CPUCompareResult",
        ["virSecretGetUsageType"] = "SecretUsageType",
    };

    /// <summary>Calls that take their time: they have a form that doesn't block.</summary>
    [GeneratedRegex("^vir(Domain(Create|Destroy|Shutdown|Reboot|Save|Restore|ManagedSave$|CoreDump|Snapshot(CreateXML|Delete)|RevertTo|CheckpointCreateXML|Block(Commit|Pull|Rebase|Copy|" +
        "JobAbort|Resize)|BackupBegin|AttachDevice|DetachDevice|FSTrim|SetUserPassword|SetVcpus|SetMemory|GetHostname|SaveImage|PMSuspend)|Network(Create|Destroy|DefineXML)|" +
        "StoragePool(Build|Create|Delete|Destroy|Refresh)|StorageVol(CreateXML|Delete|Resize|Wipe)|NodeDevice(Create|Destroy|Detach|ReAttach|Reset)|" +
        "Interface(Create|Destroy|Change)|ConnectFindStoragePoolSources)")]
    private static partial Regex TakesTime();

    /// <summary>What files of methods use.</summary>
    internal static readonly string[] Usings = ["System.Runtime.InteropServices", "Libvirt.Generated", "static Libvirt.Generated.Native", "static Libvirt.LibvirtException"];

    readonly HashSet<string> _others = [.. ByHand(), .. api.LeftOut.Keys];

    /// <summary>A file for each object.</summary>
    public IEnumerable<(string Name, string Text)> Files() => Objects.Where(o => o.Class != "Stream").Select(o => ($"Objects.{o.Class}.cs", File(o.C, o.Class, o.Summary)));

    string File(string c, string type, string summary)
    {
        var b = new StringBuilder(NativeWriter.Start(api, "Libvirt", Usings));
        if (summary.Length > 0)
            b.Append($"/// <summary>{summary}</summary>\npublic sealed unsafe partial class {type} : IDisposable\n{{\n").Append(Plumbing(c, type));
        else
            b.Append($"public sealed unsafe partial class {type}\n{{\n");
        foreach (var f in api.Functions.Where(f => Receiver(f) == c).OrderBy(f => A(f, "name"), StringComparer.Ordinal))
            b.Append(Method(f, c));
        b.Length--;
        return b.Append("}\n").ToString();
    }

    static string Plumbing(string c, string type) => $$"""
            internal {{type}}({{c}}* pointer, CallScheduler calls) => Handle = new(Check(pointer), &{{c}}Free, calls);

            internal Handle<{{c}}> Handle { get; }

            /// <summary>A second owner of this object, to be disposed on its own. ({{c}}Ref)</summary>
            public {{type}} Ref()
            {
                using var self = Handle.Use();
                Check({{c}}Ref(self.Pointer));
                return new(self.Pointer, Handle.Calls);
            }

            /// <summary>Gives the reference back; what it refers to goes on. ({{c}}Free)</summary>
            public void Dispose() => Handle.Dispose();


        """;

    /// <summary>The type of the object whose method a function is: its first argument's.</summary>
    static string? Receiver(XElement f) => f.Elements("arg").Select(a => A(a, "type")).FirstOrDefault() is { } t && Objects.Any(o => o.C + "Ptr" == t) ? t[..^3] : null;

    /// <summary>The method of a function, or nothing: it is by hand, or of a kind for which there is no rule.</summary>
    string Method(XElement f, string c)
    {
        var function = A(f, "name");
        if (_others.Contains(function) || function == c + "Ref" || function == c + "Free" || Pairs.ContainsValue(function))
            return "";
        var withFlags = Pairs.TryGetValue(function, out var pair) ? api.Functions.Single(x => A(x, "name") == pair) : f;
        var arguments = new List<Argument>();
        foreach (var a in withFlags.Elements("arg").Skip(1))
        {
            if (Argument.Of(api, withFlags, a) is not { } argument)
                return "";
            arguments.Add(argument);
        }
        var call = new Call(f, arguments, pair);
        return call.Body() is { } body ? Declare(f, c, call, body) : "";
    }

    string Declare(XElement f, string c, Call call, string body)
    {
        var name = NameOf(A(f, "name"), c);
        var parameters = call.Arguments.Where(a => a.Declaration != null).ToList();
        var functions = call.Pair == null ? A(f, "name") : $"{A(f, "name")}, {call.Pair}";
        var comment = new StringBuilder();
        NativeWriter.Comment(comment, "    ", f.Element("info")?.Value, A(f, "version"), $" ({functions})");
        var documented = new StringBuilder();
        foreach (var p in parameters)
            documented.Append($"    /// <param name=\"{p.Name.TrimStart('@')}\">{NativeWriter.Text(p.Info)}</param>\n");
        var declarations = parameters.Select(p => p.Declaration!).ToList();
        var returns = call.Type is "int" && Failure().Replace(A(f.Element("return")!, "info"), "") is { Length: > 0 } words ? $"    /// <returns>{NativeWriter.Text(words)}</returns>\n" : "";
        var result = $"{comment}{documented}{returns}    public {call.Type} {name}({string.Join(", ", declarations)})\n    {{\n{body}    }}\n\n";
        return TakesTime().IsMatch(A(f, "name")) ? result + Asynchronous(call.Type, name, documented.ToString(), declarations) : result;
    }

    /// <summary>The form of a method that doesn't block.</summary>
    /// <param name="type">What the method returns.</param>
    /// <param name="name">The method's name.</param>
    /// <param name="documented">Its parameters' documentation.</param>
    /// <param name="declarations">Its parameters: type, name, and what they are by default.</param>
    internal static string Asynchronous(string type, string name, string documented, IReadOnlyList<string> declarations) =>
        $"    /// <summary>The same as <see cref=\"{name}\"/>, on a thread of <see cref=\"Connect.Calls\"/>.</summary>\n{documented}" +
        "    /// <param name=\"cancellationToken\">Ends the wait; a call that has begun goes on.</param>\n" +
        $"    public Task{(type == "void" ? "" : $"<{type}>")} {name}Async({string.Join(", ", declarations.Append("CancellationToken cancellationToken = default"))}) =>\n" +
        $"        Handle.Calls.Run(() => {name}({string.Join(", ", declarations.Select(d => d.Split(' ')[1]))}), cancellationToken);\n\n";

    /// <summary>C's name without <c>vir</c> and the object's name; a lookup says first that it is one.</summary>
    static string NameOf(string function, string c)
    {
        if (Names.TryGetValue(function, out var known))
            return known;
        var name = function.StartsWith(c, StringComparison.Ordinal) ? function[c.Length..] : function["vir".Length..];
        name = name.StartsWith("GetConnect", StringComparison.Ordinal) ? name : LookupName().Replace(name, "Lookup$1By");
        return name;
    }

    static HashSet<string> ByHand() => [.. Directory.GetFiles(GeneratedFiles.Library, "*.cs")
        .Select(file => string.Join(' ', System.IO.File.ReadLines(file).Select(l => l.Trim()).Where(l => l.StartsWith("///", StringComparison.Ordinal)).Select(l => l[3..])))
        .SelectMany(text => Named().Matches(text)).SelectMany(m => FunctionName().Matches(m.Value)).Select(m => m.Value)];

    static string A(XElement e, string name) => Attribute(e, name);

    /// <summary>An argument after the first: how it is declared, prepared, and given to C. Null for one there is no rule for.</summary>
    sealed record Argument(string Name, string Info, string? Declaration, string Prepare, string Pass, string? Result = null, string? ResultType = null)
    {
        public static Argument? Of(Api api, XElement f, XElement a)
        {
            var (c, type, info) = (A(a, "name"), A(a, "type"), A(a, "info"));
            var name = NativeWriter.Safe(Camel(c));
            var pointer = name.TrimStart('@') + "Pointer";
            var optional = Optional().IsMatch(info) || Regex.IsMatch(f.Element("info")?.Value ?? "", $@"@{c}\b[^.]*\bNULL\b") || Absent.Contains($"{A(f, "name")}.{c}") ? "?" : "";
            var isBoolean = Booleans.Contains(c) || Booleans.Contains($"{A(f, "name")}.{c}");
            if (api.EnumOf(f, a) is { } e)
                return new(name, info, $"{EnumName(e)} {name}{(c == "flags" ? " = default" : "")}", "", name);
            if (Objects.FirstOrDefault(o => o.C + "Ptr" == type) is { Class: { } other })
                return optional == "" && other != "Stream" ? new(name, info, $"{other} {name}", $"using var {pointer} = {name}.Handle.Use();", $"{pointer}.Pointer") : null;
            return type switch
            {
                _ when Objects.FirstOrDefault(o => o.C + "Ptr **" == type) is { C: { } element } => new(name, info, null, $"{element}** list;", "&list"),
                "char ** const" or "char **" when c is "names" or "uuids" => new(name, info, null, "", "list"),
                "int" when c is "maxnames" or "nameslen" or "maxuuids" => new(name, info, null, "", "max"),
                "int" when c is "callbackID" => null,
                "int *" when c is "files" or "fds" => null,
                "unsigned int" when c == "flags" => new(name, info, null, "", "0"),
                "const char *" => new(name, info, $"string{optional} {name}", $"using var {pointer} = new Text({name});", $"{pointer}.Pointer"),
                "const unsigned char *" when c == "uuid" => new(name, info, $"Guid {name}", $"var {pointer} = stackalloc byte[Constants.UuidBuflen];\n" +
                    $"{name}.TryWriteBytes(new(pointer, Constants.UuidBuflen), bigEndian: true, out _);".Replace("pointer", pointer, StringComparison.Ordinal), pointer),
                "int" when isBoolean => new(name, info, $"bool {name}", "", $"{name} ? 1 : 0"),
                "int *" when isBoolean => new(name, info, null, $"int {name};", $"&{name}", $"{name} != 0", "bool"),
                "unsigned char *" when c == "uuid" => new(name, info, null, "var uuid = stackalloc byte[Constants.UuidBuflen];", "uuid",
                    "new(new ReadOnlySpan<byte>(uuid, Constants.UuidBuflen), bigEndian: true)", "Guid"),
                "char *" when c == "buf" => new(name, info, null, "var buf = stackalloc byte[Constants.UuidStringBuflen];", "buf", "Text.Copy(buf)!", "string"),
                "int" or "unsigned int" or "long long" or "unsigned long long" => new(name, info, $"{api.Type(type)} {name}", "", name),
                "unsigned long" => new(name, info, $"ulong {name}", "", $"(nuint){name}"),
                "unsigned long *" => new(name, info, null, $"nuint {name};", $"&{name}", name, "ulong"),
                "int *" or "unsigned int *" or "long long *" or "unsigned long long *" =>
                    new(name, info, null, $"{api.Type(type[..^2])} {name};", $"&{name}", name, api.Type(type[..^2])),
                _ => null,
            };
        }

        static string Camel(string c)
        {
            var words = c.Split('_', StringSplitOptions.RemoveEmptyEntries);
            return string.Concat(words.Select((w, i) => i == 0 ? w : char.ToUpperInvariant(w[0]) + w[1..]));
        }
    }

    /// <summary>The call of a function, and what becomes of its result.</summary>
    sealed class Call(XElement f, List<Argument> arguments, string? pair)
    {
        readonly string _function = A(f, "name");
        readonly string _returns = A(f.Element("return")!, "type");

        public List<Argument> Arguments { get; } = arguments;
        public string? Pair { get; } = pair;
        public string Type { get; private set; } = "void";

        public string? Body()
        {
            var results = Arguments.Where(a => a.Result != null).ToList();
            string[]? end = (_returns, results.Count) switch
            {
                ("int", 1) when IsStatus() => Is(results[0].ResultType!, $"Check({Native()});", $"return {results[0].Result};"),
                ("int", > 1) when IsStatus() => Is($"({string.Join(", ", results.Select(r => $"{r.ResultType} {Upper(r.Name)}"))})",
                    $"Check({Native()});", $"return ({string.Join(", ", results.Select(r => r.Result))});"),
                (_, > 0) => null,
                _ when Objects.FirstOrDefault(o => Arguments.Exists(a => a.Prepare == o.C + "** list;")) is { Class: { } type } => Is($"IReadOnlyList<{type}>",
                    $"var count = Check({Native()});",
                    "try",
                    "{",
                    $"    var objects = new {type}[count];",
                    "    for (var i = 0; i < count; i++)",
                    "        objects[i] = new(list[i], Handle.Calls);",
                    "    return objects;",
                    "}",
                    "finally",
                    "{",
                    "    NativeMemory.Free(list);",
                    "}"),
                _ when Arguments.Exists(a => a.Pass == "max") => Is("IReadOnlyList<string>", "var pointer = self.Pointer;",
                    $"return Text.List((list, max) => {Native().Replace("self.Pointer", "pointer", StringComparison.Ordinal).Replace("Pointer.Pointer", "Text", StringComparison.Ordinal)});"),
                ("int", _) when BooleanName().IsMatch(_function) => Is("bool", $"return Check({Native()}) == 1;"),
                ("int", _) when Results.TryGetValue(_function, out var type) => Is(type, $"return ({type})Check({Native()});"),
                ("int", _) when IsStatus() => Is("void", $"Check({Native()});"),
                ("int", _) => Is("int", $"return Check({Native()});"),
                ("char *", _) => Is("string", $"return Text.Take({Native()});"),
                ("const char *", _) when NullIsAnAnswer.Contains(_function) => Is("string?", $"return Text.Copy({Native()});"),
                ("const char *", _) => Is("string", $"return Text.Copy(Check({Native()}))!;"),
                _ when Objects.FirstOrDefault(o => o.C + "Ptr" == _returns) is { Class: { } type } o => IsLent(_function)
                    ? Is(type, $"var lent = Check({Native()});", $"Check({o.C}Ref(lent));", "return new(lent, Handle.Calls);")
                    : Is(type, $"return new({Native()}, Handle.Calls);"),
                _ => null,
            };
            if (end != null && Type == "IReadOnlyList<string>")
                end = [.. Arguments.Where(a => a.Prepare.Contains("new Text", StringComparison.Ordinal)).Select(a => $"var {a.Name}Text = {a.Pass};"), .. end];
            return end == null ? null : string.Concat(Arguments.SelectMany(a => a.Prepare.Split('\n')).Where(l => l.Length > 0)
                .Prepend("using var self = Handle.Use();").Concat(end).Select(l => $"        {l}\n"));
        }

        string[] Is(string type, params string[] lines)
        {
            Type = type;
            return lines;
        }

        string Native()
        {
            string Invoke(string function, IEnumerable<Argument> given) => $"{function}({string.Join(", ", given.Select(a => a.Pass).Prepend("self.Pointer"))})";
            return Pair == null ? Invoke(_function, Arguments) : $"flags == default ? {Invoke(_function, Arguments.SkipLast(1))} : {Invoke(Pair, Arguments)}";
        }

        bool IsStatus() => Status().IsMatch(A(f.Element("return")!, "info"));

        static string Upper(string name) => char.ToUpperInvariant(name[0]) + name[1..];
    }

    [GeneratedRegex(@"^vir(\w+GetConnect|DomainSnapshotGetDomain|DomainCheckpointGetDomain|NetworkPortGetNetwork)$")]
    private static partial Regex LentName();
    [GeneratedRegex(@"^(\w+)LookupBy")]
    private static partial Regex LookupName();
    [GeneratedRegex(@",?\s*(or\s+)?-1\b.*$", RegexOptions.Singleline)]
    private static partial Regex Failure();
    [GeneratedRegex(@"\(\s*vir[A-Z][^()]*\)")]
    private static partial Regex Named();
    [GeneratedRegex(@"\bvir[A-Z]\w+\b")]
    private static partial Regex FunctionName();
    [GeneratedRegex(@"\bNULL\b|\b[Oo]ptional\b")]
    private static partial Regex Optional();
    [GeneratedRegex(@"(Is|Has)[A-Z]\w+$")]
    private static partial Regex BooleanName();
    [GeneratedRegex(@"\b0\s+(on|in\s+case\s+of|if|upon|for|when)\b(?!.*(?<!-)\b1\s+(if|when))", RegexOptions.Singleline)]
    private static partial Regex Status();
}
