using System.Text;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using static Libvirt.Generator.Api;

namespace Libvirt.Generator;

/// <summary>
/// Records of typed parameters, and the methods that take or return them. The description has the names of the fields, as macros or in the text of a function;
/// which belong together, and some of the types, it doesn't say: the tables do.
/// </summary>
public sealed partial class ParameterWriter(Api api)
{
    /// <summary>A record whose fields are the macros that begin alike, and the functions around it whose methods follow by rule.</summary>
    sealed record Macros(string Name, string Summary, string Prefix, string[] Functions, bool IsRead = false, bool IsSent = false);

    static readonly Macros[] Records =
    [
        new("ConnectIdentity", "Who a connection acts for.", "VIR_CONNECT_IDENTITY_", ["virConnectSetIdentity"]),
        new("DomainBlkioParameters", "A domain's share of the host's disks.", "VIR_DOMAIN_BLKIO_", ["virDomainGetBlkioParameters", "virDomainSetBlkioParameters"]),
        new("DomainBlockCopyParameters", "How a disk is copied.", "VIR_DOMAIN_BLOCK_COPY_", ["virDomainBlockCopy"]),
        new("DomainBlockIoTune", "Limits of a disk.", "VIR_DOMAIN_BLOCK_IOTUNE_", ["virDomainGetBlockIoTune", "virDomainSetBlockIoTune"]),
        new("DomainBlockStatsParameters", "What was read from and written to a disk.", "VIR_DOMAIN_BLOCK_STATS_", ["virDomainBlockStatsFlags"]),
        new("DomainCPUStats", "Processor time of a domain. (virDomainGetCPUStats)", "VIR_DOMAIN_CPU_STATS_", [], IsRead: true),
        new("DomainInterfaceParameters", "Limits of a network interface.", "VIR_DOMAIN_BANDWIDTH_", ["virDomainGetInterfaceParameters", "virDomainSetInterfaceParameters"]),
        new("DomainIOThreadParameters", "How an IO thread works.", "VIR_DOMAIN_IOTHREAD_", ["virDomainSetIOThreadParams"]),
        new("DomainJobStats", "Progress of a job. (virDomainGetJobStats)", "VIR_DOMAIN_JOB_", [], IsRead: true),
        new("DomainLaunchSecurityParameters", "A confidential guest.", "VIR_DOMAIN_LAUNCH_SECURITY_", ["virDomainGetLaunchSecurityInfo", "virDomainSetLaunchSecurityState"]),
        new("DomainMemoryParameters", "Limits of a domain's memory, in KiB.", "VIR_DOMAIN_MEMORY_", ["virDomainGetMemoryParameters", "virDomainSetMemoryParameters"]),
        new("DomainMigrateParameters", "How a domain is moved. (virDomainMigrate3, virDomainMigrateToURI3)", "VIR_MIGRATE_PARAM_", [], IsSent: true),
        new("DomainNumaParameters", "Where a domain's memory is.", "VIR_DOMAIN_NUMA_", ["virDomainGetNumaParameters", "virDomainSetNumaParameters"]),
        new("DomainPerfEvents", "What is measured of a domain.", "VIR_PERF_PARAM_", ["virDomainGetPerfEvents", "virDomainSetPerfEvents"]),
        new("DomainSaveRestoreParameters", "Where a domain is saved to or restored from.", "VIR_DOMAIN_SAVE_PARAM_", ["virDomainSaveParams", "virDomainRestoreParams"]),
        new("DomainSchedulerParameters", "A domain's share of the host's processors.", "VIR_DOMAIN_SCHEDULER_",
            ["virDomainSetSchedulerParametersFlags"], IsRead: true),
        new("DomainTunables", "Limits of a guest as they were set. Those of one processor's or thread's pinning, named by its number, are among the others.", "VIR_DOMAIN_TUNABLE_",
            [], IsRead: true),
        new("NetworkPortParameters", "Limits of a port.", "VIR_NETWORK_PORT_BANDWIDTH_", ["virNetworkPortGetParameters", "virNetworkPortSetParameters"]),
        new("NodeCPUStats", "How a host's processors spend their time. (virNodeGetCPUStats)", "VIR_NODE_CPU_STATS_", [], IsRead: true),
        new("NodeMemoryParameters", "How a host shares equal pages of memory.", "VIR_NODE_MEMORY_SHARED_", ["virNodeGetMemoryParameters", "virNodeSetMemoryParameters"]),
        new("NodeMemoryStats", "A host's memory, in KiB. (virNodeGetMemoryStats)", "VIR_NODE_MEMORY_STATS_", [], IsRead: true),
        new("NodeSEVInfo", "What a host can do for confidential guests.", "VIR_NODE_SEV_", ["virNodeGetSEVInfo"]),
    ];

    /// <summary>Types that the text of a macro doesn't say, or says wrongly; by macro or by what several begin with.</summary>
    static readonly (string Macro, string Type)[] Types =
    [
        ("VIR_DOMAIN_IOTHREAD_POLL_MAX_NS", "ulong"),
        ("VIR_DOMAIN_IOTHREAD_POLL_", "uint"),
        ("VIR_DOMAIN_JOB_ERRMSG", "string"),
        ("VIR_DOMAIN_JOB_OPERATION", "DomainJobOperation"),
        ("VIR_DOMAIN_NUMA_MODE", "DomainNumatuneMemMode"),
        ("VIR_DOMAIN_SAVE_PARAM_", "string"),
        ("VIR_MIGRATE_PARAM_COMPRESSION_", ""),
        ("VIR_MIGRATE_PARAM_COMPRESSION", "string[]"),
        ("VIR_MIGRATE_PARAM_LISTEN_ADDRESS", "string"),
        ("VIR_MIGRATE_PARAM_MIGRATE_DISKS", "string[]"),
        ("VIR_NODE_CPU_STATS_", "ulong"),
        ("VIR_NODE_MEMORY_SHARED_MERGE_ACROSS_NODES", "uint"),
        ("VIR_NODE_MEMORY_SHARED_PAGES_TO_SCAN", "uint"),
        ("VIR_NODE_MEMORY_SHARED_SLEEP_MILLISECS", "uint"),
        ("VIR_NODE_MEMORY_", "ulong"),
        ("VIR_NODE_SEV_CBITPOS", "uint"),
        ("VIR_NODE_SEV_REDUCED_PHYS_BITS", "uint"),
        ("VIR_PERF_PARAM_", "bool"),
    ];

    /// <summary>
    /// Records whose fields stand in the text of a function: <c>name:type</c> each, after what all begin with. A type with [] is a list of records,
    /// whose elements have numbers in their names (# is that number); a group of macros stands for all their names; @ is a member by hand, given by who reads.
    /// </summary>
    static readonly (string Name, string Summary, string Function, string Prefix, string Fields)[] Texts =
    [
        ("DomainGuestVcpus", "A guest's own view of its processors, as lists such as 0-2,4.", "virDomainGetGuestVcpus", "", "vcpus:string online:string offlinable:string"),
        ("DomainGuestInfo", "What the agent in a guest says of it: text of a stranger. A group that wasn't asked for is null.", "virDomainGetGuestInfo", "",
            "user:DomainGuestUser[] os:DomainGuestOS timezone:DomainGuestTimezone fs:DomainGuestFilesystem[] disk:DomainGuestDisk[] hostname:string if:DomainGuestInterface[]"),
        ("DomainGuestUser", "Somebody logged in.", "virDomainGetGuestInfo", "user.<num>.", "name:string domain:string login-time:ulong"),
        ("DomainGuestOS", "A guest's operating system.", "virDomainGetGuestInfo", "os.",
            "id:string name:string pretty-name:string version:string version-id:string kernel-release:string kernel-version:string machine:string variant:string variant-id:string"),
        ("DomainGuestTimezone", "Where a guest believes to be.", "virDomainGetGuestInfo", "timezone.", "name:string offset:int"),
        ("DomainGuestFilesystem", "A mounted file system.", "virDomainGetGuestInfo", "fs.<num>.",
            "mountpoint:string name:string fstype:string total-bytes:ulong used-bytes:ulong disk:DomainGuestFilesystemDisk[]"),
        ("DomainGuestFilesystemDisk", "A disk that a file system is on.", "virDomainGetGuestInfo", "fs.<num>.disk.<num>.", "alias:string serial:string device:string"),
        ("DomainGuestDisk", "A disk or partition.", "virDomainGetGuestInfo", "disk.<num>.",
            "name:string partition:bool dependency:DomainGuestDiskDependency[] serial:string alias:string guest_alias:string"),
        ("DomainGuestDiskDependency", "What a disk is made of.", "virDomainGetGuestInfo", "disk.<num>.dependency.<num>.", "name:string"),
        ("DomainGuestInterface", "A network interface.", "virDomainGetGuestInfo", "if.<num>.", "name:string hwaddr:string addr:DomainGuestAddress[]"),
        ("DomainGuestAddress", "An address of an interface.", "virDomainGetGuestInfo", "if.<num>.addr.<num1>.", "type:string addr:string prefix:uint"),
        ("DomainStats", "", "virConnectGetAllDomainStats", "", "@:Domain state:DomainStatsState cpu:DomainStatsCpu balloon:DomainStatsBalloon vcpu.current:uint vcpu.maximum:uint " +
            "vcpu:DomainStatsVcpu[] net:DomainStatsNet[] block:DomainStatsBlock[] perf:DomainStatsPerf iothread:DomainStatsIOThread[] " +
            "memory.bandwidth.monitor:DomainStatsMemoryBandwidthMonitor[] dirtyrate:DomainStatsDirtyrate"),
        ("DomainStatsState", "What a domain does, and why.", "virConnectGetAllDomainStats", "state.", "state:DomainState reason:int"),
        ("DomainStatsCpu", "Processor time used so far, in nanoseconds.", "virConnectGetAllDomainStats", "cpu.",
            "time:ulong user:ulong system:ulong haltpoll.success.time:ulong haltpoll.fail.time:ulong cache.monitor:DomainStatsCacheMonitor[]"),
        ("DomainStatsCacheMonitor", "Use of the last level cache by some virtual processors.", "virConnectGetAllDomainStats", "cpu.cache.monitor.<num>.",
            "name:string vcpus:string bank:DomainStatsCacheBank[]"),
        ("DomainStatsCacheBank", "Use of one cache.", "virConnectGetAllDomainStats", "cpu.cache.monitor.<num>.bank.<index>.", "id:uint bytes:ulong"),
        ("DomainStatsBalloon", "Memory.", "virConnectGetAllDomainStats", "balloon.",
            "current:ulong maximum:ulong swap_in:ulong swap_out:ulong major_fault:ulong minor_fault:ulong unused:ulong available:ulong rss:ulong usable:ulong " +
            "last-update:ulong disk_caches:ulong hugetlb_pgalloc:ulong hugetlb_pgfail:ulong"),
        ("DomainStatsVcpu", "A virtual processor. What only the hypervisor knows is among the others.", "virConnectGetAllDomainStats", "vcpu.<num>.",
            "#:int state:VcpuState time:ulong wait:ulong halted:bool delay:ulong"),
        ("DomainStatsNet", "A network interface.", "virConnectGetAllDomainStats", "net.<num>.", "name:string rx.bytes:ulong rx.pkts:ulong rx.errs:ulong rx.drop:ulong " +
            "tx.bytes:ulong tx.pkts:ulong tx.errs:ulong tx.drop:ulong"),
        ("DomainStatsBlock", "A disk.", "virConnectGetAllDomainStats", "block.<num>.", "name:string backingIndex:uint path:string rd.reqs:ulong rd.bytes:ulong rd.times:ulong " +
            "wr.reqs:ulong wr.bytes:ulong wr.times:ulong fl.reqs:ulong fl.times:ulong errors:ulong allocation:ulong capacity:ulong physical:ulong threshold:ulong"),
        ("DomainStatsPerf", "What DomainPerfEvents turned on.", "virConnectGetAllDomainStats", "perf.", "VIR_PERF_PARAM_:ulong"),
        ("DomainStatsIOThread", "An IO thread.", "virConnectGetAllDomainStats", "iothread.<id>.", "#:int poll-max-ns:ulong poll-grow:uint poll-shrink:uint"),
        ("DomainStatsMemoryBandwidthMonitor", "Use of memory controllers by some virtual processors.", "virConnectGetAllDomainStats", "memory.bandwidth.monitor.<num>.",
            "name:string vcpus:string node:DomainStatsMemoryBandwidthNode[]"),
        ("DomainStatsMemoryBandwidthNode", "Use of one memory controller.", "virConnectGetAllDomainStats", "memory.bandwidth.monitor.<num>.node.<index>.",
            "id:uint bytes.local:ulong bytes.total:ulong"),
        ("DomainStatsDirtyrate", "How fast a domain writes to its memory, as last measured.", "virConnectGetAllDomainStats", "dirtyrate.",
            "calc_status:DomainDirtyRateStatus calc_start_time:long calc_period:int megabytes_per_second:long calc_mode:string vcpu:DomainStatsDirtyrateVcpu[]"),
        ("DomainStatsDirtyrateVcpu", "How fast a virtual processor writes.", "virConnectGetAllDomainStats", "dirtyrate.vcpu.<num>.", "#:int megabytes_per_second:ulong"),
    ];

    /// <summary>Methods that are named otherwise than by the rule.</summary>
    static readonly Dictionary<string, string> Names = new()
    {
        ["virDomainSetSchedulerParametersFlags"] = "SetSchedulerParameters",
    };

    /// <summary>Calls that take their time: they have a form that doesn't block.</summary>
    static readonly HashSet<string> TakesTime = ["virDomainBlockCopy", "virDomainSaveParams", "virDomainRestoreParams", "virDomainGetGuestVcpus"];

    const string Rest = "What has no member here, by libvirt's name: int, uint, long, ulong, double, bool or string.";

    sealed record Field(string Key, string Name, string Type, string Words);

    /// <summary>The records, and the methods around them.</summary>
    public IEnumerable<(string Name, string Text)> Files()
    {
        var records = Start(api);
        foreach (var r in Records)
        {
            var functions = string.Join(", ", r.Functions);
            Record(records, r.Name, functions.Length > 0 ? $"{r.Summary} ({functions})" : r.Summary, [.. Fields(r)],
                r.IsRead || r.Functions.Any(IsRead), r.IsSent || r.Functions.Any(f => !IsRead(f)), hasOthers: true);
        }
        foreach (var t in Texts)
            Record(records, t.Name, t.Summary.Length == 0 ? "" : $"{t.Summary} ({t.Function})", [.. Fields(t)], isRead: true, isSent: false, hasOthers: t.Prefix.Length == 0);
        records.Length--;
        yield return ("Parameters.cs", records.ToString());

        var methods = Start(api, "using System.Runtime.InteropServices;\nusing Libvirt.Generated;\nusing static Libvirt.Generated.Native;\nusing static Libvirt.LibvirtException;\n\n");
        var all = Records.SelectMany(r => r.Functions.Select(f => (Function: api.Functions.Single(x => Attribute(x, "name") == f), Record: r.Name)))
            .Append((Function: api.Functions.Single(x => Attribute(x, "name") == "virDomainGetGuestVcpus"), Record: "DomainGuestVcpus"));
        foreach (var group in all.GroupBy(m => Attribute(m.Function.Element("arg")!, "type")).OrderBy(g => g.Key, StringComparer.Ordinal))
        {
            methods.Append($"public sealed unsafe partial class {group.Key["vir".Length..^"Ptr".Length]}\n{{\n");
            foreach (var (function, record) in group.OrderBy(m => Attribute(m.Function, "name"), StringComparer.Ordinal))
                Method(methods, function, record);
            methods.Length--;
            methods.Append("}\n\n");
        }
        methods.Length--;
        yield return ("Parameters.Methods.cs", methods.ToString());
    }

    static StringBuilder Start(Api api, string usings = "") =>
        new(NativeWriter.Start(api, "Libvirt").Replace("namespace", usings + "namespace", StringComparison.Ordinal));

    IEnumerable<Field> Fields(Macros r) =>
        from m in api.Strings
        let name = Attribute(m, "name")
        where name.StartsWith(r.Prefix, StringComparison.Ordinal) && !Attribute(m, "string").Contains('%', StringComparison.Ordinal)      // a pattern for printf
        select new Field(Attribute(m, "string"), Pascal(name[r.Prefix.Length..]), TypeOf(m),
            $"{name}, <c>{Attribute(m, "string")}</c>. {NativeWriter.Text(m.Element("info")?.Value ?? "")} Since {Attribute(m, "version")}.");

    static string TypeOf(XElement macro)
    {
        var name = Attribute(macro, "name");
        var text = macro.Element("info")?.Value ?? "";
        if (Types.FirstOrDefault(t => name.StartsWith(t.Macro, StringComparison.Ordinal)) is { Type.Length: > 0 } known)
            return known.Type;
        return TypeWord().Match(text) is not { Success: true } word ? throw new InvalidDataException($"What type has {name}?") : word.Groups[1].Value.ToUpperInvariant() switch
        {
            "INT" => "int",
            "UINT" or "UNSIGNED INT" => "uint",
            "LLONG" => "long",
            "ULLONG" or "UNSIGNED LONG LONG" => "ulong",
            "BOOLEAN" => "bool",
            "STRING" => "string",
            var other => throw new InvalidDataException($"{name} is {other}"),
        };
    }

    IEnumerable<Field> Fields((string Name, string Summary, string Function, string Prefix, string Fields) t)
    {
        var text = api.Functions.Single(f => Attribute(f, "name") == t.Function).Element("info")!.Value;
        foreach (var (key, type) in t.Fields.Split(' ').Select(f => f.Split(':')).Select(f => (f[0], f[1])))
        {
            if (key == "#")
                yield return new(key, "Number", type, "Its number in libvirt's names.");
            else if (key == "@")
                yield return new(key, type, type, "");
            else if (key.StartsWith("VIR_", StringComparison.Ordinal))
            {
                foreach (var macro in api.Strings.Where(m => Attribute(m, "name").StartsWith(key, StringComparison.Ordinal)).Select(m => Attribute(m, "string")))
                    yield return new(macro, Camel(macro), type, Say(text, t.Prefix + macro));
            }
            else if (Texts.FirstOrDefault(x => x.Name == type.Replace("[]", "", StringComparison.Ordinal)) is { Name: not null } record)
                yield return new(key, Camel(key), type, $"<c>{NativeWriter.Text(record.Prefix)}</c>: {record.Summary}");
            else
                yield return new(key, Camel(key), type, Say(text, t.Prefix + key));
        }
    }

    /// <summary>What the text says of a field.</summary>
    static string Say(string text, string key)
    {
        var said = Regex.Match(text, $@"[""']{Regex.Escape(key)}[""']\s*[-:]\s*(.*?)(?=\n\s*[""']|\n\s*\n|\n\S|$)", RegexOptions.Singleline);
        return said.Success ? $"<c>{NativeWriter.Text(key)}</c>: {NativeWriter.Text(said.Groups[1].Value).TrimEnd('.')}." : throw new InvalidDataException($"The text doesn't know {key}");
    }

    static string Camel(string key) => string.Concat(Words().Split(key).Select(w => char.ToUpperInvariant(w[0]) + w[1..]));

    static void Record(StringBuilder b, string name, string summary, List<Field> fields, bool isRead, bool isSent, bool hasOthers)
    {
        if (summary.Length > 0)
            b.Append($"/// <summary>{NativeWriter.Text(summary)}</summary>\n");
        b.Append($"public sealed partial record {name}\n{{\n");
        foreach (var f in fields.Where(f => f.Key != "@"))
        {
            var type = f.Key == "#" ? f.Type : f.Type.EndsWith("[]", StringComparison.Ordinal) ? $"IReadOnlyList<{f.Type[..^2]}>?" : f.Type + "?";
            b.Append($"    /// <summary>{f.Words}</summary>\n    public {type} {f.Name} {{ get; init; }}\n\n");
        }
        if (hasOthers)
            b.Append($"    /// <summary>{Rest}{(isSent ? " It is sent as well." : "")}</summary>\n    public IReadOnlyDictionary<string, object> Others {{ get; init; }} = ParameterValues.None;\n\n");
        if (isRead)
        {
            var given = string.Concat(fields.Where(f => f.Key == "@").Select(f => $", {f.Type} given"));
            b.Append($"    internal static {name} Read(ParameterValues values{given}) => new()\n    {{\n");
            foreach (var f in fields)
                b.Append($"        {f.Name} = {Taken(f)},\n");
            b.Append(hasOthers ? "        Others = values.Others,\n" : "").Append("    };\n\n");
        }
        if (isSent)
        {
            b.Append("    internal IEnumerable<KeyValuePair<string, object?>> Members() =>\n    [\n");
            foreach (var f in fields)
                b.Append($"        new(\"{f.Key}\", {(char.IsUpper(f.Type[0]) ? "(int?)" : "")}{f.Name}),\n");
            b.Append("    ];\n\n");
        }
        b.Length--;
        b.Append("}\n\n");
    }

    static string Taken(Field f) => f.Type switch
    {
        _ when f.Key == "#" => "values.Number",
        _ when f.Key == "@" => "given",
        "string" => $"values.TakeString(\"{f.Key}\")",
        "int" or "uint" or "long" or "ulong" or "bool" => $"values.Take<{f.Type}>(\"{f.Key}\")",
        _ when f.Type.EndsWith("[]", StringComparison.Ordinal) => $"values.TakeList(\"{f.Key}\", {f.Type[..^2]}.Read)",
        _ when Texts.Any(t => t.Name == f.Type) => $"values.TakeGroup(\"{f.Key}\", {f.Type}.Read)",
        _ => $"({f.Type}?)values.Take<int>(\"{f.Key}\")",
    };

    bool IsRead(string function) => api.Functions.Single(f => Attribute(f, "name") == function).Elements("arg").Any(a => Attribute(a, "name") == "nparams" && Attribute(a, "type").EndsWith('*'));

    /// <summary>The method of a function. Handle, strings and numbers come first, then the parameters, then flags.</summary>
    void Method(StringBuilder b, XElement f, string record)
    {
        var function = Attribute(f, "name");
        var receiver = Attribute(f.Element("arg")!, "type")[..^"Ptr".Length];
        var name = Names.GetValueOrDefault(function) ?? (function.StartsWith(receiver, StringComparison.Ordinal) ? function[receiver.Length..] : function["vir".Length..]);
        var isRead = IsRead(function);
        List<string> declared = [], prepared = ["using var self = Handle.Use();"], passed = ["self.Pointer"], documented = [];
        foreach (var a in f.Elements("arg").Skip(1))
        {
            var (c, type) = (Attribute(a, "name"), Attribute(a, "type"));
            var argument = Camel(c);
            argument = char.ToLowerInvariant(argument[0]) + argument[1..];
            var isOptional = c == "params" && Attribute(a, "info").Contains("or NULL", StringComparison.Ordinal);
            switch (c, type)
            {
                case ("params", _) when isRead: passed.Add(type.EndsWith('*') ? "&list" : "list"); break;
                case ("params", _):
                    declared.Add($"{record}{(isOptional ? "?" : "")} parameters{(isOptional ? " = null" : "")}");
                    documented.Add("parameters\">What is null is not sent.");
                    prepared.Add(isOptional ? "parameters ??= new();" : "");
                    prepared.Add("using var list = new ParameterList(parameters.Members(), parameters.Others);");
                    passed.Add("list.Pointer");
                    break;
                case ("nparams", _) when isRead: passed.Add(type.StartsWith("unsigned", StringComparison.Ordinal) ? "(uint*)&count" : "&count"); break;
                case ("nparams", _): passed.Add("list.Count"); break;
                case ("flags", _) when api.EnumOf(f, a) is { } e && e != "virTypedParameterFlags":
                    declared.Add($"{EnumName(e)} flags = default");
                    documented.Add($"flags\">{NativeWriter.Text(Attribute(a, "info"))}");
                    passed.Add("flags");
                    break;
                case ("flags", _): passed.Add("0"); break;
                case (_, "const char *"):
                    declared.Add($"string {argument}");
                    documented.Add($"{argument}\">{NativeWriter.Text(Attribute(a, "info"))}");
                    prepared.Add($"using var {argument}Text = new Text({argument});");
                    passed.Add($"{argument}Text.Pointer");
                    break;
                default:
                    declared.Add($"{api.Type(type)} {argument}");
                    documented.Add($"{argument}\">{NativeWriter.Text(Attribute(a, "info"))}");
                    passed.Add(argument);
                    break;
            }
        }
        var isAllocated = passed.Contains("&list");
        string Call(params (string From, string To)[] changes) =>
            $"Check({function}({string.Join(", ", passed.Select(p => changes.FirstOrDefault(c => c.From == p) is { To: { } to } ? to : p))}));";
        if (isRead && !isAllocated)
            prepared.AddRange(["var count = 0;", Call(("list", "null")), "if (count == 0)", "    return new();", "var list = (virTypedParameter*)NativeMemory.AllocZeroed((nuint)count, (nuint)sizeof(virTypedParameter));"]);
        if (isRead && isAllocated)
            prepared.AddRange(["virTypedParameter* list = null;", "var count = 0;", Call()]);
        if (isRead)
            prepared.AddRange(["try", "{", .. isAllocated ? (string[])[] : [$"    {Call()}"], $"    return {record}.Read(new(list, count));", "}", "finally", "{", "    virTypedParamsFree(list, count);", "}"]);
        else
            prepared.Add(Call());

        var words = string.Concat(documented.Select(d => $"    /// <param name=\"{d}</param>\n"));
        var result = isRead ? record : "void";
        NativeWriter.Comment(b, "    ", f.Element("info")?.Value, Attribute(f, "version"), $" ({function})");
        b.Append($"{words}    public {result} {name}({string.Join(", ", declared)})\n    {{\n{string.Concat(prepared.Where(l => l.Length > 0).Select(l => $"        {l}\n"))}    }}\n\n");
        if (!TakesTime.Contains(function))
            return;
        b.Append($"    /// <summary>The same as <see cref=\"{name}\"/>, on a thread of <see cref=\"Connect.Calls\"/>.</summary>\n{words}");
        b.Append("    /// <param name=\"cancellationToken\">Ends the wait; a call that has begun goes on.</param>\n");
        b.Append($"    public Task{(isRead ? $"<{record}>" : "")} {name}Async({string.Join(", ", declared.Append("CancellationToken cancellationToken = default"))}) =>\n");
        b.Append($"        Handle.Calls.Run(() => {name}({string.Join(", ", declared.Select(d => d.Split(' ')[1]))}), cancellationToken);\n\n");
    }

    [GeneratedRegex(@"\b(?:VIR_TYPED_PARAMS?_|(?:as an? |(?:with a )?type of ))(INT|UINT|LLONG|ULLONG|BOOLEAN|STRING|uint|ullong|llong|unsigned long long|unsigned int|string|int)\b")]
    private static partial Regex TypeWord();
    [GeneratedRegex(@"[-._]")]
    private static partial Regex Words();
}
