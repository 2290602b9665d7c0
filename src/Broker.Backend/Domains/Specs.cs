using Broker.Backend.Nodes;
using Broker.Backend.VmManagers;
using Broker.Core.Database;
using Broker.Core.Devices;
using Broker.Core.Domains;

namespace Broker.Backend.Domains;

/// <summary>What a domain's host should know of it, put together from the database.</summary>
public static class Specs
{
    /// <summary>Reads the domain's disks with all that lies below them.</summary>
    public static async Task<DomainSpec> Of(DbSession db, DomainRow domain, Node node) =>
        Of(domain, [.. (await VolumesTable.Disks(db, domain.Id))[domain.Id]], await CdDrivesTable.Of(db, domain.Id), node);

    /// <summary>With disks and CD drives that are known already.</summary>
    public static DomainSpec Of(DomainRow domain, IReadOnlyCollection<Disk> disks, IEnumerable<CdDriveRow> cds, Node node) => new(
        domain.Id, domain.Name, domain.MemoryKib, domain.Vcpus, domain.Mac,
        [.. disks.Select(Of)],
        node.DisplaySocketOf(domain.Id))
    {
        Hardware = DomainHardware.Of(domain, [.. disks.Select(d => d.Volume.Target)]),
        Cds = [.. cds.Select(c => new CdSpec(c.Target, c.File))],
    };

    /// <summary>One of its disks.</summary>
    public static DiskSpec Of(Disk disk) => new(disk.Volume.Target, disk.Volume.Path, disk.Volume.Format, [.. disk.Below.Select(v => v.Path)]);
}
