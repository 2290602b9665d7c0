using Broker.Backend.Nodes;
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
            var locked = await DomainsTable.Lock(db, domain.Id);
            if (await DomainsTable.Clones(db, domain.Id) is > 0 and var clones)
                throw Unmake.HasClones(domain, clones);
            // From here on nobody can clone it.
            if (locked is { IsBase: true }) await DomainsTable.SetBase(db, domain.Id, isBase: false, isPublic: false);
            RequestsTable.Progress(db, work.Row, 30, "Making the disks writable");
        });
        foreach (var volume in await work.Read(db => VolumesTable.Of(db, domain.Id)))
        {
            await work.On(node, Gate.Disk, vm => vm.Disks.Thaw(volume.Path));
        }

        work.AtEnd(db => VolumesTable.SetFrozen(db, domain.Id, false));
        return new { domain = domain.Id };
    }
}
