using VirtualBox;

namespace Broker.Backend.VmManagers.VirtualBox;

/// <summary>
/// VirtualBox's own snapshots, called by their ids: what is written after one goes to differences in the machine's folder, and the disks of the pool stay below those.
/// </summary>
internal sealed partial class VirtualBoxNode : ICanSnapshot
{
    public IReadOnlyList<Guid> Snapshots(Guid id, IReadOnlyList<DiskSpec> disks) => _calls.Ask<IReadOnlyList<Guid>>("The snapshots could not be listed", async () =>
        await Find(id) is null ? [] : [.. (await new Machine(_vbox, id).ListSnapshots()).Select(s => Guid.TryParseExact(s.Name, "D", out var ours) ? ours : Guid.Empty).Where(s => s != Guid.Empty)]);

    public void Take(Guid id, Guid snapshot, IReadOnlyList<DiskSpec> disks) => Work(id, "The snapshot could not be taken", "snapshot", async () =>
    {
        var report = await Off(id, "taken");
        var machine = new Machine(_vbox, id);
        if (await Find(machine, snapshot) is not null) return;
        // VirtualBox takes all disks that a machine has
        await DetachOthers(machine, report, disks);
        await machine.TakeSnapshot($"{snapshot:D}");
    });

    public void Revert(Guid id, Guid snapshot, IReadOnlyList<DiskSpec> disks) => Work(id, "The machine could not go back to the snapshot", "reverted", async () =>
    {
        var report = await Off(id, "gone back to");
        var machine = new Machine(_vbox, id);
        var found = await Find(machine, snapshot) ?? throw new VmException($"{report.Name} has no snapshot {snapshot}. Nothing was changed.");
        // VirtualBox deletes all differences that a machine has and no snapshot holds, also those that are a clone's disks
        await DetachOthers(machine, report, disks);
        await machine.RestoreSnapshot(found.Uuid);
    });

    public void Remove(Guid id, Guid snapshot, IReadOnlyList<DiskSpec> disks) => Work(id, "The snapshot could not be removed", "snapshot", async () =>
    {
        if (await Find(id) is not { } report) return;
        if (Lifecycle.Read(report.State).Power is Power.Running or Power.Paused) throw new VmException($"{report.Name} is running: no snapshot of it can be removed. Shut it down first.");
        var machine = new Machine(_vbox, id);
        try
        {
            if (await Find(machine, snapshot) is { } found) await machine.DeleteSnapshot(found.Uuid);
        }
        catch (VBoxManageException e) when (!VirtualBoxCalls.IsLost(e) && e is not MachineLockedException)
        {
            throw new VmException($"The snapshot of {report.Name} could not be removed: {e.Message}. Where several others come from it, VirtualBox wants those removed first.", e);
        }

        // Of two files that become one VirtualBox keeps the larger: the disk of the pool may have gone into the difference that lay on it, which takes its place.
        foreach (var disk in disks.Where(d => d.Backing.Count > 0 && !File.Exists(d.Path)))
        {
            var below = VdiFile.Read(disk.Backing[0])!.Id;
            // known by where it lies: whoever was broken off before this may have lost the machine's hold on it
            var merged = (await Medium.List(_vbox)).FirstOrDefault(m => m.Parent == below && m.Location.StartsWith(_folders.Of(id) + "/", StringComparison.Ordinal))
                ?? throw new VmException($"The disk {disk.Path} of {report.Name} is missing, and no difference of VirtualBox's has its content. Restore the file.");
            await Medium.Move(_vbox, merged.Uuid, disk.Path);
            await _registry.Write();
        }
    });

    /// <summary>Takes from a machine the disks of the pool that are not kept. It gets them back when it is defined, before it starts.</summary>
    private async Task DetachOthers(Machine machine, MachineReport report, IReadOnlyList<DiskSpec> kept)
    {
        foreach (var other in report.Attachments.Where(a => a.Location is { } path && _disks.IsOfPool(path) && !kept.Any(d => d.Path == path)))
            await machine.Detach(other.Controller, other.Port, other.Device);
    }

    private static async Task<Snapshot?> Find(Machine machine, Guid snapshot) => (await machine.ListSnapshots()).FirstOrDefault(s => s.Name == $"{snapshot:D}");

    private async Task<MachineReport> Off(Guid id, string deed)
    {
        var report = await Get(id);
        return Lifecycle.Read(report.State).Power switch
        {
            Power.Off => report,
            Power.Saved => throw new VmException($"{report.Name} is hibernated: no snapshot of it can be {deed}. Discard its memory first."),
            _ => throw new VmException($"{report.Name} is running: no snapshot of it can be {deed}. Shut it down first."),
        };
    }

    /// <summary>Makes VirtualBox forget the differences of a machine that is no more; it would go on to know them, and the disks below them could not go.</summary>
    private async Task ForgetDifferences(Guid id)
    {
        var folder = _folders.Of(id);
        if (!Directory.Exists(folder) || !Directory.EnumerateFiles(folder, "*" + VdiDisks.Extension, SearchOption.AllDirectories).Any()) return;
        var left = (await Medium.List(_vbox)).Where(m => m.Location.StartsWith(folder + "/", StringComparison.Ordinal)).ToList();
        // those first on which nothing lies
        while (left.Find(m => !left.Exists(above => above.Parent == m.Uuid)) is { } top)
        {
            await _vbox.Run(_vbox.Command("closemedium", "disk", $"{top.Uuid}"));
            left.Remove(top);
        }
    }
}
