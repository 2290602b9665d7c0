using System.Globalization;
using System.Xml.Linq;
using Broker.Core.Devices;
using Libvirt;

namespace Broker.Backend.VmManagers.Libvirt;

/// <summary>Hardware of a domain that is on, brought to what its definition says. Each step looks at what is there first, so that it can be repeated.</summary>
internal static class LiveHardware
{
    /// <inheritdoc cref="ICanChangeLive.Change"/>
    public static string? Change(Domain domain, DomainSpec spec, DeviceKind kind) => kind switch
    {
        DeviceKind.Network => Network(domain, DomainXml.NetworkCards(spec)),
        DeviceKind.Vcpus => Vcpus(domain, spec),
        DeviceKind.Memory => Memory(domain, spec),
        DeviceKind.Cpu or DeviceKind.Features or DeviceKind.Video or DeviceKind.Display or DeviceKind.Sound or DeviceKind.Usb or DeviceKind.Disk or DeviceKind.Filesystem =>
            "A machine that runs can't get it.",
    };

    private static string? Network(Domain domain, IReadOnlyList<InterfaceDescription> wanted)
    {
        foreach (var (mac, card) in Cards(domain).Where(there => wanted.All(w => w.Mac != there.Key)))
            Try(() => domain.DetachDeviceFlags(card.ToString(), DomainDeviceModifyFlags.Live));
        var before = Cards(domain);
        // No room for one more is an error of QEMU's, which has no code of its own: looked at below.
        foreach (var card in wanted.Where(w => !before.ContainsKey(w.Mac!))) Try(() => domain.AttachDeviceFlags(card.ToString(), DomainDeviceModifyFlags.Live));

        var now = Cards(domain);
        if (wanted.Any(w => !now.ContainsKey(w.Mac!))) return "There is no free place for a network card while it runs.";
        if (now.Count > wanted.Count) return "Its system has not let go of the network card yet.";
        return wanted.All(w => (string?)now[w.Mac!].Element("model")?.Attribute("type") == w.Model) ? null : "A network card keeps its model while it runs.";
    }

    private static string? Vcpus(Domain domain, DomainSpec spec)
    {
        var most = domain.GetVcpusFlags(DomainVcpuFlags.Live | DomainVcpuFlags.Maximum);
        var wanted = Number(DomainXml.All(spec, DeviceKind.Vcpus)[0]["maximum"]) ?? spec.Vcpus;
        if (spec.Vcpus <= most && domain.GetVcpusFlags(DomainVcpuFlags.Live) != spec.Vcpus) Try(() => domain.SetVcpusFlags((uint)spec.Vcpus, DomainVcpuFlags.Live));
        if (most != wanted) return $"It was started with at most {most} processors.";
        return domain.GetVcpusFlags(DomainVcpuFlags.Live) == spec.Vcpus ? null : "Its system does not let go of a processor.";
    }

    private static string? Memory(Domain domain, DomainSpec spec)
    {
        var most = (long)domain.GetMaxMemory();
        var wanted = Math.Max(spec.MemoryKib, (Number(DomainXml.All(spec, DeviceKind.Memory)[0]["maximum_mib"]) ?? 0) * 1024);
        if (spec.MemoryKib <= most) domain.SetMemoryFlags((ulong)spec.MemoryKib, DomainMemoryModFlags.Live);
        return most == wanted ? null : $"It was started with at most {most / 1024} MiB of memory.";
    }

    private static Dictionary<string, XElement> Cards(Domain domain) => XElement.Parse(domain.GetXMLDesc()).Element("devices")!.Elements("interface")
        .ToDictionary(card => (string)card.Element("mac")!.Attribute("address")!);

    // What did not work is seen afterwards.
    private static void Try(Action change)
    {
        try
        {
            change();
        }
        catch (LibvirtException e) when (!e.IsConnectionLost)
        {
            // the guest or the machine can't, while it runs
        }
    }

    private static long? Number(string? text) => long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;
}
