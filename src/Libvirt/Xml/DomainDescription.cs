using System.Xml.Linq;

namespace Libvirt;

/// <summary>A domain, for <see cref="Connect.DomainDefineXML"/> and <see cref="Connect.DomainCreateXML"/>.</summary>
/// <example><code>
/// new DomainDescription
/// {
///     Type = "kvm", Name = "guest", MemoryKib = 2 * 1024 * 1024, Vcpus = 2, Machine = "q35",
///     Devices = [new DiskDescription { Source = "/images/guest", Target = "vda" }, new InterfaceDescription { Network = "default" }, new XElement("serial")],
/// }.ToString()
/// </code></example>
public sealed class DomainDescription : Description
{
    /// <summary>Who runs it: <c>kvm</c>, <c>qemu</c>, <c>xen</c>, <c>vbox</c>, <c>test</c> and so on.</summary>
    public required string Type { get; init; }

    /// <summary>What it is called.</summary>
    public required string Name { get; init; }

    /// <summary>Null: libvirt makes one.</summary>
    public Guid? UUID { get; init; }

    /// <summary>What programs note on it: elements of their own namespaces.</summary>
    public IReadOnlyList<XElement> Metadata { get; init; } = [];

    /// <summary>KiB; the most that it can have while it runs.</summary>
    public required ulong MemoryKib { get; init; }

    /// <summary>How much of it it starts with; null is all.</summary>
    public ulong? CurrentMemoryKib { get; init; }

    /// <summary>Virtual processors; the most that it can have while it runs.</summary>
    public uint Vcpus { get; init; } = 1;

    /// <summary>How many of them it starts with; null is all.</summary>
    public uint? CurrentVcpus { get; init; }

    /// <summary>Such as <c>x86_64</c>; null is the host's.</summary>
    public string? Arch { get; init; }

    /// <summary>Such as <c>q35</c>; null is the hypervisor's own choice.</summary>
    public string? Machine { get; init; }

    /// <summary>Texts that the guest finds in its SMBIOS tables (<c>dmidecode -t 11</c>), where its firmware has such tables.</summary>
    public IReadOnlyList<string> OemStrings { get; init; } = [];

    /// <summary>What it boots from, in turn: <c>hd</c>, <c>cdrom</c>, <c>fd</c>, <c>network</c>.</summary>
    public IReadOnlyList<string> Boot { get; init; } = [];

    /// <summary>Names of what is simply there: <c>acpi</c>, <c>apic</c>, <c>pae</c>.</summary>
    public IReadOnlyList<string> Features { get; init; } = [];

    /// <summary>Features that say more than that they are there.</summary>
    public IReadOnlyList<XElement> MoreFeatures { get; init; } = [];

    /// <summary>The element <c>cpu</c>; null is the hypervisor's own choice.</summary>
    public XElement? Cpu { get; init; }

    /// <summary>The element <c>clock</c>; null is UTC.</summary>
    public XElement? Clock { get; init; }

    /// <summary>What happens when the guest turns itself off: <c>destroy</c>, <c>restart</c> and so on; null is libvirt's own choice.</summary>
    public string? OnPoweroff { get; init; }

    /// <summary>When it restarts.</summary>
    public string? OnReboot { get; init; }

    /// <summary>When it crashes.</summary>
    public string? OnCrash { get; init; }

    /// <summary>Its devices: descriptions and any other elements.</summary>
    public IReadOnlyList<XElement> Devices { get; init; } = [];

    private protected override XElement Write() => new("domain",
        new XAttribute("type", Type),
        new XElement("name", Name),
        Element("uuid", UUID?.ToString("D")),
        Metadata.Count == 0 ? null : new XElement("metadata", Metadata),
        new XElement("memory", new XAttribute("unit", "KiB"), MemoryKib),
        CurrentMemoryKib is { } current ? new XElement("currentMemory", new XAttribute("unit", "KiB"), current) : null,
        new XElement("vcpu", CurrentVcpus is { } there ? new XAttribute("current", there) : null, Vcpus),
        new XElement("os",
            new XElement("type", Arch == null ? null : new XAttribute("arch", Arch), Machine == null ? null : new XAttribute("machine", Machine), "hvm"),
            Boot.Select(device => new XElement("boot", new XAttribute("dev", device))),
            OemStrings.Count == 0 ? null : new XElement("smbios", new XAttribute("mode", "sysinfo"))),
        OemStrings.Count == 0 ? null : new XElement("sysinfo", new XAttribute("type", "smbios"),
            new XElement("oemStrings", OemStrings.Select(text => new XElement("entry", text)))),
        Features.Count + MoreFeatures.Count == 0 ? null : new XElement("features", Features.Select(feature => new XElement(feature)), MoreFeatures),
        Cpu,
        Clock,
        Element("on_poweroff", OnPoweroff),
        Element("on_reboot", OnReboot),
        Element("on_crash", OnCrash),
        new XElement("devices", Devices));
}
