using System.Text;

namespace VirtualBox;

/// <summary>What may be a name: VirtualBox takes anything, makes folders of it, and writes it unescaped into its reports.</summary>
internal static class Names
{
    /// <summary>What the list of machines shows for one whose file can't be read.</summary>
    public const string Inaccessible = "<inaccessible>";

    // The longest file made of it is NAME-screen0.webm.
    private const int MaxBytes = 240;
    private static readonly UTF8Encoding strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>A name for a machine.</summary>
    /// <exception cref="ArgumentException">It would leave the machine folder, mislead a look-up by UUID, or can't be a file name.</exception>
    public static string Machine(string name)
    {
        Text(name, "A machine's name");
        if (name is "." or ".." || name.AsSpan().IndexOfAny('/', '\\') >= 0)
            throw new ArgumentException($"'{name}' can't be a machine's name: its folder would lie outside of its place. Leave out / and \\.", nameof(name));
        if (Guid.TryParse(name, out _)) throw new ArgumentException($"'{name}' can't be a machine's name: VirtualBox would take it for a UUID.", nameof(name));
        if (name == Inaccessible)
            throw new ArgumentException($"'{name}' can't be a machine's name: lists show it for machines that can't be read.", nameof(name));
        if (Encoding.UTF8.GetByteCount(name) > MaxBytes)
            throw new ArgumentException($"A machine's name may have {MaxBytes} bytes; '{name[..20]}…' has more.", nameof(name));
        return name;
    }

    /// <summary>A group of machines, such as <c>/students/first</c>; each part is a folder.</summary>
    /// <exception cref="ArgumentException">It is none, leaves the machine folder, or would be several.</exception>
    public static string Group(string group)
    {
        if (group.Contains(',')) throw new ArgumentException($"A group has no comma, as '{group}' has: VirtualBox would take it for several.", nameof(group));
        if (!group.StartsWith('/')) throw new ArgumentException($"A group begins with /, '{group}' does not.", nameof(group));
        if (group != "/")
            foreach (var part in group[1..].Split('/')) Machine(part);
        return group;
    }

    /// <summary>The path of a medium.</summary>
    /// <exception cref="ArgumentException">It is not absolute, or VirtualBox could not find it again.</exception>
    public static string MediumPath(string path)
    {
        Text(path, "A medium's path");
        if (!path.StartsWith('/')) throw new ArgumentException($"A medium's path begins with /, '{path}' does not.", nameof(path));
        if (path.Contains('\\'))
            throw new ArgumentException($"VirtualBox writes the \\ in '{path}' as / into its files and finds it no more. Rename the file.", nameof(path));
        return path;
    }

    /// <summary>A name of something within a machine: a snapshot, a controller, a key.</summary>
    /// <param name="text">The name.</param>
    /// <param name="what">What it is, for the error: <c>A snapshot's name</c>.</param>
    /// <param name="without">Characters that VirtualBox would take for the end of the name.</param>
    /// <exception cref="ArgumentException">It is empty, holds control characters or broken Unicode.</exception>
    public static string Text(string text, string what, string without = "")
    {
        if (string.IsNullOrWhiteSpace(text)) throw new ArgumentException($"{what} may not be empty.", nameof(text));
        if (text.Any(char.IsControl)) throw new ArgumentException($"{what} may hold no line breaks or other control characters.", nameof(text));
        if (text.IndexOfAny(without.ToCharArray()) is >= 0 and var at)
            throw new ArgumentException($"{what} may not hold '{text[at]}', as '{text}' does.", nameof(text));
        try
        {
            _ = strict.GetByteCount(text);
        }
        catch (EncoderFallbackException e)
        {
            throw new ArgumentException($"{what} holds half a character.", nameof(text), e);
        }
        return text;
    }

#pragma warning disable MA0015 // it names what is wrong; the value is a member of a record, no parameter
    /// <summary>The error for a value of a record that can't be.</summary>
    public static ArgumentException Refused(string message) => new(message);
#pragma warning restore MA0015
}
