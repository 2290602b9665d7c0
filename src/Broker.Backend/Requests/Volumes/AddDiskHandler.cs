using Broker.Backend.Domains;
using Broker.Backend.Nodes;
using Broker.Backend.VmManagers;
using Broker.Core.Domains;
using Broker.Core.Requests.Volumes;

namespace Broker.Backend.Requests.Volumes;

/// <summary>Makes an empty disk and gives it to a machine.</summary>
public sealed class AddDiskHandler : IHandler<AddDisk>
{
    /// <inheritdoc/>
    public async Task<object?> Handle(AddDisk request, Work work)
    {
        var change = await DiskChange.BeginWithDisks(request.Domain, work);
        var (domain, node) = (change.Domain, change.Node);
        if (change.IsOn) await work.On(node, Gate.Read, vm => DiskChange.Live(vm, node));
        var files = await StorageChoice.Check(node, request.Storage, work);
        var volume = await work.Write(async db =>
        {
            var there = await VolumesTable.Of(db, domain.Id);
            if (Begun(there) is { } begun) return begun;
            var id = Guid.NewGuid();
            var made = new VolumeRow
            {
                Id = id,
                DomainId = domain.Id,
                Target = change.FreeTarget("vd", [.. there.Select(v => v.Target)]),
                Kind = request.Kind,
                Path = files.PathOf(id, request.Storage),
                Format = files.Format,
                CapacityBytes = 0,
            };
            VolumesTable.Insert(db, made);
            return made;
        });

        var bytes = request.SizeMib << 20;
        await work.Step(20, "Making the disk");
        await work.On(node, Gate.Disk, vm => vm.Disks.Create(volume.Path, bytes));
        await work.Step(70, "Telling the host");
        var spec = await work.Read(db => Specs.Of(db, domain, node));
        await work.On(node, Gate.Disk, vm =>
        {
            if (change.IsOn) DiskChange.Live(vm, node).AttachDisk(domain.Id, spec.Disks.First(d => d.Target == volume.Target));
            else vm.Define(spec);
        });
        work.AtEnd(async db =>
        {
            await VolumesTable.SetCapacity(db, volume.Id, bytes);
            // what is on the new disk stays whose it is
            if (domain.PoolUse is not null) await DomainsTable.LeavePool(db, domain.Id);
        });
        return new { domain = domain.Id, target = volume.Target };
    }

    /// <inheritdoc/>
    public async Task Undo(AddDisk request, Work work, string why)
    {
        if (await work.Read(db => DomainsTable.Get(db, request.Domain)) is not { } domain) return;
        if (Begun(await work.Read(db => VolumesTable.Of(db, domain.Id))) is not { } volume) return;
        var node = await work.NodeOf(domain);
        var isOn = await work.Look(node, domain.Id) is { Power: Power.Running or Power.Paused };
        var spec = await work.Read(db => Specs.Of(db, domain, node));
        await work.On(node, Gate.Disk, vm =>
        {
            if (isOn) vm.As<ICanHotplugDisks>()?.DetachDisk(domain.Id, volume.Target);
            else vm.Define(spec with { Disks = [.. spec.Disks.Where(d => d.Target != volume.Target)] });
            vm.Disks.Delete(volume.Path);
        });
        await work.Write(db => VolumesTable.Delete(db, volume.Id));
    }

    // one that was begun has no size yet; the machine is locked, so that there is no other
    private static VolumeRow? Begun(IEnumerable<VolumeRow> volumes) => volumes.FirstOrDefault(v => v.CapacityBytes == 0);
}
