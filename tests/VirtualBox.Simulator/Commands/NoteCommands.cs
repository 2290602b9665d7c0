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
    public static async Task GuestProperties(Call call, VirtualBoxHome home)
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
            case "wait": await Wait(call, home, machine); break;
            default: throw Failure.Usage($"Unknown subcommand: {word}");
        }
    }

    /// <summary>Waits for a change of one that fits; gives the turn to others meanwhile, and holds no lock. Its error ends with 0.</summary>
    private static async Task Wait(Call call, VirtualBoxHome home, Machine machine)
    {
        var pattern = call.Next("the pattern");
        var limit = TimeSpan.FromDays(1);
        foreach (var (option, value) in call.Options("fail-on-timeout"))
            if (option == "timeout") limit = TimeSpan.FromMilliseconds(long.Parse(value!, CultureInfo.InvariantCulture));
        var before = new Dictionary<string, GuestProperty>(machine.Hardware.GuestProperties);
        await call.BecomeCancelable();
        var end = Environment.TickCount64 + (long)limit.TotalMilliseconds;
        while (Environment.TickCount64 < end && !call.Signal.IsCancellationRequested && !call.IsOrphan)
        {
            home.Gate.Release();
            await Task.Delay(10);
            await home.Gate.WaitAsync();
            var now = machine.Hardware.GuestProperties;
            foreach (var (key, property) in now)
            {
                if (!Fits(pattern, key) || before.GetValueOrDefault(key) == property) continue;
                call.Say($"Name: {key}, value: {property.Value}, flags: {property.Flags}");
                return;
            }
            foreach (var key in before.Keys.Where(k => Fits(pattern, k) && !now.ContainsKey(k)))
            {
                call.Say($"Property {key} was deleted");
                return;
            }
        }
        throw new Failure("Time out or interruption while waiting for a notification.", exitCode: 0);
    }

    private static void Enumerate(Call call, OrderedDictionary<string, GuestProperty> properties)
    {
        var (patterns, isOld) = (new List<string>(), false);
        foreach (var (option, value) in call.Options("old-format", "no-timestamp", "no-flags", "relative"))
        {
            isOld |= option == "old-format";
            if (option is "" or "patterns") patterns.AddRange(value!.Split('|'));
        }
        var found = properties.Where(p => patterns.Count == 0 || patterns.Exists(pattern => Fits(pattern, p.Key)))
            .OrderBy(p => p.Key, StringComparer.Ordinal).ToArray();
        if (found.Length == 0 && !isOld) call.Say("No properties found.");
        foreach (var (key, (value, time, flags)) in found)
        {
            var at = DateTime.UnixEpoch.AddTicks(time / 100).ToString("yyyy-MM-ddTHH:mm:ss.fffZ", CultureInfo.InvariantCulture);
            call.Say(isOld
                ? $"Name: {key}, value: {value}, timestamp: {time}, flags: {flags}"
                : $"{key} = '{value}' @ {at}{(flags.Length > 0 ? $" [{flags}]" : "")}");
        }
    }

    private static bool Fits(string pattern, string key) =>
        Regex.IsMatch(key, $@"\A{Regex.Escape(pattern).Replace("\\*", ".*", StringComparison.Ordinal).Replace("\\?", ".", StringComparison.Ordinal)}\z",
            RegexOptions.Singleline, TimeSpan.FromSeconds(1));
}
