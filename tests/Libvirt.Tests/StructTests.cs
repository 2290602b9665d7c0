namespace Libvirt.Tests;

/// <summary>Structs and buffers that C fills, as far as the test driver has them.</summary>
public sealed class StructTests : IDisposable
{
    private const string Mac = "52:54:00:11:22:33";
    private readonly Connect _connect = Connect.Open("test:///default");
    private readonly Domain _domain;

    public StructTests() => _domain = _connect.DomainCreateXML(Xml.Domain().Replace("</domain>", $"""
        <iothreads>1</iothreads><devices>
          <disk type='file' device='disk'><source file='/nowhere'/><target dev='vda'/></disk>
          <interface type='network'><mac address='{Mac}'/><source network='default'/></interface>
        </devices></domain>
        """, StringComparison.Ordinal));

    public void Dispose()
    {
        _domain.Destroy();
        _domain.Dispose();
        _connect.Dispose();
    }

    [Fact]
    public void ProcessorsArePinnedAndTheMapsReadBack()
    {
        Assert.Equal([CpuMap.Parse("0-7"), CpuMap.Parse("0-7")], _domain.GetVcpuPinInfo());
        _domain.PinVcpu(0, [0, 2]);
        _domain.PinVcpuFlags(1, [7]);
        Assert.Equal([[0, 2], [7]], _domain.GetVcpuPinInfo());
        Assert.Equal([CpuMap.Create([0, 2]), CpuMap.Create([7])], _domain.GetVcpus().Select(v => v.CpuMap));
        Assert.Equal([(0u, VcpuState.Running), (1u, VcpuState.Running)], _domain.GetVcpus().Select(v => (v.Number, v.State)));
        Assert.Equal(ErrorNumber.InvalidArg, Assert.Throws<LibvirtException>(() => _domain.PinVcpu(9, [0])).Code);
    }

    [Fact]
    public void TheEmulatorAndItsThreadsArePinned()
    {
        _domain.PinEmulator([1]);
        Assert.Equal([1], _domain.GetEmulatorPinInfo()!);
        _domain.PinIOThread(1, [3, 4]);
        Assert.Equal([new DomainIOThreadInfo(1, [3, 4])], _domain.GetIOThreadInfo());
    }

    [Fact]
    public void ProcessorTimeIsOfTheDomainOrByProcessor()
    {
        var all = _domain.GetCPUStats();
        Assert.True(all.Cputime > 0 && all.Usertime > 0);
        Assert.Null(all.Vcputime);
        var each = _domain.GetCPUStats(0u);
        Assert.Equal(2, each.Count);
        Assert.All(each, cpu => Assert.True(cpu.Cputime > 0 && cpu.Vcputime > 0));
        Assert.Single(_domain.GetCPUStats(1u));
        Assert.Single(_domain.GetCPUStats(0u, 1));
        Assert.Empty(_domain.GetCPUStats(2u));
    }

    [Fact]
    public void DisksHaveSizeTrafficAndErrors()
    {
        Assert.Equal((1099506450432ul, 1099511627776ul), (_domain.GetBlockInfo("vda").Capacity, _domain.GetBlockInfo("vda").Physical));
        var stats = _domain.BlockStats("vda");
        Assert.True(stats.RdReq > stats.RdBytes && stats.WrReq > stats.WrBytes && stats.Errs > 0);
        Assert.Equal([new DomainDiskError("vda", DomainDiskErrorCode.Unspec)], _domain.GetDiskErrors());
        Assert.Equal(ErrorNumber.InvalidArg, Assert.Throws<LibvirtException>(() => _domain.BlockStats("vdz")).Code);
    }

    [Fact]
    public void InterfacesHaveTraffic()
    {
        var stats = _domain.InterfaceStats(Mac);
        Assert.True(stats.RxBytes > stats.RxPackets && stats.RxPackets > stats.RxErrs && stats.RxErrs > stats.RxDrop && stats.RxDrop > 0);
        Assert.True(stats.TxBytes > stats.TxPackets && stats.TxPackets > stats.TxErrs && stats.TxErrs > stats.TxDrop && stats.TxDrop > 0);
    }

    [Fact]
    public void MemoryIsRead()
    {
        Assert.Equal(Enumerable.Range(16, 8).Select(i => (byte)i), _domain.MemoryPeek(16, 8, DomainMemoryFlags.Physical));
        Assert.Equal(8192ul, _domain.GetMaxMemory());
        Assert.Equal(ErrorNumber.InvalidArg, Assert.Throws<LibvirtException>(() => _domain.MemoryPeek(0, 1, default)).Code);
    }

    [Fact]
    public void FileSystemsAreFrozenAndThawed()
    {
        Assert.Equal(["/", "/boot"], _domain.GetFSInfo().Select(f => f.Mountpoint));
        var root = _domain.GetFSInfo()[0];
        Assert.Equal(("vda1", "ext4"), (root.Name, root.Fstype));
        Assert.Equal(["vda"], root.DevAlias);
        Assert.Equal(1, _domain.FSFreeze(["/boot"]));
        Assert.Equal(1, _domain.FSFreeze());            // the rest
        Assert.Equal(2, _domain.FSThaw());
        Assert.Equal(0, _domain.FSThaw(["/"]));
    }

    [Fact]
    public async Task TheAgentsCallsHaveFormsThatDoNotBlock()
    {
        Assert.Equal(2, (await _domain.GetFSInfoAsync()).Count);
        Assert.Equal(1, await _domain.FSFreezeAsync(["/"]));
        Assert.Equal(1, await _domain.FSThawAsync());
        Assert.Equal(ErrorNumber.NoSupport, (await Assert.ThrowsAsync<LibvirtException>(() => _domain.GetGuestInfoAsync())).Code);
    }

    [Fact]
    public void TheGuestsClockIsSet()
    {
        var time = new DateTimeOffset(2026, 11, 21, 12, 30, 0, TimeSpan.FromHours(1)).AddTicks(1234567);
        _domain.SetTime(time);
        Assert.Equal(time, _domain.GetTime());
        _domain.SetTime(DateTimeOffset.UnixEpoch.AddTicks(-1));
        Assert.Equal(DateTimeOffset.UnixEpoch.AddTicks(-1), _domain.GetTime());
    }

    [Fact]
    public void StateOfControlSecurityAndMessages()
    {
        Assert.Equal(new DomainControlInfo(DomainControlState.Ok, DomainControlErrorReason.None, 0), _domain.GetControlInfo());
        Assert.Equal(new SecurityLabel("libvirt-test", true), _domain.GetSecurityLabel());
        Assert.Equal(new SecurityModel("testSecurity", ""), _connect.NodeGetSecurityModel());
        Assert.Empty(_domain.GetMessages());
    }

    [Fact]
    public void TheHostHasProcessorsAndMemory()
    {
        Assert.Equal((8, CpuMap.Parse("0,2,4")), _connect.NodeGetCPUMap());
        var stats = _connect.NodeGetCPUStats();
        Assert.True(stats.User > 0 && stats.Kernel > 0 && stats.Idle > 0 && stats.Iowait > 0);
        Assert.Null(stats.Utilization);
        Assert.Equal([2097152ul, 4194304ul], _connect.NodeGetCellsFreeMemory(0, 16));
        Assert.Equal([4194304ul], _connect.NodeGetCellsFreeMemory(1, 1));
    }

    [Fact]
    public void ProcessorModelsAreComparedWithNullAndManyStrings()
    {
        Assert.Contains("Penryn", _connect.GetCPUModelNames("x86_64"));
        Assert.Contains("<model fallback='allow'>Conroe</model>",
            _connect.BaselineCPU(["<cpu><arch>x86_64</arch><model>Penryn</model></cpu>", "<cpu><arch>x86_64</arch><model>core2duo</model></cpu>"]));
        Assert.Equal(ErrorNumber.InvalidArg, Assert.Throws<LibvirtException>(() => _connect.BaselineCPU([])).Code);
        Assert.Throws<ArgumentException>(() => _connect.BaselineCPU(["<cpu/>", "a\0b"]));
    }

    [Fact]
    public void StatsOfSomeDomainsComeInTheirOwnObjects()
    {
        using var other = _connect.DomainDefineXML(Xml.Domain());
        var stats = Domain.ListGetStats([other, _domain], DomainStatsTypes.State);
        Assert.Equal([DomainState.Shutoff, DomainState.Running], stats.Select(s => s.State!.State!.Value));
        foreach (var s in stats)
            s.Dispose();
        Assert.Equal(DomainState.Running, _domain.GetState().State);
        other.Undefine();
        Assert.Throws<ArgumentException>(() => Domain.ListGetStats([], default));
    }

    [Fact]
    public void RunningDomainsAreListedByNumber() => Assert.Contains(_domain.GetID()!.Value, _connect.ListDomains());

    [Fact]
    public void PoolsAndVolumesHaveASize()
    {
        using var pool = _connect.LookupStoragePoolByName("default-pool");
        var info = pool.GetInfo();
        Assert.Equal(StoragePoolState.Running, info.State);
        Assert.Equal(info.Capacity, info.Allocation + info.Available);
        using var volume = pool.StorageVolCreateXML(
            $"<volume><name>v-{Guid.NewGuid():N}</name><capacity>4096</capacity><allocation>1024</allocation></volume>");
        Assert.Equal(new StorageVolumeInfo(StorageVolType.File, 4096, 1024), volume.GetInfo());
        volume.Delete();
    }
}
