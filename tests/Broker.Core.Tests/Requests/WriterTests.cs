using Broker.Core.Access;
using System.Collections.Concurrent;
using Broker.Core.Domains;
using Broker.Core.Events;
using Broker.Core.Requests;
using Broker.Core.Requests.BackEnds;
using Broker.Core.Requests.Domains;
using Broker.Core.Requests.Nodes;
using Broker.Core.Users;

namespace Broker.Core.Tests.Requests;

/// <summary>What is let into the queue, and as what.</summary>
public class WriterTests
{
    [Fact]
    public async Task ASecondStartIsTheSameWhileTheFirstHasNotEnded()
    {
        var world = await World.New();
        var machine = await world.Machine("linux");
        var first = await world.Add(new StartDomain(machine.Id));
        Assert.Equal((first.Id, true), Summary(await world.Submit(new StartDomain(machine.Id))));
        var working = await world.ClaimOne();
        Assert.Equal((first.Id, true), Summary(await world.Submit(new StartDomain(machine.Id))));
        await world.Done(working);
        Assert.False((await world.Submit(new StartDomain(machine.Id))).IsFolded);

        static (long, bool) Summary(Submitted s) => (s.Row.Id, s.IsFolded);
    }

    [Fact]
    public async Task ASecondStartIsTheSameWhileTheFirstWaitsForItsNextTry()
    {
        var world = await World.New();
        var machine = await world.Machine("linux");
        var first = await world.Add(new StartDomain(machine.Id));
        var row = await world.ClaimOne();
        Assert.True(await world.Db.Transaction(s => RequestsTable.TryAgain(s, row, "host_unreachable", "It is away.", TimeSpan.FromHours(1))));
        Assert.Equal(first.Id, (await world.Submit(new StartDomain(machine.Id))).Row.Id);
    }

    [Fact]
    public async Task AStartAfterSomethingElseIsAnother()
    {
        var world = await World.New();
        var machine = await world.Machine("linux");
        await world.Add(new StartDomain(machine.Id));
        await world.Add(new ShutdownDomain(machine.Id));
        await world.Add(new StartDomain(machine.Id));
    }

    [Fact]
    public async Task ABasePreparedAgainAfterARemovalThatWasAskedForEarlierAndDoneLaterIsAnother()
    {
        var world = await World.New();
        var machine = await world.Machine("linux", isBase: true);
        var remove = await world.Add(new RemoveBase(machine.Id), at: TimeProvider.System.GetUtcNow().AddDays(1));
        await world.Add(new PrepareBase(machine.Id));
        await world.Done(await world.ClaimOne());
        await world.Db.Read(s => s.Execute("UPDATE requests SET at_time = UTC_TIMESTAMP(6) WHERE id = @Id", remove));
        await world.Done(await world.ClaimOne());
        Assert.False((await world.Submit(new PrepareBase(machine.Id))).IsFolded);
    }

    [Fact]
    public async Task OtherArgumentsOrAnotherMachineMakeAnotherRequest()
    {
        var world = await World.New();
        var machine = await world.Machine("linux");
        var other = await world.Machine("other");
        await world.Add(new ShutdownDomain(machine.Id, 10));
        await world.Add(new ShutdownDomain(machine.Id, 20));
        await world.Add(new ShutdownDomain(other.Id, 20));
    }

    [Fact]
    public async Task SomethingForLaterIsNeverTheSameAsSomethingForNow()
    {
        var world = await World.New();
        var machine = await world.Machine("linux");
        var later = DateTimeOffset.Parse("2999-01-01T00:00:00Z", null);
        await world.Add(new ShutdownDomain(machine.Id), at: later);
        await world.Add(new ShutdownDomain(machine.Id));
        await world.Add(new ShutdownDomain(machine.Id), at: later);
    }

    [Fact]
    public async Task ManyEqualRequestsAtOnceAreOne()
    {
        var world = await World.New();
        var machine = await world.Machine("linux");
        var all = await Task.WhenAll(Enumerable.Range(0, 12).Select(_ => world.Submit(new StartDomain(machine.Id))));
        Assert.Single(all.Select(s => s.Row.Id).Distinct());
        Assert.Single(all, s => !s.IsFolded);
    }

    [Fact]
    public async Task WhatFollowsARequestIsNeverTheSameAsSomethingForNow()
    {
        var world = await World.New();
        var machine = await world.Machine("linux");
        var other = await world.Add(new Ping());
        var following = await world.Add(new StartDomain(machine.Id), after: other.Id);
        var now = await world.Add(new StartDomain(machine.Id));
        await world.Add(new StartDomain(machine.Id), after: other.Id);
        Assert.Equal((RequestState.Waiting, RequestState.Requested), (following.State, now.State));
    }

    [Fact]
    public async Task AStartThatFollowsTheMakingOfItsMachineIsTheSameAsOneForNow()
    {
        var world = await World.New();
        var clone = await world.Add(new Clone((await world.Machine("linux", isBase: true)).Id));
        var start = await world.Add(new StartDomain(clone.DomainId!.Value), after: clone.Id);
        Assert.Equal(start.Id, (await world.Submit(new StartDomain(clone.DomainId.Value))).Row.Id);
    }

    [Fact]
    public async Task EqualRequestsAboutNoMachineAreOneWhoeverAsksUnlessTheSecondIsForced()
    {
        var world = await World.New();
        var first = await world.Add(new CheckNode("here"));
        Assert.Equal(first.Id, (await world.Submit(new CheckNode("here"), await world.User("bob", isAdmin: true))).Row.Id);
        await world.Add(new CheckNode("there"));
        Assert.False((await world.Db.Transaction(s => RequestWriter.Submit(s, world.Admin, new CheckNode("here"), force: true))).IsFolded);
    }

    [Fact]
    public async Task ManyEqualRequestsAboutNoMachineAtOnceAreOneAndDoNotHoldUpOthers()
    {
        var world = await World.New();
        for (var round = 0; round < 10; round++)
        {
            var hosts = Enumerable.Range(0, 24).Select(i => $"host{round}-{i % 2}").ToList();
            var all = await Task.WhenAll(hosts.Select(h => world.Submit(new CheckNode(h))));
            Assert.Equal(2, all.Select(s => s.Row.Id).Distinct().Count());
            Assert.Equal(2, all.Count(s => !s.IsFolded));
        }

        Assert.Equal(0, await world.Count("SELECT COUNT(*) FROM request_folds"));
        // while one transaction is asking, only who asks for the same waits for it
        await world.Db.Transaction(async s =>
        {
            await RequestWriter.Submit(s, world.Admin, new CheckNode("slow"));
            await world.Submit(new CheckNode("quick"));
            Assert.Equal(1, await world.Count("SELECT COUNT(*) FROM requests WHERE JSON_VALUE(args, '$.node') = 'quick'"));
        });
    }

    [Fact]
    public async Task APingIsNeverFolded()
    {
        var world = await World.New();
        await world.Add(new Ping());
        await world.Add(new Ping());
    }

    [Fact]
    public async Task AMachineThatIsNotThereIsUnknown()
    {
        var world = await World.New();
        var refused = await world.Refused(new StartDomain(Guid.NewGuid()));
        Assert.Equal("unknown_domain", refused.Code);
        Assert.Equal(0, await world.Count("SELECT COUNT(*) FROM requests"));
    }

    [Fact]
    public async Task WhoeverMayNotSeeAMachineIsToldThatItIsNotThere()
    {
        var world = await World.New();
        var student = await world.User("student");
        var machine = await world.Machine("secret");
        var refused = await world.Refused(new StartDomain(machine.Id), student);
        Assert.Equal("unknown_domain", refused.Code);
        Assert.Equal((await world.Refused(new StartDomain(Guid.Empty), student)).Message.Replace(Guid.Empty.ToString(), machine.Id.ToString(), StringComparison.Ordinal), refused.Message);
    }

    [Fact]
    public async Task WhoeverMaySeeButNotDoIsToldSo()
    {
        var world = await World.New();
        var student = await world.User("student");
        var published = await world.Machine("linux", isBase: true, isPublic: true);
        var own = await world.Machine("his", owner: student);
        Assert.Equal("not_allowed", (await world.Refused(new RemoveDomain(published.Id), student)).Code);
        Assert.Equal("not_allowed", (await world.Refused(new PrepareBase(own.Id), student)).Code);
        Assert.Equal("not_allowed", (await world.Refused(new ImportDomain("a", "b"), student)).Code);
    }

    [Fact]
    public async Task AnUnpublishedBaseIsNotThereForStudents()
    {
        var world = await World.New();
        var student = await world.User("student");
        var hidden = await world.Machine("linux", isBase: true);
        Assert.Equal("unknown_domain", (await world.Refused(new Clone(hidden.Id), student)).Code);
    }

    [Fact]
    public async Task OnlyAdministratorsMakeDesktopsForOthers()
    {
        var world = await World.New();
        var student = await world.User("student");
        var linux = await world.Machine("linux", isBase: true, isPublic: true);
        Assert.Equal("not_allowed", (await world.Refused(new Clone(linux.Id, Owner: world.Admin.UserId), student)).Code);
        var row = await world.Add(new Clone(linux.Id, Owner: student.UserId));
        Assert.Equal(("linux-student", student.UserId), ((await world.Domain(row.DomainId!.Value))!.Name, (await world.Domain(row.DomainId.Value))!.OwnerId));
    }

    [Theory]
    [InlineData(false, null, false)]
    [InlineData(true, null, true)]
    [InlineData(false, true, true)]
    [InlineData(true, false, false)]
    public async Task ACloneIsVolatileAsItsBaseSaysUnlessWhoeverMakesItSaysOtherwise(bool baseSays, bool? asked, bool expected)
    {
        var world = await World.New();
        var linux = await world.Machine("linux", isBase: true, isPublic: true);
        await world.Db.Transaction(s => DomainsTable.SetVolatileClones(s, linux.Id, baseSays));
        var row = await world.Add(new Clone(linux.Id, Volatile: asked));
        Assert.Equal(expected, (await world.Domain(row.DomainId!.Value))!.IsVolatile);
    }

    [Fact]
    public async Task OnlyThoseWhoMakeBasesOrLookAfterTheHostsMakeLastingDesktopsOfABaseOfTemporaryOnes()
    {
        var world = await World.New();
        var linux = await world.Machine("linux", isBase: true, isPublic: true);
        await world.Db.Transaction(s => DomainsTable.SetVolatileClones(s, linux.Id, true));
        var (student, operating) = (await world.User("student"), await world.User("operating"));
        operating = operating with { Grants = Holdings.Resolve([new(Grant.Operate, Reach.All)], []) };

        Assert.Equal("not_allowed", (await world.Refused(new Clone(linux.Id, Volatile: false), student)).Code);
        foreach (var (caller, asked, expected) in ((Caller, bool?, bool)[])[(student, null, true), (student, true, true), (operating, false, false), (world.Admin, false, false)])
        {
            var row = await world.Add(new Clone(linux.Id, Volatile: asked), caller);
            Assert.Equal(expected, (await world.Domain(row.DomainId!.Value))!.IsVolatile);
        }

        // of lasting ones anybody may have a temporary one: he only gives something up
        await world.Db.Transaction(s => DomainsTable.SetVolatileClones(s, linux.Id, false));
        Assert.True((await world.Domain((await world.Add(new Clone(linux.Id, Volatile: true), student)).DomainId!.Value))!.IsVolatile);
    }

    [Fact]
    public async Task BadArgumentsAreAllNamed()
    {
        var refused = await (await World.New()).Refused(new ImportDomain("../etc", "-x", MemoryMib: 1, Vcpus: 0));
        Assert.Equal("bad_arguments", refused.Code);
        Assert.Equal(4, refused.Problems.Count);
    }

    [Fact]
    public async Task TheCallerDoesNotChooseTheIdOfANewMachine()
    {
        var world = await World.New();
        var linux = await world.Machine("linux", isBase: true);
        Assert.Equal("bad_arguments", (await world.Refused(new Clone(linux.Id, Domain: Guid.NewGuid()))).Code);
    }

    [Fact]
    public async Task AMachineToBeMadeIsThereAtOnceAsCreatingSoThatAStartCanFollow()
    {
        var world = await World.New();
        var student = await world.User("student");
        var linux = await world.Machine("linux", isBase: true, isPublic: true);
        var (clone, start) = await world.Db.Transaction(async s =>
        {
            var made = (await RequestWriter.Submit(s, student, new Clone(linux.Id))).Row;
            return (made, (await RequestWriter.Submit(s, student, new StartDomain(made.DomainId!.Value), after: made.Id)).Row);
        });
        var domain = (await world.Domain(clone.DomainId!.Value))!;
        Assert.Equal((DomainState.Creating, (Guid?)linux.Id, student.UserId, linux.NodeId, "linux-student"), (domain.State, domain.BaseId, domain.OwnerId, domain.NodeId, domain.Name));
        Assert.Equal(domain.Id, ((Clone)Catalogue.Decode(clone.Command, clone.Args)).Domain);
        Assert.Equal((RequestState.Requested, RequestState.Waiting), (clone.State, start.State));
        Assert.Matches("^52(:[0-9a-f]{2}){5}$", domain.Mac);
    }

    [Fact]
    public async Task ARequestThatIsRolledBackLeavesNoMachine()
    {
        var world = await World.New();
        var linux = await world.Machine("linux", isBase: true);
        await Assert.ThrowsAsync<FormatException>(() => world.Db.Transaction(async s =>
        {
            await RequestWriter.Submit(s, world.Admin, new Clone(linux.Id));
            throw new FormatException();
        }));
        Assert.Equal((1, 0), (await world.Count("SELECT COUNT(*) FROM domains"), await world.Count("SELECT COUNT(*) FROM requests")));
    }

    [Fact]
    public async Task ANameThatIsTakenIsSaid()
    {
        var world = await World.New();
        var linux = await world.Machine("linux", isBase: true);
        Assert.Equal("name_taken", (await world.Refused(new Clone(linux.Id, Name: "LINUX"))).Code);
        Assert.Equal("name_taken", (await world.Refused(new ImportDomain("a.qcow2", "linux"))).Code);
    }

    [Fact]
    public async Task OnlyABaseIsCloned()
    {
        var world = await World.New();
        var machine = await world.Machine("linux");
        Assert.Equal("not_a_base", (await world.Refused(new Clone(machine.Id))).Code);
    }

    [Theory]
    [InlineData(DomainState.Creating)]
    [InlineData(DomainState.Removing)]
    [InlineData(DomainState.Broken)]
    public async Task ABaseThatIsNotWholeIsNotCloned(DomainState state)
    {
        var world = await World.New();
        var linux = await world.Machine("linux", isBase: true, state: state);
        Assert.Equal("not_clonable", (await world.Refused(new Clone(linux.Id))).Code);
        Assert.Equal((1, 0), (await world.Count("SELECT COUNT(*) FROM domains"), await world.Count("SELECT COUNT(*) FROM requests")));
    }

    [Fact]
    public async Task TwentyWhoCloneOneBaseAtOnceGetTwentyNames()
    {
        var world = await World.New();
        var linux = await world.Machine("linux", isBase: true, isPublic: true);
        // all of them end in the same plain letters
        var callers = await Task.WhenAll(Enumerable.Range(0, 20).Select(i => world.User("ana" + new string('!', i))));
        var made = await Task.WhenAll(callers.Select(c => world.Add(new Clone(linux.Id), c)));
        var names = await Task.WhenAll(made.Select(async r => (await world.Domain(r.DomainId!.Value))!.Name));
        Assert.Equal(Enumerable.Range(1, 20).Select(i => i == 1 ? "linux-ana" : $"linux-ana-{i}").Order(StringComparer.Ordinal), names.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task SomebodyWithoutAnAccountOrDisabledIsNoCaller()
    {
        var world = await World.New();
        var student = await world.User("student");
        await world.Db.Read(s => s.Execute("UPDATE users SET is_disabled = 1 WHERE id = @UserId", student));
        Assert.Null(await world.Db.Read(s => UsersTable.Caller(s, student.UserId, null)));
        Assert.Null(await world.Db.Read(s => UsersTable.Caller(s, 4711, null)));
    }

    [Fact]
    public async Task GrantsAreReadAndUnknownOnesPassedOver()
    {
        var world = await World.New();
        var student = await world.User("student");
        await world.Db.Read(s => s.Execute("INSERT INTO grants VALUES (@UserId, 'create_machine', 'own'), (@UserId, 'start', 'none'), (@UserId, 'fly', 'all')", student));
        var caller = (await world.Db.Read(s => UsersTable.Caller(s, student.UserId, "10.0.0.7")))!;
        Assert.Equal("10.0.0.7", caller.Address);
        Assert.Equal((Reach.Own, Reach.None, Reach.Own), (caller.Reach(Grant.CreateMachine), caller.Reach(Grant.Start), caller.Reach(Grant.Shutdown)));
        Assert.Equal(Enum.GetValues<Grant>().Length, caller.Grants.Count);
        var own = await world.Machine("his", owner: student);
        Assert.Equal("not_allowed", (await world.Refused(new StartDomain(own.Id), caller)).Code);
        await world.Add(new ImportDomain("a.qcow2", "made"), caller);
    }

    [Fact]
    public async Task TheBackEndIsRungOnceTheRequestCanBeSeen()
    {
        var rings = new ConcurrentBag<(Side Side, long Seen)>();
        World? world = null;
        world = await World.New(side =>
        {
            if (world is not null) rings.Add((side, world.Count("SELECT COUNT(*) FROM requests").GetAwaiter().GetResult()));
        });
        await world.Add(new Ping());
        Assert.Contains((Side.BackEnd, 1L), rings);
        Assert.Contains((Side.FrontEnd, 1L), rings);
        Assert.DoesNotContain(rings, r => r.Seen == 0);
    }

    [Fact]
    public async Task EachStepOfARequestIsTold()
    {
        var world = await World.New();
        var machine = await world.Machine("linux");
        await world.Add(new StartDomain(machine.Id));
        var row = await world.ClaimOne();
        await world.Db.Transaction(async s => RequestsTable.Progress(s, row, 30, "Half way"));
        await world.Done(row);
        var told = await world.Db.Read(s => s.Query<string>("SELECT JSON_VALUE(data, '$.state') FROM events WHERE request_id = @Id ORDER BY id", row));
        Assert.Equal(["requested", "working", "working", "done"], told);
    }
}
