using System.Globalization;
using System.Xml.Linq;
using Broker.Core.Devices;
using Broker.Core.Nodes;

namespace Broker.Backend.VmManagers.Libvirt;

/// <summary>
/// A definition of libvirt's in Broker's words. Whatever it says is either understood, or told: as an obstacle where a machine would not be the same without it,
/// else as a change. What is left out without a word is only what libvirt adds by itself, and what means the same.
/// </summary>
internal sealed class DomainReading
{
    private static readonly string[] OfLibvirt =
        ["name", "uuid", "metadata", "memory", "currentMemory", "vcpu", "os", "features", "cpu", "clock", "on_poweroff", "on_reboot", "on_crash", "pm", "resource", "sysinfo", "devices"];

    private static readonly string[] GivenUp =
        ["title", "description", "iothreads", "cputune", "memtune", "memoryBacking", "blkiotune", "numatune", "vcpus", "maxMemory", "genid", "seclabel", "on_lockfailure"];

    private readonly XElement _xml;
    private readonly NodeSettings _settings;
    private readonly DiskReading _disks;
    private readonly List<string> _obstacles = [];
    private readonly List<string> _changes = [];
    private Hardware _hardware = Hardware.Usual;

    private DomainReading(XElement xml, NodeSettings settings)
    {
        (_xml, _settings) = (xml, settings);
        _disks = new(settings.LibraryFolder, _obstacles, _changes);
    }

    private static IReadOnlyDictionary<DeviceKind, Driver> Kinds => Drivers.Of(VmManagerKind.Libvirt).Kinds;

    /// <summary>Reads one.</summary>
    /// <param name="xml">The definition of its next start.</param>
    /// <param name="power">What it is doing.</param>
    /// <param name="settings">The node.</param>
    /// <param name="emulator">The program that runs what names none.</param>
    public static FoundDomain Read(XElement xml, Power power, NodeSettings settings, string emulator) => new DomainReading(xml, settings).Read(power, emulator);

    private FoundDomain Read(Power power, string emulator)
    {
        foreach (var element in _xml.Elements().Where(e => e.Name.Namespace != XNamespace.None || !OfLibvirt.Contains(e.Name.LocalName)))
        {
            if (element.Name.Namespace == XNamespace.None && GivenUp.Contains(element.Name.LocalName)) Lose(element);
            else _obstacles.Add($"Its definition has {element.Name.LocalName}, for which Broker has no words.");
        }

        if (_xml.Elements("metadata").Elements().Any(e => e.Name.Namespace != DomainXml.Broker)) Lose(_xml.Element("metadata")!);
        if ((string?)_xml.Attribute("type") is var type and not ("kvm" or "qemu")) _obstacles.Add($"It is run by {type}, not by QEMU.");
        var (memory, vcpus) = (Memory(), Vcpus());
        System();
        Features();
        Processor();
        if (_xml.Element("clock") is { } clock && Word(clock, "offset") is var offset and not "utc") _changes.Add($"Its clock is UTC, not {offset}.");
        var devices = _xml.Elements("devices").Elements().ToLookup(d => d.Name.LocalName);
        if (devices["emulator"].FirstOrDefault()?.Value is { } own && own != emulator) _changes.Add($"It is run by {emulator}, not by {own}.");
        var disks = _disks.Read(devices["disk"]);
        if (disks.Hardware.Count > 0) _hardware = _hardware.With(DeviceKind.Disk, disks.Hardware);
        var mac = Network([.. devices["interface"]]);
        Models(DeviceKind.Video, [.. devices["video"].Elements("model").Select(m => Word(m, "type"))]);
        Models(DeviceKind.Sound, [.. devices["sound"].Select(s => Word(s, "model"))]);
        Usb([.. devices["controller"].Where(c => Word(c, "type") == "usb").Select(c => Word(c, "model"))]);
        Folders([.. devices["filesystem"]]);
        foreach (var device in devices.SelectMany(d => d)) Other(device);
        return new(Guid.Parse(_xml.Element("uuid")!.Value), _xml.Element("name")!.Value, power, memory, vcpus)
        {
            Mac = mac,
            Disks = disks.Disks,
            Cds = disks.Cds,
            Hardware = _hardware,
            Obstacles = _obstacles,
            Changes = _changes,
        };
    }

    private long Memory()
    {
        var most = Number(_xml.Element("memory")?.Value);
        var now = Number(_xml.Element("currentMemory")?.Value) is > 0 and var current ? current : most;
        if (now < most) _hardware = _hardware.With(DeviceKind.Memory, [Option("maximum_mib", Text(most / 1024))]);
        return now;
    }

    private int Vcpus()
    {
        var element = _xml.Element("vcpu");
        var most = Math.Max(1, Number(element?.Value));
        var now = Number((string?)element?.Attribute("current")) is > 0 and var current ? current : most;
        if (now < most) _hardware = _hardware.With(DeviceKind.Vcpus, [Option("maximum", Text(most))]);
        if (element?.Attribute("cpuset") is not null) _changes.Add("Its processors run on any of the host's.");
        return (int)now;
    }

    private void System()
    {
        var os = _xml.Element("os") ?? new XElement("os");
        var type = os.Element("type");
        if (type?.Value != "hvm" || (string?)type.Attribute("arch") is not (null or "x86_64")) _obstacles.Add("It is no machine of the kind x86_64.");
        var board = (string?)type?.Attribute("machine") ?? "pc";
        if (board.StartsWith("pc-i440fx", StringComparison.Ordinal) || board == "pc") _changes.Add($"Its board is q35, not {board}.");
        else if (!board.Contains("q35", StringComparison.Ordinal)) _obstacles.Add($"Its board is {board}, and Broker's machines have q35.");
        if (os.Attribute("firmware") is not null || os.Element("nvram") is not null || (string?)os.Element("loader")?.Attribute("type") == "pflash")
            _obstacles.Add("It starts with UEFI, and Broker's machines start with a BIOS.");
        foreach (var element in os.Elements().Where(e => e.Name.LocalName is not ("type" or "boot" or "bootmenu" or "bios" or "smbios" or "loader" or "nvram" or "firmware")))
            _obstacles.Add($"It is started with {element.Name.LocalName} of the host, for which Broker has no words.");
        foreach (var device in os.Elements("boot").Select(b => Word(b, "dev")).Where(d => d is not ("hd" or "cdrom"))) _changes.Add($"It does not start from {device}.");
        var told = _xml.Elements("sysinfo").Elements().SelectMany(e => e.Elements("entry").DefaultIfEmpty(e)).Select(e => e.Value);
        if (told.Any(text => !text.StartsWith("hostname=", StringComparison.Ordinal))) _changes.Add("What its firmware tells of itself (sysinfo) is its name alone.");
    }

    private void Features()
    {
        var there = _xml.Elements("features").Elements().Select(e => e.Name.LocalName).ToList();
        var options = Kinds[DeviceKind.Features].Options;
        var chosen = options.Where(o => there.Contains(o.Name) != (o.Usual == "on")).Aggregate(DeviceOptions.None, (all, o) => all.With(o.Name, there.Contains(o.Name) ? "on" : "off"));
        if (chosen.Any()) _hardware = _hardware.With(DeviceKind.Features, [chosen]);
        foreach (var feature in there.Where(name => name is not ("vmport" or "kvm") && options.All(o => o.Name != name))) _changes.Add($"Its feature {feature} is given up.");
        foreach (var more in _xml.Elements("features").Elements("hyperv").Elements().Where(e => e.Name.LocalName is not ("relaxed" or "vapic" or "spinlocks") && Word(e, "state") == "on"))
            _changes.Add($"Its feature hyperv {more.Name.LocalName} is given up.");
    }

    private void Processor()
    {
        if (_xml.Element("cpu") is not { } cpu) return;
        var chosen = DeviceOptions.None;
        var model = (string?)cpu.Attribute("mode") is { } mode and not "custom" ? mode : cpu.Element("model")?.Value;
        if (model is not null && Of(DeviceKind.Cpu, "model").Problem(model) is null) chosen = chosen.With("model", model);
        else if (model is not null) _changes.Add($"Its processor is the usual one, not {model}.");
        foreach (var name in (string[])["cores", "threads"])
            if (Number((string?)cpu.Element("topology")?.Attribute(name)) > 1) chosen = chosen.With(name, Text(Number((string?)cpu.Element("topology")!.Attribute(name))));
        if (chosen.Any()) _hardware = _hardware.With(DeviceKind.Cpu, [chosen]);
        foreach (var element in cpu.Elements().Where(e => e.Name.LocalName is not ("model" or "topology"))) _changes.Add($"What is said of its processor's {element.Name.LocalName} is given up.");
    }

    private string? Network(IReadOnlyList<XElement> cards)
    {
        var chosen = new List<DeviceOptions>();
        string? first = null;
        foreach (var card in cards)
        {
            var mac = ((string?)card.Element("mac")?.Attribute("address"))?.ToLowerInvariant();
            var (type, network) = (Word(card, "type"), (string?)card.Element("source")?.Attribute("network"));
            if (type == "hostdev") _obstacles.Add($"Its network card {mac} is one of the host's.");
            else if (type != "network" || network != DomainXml.Network)
            {
                var now = network ?? (string?)card.Element("source")?.Attribute("bridge") ?? type;
                _changes.Add($"Its network card {mac} is on the network {DomainXml.Network}, not on {now}.");
            }

            foreach (var more in card.Elements().Where(e => e.Name.LocalName is not ("mac" or "source" or "model" or "target" or "alias" or "address" or "boot")))
                _changes.Add($"Of its network card {mac} the setting {more.Name.LocalName} is given up.");
            var device = DeviceOptions.None;
            var model = (string?)card.Element("model")?.Attribute("type") ?? "rtl8139";
            if (Of(DeviceKind.Network, "model") is var option && option.Problem(model) is not null) _changes.Add($"Its network card {mac} is {option.Usual}, not {model}.");
            else if (model != option.Usual) device = device.With("model", model);
            first ??= mac;
            if (chosen.Count > 0)
            {
                var slot = Enumerable.Range(1, 8).FirstOrDefault(s => DomainHardware.MacOf(first!, s) == mac, chosen.Count);
                device = device.With("slot", Text(slot));
                if (DomainHardware.MacOf(first!, slot) is var given && given != mac) _changes.Add($"Its network card {mac} has the address {given}.");
            }

            chosen.Add(device);
        }

        if (chosen.Count > Kinds[DeviceKind.Network].Most) _obstacles.Add($"It has {chosen.Count} network cards, and can have {Kinds[DeviceKind.Network].Most}.");
        if (chosen.Count != 1 || chosen[0].Any()) _hardware = _hardware.With(DeviceKind.Network, chosen);
        return first;
    }

    // One device of its kind at most, of which only the model is chosen.
    private void Models(DeviceKind kind, IReadOnlyList<string?> models)
    {
        var (driver, option) = (Kinds[kind], Of(kind, "model"));
        foreach (var more in models.Skip(driver.Most ?? 0)) _changes.Add($"Its second {driver.Name} ({more}) is given up.");
        if (models is not [{ } model, ..]) return;
        if (option.Problem(model) is not null) _changes.Add($"Its {driver.Name} is {option.Usual}, not {model}.");
        if (driver.Usual == 0 || model != option.Usual) _hardware = _hardware.With(kind, [option.Problem(model) is null ? Option("model", model) : DeviceOptions.None]);
    }

    private void Usb(IReadOnlyList<string?> models)
    {
        if (models is ["none"]) _hardware = _hardware.With(DeviceKind.Usb, []);
        else if (models.Any(m => m is null || Of(DeviceKind.Usb, "model").Problem(m) is not null))
            _changes.Add($"It has one USB controller, of USB 3, not {string.Join(", ", models.Select(m => m ?? "the hypervisor's choice"))}.");
        else if (models is not (["qemu-xhci"] or [])) _hardware = _hardware.With(DeviceKind.Usb, [.. models.Select(m => Option("model", m!))]);
    }

    private void Folders(IReadOnlyList<XElement> folders)
    {
        var chosen = new List<DeviceOptions>();
        foreach (var folder in folders)
        {
            var (source, target) = ((string?)folder.Element("source")?.Attribute("dir") ?? "", (string?)folder.Element("target")?.Attribute("dir") ?? "");
            if (Word(folder.Element("driver"), "type") == "virtiofs" && folder.Element("readonly") is null
                && Of(DeviceKind.Filesystem, "source").Problem(source) is null && Of(DeviceKind.Filesystem, "target").Problem(target) is null)
                chosen.Add(Option("source", source).With("target", target));
            else _changes.Add($"Its shared folder {source} is given up.");
        }

        if (chosen.Count == 0) return;
        _hardware = _hardware.With(DeviceKind.Filesystem, chosen);
        // they need it
        _changes.RemoveAll(c => c == Lost("memoryBacking"));
    }

    private void Other(XElement device)
    {
        switch (device.Name.LocalName)
        {
            case "disk" or "interface" or "video" or "sound" or "filesystem" or "emulator" or "memballoon" or "rng" or "audio":
            case "controller" when Word(device, "type") is "usb" or "pci" or "sata" or "ide" or "fdc" or "virtio-serial":
            case "controller" when Word(device, "type") == "scsi" && Word(device, "model") is null or "virtio-scsi":
            case "serial" or "console" when Word(device, "type") == "pty":
            case "channel" when Word(device.Element("target"), "name") == "org.qemu.guest_agent.0":
            case "input" when Word(device, "bus") is "ps2" or "virtio" && Word(device, "type") is not ("passthrough" or "evdev"):
            // libvirt gives each q35 one
            case "watchdog" when Word(device, "model") == "itco":
                return;
            case "graphics":
                Display(device);
                return;
            case "input" when Word(device, "type") is not ("passthrough" or "evdev"):
                _changes.Add($"Its {Word(device, "type")} is connected by Virtio, not by {Word(device, "bus")}.");
                return;
            case "channel" or "serial" or "console" or "parallel" or "redirdev" or "smartcard" or "watchdog" or "panic" or "vsock" or "crypto":
                Lose(device);
                return;
            case var name:
                _obstacles.Add($"It has a device for which Broker has no words: {name}{(Word(device, "type") is { } type ? $" ({type})" : "")}.");
                return;
        }
    }

    private void Display(XElement graphics)
    {
        var socket = (string?)graphics.Element("listen")?.Attribute("socket") ?? (string?)graphics.Attribute("socket");
        var isOurs = Word(graphics, "type") == "vnc" && socket is not null && Path.GetDirectoryName(socket) == Path.TrimEndingDirectorySeparator(_settings.DisplayFolder);
        if (!isOurs) _changes.Add($"Its {Word(graphics, "type")} display goes: its screen is seen through Broker alone, from its next start on.");
        if (Word(graphics, "sharePolicy") is { } sharing && Of(DeviceKind.Display, "sharing") is var option && option.Problem(sharing) is null && sharing != option.Usual)
            _hardware = _hardware.With(DeviceKind.Display, [Option("sharing", sharing)]);
    }

    private void Lose(XElement element) => _changes.Add(Lost(element.Name.LocalName));

    private static string Lost(string name) => $"What its definition says of {name} is given up.";

    private static DriverOption Of(DeviceKind kind, string name) => Kinds[kind].Options.First(o => o.Name == name);

    private static DeviceOptions Option(string name, string word) => DeviceOptions.None.With(name, word);

    private static string? Word(XElement? element, string attribute) => (string?)element?.Attribute(attribute);

    private static long Number(string? text) => long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : 0;

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);
}
