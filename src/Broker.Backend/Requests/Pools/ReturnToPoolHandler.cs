using Broker.Backend.Domains;
using Broker.Backend.Nodes;
using Broker.Backend.VmManagers;
using Broker.Core.Domains;
using Broker.Core.Pools;
using Broker.Core.Requests;
using Broker.Core.Requests.Pools;

namespace Broker.Backend.Requests.Pools;

/// <summary>Takes a desktop from whoever had it, gives it fresh disks, and then to whoever opens its base next.</summary>
public sealed class ReturnToPoolHandler : IHandler<ReturnToPool>
{
    /// <inheritdoc/>
    public async Task<object?> Handle(ReturnToPool request, Work work)
    {
        var domain = await work.Domain(request.Domain);
        if (domain.PoolUse is null or PoolUse.Free || domain.IsBase) throw new RequestFailedException("not_handed_out", $"{domain.Name} was not handed out of a pool.");
        if (domain.State is not DomainState.Shutdown) throw new RequestFailedException("not_off", $"{domain.Name} is not off. Shut it down first.");
        var node = await work.NodeOf(domain);
        if (await work.Look(node, domain.Id) is { Power: not (Power.Off or Power.Gone) })
            throw new RequestFailedException("not_off", $"{domain.Name} is not off on its host. Shut it down first.");
        var (disks, cds) = await work.Read(async db => ((await VolumesTable.Disks(db, domain.Id))[domain.Id].ToList(), await CdDrivesTable.Of(db, domain.Id)));
        if (disks.Any(d => d.Below.Count == 0))
            throw new RequestFailedException("has_own_disks", $"{domain.Name} has a disk of its own, which no base could renew. It is left as it is: give it an owner, or remove it.");
        await work.Write(async db =>
        {
            if (domain.PoolUse is PoolUse.HandedOut) await DomainsTable.TakeBack(db, domain);
            RequestsTable.Progress(db, work.Row, 20, "Making it fresh");
        });
        var spec = Specs.Of(domain, disks, cds, node);
        await work.On(node, Gate.Disk, vm =>
        {
            // with what its host may keep beside the disks: snapshots
            vm.Undefine(domain.Id);
            SharedFolders.PutAside(spec, node.Row.Manager, work.Row.Id);
            foreach (var disk in disks) vm.Disks.Renew(disk.Volume.Path, disk.Below[0].Path, disk.Volume.CapacityBytes);
            vm.Define(spec);
        });
        work.AtEnd(async db =>
        {
            await DomainsTable.SetFree(db, domain.Id);
            await Pool.AskToFill(db, domain.BaseId!.Value);
        });
        return null;
    }
}
