using Broker.Core.Domains;
using Broker.Core.Requests.Domains;
using Broker.Core.Requests.Snapshots;
using Broker.Core.Requests.Volumes;
using Broker.Testing;

namespace Broker.Backend.Tests.Requests;

/// <summary>A real guest that writes on its disk, and finds there what it wrote before a snapshot and nothing of what it wrote since.</summary>
public sealed class SnapshotsOnLibvirtTests : GuestsOnLibvirt
{
    [Fact]
    public async Task WhatAGuestWroteBeforeASnapshotIsThereAfterGoingBackAndWhatItWroteSinceIsGone()
    {
        var machine = await _b.Do(new ImportDomain("tiny.qcow2", $"kept-{Guid.NewGuid().ToString("N")[..8]}", MemoryMib: 128));
        _made.Add(machine.Id);
        await _b.Do(new AddDisk(machine.Id, 16));
        await _b.Do(new PrepareBase(machine.Id));
        var desktop = await _b.Do(new Clone(machine.Id));
        _made.Add(desktop.Id);
        var address = await Started(desktop.Id);
        Assert.Equal("before", await Page(address, "note?0=before"));
        await _b.Do(new ForceShutdownDomain(desktop.Id));
        await _b.Do(new TakeSnapshot(desktop.Id, "試験の前"));
        var snapshot = Assert.Single(await _b.Db.Read(s => SnapshotsTable.Of(s, desktop.Id)));
        await _b.Do(new RenameDomain(desktop.Id, desktop.Name + "-b"));
        address = await Started(desktop.Id);
        Assert.Equal("after", await Page(address, "note?1=after"));
        Assert.Equal("changed", await Page(address, "note?0=changed"));

        // it is switched off for it
        await _b.Do(new RevertSnapshot(desktop.Id, snapshot.Id));
        address = await Started(desktop.Id);

        Assert.Equal(("before", ""), (await Page(address, "note?0"), await Page(address, "note?1")));
        var display = (await _b.Db.Read(s => s.First<string>("SELECT socket_path FROM displays WHERE domain_id = @Id", new { desktop.Id })))!;
        Assert.True(File.Exists(display));
        await _b.Do(new ForceShutdownDomain(desktop.Id));
        await _b.Do(new RemoveSnapshot(desktop.Id, snapshot.Id));
        foreach (var volume in await _b.Db.Read(s => VolumesTable.Of(s, desktop.Id))) await Programs.Run("qemu-img", "check", "-q", volume.Path);
        await _b.Do(new SpinoffDomain(desktop.Id));
        Assert.Equal("before", await Page(await Started(desktop.Id), "note?0"));
    }

    private async Task<string> Started(Guid id)
    {
        await _b.Do(new StartDomain(id));
        return (await _b.Until(s => DomainsTable.Get(s, id), d => d is { State: DomainState.Active, Address: not null }))!.Address!;
    }
}
