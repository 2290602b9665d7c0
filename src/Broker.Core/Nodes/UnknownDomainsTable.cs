using System.Text.Json;
using Broker.Core.Database;
using Broker.Core.Devices;
using Broker.Core.Domains;
using Broker.Core.Events;

namespace Broker.Core.Nodes;

/// <summary>A disk of a machine that Broker does not know.</summary>
/// <param name="Target">What its host calls it.</param>
/// <param name="Path">The file on the host.</param>
/// <param name="Format">Its format, as the machine's definition says.</param>
/// <param name="CapacityBytes">Size as the guest sees it; null when that can't be told.</param>
/// <param name="UsedBytes">What it takes on the host; null when the file is missing.</param>
/// <param name="Below">The files it lies on, nearest first.</param>
public sealed record UnknownDisk(string Target, string Path, string Format, long? CapacityBytes, long? UsedBytes, IReadOnlyList<string> Below);

/// <summary>A row of <c>unknown_domains</c>: a machine of a host that Broker does not know.</summary>
public sealed record UnknownDomainRow
{
    /// <summary>The host.</summary>
    public required long NodeId { get; init; }

    /// <summary>The hypervisor's UUID.</summary>
    public required Guid Id { get; init; }

    /// <summary>What its host calls it.</summary>
    public required string Name { get; init; }

    /// <summary>What it was doing: off, running, standing still, or its memory saved.</summary>
    public required DomainState State { get; init; }

    /// <summary>Memory in KiB.</summary>
    public required long MemoryKib { get; init; }

    /// <summary>Number of processors.</summary>
    public required int Vcpus { get; init; }

    /// <summary>Its first network card's address; null when it has none.</summary>
    public string? Mac { get; init; }

    /// <summary>Its other hardware, as far as there are words for it.</summary>
    public Hardware Hardware { get; init; } = Hardware.Usual;

    /// <summary>Its disks, the one it boots from first: a list of <see cref="UnknownDisk"/>.</summary>
    public required JsonElement Disks { get; init; }

    /// <summary>Why it can't be adopted, a sentence each; none when it can.</summary>
    public IReadOnlyList<string> Obstacles { get; init; } = [];

    /// <summary>What would be otherwise after its next start, a sentence each.</summary>
    public IReadOnlyList<string> Changes { get; init; } = [];

    /// <summary>Its disks.</summary>
    public IReadOnlyList<UnknownDisk> DiskList => Disks.Deserialize<List<UnknownDisk>>(Json.Options)!;

    /// <summary>It runs or stands still.</summary>
    public bool IsOn => State is DomainState.Active or DomainState.Paused;
}

/// <summary>All writes to <c>unknown_domains</c>.</summary>
public static class UnknownDomainsTable
{
    private const string Columns = "u.node_id, u.id, u.name, u.state, u.memory_kib, u.vcpus, u.mac, u.hardware, u.disks, u.obstacles, u.changes";

    /// <summary>What was found on a host last, by name, without what is Broker's by now.</summary>
    public static Task<IReadOnlyList<UnknownDomainRow>> Of(DbSession db, long nodeId) =>
        db.Query<UnknownDomainRow>(
            $"SELECT {Columns} FROM unknown_domains u WHERE u.node_id = @nodeId AND NOT EXISTS (SELECT 1 FROM domains d WHERE d.id = u.id) ORDER BY u.name, u.id", new { nodeId });

    /// <summary>One of what was found, by its id or its name on its host, if only one is called so.</summary>
    /// <param name="db">Where to read.</param>
    /// <param name="nodeId">The host.</param>
    /// <param name="idOrName">Its id or its name.</param>
    /// <param name="withKnown">Also what is being adopted.</param>
    public static async Task<UnknownDomainRow?> Find(DbSession db, long nodeId, string idOrName, bool withKnown = false)
    {
        var all = withKnown ? await db.Query<UnknownDomainRow>($"SELECT {Columns} FROM unknown_domains u WHERE u.node_id = @nodeId", new { nodeId }) : await Of(db, nodeId);
        return all.FirstOrDefault(u => Guid.TryParse(idOrName, out var id) && u.Id == id) ?? (all.Where(u => u.Name == idOrName).ToList() is [var one] ? one : null);
    }

    /// <summary>When somebody last looked for them on a host; null when nobody has.</summary>
    public static async Task<DateTimeOffset?> LookedAt(DbSession db, long nodeId) =>
        await db.Query<DateTimeOffset>("SELECT discovered_at FROM nodes WHERE id = @nodeId AND discovered_at IS NOT NULL", new { nodeId }) is [var at] ? at : null;

    /// <summary>What is there now, instead of what was found before.</summary>
    public static async Task Set(DbSession db, long nodeId, IReadOnlyList<UnknownDomainRow> found)
    {
        await db.Execute("DELETE FROM unknown_domains WHERE node_id = @nodeId; UPDATE nodes SET discovered_at = UTC_TIMESTAMP(6) WHERE id = @nodeId", new { nodeId });
        if (found.Count > 0)
        {
            await db.Execute(
                """
                INSERT INTO unknown_domains (node_id, id, name, state, memory_kib, vcpus, mac, hardware, disks, obstacles, changes)
                VALUES (@NodeId, @Id, @Name, @State, @MemoryKib, @Vcpus, @Mac, @Hardware, @Disks, @Obstacles, @Changes)
                """, found.ToArray());
        }

        EventsTable.Changed(db, EventKind.Node);
    }

    /// <summary>It is Broker's now.</summary>
    public static async Task Delete(DbSession db, long nodeId, Guid id)
    {
        await db.Execute("DELETE FROM unknown_domains WHERE node_id = @nodeId AND id = @id", new { nodeId, id });
        EventsTable.Changed(db, EventKind.Node);
    }
}
