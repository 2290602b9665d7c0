using System.Globalization;
using System.Xml.Linq;
using VirtualBox.Simulator.Guests;

namespace VirtualBox.Simulator.Server;

/// <summary>A snapshot of a machine.</summary>
internal sealed class Snapshot(Guid id, string name, DateTimeOffset time, Hardware hardware)
{
    public Guid Id { get; } = id;

    public string Name { get; set; } = name;

    public string Description { get; set; } = "";

    public DateTimeOffset Time { get; } = time;

    public Hardware Hardware { get; } = hardware;

    public string? StateFile { get; set; }

    public List<Snapshot> Children { get; } = [];

    public IEnumerable<Snapshot> WithDescendants() => Children.SelectMany(c => c.WithDescendants()).Prepend(this);
}

/// <summary>A machine.</summary>
internal sealed class Machine(Guid id, string name, string file)
{
    private static readonly HashSet<string> online =
        ["running", "paused", "gurumeditation", "starting", "stopping", "saving", "restoring", "onlinesnapshotting", "livesnapshotting"];

    public Guid Id { get; } = id;

    public string Name { get; set; } = name;

    /// <summary>Its settings file.</summary>
    public string SettingsFile { get; set; } = file;

    public string Folder => Path.GetDirectoryName(SettingsFile)!;

    public string SnapshotFolder => Path.Combine(Folder, "Snapshots");

    public string OsType { get; set; } = "Other";

    public string Description { get; set; } = "";

    public List<string> Groups { get; } = ["/"];

    public Hardware Hardware { get; set; } = new();

    public OrderedDictionary<string, string> Extra { get; } = [];

    public Snapshot? FirstSnapshot { get; set; }

    public Guid? CurrentSnapshot { get; set; }

    public string? StateFile { get; set; }

    public string State { get; set; } = "poweroff";

    public DateTimeOffset Changed { get; set; } = TimeProvider.System.GetUtcNow();

    /// <summary>What runs in it; null while it is off.</summary>
    public Guest? Guest { get; set; }

    /// <summary>Until then it is locked though it is off.</summary>
    public long UnlockedAt { get; set; }

    /// <summary>Why its file can't be read; null if it can.</summary>
    public string? Trouble { get; set; }

    /// <summary>The version of its file, until it is written anew.</summary>
    public string Version { get; set; } = Settings.Version;

    public bool IsOnline => online.Contains(State);

    public bool IsLocked => IsOnline || Environment.TickCount64 < UnlockedAt;

    public IEnumerable<Snapshot> Snapshots => FirstSnapshot?.WithDescendants() ?? [];

    /// <summary>VirtualBox's word for its state in messages.</summary>
    public string StateText => State switch
    {
        "poweroff" => "PoweredOff",
        "gurumeditation" => "GuruMeditation",
        "aborted-saved" => "AbortedSaved",
        _ => char.ToUpperInvariant(State[0]) + State[1..],
    };

    public void Become(string state)
    {
        State = state;
        Changed = TimeProvider.System.GetUtcNow();
    }

    public Snapshot FindSnapshot(string nameOrId, string component = "SessionMachine")
    {
        if (Guid.TryParse(nameOrId, out var id))
            return Snapshots.FirstOrDefault(s => s.Id == id)
                ?? throw new Failure($"Could not find a snapshot with UUID {{{id}}}", Code.NS_ERROR_FAILURE, component);
        return Snapshots.FirstOrDefault(s => s.Name == nameOrId)
            ?? throw new Failure($"Could not find a snapshot named '{nameOrId}'", Code.VBOX_E_OBJECT_NOT_FOUND, component);
    }

    /// <summary>Writes its file.</summary>
    /// <param name="media">Those of its registry: the trees.</param>
    public void Save(XElement? media)
    {
        var space = Settings.Namespace;
        var element = new XElement(space + "Machine", new XAttribute("uuid", $"{{{Id}}}"), new XAttribute("name", Name), new XAttribute("OSType", OsType));
        if (StateFile is not null) element.Add(new XAttribute("stateFile", Relative(StateFile)));
        if (CurrentSnapshot is { } current) element.Add(new XAttribute("currentSnapshot", $"{{{current}}}"));
        element.Add(new XAttribute("snapshotFolder", "Snapshots"), new XAttribute("lastStateChange", Time(Changed)));
        if (State is "aborted" or "aborted-saved") element.Add(new XAttribute("aborted", true));
        element.Add(
            media,
            Description.Length == 0 ? null : new XElement(space + "Description", Description),
            Extra.Count == 0 ? null : new XElement(space + "ExtraData", Extra.Select(e =>
                new XElement(space + "ExtraDataItem", new XAttribute("name", e.Key), new XAttribute("value", e.Value)))),
            FirstSnapshot is null ? null : ToXml(FirstSnapshot),
            Hardware.ToXml(),
            Groups is ["/"] ? null : new XElement(space + "Groups", Groups.Select(g => new XElement(space + "Group", new XAttribute("name", g)))));
        Directory.CreateDirectory(Folder);
        if (Version != Settings.Version)
        {
            // a file of an older VirtualBox is kept beside
            File.Copy(SettingsFile, Path.Combine(Folder, $"{Path.GetFileNameWithoutExtension(SettingsFile)}-{Version}{Path.GetExtension(SettingsFile)}"),
                overwrite: true);
            Version = Settings.Version;
        }
        Settings.Write(SettingsFile, element, Settings.Version);

        XElement ToXml(Snapshot snapshot) => new(space + "Snapshot", new XAttribute("uuid", $"{{{snapshot.Id}}}"), new XAttribute("name", snapshot.Name),
            new XAttribute("timeStamp", Time(snapshot.Time)), snapshot.StateFile is null ? null : new XAttribute("stateFile", Relative(snapshot.StateFile)),
            snapshot.Description.Length == 0 ? null : new XElement(space + "Description", snapshot.Description), snapshot.Hardware.ToXml(),
            snapshot.Children.Count == 0 ? null : new XElement(space + "Snapshots", snapshot.Children.Select(ToXml)));
    }

    /// <summary>Reads a file.</summary>
    /// <param name="path">Its path.</param>
    /// <param name="media">Gets the element of its registry of media.</param>
    /// <exception cref="Failure">It can't be read.</exception>
    public static Machine Load(string path, Action<XElement> media)
    {
        var root = Settings.Read(path);
        var version = root.Attribute("version")?.Value ?? "";
        if (!version.StartsWith("1.", StringComparison.Ordinal) || version == "1.0-linux")
            throw new Failure($"Cannot handle settings version '{version}'", Code.NS_ERROR_FAILURE, "MachineWrap");
        var element = Child(root, "Machine") ?? throw new Failure($"Required Machine element not found in '{path}'", Code.NS_ERROR_FAILURE, "MachineWrap");
        var machine = new Machine(Guid.Parse(element.Attribute("uuid")!.Value), element.Attribute("name")!.Value, path)
        {
            OsType = element.Attribute("OSType")?.Value ?? "Other",
            Version = version,
            Description = Child(element, "Description")?.Value ?? "",
            StateFile = Absolute(element.Attribute("stateFile")?.Value),
            CurrentSnapshot = element.Attribute("currentSnapshot") is { } current ? Guid.Parse(current.Value) : null,
            Hardware = Hardware.FromXml(Child(element, "Hardware"), Child(element, "StorageControllers")),
            Changed = element.Attribute("lastStateChange") is { } time ? Time(time.Value) : TimeProvider.System.GetUtcNow(),
        };
        var isAborted = element.Attribute("aborted")?.Value == "true";
        machine.State = (isAborted, machine.StateFile) switch
        {
            (true, null) => "aborted",
            (true, _) => "aborted-saved",
            (false, null) => "poweroff",
            (false, _) => "saved",
        };
        if (Child(element, "Groups") is { } groups)
        {
            machine.Groups.Clear();
            machine.Groups.AddRange(groups.Elements().Select(g => g.Attribute("name")!.Value));
        }
        foreach (var item in Child(element, "ExtraData")?.Elements() ?? []) machine.Extra[item.Attribute("name")!.Value] = item.Attribute("value")!.Value;
        if (Child(element, "Snapshot") is { } snapshot) machine.FirstSnapshot = FromXml(snapshot);
        if (Child(element, "MediaRegistry") is { } registry) media(registry);
        return machine;

        string? Absolute(string? file) => file is null ? null : Path.GetFullPath(file, Path.GetDirectoryName(path)!);

        Snapshot FromXml(XElement one)
        {
            var result = new Snapshot(Guid.Parse(one.Attribute("uuid")!.Value), one.Attribute("name")!.Value, Time(one.Attribute("timeStamp")!.Value),
                Hardware.FromXml(Child(one, "Hardware")))
            {
                Description = Child(one, "Description")?.Value ?? "",
                StateFile = Absolute(one.Attribute("stateFile")?.Value),
            };
            result.Children.AddRange((Child(one, "Snapshots")?.Elements() ?? []).Select(FromXml));
            return result;
        }
    }

    private string Relative(string file) => file.StartsWith($"{Folder}/", StringComparison.Ordinal) ? file[(Folder.Length + 1)..] : file;

    private static XElement? Child(XElement parent, string name) => parent.Elements().FirstOrDefault(e => e.Name.LocalName == name);

    private static string Time(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture);

    private static DateTimeOffset Time(string text) => DateTimeOffset.Parse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal);
}
