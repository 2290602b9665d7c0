using VirtualBox;

namespace Broker.Backend.VmManagers.VirtualBox;

/// <summary>A domain in VirtualBox's words.</summary>
internal sealed class MachineDefinition(VBoxManage vbox, MachineFolders folders, VdiDisks disks)
{
    private const string Controller = "SATA";
    private const string MarkKey = "Broker/Domain";

    // Hardware for which every system has drivers: what is imported comes from other hypervisors. VGA shows a picture from the firmware on. A tablet keeps
    // the viewer's pointer and the guest's together, and the controller that it needs is in VirtualBox itself.
    private static readonly MachineSettings Hardware = new()
    {
        VideoMemoryMiB = 16,
        Graphics = GraphicsController.VBoxVga,
        Mouse = PointingDevice.UsbTablet,
        TurnOn = MachineSwitches.Acpi | MachineSwitches.IoApic | MachineSwitches.RtcUseUtc,
        BootOrder = [BootDevice.Disk],
    };

    /// <summary>Makes the machine, or changes what differs.</summary>
    /// <returns>What it is now.</returns>
    public async Task<MachineReport> Define(DomainSpec spec)
    {
        var machine = new Machine(vbox, spec.Id);
        var report = await Find(machine);
        if (report is null)
        {
            await CheckNameIsFree(spec);
            await Create(spec);
            // Says that it is ours, to whoever looks at the host.
            await machine.SetExtra(MarkKey, $"{spec.Id}");
            report = await machine.Read();
        }
        var notes = MachineNotes.Read(folders.Of(spec.Id)) ?? new(spec.DisplaySocket, null, false, []);
        (notes with { DisplaySocket = spec.DisplaySocket }).Write(folders.Of(spec.Id));

        var hasChanged = report.Name != spec.Name;
        if (hasChanged) await Rename(machine, report, spec);
        // One that is on or saved keeps its hardware. Each start defines it anew.
        if (Lifecycle.Read(report.State).Power is Power.Off) hasChanged |= await Bring(machine, report, spec) | await BringDisks(machine, report, spec);
        return hasChanged ? await machine.Read() : report;
    }

    private static async Task<MachineReport?> Find(Machine machine)
    {
        try
        {
            return await machine.Read();
        }
        catch (MachineNotFoundException)
        {
            return null;
        }
    }

    private async Task Create(DomainSpec spec)
    {
        var machine = new NewMachine(spec.Name) { Uuid = spec.Id, OSType = "Linux26_64", BaseFolder = folders.Of(spec.Id) };
        try
        {
            await Machine.Create(vbox, machine);
        }
        catch (MachineExistsException)
        {
            // no machine of ours is there, so it is what was left when this was killed
            folders.DeleteHalfMade(spec.Id);
            await Machine.Create(vbox, machine);
        }
    }

    private async Task Rename(Machine machine, MachineReport report, DomainSpec spec)
    {
        if (Lifecycle.Read(report.State).Power is Power.Running or Power.Paused)
            throw new VmException($"{report.Name} can't be renamed to {spec.Name} while it runs. Shut it down first.");
        await CheckNameIsFree(spec);
        await machine.Modify(new() { Name = spec.Name });
    }

    private async Task CheckNameIsFree(DomainSpec spec)
    {
        try
        {
            await vbox.Run(vbox.Command("showvminfo", "--machinereadable", "--", spec.Name));
        }
        catch (MachineNotFoundException)
        {
            return;
        }
        throw new VmException($"The name {spec.Name} belongs to another machine of this VirtualBox. Rename one of them.");
    }

    private static async Task<bool> Bring(Machine machine, MachineReport report, DomainSpec spec)
    {
        var memory = (int)((spec.MemoryKib + 1023) / 1024);
        var isSame = report.MemoryMiB == memory && report.Cpus == spec.Vcpus && report.VideoMemoryMiB == Hardware.VideoMemoryMiB
            && report.Graphics == Hardware.Graphics && report.Mouse == Hardware.Mouse && report.Switches.HasFlag(Hardware.TurnOn)
            && report.BootOrder is [BootDevice.Disk, BootDevice.None, ..];
        if (!isSame) await machine.Modify(Hardware with { MemoryMiB = memory, Cpus = spec.Vcpus });

        // Behind address translation of its own: guests don't reach each other, and the world reaches the ports that are forwarded.
        var nic = new Nic(NicNetwork.Nat) { Hardware = NicHardware.I82540EM, Mac = spec.Mac.Replace(":", "", StringComparison.Ordinal).ToUpperInvariant() };
        if (report.Nics.GetValueOrDefault(1) == nic) return !isSame;
        await machine.SetNic(1, nic);
        return true;
    }

    private async Task<bool> BringDisks(Machine machine, MachineReport report, DomainSpec spec)
    {
        // Its disks lie below differences, which hold all that was written since: without those it would be back where the snapshot was taken.
        if (report.CurrentSnapshot is not null) return false;

        // What is frozen belongs to its clones: no machine may have it.
        DiskSpec[] wanted = [.. spec.Disks.Where(d => !VdiDisks.IsFrozen(d.Path))];
        (int Port, string? Path)[] there = [.. report.Attachments.Where(a => a.Controller == Controller).Select(a => (a.Port, a.Location)).Order()];
        if (there.SequenceEqual(wanted.Select((disk, port) => (port, (string?)disk.Path))) && there.Length == report.Attachments.Count) return false;

        if (report.Controllers.All(c => c.Name != Controller)) await machine.AddController(new(Controller, StorageBus.Sata) { Ports = wanted.Length });
        foreach (var place in report.Attachments.Where(a => a.Controller != Controller || a.Port >= wanted.Length || wanted[a.Port].Path != a.Location))
            await machine.Detach(place.Controller, place.Port, place.Device);
        for (var port = 0; port < wanted.Length; port++)
            if (!there.Contains((port, wanted[port].Path))) await disks.Attach(machine, Controller, port, wanted[port]);
        return true;
    }
}
