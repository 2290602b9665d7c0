using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text.RegularExpressions;

namespace VirtualBox;

/// <summary>A version of VirtualBox, as <c>VBoxManage --version</c> writes it: <c>7.2.22_Debianr175245</c>.</summary>
/// <param name="Major">7</param>
/// <param name="Minor">2</param>
/// <param name="Patch">22</param>
/// <param name="Edition">Who built it or what it is, as written: <c>_Debian</c>, <c>_BETA1</c>. Empty for Oracle's own release.</param>
/// <param name="Revision">Of the source code: 175245.</param>
public sealed partial record Version(int Major, int Minor, int Patch, string Edition, int Revision)
{
    /// <summary>Reads a version.</summary>
    /// <exception cref="FormatException">The text is none.</exception>
    public static Version Parse(string text) =>
        TryParse(text, out var version) ? version : throw new FormatException($"'{text.Trim()}' is no version of VirtualBox, such as 7.2.22_Debianr175245.");

    /// <summary>Reads a version; blanks around it don't matter.</summary>
    /// <returns>False if the text is none.</returns>
    public static bool TryParse([NotNullWhen(true)] string? text, [NotNullWhen(true)] out Version? version)
    {
        version = null;
        var match = Form().Match(text?.Trim() ?? "");
        if (!match.Success || !Number("major", out var major) || !Number("minor", out var minor) || !Number("patch", out var patch) || !Number("revision", out var revision)) return false;
        version = new(major, minor, patch, match.Groups["edition"].Value, revision);
        return true;

        bool Number(string group, out int number) => int.TryParse(match.Groups[group].ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture, out number);
    }

    /// <summary>As VBoxManage writes it.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Major}.{Minor}.{Patch}{Edition}r{Revision}");

    [GeneratedRegex(@"\A(?<major>[0-9]+)\.(?<minor>[0-9]+)\.(?<patch>[0-9]+)(?<edition>[_A-Za-z0-9]*)r(?<revision>[0-9]+)\z", RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Form();
}
