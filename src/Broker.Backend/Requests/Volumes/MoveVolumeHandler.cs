using Broker.Backend.Domains;
using Broker.Backend.Nodes;
using Broker.Core.Domains;
using Broker.Core.Requests.Volumes;

namespace Broker.Backend.Requests.Volumes;

/// <summary>
/// Copies a disk into another storage, holds the copy against it, gives the machine the copy, and deletes what it was made of. Until the row names the copy
/// all can be taken back; from then on there is only the old file to delete.
/// </summary>
public sealed class MoveVolumeHandler : IHandler<MoveVolume>
{
    /// <inheritdoc/>
    public async Task<object?> Handle(MoveVolume request, Work work)
    {
        var change = await DiskChange.BeginWithDisks(request.Domain, work);
        var (domain, node) = (change.Domain, change.Node);
        if (change.IsOn) throw new RequestFailedException("not_off", $"{domain.Name} is running, and its disk is only whole when it is off. Shut it down, then ask again.");
        var files = await StorageChoice.Check(node, request.Storage, work);
        var disk = change.DiskAt(request.Target, (await work.Read(db => VolumesTable.Disks(db, domain.Id)))[domain.Id]);
        ForeignDisks.Refuse(domain, [disk.Volume]);
        var (volume, target) = (disk.Volume, files.PathOf(disk.Volume.Id, request.Storage));
        if (volume.Path != target) volume = await Copy(volume, target, [.. disk.Below.Select(v => v.Path)], change, work);
        else if (volume.SecondPath is null) throw new RequestFailedException("same_storage", $"{volume.Target} of {domain.Name} lies in {request.Storage} already.");

        await work.Step(95, "Deleting the old file");
        await work.On(node, Gate.Disk, vm => vm.Disks.Delete(volume.SecondPath!));
        work.AtEnd(db => VolumesTable.SetPaths(db, volume.Id, target, null));
        return new { domain = domain.Id, target = volume.Target, storage = request.Storage };
    }

    /// <inheritdoc/>
    public async Task Undo(MoveVolume request, Work work, string why)
    {
        if (await work.Read(db => DomainsTable.Get(db, request.Domain)) is not { } domain) return;
        var volume = (await work.Read(db => VolumesTable.Of(db, domain.Id))).FirstOrDefault(v => v.Target == request.Target);
        if (volume?.SecondPath is not { } second) return;
        var node = await work.NodeOf(domain);
        var spec = await work.Read(db => Specs.Of(db, domain, node));
        await work.On(node, Gate.Disk, vm =>
        {
            vm.Define(spec);
            vm.Disks.Delete(second);
        });
        await work.Write(db => VolumesTable.SetPaths(db, volume.Id, volume.Path, null));
    }

    private static async Task<VolumeRow> Copy(VolumeRow volume, string target, IReadOnlyList<string> backing, DiskChange change, Work work)
    {
        var (domain, node) = (change.Domain, change.Node);
        if (volume.SecondPath != target)
        {
            var isTaken = await work.On(node, Gate.Read, vm => vm.Disks.SizeOf(target) is not null);
            if (isTaken) throw new RequestFailedException("file_in_the_way", $"{target} is in the way: nothing is overwritten. It is left as it is; move it away.");
            // what an earlier move could not take back
            if (volume.SecondPath is { } left) await work.On(node, Gate.Disk, vm => vm.Disks.Delete(left));
            await work.Write(db => VolumesTable.SetPaths(db, volume.Id, volume.Path, target));
        }

        await work.OnLong(node, $"Copying {volume.Target} of {domain.Name}", 5, 60, (vm, percent, cancel) =>
        {
            vm.Disks.Copy(volume.Path, backing, target, isExact: true, percent, cancel);
            return true;
        });
        await work.OnLong(node, "Comparing the copy with it", 60, 90, (vm, percent, cancel) =>
        {
            vm.Disks.Verify(volume.Path, target, percent, cancel);
            return true;
        });
        var spec = await work.Read(db => Specs.Of(db, domain, node));
        await work.Step(90, "Telling the host");
        await work.On(node, Gate.Disk, vm => vm.Define(spec with { Disks = [.. spec.Disks.Select(d => d.Target == volume.Target ? d with { Path = target } : d)] }));
        await work.Write(db => VolumesTable.SetPaths(db, volume.Id, target, volume.Path));
        return volume with { Path = target, SecondPath = volume.Path };
    }
}
