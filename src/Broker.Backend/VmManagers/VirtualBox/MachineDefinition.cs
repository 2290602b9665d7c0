using System.Globalization;
using Broker.Core.Devices;
using Broker.Core.Nodes;
using VirtualBox;

namespace Broker.Backend.VmManagers.VirtualBox;

/// <summary>A domain in VirtualBox's words.</summary>
internal sealed class MachineDefinition(VBoxManage vbox, MachineFolders folders, VdiDisks disks)
{
    private const string Controller = "SATA";
    private const string MarkKey = "Broker/Domain";
    private const string HostNameKey = "VBoxInternal/Devices/pcbios/0/Config/DmiOEMVBoxVer";

    private const int MostNics = 8;

    // A tablet keeps the viewer's pointer and the guest's together, and the controller that it needs is in VirtualBox itself.
    private static readonly MachineSettings Fixed = new()
    {
        Mouse = PointingDevice.UsbTablet,
        TurnOn = MachineSwitches.Acpi | MachineSwitches.IoApic | MachineSwitches.RtcUseUtc,
        // what is not installed yet begins from the CD
        BootOrder = [BootDevice.Disk, BootDevice.Dvd],
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
            await TellHostName(machine, spec);
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
        await TellHostName(machine, spec);
    }

    // one of the two texts that its firmware has for the guest (dmidecode -t 11)
    private static Task TellHostName(Machine machine, DomainSpec spec) => machine.SetExtra(HostNameKey, $"string:hostname={spec.HostName}");

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
        var (features, video) = (All(spec, DeviceKind.Features)[0], All(spec, DeviceKind.Video)[0]);
        var wanted = Fixed with
        {
            MemoryMiB = (int)((spec.MemoryKib + 1023) / 1024),
            Cpus = spec.Vcpus,
            Graphics = Enum.Parse<GraphicsController>(video["model"]!, ignoreCase: true),
            VideoMemoryMiB = int.Parse(video["memory_mib"]!, CultureInfo.InvariantCulture),
            TurnOn = Fixed.TurnOn | (features["hpet"] == "on" ? MachineSwitches.Hpet : MachineSwitches.None),
            TurnOff = features["hpet"] == "on" ? MachineSwitches.None : MachineSwitches.Hpet,
        };
        var isSame = report.MemoryMiB == wanted.MemoryMiB && report.Cpus == wanted.Cpus && report.VideoMemoryMiB == wanted.VideoMemoryMiB
            && report.Graphics == wanted.Graphics && report.Mouse == wanted.Mouse && report.Switches.HasFlag(wanted.TurnOn) && (report.Switches & wanted.TurnOff) == MachineSwitches.None
            && report.BootOrder is [BootDevice.Disk, BootDevice.Dvd, BootDevice.None, ..];
        if (!isSame) await machine.Modify(wanted);
        return !isSame | await BringNics(machine, report, spec) | await BringFolders(machine, report, spec);
    }

    private static async Task<bool> BringNics(Machine machine, MachineReport report, DomainSpec spec)
    {
        // Each behind address translation of its own: guests don't reach each other, and the world reaches the ports that are forwarded.
        List<Nic> nics = [.. All(spec, DeviceKind.Network).Select(card => new Nic(NicNetwork.Nat)
        {
            Hardware = Enum.GetValues<NicHardware>().First(h => h.ToString().EndsWith(card["model"]!, StringComparison.OrdinalIgnoreCase)),
            Mac = (card["mac"] ?? spec.Mac).Replace(":", "", StringComparison.Ordinal).ToUpperInvariant(),
        })];
        var hasChanged = false;
        for (var number = 1; number <= MostNics; number++)
        {
            var nic = nics.ElementAtOrDefault(number - 1);
            if (report.Nics.GetValueOrDefault(number) == nic) continue;
            await machine.SetNic(number, nic ?? new Nic(NicNetwork.None));
            hasChanged = true;
        }

        return hasChanged;
    }

    private static async Task<bool> BringFolders(Machine machine, MachineReport report, DomainSpec spec)
    {
        List<SharedFolder> folders = [.. SharedFolders.Of(spec, VmManagerKind.Virtualbox).Select(folder => new SharedFolder(folder.Target, folder.Source) { AutoMount = true })];
        List<SharedFolder> old = [.. report.SharedFolders.Where(there => !folders.Exists(f => IsSame(f, there)))];
        List<SharedFolder> fresh = [.. folders.Where(f => !report.SharedFolders.Any(there => IsSame(f, there)))];
        foreach (var folder in old) await machine.RemoveSharedFolder(folder.Name);
        foreach (var folder in fresh) await machine.AddSharedFolder(folder);
        return old.Count + fresh.Count > 0;

        // reports don't tell the rest
        static bool IsSame(SharedFolder a, SharedFolder b) => (a.Name, a.HostPath) == (b.Name, b.HostPath);
    }

    private static IReadOnlyList<DeviceOptions> All(DomainSpec spec, DeviceKind kind) => Drivers.Of(VmManagerKind.Virtualbox).Devices(kind, spec.Hardware);

    private async Task<bool> BringDisks(Machine machine, MachineReport report, DomainSpec spec)
    {
        // What is frozen belongs to its clones: no machine may have it.
        DiskSpec[] hardDisks = [.. spec.Disks.Where(d => !VdiDisks.IsFrozen(d.Path))];
        // CD drives are behind the disks
        (string? Path, DiskSpec? Disk)[] wanted = [.. hardDisks.Select(d => ((string?)d.Path, (DiskSpec?)d)), .. spec.Cds.Select(c => (PathOfCd(c), (DiskSpec?)null))];
        // Of a machine with snapshots a disk may lie below a difference, which holds all that was written since: without that it would be back where the snapshot was taken.
        Attachment[] attached = [.. report.Attachments.Select(a => a.Controller == Controller && IsOver(a, wanted) ? a with { Location = wanted[a.Port].Path } : a)];
        (int Port, string? Path)[] there = [.. attached.Where(a => a.Controller == Controller).Select(a => (a.Port, a.Location)).Order()];
        if (there.SequenceEqual(wanted.Select((drive, port) => (port, drive.Path))) && there.Length == attached.Length) return false;

        // before the first is taken away: the content of one that is missing may be in a difference that lies in its place
        foreach (var disk in hardDisks) PoolFiles.CheckExists(disk.Path);
        if (report.Controllers.All(c => c.Name != Controller)) await machine.AddController(new(Controller, StorageBus.Sata) { Ports = wanted.Length });
        foreach (var place in attached.Where(a => a.Controller != Controller || a.Port >= wanted.Length || wanted[a.Port].Path != a.Location))
            await machine.Detach(place.Controller, place.Port, place.Device);
        for (var port = 0; port < wanted.Length; port++)
        {
            if (there.Contains((port, wanted[port].Path))) continue;
            if (wanted[port].Disk is { } disk) await disks.Attach(machine, Controller, port, disk);
            else await machine.Attach(Controller, port, 0, Drive.Dvd, wanted[port].Path);
        }
        return true;

        bool IsOver(Attachment place, (string? Path, DiskSpec? Disk)[] wanted) => report.CurrentSnapshot is not null
            && place.Port < wanted.Length && wanted[place.Port].Disk is not null && place.Location is { } path && !disks.IsOfPool(path);
    }

    private string? PathOfCd(CdSpec cd) => cd.File is not { } file ? null
        : disks.FindCd(file) ?? throw new VmException($"The library folder has no image of a CD '{file}'. Copy it there, or take the CD out with change_cd.");
}
