using System.Globalization;
using System.Xml.Linq;
using Libvirt;

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
    public static string Write(DomainSpec spec, string virtType) => new DomainDescription
    {
        Type = virtType,
        Name = spec.Name,
        UUID = spec.Id,
        // Says that it is ours, to whoever looks at the host.
        Metadata = [new(Broker + "domain", new XAttribute(XNamespace.Xmlns + "broker", Broker.NamespaceName), new XAttribute("id", spec.Id.ToString("D")))],
        MemoryKib = (ulong)spec.MemoryKib,
        Vcpus = (uint)spec.Vcpus,
        Arch = "x86_64",
        Machine = "q35",
        Boot = ["hd"],
        Features = ["acpi", "apic"],
        Cpu = Processor(virtType),
        Clock = new("clock", new XAttribute("offset", "utc"),
            new XElement("timer", new XAttribute("name", "rtc"), new XAttribute("tickpolicy", "catchup")),
            new XElement("timer", new XAttribute("name", "pit"), new XAttribute("tickpolicy", "delay")),
            new XElement("timer", new XAttribute("name", "hpet"), new XAttribute("present", "no"))),
        OnPoweroff = "destroy",
        OnReboot = "restart",
        OnCrash = "destroy",
        Devices =
        [
            .. spec.Disks.Select(Disk),
            new InterfaceDescription { Mac = spec.Mac, Network = Network },
            new GraphicsDescription { Socket = spec.DisplaySocket },
            // VGA shows a picture from the firmware on, with every guest; virtio would stay dark without its driver.
            new XElement("video", new XElement("model", new XAttribute("type", "vga"))),
            // A tablet keeps the viewer's pointer and the guest's together. Kernels for the cloud know neither USB nor PS/2 mice.
            new XElement("input", new XAttribute("type", "tablet"), new XAttribute("bus", "virtio")),
            new XElement("input", new XAttribute("type", "keyboard"), new XAttribute("bus", "virtio")),
            new XElement("channel", new XAttribute("type", "unix"),
                new XElement("target", new XAttribute("type", "virtio"), new XAttribute("name", "org.qemu.guest_agent.0"))),
            new XElement("serial", new XAttribute("type", "pty")),
            new XElement("memballoon", new XAttribute("model", "virtio")),
            new XElement("rng", new XAttribute("model", "virtio"), new XElement("backend", new XAttribute("model", "random"), "/dev/urandom")),
        ],
    }.ToString();

    /// <summary>The host's own processor where it runs the guest; else the oldest that today's systems start on, because emulating more is slower.</summary>
    private static XElement Processor(string virtType) => virtType == "kvm"
        ? new("cpu", new XAttribute("mode", "host-model"))
        : new("cpu", new XAttribute("mode", "custom"), new XAttribute("match", "exact"), new XAttribute("check", "none"),
            new XElement("model", new XAttribute("fallback", "forbid"), "Nehalem"));

    private static DiskDescription Disk(DiskSpec disk) => new()
    {
        Format = disk.Format,
        // writeback loses nothing that the guest flushed, and lets all clones read their base from the host's memory
        Cache = "writeback",
        Discard = "unmap",
        Source = disk.Path,
        // the whole chain, so that libvirt looks into no image to find out
        Backing = disk.Backing,
        Target = disk.Target,
        Bus = Bus(disk.Target),
    };

    private static string Bus(string target) => target[..2] switch
    {
        "vd" => "virtio",
        "sd" => "scsi",
        "hd" => "sata",
        _ => throw new VmException(string.Create(CultureInfo.InvariantCulture, $"'{target}' is no name of a disk: vda, sda or hda were expected.")),
    };
}
