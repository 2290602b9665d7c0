using Broker.Core.Domains;
using Broker.Core.Requests;
using Broker.Core.Requests.Domains;
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
    [InlineData("forget", Machines.All, "0 1 * * *", "UTC", "about no machine")]
    [InlineData("hibernate_domain", Machines.All, "soon", "UTC", "five")]
    [InlineData("hibernate_domain", Machines.All, "0 1 * * *", "Europe/Atlantis", "time zone")]
    public void WhatMakesNoSenseIsRefusedInWords(string command, Machines? machines, string cron, string zone, string words) =>
        Assert.Contains(words, string.Join(' ', new ScheduleRow { Name = "x", Command = command, Machines = machines, Cron = cron, TimeZone = zone }.Problems()), StringComparison.Ordinal);

    private static Task<long?> Due(World world, long schedule, DateTimeOffset now) => world.Db.Transaction(s => Firing.WhatIsDue(s, schedule, now));

    private static Task<long> Schedule(World world, Command command, Machines which) => world.Db.Transaction(s =>
        SchedulesTable.Insert(s, new ScheduleRow { Name = "night", Command = command.Word, Machines = which, Cron = "0 23 * * *", TimeZone = "UTC" }));

    private static async Task<DomainRow> Machine(World world, string name, ClientStatus? client, DomainState state = DomainState.Active, bool autostart = false)
    {
        var machine = await world.Machine(name, state: state);
        await world.Db.Transaction(s => s.Execute(
            "UPDATE domains SET client_status = @client, client_since = UTC_TIMESTAMP(6), autostart = @autostart WHERE id = @Id", new { machine.Id, client, autostart }));
        return machine;
    }
}
