using Broker.Backend.Domains;
using Broker.Backend.Nodes;
using Broker.Core.Database;
using Broker.Core.Domains;
using Broker.Core.Requests;
using Broker.Core.Requests.Domains;

namespace Broker.Backend.Requests.Domains;

/// <summary>Makes a desktop: an overlay on each of the base's disks, its CD drives, and a definition.</summary>
public sealed class CloneHandler : IHandler<Clone>
{
    /// <inheritdoc/>
    public async Task<object?> Handle(Clone request, Work work)
    {
        var domain = await work.Domain(request.Domain);
        // asked for by name, and it was there already
        if (domain.State is not DomainState.Creating) return new { domain = domain.Id, name = domain.Name };
        var node = await work.NodeOf(domain);
        var files = await node.Files(work.Cancel);

        // The files' names are in the database before there are files. The base can't change: this request has it locked.
        var origin = await work.Domain(request.Base);
        if (!origin.IsBase) throw new RequestFailedException("not_a_base", $"{origin.Name}, from which it was to be made, is not a base any more.");
        var (disks, cds) = await work.Write(async db =>
        {
            RequestsTable.Progress(db, work.Row, 10, "Making the disk");
            var there = await VolumesTable.Disks(db, origin.Id, domain.Id);
            var own = there[domain.Id].ToDictionary(d => d.Volume.Target);
            var withCd = await BasesTable.Get(db, origin.Id) is { WithCd: true };
            var cds = (await CdDrivesTable.Of(db, origin.Id)).Select(c => c with { DomainId = domain.Id, File = withCd ? c.File : null }).ToList();
            foreach (var cd in cds) await CdDrivesTable.Put(db, cd);
            return (there[origin.Id].Select(below => own.GetValueOrDefault(below.Volume.Target) ?? Over(below, db)).ToList(), cds);
        });

        await work.On(node, Gate.Disk, vm =>
        {
            foreach (var disk in disks) vm.Disks.Clone(disk.Below[0].Path, disk.Volume.Path);
            work.Check();
            vm.Define(Specs.Of(domain, disks, cds, node));
        });
        work.AtEnd(db => DomainsTable.SetState(db, domain.Id, DomainState.Shutdown));
        return new { domain = domain.Id, name = domain.Name };

        Disk Over(Disk below, DbSession db)
        {
            var id = Guid.NewGuid();
            var volume = new VolumeRow
            {
                Id = id,
                DomainId = domain.Id,
                Target = below.Volume.Target,
                Kind = below.Volume.Kind,
                Path = files.PathOf(id),
                Format = files.Format,
                CapacityBytes = below.Volume.CapacityBytes,
                BaseVolumeId = below.Volume.Id,
            };
            VolumesTable.Insert(db, volume);
            return new Disk(volume, [below.Volume, .. below.Below]);
        }
    }

    /// <inheritdoc/>
    public Task Undo(Clone request, Work work, string why) => Unmake.HalfMade(request.Domain, work, why);
}
