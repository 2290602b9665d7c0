using Broker.Core.Requests;
using Broker.Core.Requests.BackEnds;

namespace Broker.Core.Tests.Requests;

/// <summary>Turns between people: whoever asks for much does not push others back.</summary>
public class FairnessTests
{
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
}
