using Broker.Core.Requests;
using Broker.Core.Requests.BackEnds;

namespace Broker.Core.Tests.Requests;

/// <summary>Turns between people: whoever asks for much does not push others back.</summary>
public class FairnessTests
{
    [Fact]
    public async Task WhoAsksForATimeThatIsPastOvertakesNobody()
    {
        var world = await World.New();
        var eve = await world.User("eve");
        var first = await world.Add(new Ping(), await world.User("bob"));
        var second = await world.Add(new Ping(), eve, at: DateTimeOffset.UnixEpoch.AddYears(30));
        Assert.Equal([first.Id, second.Id], await world.ClaimOneByOne(Lane.Quick));
    }

    [Fact]
    public async Task SomebodyWithOneRequestGoesBeforeTheSecondOfSomebodyWithMany()
    {
        var world = await World.New();
        var (greedy, modest) = (await world.User("greedy"), await world.User("modest"));
        var many = new List<RequestRow>();
        for (var i = 0; i < 5; i++) many.Add(await world.Add(new Ping(), greedy));
        var one = await world.Add(new Ping(), modest);
        Assert.Equal([many[0].Id, one.Id, many[1].Id, many[2].Id, many[3].Id, many[4].Id], await world.ClaimOneByOne(Lane.Quick));
    }

    [Fact]
    public async Task AClaimOfManyIsAsFairAsManyClaimsOfOne()
    {
        var world = await World.New();
        var people = new[] { await world.User("a"), await world.User("b"), await world.User("c") };
        for (var i = 0; i < 6; i++) await world.Add(new Ping(), people[0]);
        for (var i = 0; i < 3; i++) await world.Add(new Ping(), people[1]);
        await world.Add(new Ping(), people[2]);
        var claimed = await world.Claim(new Dictionary<Lane, int> { [Lane.Quick] = 5 });
        Assert.Equal([2, 2, 1], people.Select(p => claimed.Count(r => r.UserId == p.UserId)));
    }

    [Fact]
    public async Task WhatIsInWorkCountsAsATurn()
    {
        var world = await World.New();
        var (busy, idle) = (await world.User("busy"), await world.User("idle"));
        await world.Add(new Ping(), busy);
        await world.ClaimOne();
        await world.Add(new Ping(), await world.User("other"));
        var second = await world.Add(new Ping(), busy);
        var first = await world.Add(new Ping(), idle);
        var order = await world.ClaimOneByOne(Lane.Quick);
        Assert.True(order.IndexOf(first.Id) < order.IndexOf(second.Id));
    }

    [Fact]
    public async Task PriorityComesBeforeTurns()
    {
        var world = await World.New();
        var greedy = await world.User("greedy");
        var ordinary = await world.Add(new Ping(), greedy);
        var urgent = (await world.Db.Transaction(s => RequestWriter.Submit(s, world.Admin, new Ping(), priority: 1))).Row;
        var idle = (await world.Db.Transaction(s => RequestWriter.Submit(s, world.Admin, new Ping(), priority: 900))).Row;
        Assert.Equal([urgent.Id, ordinary.Id, idle.Id], await world.ClaimOneByOne(Lane.Quick));
    }

    [Fact]
    public async Task WhoWaitedHalfAnHourIsNotOvertakenByThoseWhoComeAnew()
    {
        var world = await World.New();
        var many = new List<RequestRow>();
        for (var i = 0; i < 40; i++) many.Add(await world.Add(new Ping(), world.Admin));
        await Later(world, TimeSpan.FromMinutes(29));
        var early = await world.Add(new Ping(), await world.User("early"));
        await Later(world, TimeSpan.FromMinutes(1));
        var late = await world.Add(new Ping(), await world.User("late"));

        var order = await world.ClaimOneByOne(Lane.Quick);

        Assert.True(order.IndexOf(early.Id) < order.IndexOf(many[^1].Id));
        Assert.Equal(late.Id, order[^1]);
    }

    [Fact]
    public async Task AnEndlessStreamOfNewPeopleDoesNotHoldUpASecondRequest()
    {
        var world = await World.New();
        await world.Add(new Ping(), world.Admin);
        var second = await world.Add(new Ping(), world.Admin);
        var before = new List<long>();
        // one place; whenever it is free, ten seconds later, there is somebody new
        for (var i = 0; i < 20 && !before.Contains(second.Id); i++)
        {
            await world.Add(new Ping(), await world.User($"new{i}"));
            before.Add(Assert.Single(await world.Claim(new Dictionary<Lane, int> { [Lane.Quick] = 1 })).Id);
            await Later(world, TimeSpan.FromSeconds(10));
        }

        Assert.Equal(second.Id, before[^1]);
        Assert.InRange(before.Count, 6, 9);
    }

    [Fact]
    public async Task WhatSomebodyWantsDoneTomorrowDoesNotPushBackWhatHeWantsNow()
    {
        var world = await World.New();
        var (planner, other) = (await world.User("planner"), await world.User("other"));
        for (var i = 0; i < 3; i++) await world.Add(new Ping(), planner, at: DateTimeOffset.Parse("2999-01-01T00:00:00Z", null));
        var his = await world.Add(new Ping(), planner);
        var next = await world.Add(new Ping(), other);
        Assert.Equal([his.Id, next.Id], await world.ClaimOneByOne(Lane.Quick));
    }

    // As if everything in the queue had been asked for that much earlier.
    private static Task<int> Later(World world, TimeSpan time) =>
        world.Db.Read(s => s.Execute("UPDATE requests SET turn = turn - @seconds, created_at = created_at - INTERVAL @seconds SECOND", new { seconds = time.TotalSeconds }));
}
