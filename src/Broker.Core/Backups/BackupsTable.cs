using Broker.Core.Database;

namespace Broker.Core.Backups;

/// <summary>A row of <c>backups</c>.</summary>
public sealed record BackupRow
{
    /// <summary>The id, from which the names of what is made by the way are made.</summary>
    public required Guid Id { get; init; }

    /// <summary>Its file within the backup folder.</summary>
    public required string File { get; init; }

    /// <summary>The machine that it is of, which may be gone.</summary>
    public required Guid DomainId { get; init; }

    /// <summary>What that was called.</summary>
    public required string DomainName { get; init; }

    /// <summary>The host whose folder it lies in.</summary>
    public required long NodeId { get; init; }

    /// <summary>The request that took it.</summary>
    public required long RequestId { get; init; }

    /// <summary>It can be restored without the base of the machine.</summary>
    public required bool IsWhole { get; init; }

    /// <summary>Room it takes; null while it is being written.</summary>
    public long? SizeBytes { get; init; }

    /// <summary>SHA-256 of its manifest, which has the sums of all else; null while it is being written.</summary>
    public string? Sha256 { get; init; }

    /// <summary>When it was begun.</summary>
    public required DateTimeOffset TakenAt { get; init; }

    /// <summary>Who asked for it, by his name then.</summary>
    public required string TakenBy { get; init; }
}

/// <summary>All writes to <c>backups</c>.</summary>
public static class BackupsTable
{
    private const string Columns = "b.id, b.file, b.domain_id, b.domain_name, b.node_id, b.request_id, b.is_whole, b.size_bytes, b.sha256, b.taken_at, b.taken_by";

    /// <summary>The backups of a machine that are there to their end, newest first; of all machines when none is named.</summary>
    public static Task<IReadOnlyList<BackupRow>> List(DbSession db, Guid? domain = null) =>
        db.Query<BackupRow>(
            $"SELECT {Columns} FROM backups b WHERE b.sha256 IS NOT NULL AND (@domain IS NULL OR b.domain_id = @domain) ORDER BY b.taken_at DESC, b.id", new { domain });

    /// <summary>The backup of this name, also one that is being written, or was when its request failed.</summary>
    public static Task<BackupRow?> Find(DbSession db, string file) => db.First<BackupRow>($"SELECT {Columns} FROM backups b WHERE b.file = @file", new { file });

    /// <summary>The ids of those that are being written.</summary>
    public static Task<IReadOnlyList<Guid>> BeingTaken(DbSession db) =>
        db.Query<Guid>("SELECT b.id FROM backups b JOIN requests r ON r.id = b.request_id WHERE b.sha256 IS NULL AND r.ended_at IS NULL");

    /// <summary>What a request takes or has taken.</summary>
    public static Task<BackupRow?> Of(DbSession db, long request) => db.First<BackupRow>($"SELECT {Columns} FROM backups b WHERE b.request_id = @request", new { request });

    /// <summary>Writes a backup down, before its file is made.</summary>
    public static Task Insert(DbSession db, BackupRow row) =>
        db.Execute(
            """
            INSERT INTO backups (id, file, domain_id, domain_name, node_id, request_id, is_whole, taken_at, taken_by)
            VALUES (@Id, @File, @DomainId, @DomainName, @NodeId, @RequestId, @IsWhole, @TakenAt, @TakenBy)
            """, row);

    /// <summary>It is there to its end.</summary>
    public static Task SetDone(DbSession db, Guid id, long sizeBytes, string sha256) =>
        db.Execute("UPDATE backups SET size_bytes = @sizeBytes, sha256 = @sha256 WHERE id = @id", new { id, sizeBytes, sha256 });

    /// <summary>Forgets a backup, whose file is gone.</summary>
    public static Task Delete(DbSession db, Guid id) => db.Execute("DELETE FROM backups WHERE id = @id", new { id });
}
