using Broker.Core.Database;

namespace Broker.Core.Domains;

/// <summary>A row of <c>cd_drives</c>: a CD drive of a domain.</summary>
public sealed record CdDriveRow
{
    /// <summary>The domain whose drive it is.</summary>
    public required Guid DomainId { get; init; }

    /// <summary>The device in the guest: hda, hdb…</summary>
    public required string Target { get; init; }

    /// <summary>Name of the image within the node's library folder; null when the drive is empty.</summary>
    public string? File { get; init; }
}

/// <summary>All writes to <c>cd_drives</c>.</summary>
public static class CdDrivesTable
{
    /// <summary>The CD drives of a domain.</summary>
    public static Task<IReadOnlyList<CdDriveRow>> Of(DbSession db, Guid domainId) =>
        db.Query<CdDriveRow>("SELECT c.domain_id, c.target, c.file FROM cd_drives c WHERE c.domain_id = @domainId ORDER BY c.target", new { domainId });

    /// <summary>Adds a drive, or changes what is in it; the image stays where it is.</summary>
    public static Task Put(DbSession db, CdDriveRow drive) =>
        db.Execute(
            "INSERT INTO cd_drives (domain_id, target, file) VALUES (@DomainId, @Target, @File) ON DUPLICATE KEY UPDATE file = @File", drive);

    /// <summary>Takes a drive away.</summary>
    public static Task Delete(DbSession db, Guid domainId, string target) =>
        db.Execute("DELETE FROM cd_drives WHERE domain_id = @domainId AND target = @target", new { domainId, target });
}
