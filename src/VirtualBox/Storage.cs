using System.Globalization;

namespace VirtualBox;

/// <summary>The bus of a storage controller.</summary>
public enum StorageBus
{
    /// <summary>IDE, two ports of two devices.</summary>
    Ide,

    /// <summary>SATA, up to 30 ports.</summary>
    Sata,

    /// <summary>SCSI, 16 ports.</summary>
    Scsi,

    /// <summary>SAS.</summary>
    Sas,

    /// <summary>Floppy disks.</summary>
    Floppy,

    /// <summary>USB.</summary>
    Usb,

    /// <summary>NVMe.</summary>
    Pcie,

    /// <summary>Paravirtual SCSI.</summary>
    Virtio,
}

/// <summary>A storage controller of a machine.</summary>
/// <param name="Name">Its name, one per machine.</param>
/// <param name="Bus">Its bus.</param>
public sealed record StorageController(string Name, StorageBus Bus)
{
    /// <summary>How many ports it has; null for VirtualBox's choice.</summary>
    public int? Ports { get; init; }

    /// <summary>Whether the machine may boot from it.</summary>
    public bool Bootable { get; init; } = true;

    /// <summary>Whether the host caches its disks; null for VirtualBox's choice. Not in reports.</summary>
    public bool? HostIOCache { get; init; }

    private static readonly Dictionary<string, StorageBus> chips = new(StringComparer.Ordinal)
    {
        ["PIIX3"] = StorageBus.Ide,
        ["PIIX4"] = StorageBus.Ide,
        ["ICH6"] = StorageBus.Ide,
        ["IntelAhci"] = StorageBus.Sata,
        ["LsiLogic"] = StorageBus.Scsi,
        ["BusLogic"] = StorageBus.Scsi,
        ["LsiLogicSas"] = StorageBus.Sas,
        ["I82078"] = StorageBus.Floppy,
        ["USB"] = StorageBus.Usb,
        ["NVMe"] = StorageBus.Pcie,
        ["VirtioSCSI"] = StorageBus.Virtio,
    };

    /// <summary>The options of <c>storagectl</c>.</summary>
    internal IEnumerable<string> Arguments()
    {
        string[] arguments = ["--name", Names.Text(Name, "A controller's name"), "--add", MachineSettings.Word(Bus), "--bootable", Bootable ? "on" : "off"];
        string[] ports = Ports is null ? [] : ["--portcount", $"{Ports}"];
        string[] cache = HostIOCache is null ? [] : ["--hostiocache", HostIOCache.Value ? "on" : "off"];
        return [.. arguments, .. ports, .. cache];
    }

    internal static List<StorageController> Read(MachineReadable report)
    {
        var controllers = new List<StorageController>();
        for (var i = 0; report[$"storagecontrollername{i}"] is { } name; i++)
        {
            // A chip this library does not know is one of a later VirtualBox; most are of the SCSI family.
            var bus = chips.GetValueOrDefault(report[$"storagecontrollertype{i}"] ?? "", StorageBus.Scsi);
            var hasPorts = int.TryParse(report[$"storagecontrollerportcount{i}"], NumberStyles.None, CultureInfo.InvariantCulture, out var ports);
            controllers.Add(new(name, bus) { Ports = hasPorts ? ports : null, Bootable = report.IsOn($"storagecontrollerbootable{i}") });
        }
        return controllers;
    }
}

/// <summary>What can be put into a controller.</summary>
public enum Drive
{
    /// <summary>A hard disk.</summary>
    HardDisk,

    /// <summary>A CD or DVD drive.</summary>
    Dvd,

    /// <summary>A floppy drive.</summary>
    Floppy,
}

/// <summary>A drive in a controller, with or without a medium.</summary>
/// <param name="Controller">The controller's name.</param>
/// <param name="Port">Its port, from 0.</param>
/// <param name="Device">The place at that port, from 0: IDE has two, others one.</param>
/// <param name="Location">The medium's path; null for an empty drive.</param>
/// <param name="Medium">The medium's UUID; null for an empty drive or a drive of the host.</param>
public sealed record Attachment(string Controller, int Port, int Device, string? Location, Guid? Medium)
{
    internal static List<Attachment> Read(MachineReadable report, IReadOnlyList<StorageController> controllers)
    {
        var attachments = new List<Attachment>();
        foreach (var (key, value) in report.Entries)
        {
            // "SATA-3-0": what follows the name must be two numbers, for there may be a controller "SATA-3" too.
            var port = 0;
            var device = 0;
            if (value == "none" || controllers.FirstOrDefault(c => IsPlace(key, c.Name, out port, out device)) is not { } controller) continue;
            var medium = Guid.TryParse(report[$"{controller.Name}-ImageUUID-{port}-{device}"], out var uuid) ? uuid : (Guid?)null;
            attachments.Add(new(controller.Name, port, device, value == "emptydrive" ? null : value, medium));
        }
        return attachments;

        static bool IsPlace(string key, string controller, out int port, out int device)
        {
            port = device = 0;
            if (!key.StartsWith($"{controller}-", StringComparison.Ordinal)) return false;
            var place = key[(controller.Length + 1)..].Split('-');
            return place.Length == 2 && Number(place[0], out port) && Number(place[1], out device);
        }

        static bool Number(string text, out int number) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number);
    }
}
