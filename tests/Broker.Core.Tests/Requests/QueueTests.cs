using System.Text.Json;
using Broker.Core.Domains;
using Broker.Core.Requests;
using Broker.Core.Requests.BackEnds;
using Broker.Core.Requests.Domains;

namespace Broker.Core.Tests.Requests;

/// <summary>Who is taken up when, and what becomes of him.</summary>
public class QueueTests
{
    [Fact]
    public async Task TheMoreUrgentGoesFirstThenTheOlder()
    {
        var world = await World.New();
        var (a, b, c) = (await world.Machine("a"), await world.Machine("b"), await world.Machine("c"));
        var slow = await world.Add(new RefreshMachine(a.Id));
        var second = await world.Add(new RefreshMachine(b.Id));
        var urgent = await world.Add(new Ping());
        var third = await world.Add(new RefreshMachine(c.Id));
        Assert.Equal([urgent.Id, slow.Id, second.Id, third.Id], await world.ClaimOneByOne(Lane.Quick));
    }

    [Fact]
    public async Task WhoHasFewerInWorkGoesFirst()
    {
        var world = await World.New();
        var (busy, idle) = (await world.User("busy"), await world.User("idle"));
        var his = new List<RequestRow>();
        for (var i = 0; i < 3; i++) his.Add(await world.Add(new Ping(), busy));
        var first = await world.Add(new Ping(), idle);
        var second = await world.Add(new Ping(), idle);
        Assert.Equal([his[0].Id, first.Id, his[1].Id, second.Id, his[2].Id], await world.ClaimOneByOne(Lane.Quick));
    }

    [Fact]
    public async Task ALaneTakesNoMoreThanItsRoom()
    {
        var world = await World.New();
        for (var i = 0; i < 5; i++) await world.Add(new Ping());
        await world.Add(new StartDomain((await world.Machine("a")).Id));
        var claimed = await world.Claim(new Dictionary<Lane, int> { [Lane.Quick] = 2, [Lane.Power] = 0 });
        Assert.Equal([Lane.Quick, Lane.Quick], claimed.Select(r => r.Lane));
        Assert.Single(await world.Claim(new Dictionary<Lane, int> { [Lane.Power] = 5 }));
        Assert.Equal(3, (await world.Claim()).Count);
        Assert.Empty(await world.Claim());
    }

    [Fact]
    public async Task TwoThatWorkAloneOnOneMachineFollowEachOther()
    {
        var world = await World.New();
        var machine = await world.Machine("linux");
        var start = await world.Add(new StartDomain(machine.Id));
        var stop = await world.Add(new ShutdownDomain(machine.Id));
        var first = await world.ClaimOne();
        Assert.Equal(start.Id, first.Id);
        Assert.Empty(await world.Claim());
        await world.Done(first);
        Assert.Equal(stop.Id, (await world.ClaimOne()).Id);
    }

    [Fact]
    public async Task AnOlderOneInAnotherLaneIsNotOvertaken()
    {
        var world = await World.New();
        var machine = await world.Machine("linux");
        await world.Add(new PrepareBase(machine.Id));
        await world.Add(new RefreshMachine(machine.Id));
        // the disk lane has no room: the younger one waits all the same
        Assert.Empty(await world.Claim(new Dictionary<Lane, int> { [Lane.Quick] = 5 }));
        Assert.Equal("prepare_base", (await world.ClaimOne()).Command);
    }

    [Fact]
    public async Task ABaseIsPreparedAfterAllThatWasAskedOfItsMachineBefore()
    {
        var world = await World.New();
        var machine = await world.Machine("linux");
        var before = new[] { await world.Add(new StartDomain(machine.Id)), await world.Add(new ShutdownDomain(machine.Id, 10)), await world.Add(new ShutdownDomain(machine.Id, 20)) };
        var prepare = await world.Add(new PrepareBase(machine.Id));
        foreach (var expected in before.Append(prepare))
        {
            var row = await world.ClaimOne();
            Assert.Equal(expected.Id, row.Id);
            await world.Done(row);
        }
    }

    [Fact]
    public async Task ClonesOfOneBaseRunTogetherAndNotWithWhatChangesIt()
    {
        var world = await World.New();
        var linux = await world.Machine("linux", isBase: true);
        var clones = new[] { await world.Add(new Clone(linux.Id)), await world.Add(new Clone(linux.Id)) };
        var remove = await world.Add(new RemoveBase(linux.Id));
        var late = await world.Add(new Clone(linux.Id));
        var claimed = await world.Claim();
        Assert.Equal(clones.Select(c => c.Id), claimed.Select(c => c.Id));
        await world.Done(claimed[0]);
        Assert.Empty(await world.Claim());
        await world.Done(claimed[1]);
        var alone = await world.ClaimOne();
        Assert.Equal(remove.Id, alone.Id);
        Assert.Empty(await world.Claim());
        await world.Done(alone);
        Assert.Equal(late.Id, (await world.ClaimOne()).Id);
    }

    [Fact]
    public async Task WhatEndsGivesItsLocksBack()
    {
        var world = await World.New();
        var machine = await world.Machine("linux");
        foreach (var end in (Func<RequestRow, Task>[])[
                     r => world.Done(r),
                     r => world.Fail(r),
                     r => world.Db.Transaction(s => RequestsTable.Cancelled(s, r))])
        {
            await world.Add(new StartDomain(machine.Id));
            await end(await world.ClaimOne());
            Assert.Equal(0, await world.Count("SELECT COUNT(*) FROM request_locks"));
        }
    }

    [Fact]
    public async Task OneThatFollowsAnotherWaitsForItsGoodEnd()
    {
        var world = await World.New();
        var first = await world.Add(new Ping());
        var second = await world.Add(new Ping(), after: first.Id);
        Assert.Equal(RequestState.Waiting, second.State);
        var row = await world.ClaimOne();
        Assert.Equal(first.Id, row.Id);
        Assert.Empty(await world.Claim());
        await world.Done(row);
        Assert.Equal(second.Id, (await world.ClaimOne()).Id);
    }

    [Fact]
    public async Task AFailureGoesDownTheWholeChain()
    {
        var world = await World.New();
        var first = await world.Add(new Ping());
        var second = await world.Add(new Ping(), after: first.Id);
        var third = await world.Add(new Ping(), after: second.Id);
        var beside = await world.Add(new Ping(), after: first.Id);
        await world.Fail(await world.ClaimOne(), "host_refused", "The host said no.");
        foreach (var row in (RequestRow[])[first, second, third, beside])
        {
            var now = await world.Get(row);
            Assert.Equal((RequestState.Failed, "host_refused", "The host said no."), (now.State, now.ErrorCode, now.ErrorText));
            Assert.NotNull(now.EndedAt);
        }

        Assert.Empty(await world.Claim());
    }

    [Fact]
    public async Task WhoDoesNotMindHowTheEarlierOneEndedRunsAfterItsFailure()
    {
        var world = await World.New();
        var first = await world.Add(new Ping());
        var second = (await world.Db.Transaction(s => RequestWriter.Submit(s, world.Admin, new Ping(), after: first.Id, afterOk: false))).Row;
        await world.Fail(await world.ClaimOne());
        Assert.Equal(second.Id, (await world.ClaimOne()).Id);
        var third = (await world.Db.Transaction(s => RequestWriter.Submit(s, world.Admin, new Ping(), after: first.Id, afterOk: false))).Row;
        Assert.Equal(RequestState.Requested, third.State);
    }

    [Fact]
    public async Task WhatFollowsSomethingForLaterKeepsNobodyWaiting()
    {
        var world = await World.New();
        var (bob, eve) = (await world.User("bob"), await world.User("eve"));
        var linux = await world.Machine("linux", isBase: true, isPublic: true);
        var later = await world.Add(new Ping(), eve, at: TimeProvider.System.GetUtcNow().AddDays(1));
        var next = await world.Add(new RefreshMachine(linux.Id), eve, after: later.Id);
        await world.Add(new RefreshMachine(linux.Id), eve, after: next.Id);
        var clone = await world.Add(new Clone(linux.Id), bob);
        Assert.Equal(clone.Id, (await world.ClaimOne()).Id);
    }

    [Fact]
    public async Task WhoLooksAtABaseKeepsNobodyFromCloningIt()
    {
        var world = await World.New();
        var linux = await world.Machine("linux", isBase: true, isPublic: true);
        await world.Add(new RefreshMachine(linux.Id));
        await world.Add(new Clone(linux.Id));
        Assert.Equal(2, (await world.Claim()).Count);
    }

    [Fact]
    public async Task WhatSomebodyScheduledHimselfIsNotCalledOffWithWhatAShutdownLeft()
    {
        var world = await World.New();
        var his = await world.Machine("his");
        var tonight = await world.Add(new ForceShutdownDomain(his.Id), at: TimeProvider.System.GetUtcNow().AddDays(1));
        var left = await world.Add(new ForceShutdownDomain(his.Id, TimeProvider.System.GetUtcNow()), at: TimeProvider.System.GetUtcNow().AddMinutes(2));
        await world.Db.Transaction(s => RequestsTable.CallOffForcedShutdown(s, his.Id));
        Assert.Equal((RequestState.Waiting, RequestState.Cancelled), (await world.State(tonight), await world.State(left)));
    }

    [Fact]
    public async Task WhatFollowsACancelledOneIsCancelledToo()
    {
        var world = await World.New();
        var first = await world.Add(new Ping());
        var second = await world.Add(new Ping(), after: first.Id);
        Assert.True(await world.Cancel(first));
        Assert.Equal((RequestState.Cancelled, RequestState.Cancelled), (await world.State(first), await world.State(second)));
        Assert.False(await world.Cancel(first));
    }

    [Fact]
    public async Task WhoFollowsOneThatHasEndedWellNeedNotWait()
    {
        var world = await World.New();
        var first = await world.Add(new Ping());
        await world.Done(await world.ClaimOne());
        Assert.Equal(RequestState.Requested, (await world.Add(new Ping(), after: first.Id)).State);
    }

    [Fact]
    public async Task WhoFollowsOneThatHasFailedIsRefused()
    {
        var world = await World.New();
        var first = await world.Add(new Ping());
        await world.Fail(await world.ClaimOne());
        var refused = await world.Refused(new Ping(), after: first.Id);
        Assert.Equal("earlier_failed", refused.Code);
        Assert.Contains("The host said no.", refused.Message, StringComparison.Ordinal);
        Assert.Equal("unknown_request", (await world.Refused(new Ping(), after: 4711)).Code);
    }

    [Fact]
    public async Task WhatIsInWorkIsTakenBackByWhoeverIsAtIt()
    {
        var world = await World.New();
        await world.Add(new Ping());
        var row = await world.ClaimOne();
        Assert.True(await world.Db.Transaction(s => RequestsTable.Cancel(s, row.Id, world.Admin.UserId)));
        Assert.Equal([row.Id], (await world.Db.Transaction(RequestsTable.TakeBackAsked)).Select(r => r.Id));
        Assert.Equal(RequestState.Working, await world.State(row));
        Assert.True(await world.Db.Transaction(s => RequestsTable.Cancelled(s, row)));
        var ended = await world.Get(row);
        Assert.Equal((RequestState.Cancelled, "cancelled", "ada has taken it back."), (ended.State, ended.ErrorCode, ended.ErrorText));
        Assert.False(await world.Cancel(row));
    }

    [Fact]
    public async Task WhatEndedWellBeforeItCouldBeTakenBackIsDone()
    {
        var world = await World.New();
        await world.Add(new Ping());
        var row = await world.ClaimOne();
        await world.Cancel(row);
        Assert.True(await world.Done(row));
        Assert.False(await world.Db.Transaction(s => RequestsTable.Cancelled(s, row)));
        Assert.Equal(RequestState.Done, await world.State(row));
    }

    [Fact]
    public async Task WhatIsToBeTakenBackIsNotTakenUp()
    {
        var world = await World.New();
        var ping = await world.Add(new Ping());
        Assert.True(await world.Db.Transaction(s => RequestsTable.Cancel(s, ping.Id)));
        Assert.Empty(await world.Claim());
    }

    [Fact]
    public async Task ACancelledCloneThatNobodyTookUpLeavesNoMachine()
    {
        var world = await World.New();
        var linux = await world.Machine("linux", isBase: true);
        var clone = await world.Add(new Clone(linux.Id));
        var start = await world.Add(new StartDomain(clone.DomainId!.Value), after: clone.Id);
        Assert.True(await world.Cancel(clone));
        Assert.Null(await world.Domain(clone.DomainId.Value));
        Assert.Equal(RequestState.Cancelled, await world.State(start));
    }

    [Fact]
    public async Task ACloneThatFollowedAFailureLeavesNoMachine()
    {
        var world = await World.New();
        var linux = await world.Machine("linux", isBase: true);
        var first = await world.Add(new Ping());
        var clone = await world.Add(new Clone(linux.Id), after: first.Id);
        await world.Fail(await world.ClaimOne());
        Assert.Equal(RequestState.Failed, await world.State(clone));
        Assert.Null(await world.Domain(clone.DomainId!.Value));
    }

    [Fact]
    public async Task ACloneThatWasBegunAndIsTakenBackBetweenTwoTriesIsTakenUpToBeUndone()
    {
        var world = await World.New();
        var linux = await world.Machine("linux", isBase: true);
        var clone = await world.Add(new Clone(linux.Id));
        var row = await world.ClaimOne();
        await world.Db.Transaction(async s => VolumesTable.Insert(s, new VolumeRow
        {
            Id = Guid.NewGuid(),
            DomainId = clone.DomainId!.Value,
            Target = "vda",
            Path = "/tmp/begun.qcow2",
            Format = "qcow2",
            CapacityBytes = 1,
        }));
        await world.Db.Transaction(s => RequestsTable.TryAgain(s, row, "host_unreachable", "It is away.", TimeSpan.FromHours(1)));
        Assert.True(await world.Cancel(clone));
        var undo = await world.ClaimOne();
        Assert.Equal(clone.Id, undo.Id);
        Assert.NotNull(undo.CancelAskedAt);
        // nobody undid it: what is left says so
        Assert.True(await world.Db.Transaction(s => RequestsTable.Cancelled(s, undo)));
        var domain = (await world.Domain(clone.DomainId!.Value))!;
        Assert.Equal(DomainState.Broken, domain.State);
        Assert.True(RemoveDomain.Spec.OfferedOn!(domain));
        Assert.EndsWith(".", domain.StateDetail!, StringComparison.Ordinal);
    }

    [Fact]
    public async Task WhatIsForLaterWaitsForTheDatabasesClock()
    {
        var world = await World.New();
        var now = DateTimeOffset.Parse((await world.Db.Read(s => s.First<string>("SELECT DATE_FORMAT(UTC_TIMESTAMP(6), '%Y-%m-%dT%H:%i:%s.%fZ')")))!, null);
        var later = await world.Add(new Ping(), at: now.AddHours(1));
        var due = await world.Add(new Ping(), at: now.AddMilliseconds(-1));
        Assert.Equal((RequestState.Waiting, RequestState.Waiting), (later.State, due.State));
        Assert.Equal(due.Id, (await world.ClaimOne()).Id);
        Assert.Empty(await world.Claim());
        await world.Db.Read(s => s.Execute("UPDATE requests SET at_time = UTC_TIMESTAMP(6) WHERE id = @Id", later));
        Assert.Equal(later.Id, (await world.ClaimOne()).Id);
    }

    [Fact]
    public async Task WhatIsForLaterAndFollowsAnotherWaitsForBoth()
    {
        var world = await World.New();
        var past = DateTimeOffset.Parse("2020-01-01T00:00:00Z", null);
        var first = await world.Add(new Ping());
        var second = await world.Add(new Ping(), at: past, after: first.Id);
        var row = await world.ClaimOne();
        Assert.Empty(await world.Claim());
        await world.Done(row);
        Assert.Equal(second.Id, (await world.ClaimOne()).Id);
    }

    [Fact]
    public async Task LaterOnesAboutAMachineCanBeCalledOff()
    {
        var world = await World.New();
        var machine = await world.Machine("linux");
        var now = await world.Add(new ForceShutdownDomain(machine.Id));
        var later = await world.Add(new ForceShutdownDomain(machine.Id, TimeProvider.System.GetUtcNow()), at: DateTimeOffset.Parse("2999-01-01T00:00:00Z", null));
        await world.Db.Transaction(s => RequestsTable.CallOffForcedShutdown(s, machine.Id));
        Assert.Equal((RequestState.Requested, RequestState.Cancelled), (await world.State(now), await world.State(later)));
    }

    [Fact]
    public async Task EachTryKeepsWhatWentWrongInTheOnesBefore()
    {
        var world = await World.New();
        var machine = await world.Machine("linux");
        await world.Add(new StartDomain(machine.Id));
        var row = await world.ClaimOne();
        Assert.True(await world.Db.Transaction(s => RequestsTable.TryAgain(s, row, "host_unreachable", "\"It\" is away.", TimeSpan.FromMinutes(10))));
        var waiting = await world.Get(row);
        Assert.Equal(RequestState.Waiting, waiting.State);
        Assert.InRange(await world.Db.Read(s => s.First<double>("SELECT TIMESTAMPDIFF(MICROSECOND, UTC_TIMESTAMP(6), at_time) / 1e6 FROM requests WHERE id = @Id", row)), 570, 600);
        Assert.Empty(await world.Claim());
        // it waits, so others may look at the machine; what changes it keeps its place behind it
        await world.Done(await Claimed(world, await world.Add(new RefreshMachine(machine.Id))));
        var off = await world.Add(new ForceShutdownDomain(machine.Id));
        Assert.Empty(await world.Claim());
        Assert.True(await world.Cancel(off));

        await world.Db.Read(s => s.Execute("UPDATE requests SET at_time = UTC_TIMESTAMP(6) WHERE id = @Id", row));
        var again = await world.ClaimOne();
        Assert.Equal((row.Id, 2, 2), (again.Id, again.Attempts, again.Epoch));
        Assert.True(await world.Db.Transaction(s => RequestsTable.TryAgain(s, again, "other", "Something else.", TimeSpan.Zero)));
        await world.Fail(await world.ClaimOne(), "gave_up", "Enough.");
        var ended = await world.Get(row);
        Assert.Equal("gave_up", ended.ErrorCode);
        Assert.Equal([("host_unreachable", "\"It\" is away."), ("other", "Something else.")],
            ended.AttemptErrors.EnumerateArray().Select(e => (e.GetProperty("code").GetString()!, e.GetProperty("message").GetString()!)));
        Assert.All(ended.AttemptErrors.EnumerateArray(), e => Assert.InRange((e.GetProperty("at").GetDateTimeOffset() - ended.CreatedAt).TotalMinutes, 0, 5));
    }

    [Fact]
    public async Task ARequestBetweenTwoTriesIsStillAtItsMachineAndOneThatNobodyTookUpIsNot()
    {
        var world = await World.New();
        var (begun, asked, later) = (await world.Machine("begun"), await world.Machine("asked"), await world.Machine("later"));
        Guid[] all = [begun.Id, asked.Id, later.Id];
        await world.Add(new StartDomain(begun.Id));
        var row = await world.ClaimOne();
        await world.Add(new StartDomain(asked.Id));
        await world.Add(new StartDomain(later.Id), at: DateTimeOffset.Parse("2999-01-01T00:00:00Z", null));
        await world.Db.Transaction(s => RequestsTable.TryAgain(s, row, "host_unreachable", "It is away.", TimeSpan.FromHours(1)));
        var now = await world.Db.Read(s => s.First<DateTimeOffset>("SELECT UTC_TIMESTAMP(6)"));
        Assert.Equal([begun.Id], await world.Db.Read(s => RequestsTable.InWorkSince(s, all, now)));

        // its time has come, and nobody has taken it up again yet
        await world.Db.Transaction(s => s.Execute("UPDATE requests SET at_time = UTC_TIMESTAMP(6) WHERE id = @Id", row));
        await world.Db.Transaction(RequestsTable.Promote);
        Assert.Equal([begun.Id], await world.Db.Read(s => RequestsTable.InWorkSince(s, all, now)));
    }

    [Fact]
    public async Task AnOlderEpochWritesNothing()
    {
        var world = await World.New();
        var linux = await world.Machine("linux", isBase: true);
        var clone = await world.Add(new Clone(linux.Id));
        var old = await world.Claim(lease: TimeSpan.Zero);
        Assert.Equal(1, await world.Db.Transaction(RequestsTable.TakeBackExpired));
        var young = await world.ClaimOne();
        Assert.Equal((1, 2), (old[0].Epoch, young.Epoch));
        var before = await Picture(world);

        Assert.False(await world.Done(old[0]));
        Assert.False(await world.Fail(old[0]));
        Assert.False(await world.Db.Transaction(s => RequestsTable.TryAgain(s, old[0], "x", "X.", TimeSpan.Zero)));
        Assert.False(await world.Db.Transaction(s => RequestsTable.Holds(s, clone.Id, old[0].Epoch)));
        await world.Db.Transaction(s => RequestsTable.GiveBack(s, old[0]));
        Assert.Equal(before, await Picture(world));
        Assert.True(await world.Done(young));
    }

    [Fact]
    public async Task BetweenTakingBackAndTheNextClaimTheOldOneIsLostToo()
    {
        var world = await World.New();
        await world.Add(new Ping());
        var old = Assert.Single(await world.Claim(lease: TimeSpan.Zero));
        await world.Db.Transaction(RequestsTable.TakeBackExpired);
        Assert.False(await world.Done(old));
        Assert.Equal(RequestState.Requested, await world.State(old));
    }

    [Fact]
    public async Task OnlyExpiredLeasesAreTakenBack()
    {
        var world = await World.New();
        var machine = await world.Machine("linux");
        await world.Add(new StartDomain(machine.Id));
        await world.Add(new Ping());
        var dead = Assert.Single(await world.Claim(new Dictionary<Lane, int> { [Lane.Power] = 1 }, backEnd: Guid.NewGuid(), lease: TimeSpan.Zero));
        var alive = await world.ClaimOne();
        Assert.Equal(1, await world.Db.Transaction(RequestsTable.TakeBackExpired));
        Assert.Equal((RequestState.Requested, RequestState.Working), (await world.State(dead), await world.State(alive)));
        Assert.Equal(dead.Id, (await world.ClaimOne()).Id);
    }

    [Fact]
    public async Task WhoeverStandsStillWhileHeWritesHoldsUpNobodyWhoLooksForExpiredOnes()
    {
        var world = await World.New();
        await world.Add(new Ping());
        await world.Add(new Ping());
        var both = await world.Claim(lease: TimeSpan.Zero);
        await world.Db.Transaction(async s =>
        {
            Assert.True(await RequestsTable.Holds(s, both[0].Id, both[0].Epoch));
            Assert.Equal(1, await world.Db.Transaction(RequestsTable.TakeBackExpired).WaitAsync(TimeSpan.FromSeconds(5)));
        });
        Assert.Equal(1, await world.Db.Transaction(RequestsTable.TakeBackExpired));
    }

    [Fact]
    public async Task ALeaseThatIsRenewedIsNotTakenBack()
    {
        var world = await World.New();
        await world.Add(new Ping());
        var row = Assert.Single(await world.Claim(lease: TimeSpan.Zero));
        Assert.Equal([(row.Id, row.Epoch)], await world.Db.Transaction(s => RequestsTable.Renew(s, world.BackEnd, [row.Id], World.Lease)));
        Assert.Equal(0, await world.Db.Transaction(RequestsTable.TakeBackExpired));
        Assert.Empty(await world.Db.Transaction(s => RequestsTable.Renew(s, Guid.NewGuid(), [row.Id], World.Lease)));
    }

    [Fact]
    public async Task WhatADeadBackEndHadIsTakenBackAtOnce()
    {
        var world = await World.New();
        await world.Add(new Ping());
        await world.Add(new Ping());
        var dead = Guid.NewGuid();
        var his = Assert.Single(await world.Claim(new Dictionary<Lane, int> { [Lane.Quick] = 1 }, backEnd: dead));
        var mine = await world.ClaimOne();
        Assert.Equal([dead, world.BackEnd], (await world.Db.Read(RequestsTable.Claimants)).OrderBy(c => c == world.BackEnd));
        Assert.Equal(1, await world.Db.Transaction(s => RequestsTable.TakeBackFrom(s, dead)));
        Assert.Equal((RequestState.Requested, RequestState.Working), (await world.State(his), await world.State(mine)));
    }

    [Fact]
    public async Task WhatIsGivenBackIsTakenUpAgainByTheNext()
    {
        var world = await World.New();
        await world.Add(new Ping());
        var row = await world.ClaimOne();
        await world.Db.Transaction(async s => RequestsTable.Progress(s, row, 70, "Nearly"));
        await world.Db.Transaction(s => RequestsTable.GiveBack(s, row));
        var now = await world.Get(row);
        Assert.Equal((RequestState.Requested, 0, null, null), (now.State, now.Progress, now.ProgressText, now.ClaimedBy));
        Assert.Equal(row.Id, (await world.ClaimOne()).Id);
    }

    [Fact]
    public async Task TheEndIsWrittenWithResultTimesAndFullProgress()
    {
        var world = await World.New();
        await world.Add(new Ping());
        var row = await world.ClaimOne();
        await world.Db.Transaction(async s => RequestsTable.Progress(s, row, 30, new string('x', 400)));
        Assert.Equal(255, (await world.Get(row)).ProgressText!.Length);
        await world.Db.Transaction(s => RequestsTable.Done(s, row, JsonSerializer.SerializeToElement(new { answer = 42 })));
        var ended = await world.Get(row);
        Assert.Equal((RequestState.Done, 100, "ada"), (ended.State, ended.Progress, ended.UserName));
        Assert.Equal(42, ended.Result!.Value.GetProperty("answer").GetInt32());
        Assert.True(ended.CreatedAt <= ended.StartedAt && ended.StartedAt <= ended.EndedAt);
        Assert.Null(ended.LeaseUntil);
    }

    [Fact]
    public async Task AListIsFilteredAndTheNewestComesFirst()
    {
        var world = await World.New();
        var student = await world.User("student");
        var machine = await world.Machine("his", owner: student);
        var ping = await world.Add(new Ping());
        var start = await world.Add(new StartDomain(machine.Id), student);
        var later = await world.Add(new Ping(), student);
        await world.Cancel(ping);
        Assert.Equal([later.Id, start.Id, ping.Id], await Ids(null));
        Assert.Equal([later.Id, start.Id], await Ids(student.UserId));
        Assert.Equal([ping.Id], await Ids(null, state: RequestState.Cancelled));
        Assert.Equal([start.Id], await Ids(null, domain: machine.Id));
        Assert.Equal([start.Id], await Ids(null, command: "start_domain"));
        Assert.Equal([ping.Id], await Ids(null, before: start.Id));
        Assert.Equal([later.Id], await Ids(null, limit: 1));
        Assert.Equal([later.Id, ping.Id], (await world.Db.Read(s => RequestsTable.List(s, states: [RequestState.Requested, RequestState.Cancelled], command: "ping"))).Select(r => r.Id));
        Assert.Equal([start.Id], (await world.Db.Read(s => RequestsTable.Open(s, [machine.Id]))).Select(r => r.Id));

        async Task<IEnumerable<long>> Ids(long? user, RequestState? state = null, string? command = null, Guid? domain = null, long? before = null, int limit = 100) =>
            (await world.Db.Read(s => RequestsTable.List(s, user, state is { } one ? [one] : null, command, domain, before, limit))).Select(r => r.Id);
    }

    [Theory]
    [InlineData("ART_DOM", "start")]
    [InlineData("Odd%", "start")]
    [InlineData("odd_", "")]
    [InlineData("stUDent", "start last")]
    [InlineData("the disk is full", "last")]
    [InlineData("'; --", "")]
    public async Task AListIsFilteredByAnyPartOfWhatOneReads(string text, string found)
    {
        var world = await World.New();
        var student = await world.User("student");
        var machine = await world.Machine("odd%name", owner: student);
        var ids = new Dictionary<long, string> { [(await world.Add(new Ping())).Id] = "first" };
        ids[(await world.Add(new StartDomain(machine.Id), student)).Id] = "start";
        var last = await world.Add(new Ping(), student);
        ids[last.Id] = "last";
        await world.Db.Transaction(s => s.Execute("UPDATE requests SET error_code = 'x', error_text = 'The disk is full.' WHERE id = @Id", new { last.Id }));
        Assert.Equal(found, string.Join(' ', (await world.Db.Read(s => RequestsTable.List(s, text: text))).Reverse().Select(r => ids[r.Id])));
    }

    private static async Task<RequestRow> Claimed(World world, RequestRow expected)
    {
        var row = await world.ClaimOne();
        Assert.Equal(expected.Id, row.Id);
        return row;
    }

    // Everything the queue has written.
    private static async Task<string> Picture(World world) => (await world.Db.Read(s => s.First<string>(
        """
        SELECT CONCAT_WS('\n',
          (SELECT GROUP_CONCAT(CONCAT_WS(' ', id, state, epoch, attempts, progress, progress_text, error_code, ended_at, attempt_errors, lease_until) ORDER BY id SEPARATOR '\n') FROM requests),
          (SELECT GROUP_CONCAT(CONCAT_WS(' ', request_id, resource) ORDER BY resource, request_id SEPARATOR '\n') FROM request_locks),
          (SELECT GROUP_CONCAT(CONCAT_WS(' ', id, state, state_detail) ORDER BY id SEPARATOR '\n') FROM domains),
          (SELECT COUNT(*) FROM events))
        """)))!;
}
