using Broker.Backend.Nodes;
using Broker.Core.Domains;

namespace Broker.Backend.Requests.Volumes;

/// <summary>What a clone does not keep is made new: an empty overlay on the base's disk, or an empty disk where the clone's base has none.</summary>
internal static class FreshVolumes
{
    /// <summary>Kinds that a clone gets new with each start.</summary>
    public static bool AtStart(VolumeKind kind) => kind is VolumeKind.Tmp or VolumeKind.Swap;

    /// <summary>Makes those volumes of a domain new to which something may have been written. Nothing of one that is no clone.</summary>
    /// <param name="domain">It is off, and has no saved memory, which knows its disks.</param>
    /// <param name="which">Of which kinds.</param>
    /// <param name="node">Its host.</param>
    /// <param name="work">The request's.</param>
    public static async Task Make(DomainRow domain, Func<VolumeKind, bool> which, Node node, Work work)
    {
        if (domain.BaseId is null) return;
        var disks = (await work.Read(db => VolumesTable.Disks(db, domain.Id)))[domain.Id].Where(d => which(d.Volume.Kind) && d.Volume.IsUsed).ToList();
        if (disks.Count == 0) return;
        await work.On(node, Gate.Disk, vm =>
        {
            foreach (var disk in disks)
            {
                work.Check();
                vm.Disks.Renew(disk.Volume.Path, disk.Below.Count == 0 ? null : disk.Below[0].Path, disk.Volume.CapacityBytes);
            }
        });
        await work.Write(async db =>
        {
            foreach (var disk in disks) await VolumesTable.SetFresh(db, disk.Volume.Id);
        });
    }
}
