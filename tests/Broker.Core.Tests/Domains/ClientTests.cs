using Broker.Core.Domains;

namespace Broker.Core.Tests.Domains;

public class ClientTests
{
    private static readonly DateTimeOffset Now = new(2026, 11, 22, 23, 0, 0, TimeSpan.Zero);
    private static readonly Signs Looked = new(IsLookedAt: true, "192.0.2.9", HasTicket: false);
    private static readonly Signs Ticket = new(IsLookedAt: false, null, HasTicket: true);

    [Theory]
    [InlineData(DomainState.Shutdown)]
    [InlineData(DomainState.Hibernated)]
    [InlineData(DomainState.Down)]
    [InlineData(DomainState.Creating)]
    public void NobodyIsAtADesktopThatIsOff(DomainState state) => Assert.Null(Client.Next(Desktop(state), Looked, Now));

    [Fact]
    public void WhoLooksIsConnectedFromWhereTheGatewaySeesHim() =>
        Assert.Equal(new Client(ClientStatus.Connected, "192.0.2.9", Now), Client.Next(Desktop(), Looked, Now));

    [Fact]
    public void WhomOnlyTheHostSeesIsConnectedToo() =>
        Assert.Equal(new Client(ClientStatus.Connected, null, Now), Client.Next(Desktop(), new Signs(true, null, false), Now));

    [Fact]
    public void WhoeverStillLooksHasDoneSoSinceHeBegan() =>
        Assert.Equal(Now.AddHours(-1), Client.Next(Desktop(client: new(ClientStatus.Connected, null, Now.AddHours(-1))), Looked, Now)!.Since);

    [Fact]
    public void WhenTheLastOneLeavesItIsDisconnectedFromThenOn()
    {
        var left = Client.Next(Desktop(client: new(ClientStatus.Connected, "192.0.2.9", Now.AddHours(-1))), Signs.None, Now)!;
        Assert.Equal(new Client(ClientStatus.Disconnected, null, Now), left);
        Assert.Equal(left, Client.Next(Desktop(client: left), Signs.None, Now.AddMinutes(5)));
    }

    [Fact]
    public void WhoHasATicketIsConnectingAndItCountsAsActivity()
    {
        var idle = Desktop(client: new(ClientStatus.Disconnected, null, Now.AddHours(-1)));
        var connecting = Client.Next(idle, Ticket, Now)!;
        Assert.Equal(new Client(ClientStatus.Connecting, null, Now), connecting);
        Assert.Equal(Now.AddMinutes(1), Client.Next(Desktop(client: connecting), Signs.None, Now.AddMinutes(1))!.Since);
    }

    [Fact]
    public void WhoeverItWasStartedForIsExpectedUntilAWhileAfterItRuns()
    {
        var expected = new Client(ClientStatus.Connecting, "192.0.2.9", Now);
        Assert.Equal(expected, Client.Next(Desktop(DomainState.Starting, expected), Signs.None, Now.AddMinutes(5)));
        var started = Desktop(client: expected) with { StartedAt = Now.AddMinutes(5) };
        Assert.Equal(expected, Client.Next(started, Signs.None, Now.AddMinutes(5).AddSeconds(20)));
        Assert.Equal(ClientStatus.Disconnected, Client.Next(started, Signs.None, Now.AddMinutes(6))!.Status);
    }

    [Fact]
    public void AStartForNobodyBeginsDisconnected() =>
        Assert.Equal(new Client(ClientStatus.Disconnected, null, Now), Client.Next(Desktop(DomainState.Starting), Signs.None, Now));

    private static DomainRow Desktop(DomainState state = DomainState.Active, Client? client = null) => new()
    {
        Id = Guid.NewGuid(),
        Name = "desktop",
        OwnerId = 1,
        NodeId = 1,
        State = state,
        MemoryKib = 1,
        Vcpus = 1,
        Mac = "52:00:00:00:00:01",
        ClientStatus = client?.Status,
        ClientAddress = client?.Address,
        ClientSince = client?.Since,
    };
}
