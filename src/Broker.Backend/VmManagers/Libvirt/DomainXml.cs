using System.Globalization;
using System.Xml.Linq;
using Broker.Core.Devices;
using Broker.Core.Nodes;
using Libvirt;

namespace Broker.Backend.VmManagers.Libvirt;

/// <summary>A domain in libvirt's words.</summary>
internal static class DomainXml
{
    /// <summary>The network of libvirt that guests are on.</summary>
    public const string Network = "default";

    // Places for what is plugged in while the guest runs: libvirt itself leaves one. Some ten are taken from the beginning.
    private const int PciPorts = 16;

    /// <summary>Of what we write beside libvirt's own words.</summary>
    public static readonly XNamespace Broker = "urn:broker:domain:1";

    /// <summary>Writes the definition.</summary>
    /// <param name="spec">The domain.</param>
    /// <param name="virtType"><c>kvm</c> or <c>qemu</c>.</param>
    /// <param name="pathOfCd">Where the image of a CD lies.</param>
    public static string Write(DomainSpec spec, string virtType, Func<string, string> pathOfCd)
    {
        var (memory, vcpus, features) = (One(spec, DeviceKind.Memory), One(spec, DeviceKind.Vcpus), One(spec, DeviceKind.Features));
        var mostMemory = Math.Max(spec.MemoryKib, (Number(memory["maximum_mib"]) ?? 0) * 1024);
        var mostVcpus = Math.Max(spec.Vcpus, Number(vcpus["maximum"]) ?? 0);
        var folders = SharedFolders.Of(spec, VmManagerKind.Libvirt);
        return new DomainDescription
        {
            Type = virtType,
            Name = spec.Name,
            UUID = spec.Id,
            // Says that it is ours, to whoever looks at the host.
            Metadata = [new(Broker + "domain", new XAttribute(XNamespace.Xmlns + "broker", Broker.NamespaceName), new XAttribute("id", spec.Id.ToString("D")))],
            MemoryKib = (ulong)mostMemory,
            CurrentMemoryKib = mostMemory > spec.MemoryKib ? (ulong)spec.MemoryKib : null,
            Vcpus = (uint)mostVcpus,
            CurrentVcpus = mostVcpus > spec.Vcpus ? (uint)spec.Vcpus : null,
            Arch = "x86_64",
            Machine = "q35",
            // a guest can call itself as people do
            OemStrings = [$"hostname={spec.HostName}"],
            // what is not installed yet begins from the CD
            Boot = spec.Cds.Count == 0 ? ["hd"] : ["hd", "cdrom"],
            Features = [.. ((string[])["acpi", "apic", "pae"]).Where(name => features[name] == "on")],
            MoreFeatures = features["hyperv"] == "on" ? [HyperV()] : [],
            Cpu = Processor(One(spec, DeviceKind.Cpu), virtType, mostVcpus),
            Clock = new("clock", new XAttribute("offset", "utc"),
                new XElement("timer", new XAttribute("name", "rtc"), new XAttribute("tickpolicy", "catchup")),
                new XElement("timer", new XAttribute("name", "pit"), new XAttribute("tickpolicy", "delay")),
                new XElement("timer", new XAttribute("name", "hpet"), new XAttribute("present", "no"))),
            OnPoweroff = "destroy",
            OnReboot = "restart",
            OnCrash = "destroy",
            Devices =
            [
                .. DiskXml.Disks(spec),
                .. spec.Cds.Select(cd => DiskXml.Cd(cd, pathOfCd)),
                .. NetworkCards(spec).Select(card => card.ToXml()),
                .. folders.Select(Folder),
                .. Controllers(spec),
                .. All(spec, DeviceKind.Sound).Select(sound => new SoundDescription { Model = sound["model"]! }.ToXml()),
                new GraphicsDescription
                {
                    Socket = spec.DisplaySocket,
                    More = One(spec, DeviceKind.Display)["sharing"] is { } sharing and not "allow-exclusive" ? [new XAttribute("sharePolicy", sharing)] : [],
                },
                .. All(spec, DeviceKind.Video).Select(video => new XElement("video", new XElement("model", new XAttribute("type", video["model"]!)))),
                // A tablet keeps the viewer's pointer and the guest's together. Kernels for the cloud know neither USB nor PS/2 mice.
                new XElement("input", new XAttribute("type", "tablet"), new XAttribute("bus", "virtio")),
                new XElement("input", new XAttribute("type", "keyboard"), new XAttribute("bus", "virtio")),
                new XElement("channel", new XAttribute("type", "unix"),
                    new XElement("target", new XAttribute("type", "virtio"), new XAttribute("name", "org.qemu.guest_agent.0"))),
                new XElement("serial", new XAttribute("type", "pty")),
                new XElement("memballoon", new XAttribute("model", "virtio")),
                new XElement("rng", new XAttribute("model", "virtio"), new XElement("backend", new XAttribute("model", "random"), "/dev/urandom")),
            ],
            // virtiofsd reads and writes the guest's memory, so that has to be one that can be shared
            More = folders.Count == 0 ? [] :
            [
                new XElement("memoryBacking", new XElement("source", new XAttribute("type", "memfd")), new XElement("access", new XAttribute("mode", "shared"))),
            ],
        }.ToString();
    }

    /// <summary>The network cards.</summary>
    public static IReadOnlyList<InterfaceDescription> NetworkCards(DomainSpec spec) =>
        [.. All(spec, DeviceKind.Network).Select(card => new InterfaceDescription { Mac = card["mac"] ?? spec.Mac, Network = Network, Model = card["model"] })];

    /// <summary>The devices of a kind, complete.</summary>
    public static IReadOnlyList<DeviceOptions> All(DomainSpec spec, DeviceKind kind) => Drivers.Of(VmManagerKind.Libvirt).Devices(kind, spec.Hardware);

    private static DeviceOptions One(DomainSpec spec, DeviceKind kind) => All(spec, kind)[0];

    /// <summary>
    /// Usually the host's own processor where it runs the guest; else the oldest that today's systems start on, because emulating more is slower.
    /// </summary>
    private static XElement Processor(DeviceOptions chosen, string virtType, long vcpus)
    {
        var (cores, threads) = (Number(chosen["cores"])!.Value, Number(chosen["threads"])!.Value);
        var model = chosen["model"]! is var word && word != "usual" ? word : virtType == "kvm" ? "host-model" : "Nehalem";
        var cpu = model is "host-model" or "host-passthrough" or "maximum"
            ? new XElement("cpu", new XAttribute("mode", model))
            : new XElement("cpu", new XAttribute("mode", "custom"), new XAttribute("match", "exact"), new XAttribute("check", "none"),
                new XElement("model", new XAttribute("fallback", "forbid"), model));
        // a clone may have been given another number of processors than its base, which this does not fit
        if (cores * threads > 1 && vcpus % (cores * threads) == 0)
        {
            cpu.Add(new XElement("topology", new XAttribute("sockets", vcpus / (cores * threads)), new XAttribute("dies", 1), new XAttribute("cores", cores),
                new XAttribute("threads", threads)));
        }

        return cpu;
    }

    private static XElement HyperV() => new("hyperv", new XAttribute("mode", "custom"),
        new XElement("relaxed", new XAttribute("state", "on")),
        new XElement("vapic", new XAttribute("state", "on")),
        new XElement("spinlocks", new XAttribute("state", "on"), new XAttribute("retries", 8191)));

    private static XElement Folder((string Target, string Source) folder) => new("filesystem", new XAttribute("type", "mount"),
        new XElement("driver", new XAttribute("type", "virtiofs")),
        new XElement("source", new XAttribute("dir", folder.Source)),
        new XElement("target", new XAttribute("dir", folder.Target)));

    private static IEnumerable<XElement> Controllers(DomainSpec spec)
    {
        var usb = All(spec, DeviceKind.Usb);
        // left out, libvirt would add one
        if (usb.Count == 0) yield return Usb("none", 0);
        for (var i = 0; i < usb.Count; i++) yield return Usb(usb[i]["model"]!, i);
        for (var i = 1; i <= PciPorts; i++)
            yield return new("controller", new XAttribute("type", "pci"), new XAttribute("index", i), new XAttribute("model", "pcie-root-port"));
    }

    private static XElement Usb(string model, int index) =>
        new("controller", new XAttribute("type", "usb"), new XAttribute("index", index), new XAttribute("model", model));

    private static long? Number(string? text) => long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;
}
