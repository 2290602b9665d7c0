using System.Globalization;

namespace VirtualBox;

/// <summary>What VirtualBox makes of settings that it could read: what it refuses, and what it passes over in silence.</summary>
internal sealed class AutostartChecks
{
    public const string DefaultPolicy = "default_policy";
    public const string AllowKey = "allow";
    public const string StartupDelay = "startup_delay";
    private const string HomeKey = "VBOX_USER_HOME";

    private readonly IReadOnlyList<AutostartEntry> entries;
    private readonly List<AutostartFinding> findings = [];

    private AutostartChecks(IReadOnlyList<AutostartEntry> entries) => this.entries = entries;

    /// <summary>Longest delay that VirtualBox, which counts milliseconds in 32 bits, can wait; in seconds.</summary>
    public const uint LongestDelay = uint.MaxValue / 1000;

    public static IReadOnlyList<AutostartFinding> Of(IReadOnlyList<AutostartEntry> entries)
    {
        var checks = new AutostartChecks(entries);
        checks.CheckDefaultPolicy();
        foreach (var entry in entries) checks.CheckOutermost(entry);
        checks.CheckTwice(entries);
        return checks.findings;
    }

    /// <summary>The first entry of a name: the one that counts.</summary>
    public static AutostartEntry? First(IEnumerable<AutostartEntry> entries, string key) => entries.FirstOrDefault(e => e.Key == key);

    public static AutostartPolicy? PolicyOf(AutostartEntry? entry) => entry?.Value switch
    {
        "allow" => AutostartPolicy.Allow,
        "deny" => AutostartPolicy.Deny,
        _ => null,
    };

    public static bool? AllowOf(AutostartEntry? entry) => entry?.Value switch
    {
        "true" => true,
        "false" => false,
        _ => null,
    };

    /// <summary>A delay, if it is a number. Too large ones are as large as fits.</summary>
    public static TimeSpan? DelayOf(AutostartEntry? entry)
    {
        if (entry?.Value is not { Length: > 0 } value || !value.All(char.IsAsciiDigit)) return null;
        return TimeSpan.FromSeconds(uint.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds) ? seconds : uint.MaxValue);
    }

    private void CheckDefaultPolicy()
    {
        var policy = First(entries, DefaultPolicy);
        if (policy is null)
            Add(0, AutostartEffect.NotAsWritten, "There is no default_policy, so VirtualBox denies all users without a block.",
                "Say so: default_policy = deny");
        else if (PolicyOf(policy) is null)
            Add(policy.Line, AutostartEffect.NobodyStarts, $"default_policy is {Shown(policy)}; it must be 'allow' or 'deny'.", "Write: default_policy = deny");
    }

    private void CheckOutermost(AutostartEntry entry)
    {
        if (entry.Key == DefaultPolicy) return;
        if (entry.Key == AutostartSyntax.ExceptionList && entry.Block is null)
        {
            if (entry.Values.Count == 1)
                Add(entry.Line, AutostartEffect.NotAsWritten, "VirtualBox's manual has exception_list, but VirtualBox itself (seen with 7.2) ignores it.",
                    $"Write a block: {entry.Value} = {{ allow = … }}");
        }
        else if (entry.Block is not null)
        {
            CheckUser(entry, entry.Block);
        }
        else if (entry.Key is AllowKey or StartupDelay)
        {
            Add(entry.Line, AutostartEffect.NotAsWritten, $"'{entry.Key}' stands outside a user's block, where VirtualBox takes it for the name of a user.",
                $"Put it into a block: name = {{ {entry.Key} = {entry.Value} }}");
        }
        else if (string.Equals(entry.Key, DefaultPolicy, StringComparison.OrdinalIgnoreCase))
        {
            Add(entry.Line, AutostartEffect.NotAsWritten, $"VirtualBox does not know '{entry.Key}': upper and lower case count.", $"Write: {DefaultPolicy}");
        }
        else
        {
            Add(entry.Line, AutostartEffect.UserDoesNotStart, $"'{entry.Key}' is neither {DefaultPolicy} nor a block; a user of that name would be refused.",
                $"Write: {entry.Key} = {{ allow = true }}");
        }
    }

    private void CheckUser(AutostartEntry user, IReadOnlyList<AutostartEntry> settings)
    {
        if (First(settings, AllowKey) is { } allow)
        {
            if (AllowOf(allow) is null)
                Add(allow.Line, AutostartEffect.UserDoesNotStart, $"allow of '{user.Key}' is {Shown(allow)}; it must be 'true' or 'false'.",
                    "Write: allow = true");
        }
        else if (PolicyOf(First(entries, DefaultPolicy)) != AutostartPolicy.Allow)
        {
            Add(user.Line, AutostartEffect.UserDoesNotStart, $"The block of '{user.Key}' does not say allow, and the default policy denies.",
                "Write: allow = true");
        }

        if (First(settings, StartupDelay) is { } delay) CheckDelay(user, delay);
        foreach (var setting in settings.Where(s => s.Key is not (AllowKey or StartupDelay or HomeKey)))
        {
            var meant = new[] { AllowKey, StartupDelay }.FirstOrDefault(k => string.Equals(k, setting.Key, StringComparison.OrdinalIgnoreCase));
            Add(setting.Line, AutostartEffect.NotAsWritten,
                setting.Block is null
                    ? $"VirtualBox ignores '{setting.Key}'{(meant is null ? "" : ": upper and lower case count")}."
                    : $"VirtualBox ignores the block '{setting.Key}' inside that of '{user.Key}'.",
                meant is null ? "Take it away." : $"Write: {meant}");
        }
        CheckTwice(settings);
    }

    private void CheckDelay(AutostartEntry user, AutostartEntry delay)
    {
        if (delay.Block is not null)
            Add(delay.Line, AutostartEffect.NotAsWritten, $"startup_delay of '{user.Key}' is a block, which VirtualBox ignores.",
                "Write seconds: startup_delay = 10");
        else if (DelayOf(delay) is not { } time)
            Add(delay.Line, AutostartEffect.UserDoesNotStart, $"startup_delay of '{user.Key}' is {Shown(delay)}; it must be a whole number of seconds.",
                "Write for example: startup_delay = 10");
        else if (time.TotalSeconds > LongestDelay)
            Add(delay.Line, AutostartEffect.NotAsWritten, $"startup_delay of '{user.Key}' is longer than 49 days, which VirtualBox can't count.",
                string.Create(CultureInfo.InvariantCulture, $"Write {LongestDelay} or less."));
    }

    private void CheckTwice(IReadOnlyList<AutostartEntry> scope)
    {
        foreach (var same in scope.GroupBy(e => e.Key))
        {
            var first = same.First();
            foreach (var again in same.Skip(1))
            {
                Add(again.Line, AutostartEffect.NotAsWritten,
                    string.Create(CultureInfo.InvariantCulture, $"'{again.Key}' stands here once more; the first, on line {first.Line}, counts."),
                    "Take one of them away.");
            }
        }
    }

    private static string Shown(AutostartEntry entry) => entry.Value is { } value ? $"'{value}'" : "a block";

    private void Add(int line, AutostartEffect effect, string reason, string remedy) => findings.Add(new(line, effect, reason, remedy));
}
