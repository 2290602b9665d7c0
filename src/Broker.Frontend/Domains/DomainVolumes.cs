using Broker.Core.Access;
using Broker.Core.Database;
using Broker.Core.Domains;
using Broker.Core.Nodes;

namespace Broker.Frontend.Domains;

/// <summary>A disk of a machine.</summary>
/// <param name="Target">The device in the guest.</param>
/// <param name="Kind">What it is for.</param>
/// <param name="CapacityBytes">Size as the guest sees it.</param>
/// <param name="UsedBytes">What it takes on its host, as last seen; null when nobody has looked.</param>
/// <param name="Format">Its format.</param>
/// <param name="IsFrozen">It is a read-only base image.</param>
/// <param name="IsForeign">Somebody else made its file: Broker neither deletes nor changes it.</param>
/// <param name="Path">The file on the host; only for those who look after hosts.</param>
/// <param name="Storage">Name of the host's storage in which it lies; only for those who look after hosts, null when that is none any more.</param>
/// <param name="Chain">The frozen disks below it, nearest first.</param>
public sealed record VolumeView(
    string Target, VolumeKind Kind, long CapacityBytes, long? UsedBytes, string Format, bool IsFrozen, bool IsForeign, string? Path, string? Storage, IReadOnlyList<BelowView> Chain);

/// <summary>A frozen disk below another one.</summary>
/// <param name="DomainId">The base whose disk it is.</param>
/// <param name="DomainName">Its name.</param>
/// <param name="Path">The file on the host; only for those who look after hosts.</param>
public sealed record BelowView(Guid DomainId, string DomainName, string? Path);

/// <summary>A CD drive of a machine.</summary>
/// <param name="Target">The device in the guest.</param>
/// <param name="File">Name of the image in the library; null when it is empty.</param>
public sealed record CdView(string Target, string? File);

/// <summary>What a machine has its content on.</summary>
/// <param name="Volumes">Its disks, the one it boots from first.</param>
/// <param name="Cds">Its CD drives.</param>
/// <param name="MayChange">The caller may add, grow and remove disks.</param>
/// <param name="MayChangeCds">The caller may change CDs.</param>
public sealed record DomainVolumes(IReadOnlyList<VolumeView> Volumes, IReadOnlyList<CdView> Cds, bool MayChange, bool MayChangeCds)
{
    /// <summary>Reads them, as this caller may see them. Judges nothing: the machine is his to see.</summary>
    public static async Task<DomainVolumes> Read(DbSession db, Caller caller, DomainRow domain)
    {
        var isChangeable = domain is { IsBase: false, IsWhole: true, HasEnded: false };
        var seesPaths = May.Do(caller, Grant.Operate, null).IsAllowed;
        var disks = (await VolumesTable.Disks(db, domain.Id))[domain.Id].ToList();
        var bases = (await DomainsTable.Get(db, [.. disks.SelectMany(d => d.Below).Select(v => v.DomainId).Distinct()])).ToDictionary(d => d.Id, d => d.Name);
        var storage = (await StorageTable.Of(db, domain.NodeId)).ToDictionary(s => s.Folder, s => s.Name);
        return new(
            [.. disks.Select(d => new VolumeView(
                d.Volume.Target, d.Volume.Kind, d.Volume.CapacityBytes, d.Volume.UsedBytes, d.Volume.Format, d.Volume.IsFrozen, d.Volume.IsForeign, Path(d.Volume), Storage(d.Volume),
                [.. d.Below.Select(v => new BelowView(v.DomainId, bases.GetValueOrDefault(v.DomainId, ""), Path(v)))]))],
            [.. (await CdDrivesTable.Of(db, domain.Id)).Select(c => new CdView(c.Target, c.File))],
            isChangeable && May.Do(caller, Grant.CreateDisk, domain).IsAllowed,
            isChangeable && May.Do(caller, Grant.CreateMachine, domain).IsAllowed);

        string? Path(VolumeRow volume) => seesPaths ? volume.Path : null;

        string? Storage(VolumeRow volume) => seesPaths ? storage.GetValueOrDefault(System.IO.Path.GetDirectoryName(volume.Path)!) : null;
    }
}
