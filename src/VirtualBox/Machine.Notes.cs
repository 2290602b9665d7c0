using System.Text.RegularExpressions;

namespace VirtualBox;

public sealed partial class Machine
{
    private const string NoValue = "No value set!";
    private const string Value = "Value: ";

    /// <summary>Keeps a text with the machine, for any program (extra data). An empty one is the same as none.</summary>
    /// <exception cref="ArgumentException">The key is empty or holds line breaks.</exception>
    public Task SetExtra(string key, string value, CancellationToken cancel = default) => Write(["setextradata", Id, Names.Text(key, "A key"), value], cancel);

    /// <summary>The text of a key; null if there is none.</summary>
    public Task<string?> GetExtra(string key, CancellationToken cancel = default) => One(["getextradata", Id, Names.Text(key, "A key")], cancel);

    /// <summary>Removes a key; one that isn't there is no error.</summary>
    public Task DeleteExtra(string key, CancellationToken cancel = default) => Write(["setextradata", Id, Names.Text(key, "A key")], cancel);

    /// <summary>All extra data. A key that holds <c>, Value: </c> can't be told from its value here.</summary>
    public async Task<IReadOnlyDictionary<string, string>> ListExtra(CancellationToken cancel = default) =>
        Pairs(ExtraEntry(), (await vbox.Run(vbox.Command("getextradata", Id, "enumerate"), cancel: cancel)).Output);

    /// <summary>Sets a guest property: a text that host and guest share, where Guest Additions run.</summary>
    /// <param name="key">A path, such as <c>/Broker/Domain</c>.</param>
    /// <param name="value">Its text, without NUL.</param>
    /// <param name="cancel">Ends it.</param>
    public Task SetGuestProperty(string key, string value, CancellationToken cancel = default) =>
        Write(["guestproperty", "set", Id, Names.Text(key, "A key"), value], cancel);

    /// <summary>The text of a guest property, <c>/VirtualBox/GuestInfo/Net/0/V4/IP</c> for one; null if there is none.</summary>
    public Task<string?> GetGuestProperty(string key, CancellationToken cancel = default) =>
        One(["guestproperty", "get", Id, Names.Text(key, "A key")], cancel);

    /// <summary>Removes a guest property; one that isn't there is no error.</summary>
    public Task DeleteGuestProperty(string key, CancellationToken cancel = default) => Write(["guestproperty", "delete", Id, Names.Text(key, "A key")], cancel);

    /// <summary>All guest properties whose keys fit a pattern.</summary>
    /// <param name="pattern">With <c>*</c> and <c>?</c>, several divided by <c>|</c>.</param>
    /// <param name="cancel">Ends it.</param>
    public async Task<IReadOnlyDictionary<string, string>> ListGuestProperties(string pattern = "*", CancellationToken cancel = default) =>
        Pairs(GuestProperty(), (await vbox.Run(vbox.Command("guestproperty", "enumerate", Id, "--old-format", pattern), cancel: cancel)).Output);

    private async Task<string?> One(string[] arguments, CancellationToken cancel)
    {
        var output = (await vbox.Run(vbox.Command(arguments), cancel: cancel)).Output;
        if (output.StartsWith(Value, StringComparison.Ordinal)) return output[Value.Length..].TrimEndLine();
        return output.StartsWith(NoValue, StringComparison.Ordinal)
            ? null
            : throw new FormatException($"VBoxManage says '{output.Trim()}' instead of a value.");
    }

    internal static IReadOnlyDictionary<string, string> ExtraPairs(string output) => Pairs(ExtraEntry(), output);

    internal static IReadOnlyDictionary<string, string> GuestPairs(string output) => Pairs(GuestProperty(), output);

    private static Dictionary<string, string> Pairs(Regex entry, string output)
    {
        var pairs = new Dictionary<string, string>();
        foreach (Match match in entry.Matches(output)) pairs.TryAdd(match.Groups["key"].Value, match.Groups["value"].Value);
        return pairs;
    }

    // Values run over lines, up to where the next entry begins.
    [GeneratedRegex(@"^Key: (?<key>.*?), Value: (?<value>.*?)\r?\n(?=Key: |\z)",
        RegexOptions.Singleline | RegexOptions.Multiline | RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant, 1000)]
    private static partial Regex ExtraEntry();

    [GeneratedRegex(@"^Name: (?<key>.*?), value: (?<value>.*?), timestamp: [0-9]+, flags: [A-Z, ]*\r?\n(?=Name: |\z)",
        RegexOptions.Singleline | RegexOptions.Multiline | RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant, 1000)]
    private static partial Regex GuestProperty();
}

internal static class Ends
{
    /// <summary>Without the one line break that ends an output; those of the text stay.</summary>
    public static string TrimEndLine(this string text) => text.EndsWith('\n') ? text[..^1].TrimEnd('\r') : text;
}
