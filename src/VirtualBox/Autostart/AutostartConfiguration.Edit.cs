namespace VirtualBox;

// Edits replace as little of the text as they can, and read the result anew.
public sealed partial class AutostartConfiguration
{
    private string NewLine => Text.Contains("\r\n", StringComparison.Ordinal) ? "\r\n" : "\n";

    /// <summary>The same with another default policy. A missing one is written at the end.</summary>
    /// <exception cref="InvalidOperationException">The text can't be understood; the message says where.</exception>
    public AutostartConfiguration WithDefaultPolicy(AutostartPolicy policy)
    {
        NeedsWhole();
        return First(AutostartChecks.DefaultPolicy) is { } entry
            ? new(Replaced(entry.ValueStart, entry.End, Word(policy)))
            : Appended($"{AutostartChecks.DefaultPolicy} = {Word(policy)}");
    }

    /// <summary>The same with this said about a user. A user without a block gets one at the end.</summary>
    /// <param name="name">The name in the system's user list: of the letters a to z, digits, '_' and '.', for VirtualBox can't read others.</param>
    /// <param name="allow">Whether their machines may start.</param>
    /// <param name="startupDelay">How long to wait before the first, in whole seconds up to 49 days; null takes a delay away.</param>
    /// <exception cref="ArgumentException">VirtualBox can't read the name.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The delay is none that it can wait.</exception>
    /// <exception cref="InvalidOperationException">The text can't be understood; the message says where.</exception>
    public AutostartConfiguration WithUser(string name, bool allow, TimeSpan? startupDelay = null)
    {
        NeedsName(name);
        var seconds = startupDelay is { } delay ? AutostartDelay.Seconds(delay, AutostartChecks.LongestDelay, nameof(startupDelay)) : null;
        NeedsWhole();
        var allowed = allow ? "true" : "false";
        switch (First(name))
        {
            case null:
                var delayLine = seconds is null ? "" : $"    {AutostartChecks.StartupDelay} = {seconds}{NewLine}";
                return Appended($"{name} = {{{NewLine}    {AutostartChecks.AllowKey} = {allowed}{NewLine}{delayLine}}}");
            case { Block: null } value:
                return new AutostartConfiguration(Without(value)).WithUser(name, allow, startupDelay);
            default:
                return WithSetting(name, AutostartChecks.AllowKey, allowed).WithSetting(name, AutostartChecks.StartupDelay, seconds);
        }
    }

    /// <summary>The same without the block of a user, twice written ones included. Comments inside go with it, those above it stay.</summary>
    /// <exception cref="InvalidOperationException">The text can't be understood; the message says where.</exception>
    public AutostartConfiguration WithoutUser(string name)
    {
        NeedsWhole();
        var rest = this;
        while (name is not (AutostartChecks.DefaultPolicy or AutostartSyntax.ExceptionList) && rest.First(name) is { } entry) rest = new(rest.Without(entry));
        return rest;
    }

    /// <summary>
    /// The same with a block in place of each name in <c>exception_list</c>, saying the opposite of the default policy, as the manual means it. Users
    /// with a block of their own keep it.
    /// </summary>
    /// <exception cref="ArgumentException">The list holds a name that VirtualBox can't read.</exception>
    /// <exception cref="InvalidOperationException">The text can't be understood; the message says where.</exception>
    public AutostartConfiguration WithExceptionsAsBlocks()
    {
        NeedsWhole();
        var rest = this;
        while (rest.First(AutostartSyntax.ExceptionList) is { } entry)
        {
            rest = new(rest.Without(entry));
            foreach (var name in entry.Values.Where(n => rest.First(n) is null)) rest = rest.WithUser(name, DefaultPolicy != AutostartPolicy.Allow);
        }
        return rest;
    }

    private static void NeedsName(string name)
    {
        if (name.Length == 0 || !name.All(AutostartToken.IsName))
        {
            throw new ArgumentException(
                $"VirtualBox can't read '{name}' in an autostart configuration: names are made of the letters a to z, digits, '_' and '.'. "
                + "Such a user can only be allowed by the default policy.", nameof(name));
        }
        if (name is AutostartChecks.DefaultPolicy or AutostartSyntax.ExceptionList)
            throw new ArgumentException($"'{name}' is a setting of the autostart configuration; a user of that name can't be in it.", nameof(name));
    }

    private void NeedsWhole()
    {
        if (!syntax.IsWhole) throw new InvalidOperationException($"The autostart configuration can't be changed before it is repaired: {syntax.Findings[0]}");
    }

    private AutostartConfiguration WithSetting(string user, string key, string? value)
    {
        var block = First(user)!;
        var setting = AutostartChecks.First(block.Block!, key);
        if (setting is null && value is null) return this;
        if (setting is null) return new(Inserted(block, $"{key} = {value}"));
        if (value is not null) return new(Replaced(setting.ValueStart, setting.End, value));
        return new AutostartConfiguration(Without(setting)).WithSetting(user, key, null);
    }

    /// <summary>The text with a setting before a block's end: on a line of its own if the '}' has one.</summary>
    private string Inserted(AutostartEntry block, string setting)
    {
        var close = block.End - 1;
        var line = Text.LastIndexOf('\n', close) + 1;
        if (line <= block.ValueStart || Text[line..close].Any(c => c is not (' ' or '\t')))
            return Replaced(close, close, $"{(Text[close - 1] is ' ' or '\t' or '\n' ? "" : " ")}{setting} ");

        var indent = block.Block is [.., var last]
            && Text[(Text.LastIndexOf('\n', last.Start) + 1)..last.Start] is var before && before.All(c => c is ' ' or '\t')
            ? before
            : Text[line..close] + "    ";
        return Replaced(line, line, $"{indent}{setting}{NewLine}");
    }

    /// <summary>The text without an entry, and without its line if nothing else is on that.</summary>
    private string Without(AutostartEntry entry)
    {
        var (start, end) = (entry.Start, entry.End);
        var lineStart = start == 0 ? 0 : Text.LastIndexOf('\n', start - 1) + 1;
        var lineEnd = Text.IndexOf('\n', end) is >= 0 and var found ? found + 1 : Text.Length;
        var isAlone = string.IsNullOrWhiteSpace(Text[lineStart..start]) && string.IsNullOrWhiteSpace(Text[end..lineEnd]);
        if (isAlone) return Replaced(lineStart, lineEnd, "");
        while (end < Text.Length && Text[end] is ' ' or '\t') end++;
        return Replaced(start, end, "");
    }

    private AutostartConfiguration Appended(string lines) => new($"{Text}{(Text.Length == 0 || Text.EndsWith('\n') ? "" : NewLine)}{lines}{NewLine}");

    /// <summary>The text with a part replaced. It always ends with a newline, for VirtualBox reads no last line without one.</summary>
    private string Replaced(int start, int end, string with)
    {
        var text = string.Concat(Text.AsSpan(0, start), with, Text.AsSpan(end));
        return text.Length == 0 || text.EndsWith('\n') ? text : text + NewLine;
    }
}
