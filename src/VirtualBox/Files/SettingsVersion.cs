using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text.RegularExpressions;

namespace VirtualBox;

/// <summary>
/// The version of a settings file's format, as its root element says: <c>1.19-linux</c>. VirtualBox keeps an old one until a setting needs a newer.
/// </summary>
/// <param name="Major">1</param>
/// <param name="Minor">19</param>
/// <param name="Platform">Where it was written: linux, macosx, solaris, windows.</param>
public sealed partial record SettingsVersion(int Major, int Minor, string Platform)
{
    /// <summary>
    /// Whether a VirtualBox before 4.0 wrote it (4.0 came with 1.11). Where the files lie is another matter: <see cref="MachineFolder.Layout"/>.
    /// </summary>
    public bool IsBefore4 => Major == 1 && Minor < 11;

    /// <summary>Whether VirtualBox 7.2 reads it: it refuses what is older than 1.3, which VirtualBox 2.0 wrote.</summary>
    public bool IsReadable => Major > 1 || Major == 1 && Minor >= 3;

    /// <summary>Reads a version.</summary>
    /// <returns>False if the text is none.</returns>
    public static bool TryParse([NotNullWhen(true)] string? text, [NotNullWhen(true)] out SettingsVersion? version)
    {
        version = null;
        var match = Form().Match(text ?? "");
        if (!match.Success || !Number("major", out var major) || !Number("minor", out var minor)) return false;
        version = new(major, minor, match.Groups["platform"].Value);
        return true;

        bool Number(string group, out int number) => int.TryParse(match.Groups[group].ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture, out number);
    }

    /// <summary>As the file has it.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Major}.{Minor}{(Platform.Length == 0 ? "" : "-")}{Platform}");

    [GeneratedRegex(@"\A(?<major>[0-9]+)\.(?<minor>[0-9]+)(-(?<platform>[A-Za-z0-9]+))?\z", RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Form();
}
