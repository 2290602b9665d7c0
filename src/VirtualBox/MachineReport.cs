using System.Globalization;

namespace VirtualBox;

/// <summary>What VirtualBox says of a machine (<c>showvminfo</c>), at one moment.</summary>
public sealed class MachineReport
{
    private readonly MachineReadable report;

    internal MachineReport(MachineReadable report)
    {
        this.report = report;
        Uuid = Guid.Parse(Required("UUID"));
    }

    /// <summary>Its UUID.</summary>
    public Guid Uuid { get; }

    /// <summary>Its name, which others may have too.</summary>
    public string Name => Required("name");

    /// <summary>The state it is in.</summary>
    public MachineState State => StateOf(Required("VMState"));

    /// <summary>Since when, in UTC.</summary>
    public DateTimeOffset StateSince => DateTimeOffset.Parse(Required("VMStateChangeTime"), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal);

    /// <summary>Number of CPUs.</summary>
    public int Cpus => Number("cpus");

    /// <summary>Main memory, in MiB.</summary>
    public int MemoryMiB => Number("memory");

    /// <summary>Video memory, in MiB.</summary>
    public int VideoMemoryMiB => Number("vram");

    /// <summary>Its graphics card.</summary>
    public GraphicsController Graphics =>
        Enum.TryParse<GraphicsController>(report["graphicscontroller"], ignoreCase: true, out var card) ? card : GraphicsController.None;

    /// <summary>Its mouse.</summary>
    public PointingDevice Mouse => report["hidpointing"] == "usbtablet" ? PointingDevice.UsbTablet : PointingDevice.Ps2;

    /// <summary>The guest's system as people call it: <c>Debian (64-bit)</c>, not the id that it was made with.</summary>
    public string OSType => Required("ostype");

    /// <summary>Empty if it has none.</summary>
    public string Description => report["description"] ?? "";

    /// <summary>Its groups.</summary>
    public IReadOnlyList<string> Groups => (report["groups"] ?? "/").Split(',');

    /// <summary>The path of its <c>.vbox</c> file.</summary>
    public string SettingsFile => Required("CfgFile");

    /// <summary>The folder it lies in.</summary>
    public string Folder => Path.GetDirectoryName(SettingsFile)!;

    /// <summary>The switches that are on, of those that are reported.</summary>
    public MachineSwitches Switches =>
        Enum.GetValues<MachineSwitches>().Where(f => report.IsOn(MachineSettings.Word(f))).Aggregate(MachineSwitches.None, (all, flag) => all | flag);

    /// <summary>Where it looks for a system, all four places.</summary>
    public IReadOnlyList<BootDevice> BootOrder =>
        [.. Enumerable.Range(1, 4).Select(p => Enum.TryParse<BootDevice>(report[$"boot{p}"], ignoreCase: true, out var device) ? device : BootDevice.None)];

    /// <summary>The first serial port. A mode that this library does not know is shown as disconnected.</summary>
    public SerialPort Serial
    {
        get
        {
            if (report["uart1"] is null or "off") return new(SerialMode.Off);
            var parts = (report["uartmode1"] ?? "").Split(',', 2);
            var known = Enum.TryParse<SerialMode>(parts[0], ignoreCase: true, out var mode) && parts.Length == 2;
            return known ? new(mode, parts[1]) : new(SerialMode.Disconnected);
        }
    }

    /// <summary>Its NICs, by their number from 1; those that are not there are left out.</summary>
    public IReadOnlyDictionary<int, Nic> Nics => Nic.Read(report);

    /// <summary>The ports forwarded through its NAT NICs, with the NIC's number.</summary>
    public IReadOnlyList<(int Nic, PortForward Rule)> Forwards => PortForward.Read(report);

    /// <summary>Its storage controllers.</summary>
    public IReadOnlyList<StorageController> Controllers => StorageController.Read(report);

    /// <summary>What is in its controllers; places without a medium or a drive are left out.</summary>
    public IReadOnlyList<Attachment> Attachments => Attachment.Read(report, Controllers);

    /// <summary>The snapshot that its present state comes from, null if it has none.</summary>
    public Guid? CurrentSnapshot => Guid.TryParse(report["CurrentSnapshotUUID"], out var uuid) ? uuid : null;

    /// <summary>The host's folders that it sees; those of a running machine's moment are not among them.</summary>
    public IReadOnlyList<SharedFolder> SharedFolders => SharedFolder.Read(report);

    /// <summary>Its remote display as it is set up; null if it is off.</summary>
    public RemoteDisplay? RemoteDisplay => RemoteDisplay.Read(report);

    /// <summary>The host's port at which its remote display is; null while it does not run, or has none.</summary>
    public ushort? RemoteDisplayPort => RemoteDisplay.ReadPort(report);

    /// <summary>Any other value, by VirtualBox's key; null if it isn't there.</summary>
    public string? this[string key] => report[key];

    internal static MachineState StateOf(string word) =>
        Enum.TryParse<MachineState>(word.Replace("-", "", StringComparison.Ordinal), ignoreCase: true, out var state) && char.IsAsciiLetter(word[0])
            ? state
            : MachineState.Unknown;

    private string Required(string key) => report[key] ?? throw new FormatException($"VBoxManage's report lacks {key}.");

    private int Number(string key) => int.Parse(Required(key), NumberStyles.None, CultureInfo.InvariantCulture);
}
