using Broker.Backend.VmManagers.Simulated;
using Broker.Core.Domains;
using Broker.Core.Requests;
using Broker.Core.Requests.BackEnds;
using Broker.Core.Requests.Domains;

namespace Broker.Backend.Tests.Requests;

/// <summary>What somebody takes back while a back end is at it: nothing half made stays.</summary>
public sealed class TakeBackTests : BackEndTests
{
    [Fact]
    public async Task ACloneInWorkLeavesNoMachineNoDiskAndNoStart()
    {
        var origin = await _b.Do(new PrepareBase((await Machine()).Id));
        var before = Files();
        Faults.Set(_b.NodeFolder, [new Fault("clone", HangSeconds: 60)]);
        var clone = await _b.Submit(new Clone(origin.Id, "one"));
        var start = await _b.Submit(new StartDomain(clone.DomainId!.Value), after: clone.Id);
        await _b.Until(s => VolumesTable.Of(s, clone.DomainId.Value), v => v.Count == 1);

        var ended = await TakeBack(clone);

        Assert.Equal((RequestState.Cancelled, "cancelled", "admin has taken it back."), (ended.State, ended.ErrorCode, ended.ErrorText));
        Assert.Equal(RequestState.Cancelled, (await _b.Ended(start.Id)).State);
        await AssertNothingOf(clone, before);
    }

    [Fact]
    public async Task WhoseClaimWasLostUndoesNothing()
    {
        var origin = await _b.Do(new PrepareBase((await Machine()).Id));
        Faults.Set(_b.NodeFolder, [new Fault("define", Fail: "no", HangSeconds: 60)]);
        var clone = await _b.Submit(new Clone(origin.Id, "one"));
        await _b.Until(s => VolumesTable.Of(s, clone.DomainId!.Value), v => v.Count == 1 && File.Exists(v[0].Path));
        // another has done it meanwhile
        await _b.Db.Read(s => s.Execute("UPDATE requests SET state = 'done', epoch = epoch + 1, ended_at = UTC_TIMESTAMP(6) WHERE id = @Id", new { clone.Id }));
        Faults.Set(_b.NodeFolder);
        await _b.Stop();
        Assert.True(File.Exists((await _b.Db.Read(s => VolumesTable.Of(s, clone.DomainId!.Value))).Single().Path));
    }

    [Fact]
    public async Task AnImportInWorkLeavesNothing()
    {
        var before = Files();
        Faults.Set(_b.NodeFolder, [new Fault("import", HangSeconds: 60)]);
        var import = await _b.Submit(new ImportDomain("tiny.img", "tiny"));
        await _b.Until(s => RequestsTable.Get(s, import.Id), r => r!.ProgressText == "Copying tiny.img");

        Assert.Equal(RequestState.Cancelled, (await TakeBack(import)).State);
        await AssertNothingOf(import, before);
    }

    [Fact]
    public async Task ACloneThatWaitsForItsNextTryIsUndoneOnceItsHostIsBack()
    {
        var origin = await _b.Do(new PrepareBase((await Machine()).Id));
        var before = Files();
        Faults.Set(_b.NodeFolder, [new Fault("define", IsConnectionLost: true, Times: 1)]);
        var clone = await _b.Submit(new Clone(origin.Id, "one"));
        await _b.Until(s => RequestsTable.Get(s, clone.Id), r => r!.State == RequestState.Waiting);
        Assert.NotEqual(before, Files());

        Assert.Equal(RequestState.Cancelled, (await TakeBack(clone)).State);
        await AssertNothingOf(clone, before);
    }

    [Fact]
    public async Task AMachineThatWasToBecomeABaseStaysOneThatRuns()
    {
        var machine = await _b.Do(new StartDomain((await Machine()).Id));
        Faults.Set(_b.NodeFolder, [new Fault("shutdown", IsIgnored: true)]);
        var prepare = await _b.Submit(new PrepareBase(machine.Id));
        await _b.Until(s => RequestsTable.Get(s, prepare.Id), r => r!.ProgressText == "Shutting it down first");

        Assert.Equal(RequestState.Cancelled, (await TakeBack(prepare)).State);

        var now = (await _b.Db.Read(s => DomainsTable.Get(s, machine.Id)))!;
        Assert.Equal((false, DomainState.Active), (now.IsBase, now.State));
        var volume = Assert.Single(await _b.Db.Read(s => VolumesTable.Of(s, machine.Id)));
        Assert.False(volume.IsFrozen);
        Assert.True(File.GetUnixFileMode(volume.Path).HasFlag(UnixFileMode.UserWrite));
    }

    [Fact]
    public async Task AStartThatCameToItsEndAllTheSameIsDone()
    {
        var machine = await Machine();
        Faults.Set(_b.NodeFolder, [new Fault("start", HangSeconds: 60)]);
        var start = await _b.Submit(new StartDomain(machine.Id));
        await _b.Until(s => RequestsTable.Get(s, start.Id), r => r!.ProgressText == "Starting");

        Assert.Equal(RequestState.Done, (await TakeBack(start)).State);
        Assert.Equal(DomainState.Active, (await _b.Db.Read(s => DomainsTable.Get(s, machine.Id)))!.State);
    }

    [Fact]
    public async Task AStartFromMemoryThatIsTakenBackTooLateLeavesTheDesktopRunning()
    {
        var machine = await _b.Do(new StartDomain((await Machine()).Id));
        await _b.Do(new HibernateDomain(machine.Id));
        Faults.Set(_b.NodeFolder, [new Fault("start", HangSeconds: 60)]);
        var start = await _b.Submit(new StartDomain(machine.Id));
        await _b.Until(s => RequestsTable.Get(s, start.Id), r => r!.ProgressText == "Bringing its memory back");

        Assert.Equal(RequestState.Cancelled, (await TakeBack(start)).State);

        var now = (await _b.Db.Read(s => DomainsTable.Get(s, machine.Id)))!;
        Assert.Equal((DomainState.Active, null, null), (now.State, now.StateDetail, now.SavedAt));
    }

    [Fact]
    public async Task AShutdownThatItsHostRefusesLeavesNoForcedOneBehind()
    {
        var machine = await _b.Do(new StartDomain((await Machine()).Id));
        Faults.Set(_b.NodeFolder, [new Fault("shutdown", Fail: "It has no power button.")]);

        Assert.Equal(RequestState.Failed, (await _b.Ask(new ShutdownDomain(machine.Id, TimeoutSeconds: 1))).State);

        Assert.Equal(RequestState.Cancelled, Assert.Single(await _b.Db.Read(s => RequestsTable.List(s, command: "force_shutdown_domain"))).State);
        var now = (await _b.Db.Read(s => DomainsTable.Get(s, machine.Id)))!;
        Assert.Equal((DomainState.Active, "It goes on: It has no power button."), (now.State, now.StateDetail));
    }

    [Fact]
    public async Task ABaseThatCouldNotBecomeAMachineAgainIsStillAPublishedBase()
    {
        var origin = await _b.Do(new PrepareBase((await Machine()).Id, Publish: true));
        Faults.Set(_b.NodeFolder, [new Fault("thaw", Fail: "The disk is full.")]);

        Assert.Equal(RequestState.Failed, (await _b.Ask(new RemoveBase(origin.Id))).State);

        var now = (await _b.Db.Read(s => DomainsTable.Get(s, origin.Id)))!;
        Assert.Equal((true, true), (now.IsBase, now.IsPublic));
        Faults.Set(_b.NodeFolder, []);
        Assert.Equal(DomainState.Active, (await _b.Do(new StartDomain((await _b.Do(new Clone(origin.Id, "one"))).Id))).State);
    }

    [Fact]
    public async Task ACloneThatIsAskedForWhileItsBaseIsTakenApartKeepsTheBase()
    {
        var origin = await _b.Do(new PrepareBase((await Machine()).Id));
        Faults.Set(_b.NodeFolder, [new Fault("thaw", HangSeconds: 60)]);
        var remove = await _b.Submit(new RemoveBase(origin.Id));
        await _b.Until(s => RequestsTable.Get(s, remove.Id), r => r!.ProgressText == "Making the disks writable");
        var clone = await _b.Submit(new Clone(origin.Id, "one"));
        Faults.Set(_b.NodeFolder, []);

        Assert.Equal("has_clones", (await _b.Ended(remove.Id)).ErrorCode);
        Assert.Equal(RequestState.Done, (await _b.Ended(clone.Id)).State);
        Assert.Equal(DomainState.Active, (await _b.Do(new StartDomain(clone.DomainId!.Value))).State);
    }

    [Fact]
    public async Task ARemovalThatIsTakenBackBeforeItsHostWasAskedLeavesTheDesktopRunning()
    {
        var machine = await _b.Do(new StartDomain((await Machine()).Id));
        Faults.Set(_b.NodeFolder, [new Fault("destroy", IsConnectionLost: true, Times: 1)]);
        var remove = await _b.Submit(new RemoveDomain(machine.Id));
        await _b.Until(s => RequestsTable.Get(s, remove.Id), r => r!.State == RequestState.Waiting);

        Assert.Equal(RequestState.Cancelled, (await TakeBack(remove)).State);

        var now = (await _b.Db.Read(s => DomainsTable.Get(s, machine.Id)))!;
        Assert.Equal((DomainState.Active, "It was not removed: It was taken back."), (now.State, now.StateDetail));
    }

    [Fact]
    public async Task ARemovalThatIsTakenBackBeforeTheDisksAreDeletedLeavesADesktopThatStarts()
    {
        var machine = await _b.Do(new StartDomain((await Machine()).Id));
        Faults.Set(_b.NodeFolder, [new Fault("destroy", HangSeconds: 60)]);
        var remove = await _b.Submit(new RemoveDomain(machine.Id));
        await _b.Until(s => RequestsTable.Get(s, remove.Id), r => r!.ProgressText == "Removing");

        Assert.Equal(RequestState.Cancelled, (await TakeBack(remove)).State);

        Assert.Equal(DomainState.Shutdown, (await _b.Db.Read(s => DomainsTable.Get(s, machine.Id)))!.State);
        Assert.Equal(DomainState.Active, (await _b.Do(new StartDomain(machine.Id))).State);
    }

    [Fact]
    public async Task ARemovalWhoseHostIsAwayForAllItsTriesLeavesADesktopThatIsSeenAgain()
    {
        var machine = await _b.Do(new StartDomain((await Machine()).Id));
        Faults.Set(_b.NodeFolder, [Away("connect"), Away("inventory"), Away("destroy")]);

        Assert.Equal("host_unreachable", (await WithoutWaits(new RemoveDomain(machine.Id))).ErrorCode);

        Assert.Equal(DomainState.Shutdown, (await _b.Db.Read(s => DomainsTable.Get(s, machine.Id)))!.State);
        Faults.Set(_b.NodeFolder, []);
        await _b.Until(s => DomainsTable.Get(s, machine.Id), d => d!.State == DomainState.Active);
    }

    [Fact]
    public async Task ARemovalThatLostItsHostAmongTheDisksLeavesABrokenDesktop()
    {
        var machine = await Machine();
        Faults.Set(_b.NodeFolder, [Away("list"), Away("delete")]);

        Assert.Equal("host_unreachable", (await WithoutWaits(new RemoveDomain(machine.Id))).ErrorCode);

        Assert.Equal(DomainState.Broken, (await _b.Db.Read(s => DomainsTable.Get(s, machine.Id)))!.State);
    }

    [Fact]
    public async Task ARemovalThatItsHostRefusesLeavesWhatIsThere()
    {
        var machine = await Machine();
        var volume = Assert.Single(await _b.Db.Read(s => VolumesTable.Of(s, machine.Id)));
        Faults.Set(_b.NodeFolder, [new Fault("delete", Fail: "The disk is busy.")]);

        Assert.Equal("host_refused", (await _b.Ask(new RemoveDomain(machine.Id))).ErrorCode);
        var now = (await _b.Db.Read(s => DomainsTable.Get(s, machine.Id)))!;
        Assert.Equal((DomainState.Shutdown, "It was not removed: The disk is busy."), (now.State, now.StateDetail));

        File.Delete(volume.Path);
        Assert.Equal("host_refused", (await _b.Ask(new RemoveDomain(machine.Id))).ErrorCode);
        now = (await _b.Db.Read(s => DomainsTable.Get(s, machine.Id)))!;
        Assert.Equal((DomainState.Broken, "It could not be removed whole: The disk is busy."), (now.State, now.StateDetail));

        // one that is broken stays so when it was not removed again, and can still be removed
        await File.WriteAllBytesAsync(volume.Path, []);
        Assert.Equal("host_refused", (await _b.Ask(new RemoveDomain(machine.Id))).ErrorCode);
        Assert.Equal(DomainState.Broken, (await _b.Db.Read(s => DomainsTable.Get(s, machine.Id)))!.State);
        Faults.Set(_b.NodeFolder, []);
        Assert.Equal(RequestState.Done, (await _b.Ask(new RemoveDomain(machine.Id))).State);
        Assert.False(File.Exists(volume.Path));
    }

    private static Fault Away(string call) => new(call, Fail: "It is away.", IsConnectionLost: true);

    // the waits between the tries are not waited for
    private async Task<RequestRow> WithoutWaits(IRequest request)
    {
        var row = await _b.Submit(request);
        return (await _b.Until(async s =>
        {
            await s.Execute("UPDATE requests SET at_time = UTC_TIMESTAMP(6) WHERE id = @Id AND state = 'waiting'", row);
            return await RequestsTable.Get(s, row.Id);
        }, r => r!.HasEnded))!;
    }

    private async Task<RequestRow> TakeBack(RequestRow row)
    {
        Assert.True(await _b.Db.Transaction(s => RequestsTable.Cancel(s, row.Id, _b.Caller.UserId)));
        // once the back end has looked twice it has heard of it; only then does its host go on
        for (var look = 0; look < 2; look++)
        {
            var later = await _b.Submit(new Ping(), at: DateTimeOffset.Parse("2999-01-01T00:00:00Z", null));
            await _b.Db.Transaction(s => RequestsTable.Cancel(s, later.Id));
            await _b.Ended(later.Id);
        }

        Faults.Set(_b.NodeFolder, []);
        return await _b.Ended(row.Id);
    }

    private async Task AssertNothingOf(RequestRow row, IReadOnlyList<string> before)
    {
        Assert.Null(await _b.Db.Read(s => DomainsTable.Get(s, row.DomainId!.Value)));
        Assert.Equal(before, Files());
        using var host = new SimulatedVmManager().Connect(new("host", _b.NodeFolder, _b.Settings.Pool, _b.Settings.Library, _b.Settings.DisplayFolder));
        Assert.DoesNotContain(host.Inventory(), d => d.Id == row.DomainId);
        Assert.Equal(0, await _b.Db.Read(s => s.First<int>("SELECT COUNT(*) FROM request_locks")));
    }

    private List<string> Files() => [.. Directory.EnumerateFileSystemEntries(_b.Settings.Pool).Order(StringComparer.Ordinal)];

    private Task<DomainRow> Machine() => _b.Do(new ImportDomain("tiny.img", "tiny"));
}
