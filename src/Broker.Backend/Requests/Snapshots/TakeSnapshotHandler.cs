using Broker.Backend.Domains;
using Broker.Backend.Requests.Domains;
using Broker.Backend.VmManagers;
using Broker.Core.Domains;
using Broker.Core.Requests;
using Broker.Core.Requests.Snapshots;

namespace Broker.Backend.Requests.Snapshots;

/// <summary>Has the host keep what is on the disks of a machine that is off.</summary>
public sealed class TakeSnapshotHandler : IHandler<TakeSnapshot>
{
    /// <inheritdoc/>
    public async Task<object?> Handle(TakeSnapshot request, Work work)
    {
        var kept = await KeptDisks.Of(request.Domain, work);
        var domain = kept.Domain;
        if (kept.Disks.Count == 0) throw new RequestFailedException("no_disk", $"{domain.Name} has no disk that a snapshot could hold.");
        switch ((await work.Look(kept.Node, domain.Id))?.Power)
        {
            // what its system holds in memory is not on the disks yet
            case Power.Running or Power.Paused:
                throw new RequestFailedException("not_off", $"{domain.Name} is running, and its disks are only whole when it is off. Shut it down first, then take the snapshot.");
            case Power.Saved:
                throw SwitchOff.Hibernated(domain);
        }

        // Its id is written down before the host hears of it: whoever is killed in between goes on with the same.
        var snapshot = await work.Write(async db =>
        {
            RequestsTable.Progress(db, work.Row, 10, "Taking the snapshot");
            if (await SnapshotsTable.TakenBy(db, work.Row.Id) is { } begun) return begun;
            var name = request.Name?.Trim();
            try
            {
                await SnapshotsTable.CheckRoom(db, (await DomainsTable.Lock(db, domain.Id))!, name);
            }
            catch (RequestRefusedException e)
            {
                throw new RequestFailedException(e.Code, e.Message);
            }

            return await SnapshotsTable.Begin(db, domain, name, request.Description?.Trim(), work.Caller.UserId, work.Row.Id);
        });
        var spec = await work.Read(db => Specs.Of(db, domain, kept.Node));
        var size = await kept.On(work, (vm, snapshots) =>
        {
            // one that is off its host may have forgotten
            vm.Define(spec);
            snapshots.Take(domain.Id, snapshot.Id, kept.Disks);
            return kept.Disks.Sum(d => vm.Disks.SizeOf(d.Path) ?? 0);
        });
        work.AtEnd(db => SnapshotsTable.Finish(db, snapshot, size));
        return new { domain = domain.Id, snapshot = snapshot.Id, snapshot.Name };
    }

    /// <inheritdoc/>
    public async Task Undo(TakeSnapshot request, Work work, string why)
    {
        if (await work.Read(db => SnapshotsTable.TakenBy(db, work.Row.Id)) is not { } snapshot) return;
        var kept = await KeptDisks.Of(request.Domain, work);
        await kept.On(work, (_, snapshots) =>
        {
            snapshots.Remove(kept.Domain.Id, snapshot.Id, kept.Disks);
            return true;
        });
        await work.Write(db => SnapshotsTable.Delete(db, snapshot));
    }
}
