using System.Text.RegularExpressions;

namespace VirtualBox;

/// <summary>
/// The copies that VirtualBox keeps beside a settings file. It never falls back to one of them by itself: going back is copying one over the file, by
/// hand and while VirtualBox is not running.
/// </summary>
/// <param name="Previous">The file before its last change (<c>-prev</c>): the last good copy; null if there is none.</param>
/// <param name="Unfinished">A file that was being written (<c>-tmp</c>) when something ended VirtualBox; null if there is none.</param>
/// <param name="OldVersions">The file before its format was raised, one for each version (<c>Name-1.9-linux.xml</c>), the oldest first.</param>
public sealed partial record SettingsBackups(string? Previous, string? Unfinished, IReadOnlyList<string> OldVersions)
{
    /// <summary>Looks beside a settings file.</summary>
    /// <param name="settingsFile">Path of a <c>VirtualBox.xml</c>, <c>.vbox</c> or old <c>.xml</c>; it need not be there.</param>
    public static SettingsBackups Of(string settingsFile)
    {
        var full = Path.GetFullPath(settingsFile);
        return new(IfThere(full + "-prev"), IfThere(full + "-tmp"), OldVersionsOf(full));
    }

    private static string? IfThere(string path) => File.Exists(path) ? path : null;

    private static List<string> OldVersionsOf(string file)
    {
        var (folder, name) = (Path.GetDirectoryName(file)!, Path.GetFileNameWithoutExtension(file));
        if (!Directory.Exists(folder)) return [];
        return
        [
            .. from path in Directory.EnumerateFiles(folder)
               let match = OldVersion().Match(Path.GetFileName(path))
               where match.Success && match.Groups["name"].Value == name && SettingsVersion.TryParse(match.Groups["version"].Value, out _)
               orderby VersionOf(match).Major, VersionOf(match).Minor
               select path,
        ];
    }

    private static SettingsVersion VersionOf(Match match) => SettingsVersion.TryParse(match.Groups["version"].Value, out var version) ? version : new(0, 0, "");

    [GeneratedRegex(@"\A(?<name>.+)-(?<version>[0-9]+\.[0-9]+-[a-z0-9]+)\.(xml|vbox)\z",
        RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant | RegexOptions.Singleline, 1000)]
    private static partial Regex OldVersion();
}
