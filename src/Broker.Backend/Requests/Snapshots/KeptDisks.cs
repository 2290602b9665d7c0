using Broker.Backend.Domains;
using Broker.Backend.Nodes;
using Broker.Backend.Requests.Domains;
using Broker.Backend.Requests.Volumes;
using Broker.Backend.VmManagers;
using Broker.Core.Domains;
using Broker.Core.Requests;
using Broker.Core.Requests.Snapshots;

namespace Broker.Backend.Requests.Snapshots;

/// <summary>A machine and those of its disks that its snapshots hold: all but what is made new with each start.</summary>
/// <param name="Domain">The machine.</param>
/// <param name="Node">Its host.</param>
/// <param name="Disks">The disks.</param>
internal sealed record KeptDisks(DomainRow Domain, Node Node, IReadOnlyList<DiskSpec> Disks)
{
    /// <summary>Looks at the machine.</summary>
    /// <exception cref="RequestFailedException">It is nothing of which snapshots are taken, or not whole.</exception>
    public static async Task<KeptDisks> Of(Guid id, Work work)
    {
        var domain = await work.Domain(id);
        try
        {
            TakeSnapshot.CheckKind(domain);
        }
        catch (RequestRefusedException e)
        {
            throw new RequestFailedException(e.Code, e.Message);
        }

        if (!domain.IsWhole) throw new RequestFailedException("not_whole", $"{domain.Name} can't be changed: {domain.StateDetail ?? "it is not whole"}.");
        var disks = (await work.Read(db => VolumesTable.Disks(db, id)))[id].Where(d => domain.BaseId is null || !FreshVolumes.AtStart(d.Volume.Kind));
        ForeignDisks.Refuse(domain, disks.Select(d => d.Volume));
        return new(domain, await work.NodeOf(domain), [.. disks.Select(Specs.Of)]);
    }

    /// <summary>Has the host do something with the machine's snapshots.</summary>
    public Task<T> On<T>(Work work, Func<IVmNode, ICanSnapshot, T> call) =>
        work.On(Node, Gate.Disk, vm => call(vm, Capability.Of<ICanSnapshot>(vm, Node, "keep snapshots of machines")));

    /// <summary>Makes sure that a machine has no snapshots before its disks are changed in a way that those would not survive.</summary>
    /// <exception cref="RequestFailedException"><c>has_snapshots</c>.</exception>
    public static async Task CheckNone(DomainRow domain, Work work)
    {
        var count = await work.Read(db => SnapshotsTable.Count(db, domain.Id));
        if (count == 0) return;
        throw new RequestFailedException("has_snapshots", count == 1
            ? $"{domain.Name} has a snapshot, which knows its disks as they are now. Remove it first, with {RemoveSnapshot.Spec.Word}."
            : $"{domain.Name} has {count} snapshots, which know its disks as they are now. Remove them first, with {RemoveSnapshot.Spec.Word}.");
    }
}
