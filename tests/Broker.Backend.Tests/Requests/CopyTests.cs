using Broker.Backend.VmManagers.Simulated;
using Broker.Core.Domains;
using Broker.Core.Requests.Domains;

namespace Broker.Backend.Tests.Requests;

/// <summary>Second machines with the content of first ones.</summary>
public sealed class CopyTests() : BackEndTests()
{
    [Fact]
    public async Task ACopyOfADesktopHasItsContentOnTheSameBaseAndTheyGoOnApart()
    {
        var desktop = await Desktop();
        var disk = await Disk(desktop);
        Write(disk, "essay");

        var copy = await _b.Do(new CopyDomain(desktop.Id));

        var second = await Disk(copy);
        Assert.Equal((desktop.BaseId, disk.BaseVolumeId, DomainState.Shutdown), (copy.BaseId, second.BaseVolumeId, copy.State));
        Assert.Equal(SimulatedDisk.ReadAll(disk.Path), SimulatedDisk.ReadAll(second.Path));
        Write(disk, "essay, second half");
        Assert.Equal("essay", SimulatedDisk.Read(second.Path).Content);
        Assert.False((await _b.Db.Read(s => DomainsTable.Get(s, desktop.Id)))!.IsBase);
        Assert.Equal(DomainState.Active, (await _b.Do(new StartDomain(copy.Id))).State);
    }

    [Fact]
    public async Task ACopyOfAMachineOfItsOwnIsAnotherSuch()
    {
        var machine = await _b.Do(new ImportDomain("tiny.img", "server"));
        Write(await Disk(machine), "data");
        var copy = await _b.Do(new CopyDomain(machine.Id, "Servidor número 2"));
        Assert.Equal(("Servidor-numero-2", "Servidor número 2", (Guid?)null), (copy.Name, copy.Alias, copy.BaseId));
        await _b.Do(new PrepareBase(copy.Id));
        Assert.Equal("data", SimulatedDisk.Read((await Disk(copy)).Path).Content);
        await _b.Do(new StartDomain(machine.Id));
    }

    [Fact]
    public async Task WhatRunsOrIsHibernatedIsNotCopiedAndNothingIsLeftOfTheTry()
    {
        var desktop = await Desktop();
        await _b.Do(new StartDomain(desktop.Id));
        Assert.Equal("not_off", (await _b.Ask(new CopyDomain(desktop.Id))).ErrorCode);
        await _b.Do(new HibernateDomain(desktop.Id));
        Assert.Equal("hibernated", (await _b.Ask(new CopyDomain(desktop.Id))).ErrorCode);
        Assert.Equal(DomainState.Hibernated, (await _b.Db.Read(s => DomainsTable.Get(s, desktop.Id)))!.State);

        await _b.Do(new ForceShutdownDomain(desktop.Id));
        Faults.Set(_b.NodeFolder, new Fault("define", Fail: "The host is full."));
        Assert.Equal("host_refused", (await _b.Ask(new CopyDomain(desktop.Id))).ErrorCode);
        Assert.Equal(2, await _b.Db.Read(s => s.First<long>("SELECT COUNT(*) FROM domains")));
        Assert.Equal(2, Directory.GetFiles(_b.Settings.Pool, "*.sim").Length);
    }

    private async Task<DomainRow> Desktop()
    {
        var origin = await _b.Do(new PrepareBase((await _b.Do(new ImportDomain("tiny.img", "tiny"))).Id));
        return await _b.Do(new Clone(origin.Id));
    }

    private async Task<VolumeRow> Disk(DomainRow domain) => Assert.Single(await _b.Db.Read(s => VolumesTable.Of(s, domain.Id)));

    private static void Write(VolumeRow disk, string content) => (SimulatedDisk.Read(disk.Path) with { Content = content }).Write(disk.Path);
}
