namespace Libvirt.Tests;

/// <summary>Typed parameters that the test driver keeps: what is set is read back, what isn't set stays as it was.</summary>
public sealed class ParameterTests : IDisposable
{
    private const string Mac = "52:54:00:11:22:33";
    private readonly Connect _connect = Connect.Open("test:///default");
    private readonly Domain _domain;

    public ParameterTests() => _domain = _connect.DomainDefineXML(Xml.Domain().Replace("</domain>", $"""
        <iothreads>1</iothreads><devices>
          <disk type='file' device='disk'><source file='/nowhere'/><target dev='vda'/></disk>
          <interface type='network'><mac address='{Mac}'/><source network='default'/></interface>
        </devices></domain>
        """, StringComparison.Ordinal));

    public void Dispose()
    {
        _domain.Undefine();
        _domain.Dispose();
        _connect.Dispose();
    }

    [Fact]
    public void MemoryLimits()
    {
        var before = _domain.GetMemoryParameters();
        _domain.SetMemoryParameters(new() { SoftLimit = 1024, HardLimit = 2048 });
        Assert.Equal(before with { SoftLimit = 1024, HardLimit = 2048 }, _domain.GetMemoryParameters());
        Assert.Null(before.MinGuarantee);       // the driver doesn't have it
    }

    [Fact]
    public void BlkioWeight()
    {
        Assert.Equal(0u, _domain.GetBlkioParameters().Weight);
        _domain.SetBlkioParameters(new() { Weight = 500 });
        Assert.Equal((500u, ""), (_domain.GetBlkioParameters().Weight, _domain.GetBlkioParameters().DeviceWeight));
    }

    [Fact]
    public void InterfaceBandwidth()
    {
        _domain.SetInterfaceParameters(Mac, new() { InAverage = 100, InPeak = 200 });
        var limits = _domain.GetInterfaceParameters(Mac);
        Assert.Equal((100u, 200u, 0u, 0u), (limits.InAverage, limits.InPeak, limits.InBurst, limits.OutAverage));
        Assert.Equal(ErrorNumber.InvalidArg, Assert.Throws<LibvirtException>(() => _domain.GetInterfaceParameters("52:54:00:00:00:00")).Code);
    }

    [Fact]
    public void BlockIoTune()
    {
        _domain.SetBlockIoTune("vda", new() { TotalBytesSec = 5000, TotalBytesSecMax = 6000, GroupName = "grup" });
        var limits = _domain.GetBlockIoTune("vda");
        Assert.Equal((5000ul, 6000ul, "grup", 0ul), (limits.TotalBytesSec, limits.TotalBytesSecMax, limits.GroupName, limits.ReadIopsSec));
        Assert.Empty(limits.Others);
    }

    [Fact]
    public void NumaNodeset()
    {
        _domain.SetNumaParameters(new() { Nodeset = "0" });
        Assert.Equal(new DomainNumaParameters { Mode = DomainNumatuneMemMode.Strict, Nodeset = "0" }, _domain.GetNumaParameters());
    }

    [Fact]
    public void PerfEvents()
    {
        Assert.False(_domain.GetPerfEvents().CpuClock);
        _domain.SetPerfEvents(new() { CpuClock = true });
        Assert.Equal((true, false), (_domain.GetPerfEvents().CpuClock, _domain.GetPerfEvents().TaskClock));
    }

    [Fact]
    public void SchedulerWeight()
    {
        Assert.Equal(("fair", 1), _domain.GetSchedulerType());
        Assert.Equal(new DomainSchedulerParameters { Weight = 50 }, _domain.GetSchedulerParameters());
        _domain.SetSchedulerParameters(new() { Weight = 50 });
    }

    [Fact]
    public void OthersAreSentAndJudgedByTheDriver()
    {
        var error = Assert.Throws<LibvirtException>(() =>
            _domain.SetBlkioParameters(new() { Others = new Dictionary<string, object> { ["of_tomorrow"] = 1u } }));
        Assert.Equal(ErrorNumber.ArgumentUnsupported, error.Code);
        Assert.Contains("of_tomorrow", error.Message);
        error = Assert.Throws<LibvirtException>(() => _domain.SetBlkioParameters(new() { Others = new Dictionary<string, object> { ["weight"] = "heavy" } }));
        Assert.Contains("weight", error.Message);
    }

    [Fact]
    public void NothingToSetIsRefusedByLibvirt() =>
        Assert.Equal(ErrorNumber.InvalidArg, Assert.Throws<LibvirtException>(() => _domain.SetMemoryParameters(new())).Code);

    [Fact]
    public void WhatTheDriverLacksIsNoSupport()
    {
        Assert.All<Action>(
        [
            () => _domain.BlockStatsFlags("vda"), () => _domain.GetJobInfo(), () => _domain.GetJobStats(),
            () => _domain.GetGuestInfo(), () => _domain.GetGuestVcpus(),
            () => _domain.BlockCopy("vda", "<disk/>", new() { Bandwidth = 1 }), () => _domain.SetLaunchSecurityState(new() { SevSecret = "s" }),
            () => _domain.SaveParams(new() { File = "/nowhere" }), () => _connect.DomainRestoreParams(new() { File = "/nowhere" }),
            () => _connect.SetIdentity(new() { UserName = "u" }),
            () => _connect.NodeGetMemoryParameters(), () => _connect.NodeSetMemoryParameters(new() { PagesToScan = 1 }),
            () => _connect.NodeGetSEVInfo(),
            () => _domain.Migrate(_connect, DomainMigrateFlags.Live), () => _domain.Migrate2(_connect, null, DomainMigrateFlags.Live),
            () => _domain.Migrate3(_connect),
        ], call => Assert.Equal(ErrorNumber.NoSupport, Assert.Throws<LibvirtException>(call).Code));
    }

    [Fact]
    public void MigrationParametersReachTheLibrary()
    {
        var error = Assert.Throws<LibvirtException>(() =>
            _domain.MigrateToURI3(null, new() { Others = new Dictionary<string, object> { [new string('n', 100)] = 1 } }));
        Assert.Contains("nnn", error.Message);
        Assert.Equal(ErrorNumber.ArgumentUnsupported, Assert.Throws<LibvirtException>(() => _domain.MigrateToURI3(null, new() { Bandwidth = 1 })).Code);
        Assert.Equal(ErrorNumber.ArgumentUnsupported, Assert.Throws<LibvirtException>(() => _domain.MigrateToURI("xen:nowhere", DomainMigrateFlags.Live)).Code);
        Assert.Equal(ErrorNumber.ArgumentUnsupported,
            Assert.Throws<LibvirtException>(() => _domain.MigrateToURI2("qemu+tcp://nowhere/system", null, null, DomainMigrateFlags.Peer2peer)).Code);
    }
}
