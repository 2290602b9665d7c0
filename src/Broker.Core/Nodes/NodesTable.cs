using Broker.Core.Database;
using Broker.Core.Events;

namespace Broker.Core.Nodes;

/// <summary>A row of <c>library_images</c>: an image that a node offers for import.</summary>
public sealed record LibraryImageRow
{
    /// <summary>The host that has it.</summary>
    public required long NodeId { get; init; }

    /// <summary>Its name within the library folder.</summary>
    public required string File { get; init; }

    /// <summary>Size on disk.</summary>
    public required long SizeBytes { get; init; }

    /// <summary>When it was last written.</summary>
    public required DateTimeOffset ChangedAt { get; init; }

    /// <summary>Its format; null when it can't be imported.</summary>
    public string? Format { get; init; }

    /// <summary>Why it can't be imported.</summary>
    public string? Problem { get; init; }

    /// <summary>How big a guest sees it; null when it can't be imported.</summary>
    public long? CapacityBytes { get; init; }

    /// <summary>It was uploaded.</summary>
    public bool IsUpload { get; init; }
}

/// <summary>All writes to <c>nodes</c> and <c>library_images</c>.</summary>
public static class NodesTable
{
    private const string Columns = "id, name, manager, uri, is_enabled, state, detail, checked_at, capabilities, facts";
    private const string ImageColumns = "node_id, file, size_bytes, changed_at, format, problem, capacity_bytes, is_upload";

    /// <summary>All nodes, in the order in which they were added.</summary>
    public static Task<IReadOnlyList<NodeRow>> All(DbSession db) => db.Query<NodeRow>($"SELECT {Columns} FROM nodes ORDER BY id");

    /// <summary>The node with this key.</summary>
    public static Task<NodeRow?> Get(DbSession db, long id) => db.First<NodeRow>($"SELECT {Columns} FROM nodes WHERE id = @id", new { id });

    /// <summary>Lets only one transaction at a time do what comes next on a node.</summary>
    public static Task Lock(DbSession db, long id) => db.First<long>("SELECT id FROM nodes WHERE id = @id FOR UPDATE", new { id });

    /// <summary>Adds a node, or changes where the one of this name is.</summary>
    public static async Task Put(DbSession db, string name, VmManagerKind manager, string uri)
    {
        await db.Execute(
            "INSERT INTO nodes (name, manager, uri) VALUES (@name, @manager, @uri) ON DUPLICATE KEY UPDATE manager = @manager, uri = @uri, state = 'unknown'",
            new { name, manager, uri });
        EventsTable.Changed(db, EventKind.Node);
        db.Ring(Side.BackEnd);
    }

    /// <summary>It gets new machines, or none for the time being; those that it has go on.</summary>
    public static async Task SetEnabled(DbSession db, long id, bool isEnabled)
    {
        await db.Execute("UPDATE nodes SET is_enabled = @isEnabled WHERE id = @id", new { id, isEnabled });
        EventsTable.Changed(db, EventKind.Node);
        db.Ring(Side.BackEnd);
    }

    /// <summary>It answered, and told this about itself.</summary>
    public static async Task SetUp(DbSession db, long id, IReadOnlyList<string> capabilities, IReadOnlyDictionary<string, string> facts)
    {
        await db.Execute(
            "UPDATE nodes SET state = 'up', detail = NULL, checked_at = UTC_TIMESTAMP(6), capabilities = @capabilities, facts = @facts WHERE id = @id",
            new { id, capabilities = System.Text.Json.JsonSerializer.Serialize(capabilities), facts = System.Text.Json.JsonSerializer.Serialize(facts) });
        EventsTable.Changed(db, EventKind.Node);
    }

    /// <summary>It does not answer.</summary>
    public static async Task SetDown(DbSession db, long id, string why)
    {
        await db.Execute("UPDATE nodes SET state = 'down', detail = @why, checked_at = UTC_TIMESTAMP(6) WHERE id = @id", new { id, why });
        EventsTable.Changed(db, EventKind.Node);
    }

    /// <summary>Takes or keeps the right to watch a node, so that of several back ends only one does.</summary>
    /// <returns>Whether this back end has it now.</returns>
    public static async Task<bool> Lease(DbSession db, long id, Guid backEnd, TimeSpan lease) =>
        await db.Execute(
            """
            UPDATE nodes SET lease_owner = @backEnd, lease_until = UTC_TIMESTAMP(6) + INTERVAL @seconds SECOND
            WHERE id = @id AND (lease_owner = @backEnd OR lease_until IS NULL OR lease_until < UTC_TIMESTAMP(6))
            """, new { id, backEnd, seconds = lease.TotalSeconds }) == 1;

    /// <summary>The back ends that have the right to watch a node.</summary>
    public static Task<IReadOnlyList<Guid>> Watchers(DbSession db) => db.Query<Guid>("SELECT DISTINCT lease_owner FROM nodes WHERE lease_owner IS NOT NULL");

    /// <summary>Gives the right to watch up again.</summary>
    public static Task Release(DbSession db, Guid backEnd) =>
        db.Execute("UPDATE nodes SET lease_owner = NULL, lease_until = NULL WHERE lease_owner = @backEnd", new { backEnd });

    /// <summary>What the library of a node has now, instead of what it had. Tells of it only when something changed.</summary>
    public static async Task SetLibrary(DbSession db, long id, IReadOnlyList<LibraryImageRow> images)
    {
        var before = await db.Query<LibraryImageRow>($"SELECT {ImageColumns} FROM library_images WHERE node_id = @id ORDER BY file", new { id });
        if (before.SequenceEqual(images.OrderBy(i => i.File, StringComparer.Ordinal))) return;
        await db.Execute("DELETE FROM library_images WHERE node_id = @id", new { id });
        await db.Execute(
            $"""
            INSERT INTO library_images ({ImageColumns})
            VALUES (@NodeId, @File, @SizeBytes, @ChangedAt, @Format, @Problem, @CapacityBytes, @IsUpload)
            """,
            images.ToArray());
        EventsTable.Changed(db, EventKind.Image);
    }

    /// <summary>All importable images of all nodes.</summary>
    public static Task<IReadOnlyList<LibraryImageRow>> Library(DbSession db) =>
        db.Query<LibraryImageRow>($"SELECT {ImageColumns} FROM library_images ORDER BY file, node_id");
}
