using Broker.Core;
using Broker.Core.Directory;
using Broker.Core.Nodes;
using Broker.Core.Requests;

namespace Broker.Frontend.Health;

/// <summary>How something is.</summary>
public enum HealthState
{
    /// <summary>As it should be.</summary>
    Ok,

    /// <summary>People can work; somebody should look.</summary>
    Warning,

    /// <summary>People can't do something.</summary>
    Failed,
}

/// <summary>One thing that was looked at.</summary>
/// <param name="Id">A fixed word.</param>
/// <param name="State">How it is.</param>
/// <param name="Title">What it is.</param>
/// <param name="Detail">How it is, in a sentence.</param>
/// <param name="Remedy">What to do about it; null when nothing has to be done.</param>
public sealed record HealthCheck(string Id, HealthState State, string Title, string Detail, string? Remedy);

/// <summary>How one kind of work does.</summary>
/// <param name="Lane">The kind of work.</param>
/// <param name="Requested">Requests that could be taken up.</param>
/// <param name="Waiting">Requests that wait for a time, another request or their next try.</param>
/// <param name="Working">Requests in work.</param>
/// <param name="Limit">How many can be in work at once.</param>
/// <param name="OldestSeconds">For how long the oldest of those that could be taken up has been in the queue.</param>
/// <param name="UsualSeconds">What one took on average within the last hour; null when there was none.</param>
public sealed record LaneHealth(Lane Lane, int Requested, int Waiting, int Working, int Limit, int OldestSeconds, double? UsualSeconds);

/// <summary>A back end.</summary>
/// <param name="Id">Its identity.</param>
/// <param name="Host">Name of the machine it runs on.</param>
/// <param name="Process">Its process number there.</param>
/// <param name="Version">Its version.</param>
/// <param name="StartedAt">When it began to take requests.</param>
/// <param name="SeenAt">When it last said that it is there.</param>
/// <param name="IsAlive">It has said so lately enough.</param>
public sealed record BackEndView(Guid Id, string Host, int Process, string Version, DateTimeOffset StartedAt, DateTimeOffset SeenAt, bool IsAlive);

/// <summary>How everything is, the worst first.</summary>
/// <param name="State">The worst of all.</param>
/// <param name="At">When that was so.</param>
/// <param name="Checks">What was looked at.</param>
/// <param name="Lanes">Each kind of work.</param>
/// <param name="BackEnds">Who does it.</param>
public sealed record SystemHealth(HealthState State, DateTimeOffset At, IReadOnlyList<HealthCheck> Checks, IReadOnlyList<LaneHealth> Lanes, IReadOnlyList<BackEndView> BackEnds)
{
    // A request that could be taken up and is not is only worth a look when people notice.
    private const int LongWaitSeconds = 60;

    /// <summary>Judges what the database knows. Pure.</summary>
    /// <param name="now">The database's clock.</param>
    /// <param name="backEnds">All back ends heard of lately.</param>
    /// <param name="nodes">All hosts.</param>
    /// <param name="lanes">How each lane does.</param>
    /// <param name="failedInLastHour">How many requests failed.</param>
    /// <param name="clockOff">How far this program's clock is before the database's.</param>
    /// <param name="directory">The servers of the directory, as this front end sees them.</param>
    /// <param name="certificates">What their certificates were when they were last looked at.</param>
    public static SystemHealth Judge(
        DateTimeOffset now, IReadOnlyList<BackEndRow> backEnds, IReadOnlyList<NodeRow> nodes, IReadOnlyDictionary<Lane, LaneLoad> lanes, int failedInLastHour, TimeSpan clockOff,
        IReadOnlyList<ServerStatus> directory, IReadOnlyList<(string Server, ProbeResult Result)> certificates)
    {
        List<HealthCheck> checks = [BackEndsCheck(backEnds), .. nodes.Select(NodeCheck)];
        if (nodes.Count == 0) checks.Add(new("nodes", HealthState.Failed, "Hosts", "There is no host that could run desktops.", "Add one: broker node add."));
        foreach (var (lane, load) in lanes.Where(l => l.Value.OldestSeconds >= LongWaitSeconds))
        {
            checks.Add(new($"lane_{Word.Of(lane)}", HealthState.Warning, $"Queue: {Word.Of(lane)}",
                $"{load.Requested} could be taken up and are not; the oldest since {load.OldestSeconds} seconds. {load.Working} of {load.Limit} places are taken.",
                load.Working < load.Limit ? "Look at the oldest under Requests: what does it wait for?" : $"Raise the limit of {Word.Of(lane)} in broker.json, or start another back end."));
        }

        checks.Add(failedInLastHour == 0
            ? new("failures", HealthState.Ok, "Failed requests", "None within the last hour.", null)
            : new("failures", HealthState.Warning, "Failed requests", $"{failedInLastHour} within the last hour.", "Look at them under Requests; each says what to do."));
        if (clockOff.Duration() > TimeSpan.FromSeconds(2))
            checks.Add(new("clock", HealthState.Warning, "Clocks", $"This server's clock and the database's are {clockOff.Duration().TotalSeconds:0} seconds apart.", "Let both ask a time server: timedatectl set-ntp true."));
        checks.AddRange(DirectoryChecks(directory, certificates, now));
        return new SystemHealth(
            checks.Max(c => c.State), now, [.. checks.OrderByDescending(c => c.State)],
            [.. lanes.Select(l => new LaneHealth(l.Key, l.Value.Requested, l.Value.Waiting, l.Value.Working, l.Value.Limit, l.Value.OldestSeconds, l.Value.UsualSeconds))],
            [.. backEnds.Select(b => new BackEndView(b.Id, b.Host, b.Process, b.Version, b.StartedAt, b.SeenAt, b.IsAlive))]);
    }

    /// <summary>The same with one more thing that was looked at.</summary>
    public SystemHealth And(HealthCheck check) => this with { State = State > check.State ? State : check.State, Checks = [.. Checks.Append(check).OrderByDescending(c => c.State)] };

    private static HealthCheck BackEndsCheck(IReadOnlyList<BackEndRow> backEnds) => backEnds.Count(b => b.IsAlive) switch
    {
        0 => new("back_ends", HealthState.Failed, "Back ends", "None is running: nothing that is asked for is done.", "Start one: systemctl start broker-backend. Its log says why it ended: journalctl -u broker-backend."),
        1 => new("back_ends", HealthState.Ok, "Back ends", "One is running.", null),
        var alive => new("back_ends", HealthState.Ok, "Back ends", $"{alive} are running.", null),
    };

    private static IEnumerable<HealthCheck> DirectoryChecks(IReadOnlyList<ServerStatus> servers, IReadOnlyList<(string Server, ProbeResult Result)> certificates, DateTimeOffset now)
    {
        var noneAnswers = servers.All(s => s.Trouble is not null);
        foreach (var (server, index) in servers.Select((s, i) => (s, i)))
        {
            yield return server.Trouble is null
                ? new($"directory_{index + 1}", HealthState.Ok, $"Directory {server.Address}", server.Since is null ? "Nobody has asked it yet." : "It answers.", null)
                : new($"directory_{index + 1}", noneAnswers ? HealthState.Failed : HealthState.Warning, $"Directory {server.Address}",
                    $"{server.Trouble}{(noneAnswers ? " Nobody can sign in by it; whoever is signed in goes on with what it told last." : "")}", "On this server: broker ldap test NAME says step by step what is wrong.");
        }
        foreach (var (server, result) in certificates)
        {
            if (result is { Problem: null, ExpiresAt: { } expires } && expires - now < ServerProbe.ExpiresSoon)
                yield return new("directory_certificate", HealthState.Warning, $"Directory {server}", $"Its certificate expires on {expires:yyyy-MM-dd}.", "Have it renewed; afterwards nobody can sign in by this server.");
        }
    }

    private static HealthCheck NodeCheck(NodeRow node) => node switch
    {
        { IsEnabled: false } => new($"node_{node.Name}", HealthState.Ok, $"Host {node.Name}", "It gets no new work.", null),
        { State: NodeState.Up } => new($"node_{node.Name}", HealthState.Ok, $"Host {node.Name}", "It answers.", null),
        { State: NodeState.Unknown } => new($"node_{node.Name}", HealthState.Warning, $"Host {node.Name}", "Nobody has asked it yet.", "Start a back end that can reach it."),
        _ => new($"node_{node.Name}", HealthState.Failed, $"Host {node.Name}", node.Detail ?? "It does not answer.", $"Look whether its hypervisor's service runs; then: broker doctor."),
    };
}
