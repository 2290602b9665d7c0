using System.Globalization;
using System.Xml.Linq;

namespace VirtualBox;

/// <summary>
/// A machine's settings file, <c>.vbox</c>, or <c>.xml</c> from before VirtualBox 4.0. Read without VirtualBox, never written. Whether the machine
/// runs is not in it: a running one looks like one that is switched off.
/// </summary>
public sealed record MachineFile
{
    private MachineFile(SettingsFile file)
    {
        if (SettingsFile.Children(file.Root, "MachineEncrypted").FirstOrDefault() is { } secret)
            throw file.Error(secret, "The machine is encrypted. Only VirtualBox can read its settings, with the password.");
        var machine = SettingsFile.Children(file.Root, "Machine").FirstOrDefault()
            ?? throw file.Error(file.Root, "There is no machine in it. VirtualBox.xml is read by GlobalFile.");
        var folder = Path.GetDirectoryName(file.FullPath)!;
        File = file.FullPath;
        Version = file.Version;
        Uuid = file.RequiredUuid(machine, "uuid");
        Name = file.Required(machine, "name");
        OsType = machine.Attribute("OSType")?.Value ?? "";
        SnapshotFolder = SettingsFile.Resolve(folder, machine.Attribute("snapshotFolder")?.Value is { Length: > 0 } own ? own : "Snapshots");
        CurrentSnapshot = file.OptionalUuid(machine, "currentSnapshot");
        StateFile = machine.Attribute("stateFile")?.Value is { Length: > 0 } state ? SettingsFile.Resolve(folder, state) : null;
        IsAborted = SettingsFile.IsTrue(machine, "aborted");
        LastStateChange = file.Time(machine, "lastStateChange");
        Groups = [.. Now(machine, "Groups").SelectMany(g => SettingsFile.Children(g, "Group")).Select(g => file.Required(g, "name"))];
        Autostart = Now(machine, "Autostart").Select(a => MachineAutostart.Read(file, a)).FirstOrDefault() ?? MachineAutostart.Off;
        Snapshots = [.. SettingsFile.Children(machine, "Snapshot").Select(s => SnapshotEntry.Read(file, s))];
        Media = MediaRegistry.Read(file, machine);
        AttachedDisks =
        [
            .. (from device in Now(machine, "AttachedDevice")
                where device.Attribute("type")?.Value == "HardDisk"
                from image in SettingsFile.Children(device, "Image")
                select file.RequiredUuid(image, "uuid"))
            .Concat(Now(machine, "HardDiskAttachment").Select(a => file.RequiredUuid(a, "hardDisk"))), // the latter before settings 1.7
        ];
    }

    /// <summary>The file's path.</summary>
    public string File { get; }

    /// <summary>The version of its format.</summary>
    public SettingsVersion Version { get; }

    /// <summary>The machine's UUID.</summary>
    public Guid Uuid { get; }

    /// <summary>Its name; others may have the same.</summary>
    public string Name { get; }

    /// <summary>What is meant to run in it, by VirtualBox's word: <c>Debian_64</c>.</summary>
    public string OsType { get; }

    /// <summary>Where its snapshots and saved states go, an absolute path: <c>Snapshots</c> in its folder, unless it was changed.</summary>
    public string SnapshotFolder { get; }

    /// <summary>The snapshot that it comes from; null without snapshots.</summary>
    public Guid? CurrentSnapshot { get; }

    /// <summary>The absolute path of its saved state; null if it is not saved.</summary>
    public string? StateFile { get; }

    /// <summary>Whether it ended without being switched off.</summary>
    public bool IsAborted { get; }

    /// <summary>When its state last changed, in UTC; null if the file doesn't say.</summary>
    public DateTimeOffset? LastStateChange { get; }

    /// <summary>Its groups, such as <c>/clones</c>; none if it is in the outermost only.</summary>
    public IReadOnlyList<string> Groups { get; }

    /// <summary>Whether it starts and ends with the host (<see cref="VirtualBox.Autostart.Enable"/>).</summary>
    public MachineAutostart Autostart { get; }

    /// <summary>Its first snapshot, with those taken after it inside; none without snapshots.</summary>
    public IReadOnlyList<SnapshotEntry> Snapshots { get; }

    /// <summary>Its own registry of media; empty for machines from before 4.0. Disks of linked clones may stand in that of their base.</summary>
    public MediaRegistry Media { get; }

    /// <summary>The UUIDs of its hard disks as it is now, those of snapshots not among them.</summary>
    public IReadOnlyList<Guid> AttachedDisks { get; }

    /// <summary>Reads it.</summary>
    /// <param name="path">Its path.</param>
    /// <exception cref="SettingsFileException">It can't be read, is encrypted, or is something else.</exception>
    public static MachineFile Load(string path) => new(SettingsFile.Load(path));

    /// <summary>Elements of the machine as it is now, wherever that version of settings has them: all but those of snapshots.</summary>
    private static IEnumerable<XElement> Now(XElement machine, string name) =>
        machine.Elements().Where(e => e.Name.LocalName != "Snapshot").SelectMany(e => e.DescendantsAndSelf()).Where(e => e.Name.LocalName == name);
}

/// <summary>A machine's snapshot.</summary>
/// <param name="Uuid">Its UUID.</param>
/// <param name="Name">Its name; others of the same machine may have the same.</param>
/// <param name="TakenAt">When it was taken, in UTC; null if the file doesn't say.</param>
/// <param name="Children">Those that come from it.</param>
public sealed record SnapshotEntry(Guid Uuid, string Name, DateTimeOffset? TakenAt, IReadOnlyList<SnapshotEntry> Children)
{
    internal static SnapshotEntry Read(SettingsFile file, XElement element) => new(
        file.RequiredUuid(element, "uuid"),
        file.Required(element, "name"),
        file.Time(element, "timeStamp"),
        [.. SettingsFile.Children(element, "Snapshots").SelectMany(s => SettingsFile.Children(s, "Snapshot")).Select(s => Read(file, s))]);
}

/// <summary>What a machine does when its host starts and ends.</summary>
/// <param name="IsEnabled">Whether it starts with the host.</param>
/// <param name="Delay">How long VirtualBox waits before that.</param>
/// <param name="Stop">What happens to it when the host goes down.</param>
public sealed record MachineAutostart(bool IsEnabled, TimeSpan Delay, AutostopType Stop)
{
    internal static MachineAutostart Off { get; } = new(false, TimeSpan.Zero, AutostopType.Disabled);

    internal static MachineAutostart Read(SettingsFile file, XElement element)
    {
        var (delay, stop) = (element.Attribute("delay")?.Value ?? "0", element.Attribute("autostop")?.Value ?? nameof(AutostopType.Disabled));
        if (!uint.TryParse(delay, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds))
            throw file.Error(element, $"'{delay}' is no delay in seconds.");
        // A number is no word, though the parser of enums takes it.
        if (char.IsAsciiDigit(stop.FirstOrDefault()) || !Enum.TryParse<AutostopType>(stop, ignoreCase: true, out var type))
            throw file.Error(element, $"'{stop}' is no type of autostop.");
        return new(SettingsFile.IsTrue(element, "enabled"), TimeSpan.FromSeconds(seconds), type);
    }
}
