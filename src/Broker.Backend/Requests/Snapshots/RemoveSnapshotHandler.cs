using Broker.Backend.VmManagers;
using Broker.Core.Domains;
using Broker.Core.Requests.Snapshots;

namespace Broker.Backend.Requests.Snapshots;

/// <summary>Has the host keep a snapshot no more.</summary>
public sealed class RemoveSnapshotHandler : IHandler<RemoveSnapshot>
{
    /// <inheritdoc/>
    public async Task<object?> Handle(RemoveSnapshot request, Work work)
    {
        var kept = await KeptDisks.Of(request.Domain, work);
        var domain = kept.Domain;
        // One that is gone was removed by whoever asked before. One that is not whole nobody takes any more: this request has the machine for itself.
        if ((await work.Read(db => SnapshotsTable.Of(db, domain.Id))).FirstOrDefault(n => n.Id == request.Snapshot) is not { } snapshot) return null;
        if ((await work.Look(kept.Node, domain.Id))?.Power is Power.Running or Power.Paused)
            throw new RequestFailedException("not_off", $"{domain.Name} is running, and its disks are in use. Shut it down first, then remove the snapshot.");
        await work.Step(20, "Removing the snapshot");
        await kept.On(work, (_, snapshots) =>
        {
            snapshots.Remove(domain.Id, snapshot.Id, kept.Disks);
            return true;
        });
        work.AtEnd(db => SnapshotsTable.Delete(db, snapshot));
        return new { domain = domain.Id };
    }
}
