using Broker.Backend.VmManagers;
using Broker.Backend.VmManagers.Simulated;
using Broker.Core.Devices;
using Broker.Core.Domains;
using Broker.Core.Requests;
using Broker.Core.Requests.Domains;
using Broker.Core.Requests.Pools;
using Broker.Core.Requests.Snapshots;
using Broker.Core.Requests.Volumes;
using Broker.Core.Settings;

namespace Broker.Backend.Tests.Requests;

/// <summary>What was on a machine's disks is kept, gone back to and forgotten.</summary>
public sealed class SnapshotsTests() : BackEndTests(adjust: s => s with { StopSeconds = 1 })
{
    [Fact]
    public async Task AMachineGoesBackToEitherOfTwoSnapshotsAndForwardAgain()
    {
        var clone = await CloneWithData();
        await Write(clone.Id, " one");
        var first = await Take(clone.Id, "before the exam");
        await Write(clone.Id, " two");
        var second = await Take(clone.Id, "後で", "after the exam");
        await Write(clone.Id, " three");

        var reverted = await _b.Do(new RevertSnapshot(clone.Id, first.Id));
        Assert.Equal(["sys one", "data one"], await Contents(clone.Id));
        Assert.Equal((DomainState.Shutdown, "It is as it was when the snapshot before the exam was taken."), (reverted.State, reverted.StateDetail));
        await _b.Do(new RevertSnapshot(clone.Id, second.Id));
        Assert.Equal(["sys one two", "data one two"], await Contents(clone.Id));

        await _b.Do(new RemoveSnapshot(clone.Id, first.Id));
        Assert.Equal(["sys one two", "data one two"], await Contents(clone.Id));
        var left = Assert.Single(await Snapshots(clone.Id));
        Assert.Equal(("後で", "after the exam", _b.Caller.UserId, true), (left.Name, left.Description, left.TakenBy, left.IsWhole));
        Assert.True(left.SizeBytes > 0);
        await _b.Do(new StartDomain(clone.Id));
    }

    [Fact]
    public async Task WhatRunsOrIsHibernatedGoesBackToASnapshotSwitchedOffWithoutItsMemory()
    {
        var clone = await CloneWithData();
        var snapshot = await Take(clone.Id);
        foreach (var isSaved in (bool[])[false, true])
        {
            await _b.Do(new StartDomain(clone.Id));
            await Write(clone.Id, " lost");
            if (isSaved) await _b.Do(new HibernateDomain(clone.Id));
            var (row, saved) = (await _b.Do(new RevertSnapshot(clone.Id, snapshot.Id)), await _b.Db.Read(s => s.First<int>("SELECT COUNT(*) FROM domains WHERE saved_at IS NOT NULL")));
            Assert.Equal((DomainState.Shutdown, 0), (row.State, saved));
            Assert.Equal(["sys", "data"], await Contents(clone.Id));
        }
    }

    [Fact]
    public async Task OnlyWhatIsOffIsTakenAndTheErrorSaysWhatToDo()
    {
        var clone = await CloneWithData();
        var snapshot = await Take(clone.Id);
        await _b.Do(new StartDomain(clone.Id));
        foreach (var request in (IRequest[])[new TakeSnapshot(clone.Id), new RemoveSnapshot(clone.Id, snapshot.Id)])
        {
            var refused = await _b.Ask(request);
            Assert.Equal("not_off", refused.ErrorCode);
            Assert.Contains("Shut it down first", refused.ErrorText, StringComparison.Ordinal);
        }

        await _b.Do(new HibernateDomain(clone.Id));
        Assert.Equal("hibernated", (await _b.Ask(new TakeSnapshot(clone.Id))).ErrorCode);
        // its memory knows nothing of it
        await _b.Do(new RemoveSnapshot(clone.Id, snapshot.Id));
        Assert.Empty(await Snapshots(clone.Id));
        Assert.Equal(DomainState.Hibernated, (await _b.Db.Read(s => DomainsTable.Get(s, clone.Id)))!.State);
    }

    [Fact]
    public async Task SwapAndTmpAreNewWithEachStartAndNoSnapshotBringsThemBack()
    {
        var machine = await _b.Do(new ImportDomain("tiny.img", "tiny"));
        foreach (var kind in (VolumeKind[])[VolumeKind.Swap, VolumeKind.Tmp]) await _b.Do(new AddDisk(machine.Id, 8, kind));
        var origin = await _b.Do(new PrepareBase(machine.Id));
        var clone = await _b.Do(new Clone(origin.Id));
        var snapshot = await Take(clone.Id);
        await _b.Do(new StartDomain(clone.Id));
        await Write(clone.Id, " run");
        await _b.Ask(new ForceShutdownDomain(clone.Id));
        await _b.Until(s => VolumesTable.Of(s, clone.Id), v => v.Any(d => d is { Kind: VolumeKind.Swap, IsUsed: false }));

        await _b.Do(new RevertSnapshot(clone.Id, snapshot.Id));

        Assert.Equal(["", "", " run"], await Contents(clone.Id));
        await _b.Do(new StartDomain(clone.Id));
        Assert.Equal(["", "", ""], await Contents(clone.Id));
    }

    [Fact]
    public async Task AMachineHasAsManySnapshotsAsItMayAndItsClonesMayAsMany()
    {
        var clone = await CloneWithData();
        foreach (var name in (string[])["a", "b", "c"]) await Take(clone.Id, name);
        Assert.Contains("3 snapshots, and may have 3. Remove one", await Refused(new TakeSnapshot(clone.Id)), StringComparison.Ordinal);
        // what is to come after something else is looked at when it comes
        var removal = await _b.Submit(new RemoveSnapshot(clone.Id, (await Snapshots(clone.Id))[0].Id));
        await _b.Ended((await _b.Submit(new TakeSnapshot(clone.Id, "d"), after: removal.Id)).Id);
        Assert.Equal(["b", "c", "d"], (await Snapshots(clone.Id)).Select(n => n.Name));
        Assert.Equal("snapshot_limit", (await _b.Ended((await _b.Submit(new TakeSnapshot(clone.Id, "e"), after: removal.Id)).Id)).ErrorCode);

        var origin = (await _b.Db.Read(s => DomainsTable.Get(s, clone.BaseId!.Value)))!;
        await _b.Db.Transaction(s => DomainsTable.Set(s, origin, new DomainSettingsChange(SnapshotLimit: 4)));
        await Take(clone.Id, "f");
        var late = await _b.Do(new Clone(origin.Id));
        Assert.Equal(4, late.SnapshotLimit);
        await _b.Db.Transaction(async s =>
        {
            await DomainsTable.Set(s, origin, new DomainSettingsChange(SnapshotLimit: DomainSettingsChange.UsualSnapshots));
            await SiteSettingsTable.Write(s, SiteSettings.Default with { SnapshotLimit = 0 });
        });
        Assert.Contains("may have no snapshots", await Refused(new TakeSnapshot(late.Id)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task ANameIsGivenOnceAndIsTheTimeWhereNobodyChoseOne()
    {
        var clone = await CloneWithData();
        await Take(clone.Id, "Café");
        Assert.Contains("called café already", await Refused(new TakeSnapshot(clone.Id, " café ")), StringComparison.Ordinal);
        await _b.Do(new TakeSnapshot(clone.Id));
        var timed = (await Snapshots(clone.Id))[1];
        Assert.Equal($"{timed.TakenAt:yyyy-MM-dd HH:mm}", timed.Name[..16]);
    }

    [Fact]
    public async Task OnlyItsOwnerAndAdministratorsTakeAndRevertNotThoseWithWhomItIsShared()
    {
        var (owner, guest) = (await _b.Person("owner"), await _b.Person("guest"));
        var origin = await _b.Do(new PrepareBase((await _b.Do(new ImportDomain("tiny.img", "tiny"))).Id, Publish: true));
        var desktop = await _b.Do(new Clone(origin.Id), owner);
        await _b.Db.Transaction(s => DomainsTable.SetShared(s, desktop, guest.UserId, isShared: true));
        await _b.Do(new TakeSnapshot(desktop.Id), owner);
        var snapshot = (await Snapshots(desktop.Id))[0];
        foreach (var request in (IRequest[])[new TakeSnapshot(desktop.Id), new RevertSnapshot(desktop.Id, snapshot.Id), new RemoveSnapshot(desktop.Id, snapshot.Id)])
            Assert.Equal("not_allowed", (await Assert.ThrowsAsync<RequestRefusedException>(() => _b.Submit(request, guest))).Code);
        Assert.Equal("unknown_snapshot", (await Assert.ThrowsAsync<RequestRefusedException>(() => _b.Submit(new RevertSnapshot(desktop.Id, Guid.NewGuid()), owner))).Code);
        await _b.Do(new RevertSnapshot(desktop.Id, snapshot.Id), owner);
        await _b.Do(new RemoveSnapshot(desktop.Id, snapshot.Id), owner);
    }

    [Fact]
    public async Task DisksThatSnapshotsKnowStayWhatTheyAreUntilThoseAreRemoved()
    {
        var clone = await CloneWithData();
        var other = await _b.Do(new PrepareBase((await _b.Do(new ImportDomain("tiny.img", "other"))).Id));
        var snapshot = await Take(clone.Id);
        IRequest[] changes =
        [
            new PrepareBase(clone.Id), new RestoreDomain(clone.Id), new RebaseDomain(clone.Id, other.Id), new SpinoffDomain(clone.Id), new DetachDomain(clone.Id), new CompactDomain(clone.Id),
            new AddDisk(clone.Id, 8), new GrowDisk(clone.Id, "vdb", 64), new RemoveDisk(clone.Id, "vdb"), new MoveVolume(clone.Id, "vdb", "default"),
        ];
        foreach (var change in changes)
        {
            var refused = await _b.Ask(change);
            Assert.Equal((refused.Command, "has_snapshots"), (refused.Command, refused.ErrorCode));
            Assert.Contains("Remove it first, with remove_snapshot", refused.ErrorText, StringComparison.Ordinal);
        }

        await _b.Do(new RevertSnapshot(clone.Id, snapshot.Id));
        await _b.Do(new RemoveSnapshot(clone.Id, snapshot.Id));
        await _b.Do(new GrowDisk(clone.Id, "vdb", 64));
        await _b.Do(new SpinoffDomain(clone.Id));
        await _b.Do(new PrepareBase(clone.Id));
    }

    [Fact]
    public async Task NamesCdsHardwareAndOwnersChangeAndASnapshotBringsBackDisksAlone()
    {
        var clone = await CloneWithData();
        var snapshot = await Take(clone.Id);
        await Write(clone.Id, " lost");
        await _b.Do(new RenameDomain(clone.Id, "renamed"));
        await _b.Do(new ChangeHardware(clone.Id, DeviceKind.Memory, Options: DeviceOptions.Parse("mib=2048")));
        var owner = await _b.Person("owner");
        await _b.Do(new ChangeOwner(clone.Id, owner.UserId));

        var reverted = await _b.Do(new RevertSnapshot(clone.Id, snapshot.Id), owner);

        Assert.Equal(("renamed", 2048 * 1024, owner.UserId), (reverted.Name, reverted.MemoryKib, reverted.OwnerId));
        Assert.Equal(["sys", "data"], await Contents(clone.Id));
        using var host = Host();
        Assert.Equal("renamed", host.Inventory().Single(r => r.Id == clone.Id).Name);
    }

    [Fact]
    public async Task ACopyHasNoneAndWhatIsRemovedTakesItsSnapshotsAlong()
    {
        var clone = await CloneWithData();
        await Take(clone.Id);
        Assert.Empty((await _b.Ask(new ListUnusedVolumes("host"))).Result!.Value.GetProperty("files").EnumerateArray());
        var copy = await _b.Do(new CopyDomain(clone.Id));
        Assert.Empty(await Snapshots(copy.Id));
        Assert.Equal(2, Pool().Count(f => f.Contains("snapshot", StringComparison.Ordinal)));

        await _b.Ask(new RemoveDomain(clone.Id));

        Assert.DoesNotContain(Pool(), f => f.Contains("snapshot", StringComparison.Ordinal));
        Assert.Equal(0, await _b.Db.Read(s => s.First<int>("SELECT COUNT(*) FROM snapshots")));
    }

    [Fact]
    public async Task WhatGoesBackToItsPoolLosesItsSnapshotsAndTemporaryDesktopsAndBasesHaveNone()
    {
        var origin = await _b.Do(new PrepareBase((await _b.Do(new ImportDomain("tiny.img", "tiny"))).Id));
        Assert.Equal("is_a_base", (await Assert.ThrowsAsync<RequestRefusedException>(() => _b.Submit(new TakeSnapshot(origin.Id)))).Code);
        var temporary = await _b.Do(new Clone(origin.Id, Volatile: true));
        Assert.Equal("is_volatile", (await Assert.ThrowsAsync<RequestRefusedException>(() => _b.Submit(new TakeSnapshot(temporary.Id)))).Code);

        var desktop = await _b.Do(new Clone(origin.Id));
        await Take(desktop.Id, "mine");
        await _b.Db.Transaction(s => s.Execute("UPDATE domains SET pool_use = 'handed_out', pool_use_since = UTC_TIMESTAMP(6) WHERE id = @Id", new { desktop.Id }));
        await Write(desktop.Id, " mine");
        await _b.Do(new ReturnToPool(desktop.Id));

        Assert.Empty(await Snapshots(desktop.Id));
        Assert.Equal([""], await Contents(desktop.Id));
        Assert.DoesNotContain(Pool(), f => f.Contains("snapshot", StringComparison.Ordinal));
        await _b.Do(new StartDomain(desktop.Id));
    }

    [Theory]
    [InlineData("take_snapshot")]
    [InlineData("revert_snapshot")]
    [InlineData("remove_snapshot")]
    public async Task WhatTheHostCantDoLeavesTheSnapshotsAsTheyWere(string call)
    {
        var clone = await CloneWithData();
        var snapshot = await Take(clone.Id);
        await Write(clone.Id, " two");
        Faults.Set(_b.NodeFolder, new Fault(call, Fail: "The disk is full."));

        var failed = await _b.Ask(call switch
        {
            "take_snapshot" => new TakeSnapshot(clone.Id),
            "revert_snapshot" => new RevertSnapshot(clone.Id, snapshot.Id),
            _ => (IRequest)new RemoveSnapshot(clone.Id, snapshot.Id),
        });

        Assert.Equal(RequestState.Failed, failed.State);
        Assert.Contains("The disk is full.", failed.ErrorText, StringComparison.Ordinal);
        Assert.Equal(snapshot.Id, Assert.Single(await Snapshots(clone.Id)).Id);
        Assert.Equal(["sys two", "data two"], await Contents(clone.Id));
        Faults.Set(_b.NodeFolder);
        await _b.Do(new RevertSnapshot(clone.Id, snapshot.Id));
        Assert.Equal(["sys", "data"], await Contents(clone.Id));
    }

    [Fact]
    public async Task WhatIsDoneOnceMoreBecauseItsHostWasLostOnTheWayIsDoneOnce()
    {
        var clone = await CloneWithData();
        Faults.Set(_b.NodeFolder, [.. ((string[])["take_snapshot", "revert_snapshot", "remove_snapshot"]).Select(call => new Fault(call, IsConnectionLost: true, Times: 1))]);
        var taken = await _b.Ask(new TakeSnapshot(clone.Id, "once"));
        var snapshot = Assert.Single(await Snapshots(clone.Id));
        Assert.Equal((RequestState.Done, 2, true), (taken.State, taken.Attempts, snapshot.IsWhole));
        Assert.Equal(2, Pool().Count(f => f.Contains("snapshot", StringComparison.Ordinal)));
        await Write(clone.Id, " lost");

        Assert.Equal(2, (await _b.Ask(new RevertSnapshot(clone.Id, snapshot.Id))).Attempts);
        Assert.Equal(["sys", "data"], await Contents(clone.Id));
        Assert.Equal(2, (await _b.Ask(new RemoveSnapshot(clone.Id, snapshot.Id))).Attempts);
        Assert.Empty(await Snapshots(clone.Id));
    }

    [Fact]
    public async Task OneThatIsTakenBackWhileItIsTakenLeavesNothing()
    {
        var clone = await CloneWithData();
        Faults.Set(_b.NodeFolder, new Fault("take_snapshot", HangSeconds: 60));
        var request = await _b.Submit(new TakeSnapshot(clone.Id, "never"));
        await _b.Until(s => SnapshotsTable.Of(s, clone.Id), all => all is [{ IsWhole: false }]);
        Assert.Equal("unknown_snapshot", (await Assert.ThrowsAsync<RequestRefusedException>(async () => await _b.Submit(new RevertSnapshot(clone.Id, (await Snapshots(clone.Id))[0].Id)))).Code);

        await _b.Db.Transaction(s => RequestsTable.Cancel(s, request.Id, _b.Caller.UserId));
        Faults.Set(_b.NodeFolder);
        var ended = await _b.Ended(request.Id);

        if (ended.State is RequestState.Cancelled)
        {
            Assert.Empty(await Snapshots(clone.Id));
            Assert.DoesNotContain(Pool(), f => f.Contains("snapshot", StringComparison.Ordinal));
        }
        else
        {
            // it came to its end before anybody heard
            Assert.True(Assert.Single(await Snapshots(clone.Id)).IsWhole);
        }
    }

    [Fact]
    public async Task OneThatIsLeftHalfTakenIsRemovedLikeAnyOther()
    {
        var clone = await CloneWithData();
        Faults.Set(_b.NodeFolder, new Fault("take_snapshot", Fail: "The disk is full."), new Fault("remove_snapshot", Fail: "The disk is full."));
        Assert.Equal(RequestState.Failed, (await _b.Ask(new TakeSnapshot(clone.Id))).State);
        Faults.Set(_b.NodeFolder);
        var left = Assert.Single(await Snapshots(clone.Id));
        Assert.False(left.IsWhole);
        Assert.Equal("has_snapshots", (await _b.Ask(new GrowDisk(clone.Id, "vdb", 64))).ErrorCode);

        await _b.Do(new RemoveSnapshot(clone.Id, left.Id));

        Assert.Empty(await Snapshots(clone.Id));
        await _b.Do(new GrowDisk(clone.Id, "vdb", 64));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task WhatCantGoBackBecauseItsDisksLostTheSnapshotRunsOnOrKeepsItsMemory(bool isSaved)
    {
        var clone = await CloneWithData();
        var snapshot = await Take(clone.Id);
        await _b.Do(new StartDomain(clone.Id));
        if (isSaved) await _b.Do(new HibernateDomain(clone.Id));
        File.Delete(Directory.GetFiles(_b.Settings.Pool, "*.snapshot")[0]);

        var failed = await _b.Ask(new RevertSnapshot(clone.Id, snapshot.Id));

        Assert.Equal("snapshot_gone", failed.ErrorCode);
        Assert.Contains("Nothing was changed", failed.ErrorText, StringComparison.Ordinal);
        using var host = Host();
        Assert.Equal(isSaved ? Power.Saved : Power.Running, host.Inventory().Single(r => r.Id == clone.Id).Power);
        Assert.Equal(isSaved ? DomainState.Hibernated : DomainState.Active, (await _b.Db.Read(s => DomainsTable.Get(s, clone.Id)))!.State);
    }

    [Fact]
    public async Task OnceTheWayBackHasBegunNobodyTakesItBack()
    {
        var clone = await CloneWithData();
        var snapshot = await Take(clone.Id);
        await _b.Do(new StartDomain(clone.Id));
        await Write(clone.Id, " lost");
        Faults.Set(_b.NodeFolder, new Fault("revert_snapshot", HangSeconds: 2, Times: 1));
        var request = await _b.Submit(new RevertSnapshot(clone.Id, snapshot.Id));
        var faults = Path.Combine(_b.NodeFolder, "faults.json");
        // the host is at it
        await _b.Until(_ => File.ReadAllTextAsync(faults), text => text.Contains("\"times\":0", StringComparison.Ordinal));

        await _b.Db.Transaction(s => RequestsTable.Cancel(s, request.Id, _b.Caller.UserId));

        Assert.Equal(RequestState.Done, (await _b.Ended(request.Id)).State);
        Assert.Equal(["sys", "data"], await Contents(clone.Id));
        var row = (await _b.Db.Read(s => DomainsTable.Get(s, clone.Id)))!;
        Assert.Equal((DomainState.Shutdown, "It is as it was when the snapshot snapshot was taken."), (row.State, row.StateDetail));
    }

    [Fact]
    public async Task AMachineOfWhichOnlySomeDisksMayHaveGoneBackSaysSo()
    {
        var clone = await CloneWithData();
        var snapshot = await Take(clone.Id);
        await _b.Do(new StartDomain(clone.Id));
        Faults.Set(_b.NodeFolder, new Fault("revert_snapshot", Fail: "The disk is full."));

        Assert.Equal(RequestState.Failed, (await _b.Ask(new RevertSnapshot(clone.Id, snapshot.Id))).State);

        var row = (await _b.Db.Read(s => DomainsTable.Get(s, clone.Id)))!;
        Assert.Equal(DomainState.Shutdown, row.State);
        Assert.Contains("others not: The disk is full. Go back to a snapshot once more", row.StateDetail, StringComparison.Ordinal);
    }

    private async Task<DomainRow> CloneWithData()
    {
        var machine = await _b.Do(new ImportDomain("tiny.img", "tiny"));
        await _b.Do(new AddDisk(machine.Id, 8));
        var clone = await _b.Do(new Clone((await _b.Do(new PrepareBase(machine.Id))).Id));
        foreach (var volume in await Volumes(clone.Id)) Append(volume.Path, volume.Kind.ToString().ToLowerInvariant());
        return clone;
    }

    private async Task<SnapshotRow> Take(Guid id, string name = "snapshot", string? description = null)
    {
        await _b.Do(new TakeSnapshot(id, name, description));
        return (await Snapshots(id)).Single(n => n.Name == name);
    }

    private async Task<string> Refused(IRequest request)
    {
        var refused = await Assert.ThrowsAsync<RequestRefusedException>(() => _b.Submit(request));
        Assert.Contains(refused.Code, (string[])["snapshot_limit", "name_taken"]);
        return refused.Message;
    }

    private Task<IReadOnlyList<SnapshotRow>> Snapshots(Guid id) => _b.Db.Read(s => SnapshotsTable.Of(s, id));

    private Task<IReadOnlyList<VolumeRow>> Volumes(Guid id) => _b.Db.Read(s => VolumesTable.Of(s, id));

    private async Task Write(Guid id, string text)
    {
        foreach (var volume in await Volumes(id)) Append(volume.Path, text);
    }

    private static void Append(string path, string text)
    {
        var disk = SimulatedDisk.Read(path);
        (disk with { Content = disk.Content + text }).Write(path);
    }

    private async Task<string[]> Contents(Guid id) => [.. (await Volumes(id)).Select(v => SimulatedDisk.ReadAll(v.Path))];

    private string[] Pool() => [.. Directory.GetFiles(_b.Settings.Pool).Select(f => Path.GetFileName(f))];

    private IVmNode Host() =>
        new SimulatedVmManager().Connect(new("host", _b.NodeFolder, _b.Settings.Pool, _b.Settings.Library, _b.Settings.DisplayFolder));
}
