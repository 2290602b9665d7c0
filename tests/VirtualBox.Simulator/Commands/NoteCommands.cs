using System.Globalization;
using System.Text.RegularExpressions;
using VirtualBox.Simulator.Server;

namespace VirtualBox.Simulator.Commands;

/// <summary>Texts that are kept with machines.</summary>
internal static class NoteCommands
{
    /// <summary><c>VBoxManage setextradata</c></summary>
    public static void SetExtra(Call call, VirtualBoxHome home)
    {
        var (name, key) = (call.Next("global or the machine's name"), call.Next("the key"));
        var machine = name == "global" ? null : home.Accessible(name);
        ModifyCommand.SetOrRemove(machine?.Extra ?? home.Extra, key, call.NextOrNull() ?? "");
        if (machine is null) home.Save();
        else home.Save(machine);
    }

    /// <summary><c>VBoxManage getextradata</c></summary>
    public static void GetExtra(Call call, VirtualBoxHome home)
    {
        var (name, key) = (call.Next("global or the machine's name"), call.Next("the key"));
        var extra = name == "global" ? home.Extra : home.Accessible(name).Extra;
        if (key == "enumerate")
            foreach (var (one, value) in extra) call.Say($"Key: {one}, Value: {value}");
        else call.Say(extra.TryGetValue(key, out var value) ? $"Value: {value}" : "No value set!");
    }

    /// <summary><c>VBoxManage guestproperty</c></summary>
    public static void GuestProperties(Call call, VirtualBoxHome home)
    {
        var word = call.Next("a subcommand");
        var machine = home.Accessible(call.Next("the machine's name"));
        var properties = machine.Hardware.GuestProperties;
        switch (word)
        {
            case "get":
                {
                    var found = properties.TryGetValue(call.Next("the name"), out var property);
                    call.Say(found ? $"Value: {property!.Value}" : "No value set!");
                    if (!found || call.NextOrNull() is not "--verbose") break;
                    call.Say($"Timestamp: {property!.Time}");
                    call.Say($"Flags: {property.Flags}");
                    break;
                }
            case "set":
                {
                    var key = call.Next("the name");
                    var value = call.NextOrNull() ?? "";
                    var flags = call.Options().FirstOrDefault(o => o.Name == "flags").Value ?? "";
                    if (flags.Contains("TRANS", StringComparison.Ordinal) && !machine.IsOnline)
                        throw Failure.Invalid("Properties with TRANSIENT or TRANSRESET flag cannot be set or modified if VM is not running");
                    if (value.Length == 0) properties.Remove(key);
                    else properties[key] = new(value, (TimeProvider.System.GetUtcNow() - DateTimeOffset.UnixEpoch).Ticks * 100, flags);
                    home.Save(machine);
                    break;
                }
            case "delete" or "unset":
                properties.Remove(call.Next("the name"));
                home.Save(machine);
                break;
            case "enumerate": Enumerate(call, properties); break;
            default: throw Failure.Usage($"Unknown subcommand: {word}");
        }
    }

    private static void Enumerate(Call call, OrderedDictionary<string, GuestProperty> properties)
    {
        var (patterns, isOld) = (new List<string>(), false);
        foreach (var (option, value) in call.Options("old-format", "no-timestamp", "no-flags", "relative"))
        {
            isOld |= option == "old-format";
            if (option is "" or "patterns") patterns.AddRange(value!.Split('|'));
        }
        var found = properties.Where(p => patterns.Count == 0 || patterns.Exists(pattern => Fits(pattern, p.Key))).OrderBy(p => p.Key, StringComparer.Ordinal).ToArray();
        if (found.Length == 0 && !isOld) call.Say("No properties found.");
        foreach (var (key, (value, time, flags)) in found)
        {
            var at = DateTime.UnixEpoch.AddTicks(time / 100).ToString("yyyy-MM-ddTHH:mm:ss.fffZ", CultureInfo.InvariantCulture);
            call.Say(isOld
                ? $"Name: {key}, value: {value}, timestamp: {time}, flags: {flags}"
                : $"{key} = '{value}' @ {at}{(flags.Length > 0 ? $" [{flags}]" : "")}");
        }

        static bool Fits(string pattern, string key) =>
            Regex.IsMatch(key, $@"\A{Regex.Escape(pattern).Replace("\\*", ".*", StringComparison.Ordinal).Replace("\\?", ".", StringComparison.Ordinal)}\z",
                RegexOptions.Singleline, TimeSpan.FromSeconds(1));
    }
}
