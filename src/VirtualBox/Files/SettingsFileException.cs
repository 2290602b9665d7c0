using System.Globalization;

namespace VirtualBox;

/// <summary>One of VirtualBox's settings files can't be read. The message names file and line, and says what may help.</summary>
public sealed class SettingsFileException : Exception
{
    internal SettingsFileException(string file, int line, string reason, Exception? inner = null)
        : base(line == 0 ? $"{file}: {reason}" : string.Create(CultureInfo.InvariantCulture, $"{file}, line {line}: {reason}"), inner)
    {
        File = file;
        Line = line;
    }

    /// <summary>The file's path.</summary>
    public string File { get; }

    /// <summary>The line, from 1; 0 if it is about no line.</summary>
    public int Line { get; }
}
