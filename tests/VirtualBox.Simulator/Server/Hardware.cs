using System.Globalization;
using System.Xml.Linq;

namespace VirtualBox.Simulator.Server;

/// <summary>A rule that forwards a port.</summary>
internal sealed record Forward(string Name, string Protocol, string HostAddress, int HostPort, string GuestAddress, int GuestPort)
{
    public override string ToString() => $"{Name},{Protocol},{HostAddress},{HostPort},{GuestAddress},{GuestPort}";
}

/// <summary>A NIC.</summary>
internal sealed class Adapter
{
    public static readonly string[] Kinds = ["none", "null", "nat", "bridged", "intnet", "hostonly", "natnetwork", "generic"];

    public static readonly Dictionary<string, string> FirstNames = new()
    {
        ["bridged"] = "",
        ["intnet"] = "intnet",
        ["hostonly"] = "",
        ["natnetwork"] = "NatNetwork",
        ["generic"] = "",
    };

    public string Kind { get; set; } = "none";

    public string Type { get; set; } = "82540EM";

    public string Mac { get; set; } = "";

    public bool HasCable { get; set; } = true;

    public string Speed { get; set; } = "0";

    /// <summary>The name of what it is connected to, by kind.</summary>
    public Dictionary<string, string> Names { get; } = new(FirstNames);

    /// <summary>Nothing of it is set.</summary>
    public bool IsUntouched => this is { Kind: "none", Mac: "", Type: "82540EM", HasCable: true, Forwards.Count: 0 }
        && Names.All(n => n.Value == FirstNames[n.Key]);

    public List<Forward> Forwards { get; } = [];

    public static string NewMac() => $"080027{Random.Shared.Next(1 << 24):X6}";
}

/// <summary>A drive in a controller.</summary>
internal sealed class Drive(int port, int device, string kind, Guid? medium)
{
    public int Port { get; } = port;

    public int Device { get; } = device;

    /// <summary>HardDisk, DVD or Floppy.</summary>
    public string Kind { get; } = kind;

    public Guid? Medium { get; set; } = medium;
}

/// <summary>A storage controller.</summary>
internal sealed class Controller(string name, string chip, int ports)
{
    /// <summary>By chip: how it is called in files, on which bus it is, how many ports it has at first and at most, and devices on each.</summary>
    public static readonly Dictionary<string, (string InFiles, string Bus, int First, int Most, int Devices)> Chips = new()
    {
        ["PIIX4"] = ("PIIX4", "ide", 2, 2, 2),
        ["PIIX3"] = ("PIIX3", "ide", 2, 2, 2),
        ["ICH6"] = ("ICH6", "ide", 2, 2, 2),
        ["IntelAhci"] = ("AHCI", "sata", 30, 30, 1),
        ["LsiLogic"] = ("LsiLogic", "scsi", 16, 16, 1),
        ["BusLogic"] = ("BusLogic", "scsi", 16, 16, 1),
        ["LsiLogicSas"] = ("LsiLogicSas", "sas", 8, 255, 1),
        ["I82078"] = ("I82078", "floppy", 1, 1, 2),
        ["USB"] = ("USB", "usb", 8, 8, 1),
        ["NVMe"] = ("NVMe", "pcie", 1, 255, 1),
        ["VirtioSCSI"] = ("VirtioSCSI", "virtio", 1, 256, 1),
    };

    public string Name { get; set; } = name;

    public string Chip { get; } = chip;

    public string Bus => Chips[Chip].Bus;

    public int Ports { get; set; } = ports;

    public bool IsBootable { get; set; } = true;

    public bool HasHostCache { get; set; } = Chips[chip].Bus is "ide" or "floppy";

    public List<Drive> Drives { get; } = [];

    public Drive? At(int port, int device) => Drives.Find(d => d.Port == port && d.Device == device);
}

/// <summary>A serial port.</summary>
internal sealed record SerialPort(int Io, int Irq, string Mode, string Path);

/// <summary>A text that host and guest share.</summary>
/// <param name="Value">The text.</param>
/// <param name="Time">When it was set, in nanoseconds since 1970.</param>
/// <param name="Flags">Such as <c>TRANSIENT, RDONLYGUEST</c>.</param>
internal sealed record GuestProperty(string Value, long Time, string Flags);

/// <summary>What a machine is made of, and a snapshot has a copy of.</summary>
internal sealed class Hardware
{
    /// <summary>Settings that do nothing here: shown, and kept. The words are those of <c>showvminfo</c>.</summary>
    public static readonly Dictionary<string, string> FirstSwitches = new()
    {
        ["pagefusion"] = "off",
        ["cpuexecutioncap"] = "100",
        ["cpu-profile"] = "host",
        ["chipset"] = "piix3",
        ["firmware"] = "BIOS",
        ["hpet"] = "off",
        ["pae"] = "off",
        ["longmode"] = "on",
        ["triplefaultreset"] = "off",
        ["apic"] = "on",
        ["x2apic"] = "on",
        ["nested-hw-virt"] = "off",
        ["hwvirtex"] = "on",
        ["nestedpaging"] = "on",
        ["largepages"] = "off",
        ["vtxvpid"] = "on",
        ["vtxux"] = "on",
        ["virtvmsavevmload"] = "on",
        ["cpuid-portability-level"] = "0",
        ["bootmenu"] = "messageandmenu",
        ["acpi"] = "on",
        ["ioapic"] = "on",
        ["biosapic"] = "apic",
        ["biossystemtimeoffset"] = "0",
        ["rtcuseutc"] = "on",
        ["iommu"] = "none",
        ["paravirtprovider"] = "default",
        ["graphicscontroller"] = "vboxvga",
        ["monitorcount"] = "1",
        ["accelerate3d"] = "off",
        ["hidpointing"] = "ps2mouse",
        ["hidkeyboard"] = "ps2kbd",
        ["audio"] = "default",
        ["audio_out"] = "off",
        ["audio_in"] = "off",
        ["clipboard"] = "disabled",
        ["clipboard_file_transfers"] = "off",
        ["draganddrop"] = "disabled",
        ["usb"] = "off",
        ["ehci"] = "off",
        ["xhci"] = "off",
        ["cpuhotplug"] = "off",
        ["vmprocpriority"] = "default",
    };

    public int Cpus { get; set; } = 1;

    public int Memory { get; set; } = 1024;

    public int VideoMemory { get; set; } = 8;

    public string[] Boot { get; } = ["floppy", "dvd", "disk", "none"];

    public Dictionary<string, string> Switches { get; } = new(FirstSwitches);

    public Adapter[] Adapters { get; } = [.. Enumerable.Range(0, 8).Select(_ => new Adapter())];

    public List<Controller> Controllers { get; } = [];

    public SerialPort?[] Serials { get; } = new SerialPort?[4];

    public bool HasDisplayServer { get; set; }

    public string DisplayAuthentication { get; set; } = "null";

    public bool DisplayTakesMany { get; set; }

    public string? DisplayExtensionPack { get; set; }

    /// <summary>Of the display server: <c>TCP/Ports</c>, <c>TCP/Address</c>, <c>VNCPassword</c>.</summary>
    public OrderedDictionary<string, string> DisplayProperties { get; } = [];

    public OrderedDictionary<string, GuestProperty> GuestProperties { get; } = [];

    /// <summary>Folders of the host, by name.</summary>
    public OrderedDictionary<string, string> SharedFolders { get; } = [];

    public (bool IsEnabled, uint Delay, string Stop) Autostart { get; set; } = (false, 0, "Disabled");

    public IEnumerable<(Controller Controller, Drive Drive)> Drives => from c in Controllers from d in c.Drives select (c, d);

    public IEnumerable<Drive> Disks => from pair in Drives where pair.Drive is { Kind: "HardDisk", Medium: not null } select pair.Drive;

    /// <summary>The same again.</summary>
    public Hardware Copy() => FromXml(ToXml());

    private static XName N(string name) => Settings.Namespace + name;

    /// <summary>As it is in a settings file; a setting that does nothing here is not where VirtualBox has it.</summary>
    public XElement ToXml()
    {
        var hardware = new XElement(N("Hardware"),
            new XElement(N("CPU"), new XAttribute("count", Cpus)),
            new XElement(N("Memory"), new XAttribute("RAMSize", Memory)),
            new XElement(N("Display"), new XAttribute("VRAMSize", VideoMemory)),
            new XElement(N("Boot"), Boot.Select((d, i) => new XElement(N("Order"), new XAttribute("position", i + 1), new XAttribute("device", d)))),
            new XElement(N("RemoteDisplay"), new XAttribute("enabled", HasDisplayServer), new XAttribute("authType", DisplayAuthentication),
                new XAttribute("allowMultiConnection", DisplayTakesMany),
                DisplayExtensionPack is null ? null : new XAttribute("VRDEExtPack", DisplayExtensionPack),
                new XElement(N("VRDEProperties"), DisplayProperties.Select(p =>
                    new XElement(N("Property"), new XAttribute("name", p.Key), new XAttribute("value", p.Value))))),
            new XElement(N("Network"), Adapters.Select((a, slot) => a.IsUntouched ? null : AdapterToXml(a, slot))),
            new XElement(N("UART"),
                Serials.Select((s, i) => s is null ? null : new XElement(N("Port"), new XAttribute("slot", i), new XAttribute("enabled", true),
                new XAttribute("IOBase", s.Io), new XAttribute("IRQ", s.Irq), new XAttribute("hostMode", s.Mode), new XAttribute("path", s.Path)))),
            new XElement(N("StorageControllers"), Controllers.Select(ControllerToXml)),
            new XElement(N("SharedFolders"), SharedFolders.Select(f =>
                new XElement(N("SharedFolder"), new XAttribute("name", f.Key), new XAttribute("hostPath", f.Value)))),
            new XElement(N("Switches"), Switches.Where(s => FirstSwitches.GetValueOrDefault(s.Key) != s.Value).Select(s =>
                new XElement(N("Switch"), new XAttribute("name", s.Key), new XAttribute("value", s.Value)))),
            new XElement(N("GuestProperties"), GuestProperties.Where(p => !p.Value.Flags.Contains("TRANS", StringComparison.Ordinal)).Select(p =>
                new XElement(N("GuestProperty"), new XAttribute("name", p.Key), new XAttribute("value", p.Value.Value),
                    new XAttribute("timestamp", p.Value.Time), new XAttribute("flags", p.Value.Flags)))));
        if (Autostart != (false, 0, "Disabled"))
            hardware.Add(new XElement(N("Autostart"), new XAttribute("enabled", Autostart.IsEnabled), new XAttribute("delay", Autostart.Delay),
                new XAttribute("autostop", Autostart.Stop)));
        return hardware;
    }

    /// <summary>Reads it.</summary>
    /// <param name="hardware">The element; what it lacks is as in a new machine.</param>
    /// <param name="storage">The element of the storage controllers where it is outside, as before VirtualBox 5.</param>
    public static Hardware FromXml(XElement? hardware, XElement? storage = null)
    {
        var result = new Hardware
        {
            Cpus = Number(Child(hardware, "CPU"), "count", 1),
            Memory = Number(Child(hardware, "Memory"), "RAMSize", 1024),
            VideoMemory = Number(Child(hardware, "Display"), "VRAMSize", 8),
        };
        foreach (var order in Children(Child(hardware, "Boot")))
            result.Boot[Number(order, "position", 1) - 1] = DeviceOf(Text(order, "device") ?? "none");
        if (Child(hardware, "RemoteDisplay") is { } display)
        {
            result.HasDisplayServer = Text(display, "enabled") == "true";
            result.DisplayAuthentication = Text(display, "authType")?.ToLowerInvariant() ?? "null";
            result.DisplayTakesMany = Text(display, "allowMultiConnection") == "true";
            result.DisplayExtensionPack = Text(display, "VRDEExtPack");
            foreach (var property in Children(Child(display, "VRDEProperties"))) result.DisplayProperties[Text(property, "name")!] = Text(property, "value")!;
        }
        foreach (var adapter in Children(Child(hardware, "Network")))
            if (Number(adapter, "slot", 0) is >= 0 and < 8 and var slot) AdapterFromXml(adapter, result.Adapters[slot]);
        foreach (var port in Children(Child(hardware, "UART")))
        {
            if (Text(port, "enabled") != "true") continue;
            result.Serials[Number(port, "slot", 0)] = new(Number(port, "IOBase", 0), Number(port, "IRQ", 0), Text(port, "hostMode") ?? "disconnected",
                Text(port, "path") ?? "");
        }
        foreach (var controller in Children(Child(hardware, "StorageControllers") ?? storage)) result.Controllers.Add(ControllerFromXml(controller));
        foreach (var shared in Children(Child(hardware, "SharedFolders"))) result.SharedFolders[Text(shared, "name")!] = Text(shared, "hostPath")!;
        foreach (var item in Children(Child(hardware, "Switches"))) result.Switches[Text(item, "name")!] = Text(item, "value")!;
        foreach (var property in Children(Child(hardware, "GuestProperties")))
            result.GuestProperties[Text(property, "name")!] =
                new(Text(property, "value")!, long.Parse(Text(property, "timestamp")!, CultureInfo.InvariantCulture), Text(property, "flags") ?? "");
        if (Child(hardware, "Autostart") is { } autostart)
            result.Autostart = (Text(autostart, "enabled") == "true", uint.Parse(Text(autostart, "delay") ?? "0", CultureInfo.InvariantCulture),
                Text(autostart, "autostop") ?? "Disabled");
        return result;

        static string DeviceOf(string word) => word switch
        {
            "HardDisk" => "disk",
            "Network" => "net",
            _ => word.ToLowerInvariant(),
        };
    }

    private static XElement AdapterToXml(Adapter adapter, int slot)
    {
        var result = new XElement(N("Adapter"), new XAttribute("slot", slot), new XAttribute("enabled", adapter.Kind != "none"),
            new XAttribute("MACAddress", adapter.Mac), new XAttribute("cable", adapter.HasCable), new XAttribute("type", adapter.Type),
            new XAttribute("speed", adapter.Speed), new XAttribute("kind", adapter.Kind),
            adapter.Names.Where(n => n.Value != Adapter.FirstNames[n.Key]).Select(n =>
                new XElement(N("Name"), new XAttribute("kind", n.Key), new XAttribute("name", n.Value))));
        result.Add(new XElement(N("NAT"), adapter.Forwards.Select(f => new XElement(N("Forwarding"), new XAttribute("name", f.Name),
            new XAttribute("proto", f.Protocol), new XAttribute("hostip", f.HostAddress), new XAttribute("hostport", f.HostPort),
            new XAttribute("guestip", f.GuestAddress), new XAttribute("guestport", f.GuestPort)))));
        return result;
    }

    private static void AdapterFromXml(XElement element, Adapter adapter)
    {
        adapter.Kind = Text(element, "kind") ?? (Text(element, "enabled") == "true" ? "nat" : "none");
        adapter.Mac = Text(element, "MACAddress") ?? "";
        adapter.HasCable = Text(element, "cable") != "false";
        adapter.Type = Text(element, "type") ?? "82540EM";
        adapter.Speed = Text(element, "speed") ?? "0";
        foreach (var name in element.Elements().Where(e => e.Name.LocalName == "Name")) adapter.Names[Text(name, "kind")!] = Text(name, "name")!;
        foreach (var rule in Children(Child(element, "NAT")))
            adapter.Forwards.Add(new(Text(rule, "name")!, Text(rule, "proto")!, Text(rule, "hostip")!, Number(rule, "hostport", 0), Text(rule, "guestip")!,
                Number(rule, "guestport", 0)));
    }

    private static XElement ControllerToXml(Controller controller) => new(N("StorageController"),
        new XAttribute("name", controller.Name), new XAttribute("type", Controller.Chips[controller.Chip].InFiles),
        new XAttribute("PortCount", controller.Ports),
        new XAttribute("useHostIOCache", controller.HasHostCache), new XAttribute("Bootable", controller.IsBootable),
        controller.Drives.Select(d => new XElement(N("AttachedDevice"), new XAttribute("type", d.Kind), new XAttribute("hotpluggable", false),
            new XAttribute("port", d.Port), new XAttribute("device", d.Device),
            d.Medium is { } medium ? new XElement(N("Image"), new XAttribute("uuid", $"{{{medium}}}")) : null)));

    private static Controller ControllerFromXml(XElement element)
    {
        var type = Text(element, "type");
        var chip = Controller.Chips.First(c => c.Value.InFiles == type).Key;
        var result = new Controller(Text(element, "name")!, chip, Number(element, "PortCount", 1))
        {
            IsBootable = Text(element, "Bootable") != "false",
            HasHostCache = Text(element, "useHostIOCache") == "true",
        };
        foreach (var device in Children(element))
            result.Drives.Add(new(Number(device, "port", 0), Number(device, "device", 0), Text(device, "type")!,
                Text(Child(device, "Image"), "uuid") is { } uuid ? Guid.Parse(uuid) : null));
        return result;
    }

    private static XElement? Child(XElement? parent, string name) => parent?.Elements().FirstOrDefault(e => e.Name.LocalName == name);

    private static IEnumerable<XElement> Children(XElement? parent) => parent?.Elements() ?? [];

    private static string? Text(XElement? element, string attribute) => element?.Attribute(attribute)?.Value;

    private static int Number(XElement? element, string attribute, int otherwise) =>
        int.TryParse(Text(element, attribute), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : otherwise;
}
