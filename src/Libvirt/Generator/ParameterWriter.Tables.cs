namespace Libvirt.Generator;

public sealed partial class ParameterWriter
{
    /// <summary>A record whose fields are the macros that begin alike, and the functions around it whose methods follow by rule.</summary>
    sealed record Macros(string Name, string Summary, string Prefix, string[] Functions, bool IsRead = false, bool IsSent = false);

    static readonly Macros[] Records =
    [
        new("ConnectIdentity", "Who a connection acts for.", "VIR_CONNECT_IDENTITY_", ["virConnectSetIdentity"]),
        new("DomainBlkioParameters", "A domain's share of the host's disks.", "VIR_DOMAIN_BLKIO_",
            ["virDomainGetBlkioParameters", "virDomainSetBlkioParameters"]),
        new("DomainBlockCopyParameters", "How a disk is copied.", "VIR_DOMAIN_BLOCK_COPY_", ["virDomainBlockCopy"]),
        new("DomainBlockIoTune", "Limits of a disk.", "VIR_DOMAIN_BLOCK_IOTUNE_", ["virDomainGetBlockIoTune", "virDomainSetBlockIoTune"]),
        new("DomainBlockStatsParameters", "What was read from and written to a disk.", "VIR_DOMAIN_BLOCK_STATS_", ["virDomainBlockStatsFlags"]),
        new("DomainCPUStats", "Processor time of a domain. (virDomainGetCPUStats)", "VIR_DOMAIN_CPU_STATS_", [], IsRead: true),
        new("DomainInterfaceParameters", "Limits of a network interface.", "VIR_DOMAIN_BANDWIDTH_",
            ["virDomainGetInterfaceParameters", "virDomainSetInterfaceParameters"]),
        new("DomainIOThreadParameters", "How an IO thread works.", "VIR_DOMAIN_IOTHREAD_", ["virDomainSetIOThreadParams"]),
        new("DomainJobStats", "Progress of a job. (virDomainGetJobStats)", "VIR_DOMAIN_JOB_", [], IsRead: true),
        new("DomainLaunchSecurityParameters", "A confidential guest.", "VIR_DOMAIN_LAUNCH_SECURITY_",
            ["virDomainGetLaunchSecurityInfo", "virDomainSetLaunchSecurityState"]),
        new("DomainMemoryParameters", "Limits of a domain's memory, in KiB.", "VIR_DOMAIN_MEMORY_",
            ["virDomainGetMemoryParameters", "virDomainSetMemoryParameters"]),
        new("DomainMigrateParameters", "How a domain is moved. (virDomainMigrate3, virDomainMigrateToURI3)", "VIR_MIGRATE_PARAM_", [], IsSent: true),
        new("DomainNumaParameters", "Where a domain's memory is.", "VIR_DOMAIN_NUMA_", ["virDomainGetNumaParameters", "virDomainSetNumaParameters"]),
        new("DomainPerfEvents", "What is measured of a domain.", "VIR_PERF_PARAM_", ["virDomainGetPerfEvents", "virDomainSetPerfEvents"]),
        new("DomainSaveRestoreParameters", "Where a domain is saved to or restored from.", "VIR_DOMAIN_SAVE_PARAM_",
            ["virDomainSaveParams", "virDomainRestoreParams"]),
        new("DomainSchedulerParameters", "A domain's share of the host's processors. (virDomainGetSchedulerParameters, virDomainSetSchedulerParameters)",
            "VIR_DOMAIN_SCHEDULER_", [], IsRead: true, IsSent: true),
        new("DomainTunables", "Limits of a guest as they were set. Pinning, which is named by a number, is among the others.", "VIR_DOMAIN_TUNABLE_",
            [], IsRead: true),
        new("NetworkPortParameters", "Limits of a port.", "VIR_NETWORK_PORT_BANDWIDTH_", ["virNetworkPortGetParameters", "virNetworkPortSetParameters"]),
        new("NodeCPUStats", "How a host's processors spend their time. (virNodeGetCPUStats)", "VIR_NODE_CPU_STATS_", [], IsRead: true),
        new("NodeMemoryParameters", "How a host shares equal pages of memory.", "VIR_NODE_MEMORY_SHARED_",
            ["virNodeGetMemoryParameters", "virNodeSetMemoryParameters"]),
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

    const string Stats = "virConnectGetAllDomainStats", Guest = "virDomainGetGuestInfo";

    /// <summary>
    /// Records whose fields stand in the text of a function: <c>name:type</c> each, after what all begin with. A type with [] is a list of records,
    /// whose elements have numbers in their names (# is that number); a group of macros stands for all their names; @ is a member by hand, given by who reads.
    /// </summary>
    static readonly (string Name, string Summary, string Function, string Prefix, string Fields)[] Texts =
    [
        ("DomainGuestVcpus", "A guest's own view of its processors, as lists such as 0-2,4.", "virDomainGetGuestVcpus", "",
            "vcpus:string online:string offlinable:string"),
        ("DomainGuestInfo", "What the agent in a guest says of it: text of a stranger. A group that wasn't asked for is null.", Guest, "",
            "user:DomainGuestUser[] os:DomainGuestOS timezone:DomainGuestTimezone fs:DomainGuestFilesystem[] disk:DomainGuestDisk[] hostname:string " +
            "if:DomainGuestInterface[]"),
        ("DomainGuestUser", "Somebody logged in.", Guest, "user.<num>.", "name:string domain:string login-time:ulong"),
        ("DomainGuestOS", "A guest's operating system.", Guest, "os.",
            "id:string name:string pretty-name:string version:string version-id:string kernel-release:string kernel-version:string machine:string " +
            "variant:string variant-id:string"),
        ("DomainGuestTimezone", "Where a guest believes to be.", Guest, "timezone.", "name:string offset:int"),
        ("DomainGuestFilesystem", "A mounted file system.", Guest, "fs.<num>.",
            "mountpoint:string name:string fstype:string total-bytes:ulong used-bytes:ulong disk:DomainGuestFilesystemDisk[]"),
        ("DomainGuestFilesystemDisk", "A disk that a file system is on.", Guest, "fs.<num>.disk.<num>.", "alias:string serial:string device:string"),
        ("DomainGuestDisk", "A disk or partition.", Guest, "disk.<num>.",
            "name:string partition:bool dependency:DomainGuestDiskDependency[] serial:string alias:string guest_alias:string"),
        ("DomainGuestDiskDependency", "What a disk is made of.", Guest, "disk.<num>.dependency.<num>.", "name:string"),
        ("DomainGuestInterface", "A network interface.", Guest, "if.<num>.", "name:string hwaddr:string addr:DomainGuestAddress[]"),
        ("DomainGuestAddress", "An address of an interface.", Guest, "if.<num>.addr.<num1>.", "type:string addr:string prefix:uint"),
        ("DomainStats", "", Stats, "",
            "@:Domain state:DomainStatsState cpu:DomainStatsCpu balloon:DomainStatsBalloon vcpu.current:uint vcpu.maximum:uint " +
            "vcpu:DomainStatsVcpu[] net:DomainStatsNet[] block:DomainStatsBlock[] perf:DomainStatsPerf iothread:DomainStatsIOThread[] " +
            "memory.bandwidth.monitor:DomainStatsMemoryBandwidthMonitor[] dirtyrate:DomainStatsDirtyrate"),
        ("DomainStatsState", "What a domain does, and why.", Stats, "state.", "state:DomainState reason:int"),
        ("DomainStatsCpu", "Processor time used so far, in nanoseconds.", Stats, "cpu.",
            "time:ulong user:ulong system:ulong haltpoll.success.time:ulong haltpoll.fail.time:ulong cache.monitor:DomainStatsCacheMonitor[]"),
        ("DomainStatsCacheMonitor", "Use of the last level cache by some virtual processors.", Stats, "cpu.cache.monitor.<num>.",
            "name:string vcpus:string bank:DomainStatsCacheBank[]"),
        ("DomainStatsCacheBank", "Use of one cache.", Stats, "cpu.cache.monitor.<num>.bank.<index>.", "id:uint bytes:ulong"),
        ("DomainStatsBalloon", "Memory.", Stats, "balloon.",
            "current:ulong maximum:ulong swap_in:ulong swap_out:ulong major_fault:ulong minor_fault:ulong unused:ulong available:ulong rss:ulong " +
            "usable:ulong last-update:ulong disk_caches:ulong hugetlb_pgalloc:ulong hugetlb_pgfail:ulong"),
        ("DomainStatsVcpu", "A virtual processor. What only the hypervisor knows is among the others.", Stats, "vcpu.<num>.",
            "#:int state:VcpuState time:ulong wait:ulong halted:bool delay:ulong"),
        ("DomainStatsNet", "A network interface.", Stats, "net.<num>.", "name:string rx.bytes:ulong rx.pkts:ulong rx.errs:ulong rx.drop:ulong " +
            "tx.bytes:ulong tx.pkts:ulong tx.errs:ulong tx.drop:ulong"),
        ("DomainStatsBlock", "A disk.", Stats, "block.<num>.", "name:string backingIndex:uint path:string rd.reqs:ulong rd.bytes:ulong rd.times:ulong " +
            "wr.reqs:ulong wr.bytes:ulong wr.times:ulong fl.reqs:ulong fl.times:ulong errors:ulong allocation:ulong capacity:ulong physical:ulong " +
            "threshold:ulong"),
        ("DomainStatsPerf", "What DomainPerfEvents turned on.", Stats, "perf.", "VIR_PERF_PARAM_:ulong"),
        ("DomainStatsIOThread", "An IO thread.", Stats, "iothread.<id>.", "#:int poll-max-ns:ulong poll-grow:uint poll-shrink:uint"),
        ("DomainStatsMemoryBandwidthMonitor", "Use of memory controllers by some virtual processors.", Stats, "memory.bandwidth.monitor.<num>.",
            "name:string vcpus:string node:DomainStatsMemoryBandwidthNode[]"),
        ("DomainStatsMemoryBandwidthNode", "Use of one memory controller.", Stats, "memory.bandwidth.monitor.<num>.node.<index>.",
            "id:uint bytes.local:ulong bytes.total:ulong"),
        ("DomainStatsDirtyrate", "How fast a domain writes to its memory, as last measured.", Stats, "dirtyrate.",
            "calc_status:DomainDirtyRateStatus calc_start_time:long calc_period:int megabytes_per_second:long calc_mode:string " +
            "vcpu:DomainStatsDirtyrateVcpu[]"),
        ("DomainStatsDirtyrateVcpu", "How fast a virtual processor writes.", Stats, "dirtyrate.vcpu.<num>.", "#:int megabytes_per_second:ulong"),
    ];
}
