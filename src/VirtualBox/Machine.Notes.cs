using System.Text.RegularExpressions;

namespace VirtualBox;

public sealed partial class Machine
{
    private const string NoValue = "No value set!";
    private const string Value = "Value: ";
    private const string Nothing = "<NULL>";

    /// <summary>Keeps a text with the machine, for any program (extra data). An empty one is the same as none.</summary>
    /// <exception cref="ArgumentException">The key is empty, holds line breaks, or is <c>enumerate</c>.</exception>
    public Task SetExtra(string key, string value, CancellationToken cancel = default) => Write(["setextradata", Id, ExtraKey(key), value], cancel);

    /// <summary>The text of a key; null if there is none.</summary>
    public Task<string?> GetExtra(string key, CancellationToken cancel = default) => One(["getextradata", Id, ExtraKey(key)], cancel);

    /// <summary>Removes a key; one that isn't there is no error.</summary>
    public Task DeleteExtra(string key, CancellationToken cancel = default) => Write(["setextradata", Id, ExtraKey(key)], cancel);

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

    /// <summary>
    /// All guest properties whose keys fit a pattern. VBoxManage marks no ends in this list: whoever rules the machine can set one property so that it reads as
    /// several, also as one that only the host may set. Where that matters, <see cref="GetGuestProperty"/> is to be asked.
    /// </summary>
    /// <param name="pattern">With <c>*</c> and <c>?</c>, several divided by <c>|</c>.</param>
    /// <param name="cancel">Ends it.</param>
    public async Task<IReadOnlyDictionary<string, string>> ListGuestProperties(string pattern = "*", CancellationToken cancel = default) =>
        Pairs(GuestProperty(), (await vbox.Run(vbox.Command("guestproperty", "enumerate", Id, "--old-format", pattern), cancel: cancel)).Output);

    /// <summary>The NICs as its own system sees them, if Guest Additions tell; none if not.</summary>
    public async Task<IReadOnlyList<GuestNetwork>> ListGuestNetworks(CancellationToken cancel = default) =>
        GuestNetwork.Read(await ListGuestProperties(GuestNetwork.Properties, cancel));

    /// <summary>
    /// Waits until a guest property is set, changed or removed, and holds no lock meanwhile. What was so before is not seen: who waits for a value starts the
    /// waiting first and then looks.
    /// </summary>
    /// <param name="pattern">With <c>*</c> and <c>?</c>, several divided by <c>|</c>.</param>
    /// <param name="limit">For how long.</param>
    /// <param name="cancel">Ends it.</param>
    /// <returns>The property's key, and its text, null if it was removed; null if the time was over.</returns>
    public async Task<(string Key, string? Value)?> WaitForGuestProperty(string pattern, TimeSpan limit, CancellationToken cancel = default)
    {
        var command = vbox.Command("guestproperty", "wait", Id, Names.Text(pattern, "A pattern"), "--timeout", $"{(long)Math.Max(1, limit.TotalMilliseconds)}");
        try
        {
            return Waited((await vbox.Run(command with { TimeLimit = limit + command.TimeLimit, IsLong = true }, cancel: cancel)).Output);
        }
        catch (VBoxManageException e) when (e.ExitCode == 0 && e.Message.StartsWith("Time out", StringComparison.Ordinal))
        {
            return null;
        }
    }

    internal static (string Key, string? Value) Waited(string output)
    {
        if (ChangedProperty().Match(output) is { Success: true } changed) return (changed.Groups["key"].Value, ValueOf(changed));
        if (RemovedProperty().Match(output) is { Success: true } removed) return (removed.Groups["key"].Value, null);
        throw new FormatException($"VBoxManage says '{output.Trim()}' instead of a property.");
    }

    /// <summary>VBoxManage would answer with all keys and values.</summary>
    private static string ExtraKey(string key) =>
        key == "enumerate" ? throw new ArgumentException("A key can't be 'enumerate': VBoxManage lists all keys then.", nameof(key)) : Names.Text(key, "A key");

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
        foreach (Match match in entry.Matches(output)) pairs.TryAdd(match.Groups["key"].Value, ValueOf(match));
        return pairs;
    }

    /// <summary>Older VirtualBoxes write what is empty as a word, in values and flags alike.</summary>
    private static string ValueOf(Match entry) =>
        entry.Groups["value"].Value is Nothing && entry.Groups["flags"].Value is Nothing ? "" : entry.Groups["value"].Value;

    // Values run over lines, up to where the next entry begins.
    [GeneratedRegex(@"^Key: (?<key>.*?), Value: (?<value>.*?)\r?\n(?=Key: |\z)",
        RegexOptions.Singleline | RegexOptions.Multiline | RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant, 1000)]
    private static partial Regex ExtraEntry();

    [GeneratedRegex(@"^Name: (?<key>.*?), value: (?<value>.*?), timestamp: [0-9]+, flags: (?<flags><NULL>|[A-Z, ]*)\r?\n(?=Name: |\z)",
        RegexOptions.Singleline | RegexOptions.Multiline | RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant, 1000)]
    private static partial Regex GuestProperty();

    [GeneratedRegex(@"\AName: (?<key>.*?), value: (?<value>.*), flags: (?<flags><NULL>|[A-Z, ]*)\r?\n?\z",
        RegexOptions.Singleline | RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant, 1000)]
    private static partial Regex ChangedProperty();

    [GeneratedRegex(@"\AProperty (?<key>.*) was deleted\r?\n?\z", RegexOptions.Singleline | RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant, 1000)]
    private static partial Regex RemovedProperty();
}

internal static class Ends
{
    /// <summary>Without the one line break that ends an output; those of the text stay.</summary>
    public static string TrimEndLine(this string text) => text.EndsWith('\n') ? text[..^1].TrimEnd('\r') : text;
}
