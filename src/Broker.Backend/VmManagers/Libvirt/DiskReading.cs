using System.Xml.Linq;
using Broker.Core.Devices;

namespace Broker.Backend.VmManagers.Libvirt;

/// <summary>The disks and CD drives of a definition of libvirt's, in Broker's words.</summary>
/// <param name="library">The library folder, from which CDs are read.</param>
/// <param name="obstacles">Is told why a domain with them can't be adopted.</param>
/// <param name="changes">Is told what would be otherwise.</param>
internal sealed class DiskReading(string library, List<string> obstacles, List<string> changes)
{
    private const int MostBelow = 64;

    /// <summary>Reads them: the disk that the domain boots from first.</summary>
    public (IReadOnlyList<FoundDisk> Disks, IReadOnlyList<CdSpec> Cds, IReadOnlyList<DeviceOptions> Hardware) Read(IEnumerable<XElement> elements)
    {
        var (disks, cds, hardware) = (new List<FoundDisk>(), new List<CdSpec>(), new List<DeviceOptions>());
        foreach (var element in elements.OrderBy(e => (int?)e.Element("boot")?.Attribute("order") ?? int.MaxValue))
        {
            var name = Word(element.Element("target"), "dev") ?? "";
            switch (Word(element, "device") ?? "disk")
            {
                case "disk" when Word(element, "type") == "file" && Word(element.Element("source"), "file") is { } path:
                    var target = $"vd{(char)('a' + disks.Count)}";
                    disks.Add(Disk(element, name, target, path));
                    if (Options(element, name, target) is var chosen && chosen.Count() > 1) hardware.Add(chosen);
                    break;
                case "cdrom":
                    cds.Add(Cd(element, $"hd{(char)('a' + cds.Count)}"));
                    break;
                case "floppy":
                    changes.Add($"Its floppy drive {name} is given up.");
                    break;
                case var device:
                    obstacles.Add(device == "disk" ? $"Its disk {name} is no file, but of the kind {Word(element, "type")}." : $"It has a drive for which Broker has no words: {name} ({device}).");
                    break;
            }
        }

        if (disks.Count == 0) obstacles.Add("It has no disk.");
        if (disks.Count > 26 || cds.Count > 6) obstacles.Add("It has more drives than machines of Broker can have.");
        return (disks, cds, hardware);
    }

    private FoundDisk Disk(XElement element, string name, string target, string path)
    {
        foreach (var more in element.Elements().Concat(element.Elements("source").Elements()).Select(e => e.Name.LocalName).Distinct())
        {
            switch (more)
            {
                case "driver" or "source" or "target" or "backingStore" or "boot" or "address" or "alias" or "seclabel":
                    break;
                case "serial" or "wwn" or "vendor" or "product" or "iotune" or "blockio" or "geometry":
                    changes.Add($"Of its disk {name} the setting {more} is given up.");
                    break;
                default:
                    obstacles.Add($"Of its disk {name} the definition says {more}, for which Broker has no words.");
                    break;
            }
        }

        var format = Word(element.Element("driver"), "type") ?? "raw";
        try
        {
            var below = Below(path, format);
            return new(target, path, format, below, CapacityOf(path, format));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or VmException)
        {
            var problem = e is FileNotFoundException or DirectoryNotFoundException ? $"The file of its disk {name} is missing: {path}." : $"The file of its disk {name} can't be read: {e.Message}";
            obstacles.Add(problem);
            return new(target, path, format, [], null, problem);
        }
    }

    private DeviceOptions Options(XElement element, string name, string target)
    {
        var chosen = DeviceOptions.None.With("target", target);
        var bus = Word(element.Element("target"), "bus");
        if (bus is "sata" or "scsi" or "usb") chosen = chosen.With("bus", bus);
        else if (bus != "virtio")
        {
            chosen = chosen.With("bus", "sata");
            changes.Add($"Its disk {name} is connected by SATA, not by {bus}.");
        }

        var driver = element.Element("driver");
        var (cache, io) = (Word(driver, "cache") ?? "default", Word(driver, "io") ?? "threads");
        if (cache is "none" or "directsync" or "writethrough") chosen = chosen.With("cache", cache);
        else if (cache is not ("default" or "writeback")) changes.Add($"Its disk {name} has the cache writeback, not {cache}.");
        if (io == "native" && cache is "none" or "directsync") chosen = chosen.With("io", io);
        else if (io != "threads") changes.Add($"Its disk {name} is read and written with threads, not {io}.");
        foreach (var more in (driver?.Attributes() ?? []).Select(a => a.Name.LocalName).Except(["name", "type", "cache", "io", "discard", "detect_zeroes"]))
            changes.Add($"Of its disk {name} the setting {more} is given up.");
        return chosen;
    }

    private CdSpec Cd(XElement element, string target)
    {
        var source = element.Element("source");
        var path = Word(source, "file");
        if (path is not null && Path.GetDirectoryName(path) == Path.TrimEndingDirectorySeparator(Path.GetFullPath(library))) return new(target, Path.GetFileName(path));
        if (source is not null) changes.Add($"Its CD drive is empty: {path ?? Word(source, "dev") ?? "what is in it"} is not in the library.");
        return new(target, null);
    }

    // What the definition calls raw is never looked into: its guest could have written anything there.
    private static List<string> Below(string path, string format)
    {
        var below = new List<string>();
        for (var image = path; format == "qcow2" && Qcow2Overlay.BackingOf(image) is { } name;)
        {
            if (name.Contains(':', StringComparison.Ordinal)) throw new VmException($"{image} lies on what is no plain file: {name}.");
            image = Path.GetFullPath(name, Path.GetDirectoryName(image)!);
            if (below.Count == MostBelow) throw new VmException($"{path} lies on more than {MostBelow} others.");
            using var file = File.OpenHandle(image);
            if (Qcow2Overlay.ReadHeader(FilePart.Whole(file)) is not { Format: "qcow2" }) throw new VmException($"{image}, on which {path} lies, is no qcow2.");
            below.Add(image);
        }

        return below;
    }

    private static long CapacityOf(string path, string format)
    {
        using var file = File.OpenHandle(path);
        var whole = FilePart.Whole(file);
        if (format == "raw") return whole.Length;
        if (format != "qcow2") throw new VmException($"It is of the format {format}. Make it a qcow2 with qemu-img convert.");
        var header = Qcow2Overlay.ReadHeader(whole);
        return header is { Format: "qcow2", Problem: null } ? header.CapacityBytes : throw new VmException(header.Problem ?? "It is no qcow2.");
    }

    private static string? Word(XElement? element, string attribute) => (string?)element?.Attribute(attribute);
}
