using System.Text.Json;
using Broker.Backend.Tests.Requests;
using Broker.Backend.VmManagers;
using Broker.Backend.VmManagers.Simulated;
using Broker.Core.Displays;
using Broker.Core.Domains;
using Broker.Core.Requests;
using Broker.Core.Requests.Domains;

namespace Broker.Backend.Tests.Reconcile;

/// <summary>What is done to machines on their host by somebody else. No event comes of it here: that is what the sweep is for.</summary>
public sealed class HostDefinitionsTests() : BackEndTests()
{
    [Fact]
    public async Task AMachineThatIsStartedAndEndedOnItsHostHasARunOfItsOwn()
    {
        var machine = await _b.Do(new ImportDomain("tiny.img", "tiny"));
        var volume = await VolumeOf(machine);
        await _b.Db.Transaction(s => VolumesTable.SetFresh(s, volume.Id));
        using var host = Host();
        host.Start(machine.Id);
        var started = await Domain(machine, d => d.State is DomainState.Active);
        Assert.True(started.StartedAt > machine.CreatedAt);
        Assert.NotNull(await _b.Db.Read(s => DisplaysTable.Socket(s, machine.Id, DisplayKind.Vnc)));
        // its guest has written to its disk
        Assert.True((await VolumeOf(machine)).IsUsed);

        host.Destroy(machine.Id);
        var off = await Domain(machine, d => d.State is DomainState.Shutdown);
        Assert.Equal(("destroyed", started.StartedAt, machine.NodeId), (off.StateDetail, off.StartedAt, off.NodeId));
    }

    [Fact]
    public async Task AnotherNameThatAMachineGetsOnItsHostIsItsNameWhereItCanBe()
    {
        var (machine, other) = (await _b.Do(new ImportDomain("tiny.img", "tiny")), await _b.Do(new ImportDomain("tiny.img", "other")));
        using var host = Host();
        Rename(host, machine.Id, "lab");
        var renamed = await Domain(machine, d => d.Name == "lab");
        Assert.Equal(("lab", "It was called tiny until somebody renamed it on its host."), (renamed.Name, renamed.StateDetail));
        Assert.Equal("lab", await _b.Db.Read(s => s.First<string>("SELECT subject FROM audit WHERE action = 'renamed_on_host'")));

        // these can't be names here: one has letters that names don't have, the other is somebody's
        Rename(host, machine.Id, "das Labor");
        await _b.Until(s => s.First<long>("SELECT COUNT(*) FROM audit WHERE action = 'renamed_back'"), count => count == 1);
        await _b.Until(_ => Task.FromResult(Name(host, machine.Id)), name => name == "lab");
        // the name of a machine whose own host has forgotten it
        host.Undefine(other.Id);
        await Domain(other, d => !d.IsKnown);
        Rename(host, machine.Id, "other");
        await _b.Until(_ => Task.FromResult(Name(host, machine.Id)), name => name == "lab");
        Assert.Equal("lab", (await Domain(machine, _ => true)).Name);
    }

    [Fact]
    public async Task AMachineThatIsRemovedOnItsHostIsToldAndItsNextStartBringsItBack()
    {
        var machine = await _b.Do(new ImportDomain("tiny.img", "tiny"));
        using var host = Host();
        host.Undefine(machine.Id);
        var gone = await Domain(machine, d => !d.IsKnown);
        Assert.Equal(DomainState.Shutdown, gone.State);
        Assert.Contains("removed on its host", gone.StateDetail, StringComparison.Ordinal);
        Assert.Equal("tiny", await _b.Db.Read(s => s.First<string>("SELECT subject FROM audit WHERE action = 'removed_on_host'")));
        Assert.True(File.Exists((await VolumeOf(machine)).Path));
        Assert.True((await _b.Do(new StartDomain(machine.Id))).IsKnown);

        await _b.Ask(new ForceShutdownDomain(machine.Id));
        var disk = (await VolumeOf(machine)).Path;
        host.Undefine(machine.Id);
        File.Delete(disk);
        var detail = (await Domain(machine, d => !d.IsKnown)).StateDetail;
        Assert.Contains("and one of its disks with it", detail, StringComparison.Ordinal);
        // where the host keeps it is for those who look after hosts
        Assert.DoesNotContain(disk, detail, StringComparison.Ordinal);
        Assert.Contains(disk, await _b.Db.Read(s => s.First<string>("SELECT details FROM audit WHERE action = 'removed_on_host' ORDER BY id DESC LIMIT 1")), StringComparison.Ordinal);
        await _b.Ask(new RemoveDomain(machine.Id));
        Assert.Null(await _b.Db.Read(s => DomainsTable.Get(s, machine.Id)));
    }

    [Fact]
    public async Task WhatIsChangedAtAMachineOnItsHostIsToldUntilItsNextStartMakesItAgainWhatIsWrittenHere()
    {
        var machine = await _b.Do(new ImportDomain("tiny.img", "tiny"));
        using var host = Host();
        var spec = SpecOf(host, machine.Id);
        host.Define(spec with { MemoryKib = spec.MemoryKib * 2, Disks = [.. spec.Disks, new("vdb", "/foreign/more.sim", "simulated", [])] });
        await _b.Do(new RefreshMachine(machine.Id));
        var changed = (await Domain(machine, d => d.HostChanges is not null)).HostChanges;
        Assert.Contains("1024 MiB of memory there, not 512", changed, StringComparison.Ordinal);
        Assert.Contains("/foreign/more.sim", changed, StringComparison.Ordinal);
        var student = await _b.Person("student");
        await _b.Do(new ChangeOwner(machine.Id, student.UserId));
        Assert.Equal(JsonValueKind.Null, (await _b.Ask(new RefreshMachine(machine.Id), student)).Result!.Value.GetProperty("host_changes").ValueKind);

        Assert.Null((await _b.Do(new StartDomain(machine.Id))).HostChanges);
        Assert.Equal(machine.MemoryKib, host.Describe(machine.Id)!.MemoryKib);
        await _b.Do(new RefreshMachine(machine.Id));
        Assert.Null((await Domain(machine, _ => true)).HostChanges);
    }

    [Fact]
    public async Task ADiskThatTheBackEndCantReadIsNoChangeOfAMachine()
    {
        var machine = await _b.Do(new ImportDomain("tiny.img", "tiny"));
        await _b.Do(new StartDomain(machine.Id));
        using var host = Host();
        File.Delete((await VolumeOf(machine)).Path);
        Assert.NotEmpty(host.Describe(machine.Id)!.Obstacles);
        await _b.Do(new RefreshMachine(machine.Id));
        Assert.Null((await Domain(machine, _ => true)).HostChanges);
    }

    [Fact]
    public async Task WhoHoldsAMachineIsToldAlsoWhenItIsAboutAnother()
    {
        var machine = await _b.Do(new ImportDomain("tiny.img", "tiny"));
        Assert.Empty(await _b.Db.Read(s => RequestsTable.Holding(s, [machine.Id])));
        Faults.Set(_b.NodeFolder, new Fault("copy", HangSeconds: 60));
        var copy = await _b.Submit(new CopyDomain(machine.Id));

        var holding = await _b.Until(s => RequestsTable.Holding(s, [machine.Id]), held => held.Count > 0);
        Assert.Equal((copy.Id, "copy_domain", "admin"), (holding[machine.Id].Id, holding[machine.Id].Command, holding[machine.Id].UserName));
        var start = await _b.Submit(new StartDomain(machine.Id));
        Assert.Equal(RequestState.Requested, (await _b.Db.Read(s => RequestsTable.Get(s, start.Id)))!.State);
        Faults.Set(_b.NodeFolder);
        Assert.Equal(RequestState.Done, (await _b.Ended(start.Id)).State);
        Assert.Empty(await _b.Db.Read(s => RequestsTable.Holding(s, [machine.Id])));
    }

    private static void Rename(IVmNode host, Guid id, string name) => host.Define(SpecOf(host, id) with { Name = name });

    private static string Name(IVmNode host, Guid id) => host.Inventory().Single(d => d.Id == id).Name;

    private static DomainSpec SpecOf(IVmNode host, Guid id)
    {
        var found = host.Describe(id)!;
        return new(id, found.Name, found.MemoryKib, found.Vcpus, found.Mac!, [.. found.Disks.Select(d => new DiskSpec(d.Target, d.Path, d.Format, d.Below))], "") { Hardware = found.Hardware };
    }

    private async Task<VolumeRow> VolumeOf(DomainRow domain) => (await _b.Db.Read(s => VolumesTable.Of(s, domain.Id)))[0];

    private Task<DomainRow> Domain(DomainRow domain, Func<DomainRow, bool> fits) => _b.Until(async s => (await DomainsTable.Get(s, domain.Id))!, fits);

    private IVmNode Host() => new SimulatedVmManager().Connect(new("host", _b.NodeFolder, _b.Settings.Pool, _b.Settings.Library, _b.Settings.DisplayFolder));
}
