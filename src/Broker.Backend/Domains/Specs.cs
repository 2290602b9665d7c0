using Broker.Backend.Nodes;
using Broker.Backend.VmManagers;
using Broker.Core.Database;
using Broker.Core.Domains;

namespace Broker.Backend.Domains;

/// <summary>What a domain's host should know of it, put together from the database.</summary>
public static class Specs
{
    /// <summary>Reads the domain's disks with all that lies below them.</summary>
    public static async Task<DomainSpec> Of(DbSession db, DomainRow domain, Node node)
    {
        var disks = new List<DiskSpec>();
        foreach (var volume in await VolumesTable.Of(db, domain.Id))
            disks.Add(new DiskSpec(volume.Target, volume.Path, volume.Format, [.. (await VolumesTable.Below(db, volume.Id)).Select(v => v.Path)]));
        return new DomainSpec(domain.Id, domain.Name, domain.MemoryKib, domain.Vcpus, domain.Mac, disks, node.DisplaySocketOf(domain.Id));
    }
}
