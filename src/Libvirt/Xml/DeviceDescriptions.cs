using System.Xml.Linq;

namespace Libvirt;

/// <summary>A disk of a domain, made of a file or a block device.</summary>
public sealed class DiskDescription : Description
{
    /// <summary><c>disk</c>, <c>cdrom</c>, <c>floppy</c> or <c>lun</c>.</summary>
    public string Device { get; init; } = "disk";

    /// <summary>The file, or the device below <c>/dev/</c>; null is an empty drive.</summary>
    public string? Source { get; init; }

    /// <summary>Such as <c>qcow2</c> or <c>raw</c>.</summary>
    public string Format { get; init; } = "qcow2";

    /// <summary>Such as <c>none</c> or <c>writeback</c>; null is the hypervisor's own choice.</summary>
    public string? Cache { get; init; }

    /// <summary><c>unmap</c> gives back what the guest trims; null is the hypervisor's own choice.</summary>
    public string? Discard { get; init; }

    /// <summary>
    /// The files below the source in turn, all of the same format as the disk's. Empty: there is none, and libvirt looks for none. Null: libvirt looks into the
    /// image.
    /// </summary>
    public IReadOnlyList<string>? Backing { get; init; }

    /// <summary>What it is called: <c>vda</c>, <c>sda</c>, <c>hda</c>.</summary>
    public required string Target { get; init; }

    /// <summary>Such as <c>virtio</c>, <c>scsi</c>, <c>sata</c>; null follows from the target.</summary>
    public string? Bus { get; init; }

    /// <summary>The guest can't write.</summary>
    public bool ReadOnly { get; init; }

    private protected override XElement Write() => new("disk",
        new XAttribute("type", Kind(Source)),
        new XAttribute("device", Device),
        Attributes("driver", ("name", "qemu"), ("type", Format), ("cache", Cache), ("discard", Discard)),
        Source == null ? null : new XElement("source", new XAttribute(Kind(Source) == "block" ? "dev" : "file", Source)),
        Backing == null ? null : Below(0),
        Attributes("target", ("dev", Target), ("bus", Bus)),
        ReadOnly ? new XElement("readonly") : null);

    private XElement Below(int depth) => depth == Backing!.Count
        ? new("backingStore")
        : new("backingStore",
            new XAttribute("type", Kind(Backing[depth])),
            new XElement("format", new XAttribute("type", Format)),
            new XElement("source", new XAttribute(Kind(Backing[depth]) == "block" ? "dev" : "file", Backing[depth])),
            Below(depth + 1));

    private static string Kind(string? path) => path?.StartsWith("/dev/", StringComparison.Ordinal) == true ? "block" : "file";
}

/// <summary>A network card of a domain, on a network of libvirt's or on a bridge of the host: one of both.</summary>
public sealed class InterfaceDescription : Description
{
    /// <summary>Null: libvirt makes one.</summary>
    public string? Mac { get; init; }

    /// <summary>The network's name.</summary>
    public string? Network { get; init; }

    /// <summary>The bridge's name.</summary>
    public string? Bridge { get; init; }

    /// <summary>Such as <c>virtio</c> or <c>e1000e</c>; null is the hypervisor's own choice.</summary>
    public string? Model { get; init; } = "virtio";

    private protected override XElement Write() => (Network == null) == (Bridge == null)
        ? throw new InvalidOperationException("A network card is on a network or on a bridge: set one of both.")
        : new("interface",
            new XAttribute("type", Network == null ? "bridge" : "network"),
            Attributes("mac", ("address", Mac)),
            Attributes("source", ("network", Network), ("bridge", Bridge)),
            Attributes("model", ("type", Model)));
}

/// <summary>A display of a domain: on a socket, or on an address; on neither it is only handed out by libvirt.</summary>
public sealed class GraphicsDescription : Description
{
    /// <summary><c>vnc</c> or <c>spice</c>.</summary>
    public string Type { get; init; } = "vnc";

    /// <summary>The path of a socket.</summary>
    public string? Socket { get; init; }

    /// <summary>An address of the host; libvirt chooses the port.</summary>
    public string? Address { get; init; }

    private protected override XElement Write() => new("graphics",
        new XAttribute("type", Type),
        Address == null ? null : new XAttribute("autoport", "yes"),
        (Socket, Address) switch
        {
            (not null, null) => Attributes("listen", ("type", "socket"), ("socket", Socket)),
            (null, not null) => Attributes("listen", ("type", "address"), ("address", Address)),
            (null, null) => Attributes("listen", ("type", "none")),
            _ => throw new InvalidOperationException("A display is on a socket or on an address: set one of both."),
        });
}
