using Broker.Core.Requests;

namespace Broker.Backend;

/// <summary>Settings of the back end, from <c>BROKER_…</c> variables or the JSON file named by <c>--config</c>.</summary>
public sealed record BackEndSettings
{
    /// <summary>How to reach MariaDB (<c>BROKER_DATABASE</c>): <c>Server=127.0.0.1;Port=3306;Database=broker;User ID=…;Password=…</c>.</summary>
    public string Database { get; init; } = "";

    /// <summary>Run folder (<c>BROKER_RUN</c>), shared with the front end: doorbells and display sockets.</summary>
    public string Run { get; init; } = "/run/broker";

    /// <summary>Folder of disk images (<c>BROKER_POOL</c>).</summary>
    public string Pool { get; init; } = "/var/lib/broker/pool";

    /// <summary>Folder of images that may be imported (<c>BROKER_LIBRARY</c>).</summary>
    public string Library { get; init; } = "/var/lib/broker/library";

    /// <summary>Seconds that a claim lasts unless it is renewed (<c>BROKER_LEASESECONDS</c>); it is renewed every third of it.</summary>
    public double LeaseSeconds { get; init; } = 15;

    /// <summary>Seconds that requests in work get to end when the back end is stopped (<c>BROKER_STOPSECONDS</c>); what is left is given back.</summary>
    public double StopSeconds { get; init; } = 10;

    /// <summary>How many requests of each lane this back end works on at once (<c>BROKER_LANES__QUICK</c> …).</summary>
    public Dictionary<Lane, int> Lanes { get; init; } = new()
    {
        [Lane.Quick] = 16,
        [Lane.Power] = 16,
        [Lane.Disk] = 4,
        [Lane.Network] = 2,
    };

    /// <summary>Where display sockets lie. The front end's group can enter it.</summary>
    public string DisplayFolder => Path.Combine(Run, "displays");

    /// <summary>Where doorbells hang.</summary>
    public string DoorbellFolder => Path.Combine(Run, "doorbell");

    /// <summary>What is wrong with the settings, in sentences; empty when nothing is.</summary>
    public IEnumerable<string> Problems()
    {
        if (string.IsNullOrWhiteSpace(Database)) yield return "BROKER_DATABASE is not set. It says how to reach MariaDB: Server=…;Port=…;Database=…;User ID=…;Password=….";
        if (LeaseSeconds < 1) yield return "BROKER_LEASESECONDS is at least 1.";
        foreach (var lane in Enum.GetValues<Lane>())
            if (Lanes.GetValueOrDefault(lane) < 1) yield return $"BROKER_LANES__{lane.ToString().ToUpperInvariant()} is at least 1.";
    }
}
