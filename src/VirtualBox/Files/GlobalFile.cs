namespace VirtualBox;

/// <summary>
/// The global settings, <c>VirtualBox.xml</c>: which machines there are, and what holds for all of them. Read without VirtualBox, never written (the
/// manual's chapter "Global configuration data").
/// </summary>
public sealed record GlobalFile
{
    private GlobalFile(SettingsFile file)
    {
        var folder = Path.GetDirectoryName(file.FullPath)!;
        var global = SettingsFile.Children(file.Root, "Global").FirstOrDefault()
            ?? throw file.Error(file.Root, "There are no global settings in it. A machine's file is read by MachineFile.");
        var properties = SettingsFile.Children(global, "SystemProperties").FirstOrDefault();
        File = file.FullPath;
        Version = file.Version;
        Machines =
        [
            .. from registry in SettingsFile.Children(global, "MachineRegistry")
               from entry in SettingsFile.Children(registry, "MachineEntry")
               select new RegisteredMachine(file.RequiredUuid(entry, "uuid"), SettingsFile.Resolve(folder, file.Required(entry, "src"))),
        ];
        DefaultMachineFolder = Property("defaultMachineFolder");
        DefaultHardDiskFolder = Property("defaultHardDiskFolder") ?? Property("defaultVDIFolder"); // the latter before settings 1.4
        AutostartDatabase = Property("autostartDatabasePath");
        Media = MediaRegistry.Read(file, global);

        string? Property(string name) => properties?.Attribute(name)?.Value is { Length: > 0 } value ? SettingsFile.Resolve(folder, value) : null;
    }

    /// <summary>The file's path.</summary>
    public string File { get; }

    /// <summary>The version of its format.</summary>
    public SettingsVersion Version { get; }

    /// <summary>The registered machines, in the order of the file (<c>VBoxManage list vms</c>).</summary>
    public IReadOnlyList<RegisteredMachine> Machines { get; }

    /// <summary>Where new machines go (<c>VBoxManage setproperty machinefolder</c>); null if it was never changed, see
    /// <see cref="VirtualBoxHome.MachineFolder"/>.</summary>
    public string? DefaultMachineFolder { get; }

    /// <summary>Before 4.0: where new disks went; null if it was never changed: <see cref="VirtualBoxHome.OldHardDiskFolder"/>.</summary>
    public string? DefaultHardDiskFolder { get; }

    /// <summary>The folder that counts the machines that start with the host (<see cref="Autostart.SetDatabase"/>); null if it is not set.</summary>
    public string? AutostartDatabase { get; }

    /// <summary>
    /// The global registry of media. Before 4.0 it had all of them; since then it keeps those of such old machines, and those that belong to no machine.
    /// </summary>
    public MediaRegistry Media { get; }

    /// <summary>Reads it.</summary>
    /// <param name="path">Its path, see <see cref="VirtualBoxHome.SettingsFile"/>.</param>
    /// <exception cref="SettingsFileException">It can't be read, or is something else.</exception>
    public static GlobalFile Load(string path) => new(SettingsFile.Load(path));
}

/// <summary>A machine as the global settings know it.</summary>
/// <param name="Uuid">Its UUID.</param>
/// <param name="SettingsFile">The absolute path of its settings file, which may be missing.</param>
public sealed record RegisteredMachine(Guid Uuid, string SettingsFile);
