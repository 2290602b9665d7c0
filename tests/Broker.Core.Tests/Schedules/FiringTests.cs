using Broker.Core.Domains;
using Broker.Core.Requests;
using Broker.Core.Requests.Domains;
using Broker.Core.Requests.Pools;
using Broker.Core.Schedules;

namespace Broker.Core.Tests.Schedules;

public class FiringTests
{
    private static readonly DateTimeOffset Night = new(2030, 11, 22, 23, 0, 20, TimeSpan.Zero);

    [Fact]
    public async Task OnlyDisconnectedMachinesThatDoNotStartByThemselvesAreAskedForInBrokersName()
    {
        var world = await World.New();
        var left = await Machine(world, "left", ClientStatus.Disconnected);
        await Machine(world, "used", ClientStatus.Connected);
        await Machine(world, "awaited", ClientStatus.Connecting);
        await Machine(world, "off", null, DomainState.Shutdown);
        await Machine(world, "server", ClientStatus.Disconnected, autostart: true);
        var schedule = await Schedule(world, HibernateDomain.Spec, Machines.Disconnected);

        Assert.NotNull(await Due(world, schedule, Night));
        var asked = Assert.Single(await world.Db.Read(s => RequestsTable.List(s)));
        Assert.Equal((left.Id, "(broker)", "hibernate_domain"), (asked.DomainId!.Value, asked.UserName, asked.Command));
        Assert.True(asked.Args.GetProperty("only_if_disconnected").GetBoolean());
        var run = Assert.Single((await world.Db.Read(s => SchedulesTable.Runs(s, [schedule], 5)))[schedule]);
        Assert.Equal((1, 0, new DateTimeOffset(2030, 11, 22, 23, 0, 0, TimeSpan.Zero)), (run.Requested, run.Done, run.DueAt));
    }

    [Fact]
    public async Task WhatGoesBackToItsPoolIsNotHibernatedAtNight()
    {
        var world = await World.New();
        var (own, lent) = (await Machine(world, "own", ClientStatus.Disconnected), await Machine(world, "lent", ClientStatus.Disconnected));
        await world.Db.Transaction(s => s.Execute("UPDATE domains SET pool_use = 'handed_out' WHERE id = @Id", new { lent.Id }));
        await Due(world, await Schedule(world, HibernateDomain.Spec, Machines.Disconnected), Night);
        Assert.Equal(own.Id, Assert.Single(await world.Db.Read(s => RequestsTable.List(s))).DomainId);
    }

    [Fact]
    public async Task AnEveningComesOnceHoweverManyNoticeIt()
    {
        var world = await World.New();
        await Machine(world, "left", ClientStatus.Disconnected);
        var schedule = await Schedule(world, HibernateDomain.Spec, Machines.Disconnected);
        var runs = await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => Due(world, schedule, Night)));
        Assert.Single(runs, r => r is not null);
        Assert.Single(await world.Db.Read(s => RequestsTable.List(s)));
        Assert.NotNull(await Due(world, schedule, Night.AddDays(1)));
    }

    [Fact]
    public async Task WhatWasMissedIsMadeUpForOnceAndOnlySoon()
    {
        var world = await World.New();
        var schedule = await Schedule(world, HibernateDomain.Spec, Machines.Disconnected);
        Assert.Null(await Due(world, schedule, Night.AddHours(8)));
        Assert.NotNull(await Due(world, schedule, Night.AddMinutes(50)));
        Assert.Null(await Due(world, schedule, Night.AddMinutes(55)));
    }

    [Fact]
    public async Task WhatIsSwitchedOffDoesNotComeByItselfButWhenSomebodyWantsIt()
    {
        var world = await World.New();
        await Machine(world, "left", ClientStatus.Disconnected);
        var id = await Schedule(world, HibernateDomain.Spec, Machines.Disconnected);
        var schedule = (await world.Db.Read(s => SchedulesTable.Get(s, id)))! with { IsEnabled = false };
        await world.Db.Transaction(s => SchedulesTable.Set(s, schedule));
        Assert.Null(await Due(world, id, Night));
        await world.Db.Transaction(s => Firing.Now(s, schedule, world.Admin));
        var run = Assert.Single((await world.Db.Read(s => SchedulesTable.Runs(s, [id], 5)))[id]);
        Assert.Equal(("ada", 1), (run.By, run.Requested));
    }

    [Fact]
    public async Task WhatSleepsIsWokenBeforeItIsShutDown()
    {
        var world = await World.New();
        var saved = await Machine(world, "saved", null, DomainState.Hibernated);
        await Machine(world, "active", ClientStatus.Disconnected);
        var schedule = await Schedule(world, ShutdownDomain.Spec, Machines.Hibernated);
        await Due(world, schedule, Night);
        var asked = (await world.Db.Read(s => RequestsTable.List(s))).OrderBy(r => r.Id).ToList();
        Assert.Equal([("start_domain", saved.Id), ("shutdown_domain", saved.Id)], asked.Select(r => (r.Command, r.DomainId!.Value)));
        Assert.Equal(asked[0].Id, asked[1].AfterId);
    }

    [Fact]
    public async Task SomeAreCompactedANightThoseFirstOfWhichItIsLongestAgoAndNoneThatHasNotRunSince()
    {
        var world = await World.New();
        var names = (string[])["a", "b", "c"];
        foreach (var name in names) await Machine(world, name, null, DomainState.Shutdown, started: true);
        await Machine(world, "never-ran", null, DomainState.Shutdown);
        await Machine(world, "runs", ClientStatus.Disconnected, started: true);
        var pooled = await Machine(world, "pooled", null, DomainState.Shutdown, started: true);
        await world.Db.Transaction(s => s.Execute("UPDATE domains SET pool_use = 'free' WHERE id = @Id", new { pooled.Id }));
        var schedule = await Schedule(world, CompactDomain.Spec, Machines.All, most: 2);

        Assert.Equal(["a", "b"], await Compacted(0));
        Assert.Equal(["c"], await Compacted(1));
        Assert.Empty(await Compacted(2));
        await world.Db.Transaction(s => s.Execute("UPDATE domains SET started_at = UTC_TIMESTAMP(6) + INTERVAL 1 HOUR WHERE name IN ('a', 'b', 'c')"));
        await world.Db.Transaction(s => s.Execute("UPDATE requests SET ended_at = ended_at - INTERVAL 1 DAY WHERE domain_name = 'b'"));
        Assert.Equal(["b", "a"], await Compacted(3));

        async Task<IEnumerable<string?>> Compacted(int night)
        {
            Assert.NotNull(await Due(world, schedule, Night.AddDays(night)));
            var asked = (await world.Claim()).OrderBy(r => r.Id).ToList();
            foreach (var row in asked) await world.Done(row);
            return asked.Select(r => r.DomainName);
        }
    }

    [Fact]
    public async Task PoolsAreFilledAndOfOtherMachinesNothingIsAsked()
    {
        var world = await World.New();
        var (kept, plain) = (await world.Machine("kept", isBase: true), await world.Machine("plain", isBase: true));
        await Machine(world, "machine", null, DomainState.Shutdown);
        await world.Db.Transaction(s => s.Execute("UPDATE domains SET pool_clones = 3 WHERE id = @Id", new { kept.Id }));
        await Due(world, await Schedule(world, FillPool.Spec, Machines.Pools), Night);
        Assert.Equal(("fill_pool", kept.Id), Assert.Single((await world.Db.Read(s => RequestsTable.List(s))).Select(r => (r.Command, r.DomainId!.Value))));
        Assert.False(Firing.Takes(Machines.Pools, plain));
    }

    [Fact]
    public async Task SeedsAreThereOnceAndKeepWhatWasChangedOfThem()
    {
        var world = await World.New();
        await world.Db.Transaction(s => SchedulesTable.Seed(s, "Europe/Madrid"));
        var night = (await world.Db.Read(s => SchedulesTable.Find(s, "nightly-hibernation")))!;
        Assert.False(night.IsEnabled);
        Assert.All(await world.Db.Read(SchedulesTable.All), s => Assert.Empty(s.Problems()));
        await world.Db.Transaction(s => SchedulesTable.Set(s, night with { IsEnabled = true, Cron = "0 22 * * *" }));
        await world.Db.Transaction(s => SchedulesTable.Seed(s, "UTC"));
        Assert.Equal(("0 22 * * *", "Europe/Madrid"), await world.Db.Read(async s => await SchedulesTable.Find(s, "nightly-hibernation") is { } r ? (r.Cron, r.TimeZone) : default));
        Assert.Equal("is_seeded", (await Assert.ThrowsAsync<RequestRefusedException>(() => world.Db.Transaction(s => SchedulesTable.Delete(s, night)))).Code);
    }

    [Theory]
    [InlineData("remove_domain", Machines.All, "0 1 * * *", "UTC", "can't be scheduled")]
    [InlineData("hibernate_domain", null, "0 1 * * *", "UTC", "Say which")]
    [InlineData("hibernate_domain", Machines.Pools, "0 1 * * *", "UTC", "can't be done to bases")]
    [InlineData("fill_pool", Machines.All, "0 1 * * *", "UTC", "about bases")]
    [InlineData("forget", Machines.All, "0 1 * * *", "UTC", "about no machine")]
    [InlineData("hibernate_domain", Machines.All, "soon", "UTC", "five")]
    [InlineData("hibernate_domain", Machines.All, "0 1 * * *", "Europe/Atlantis", "time zone")]
    public void WhatMakesNoSenseIsRefusedInWords(string command, Machines? machines, string cron, string zone, string words) =>
        Assert.Contains(words, string.Join(' ', new ScheduleRow { Name = "x", Command = command, Machines = machines, Cron = cron, TimeZone = zone }.Problems()), StringComparison.Ordinal);

    private static Task<long?> Due(World world, long schedule, DateTimeOffset now) => world.Db.Transaction(s => Firing.WhatIsDue(s, schedule, now));

    private static Task<long> Schedule(World world, Command command, Machines which, int? most = null) => world.Db.Transaction(s =>
        SchedulesTable.Insert(s, new ScheduleRow { Name = "night", Command = command.Word, Machines = which, Most = most, Cron = "0 23 * * *", TimeZone = "UTC" }));

    private static async Task<DomainRow> Machine(World world, string name, ClientStatus? client, DomainState state = DomainState.Active, bool autostart = false, bool started = false)
    {
        var machine = await world.Machine(name, state: state);
        await world.Db.Transaction(s => s.Execute(
            "UPDATE domains SET client_status = @client, client_since = UTC_TIMESTAMP(6), autostart = @autostart, started_at = IF(@started, UTC_TIMESTAMP(6), NULL) WHERE id = @Id", new { machine.Id, client, autostart, started }));
        return machine;
    }
}
