using System.Globalization;

namespace VirtualBox;

/// <summary>Where VirtualBox keeps the files of a machine.</summary>
public enum FileLayout
{
    /// <summary>
    /// As before VirtualBox 4.0: settings in an <c>.xml</c> under <c>Machines</c>, disks elsewhere (by default under <c>HardDisks</c>) and in the global
    /// registry. Newer versions leave such machines where they are.
    /// </summary>
    Before4,

    /// <summary>As since VirtualBox 4.0: a folder for each machine with its settings in a <c>.vbox</c>, its disks, logs and snapshots.</summary>
    Since4,
}

/// <summary>The folder of one machine: which files of it are where. Looks at the disk when asked, changes nothing.</summary>
/// <param name="settingsFile">The path of its settings file, see <see cref="RegisteredMachine.SettingsFile"/>.</param>
public sealed class MachineFolder(string settingsFile)
{
    /// <summary>The absolute path of its settings file.</summary>
    public string SettingsFile { get; } = Path.GetFullPath(settingsFile);

    /// <summary>The folder's absolute path.</summary>
    public string FullPath => Path.GetDirectoryName(SettingsFile)!;

    /// <summary>
    /// Told by the ending of the settings file: a machine from before 4.0 keeps its <c>.xml</c> when a newer VirtualBox raises the version of its format.
    /// </summary>
    public FileLayout Layout => SettingsFile.EndsWith(".xml", StringComparison.OrdinalIgnoreCase) ? FileLayout.Before4 : FileLayout.Since4;

    /// <summary>The copies of the settings file.</summary>
    public SettingsBackups Backups => SettingsBackups.Of(SettingsFile);

    /// <summary>Where its logs are, from its first start on.</summary>
    public string LogFolder => Path.Combine(FullPath, "Logs");

    /// <summary>The logs of its runs, the latest first: <c>VBox.log</c>, <c>VBox.log.1</c> and so on.</summary>
    public IReadOnlyList<string> Logs => !Directory.Exists(LogFolder) ? [] :
    [
        .. from path in Directory.EnumerateFiles(LogFolder, "VBox.log*")
           let age = Path.GetFileName(path)["VBox.log".Length..]
           let number = age.Length == 0 ? 0 : int.TryParse(age.AsSpan(1), NumberStyles.None, CultureInfo.InvariantCulture, out var n) && age[0] == '.' ? n : -1
           where number >= 0
           orderby number
           select path,
    ];

    /// <summary>Reads the settings.</summary>
    /// <exception cref="SettingsFileException">They can't be read.</exception>
    public MachineFile Read() => MachineFile.Load(SettingsFile);
}
