using Broker.Core.Database;

namespace Broker.Core.Domains;

/// <summary>All writes to <c>volumes</c>.</summary>
public static class VolumesTable
{
    private const string Columns =
        "v.id, v.domain_id, v.target, v.kind, v.path, v.second_path, v.format, v.capacity_bytes, v.used_bytes, v.base_volume_id, v.is_frozen, v.is_used, v.sha256";

    /// <summary>The disks of a domain, the boot disk first.</summary>
    public static Task<IReadOnlyList<VolumeRow>> Of(DbSession db, Guid domainId) =>
        db.Query<VolumeRow>($"SELECT {Columns} FROM volumes v WHERE v.domain_id = @domainId ORDER BY v.target", new { domainId });

    /// <summary>How big its disks are together, as a guest sees them.</summary>
    public static async Task<long> Capacity(DbSession db, Guid domainId) =>
        (long)await db.First<decimal>("SELECT COALESCE(SUM(capacity_bytes), 0) FROM volumes WHERE domain_id = @domainId", new { domainId });

    /// <summary>The disks of some domains, each with the frozen volumes below it, nearest first.</summary>
    public static async Task<ILookup<Guid, Disk>> Disks(DbSession db, params IReadOnlyCollection<Guid> domains)
    {
        var volumes = (await db.Query<VolumeRow>(
            $"""
            WITH RECURSIVE chain AS (
              SELECT id, base_volume_id FROM volumes WHERE domain_id IN @domains
              UNION
              SELECT v.id, v.base_volume_id FROM chain JOIN volumes v ON v.id = chain.base_volume_id)
            SELECT {Columns} FROM chain JOIN volumes v ON v.id = chain.id ORDER BY v.target
            """, new { domains = domains.Select(d => d.ToString()).ToArray() })).ToDictionary(v => v.Id);
        return volumes.Values.Where(v => domains.Contains(v.DomainId)).ToLookup(v => v.DomainId, v => new Disk(v, [.. Below(v)]));

        IEnumerable<VolumeRow> Below(VolumeRow volume)
        {
            while (volume.BaseVolumeId is { } id) yield return volume = volumes[id];
        }
    }

    /// <summary>Writes a volume down, before its file is made.</summary>
    public static void Insert(DbSession db, VolumeRow volume) =>
        db.Last(
            """
            INSERT INTO volumes (id, domain_id, target, kind, path, format, capacity_bytes, base_volume_id, is_used)
            VALUES (@id, @domain, @target, @kind, @path, @format, @capacity, @base, @used)
            """,
            new Dictionary<string, object?>
            {
                ["id"] = volume.Id.ToString(),
                ["domain"] = volume.DomainId.ToString(),
                ["target"] = volume.Target,
                ["kind"] = Word.Of(volume.Kind),
                ["path"] = volume.Path,
                ["format"] = volume.Format,
                ["capacity"] = volume.CapacityBytes,
                ["base"] = volume.BaseVolumeId?.ToString(),
                ["used"] = volume.IsUsed ? 1 : 0,
            });

    /// <summary>Its size, once it is known.</summary>
    public static Task SetCapacity(DbSession db, Guid id, long bytes) =>
        db.Execute("UPDATE volumes SET capacity_bytes = @bytes WHERE id = @id", new { id, bytes });

    /// <summary>Which frozen volume it lies on; null when it stands alone.</summary>
    public static Task SetBase(DbSession db, Guid id, Guid? baseVolumeId) =>
        db.Execute("UPDATE volumes SET base_volume_id = @baseVolumeId WHERE id = @id", new { id, baseVolumeId });

    /// <summary>The volume of a file; null when there is none.</summary>
    public static Task<VolumeRow?> Find(DbSession db, string path) => db.First<VolumeRow>($"SELECT {Columns} FROM volumes v WHERE v.path = @path", new { path });

    /// <summary>Where its file is, and where there is another one of it, or is to be one.</summary>
    public static Task SetPaths(DbSession db, Guid id, string path, string? secondPath) =>
        db.Execute("UPDATE volumes SET path = @path, second_path = @secondPath WHERE id = @id", new { id, path, secondPath });

    /// <summary>Its domain starts: a guest may write to all its disks from now on.</summary>
    public static Task SetUsed(DbSession db, Guid domainId) =>
        db.Execute("UPDATE volumes SET is_used = 1 WHERE domain_id = @domainId AND NOT is_used", new { domainId });

    /// <summary>It was made new: nothing has been written to it.</summary>
    public static Task SetFresh(DbSession db, Guid id) => db.Execute("UPDATE volumes SET is_used = 0, used_bytes = NULL WHERE id = @id", new { id });

    /// <summary>What it takes on its host; null when that is not known.</summary>
    public static Task SetUsedBytes(DbSession db, Guid id, long? bytes) =>
        db.Execute("UPDATE volumes SET used_bytes = @bytes WHERE id = @id", new { id, bytes });

    /// <summary>Forgets a disk, whose file is gone.</summary>
    public static Task Delete(DbSession db, Guid id) => db.Execute("DELETE FROM volumes WHERE id = @id", new { id });

    /// <summary>The files of all disks of all hosts.</summary>
    public static Task<IReadOnlyList<string>> Paths(DbSession db) => db.Query<string>("SELECT path FROM volumes");

    /// <summary>Clones of a node that are off and whose swap still takes room.</summary>
    public static Task<IReadOnlyList<Guid>> WithUsedSwap(DbSession db, long nodeId) =>
        db.Query<Guid>(
            """
            SELECT DISTINCT d.id FROM domains d JOIN volumes v ON v.domain_id = d.id
            WHERE d.node_id = @nodeId AND d.state = 'shutdown' AND d.base_id IS NOT NULL AND NOT d.is_volatile AND NOT d.is_base AND v.kind = 'swap' AND v.is_used
            """, new { nodeId });

    /// <summary>All disks of a domain are base images now, or none is any more.</summary>
    public static Task SetFrozen(DbSession db, Guid domainId, bool isFrozen) =>
        db.Execute("UPDATE volumes SET is_frozen = @isFrozen, sha256 = NULL WHERE domain_id = @domainId", new { domainId, isFrozen });

    /// <summary>The domains whose frozen disks have one of these sums.</summary>
    public static Task<IReadOnlyList<Guid>> OwnersOf(DbSession db, IReadOnlyList<string> sums) =>
        db.Query<Guid>("SELECT DISTINCT domain_id FROM volumes WHERE is_frozen AND sha256 IN @sums", new { sums = sums.Append("") });

    /// <summary>What is on a frozen disk, by its sum.</summary>
    public static Task SetSha256(DbSession db, Guid id, string sha256) => db.Execute("UPDATE volumes SET sha256 = @sha256 WHERE id = @id AND is_frozen", new { id, sha256 });

    /// <summary>Two domains get each other's disks.</summary>
    public static Task Exchange(DbSession db, Guid one, Guid other) =>
        // each target is there once in a domain, so those of the one make way first
        db.Execute(
            """
            UPDATE volumes SET target = CONCAT('~', target) WHERE domain_id = @one;
            UPDATE volumes SET domain_id = @one WHERE domain_id = @other;
            UPDATE volumes SET domain_id = @other, target = SUBSTRING(target, 2) WHERE domain_id = @one AND target LIKE '~%'
            """, new { one, other });
}

/// <summary>A disk of a domain.</summary>
/// <param name="Volume">What the domain writes to.</param>
/// <param name="Below">The frozen volumes below it, nearest first.</param>
public sealed record Disk(VolumeRow Volume, IReadOnlyList<VolumeRow> Below);
