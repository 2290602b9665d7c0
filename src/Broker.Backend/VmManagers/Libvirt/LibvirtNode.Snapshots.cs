namespace Broker.Backend.VmManagers.Libvirt;

/// <summary>
/// Snapshots lie inside the qcow2 files, under their ids, and libvirt hears nothing of them: what it keeps of snapshots would be in the way of renaming and forgetting a domain,
/// and bring the definition of then back with the disks.
/// </summary>
internal sealed partial class LibvirtNode : ICanSnapshot
{
    public IReadOnlyList<Guid> Snapshots(Guid id, IReadOnlyList<DiskSpec> disks) =>
        disks.Count == 0 ? [] : [.. disks.Select(d => Qcow2Snapshots.Of(d.Path).AsEnumerable()).Aggregate((a, b) => a.Intersect(b))];

    public void Take(Guid id, Guid snapshot, IReadOnlyList<DiskSpec> disks)
    {
        CheckOff(id, "taken");
        foreach (var disk in disks) Qcow2Snapshots.Take(disk.Path, snapshot);
    }

    public void Revert(Guid id, Guid snapshot, IReadOnlyList<DiskSpec> disks)
    {
        var name = CheckOff(id, "gone back to");
        if (!Snapshots(id, disks).Contains(snapshot)) throw new VmException($"The disks of {name} have no snapshot {snapshot}. Nothing was changed.");
        foreach (var disk in disks) Qcow2Snapshots.Revert(disk.Path, snapshot);
    }

    public void Remove(Guid id, Guid snapshot, IReadOnlyList<DiskSpec> disks)
    {
        // QEMU has the files open for itself; saved memory knows nothing of what else is in them
        if (Look(id) is { IsOn: true } running) throw new VmException($"{running.Name} is running: no snapshot of it can be removed. Shut it down first.");
        foreach (var disk in disks) Qcow2Snapshots.Remove(disk.Path, snapshot);
    }

    private string CheckOff(Guid id, string deed)
    {
        var (name, isOn, isSaved) = Look(id) ?? throw Unknown(id);
        if (isOn) throw new VmException($"{name} is running: no snapshot of it can be {deed}. Shut it down first.");
        if (isSaved) throw new VmException($"{name} is hibernated: no snapshot of it can be {deed}. Discard its memory first.");
        return name;
    }

    private (string Name, bool IsOn, bool IsSaved)? Look(Guid id) => Ask<(string, bool, bool)?>("The domain could not be looked at", () =>
    {
        using var domain = Find(id, _reads);
        return domain is null ? null : (domain.GetName(), domain.IsActive(), domain.HasManagedSaveImage());
    });
}
