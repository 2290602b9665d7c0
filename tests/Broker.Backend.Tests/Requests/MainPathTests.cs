using Broker.Backend.VmManagers.Simulated;
using Broker.Core.Displays;
using Broker.Core.Domains;
using Broker.Core.Nodes;
using Broker.Core.Requests;
using Broker.Core.Requests.BackEnds;
using Broker.Core.Requests.Domains;

namespace Broker.Backend.Tests.Requests;

/// <summary>The engine with its handlers on a real MariaDB and simulated machines.</summary>
public sealed class MainPathTests() : BackEndTests(adjust: s => s with { StopSeconds = 1 })
{
    [Fact]
    public async Task AStudentGetsARunningDesktopFromAPublishedBase()
    {
        var student = await _b.Person("ana");
        var origin = await PublishedBase();
        var clone = await _b.Submit(new Clone(origin.Id), student);
        var start = await _b.Submit(new StartDomain(clone.DomainId!.Value), student, after: clone.Id);
        Assert.Equal(RequestState.Done, (await _b.Ended(start.Id)).State);

        var desktop = (await _b.Db.Read(s => DomainsTable.Get(s, clone.DomainId.Value)))!;
        Assert.Equal(("tiny-ana", student.UserId, origin.Id, DomainState.Active), (desktop.Name, desktop.OwnerId, desktop.BaseId!.Value, desktop.State));
        var socket = await _b.Db.Read(s => DisplaysTable.Socket(s, desktop.Id, DisplayKind.Vnc));
        Assert.True(File.Exists(socket));
        await _b.Until(s => DomainsTable.Get(s, desktop.Id), d => d!.Address is not null);
    }

    [Fact]
    public async Task ADesktopShutsDownByItselfAndTheForcedShutdownIsCalledOff()
    {
        var desktop = await RunningDesktop();
        await _b.Do(new ShutdownDomain(desktop.Id));
        await _b.Until(s => DomainsTable.Get(s, desktop.Id), d => d!.State == DomainState.Shutdown);
        await _b.Until(s => RequestsTable.List(s, command: "force_shutdown_domain"), r => r.Single().State == RequestState.Cancelled);
    }

    [Fact]
    public async Task ADesktopThatDoesNotListenIsSwitchedOffAfterItsTime()
    {
        var desktop = await RunningDesktop();
        Faults.Set(_b.NodeFolder, [new Fault("shutdown", IsIgnored: true)]);
        await _b.Do(new ShutdownDomain(desktop.Id, TimeoutSeconds: 1));
        Assert.Equal(DomainState.ShuttingDown, (await _b.Db.Read(s => DomainsTable.Get(s, desktop.Id)))!.State);
        await _b.Until(s => DomainsTable.Get(s, desktop.Id), d => d!.State == DomainState.Shutdown);
        var forced = (await _b.Db.Read(s => RequestsTable.List(s, command: "force_shutdown_domain"))).Single();
        Assert.Equal(RequestState.Done, (await _b.Ended(forced.Id)).State);
    }

    [Fact]
    public async Task AForcedShutdownLeftBehindSparesADesktopThatWasStartedAnew()
    {
        var desktop = await RunningDesktop();
        var row = await _b.Ask(new ForceShutdownDomain(desktop.Id, desktop.StartedAt!.Value.AddSeconds(-1)));
        Assert.Equal(RequestState.Done, row.State);
        Assert.Equal(DomainState.Active, (await _b.Db.Read(s => DomainsTable.Get(s, desktop.Id)))!.State);
    }

    [Fact]
    public async Task StartingWhatRunsChangesNothing()
    {
        var desktop = await RunningDesktop();
        var again = await _b.Do(new StartDomain(desktop.Id));
        Assert.Equal((DomainState.Active, desktop.StartedAt), (again.State, again.StartedAt));
    }

    [Fact]
    public async Task ABaseCantStartAndAMachineWithClonesCantGo()
    {
        var origin = await PublishedBase();
        Assert.Equal("is_a_base", (await _b.Ask(new StartDomain(origin.Id))).ErrorCode);
        await _b.Do(new Clone(origin.Id, "one"));
        Assert.Equal("has_clones", (await _b.Ask(new RemoveDomain(origin.Id))).ErrorCode);
        Assert.Equal("has_clones", (await _b.Ask(new RemoveBase(origin.Id))).ErrorCode);
    }

    [Fact]
    public async Task AMachineIsABaseAndAMachineAgainAndABaseAgain()
    {
        var origin = await PublishedBase();
        var machine = await _b.Do(new RemoveBase(origin.Id));
        Assert.Equal((false, false), (machine.IsBase, machine.IsPublic));
        await _b.Do(new StartDomain(machine.Id));
        // it is running: it is shut down first
        var again = await _b.Do(new PrepareBase(machine.Id));
        Assert.True(again.IsBase);
        Assert.Equal(DomainState.Shutdown, again.State);
        await _b.Do(new PrepareBase(machine.Id));
        Assert.Equal(DomainState.Shutdown, (await _b.Do(new Clone(origin.Id, "one"))).State);
    }

    [Fact]
    public async Task ACloneCanBecomeABaseItself()
    {
        var origin = await PublishedBase();
        var middle = await _b.Do(new Clone(origin.Id, "middle"));
        await _b.Do(new PrepareBase(middle.Id));
        var leaf = await _b.Do(new Clone(middle.Id, "leaf"));
        Assert.Equal(DomainState.Active, (await _b.Do(new StartDomain(leaf.Id))).State);
        Assert.Equal(2, (await _b.Db.Read(s => VolumesTable.Disks(s, leaf.Id)))[leaf.Id].Single().Below.Count);
    }

    [Fact]
    public async Task RemovingTakesDisksAndRowsWithIt()
    {
        var desktop = await RunningDesktop();
        var path = (await _b.Db.Read(s => VolumesTable.Of(s, desktop.Id))).Single().Path;
        Assert.True(File.Exists(path));
        Assert.Equal(RequestState.Done, (await _b.Ask(new RemoveDomain(desktop.Id))).State);
        Assert.False(File.Exists(path));
        Assert.Null(await _b.Db.Read(s => DomainsTable.Get(s, desktop.Id)));
    }

    [Fact]
    public async Task AnImportThatFailsLeavesNothing()
    {
        var row = await _b.Ask(new ImportDomain("missing.qcow2", "nothing"));
        Assert.Equal((RequestState.Failed, "host_refused"), (row.State, row.ErrorCode));
        Assert.Contains("missing.qcow2", row.ErrorText, StringComparison.Ordinal);
        Assert.Null(await _b.Db.Read(s => DomainsTable.Find(s, "nothing")));
        Assert.Empty(Directory.EnumerateFileSystemEntries(_b.Settings.Pool));
    }

    [Fact]
    public async Task AStartThatFailsSaysWhyAndLeavesTheDesktopOff()
    {
        var origin = await PublishedBase();
        var desktop = await _b.Do(new Clone(origin.Id, "one"));
        Faults.Set(_b.NodeFolder, [new Fault("start", Fail: "There is no memory left on this host.")]);
        var row = await _b.Ask(new StartDomain(desktop.Id));
        Assert.Equal((RequestState.Failed, "There is no memory left on this host."), (row.State, row.ErrorText));
        var after = (await _b.Db.Read(s => DomainsTable.Get(s, desktop.Id)))!;
        Assert.Equal(DomainState.Shutdown, after.State);
        Assert.Contains("no memory left", after.StateDetail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ALostConnectionIsTriedAgain()
    {
        var origin = await PublishedBase();
        var desktop = await _b.Do(new Clone(origin.Id, "one"));
        Faults.Set(_b.NodeFolder, [new Fault("start", IsConnectionLost: true)]);
        var start = await _b.Submit(new StartDomain(desktop.Id));
        await _b.Until(s => RequestsTable.Get(s, start.Id), r => r!.State == RequestState.Waiting);
        Faults.Set(_b.NodeFolder, []);
        var row = await _b.Ended(start.Id);
        Assert.Equal(RequestState.Done, row.State);
        Assert.Equal(1, row.AttemptErrors.GetArrayLength());
    }

    [Fact]
    public async Task TriesThatNeverHelpEndWithTheLastErrorAndKeepTheOthers()
    {
        var origin = await PublishedBase();
        var desktop = await _b.Do(new Clone(origin.Id, "one"));
        Faults.Set(_b.NodeFolder, [new Fault("start", Fail: "It is away.", IsConnectionLost: true)]);
        var start = await _b.Submit(new StartDomain(desktop.Id));

        // the waits between the tries are not waited for
        var row = await _b.Until(async s =>
        {
            await s.Execute("UPDATE requests SET at_time = UTC_TIMESTAMP(6) WHERE id = @Id AND state = 'waiting'", start);
            return await RequestsTable.Get(s, start.Id);
        }, r => r!.HasEnded);

        Assert.Equal((RequestState.Failed, "host_unreachable", "It is away."), (row!.State, row.ErrorCode, row.ErrorText));
        Assert.Equal((StartDomain.Spec.Tries, StartDomain.Spec.Tries - 1), (row.Attempts, row.AttemptErrors.GetArrayLength()));
        Assert.Equal(DomainState.Shutdown, (await _b.Db.Read(s => DomainsTable.Get(s, desktop.Id)))!.State);
    }

    [Fact]
    public async Task AFullLaneLeavesTheOthersRunning()
    {
        var origin = await PublishedBase();
        var desktop = await _b.Do(new Clone(origin.Id, "one"));
        Faults.Set(_b.NodeFolder, [new Fault("clone", HangSeconds: 60)]);
        var clones = new List<RequestRow>();
        for (var i = 0; i <= _b.Settings.Lanes[Lane.Disk]; i++) clones.Add(await _b.Submit(new Clone(origin.Id, $"more-{i}")));
        await _b.Until(s => RequestsTable.List(s, states: [RequestState.Working]), w => w.Count == clones.Count - 1);

        Assert.Equal(DomainState.Active, (await _b.Do(new StartDomain(desktop.Id))).State);
        Assert.Equal(RequestState.Done, (await _b.Ask(new Ping())).State);

        Assert.Equal(RequestState.Requested, (await _b.Db.Read(s => RequestsTable.Get(s, clones[^1].Id)))!.State);
        Faults.Set(_b.NodeFolder, []);
        foreach (var clone in clones) Assert.Equal(RequestState.Done, (await _b.Ended(clone.Id)).State);
    }

    [Fact]
    public async Task AMachineThatWentOffByItselfIsSeen()
    {
        var desktop = await RunningDesktop();
        var host = new SimulatedVmManager().Connect(new("host", _b.NodeFolder, _b.Settings.Pool, _b.Settings.Library, _b.Settings.DisplayFolder));
        host.Destroy(desktop.Id);
        host.Dispose();
        await _b.Until(s => DomainsTable.Get(s, desktop.Id), d => d!.State == DomainState.Shutdown);
    }

    [Fact]
    public async Task WhoLostHisRightMeanwhileIsRefusedWhenItIsHandled()
    {
        var student = await _b.Person("ben");
        var origin = await PublishedBase();
        var clone = await _b.Submit(new Clone(origin.Id), student, at: TimeProvider.System.GetUtcNow().AddSeconds(1));
        await _b.Db.Transaction(s => DomainsTable.SetPublic(s, origin.Id, false));
        Assert.Equal("not_allowed", (await _b.Ended(clone.Id)).ErrorCode);
        Assert.Null(await _b.Db.Read(s => DomainsTable.Get(s, clone.DomainId!.Value)));
    }

    [Fact]
    public async Task AStartOfAMachineThatIsGoneByThenFailsAndSaysSo()
    {
        var machine = await _b.Do(new ImportDomain("tiny.img", "tiny"));
        var remove = await _b.Submit(new RemoveDomain(machine.Id));
        var start = await _b.Submit(new StartDomain(machine.Id));
        Assert.Equal(RequestState.Done, (await _b.Ended(remove.Id)).State);
        var ended = await _b.Ended(start.Id);
        Assert.Equal((RequestState.Failed, "unknown_domain", "There is no machine tiny any more."), (ended.State, ended.ErrorCode, ended.ErrorText));
        Assert.Equal(0, await _b.Db.Read(s => s.First<int>("SELECT COUNT(*) FROM request_locks")));
    }

    [Fact]
    public async Task AnUnknownCommandInTheQueueFailsAloneAndTheNextIsDone()
    {
        var ping = await _b.Ask(new Ping());
        await _b.Db.Transaction(s => s.Execute(
            "INSERT INTO requests (command, args, state, lane, user_id, created_at) VALUES ('from_the_future', '{}', 'requested', 'quick', @UserId, UTC_TIMESTAMP(6))", _b.Caller));
        var strange = await _b.Until(s => s.First<long>("SELECT id FROM requests WHERE command = 'from_the_future' AND state = 'failed'"), id => id > 0);
        Assert.True(strange > ping.Id);
        Assert.Equal(RequestState.Done, (await _b.Ask(new Ping())).State);
    }

    [Fact]
    public async Task AStoppedBackEndGivesBackWhatItCantFinish()
    {
        var origin = await PublishedBase();
        Faults.Set(_b.NodeFolder, [new Fault("clone", HangSeconds: 30, Times: 1)]);
        var clone = await _b.Submit(new Clone(origin.Id, "slow"));
        await _b.Until(s => RequestsTable.Get(s, clone.Id), r => r!.State == RequestState.Working);
        await _b.Stop();
        Faults.Set(_b.NodeFolder, []);
        Assert.Equal(RequestState.Requested, (await _b.Db.Read(s => RequestsTable.Get(s, clone.Id)))!.State);
        await _b.Start();
        Assert.Equal(RequestState.Done, (await _b.Ended(clone.Id)).State);
    }

    [Fact]
    public async Task AHostThatNothingHereCanDriveIsDownAndSaysWhy()
    {
        await _b.Db.Transaction(s => NodesTable.Put(s, "strange", VmManagerKind.Virtualbox, "/home/vbox"));
        var nodes = await _b.Until(NodesTable.All, all => all.Single(n => n.Name == "strange").State == NodeState.Down);
        Assert.Contains("virtualbox", nodes.Single(n => n.Name == "strange").Detail, StringComparison.Ordinal);
    }

    private async Task<DomainRow> PublishedBase()
    {
        var machine = await _b.Do(new ImportDomain("tiny.img", "tiny"));
        return await _b.Do(new PrepareBase(machine.Id, Publish: true));
    }

    private async Task<DomainRow> RunningDesktop()
    {
        var origin = await PublishedBase();
        var desktop = await _b.Do(new Clone(origin.Id, "one"));
        return await _b.Do(new StartDomain(desktop.Id));
    }
}
