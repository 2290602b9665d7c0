namespace Broker.Backend.VmManagers.Simulated;

/// <summary>Snapshots: a second file beside each disk.</summary>
internal sealed partial class SimulatedNode : ICanSnapshot
{
    public IReadOnlyList<Guid> Snapshots(Guid id, IReadOnlyList<DiskSpec> disks)
    {
        _faults.Meet("snapshots");
        return disks.Count == 0 ? [] :
        [
            .. Directory.EnumerateFiles(Path.GetDirectoryName(disks[0].Path)!, Path.GetFileName(disks[0].Path) + ".*.snapshot")
                .Select(file => Guid.Parse(file.Split('.')[^2])).Where(snapshot => HasAll(snapshot, disks)),
        ];
    }

    public void Take(Guid id, Guid snapshot, IReadOnlyList<DiskSpec> disks)
    {
        _faults.Meet("take_snapshot");
        lock (_lock)
        {
            CheckOff(id, "taken");
            foreach (var disk in disks) SimulatedDisk.Read(disk.Path).Write(SimulatedDisks.SnapshotOf(disk.Path, snapshot));
        }
    }

    public void Revert(Guid id, Guid snapshot, IReadOnlyList<DiskSpec> disks)
    {
        _faults.Meet("revert_snapshot");
        lock (_lock)
        {
            var name = CheckOff(id, "gone back to");
            if (!HasAll(snapshot, disks)) throw new VmException($"{name} has no snapshot {snapshot}. Nothing was changed.");
            foreach (var disk in disks) SimulatedDisk.Read(SimulatedDisks.SnapshotOf(disk.Path, snapshot)).Write(disk.Path);
        }
    }

    public void Remove(Guid id, Guid snapshot, IReadOnlyList<DiskSpec> disks)
    {
        _faults.Meet("remove_snapshot");
        lock (_lock)
        {
            if (Find(id) is { IsOn: true } running) throw new VmException($"{running.Spec.Name} is running: no snapshot of it can be removed. Shut it down first.");
            foreach (var disk in disks) File.Delete(SimulatedDisks.SnapshotOf(disk.Path, snapshot));
        }
    }

    private string CheckOff(Guid id, string deed)
    {
        var domain = Get(id);
        if (domain.IsOn) throw new VmException($"{domain.Spec.Name} is running: no snapshot of it can be {deed}. Shut it down first.");
        if (domain.Power is Power.Saved) throw new VmException($"{domain.Spec.Name} is hibernated: no snapshot of it can be {deed}. Discard its memory first.");
        return domain.Spec.Name;
    }

    private static bool HasAll(Guid snapshot, IReadOnlyList<DiskSpec> disks) => disks.Count > 0 && disks.All(d => File.Exists(SimulatedDisks.SnapshotOf(d.Path, snapshot)));
}
