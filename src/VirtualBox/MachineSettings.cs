namespace VirtualBox;

/// <summary>Switches of a machine's hardware, named as VBoxManage's options.</summary>
[Flags]
public enum MachineSwitches
{
    /// <summary>None.</summary>
    None = 0,

    /// <summary>ACPI: without it there is no power button.</summary>
    Acpi = 1 << 0,

    /// <summary>An I/O APIC: more than one CPU and 64-bit Windows need it.</summary>
    IoApic = 1 << 1,

    /// <summary>The clock runs in UTC.</summary>
    RtcUseUtc = 1 << 2,

    /// <summary>CPUs may come and go while it runs. Not in reports.</summary>
    CpuHotplug = 1 << 3,

    /// <summary>Physical address extension, for 32-bit systems.</summary>
    Pae = 1 << 4,

    /// <summary>64-bit systems.</summary>
    LongMode = 1 << 5,

    /// <summary>High precision event timer.</summary>
    Hpet = 1 << 6,

    /// <summary>The CPU's virtualization.</summary>
    HwVirtex = 1 << 7,

    /// <summary>A triple fault resets the machine instead of stopping it with an error.</summary>
    TripleFaultReset = 1 << 8,

    /// <summary>The CPU's nested page tables.</summary>
    NestedPaging = 1 << 9,

    /// <summary>Large memory pages.</summary>
    LargePages = 1 << 10,

    /// <summary>Intel's tagged TLB.</summary>
    VtxVpid = 1 << 11,

    /// <summary>Intel's unrestricted guests.</summary>
    VtxUx = 1 << 12,

    /// <summary>Accelerated 3D graphics.</summary>
    Accelerate3D = 1 << 13,
}

/// <summary>Where a machine looks for a system to boot.</summary>
public enum BootDevice
{
    /// <summary>Nowhere.</summary>
    None,

    /// <summary>A floppy disk.</summary>
    Floppy,

    /// <summary>A CD or DVD.</summary>
    Dvd,

    /// <summary>A hard disk.</summary>
    Disk,

    /// <summary>The network.</summary>
    Net,
}

/// <summary>A machine's graphics card.</summary>
public enum GraphicsController
{
    /// <summary>None, or one that this library does not know.</summary>
    None,

    /// <summary>VirtualBox's own: plain VGA to whoever has no driver for it.</summary>
    VBoxVga,

    /// <summary>VMware's, which VirtualBox prefers for Linux.</summary>
    VmSvga,

    /// <summary>VirtualBox's own with VMware's acceleration, for Windows.</summary>
    VBoxSvga,
}

/// <summary>What the guest sees of the mouse.</summary>
public enum PointingDevice
{
    /// <summary>A PS/2 mouse, or something that this library does not know.</summary>
    Ps2,

    /// <summary>A USB tablet, which tells where the pointer is and not how far it went. Its USB controller (OHCI) is turned on with it.</summary>
    UsbTablet,
}

/// <summary>What the first serial port is connected to.</summary>
public enum SerialMode
{
    /// <summary>There is no port.</summary>
    Off,

    /// <summary>A port without anything.</summary>
    Disconnected,

    /// <summary>A socket that the machine makes.</summary>
    Server,

    /// <summary>A socket that somebody else makes.</summary>
    Client,

    /// <summary>A file that the machine writes.</summary>
    File,
}

/// <summary>The first serial port (COM1).</summary>
/// <param name="Mode">What it is connected to.</param>
/// <param name="Path">The socket's or the file's path; not for <see cref="SerialMode.Off"/> and <see cref="SerialMode.Disconnected"/>.</param>
public sealed record SerialPort(SerialMode Mode, string? Path = null);

/// <summary>What to change of a machine; what is null stays. All of it is changed or nothing.</summary>
public sealed record MachineSettings
{
    /// <summary>Its name; its folder moves with it.</summary>
    public string? Name { get; init; }

    /// <summary>Number of CPUs.</summary>
    public int? Cpus { get; init; }

    /// <summary>Main memory, in MiB.</summary>
    public int? MemoryMiB { get; init; }

    /// <summary>Video memory, in MiB.</summary>
    public int? VideoMemoryMiB { get; init; }

    /// <summary>The graphics card.</summary>
    public GraphicsController? Graphics { get; init; }

    /// <summary>The mouse.</summary>
    public PointingDevice? Mouse { get; init; }

    /// <summary>The guest's system, by VirtualBox's id: <c>Debian_64</c>.</summary>
    public string? OSType { get; init; }

    /// <summary>For people.</summary>
    public string? Description { get; init; }

    /// <summary>The switches to turn on.</summary>
    public MachineSwitches TurnOn { get; init; }

    /// <summary>The switches to turn off.</summary>
    public MachineSwitches TurnOff { get; init; }

    /// <summary>Up to four; the rest is set to <see cref="BootDevice.None"/>.</summary>
    public IReadOnlyList<BootDevice>? BootOrder { get; init; }

    /// <summary>The first serial port.</summary>
    public SerialPort? Serial { get; init; }

    /// <summary>The options of <c>modifyvm</c>.</summary>
    /// <exception cref="ArgumentException">A value can't be; VirtualBox would say nothing of use, or take it.</exception>
    internal IEnumerable<string> Arguments()
    {
        if (Name is not null)
        {
            yield return "--name";
            yield return Names.Machine(Name);
        }
        foreach (var (option, number) in new[] { ("--cpus", Cpus), ("--memory", MemoryMiB), ("--vram", VideoMemoryMiB) })
        {
            if (number is null) continue;
            if (number < 1) throw Names.Refused($"{option[2..]} must be 1 or more, not {number}.");
            yield return option;
            yield return $"{number}";
        }
        if (Graphics is not null)
        {
            yield return "--graphicscontroller";
            yield return Word(Graphics);
        }
        if (Mouse is not null)
        {
            if (Mouse == PointingDevice.UsbTablet)
            {
                yield return "--usbohci";
                yield return "on";
            }
            yield return "--mouse";
            yield return Word(Mouse);
        }
        if (OSType is not null)
        {
            yield return "--ostype";
            yield return Names.Text(OSType, "The system's id");
        }
        if (Description is not null)
        {
            yield return "--description";
            yield return Description;
        }
        if ((TurnOn & TurnOff) != MachineSwitches.None) throw Names.Refused($"{TurnOn & TurnOff} can't be turned on and off at once.");
        foreach (var flag in Enum.GetValues<MachineSwitches>().Where(f => (TurnOn | TurnOff).HasFlag(f) && f != MachineSwitches.None))
        {
            yield return $"--{Word(flag)}";
            yield return TurnOn.HasFlag(flag) ? "on" : "off";
        }
        if (BootOrder is not null)
        {
            if (BootOrder.Count > 4) throw Names.Refused($"A machine has four places to boot from, not {BootOrder.Count}.");
            for (var place = 1; place <= 4; place++)
            {
                yield return $"--boot{place}";
                yield return Word(place <= BootOrder.Count ? BootOrder[place - 1] : BootDevice.None);
            }
        }
        if (Serial is null) yield break;
        yield return "--uart1";
        if (Serial.Mode == SerialMode.Off)
        {
            yield return "off";
            yield break;
        }
        foreach (var argument in new[] { "0x3F8", "4", "--uartmode1", Word(Serial.Mode) }) yield return argument;
        if (Serial.Mode != SerialMode.Disconnected) yield return Names.Text(Serial.Path ?? "", "The serial port's path");
    }

    /// <summary>A name of ours as VBoxManage writes it: in small letters.</summary>
    internal static string Word(Enum name) => name.ToString().ToLowerInvariant();
}

/// <summary>A machine to be made.</summary>
/// <param name="Name">Its name; in one folder no two have the same.</param>
public sealed record NewMachine(string Name)
{
    /// <summary>Its UUID, a new one if not given. Who keeps it can look after a cancelled try what was made.</summary>
    public Guid Uuid { get; init; } = Guid.NewGuid();

    /// <summary>The guest's system, by VirtualBox's id: <c>Debian_64</c>. For a clone: that of the original.</summary>
    public string? OSType { get; init; }

    /// <summary>The folder in which its own is made, absolute; VirtualBox's default machine folder if not given.</summary>
    public string? BaseFolder { get; init; }

    /// <summary>Its group, <c>/students/first</c>; each part is a folder below <see cref="BaseFolder"/>.</summary>
    public string? Group { get; init; }

    /// <summary>
    /// With the devices that VirtualBox thinks right for the system: IDE and SATA controllers, a NAT NIC, USB, sound. Without, it has none. Not for clones.
    /// </summary>
    public bool DefaultDevices { get; init; }

    /// <summary>The options that <c>createvm</c> and <c>clonevm</c> share.</summary>
    internal IEnumerable<string> Arguments()
    {
        yield return "--name";
        yield return Names.Machine(Name);
        yield return "--uuid";
        yield return $"{Uuid}";
        yield return "--register";
        if (BaseFolder is not null)
        {
            if (!Path.IsPathRooted(BaseFolder)) throw Names.Refused($"The folder for machines must be absolute, '{BaseFolder}' is not.");
            yield return "--basefolder";
            yield return Names.MediumPath(BaseFolder);
        }
        if (Group is not null)
        {
            yield return "--groups";
            yield return Names.Group(Group);
        }
    }
}
