using Broker.Backend.Domains;
using Broker.Backend.Nodes;
using Broker.Core.Domains;
using Broker.Core.Requests;
using Broker.Core.Requests.Domains;

namespace Broker.Backend.Requests.Domains;

/// <summary>Makes a desktop: an overlay on each of the base's disks, and a definition.</summary>
public sealed class CloneHandler : IHandler<Clone>
{
    /// <inheritdoc/>
    public async Task<object?> Handle(Clone request, Work work)
    {
        var domain = await work.Domain(request.Domain);
        var node = await work.NodeOf(domain);
        var files = await node.Files(work.Cancel);

        // The files' names are in the database before there are files.
        var (overlays, spec) = await work.Write(async db =>
        {
            if (await DomainsTable.Get(db, request.Base) is not { IsBase: true } origin)
                throw new RequestFailedException("not_a_base", "What it was to be made from is not a base any more.");
            await RequestsTable.Progress(db, work.Row, 10, "Making the disk");
            var frozen = await VolumesTable.Of(db, origin.Id);
            var own = (await VolumesTable.Of(db, domain.Id)).ToDictionary(v => v.Target);
            foreach (var below in frozen.Where(f => !own.ContainsKey(f.Target)))
            {
                var id = Guid.NewGuid();
                own[below.Target] = new VolumeRow
                {
                    Id = id,
                    DomainId = domain.Id,
                    Target = below.Target,
                    Path = files.PathOf(id),
                    Format = files.Format,
                    CapacityBytes = below.CapacityBytes,
                    BaseVolumeId = below.Id,
                };
                await VolumesTable.Insert(db, own[below.Target]);
            }

            return (frozen.Select(f => (Frozen: f.Path, Own: own[f.Target].Path)).ToList(), await Specs.Of(db, domain, node));
        });

        await work.On(node, Gate.Disk, vm =>
        {
            foreach (var (frozen, own) in overlays) vm.Disks.Clone(frozen, own);
            vm.Define(spec);
        });
        work.AtEnd(db => DomainsTable.SetState(db, domain.Id, DomainState.Shutdown));
        return new { domain = domain.Id, name = domain.Name };
    }

    /// <inheritdoc/>
    public Task Undo(Clone request, Work work, string why) => Unmake.Domain(request.Domain, work, why);
}
