using Broker.Backend.Domains;
using Broker.Backend.Nodes;
using Broker.Backend.VmManagers;
using Broker.Core.Domains;
using Broker.Core.Requests;
using Broker.Core.Requests.Snapshots;

namespace Broker.Backend.Requests.Snapshots;

/// <summary>Has the host make a machine's disks what they were. What it was doing is to be forgotten, so its plug is pulled.</summary>
public sealed class RevertSnapshotHandler : IHandler<RevertSnapshot>
{
    /// <inheritdoc/>
    public async Task<object?> Handle(RevertSnapshot request, Work work)
    {
        var kept = await KeptDisks.Of(request.Domain, work);
        var (domain, node) = (kept.Domain, kept.Node);
        var snapshot = await SnapshotOf(request, domain, work);
        await work.Step(10, "Switching it off");
        await work.On(node, Gate.Stop, vm =>
        {
            vm.Destroy(domain.Id);
            vm.As<ICanHibernate>()?.Discard(domain.Id);
        });
        await work.Step(40, "Going back to the snapshot");
        // one call: between two disks nobody takes it back
        await kept.On(work, (_, snapshots) =>
        {
            snapshots.Revert(domain.Id, snapshot.Id, kept.Disks);
            return true;
        });
        // a host may have brought back the hardware of then, too
        var spec = await work.Read(db => Specs.Of(db, domain, node));
        await work.Step(90, "Telling the host");
        await work.On(node, Gate.Disk, vm => vm.Define(spec));
        work.AtEnd(async db =>
        {
            await DomainsTable.SetState(db, domain.Id, DomainState.Shutdown, $"It is as it was when the snapshot {snapshot.Name} was taken.");
            await RequestsTable.CallOffForcedShutdown(db, domain.Id);
        });
        return new { domain = domain.Id, snapshot = snapshot.Id, snapshot.Name };
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
