using Broker.Backend.Domains;
using Broker.Backend.Nodes;
using Broker.Core.Domains;
using Broker.Core.Requests.Domains;

namespace Broker.Backend.Requests.Domains;

/// <summary>Makes a desktop: an overlay on each of the base's disks, and a definition.</summary>
public sealed class CloneHandler : IHandler<Clone>
{
    /// <inheritdoc/>
    public async Task<object?> Handle(Clone request, Work work)
    {
        var origin = await work.Domain(request.Base);
        if (!origin.IsBase) throw new RequestFailedException("not_a_base", $"{origin.Name} is not a base any more.");
        var domain = await work.Domain(request.Domain);
        var node = await work.NodeOf(domain);
        var (format, pathOf) = await work.On(node, Gate.Read, vm => (vm.Disks.Format, (Func<Guid, string>)vm.Disks.PathOf));

        // The files' names are in the database before there are files.
        var overlays = await work.Write(async db =>
        {
            await Core.Requests.RequestsTable.Progress(db, work.Row, 10, "Making the disk");
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
                    Path = pathOf(id),
                    Format = format,
                    CapacityBytes = below.CapacityBytes,
                    BaseVolumeId = below.Id,
                };
                await VolumesTable.Insert(db, own[below.Target]);
            }

            return frozen.Select(f => (Frozen: f, Own: own[f.Target])).ToList();
        });

        foreach (var (frozen, own) in overlays)
        {
            await work.On(node, Gate.Disk, vm => vm.Disks.Clone(frozen.Path, own.Path));
        }

        var spec = await work.Read(db => Specs.Of(db, domain, node));
        await work.On(node, Gate.Disk, vm => vm.Define(spec));
        work.AtEnd(db => DomainsTable.SetState(db, domain.Id, DomainState.Shutdown));
        return new { domain = domain.Id, name = domain.Name };
    }

    /// <inheritdoc/>
    public Task Undo(Clone request, Work work, string why) => Unmake.Domain(request.Domain, work, why);
}
