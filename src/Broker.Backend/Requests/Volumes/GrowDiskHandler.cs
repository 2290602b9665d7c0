using Broker.Backend.Nodes;
using Broker.Backend.VmManagers;
using Broker.Core.Domains;
using Broker.Core.Requests.Volumes;

namespace Broker.Backend.Requests.Volumes;

/// <summary>Makes a disk larger, under the guest's feet where the host can do that.</summary>
public sealed class GrowDiskHandler : IHandler<GrowDisk>
{
    /// <inheritdoc/>
    public async Task<object?> Handle(GrowDisk request, Work work)
    {
        var change = await DiskChange.BeginWithDisks(request.Domain, work);
        var (domain, node) = (change.Domain, change.Node);
        var disk = change.DiskAt(request.Target, (await work.Read(db => VolumesTable.Disks(db, domain.Id)))[domain.Id]);
        var (volume, bytes) = (disk.Volume, request.SizeMib << 20);
        ForeignDisks.Refuse(domain, [volume]);
        if (bytes < volume.CapacityBytes)
            throw new RequestFailedException("too_small", $"{volume.Target} of {domain.Name} has {volume.CapacityBytes >> 20} MiB already: a disk can only grow.");
        await work.Step(20, "Making the disk larger");
        await work.On(node, Gate.Disk, vm =>
        {
            var spec = new DiskSpec(volume.Target, volume.Path, volume.Format, [.. disk.Below.Select(v => v.Path)]);
            if (change.IsOn) DiskChange.Live(vm, node).GrowDisk(domain.Id, spec, bytes);
            else vm.Disks.Grow(volume.Path, bytes);
        });
        work.AtEnd(db => VolumesTable.SetCapacity(db, volume.Id, bytes));
        return new { domain = domain.Id, target = volume.Target };
    }
}
