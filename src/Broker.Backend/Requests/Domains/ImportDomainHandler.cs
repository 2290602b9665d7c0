using Broker.Backend.Domains;
using Broker.Backend.Nodes;
using Broker.Backend.Requests.Volumes;
using Broker.Core.Domains;
using Broker.Core.Limits;
using Broker.Core.Requests;
using Broker.Core.Requests.Domains;

namespace Broker.Backend.Requests.Domains;

/// <summary>Makes a machine from a copy of an image in the library, or with an empty disk and a CD from there in its drive.</summary>
public sealed class ImportDomainHandler : IHandler<ImportDomain>
{
    /// <inheritdoc/>
    public async Task<object?> Handle(ImportDomain request, Work work)
    {
        var domain = await work.Domain(request.Domain);
        var node = await work.NodeOf(domain);
        var files = await StorageChoice.Check(node, request.Storage, work);
        var volume = await work.Write(async db =>
        {
            if (await VolumesTable.Of(db, domain.Id) is [var there, ..]) return there;
            var id = Guid.NewGuid();
            var made = new VolumeRow { Id = id, DomainId = domain.Id, Target = "vda", Path = files.PathOf(id, request.Storage), Format = files.Format, CapacityBytes = 0 };
            VolumesTable.Insert(db, made);
            return made;
        });

        var isCd = await work.On(node, Gate.Read, vm => vm.Disks.FindCd(request.File)) is not null;
        var capacity = isCd
            ? await Blank(request, volume.Path, domain, node, work)
            : await work.OnLong(node, $"Copying {request.File}", 5, 90, (vm, percent, cancel) => vm.Disks.Import(request.File, volume.Path, percent, cancel));
        await work.Write(async db =>
        {
            // now it is known how big it is
            await Quota.Check(db, new Take(domain.OwnerId, domain.Id) { DiskBytes = capacity }, work.Row.Id);
            await VolumesTable.SetCapacity(db, volume.Id, capacity);
        });
        var spec = await work.Read(db => Specs.Of(db, domain, node));
        await work.Step(95, "Telling the host");
        await work.On(node, Gate.Disk, vm => vm.Define(spec));
        work.AtEnd(db => DomainsTable.SetState(db, domain.Id, DomainState.Shutdown));
        return new { domain = domain.Id, name = domain.Name, capacity_bytes = capacity };
    }

    /// <inheritdoc/>
    public Task Undo(ImportDomain request, Work work, string why) => Unmake.Domain(request.Domain, work, why);

    // it is installed from there: the first start finds nothing on the disk and goes on with the CD
    private static async Task<long> Blank(ImportDomain request, string target, DomainRow domain, Node node, Work work)
    {
        var bytes = request.DiskMib << 20;
        await work.Write(async db =>
        {
            RequestsTable.Progress(db, work.Row, 20, "Making an empty disk");
            await CdDrivesTable.Put(db, new CdDriveRow { DomainId = domain.Id, Target = "hda", File = request.File });
        });
        await work.On(node, Gate.Disk, vm => vm.Disks.Create(target, bytes));
        return bytes;
    }
}
