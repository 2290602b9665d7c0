using System.Xml.Linq;

namespace Libvirt;

/// <summary>A disk of a domain, made of a file or a block device.</summary>
public sealed class DiskDescription : Description
{
    /// <summary><c>disk</c>, <c>cdrom</c>, <c>floppy</c> or <c>lun</c>.</summary>
    public string Device { get; init; } = "disk";

    /// <summary>The file, or the device below <c>/dev/</c>; null is an empty drive.</summary>
    public string? Source { get; init; }

    /// <summary>Such as <c>qcow2</c> or <c>raw</c>; null where the hypervisor has its own way to tell, as VirtualBox does.</summary>
    public string? Format { get; init; } = "qcow2";

    /// <summary>Such as <c>none</c> or <c>writeback</c>; null is the hypervisor's own choice.</summary>
    public string? Cache { get; init; }

    /// <summary><c>unmap</c> gives back what the guest trims; null is the hypervisor's own choice.</summary>
    public string? Discard { get; init; }

    /// <summary>
    /// The files below the source in turn, all of the same format as the disk's. Empty: there is none, and libvirt looks for none. Null: libvirt looks into the
    /// image.
    /// </summary>
    public IReadOnlyList<string>? Backing { get; init; }

    /// <summary>What it is called: <c>vda</c>, <c>sda</c>, <c>hda</c>, <c>fda</c>.</summary>
    public required string Target { get; init; }

    /// <summary>Such as <c>virtio</c>, <c>scsi</c>, <c>sata</c>, <c>ide</c>, <c>fdc</c>; null follows from the target.</summary>
    public string? Bus { get; init; }

    /// <summary>The guest can't write.</summary>
    public bool ReadOnly { get; init; }

    private protected override XElement Write() => new("disk",
        new XAttribute("type", Kind(Source)),
        new XAttribute("device", Device),
        Attributes("driver", ("name", Format == null ? null : "qemu"), ("type", Format), ("cache", Cache), ("discard", Discard)),
        Source == null ? null : new XElement("source", new XAttribute(Kind(Source) == "block" ? "dev" : "file", Source)),
        Backing == null ? null : Below(0),
        Attributes("target", ("dev", Target), ("bus", Bus)),
        ReadOnly ? new XElement("readonly") : null);

    private XElement Below(int depth) => depth == Backing!.Count
        ? new("backingStore")
        : Format == null ? throw new InvalidOperationException("The files below a disk have its format: set it.")
        : new("backingStore",
            new XAttribute("type", Kind(Backing[depth])),
            new XElement("format", new XAttribute("type", Format)),
            new XElement("source", new XAttribute(Kind(Backing[depth]) == "block" ? "dev" : "file", Backing[depth])),
            Below(depth + 1));

    private static string Kind(string? path) => path?.StartsWith("/dev/", StringComparison.Ordinal) == true ? "block" : "file";
}

/// <summary>A network card of a domain: on a network of libvirt's, on a bridge of the host, or behind the hypervisor's own NAT. One of them.</summary>
public sealed class InterfaceDescription : Description
{
    /// <summary>Null: libvirt makes one.</summary>
    public string? Mac { get; init; }

    /// <summary>The network's name.</summary>
    public string? Network { get; init; }

    /// <summary>The bridge's name, or for VirtualBox that of a network card of the host.</summary>
    public string? Bridge { get; init; }

    /// <summary>Behind the hypervisor's own NAT. (type <c>user</c>)</summary>
    public bool Nat { get; init; }

    /// <summary>Such as <c>virtio</c>, <c>e1000e</c>, VirtualBox's <c>82540EM</c> or <c>Am79C973</c>; null is the hypervisor's own choice.</summary>
    public string? Model { get; init; } = "virtio";

    private protected override XElement Write() => new("interface",
        new XAttribute("type", (Network, Bridge, Nat) switch
        {
            (not null, null, false) => "network",
            (null, not null, false) => "bridge",
            (null, null, true) => "user",
            _ => throw new InvalidOperationException("A network card is on a network, on a bridge or behind NAT: set one of them."),
        }),
        Attributes("mac", ("address", Mac)),
        Attributes("source", ("network", Network), ("bridge", Bridge)),
        Attributes("model", ("type", Model)));
}

/// <summary>A display of a domain: on a socket, or on an address; on neither it is only handed out by libvirt.</summary>
public sealed class GraphicsDescription : Description
{
    /// <summary><c>vnc</c>, <c>spice</c>, or <c>rdp</c>, which is what libvirt calls VirtualBox's remote display (VRDE) of whatever protocol.</summary>
    public string Type { get; init; } = "vnc";

    /// <summary>The path of a socket.</summary>
    public string? Socket { get; init; }

    /// <summary>An address of the host.</summary>
    public string? Address { get; init; }

    /// <summary>The port on the address; null: the hypervisor chooses.</summary>
    public int? Port { get; init; }

    /// <summary>For <c>rdp</c>: several may watch at once.</summary>
    public bool MultiUser { get; init; }

    private protected override XElement Write() => new("graphics",
        new XAttribute("type", Type),
        Port is { } port ? new XAttribute("port", Address == null ? throw new InvalidOperationException("A port is on an address: set it.") : port) : null,
        Address != null && Port == null ? new XAttribute("autoport", "yes") : null,
        MultiUser ? new XAttribute("multiUser", "yes") : null,
        (Socket, Address) switch
        {
            (not null, null) => Attributes("listen", ("type", "socket"), ("socket", Socket)),
            (null, not null) => Attributes("listen", ("type", "address"), ("address", Address)),
            (null, null) => Attributes("listen", ("type", "none")),
            _ => throw new InvalidOperationException("A display is on a socket or on an address: set one of both."),
        });
}

/// <summary>A folder of the host that the guest sees.</summary>
public sealed class FilesystemDescription : Description
{
    /// <summary>The folder.</summary>
    public required string Source { get; init; }

    /// <summary>The name by which the guest finds it.</summary>
    public required string Target { get; init; }

    /// <summary>The guest can't write.</summary>
    public bool ReadOnly { get; init; }

    private protected override XElement Write() => new("filesystem",
        new XAttribute("type", "mount"),
        Attributes("source", ("dir", Source)),
        Attributes("target", ("dir", Target)),
        ReadOnly ? new XElement("readonly") : null);
}

/// <summary>A serial or parallel port.</summary>
public sealed class PortDescription : Description
{
    /// <summary><c>serial</c> or <c>parallel</c>.</summary>
    public string Device { get; init; } = "serial";

    /// <summary>What it is on the host: <c>pty</c>, <c>dev</c>, <c>pipe</c>, <c>file</c> and so on.</summary>
    public string Type { get; init; } = "pty";

    /// <summary>Where that is; null: the hypervisor makes one.</summary>
    public string? Path { get; init; }

    /// <summary>Which it is in the guest, from 0 on; null: the next.</summary>
    public int? Port { get; init; }

    private protected override XElement Write() => new(Device,
        new XAttribute("type", Type),
        Attributes("source", ("path", Path)),
        Attributes("target", ("port", Port)));
}

/// <summary>A sound card.</summary>
public sealed class SoundDescription : Description
{
    /// <summary>Such as <c>ich6</c>, <c>ac97</c>, <c>sb16</c>.</summary>
    public required string Model { get; init; }

    private protected override XElement Write() => new("sound", new XAttribute("model", Model));
}

/// <summary>USB devices of the host that the guest gets, by what they are.</summary>
public sealed class UsbDescription : Description
{
    /// <summary>Who made it.</summary>
    public required ushort Vendor { get; init; }

    /// <summary>What it is among its maker's.</summary>
    public required ushort Product { get; init; }

    private protected override XElement Write() => new("hostdev",
        new XAttribute("mode", "subsystem"),
        new XAttribute("type", "usb"),
        new XElement("source", Id("vendor", Vendor), Id("product", Product)));

    private static XElement Id(string name, ushort value) => new(name, new XAttribute("id", FormattableString.Invariant($"0x{value:x4}")));
}
