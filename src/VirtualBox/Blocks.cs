namespace VirtualBox;

/// <summary>What <c>list</c> says of networks: blocks of <c>Key:  value</c>, with an empty line after or between them.</summary>
internal static class Blocks
{
    /// <summary>Reads it.</summary>
    /// <param name="output">What VBoxManage said.</param>
    /// <param name="first">The key that begins a block: empty lines are in some of them, too, and some blocks have none at their end.</param>
    public static IReadOnlyList<IReadOnlyDictionary<string, string>> Parse(string output, string first) => Parse(output, key => key == first);

    /// <summary>Reads it, where the key that begins a block is not always the same.</summary>
    public static IReadOnlyList<IReadOnlyDictionary<string, string>> Parse(string output, Func<string, bool> isFirst)
    {
        var blocks = new List<Dictionary<string, string>>();
        foreach (var (key, value) in Lines(output))
        {
            if (isFirst(key)) blocks.Add([]);
            if (blocks.Count > 0) blocks[^1].TryAdd(key, value);
        }
        return blocks;
    }

    /// <summary>Reads an output that is one block.</summary>
    public static IReadOnlyDictionary<string, string> One(string output)
    {
        var block = new Dictionary<string, string>();
        foreach (var (key, value) in Lines(output)) block.TryAdd(key, value);
        return block;
    }

    /// <summary>A value that has to be there.</summary>
    /// <exception cref="FormatException">It isn't: the output was cut off, or is of a VirtualBox that writes others.</exception>
    public static string Required(this IReadOnlyDictionary<string, string> block, string key) =>
        block.GetValueOrDefault(key) ?? throw new FormatException($"VBoxManage's report lacks {key}.");

    private static IEnumerable<(string Key, string Value)> Lines(string output)
    {
        foreach (var line in output.Split('\n').Select(l => l.TrimEnd('\r')))
        {
            // indented lines go on with the one before: options of a DHCP server, rules of a network
            if (line.Length > 0 && !char.IsWhiteSpace(line[0]) && line.Split(':', 2) is [var key, var value]) yield return (key, value.Trim());
        }
    }
}
