using Broker.Backend.Nodes;
using Broker.Core.Database;
using Broker.Core.Domains;
using Broker.Core.Requests;
using Broker.Core.Requests.Domains;

namespace Broker.Backend.Requests.Domains;

/// <summary>Turns a base without clones back into a machine; its content stays.</summary>
public sealed class RemoveBaseHandler : IHandler<RemoveBase>
{
    /// <inheritdoc/>
    public async Task<object?> Handle(RemoveBase request, Work work)
    {
        var domain = await work.Domain(request.Domain);
        var node = await work.NodeOf(domain);
        await work.Write(async db =>
        {
            await CheckNoClones(db, domain);
            RequestsTable.Progress(db, work.Row, 30, "Making the disks writable");
        });
        foreach (var volume in await work.Read(db => VolumesTable.Of(db, domain.Id)))
        {
            await work.On(node, Gate.Disk, vm => vm.Disks.Thaw(volume.Path));
        }

        work.AtEnd(async db =>
        {
            // one that was asked for meanwhile waits for this request, and is made when this one fails
            await CheckNoClones(db, domain);
            if (domain.IsBase) await DomainsTable.SetBase(db, domain.Id, isBase: false, isPublic: false);
            await VolumesTable.SetFrozen(db, domain.Id, false);
            await BasesTable.Delete(db, domain.Id);
        });
        return new { domain = domain.Id };
    }

    /// <inheritdoc/>
    public async Task Undo(RemoveBase request, Work work, string why)
    {
        if (await work.Read(db => DomainsTable.Get(db, request.Domain)) is not { IsBase: true } domain) return;
        var node = await work.NodeOf(domain);
        var volumes = await work.Read(db => VolumesTable.Of(db, domain.Id));
        await work.On(node, Gate.Disk, vm => vm.Disks.Freeze([.. volumes.Select(v => v.Path)]));
    }

    // Locked: a clone that is being asked for at this moment is seen.
    private static async Task CheckNoClones(DbSession db, DomainRow domain)
    {
        await DomainsTable.Lock(db, domain.Id);
        if (await DomainsTable.Clones(db, domain.Id) is > 0 and var clones) throw Unmake.HasClones(domain, clones);
    }
}
