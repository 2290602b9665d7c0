using Broker.Backend.Domains;
using Broker.Backend.VmManagers;
using Broker.Core.Domains;
using Broker.Core.Requests;
using Broker.Core.Requests.Snapshots;

namespace Broker.Backend.Requests.Snapshots;

/// <summary>Has the host make a machine's disks what they were. What it was doing is to be forgotten, so its plug is pulled.</summary>
public sealed class RevertSnapshotHandler : IHandler<RevertSnapshot>
{
    private const string GoingBack = "Going back to the snapshot";

    /// <inheritdoc/>
    public async Task<object?> Handle(RevertSnapshot request, Work work)
    {
        var kept = await KeptDisks.Of(request.Domain, work);
        var (domain, node) = (kept.Domain, kept.Node);
        var snapshot = await SnapshotOf(request, domain, work);
        await work.Step(10, "Looking for the snapshot");
        if (!await kept.On(work, (_, snapshots) => snapshots.Snapshots(domain.Id, kept.Disks).Contains(snapshot.Id)))
        {
            throw new RequestFailedException("snapshot_gone",
                $"The disks of {domain.Name} don't have the snapshot {snapshot.Name} any more. Nothing was changed. Remove it with {RemoveSnapshot.Spec.Word}.");
        }

        var spec = await work.Read(db => Specs.Of(db, domain, node));
        await work.Step(40, GoingBack);
        // one call: once something is lost, nobody takes it back
        await kept.On(work, (vm, snapshots) =>
        {
            vm.Destroy(domain.Id);
            vm.As<ICanHibernate>()?.Discard(domain.Id);
            snapshots.Revert(domain.Id, snapshot.Id, kept.Disks);
            // a host may have brought back the hardware of then, too
            vm.Define(spec);
            return true;
        });
        work.AtEnd(async db =>
        {
            await DomainsTable.SetState(db, domain.Id, DomainState.Shutdown, $"It is as it was when the snapshot {snapshot.Name} was taken.");
            await RequestsTable.CallOffForcedShutdown(db, domain.Id);
        });
        return new { domain = domain.Id, snapshot = snapshot.Id, snapshot.Name };
    }

    /// <inheritdoc/>
    public async Task Undo(RevertSnapshot request, Work work, string why)
    {
        if (!(await work.Read(db => RequestsTable.Steps(db, work.Row))).Any(s => s.Text == GoingBack)) return;
        var domain = await work.Domain(request.Domain);
        // one that still has what it held in memory has lost nothing
        if ((await work.Look(await work.NodeOf(domain), domain.Id))?.Power is not Power.Off) return;
        await work.Write(db => DomainsTable.SetState(db, domain.Id, DomainState.Shutdown,
            $"Some of its disks may have gone back to the snapshot, others not: {why} Go back to a snapshot once more before it is started."));
    }

    private static async Task<SnapshotRow> SnapshotOf(RevertSnapshot request, DomainRow domain, Work work)
    {
        try
        {
            return await work.Read(db => SnapshotsTable.Get(db, domain, request.Snapshot));
        }
        catch (RequestRefusedException e)
        {
            throw new RequestFailedException(e.Code, e.Message);
        }
    }
}
