using System.Globalization;
using System.Xml.Linq;

namespace Broker.Backend.VmManagers.Libvirt;

/// <summary>A domain in libvirt's words.</summary>
internal static class DomainXml
{
    /// <summary>The network of libvirt that guests are on.</summary>
    public const string Network = "default";

    private static readonly XNamespace Broker = "urn:broker:domain:1";

    /// <summary>Writes the definition.</summary>
    /// <param name="spec">The domain.</param>
    /// <param name="virtType"><c>kvm</c> or <c>qemu</c>.</param>
    public static string Write(DomainSpec spec, string virtType) => new XElement("domain",
        new XAttribute("type", virtType),
        new XElement("name", spec.Name),
        new XElement("uuid", spec.Id.ToString("D")),
        // Says that it is ours, to whoever looks at the host.
        new XElement("metadata", new XElement(Broker + "domain", new XAttribute(XNamespace.Xmlns + "broker", Broker.NamespaceName), new XAttribute("id", spec.Id.ToString("D")))),
        new XElement("memory", new XAttribute("unit", "KiB"), spec.MemoryKib),
        new XElement("vcpu", spec.Vcpus),
        new XElement("os",
            new XElement("type", new XAttribute("arch", "x86_64"), new XAttribute("machine", "q35"), "hvm"),
            new XElement("boot", new XAttribute("dev", "hd"))),
        new XElement("features", new XElement("acpi"), new XElement("apic")),
        Processor(virtType),
        new XElement("clock", new XAttribute("offset", "utc"),
            new XElement("timer", new XAttribute("name", "rtc"), new XAttribute("tickpolicy", "catchup")),
            new XElement("timer", new XAttribute("name", "pit"), new XAttribute("tickpolicy", "delay")),
            new XElement("timer", new XAttribute("name", "hpet"), new XAttribute("present", "no"))),
        new XElement("on_poweroff", "destroy"),
        new XElement("on_reboot", "restart"),
        new XElement("on_crash", "destroy"),
        new XElement("devices",
            spec.Disks.Select(Disk),
            new XElement("interface", new XAttribute("type", "network"),
                new XElement("mac", new XAttribute("address", spec.Mac)),
                new XElement("source", new XAttribute("network", Network)),
                new XElement("model", new XAttribute("type", "virtio"))),
            new XElement("graphics", new XAttribute("type", "vnc"),
                new XElement("listen", new XAttribute("type", "socket"), new XAttribute("socket", spec.DisplaySocket))),
            // VGA shows a picture from the firmware on, with every guest; virtio would stay dark without its driver.
            new XElement("video", new XElement("model", new XAttribute("type", "vga"))),
            // A tablet keeps the viewer's pointer and the guest's together. Kernels for the cloud know neither USB nor PS/2 mice.
            new XElement("input", new XAttribute("type", "tablet"), new XAttribute("bus", "virtio")),
            new XElement("input", new XAttribute("type", "keyboard"), new XAttribute("bus", "virtio")),
            new XElement("channel", new XAttribute("type", "unix"),
                new XElement("target", new XAttribute("type", "virtio"), new XAttribute("name", "org.qemu.guest_agent.0"))),
            new XElement("serial", new XAttribute("type", "pty")),
            new XElement("memballoon", new XAttribute("model", "virtio")),
            new XElement("rng", new XAttribute("model", "virtio"),
                new XElement("backend", new XAttribute("model", "random"), "/dev/urandom")))).ToString();

    /// <summary>The host's own processor where it runs the guest; else the oldest that today's systems start on, because emulating more is slower.</summary>
    private static XElement Processor(string virtType) => virtType == "kvm"
        ? new("cpu", new XAttribute("mode", "host-model"))
        : new("cpu", new XAttribute("mode", "custom"), new XAttribute("match", "exact"), new XAttribute("check", "none"),
            new XElement("model", new XAttribute("fallback", "forbid"), "Nehalem"));

    private static XElement Disk(DiskSpec disk) => new("disk",
        new XAttribute("type", "file"),
        new XAttribute("device", "disk"),
        // writeback loses nothing that the guest flushed, and lets all clones read their base from the host's memory
        new XElement("driver", new XAttribute("name", "qemu"), new XAttribute("type", disk.Format), new XAttribute("cache", "writeback"), new XAttribute("discard", "unmap")),
        new XElement("source", new XAttribute("file", disk.Path)),
        Backing(disk, 0),
        new XElement("target", new XAttribute("dev", disk.Target), new XAttribute("bus", Bus(disk.Target))));

    /// <summary>The whole chain down to an empty element that ends it, so that libvirt looks into no image to find out.</summary>
    private static XElement Backing(DiskSpec disk, int depth) => depth == disk.Backing.Count
        ? new("backingStore")
        : new("backingStore",
            new XAttribute("type", "file"),
            new XElement("format", new XAttribute("type", disk.Format)),
            new XElement("source", new XAttribute("file", disk.Backing[depth])),
            Backing(disk, depth + 1));

    private static string Bus(string target) => target[..2] switch
    {
        "vd" => "virtio",
        "sd" => "scsi",
        "hd" => "sata",
        _ => throw new VmException(string.Create(CultureInfo.InvariantCulture, $"'{target}' is no name of a disk: vda, sda or hda were expected.")),
    };
}
