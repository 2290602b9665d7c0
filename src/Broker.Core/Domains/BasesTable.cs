using System.Text.Json;
using Broker.Core.Database;

namespace Broker.Core.Domains;

/// <summary>What a machine was when it was prepared as a base: what its clones were made from, whatever becomes of its settings.</summary>
/// <param name="Name">Its name.</param>
/// <param name="MemoryKib">Memory in KiB.</param>
/// <param name="Vcpus">Number of processors.</param>
/// <param name="Disks">Its disks, which are base images since.</param>
/// <param name="Cds">Its CD drives.</param>
public sealed record BaseDefinition(string Name, long MemoryKib, int Vcpus, IReadOnlyList<BaseDisk> Disks, IReadOnlyList<BaseCd> Cds)
{
    /// <summary>What a machine is now.</summary>
    public static BaseDefinition Of(DomainRow domain, IEnumerable<Disk> disks, IEnumerable<BaseCd> cds) => new(
        domain.Name, domain.MemoryKib, domain.Vcpus,
        [.. disks.Select(d => new BaseDisk(d.Volume.Target, d.Volume.Kind, d.Volume.Path, d.Volume.Format, d.Volume.CapacityBytes, [.. d.Below.Select(v => v.Path)]))],
        [.. cds]);
}

/// <summary>A disk of a base.</summary>
/// <param name="Target">The device in the guest.</param>
/// <param name="Kind">What it is for.</param>
/// <param name="File">Its file on the host.</param>
/// <param name="Format">The file's format.</param>
/// <param name="CapacityBytes">How big a guest sees it.</param>
/// <param name="Below">Files of the bases below it, nearest first.</param>
public sealed record BaseDisk(string Target, VolumeKind Kind, string File, string Format, long CapacityBytes, IReadOnlyList<string> Below);

/// <summary>A CD drive of a base.</summary>
/// <param name="Target">The device in the guest.</param>
/// <param name="File">Name of the image within the library folder; null when the drive is empty.</param>
public sealed record BaseCd(string Target, string? File);

/// <summary>A row of <c>bases</c>.</summary>
/// <param name="PreparedAt">When it became a base.</param>
/// <param name="WithCd">Its clones find its CDs in their drives.</param>
/// <param name="Definition">What it was then.</param>
public sealed record PreparedBase(DateTimeOffset PreparedAt, bool WithCd, BaseDefinition Definition);

/// <summary>All writes to <c>bases</c>.</summary>
public static class BasesTable
{
    /// <summary>What a base was when it was prepared; null for what is none, and for those that were prepared before that was kept.</summary>
    public static async Task<PreparedBase?> Get(DbSession db, Guid domainId) =>
        await db.First<Row>("SELECT prepared_at, with_cd, definition FROM bases WHERE domain_id = @domainId", new { domainId }) is { } row
            ? new(row.PreparedAt, row.WithCd, row.Definition.Deserialize<BaseDefinition>(Json.Options)!)
            : null;

    /// <summary>It is a base since now.</summary>
    public static Task Put(DbSession db, Guid domainId, bool withCd, BaseDefinition definition) =>
        db.Execute(
            "REPLACE INTO bases (domain_id, prepared_at, with_cd, definition) VALUES (@domainId, UTC_TIMESTAMP(6), @withCd, @text)",
            new { domainId, withCd, text = JsonSerializer.Serialize(definition, Json.Options) });

    /// <summary>It is none any more.</summary>
    public static Task Delete(DbSession db, Guid domainId) => db.Execute("DELETE FROM bases WHERE domain_id = @domainId", new { domainId });

    private sealed record Row
    {
        public DateTimeOffset PreparedAt { get; init; }

        public bool WithCd { get; init; }

        public JsonElement Definition { get; init; }
    }
}
