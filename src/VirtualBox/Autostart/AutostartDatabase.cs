using System.Globalization;
using System.Text;

namespace VirtualBox;

/// <summary>
/// The folder in which VirtualBox counts, user by user, the machines that start and end with the host; its service looks there for users. The counts
/// drift: another stop type counts twice, and an unregistered machine stays counted. They tell that a user has some, not how many.
/// </summary>
/// <param name="folder">Its path, as given to <see cref="Autostart.SetDatabase"/>.</param>
public sealed class AutostartDatabase(string folder)
{
    private const int MostDigits = 32;
    private const UnixFileMode WritableByOthers = UnixFileMode.GroupWrite | UnixFileMode.OtherWrite;

    /// <summary>Its path.</summary>
    public string Folder { get; } = folder;

    /// <summary>The users with machines that start with the host: names of files that end in <c>.start</c>.</summary>
    /// <exception cref="IOException">The folder can't be read.</exception>
    /// <exception cref="UnauthorizedAccessException">The folder may not be read.</exception>
    public IReadOnlyDictionary<string, int> Starting() => Counts(".start");

    /// <summary>The users with machines that end with the host: names of files that end in <c>.stop</c>.</summary>
    /// <exception cref="IOException">The folder can't be read.</exception>
    /// <exception cref="UnauthorizedAccessException">The folder may not be read.</exception>
    public IReadOnlyDictionary<string, int> Stopping() => Counts(".stop");

    /// <summary>
    /// What is wrong with the folder: by VirtualBox's manual it is given by its absolute path, its users may write in it, and it has the sticky bit, so
    /// that none of them can take away another's file.
    /// </summary>
    public IReadOnlyList<AutostartFinding> Check()
    {
        if (!Path.IsPathFullyQualified(Folder))
            return [Finding(AutostartEffect.NobodyStarts, $"The path of the autostart database, '{Folder}', is not absolute.", "Give all of it, from '/' on.")];
        if (!Directory.Exists(Folder))
            return [Finding(AutostartEffect.NobodyStarts, $"The autostart database {Folder} is not there.", $"Make it: install -d -m 1777 {Folder}")];
        if (OperatingSystem.IsWindows()) return [];

        var mode = File.GetUnixFileMode(Folder);
        var findings = new List<AutostartFinding>();
        if ((mode & WritableByOthers) == UnixFileMode.None)
            findings.Add(Finding(AutostartEffect.UserDoesNotStart, $"Only its owner may write in {Folder}, so other users can't enable machines.",
                $"Let all or a group of them: chmod 1777 {Folder}"));
        else if (!mode.HasFlag(UnixFileMode.StickyBit))
            findings.Add(Finding(AutostartEffect.NotAsWritten, $"{Folder} has no sticky bit, so users can take away each other's files.",
                $"Set it: chmod +t {Folder}"));
        return findings;
    }

    private static AutostartFinding Finding(AutostartEffect effect, string reason, string remedy) => new(0, effect, reason, remedy);

    private Dictionary<string, int> Counts(string ending) => new DirectoryInfo(Folder).EnumerateFiles("*" + ending)
        .Where(f => f.Name.EndsWith(ending, StringComparison.Ordinal) && f.Name.Length > ending.Length)
        .Select(f => (User: f.Name[..^ending.Length], Count: Count(f.FullName)))
        .Where(u => u.Count > 0)
        .ToDictionary(u => u.User, u => u.Count);

    private static int Count(string file)
    {
        try
        {
            var text = Encoding.ASCII.GetString(PlainFile.Read(file, MostDigits));
            return int.TryParse(text.AsSpan().Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out var count) ? count : 0;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return 0; // every user of the host may put there what they like
        }
    }
}
