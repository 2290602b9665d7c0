using System.Text.Json;
using Broker.Core.Requests;
using Broker.Core.Requests.BackEnds;
using Broker.Core.Requests.Domains;

namespace Broker.Core.Tests.Requests;

/// <summary>What waiting people are told.</summary>
public class WaitingTests
{
    private static readonly DateTimeOffset Now = DateTimeOffset.Parse("2026-11-21T10:00:00Z", null);
    private static readonly LaneLoad Full = new(9, 0, 4, 4, 0, UsualSeconds: 30);
    private static readonly RequestRow Row = new() { Id = 7, Command = "start_domain", Args = default, State = RequestState.Requested, Lane = Lane.Power, UserId = 1 };

    [Theory]
    [InlineData(0, 30)]      // as soon as one of four ends
    [InlineData(3, 30)]
    [InlineData(4, 60)]
    [InlineData(11, 90)]
    public void TheGuessIsWhatTheOnesBeforeItUsuallyTake(int ahead, int seconds)
    {
        var wait = Waiting.Judge(Row, Now, Full, ahead, null);
        Assert.Equal((WaitsFor.Lane, ahead, Now.AddSeconds(seconds)), (wait.For, wait.Ahead, wait.ExpectedStartAt));
    }

    [Fact]
    public void WithoutExperienceThereIsNoGuess() => Assert.Null(Waiting.Judge(Row, Now, Full with { UsualSeconds = null }, 4, null).ExpectedStartAt);

    [Fact]
    public void WithAFreePlaceItIsTakenUpNow() => Assert.Equal(Now, Waiting.Judge(Row, Now, Full with { Working = 1 }, 2, null).ExpectedStartAt);

    [Fact]
    public void EachReasonIsTold()
    {
        Assert.Equal(WaitsFor.BackEnd, Waiting.Judge(Row, Now, Full with { Limit = 0 }, 0, null).For);
        Assert.Equal((WaitsFor.Lock, 3L), (Waiting.Judge(Row, Now, Full, 0, 3).For, Waiting.Judge(Row, Now, Full, 0, 3).RequestId));
        var later = Row with { State = RequestState.Waiting, AtTime = Now.AddHours(1) };
        Assert.Equal((WaitsFor.Time, later.AtTime), (Waiting.Judge(later, Now, Full, 0, null).For, Waiting.Judge(later, Now, Full, 0, null).Until));
        Assert.Equal(WaitsFor.Retry, Waiting.Judge(later with { Attempts = 1 }, Now, Full, 0, null).For);
        var noRoom = later with { Attempts = 1, AttemptErrors = JsonSerializer.SerializeToElement(Array.Empty<string>()), ProgressText = "The host has no memory left." };
        Assert.Equal("The host has no memory left.", Waiting.Judge(noRoom, Now, Full, 0, null).Text);
        Assert.Equal((WaitsFor.Request, 5L), (Waiting.Judge(Row with { State = RequestState.Waiting, AfterId = 5 }, Now, Full, 0, null).For, 5L));
    }

    [Fact]
    public async Task TheDatabaseKnowsWhoIsAheadAndWhatIsInTheWay()
    {
        var world = await World.New();
        await world.Db.Transaction(s => BackEndsTable.Beat(s, Guid.NewGuid(), "alpha", "1.0.0", Enum.GetValues<Lane>().ToDictionary(l => l, _ => 1), TimeSpan.FromMinutes(1)));
        var (one, two) = (await world.Machine("one"), await world.Machine("two"));
        var working = await world.Add(new StartDomain(one.Id));
        await world.ClaimOne();
        var first = await world.Add(new StartDomain(two.Id));
        var second = await world.Add(new ShutdownDomain(two.Id, 5));
        var blocked = await world.Add(new RebootDomain(one.Id));
        var after = await world.Add(new Ping(), after: first.Id);
        var waits = await world.Db.Read(s => Waiting.Of(s, [working, first, second, blocked, after]));
        Assert.False(waits.ContainsKey(working.Id) && waits[working.Id].For == WaitsFor.Lock);
        Assert.Equal((WaitsFor.Lane, 0), (waits[first.Id].For, waits[first.Id].Ahead));
        Assert.Equal((WaitsFor.Lock, first.Id), (waits[second.Id].For, waits[second.Id].RequestId));
        Assert.Equal((WaitsFor.Lock, working.Id), (waits[blocked.Id].For, waits[blocked.Id].RequestId));
        Assert.Equal((WaitsFor.Request, first.Id), (waits[after.Id].For, waits[after.Id].RequestId));
    }
}
