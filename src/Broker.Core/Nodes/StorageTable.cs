using Broker.Core.Database;
using Broker.Core.Events;

namespace Broker.Core.Nodes;

/// <summary>A row of <c>node_storage</c>: a folder of disk images of a host.</summary>
public sealed record StorageRow
{
    /// <summary>What the one is called that every host has.</summary>
    public const string Default = "default";

    /// <summary>The host that has it.</summary>
    public required long NodeId { get; init; }

    /// <summary>Its name, unique on the host.</summary>
    public required string Name { get; init; }

    /// <summary>Full path on the host.</summary>
    public required string Folder { get; init; }

    /// <summary>Size of its file system.</summary>
    public required long TotalBytes { get; init; }

    /// <summary>Room left for disk images.</summary>
    public required long FreeBytes { get; init; }

    /// <summary>Why it can't be used; null when it can.</summary>
    public string? Problem { get; init; }

    /// <summary>When somebody last looked; set by <see cref="StorageTable.Set"/>.</summary>
    public DateTimeOffset CheckedAt { get; init; }
}

/// <summary>All writes to <c>node_storage</c>.</summary>
public static class StorageTable
{
    private const string Columns = "s.node_id, s.name, s.folder, s.total_bytes, s.free_bytes, s.problem, s.checked_at";

    /// <summary>A host's folders of disk images, the one that is taken when none is named first.</summary>
    public static Task<IReadOnlyList<StorageRow>> Of(DbSession db, long nodeId) =>
        db.Query<StorageRow>($"SELECT {Columns} FROM node_storage s WHERE s.node_id = @nodeId ORDER BY s.name <> 'default', s.name", new { nodeId });

    /// <summary>The same, each with how many disks lie there.</summary>
    public static async Task<IReadOnlyList<(StorageRow Storage, int Volumes)>> WithVolumes(DbSession db, long nodeId)
    {
        // a volume says by its path where it lies
        var counts = (await db.Query<(string Folder, long Count)>(
            """
            SELECT LEFT(v.path, CHAR_LENGTH(v.path) - CHAR_LENGTH(SUBSTRING_INDEX(v.path, '/', -1)) - 1) AS folder, COUNT(*)
            FROM volumes v JOIN domains d ON d.id = v.domain_id WHERE d.node_id = @nodeId GROUP BY folder
            """, new { nodeId })).ToDictionary(c => c.Folder, c => (int)c.Count);
        return [.. (await Of(db, nodeId)).Select(s => (s, counts.GetValueOrDefault(s.Folder)))];
    }

    /// <summary>What a host has now, instead of what it had. Tells of it only when more than the room changed.</summary>
    public static async Task Set(DbSession db, long nodeId, IReadOnlyList<StorageRow> now)
    {
        var before = (await Of(db, nodeId)).ToDictionary(s => s.Name);
        foreach (var gone in before.Keys.Except(now.Select(s => s.Name)))
            await db.Execute("DELETE FROM node_storage WHERE node_id = @nodeId AND name = @gone", new { nodeId, gone });
        await db.Execute(
            """
            INSERT INTO node_storage (node_id, name, folder, total_bytes, free_bytes, problem, checked_at)
            VALUES (@NodeId, @Name, @Folder, @TotalBytes, @FreeBytes, @Problem, UTC_TIMESTAMP(6))
            ON DUPLICATE KEY UPDATE folder = @Folder, total_bytes = @TotalBytes, free_bytes = @FreeBytes, problem = @Problem, checked_at = UTC_TIMESTAMP(6)
            """, now.ToArray());
        if (before.Count != now.Count || now.Any(s => !before.TryGetValue(s.Name, out var b) || (b.Folder, b.Problem) != (s.Folder, s.Problem)))
            EventsTable.Changed(db, EventKind.Node);
    }
}
