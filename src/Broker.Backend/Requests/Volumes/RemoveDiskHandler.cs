using Broker.Backend.Domains;
using Broker.Backend.Nodes;
using Broker.Core.Domains;
using Broker.Core.Requests.Volumes;

namespace Broker.Backend.Requests.Volumes;

/// <summary>Takes a disk from a machine and deletes it.</summary>
public sealed class RemoveDiskHandler : IHandler<RemoveDisk>
{
    /// <inheritdoc/>
    public async Task<object?> Handle(RemoveDisk request, Work work)
    {
        var change = await DiskChange.BeginWithDisks(request.Domain, work);
        var (domain, node) = (change.Domain, change.Node);
        var disks = (await work.Read(db => VolumesTable.Disks(db, domain.Id)))[domain.Id].ToList();
        var volume = change.DiskAt(request.Target, disks).Volume;
        if (volume.Id == disks[0].Volume.Id) throw new RequestFailedException("boot_disk", $"{domain.Name} boots from {volume.Target}: it stays. Remove the machine instead.");
        var spec = await work.Read(db => Specs.Of(db, domain, node));
        await work.Step(20, "Taking the disk from the machine");
        await work.On(node, Gate.Disk, vm =>
        {
            if (change.IsOn) DiskChange.Live(vm, node).DetachDisk(domain.Id, volume.Target);
            else vm.Define(spec with { Disks = [.. spec.Disks.Where(d => d.Target != volume.Target)] });
            work.Check();
            if (!volume.IsForeign) vm.Disks.Delete(volume.Path);
        });
        work.AtEnd(db => VolumesTable.Delete(db, volume.Id));
        return new { domain = domain.Id, target = volume.Target };
    }
}
