using Broker.Backend.Nodes;
using Broker.Backend.Requests.Snapshots;
using Broker.Backend.Requests.Volumes;
using Broker.Core.Domains;
using Broker.Core.Requests.Domains;

namespace Broker.Backend.Requests.Domains;

/// <summary>Freezes a machine's disks, so that clones can grow from them.</summary>
public sealed class PrepareBaseHandler(TimeProvider clock) : IHandler<PrepareBase>
{
    /// <inheritdoc/>
    public async Task<object?> Handle(PrepareBase request, Work work)
    {
        var domain = await work.Domain(request.Domain);
        if (domain.State is DomainState.Creating or DomainState.Broken or DomainState.Removing)
            throw new RequestFailedException("not_preparable", $"{domain.Name} can't become a base: {domain.StateDetail ?? "it is not whole"}.");
        if (domain.IsVolatile)
            throw new RequestFailedException("is_volatile", $"{domain.Name} is temporary, and a base has to stay. Make a desktop that lasts, and prepare that.");
        if (domain.IsBase)
        {
            throw new RequestFailedException("already_a_base", $"{domain.Name} is a base already, and nothing has changed on its disks since it was prepared: they can't be written. " +
                $"To change it, turn it back into a machine with {RemoveBase.Spec.Word}.");
        }

        await KeptDisks.CheckNone(domain, work);
        var node = await work.NodeOf(domain);
        var (disks, cds) = await work.Read(async db => ((await VolumesTable.Disks(db, domain.Id))[domain.Id].ToList(), await CdDrivesTable.Of(db, domain.Id)));
        if (disks.Count == 0) throw new RequestFailedException("no_disk", $"{domain.Name} has no disk that clones could grow from.");
        ForeignDisks.Refuse(domain, disks.Select(d => d.Volume));

        await SwitchOff.Gently(domain, node, work, clock);
        await work.Step(50, "Freezing the disks");
        await work.On(node, Gate.Disk, vm => vm.Disks.Freeze([.. disks.Select(d => d.Volume.Path)]));
        work.AtEnd(async db =>
        {
            await VolumesTable.SetFrozen(db, domain.Id, true);
            await DomainsTable.SetBase(db, domain.Id, isBase: true, isPublic: request.Publish || domain.IsPublic);
            await DomainsTable.SetState(db, domain.Id, DomainState.Shutdown);
            await BasesTable.Put(db, domain.Id, request.WithCd, BaseDefinition.Of(domain, disks, cds.Select(c => new BaseCd(c.Target, c.File))));
        });
        return new { domain = domain.Id, disks = disks.Count };
    }

    /// <inheritdoc/>
    public async Task Undo(PrepareBase request, Work work, string why)
    {
        if (await work.Read(db => DomainsTable.Get(db, request.Domain)) is not { IsBase: false } domain) return;
        var volumes = await work.Read(db => VolumesTable.Of(db, domain.Id));
        await work.On(await work.NodeOf(domain), Gate.Disk, vm =>
        {
            // one that is missing may be why
            var files = vm.Disks.List();
            foreach (var volume in volumes.Where(v => files.Contains(v.Id))) vm.Disks.Thaw(volume.Path);
        });
    }
}
