using System.Net;
using System.Text.Json;
using Broker.Core.Directory;
using Broker.Core.Nodes;
using Broker.Core.Requests;
using Broker.Frontend.Health;

namespace Broker.Frontend.Tests.Health;

public class SystemHealthTests(FrontendHost host) : IClassFixture<FrontendHost>
{
    private static readonly DateTimeOffset Now = DateTimeOffset.Parse("2026-11-21T10:00:00Z", null);
    private static readonly NodeRow Up = new() { Id = 1, Name = "here", Manager = VmManagerKind.Simulated, Uri = "/x", IsEnabled = true, State = NodeState.Up };
    private static readonly LaneLoad Idle = new(0, 0, 0, 4, 0, null);

    [Fact]
    public void All_is_well_when_everybody_is_there_and_nothing_waits_long()
    {
        var health = Judge();
        Assert.Equal(HealthState.Ok, health.State);
        Assert.All(health.Checks, c => Assert.Null(c.Remedy));
    }

    [Theory]
    [InlineData("back_ends", HealthState.Failed)]
    [InlineData("node_here", HealthState.Failed)]
    [InlineData("nodes", HealthState.Failed)]
    [InlineData("lane_disk", HealthState.Warning)]
    [InlineData("failures", HealthState.Warning)]
    [InlineData("clock", HealthState.Warning)]
    public void What_is_wrong_comes_first_and_has_a_remedy(string check, HealthState state)
    {
        var health = check switch
        {
            "back_ends" => Judge(backEnds: [BackEnd(isAlive: false)]),
            "node_here" => Judge(nodes: [Up with { State = NodeState.Down, Detail = "It is away." }]),
            "nodes" => Judge(nodes: []),
            "lane_disk" => Judge(lane: new LaneLoad(7, 0, 4, 4, 90, null)),
            "failures" => Judge(failed: 2),
            _ => Judge(clockOff: TimeSpan.FromSeconds(-30)),
        };
        Assert.Equal((state, check, state), (health.State, health.Checks[0].Id, health.Checks[0].State));
        Assert.NotNull(health.Checks[0].Remedy);
    }

    [Fact]
    public void A_directory_that_does_not_answer_is_bad_when_no_other_does_and_a_certificate_that_ends_soon_is_told()
    {
        ServerStatus up = new("ldaps://one:636", null, Now), down = new("ldaps://two:636", "ldaps://two:636 does not answer.", Now);
        Assert.Equal(HealthState.Ok, Judge(directory: [up]).State);
        Assert.Equal(HealthState.Warning, Judge(directory: [up, down]).State);
        Assert.Equal(HealthState.Failed, Judge(directory: [down]).State);
        Assert.Equal(HealthState.Ok, Judge(directory: [up], certificates: [(up.Address, new(null, null, "one", Now.AddDays(60)))]).State);
        var soon = Judge(directory: [up], certificates: [(up.Address, new(null, null, "one", Now.AddDays(6)))]);
        Assert.Equal(("directory_certificate", HealthState.Warning), (soon.Checks[0].Id, soon.State));
    }

    [Fact]
    public async Task The_page_tells_of_back_ends_that_are_there_and_of_those_that_are_not()
    {
        var lanes = Enum.GetValues<Lane>().ToDictionary(l => l, _ => 3);
        await host.Db.Transaction(s => BackEndsTable.Beat(s, Guid.NewGuid(), "alpha", "1.0.0", lanes, TimeSpan.FromMinutes(1)));
        await host.Db.Transaction(s => BackEndsTable.Beat(s, Guid.NewGuid(), "beta", "1.0.0", lanes, TimeSpan.FromSeconds(-1)));
        using var admin = await host.SignedIn("admin");
        var health = await admin.Get("/api/health").Gives(HttpStatusCode.OK);
        Assert.Equal([("alpha", true), ("beta", false)], health.GetProperty("back_ends").EnumerateArray().Select(b => (b.GetProperty("host").GetString()!, b.GetProperty("is_alive").GetBoolean())));
        Assert.All(health.GetProperty("lanes").EnumerateArray(), l => Assert.Equal(3, l.GetProperty("limit").GetInt32()));
        Assert.Equal("warning", health.GetProperty("state").GetString());        // nobody has asked the host yet
    }

    private static SystemHealth Judge(
        IReadOnlyList<BackEndRow>? backEnds = null, IReadOnlyList<NodeRow>? nodes = null, LaneLoad? lane = null, int failed = 0, TimeSpan clockOff = default,
        IReadOnlyList<ServerStatus>? directory = null, IReadOnlyList<(string, ProbeResult)>? certificates = null) =>
        SystemHealth.Judge(Now, backEnds ?? [BackEnd(isAlive: true)], nodes ?? [Up], new Dictionary<Lane, LaneLoad> { [Lane.Disk] = lane ?? Idle }, failed, clockOff, directory ?? [], certificates ?? []);

    private static BackEndRow BackEnd(bool isAlive) => new()
    {
        Id = Guid.NewGuid(),
        Host = "alpha",
        Process = 7,
        Version = "1.0.0",
        Lanes = JsonSerializer.SerializeToElement(new { }),
        IsAlive = isAlive,
    };
}
