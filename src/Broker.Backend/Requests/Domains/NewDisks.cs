using Broker.Backend.Nodes;
using Broker.Core.Database;
using Broker.Core.Domains;
using Broker.Core.Requests;

namespace Broker.Backend.Requests.Domains;

/// <summary>Makes the disks of a clone new, all but those with data.</summary>
internal static class NewDisks
{
    /// <summary>Puts an empty overlay on a base's disk in the place of each disk that does not keep what is on it. Disks that the base does not have stay.</summary>
    /// <param name="tie">The clone, which is off and has no saved memory.</param>
    /// <param name="origin">Disks of the base, by target.</param>
    /// <param name="work">The request's.</param>
    /// <param name="percent">How far it is when that begins.</param>
    /// <param name="also">What else is written at that moment.</param>
    public static async Task Make(CloneTie tie, IReadOnlyDictionary<string, VolumeRow> origin, Work work, int percent, Func<DbSession, Task>? also = null)
    {
        var disks = tie.Disks.Select(d => d.Volume).Where(v => v.Kind is not VolumeKind.Data && origin.ContainsKey(v.Target)).Select(v => (Own: v, Below: origin[v.Target])).ToList();
        // The rows first: whoever is killed in between finds in them what the files are to become, and no host starts a machine whose files are not as it is told.
        await work.Write(async db =>
        {
            RequestsTable.Progress(db, work.Row, percent, "Making its disks new");
            foreach (var (own, below) in disks)
            {
                await VolumesTable.SetBase(db, own.Id, below.Id);
                await VolumesTable.SetCapacity(db, own.Id, below.CapacityBytes);
            }

            if (also is not null) await also(db);
        });
        await work.On(tie.Node, Gate.Disk, vm =>
        {
            foreach (var (own, below) in disks)
            {
                work.Check();
                vm.Disks.Renew(own.Path, below.Path, below.CapacityBytes);
            }
        });
    }
}
