using VirtualBox.Simulator.Media;
using VirtualBox.Simulator.Server;

namespace VirtualBox.Simulator.Commands;

/// <summary><c>VBoxManage snapshot</c></summary>
internal static class SnapshotCommands
{
    public static void Run(Call call, VirtualBoxHome home)
    {
        var machine = home.Accessible(call.Next("the machine's name"));
        var word = call.Next("a subcommand");
        switch (word)
        {
            case "take": Take(call, home, machine); break;
            case "list": List(call, machine); break;
            case "restore":
                {
                    var snapshot = machine.FindSnapshot(call.Next("the snapshot"));
                    call.Say($"Restoring snapshot '{snapshot.Name}' ({snapshot.Id})");
                    Restore(call, home, machine, snapshot);
                    break;
                }
            case "restorecurrent":
                Restore(call, home, machine,
                    machine.FindSnapshot($"{machine.CurrentSnapshot ?? throw new Failure("This machine does not have any snapshots")}"));
                break;
            case "delete":
                {
                    var snapshot = machine.FindSnapshot(call.Next("the snapshot"));
                    call.Say($"Deleting snapshot '{snapshot.Name}' ({snapshot.Id})");
                    Delete(call, home, machine, snapshot);
                    break;
                }
            default: throw Failure.Usage($"Invalid parameter '{word}'");
        }
    }

    /// <summary>The lines of <c>showvminfo --machinereadable</c>; a child's have its place in the tree behind the key.</summary>
    public static void ForPrograms(Call call, Machine machine)
    {
        Walk(machine.FirstSnapshot!, "");

        void Walk(Snapshot snapshot, string place)
        {
            call.Say($"SnapshotName{place}=\"{snapshot.Name}\"");
            call.Say($"SnapshotUUID{place}=\"{snapshot.Id}\"");
            if (snapshot.Description.Length > 0) call.Say($"SnapshotDescription{place}=\"{snapshot.Description}\"");
            if (snapshot.Id == machine.CurrentSnapshot)
            {
                call.Say($"CurrentSnapshotName=\"{snapshot.Name}\"");
                call.Say($"CurrentSnapshotUUID=\"{snapshot.Id}\"");
                call.Say($"CurrentSnapshotNode=\"SnapshotName{place}\"");
            }
            for (var child = 0; child < snapshot.Children.Count; child++) Walk(snapshot.Children[child], $"{place}-{child + 1}");
        }
    }

    private static void Take(Call call, VirtualBoxHome home, Machine machine)
    {
        // whatever it looks like
        var name = call.NextOrNull() ?? throw Failure.Usage("Missing snapshot name");
        var (description, isLive) = ("", false);
        foreach (var (option, value) in call.Options("live"))
        {
            if (option == "live") isLive = true;
            else if (option == "description") description = value!;
            else if (option is "uniquename") continue;
            else throw Failure.Usage($"Unknown option: --{option}");
        }
        if (isLive && machine.State != "running")
            throw new Failure("Cannot take a live snapshot of a virtual machine unless it is running.", Code.VBOX_E_INVALID_VM_STATE);
        var snapshot = new Snapshot(Guid.NewGuid(), name, TimeProvider.System.GetUtcNow(), machine.Hardware.Copy()) { Description = description };
        call.WithProgress(() =>
        {
            snapshot.StateFile = machine.Guest?.Save() ?? machine.StateFile;
            foreach (var drive in machine.Hardware.Disks)
            {
                var medium = home.Media.ById(drive.Medium!.Value);
                if (medium.Type is "writethrough" or "shareable" or "readonly") continue;
                drive.Medium = home.Media.AddDifference(medium, machine).Id;
            }
            if (machine.CurrentSnapshot is { } current) machine.FindSnapshot($"{current}").Children.Add(snapshot);
            else machine.FirstSnapshot = snapshot;
            machine.CurrentSnapshot = snapshot.Id;
        }, "Failed to take snapshot");
        home.SaveAll();
        call.Say($"Snapshot taken. UUID: {snapshot.Id}");
    }

    private static void List(Call call, Machine machine)
    {
        var forPrograms = call.Options("machinereadable", "details").Any(o => o.Name == "machinereadable");
        if (machine.FirstSnapshot is not { } first)
        {
            call.Say("This machine does not have any snapshots");
            call.ExitCode = 1;
            return;
        }
        if (forPrograms) ForPrograms(call, machine);
        else Walk(first, "   ");

        void Walk(Snapshot snapshot, string indent)
        {
            call.Say($"{indent}Name: {snapshot.Name} (UUID: {snapshot.Id}){(snapshot.Id == machine.CurrentSnapshot ? " *" : "")}");
            if (snapshot.Description.Length > 0) call.Say($"{indent}Description: {snapshot.Description}");
            foreach (var child in snapshot.Children) Walk(child, $"{indent}   ");
        }
    }

    private static void Restore(Call call, VirtualBoxHome home, Machine machine, Snapshot snapshot)
    {
        if (machine.IsOnline)
            throw new Failure($"Cannot delete the current state of the running machine (machine state: {machine.StateText})", Code.VBOX_E_INVALID_VM_STATE);
        home.Lock($"{machine.Id}");
        call.WithProgress(() =>
        {
            foreach (var drive in machine.Hardware.Disks) DropIfUnused(home, drive.Medium!.Value, except: machine);
            var lost = machine.StateFile;
            machine.Hardware = snapshot.Hardware.Copy();
            foreach (var drive in machine.Hardware.Disks)
            {
                var medium = home.Media.ById(drive.Medium!.Value);
                if (medium.Type is not ("writethrough" or "shareable" or "readonly")) drive.Medium = home.Media.AddDifference(medium, machine).Id;
            }
            machine.CurrentSnapshot = snapshot.Id;
            machine.StateFile = snapshot.StateFile;
            machine.Become(machine.StateFile is null ? "poweroff" : "saved");
            if (lost is not null && !machine.Snapshots.Any(s => s.StateFile == lost)) File.Delete(lost);
        }, "Snapshot operation failed");
        home.SaveAll();
    }

    /// <summary>Deletes a difference that only the present state had.</summary>
    private static void DropIfUnused(VirtualBoxHome home, Guid id, Machine except)
    {
        var medium = home.Media.ById(id);
        if (medium.Parent is null || medium.Children.Count > 0) return;
        if (home.Media.UsersOf(medium).Any(u => u.Machine != except || u.Snapshots.Count > 0)) return;
        home.Media.Remove(medium);
        File.Delete(medium.Location);
    }

    private static void Delete(Call call, VirtualBoxHome home, Machine machine, Snapshot snapshot)
    {
        if (snapshot.Children.Count > 1)
            throw new Failure($"Snapshot '{snapshot.Name}' of the machine '{machine.Name}' cannot be deleted, because it has " +
                $"{snapshot.Children.Count} child snapshots, which is more than the one snapshot allowed for deletion", Code.VBOX_E_INVALID_OBJECT_STATE);
        if (snapshot.Id == machine.CurrentSnapshot && snapshot.Children.Count > 0)
            throw new Failure($"Snapshot '{snapshot.Name}' of the machine '{machine.Name}' cannot be deleted, " +
                "because it is the current snapshot and has one child snapshot",
                Code.VBOX_E_INVALID_OBJECT_STATE);
        var media = snapshot.Hardware.Disks.Select(d => home.Media.ById(d.Medium!.Value)).Where(m => m.Type is not ("writethrough" or "shareable")).ToArray();
        call.WithProgress(() =>
        {
            foreach (var medium in media.Where(m => m.Children.Count > 1))
                throw new Failure($"Hard disk '{medium.Location}' has more than one child hard disk ({medium.Children.Count})", Code.NS_ERROR_FAILURE);
            foreach (var medium in media) Merge(home, medium, snapshot);
            var parent = machine.Snapshots.FirstOrDefault(s => s.Children.Contains(snapshot));
            if (parent is not null)
            {
                parent.Children.Remove(snapshot);
                parent.Children.AddRange(snapshot.Children);
            }
            else
            {
                machine.FirstSnapshot = snapshot.Children.FirstOrDefault();
            }
            if (machine.CurrentSnapshot == snapshot.Id) machine.CurrentSnapshot = parent?.Id;
            if (snapshot.StateFile is { } state && state != machine.StateFile && !machine.Snapshots.Any(s => s.StateFile == state)) File.Delete(state);
        }, "Snapshot operation failed");
        home.SaveAll();
    }

    /// <summary>A snapshot's disk and the one difference over it become one; a base swallows it, a difference goes into it.</summary>
    private static void Merge(VirtualBoxHome home, Medium medium, Snapshot snapshot)
    {
        if (medium.Children.Count == 0)
        {
            var isNeeded = home.Media.UsersOf(medium).Any(u => u.IsCurrent || u.Snapshots.Any(s => s != snapshot));
            if (medium.Parent is null || isNeeded) return;
            home.Media.Remove(medium);
            File.Delete(medium.Location);
            return;
        }
        var child = medium.Children[0];
        if (medium.Parent is { } parent)
        {
            medium.MergeInto(child, isNewer: false);
            using (var image = new Vdi(child.Location, FileAccess.ReadWrite)) image.SetParent(parent.Id);
            home.Media.Remove(medium);
            medium.Children.Clear();
            home.Media.Add(child, parent);
            File.Delete(medium.Location);
            return;
        }
        child.MergeInto(medium, isNewer: true);
        foreach (var drive in home.Machines.SelectMany(m => m.Snapshots.Select(s => s.Hardware).Append(m.Hardware)).SelectMany(h => h.Drives))
            if (drive.Drive.Medium == child.Id) drive.Drive.Medium = medium.Id;
        medium.Children.Clear();
        foreach (var grandchild in child.Children)
        {
            using (var image = new Vdi(grandchild.Location, FileAccess.ReadWrite)) image.SetParent(medium.Id);
            home.Media.Add(grandchild, medium);
        }
        File.Delete(child.Location);
    }
}
