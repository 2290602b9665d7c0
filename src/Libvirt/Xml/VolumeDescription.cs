using System.Xml.Linq;

namespace Libvirt;

/// <summary>A volume, for <see cref="StoragePool.StorageVolCreateXML"/>.</summary>
public sealed class VolumeDescription : Description
{
    /// <summary>What it is called in its pool: for a folder, the file's name.</summary>
    public required string Name { get; init; }

    /// <summary>What the guest sees, in bytes.</summary>
    public required ulong Capacity { get; init; }

    /// <summary>What is taken at once, in bytes; null is everything, where the format doesn't grow.</summary>
    public ulong? Allocation { get; init; }

    /// <summary>Such as <c>qcow2</c> or <c>raw</c>; null is the pool's own choice.</summary>
    public string? Format { get; init; }

    /// <summary>The path of the volume below it, and that one's format.</summary>
    public (string Path, string Format)? Backing { get; init; }

    private protected override XElement Write() => new("volume",
        new XElement("name", Name),
        new XElement("capacity", new XAttribute("unit", "bytes"), Capacity),
        Allocation is { } allocation ? new XElement("allocation", new XAttribute("unit", "bytes"), allocation) : null,
        Format == null ? null : new XElement("target", Attributes("format", ("type", Format))),
        Backing is { } backing ? new XElement("backingStore", new XElement("path", backing.Path), Attributes("format", ("type", backing.Format))) : null);
}
