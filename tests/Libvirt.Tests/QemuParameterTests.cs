namespace Libvirt.Tests;

/// <summary>Parameters, structs and statistics of a guest that really runs.</summary>
[Collection(nameof(Qemu))]
[Trait("Needs", "libvirt")]
public sealed class QemuParameterTests : IDisposable
{
    private const string Mac = "52:54:00:aa:bb:cc";
    private readonly Qemu _qemu;
    private readonly Domain _domain;

    public QemuParameterTests(Qemu qemu)
    {
        _qemu = qemu;
        _domain = qemu.Connect.DomainCreateXML(qemu.Guest(Qemu.Disk(qemu.NewImage()),
            $"<interface type='ethernet'><mac address='{Mac}'/></interface>",
            "<channel type='unix'><target type='virtio' name='org.qemu.guest_agent.0'/></channel>")
            .Replace("<vcpu>1</vcpu>", "<vcpu current='1'>2</vcpu><iothreads>1</iothreads>", StringComparison.Ordinal));
    }

    public void Dispose()
    {
        _domain.Destroy();
        _domain.Dispose();
    }

    [Fact]
    public void StatsOfAllGroupsAreThoseOfVirsh()
    {
        using var stats = Assert.Single(_qemu.Connect.GetAllDomainStats(default), s => s.Domain.GetUUID() == _domain.GetUUID());
        Assert.Equal(new DomainStatsState { State = DomainState.Running, Reason = (int)DomainRunningReason.Booted }, stats.State);
        Assert.Equal((1u, 2u), (stats.VcpuCurrent, stats.VcpuMaximum));
        Assert.Equal([(0, (VcpuState?)VcpuState.Running)], stats.Vcpu!.Select(v => (v.Number, v.State)));
        var disk = Assert.Single(stats.Block!);
        Assert.Equal(("vda", 1048576ul), (disk.Name, disk.Capacity));
        Assert.Equal(_domain.InterfaceStats(Mac).TxErrs, (long)Assert.Single(stats.Net!).TxErrs!.Value);
        Assert.Equal([1], stats.Iothread!.Select(t => t.Number));
        // Nothing but what only the hypervisor knows has no member.
        Assert.All(stats.Others.Keys, key => Assert.Matches(@"^(vm|vcpu\.\d+)\..+\.(cur|sum|max)$", key));

        var lines = Programs.Run("virsh", ["--connect", _qemu.Daemon.Uri, "domstats", "--raw", _domain.GetName()]).Split('\n').Where(l => l.Contains('='))
            .Select(l => l.Trim().Split('=', 2)).ToDictionary(l => l[0], l => l[1]);
        Assert.Equal(lines["balloon.maximum"], $"{stats.Balloon!.Maximum}");
        Assert.Equal(lines["balloon.current"], $"{stats.Balloon.Current}");
        Assert.Equal(lines["block.0.path"], disk.Path);
        Assert.Equal(lines["block.0.physical"], $"{disk.Physical}");
        Assert.Equal(lines["block.0.allocation"], $"{disk.Allocation}");
        Assert.InRange(disk.RdReqs!.Value, 0ul, ulong.Parse(lines["block.0.rd.reqs"]));
        Assert.Equal(lines["iothread.1.poll-max-ns"], $"{stats.Iothread![0].PollMaxNs}");
        Assert.InRange(stats.Cpu!.Time!.Value, 1ul, ulong.Parse(lines["cpu.time"]));
        Assert.Equal(lines.ContainsKey("dirtyrate.calc_status"), stats.Dirtyrate != null);
    }

    [Fact]
    public void ADisksTrafficIsThatOfTheStats()
    {
        var stats = _domain.BlockStatsFlags("vda");
        Assert.Equal((_domain.BlockStats("vda").RdReq, _domain.BlockStats("vda").RdBytes), (stats.ReadReq, stats.ReadBytes));
        Assert.NotNull(stats.FlushTotalTimes);
        Assert.Null(_domain.BlockStats("vda").Errs);     // QEMU doesn't count them
        Assert.Empty(stats.Others);
        Assert.Equal(1048576ul, _domain.GetBlockInfo("vda").Capacity);
        Assert.Null(_domain.GetBlockJobInfo("vda"));
        Assert.Empty(_domain.GetDiskErrors());
    }

    [Fact]
    public void ACopyTakesItsParameters()
    {
        var copy = Path.Combine(_qemu.Folder, $"{Guid.NewGuid():N}.qcow2");
        _domain.BlockCopy("vda", $"<disk type='file'><driver type='qcow2'/><source file='{copy}'/></disk>", new() { Bandwidth = 1048576, Granularity = 65536 });
        Assert.Equal(DomainBlockJobType.Copy, _domain.GetBlockJobInfo("vda")!.Type);
        Assert.Equal(1048576ul, _domain.GetBlockJobInfo("vda", DomainBlockJobInfoFlags.BandwidthBytes)!.Bandwidth);
        _domain.BlockJobAbort("vda");
        Assert.Null(_domain.GetBlockJobInfo("vda"));
    }

    [Fact]
    public void LimitsOfADiskAreSetAndReadBack()
    {
        _domain.SetBlockIoTune("vda", new() { WriteIopsSec = 100, GroupName = "grup" });
        var limits = _domain.GetBlockIoTune("vda");
        Assert.Equal((100ul, "grup", 0ul), (limits.WriteIopsSec, limits.GroupName, limits.ReadIopsSec));
        Assert.Empty(limits.Others);
    }

    [Fact]
    public void MemoryIsCountedAndRead()
    {
        var stats = _domain.MemoryStats();
        Assert.Equal(65536ul, stats.ActualBalloon);
        Assert.True(stats.Rss > 0);
        Assert.Null(stats.SwapIn);      // the guest would have to say
        Assert.Empty(stats.Others);
        // where a processor starts: the firmware's jump, in its ROM (the copy below 1 MB is memory, and empty while the firmware is copying itself there)
        Assert.Equal(0xEA, _domain.MemoryPeek(0xFFFFFFF0, 16, DomainMemoryFlags.Physical)[0]);
    }

    [Fact]
    public void ThreadsArePinned()
    {
        var (cpus, online) = _qemu.Connect.NodeGetCPUMap();
        Assert.Equal(2, _domain.GetVcpuPinInfo().Count);
        Assert.True(online.Count <= cpus);
        _domain.PinVcpuFlags(0, [online.First()], DomainModificationImpact.Live);
        _domain.PinVcpu(0, [online.First()]);
        _domain.PinEmulator([online.First()]);
        _domain.PinIOThread(1, [online.First()]);
        Assert.Equal([online.First()], _domain.GetVcpuPinInfo()[0]);
        Assert.Equal([online.First()], _domain.GetVcpus()[0].CpuMap);
        Assert.Equal([online.First()], _domain.GetEmulatorPinInfo()!);
        Assert.Equal([new DomainIOThreadInfo(1, [online.First()])], _domain.GetIOThreadInfo());
    }

    [Fact]
    public void AnIOThreadTakesItsParameters()
    {
        _domain.SetIOThreadParams(1, new() { PollMaxNs = 12345, PollGrow = 2 }, DomainModificationImpact.Live);
        using var stats = Assert.Single(Domain.ListGetStats([_domain], DomainStatsTypes.Iothread));
        var thread = Assert.Single(stats.Iothread!);
        Assert.Equal((12345ul, 2u, 0u), (thread.PollMaxNs, thread.PollGrow, thread.PollShrink));
        Assert.Empty(stats.Others);
    }

    [Fact]
    public void WithoutAnAgentItsCallsAreAgentUnresponsive() => Assert.All<Action>(
    [
        () => _domain.GetGuestInfo(), () => _domain.GetGuestInfo(DomainGuestInfoTypes.Os), () => _domain.GetGuestVcpus(), () => _domain.GetFSInfo(),
        () => _domain.FSFreeze(),
        () => _domain.FSFreeze(["/"]), () => _domain.FSThaw(), () => _domain.GetTime(), () => _domain.SetTime(TimeProvider.System.GetUtcNow()),
        () => _domain.AuthorizedSSHKeysGet("root"), () => _domain.AuthorizedSSHKeysSet("root", ["ssh-ed25519 AAAA"]),
        () => _domain.AuthorizedSSHKeysSet("root", []),
    ], call => Assert.Equal(ErrorNumber.AgentUnresponsive, Assert.Throws<LibvirtException>(call).Code));

    [Fact]
    public void ThereIsNoJobAndTheMonitorAnswers()
    {
        Assert.Equal(DomainJobType.None, _domain.GetJobInfo().Type);
        var (type, stats) = _domain.GetJobStats();
        Assert.Equal((DomainJobType.None, new DomainJobStats()), (type, stats));
        Assert.Equal(DomainControlState.Ok, _domain.GetControlInfo().State);
        Assert.Single(_domain.GetSecurityLabelList(), l => l.Label.Contains(':'));      // of user and group
    }

    [Fact]
    public void WhatTheDriverTellsHasTheTypesTheDescriptionSays()
    {
        using var defined = _qemu.Connect.DomainDefineXML(_qemu.Guest(Qemu.Disk(_qemu.NewImage())));
        Assert.All(
        [
            defined.GetMemoryParameters().Others, defined.GetBlkioParameters().Others, defined.GetSchedulerParameters().Others,
            defined.GetNumaParameters().Others,
            _domain.GetPerfEvents().Others, _domain.GetBlockIoTune("vda").Others, _domain.GetInterfaceParameters(Mac).Others,
        ], Assert.Empty);
        Assert.NotNull(defined.GetMemoryParameters().HardLimit);
        Assert.NotNull(_domain.GetInterfaceParameters(Mac).OutPeak);
        Assert.False(_domain.GetPerfEvents().CpuClock);

        defined.SetMemoryParameters(new() { HardLimit = 131072 });
        defined.SetBlkioParameters(new() { Weight = 500, DeviceReadIops = "/dev/null,7" });
        defined.SetSchedulerParameters(new() { VcpuQuota = 50000 });
        defined.SetSchedulerParameters(new() { VcpuPeriod = 100000 }, DomainModificationImpact.Config);
        defined.SetNumaParameters(new() { Mode = DomainNumatuneMemMode.Preferred, Nodeset = "0" });
        Assert.Equal(131072ul, defined.GetMemoryParameters().HardLimit);
        Assert.Equal((500u, "/dev/null,7"), (defined.GetBlkioParameters().Weight, defined.GetBlkioParameters().DeviceReadIops));
        Assert.Equal((50000L, 100000ul), (defined.GetSchedulerParameters().VcpuQuota, defined.GetSchedulerParameters(DomainModificationImpact.Config).VcpuPeriod));
        Assert.Equal(new DomainNumaParameters { Mode = DomainNumatuneMemMode.Preferred, Nodeset = "0" }, defined.GetNumaParameters());
        defined.Undefine();
    }

    [Fact]
    public async Task LimitsThatAreSetAreTold()
    {
        var set = new TaskCompletionSource<DomainEventTunable>(TaskCreationOptions.RunContinuationsAsynchronously);
        using var registration = _qemu.Connect.DomainEventTunableRegister(e => set.TrySetResult(e), _domain);
        _domain.SetBlockIoTune("vda", new() { ReadBytesSec = 7000 }, DomainModificationImpact.Live);
        var told = await set.Task.WaitAsync(TimeSpan.FromSeconds(10));
        Assert.Equal((told.Params.BlkdevDisk, told.Params.BlkdevReadBytesSec), ("vda", 7000ul));
        Assert.Empty(told.Params.Others);
    }

    [Fact]
    public async Task HowFastMemoryIsWrittenIsMeasured()
    {
        _domain.StartDirtyRateCalc(1);
        DomainStatsDirtyrate? rate = null;
        await Waiting.Until(() =>
        {
            using var stats = Assert.Single(Domain.ListGetStats([_domain], DomainStatsTypes.Dirtyrate));
            rate = stats.Dirtyrate;
            return rate?.CalcStatus == DomainDirtyRateStatus.Measured;
        });
        Assert.Equal((1, "page-sampling"), (rate!.CalcPeriod, rate.CalcMode));
        Assert.NotNull(rate.MegabytesPerSecond);
        Assert.True(rate.CalcStartTime > 0);
    }

    [Fact]
    public void WithoutConfidentialComputingThereIsNothingToSay()
    {
        Assert.Equal(ErrorNumber.OperationUnsupported, Assert.Throws<LibvirtException>(() => _qemu.Connect.NodeGetSEVInfo()).Code);
        Assert.Equal(new DomainLaunchSecurityParameters(), _domain.GetLaunchSecurityInfo());
    }
}
