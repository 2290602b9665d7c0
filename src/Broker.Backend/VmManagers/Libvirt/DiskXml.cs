using System.Globalization;
using System.Xml.Linq;
using Broker.Core.Devices;
using Libvirt;

namespace Broker.Backend.VmManagers.Libvirt;

/// <summary>Disks of a domain in libvirt's words.</summary>
internal static class DiskXml
{
    // what fits on the buses on which libvirt counts places
    private const int Places = 6;

    /// <summary>The disks, with the controller that those on SCSI need.</summary>
    public static IEnumerable<XElement> Disks(DomainSpec spec)
    {
        var chosen = DomainXml.All(spec, DeviceKind.Disk).ToDictionary(d => d["target"]!);
        var buses = spec.Disks.ToDictionary(d => d.Target, d => chosen.GetValueOrDefault(d.Target)?["bus"] is { } bus and not "usual" ? bus : Usual(d.Target));
        // A place follows from a disk's name; one that was moved to another bus gets a free one there.
        var taken = spec.Disks.Select(d => d.Target).Where(t => buses[t] == Usual(t)).Concat(spec.Cds.Select(c => c.Target)).Select(t => (Usual(t), t[^1] - 'a')).ToHashSet();
        foreach (var disk in spec.Disks)
        {
            var (bus, options) = (buses[disk.Target], chosen.GetValueOrDefault(disk.Target));
            yield return Describe(disk, options, bus, bus != Usual(disk.Target) && bus is "sata" or "scsi" ? [Address(Free(bus, disk.Target))] : []);
        }

        // systems without its driver are older than those without one for what libvirt would take
        if (buses.ContainsValue("scsi")) yield return new("controller", new XAttribute("type", "scsi"), new XAttribute("index", 0), new XAttribute("model", "virtio-scsi"));

        int Free(string bus, string target)
        {
            for (var place = 0; place < Places; place++)
                if (taken.Add((bus, place))) return place;
            throw new VmException(string.Create(CultureInfo.InvariantCulture, $"{target} can't be connected by {bus}: all {Places} places there are taken."));
        }
    }

    /// <summary>A disk that is plugged in while the domain runs: as it is usual.</summary>
    public static XElement Plugged(DiskSpec disk) => Describe(disk, null, Usual(disk.Target), []);

    /// <summary>A drive with a CD, or an empty one.</summary>
    /// <param name="cd">The drive.</param>
    /// <param name="pathOfCd">Where the image of a CD lies.</param>
    public static XElement Cd(CdSpec cd, Func<string, string> pathOfCd) => new("disk",
        new XAttribute("type", "file"),
        new XAttribute("device", "cdrom"),
        new XElement("driver", new XAttribute("name", "qemu"), new XAttribute("type", "raw")),
        // several machines read one image, which stays whose it is
        cd.File == null ? null : new XElement("source", new XAttribute("file", pathOfCd(cd.File)),
            new XElement("seclabel", new XAttribute("model", "dac"), new XAttribute("relabel", "no"))),
        new XElement("target", new XAttribute("dev", cd.Target), new XAttribute("bus", Usual(cd.Target))),
        new XElement("readonly"));

    private static XElement Describe(DiskSpec disk, DeviceOptions? options, string bus, IReadOnlyList<XElement> more)
    {
        var description = new DiskDescription
        {
            Format = disk.Format,
            // writeback loses nothing that the guest flushed, and lets all clones read their base from the host's memory
            Cache = options?["cache"] ?? "writeback",
            Discard = "unmap",
            Source = disk.Path,
            // the whole chain, so that libvirt looks into no image to find out
            Backing = disk.Backing,
            Target = disk.Target,
            Bus = bus,
            More = [.. more],
        }.ToXml();
        if (options?["io"] is { } io and not "threads") description.Element("driver")!.Add(new XAttribute("io", io));
        return description;
    }

    private static XElement Address(int unit) => new("address", new XAttribute("type", "drive"), new XAttribute("controller", 0), new XAttribute("bus", 0),
        new XAttribute("target", 0), new XAttribute("unit", unit));

    private static string Usual(string target) => target[..2] switch
    {
        "vd" => "virtio",
        "sd" => "scsi",
        "hd" => "sata",
        _ => throw new VmException(string.Create(CultureInfo.InvariantCulture, $"'{target}' is no name of a disk: vda, sda or hda were expected.")),
    };
}
