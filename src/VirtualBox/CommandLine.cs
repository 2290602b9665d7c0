using System.Text.RegularExpressions;

namespace VirtualBox;

/// <summary>What is to be run: a program, its arguments, and the time it may take. Two are equal when all of these are.</summary>
public sealed partial record CommandLine
{
    /// <summary>Holds a copy of the arguments.</summary>
    /// <param name="program">The program's path.</param>
    /// <param name="arguments">One string each; no shell reads them, so nothing needs quoting.</param>
    /// <exception cref="ArgumentException">An argument holds a NUL, at which the system would cut it off.</exception>
    public CommandLine(string program, params IEnumerable<string> arguments)
    {
        Program = program;
        Arguments = [.. arguments];
        if (Arguments.Any(a => a.Contains('\0'))) throw new ArgumentException("An argument may not hold a NUL character.", nameof(arguments));
    }

    /// <summary>The program's path.</summary>
    public string Program { get; }

    /// <summary>Its arguments, without the program.</summary>
    public IReadOnlyList<string> Arguments { get; }

    /// <summary>
    /// How long it may take, further tries included: 60 s. Copies of disks need more; less than 20 s is not wise, for VBoxManage now and then
    /// answers after 10 s.
    /// </summary>
    public TimeSpan TimeLimit { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>
    /// It copies a disk, or waits: minutes in which VBoxManage itself does nothing. Such a command does not count among those that run at once.
    /// </summary>
    public bool IsLong { get; init; }

    /// <summary>
    /// Its arguments hold a password. They reach VBoxManage in a file that only we may read and that is removed as soon as it has ended: a process's
    /// arguments are for every user of the host to see.
    /// </summary>
    public bool IsSecret { get; init; }

    /// <inheritdoc/>
    public bool Equals(CommandLine? other) =>
        other is not null && Program == other.Program && TimeLimit == other.TimeLimit && IsLong == other.IsLong && IsSecret == other.IsSecret
        && Arguments.SequenceEqual(other.Arguments);

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        var hash = new HashCode();
        hash.Add(Program);
        foreach (var argument in Arguments) hash.Add(argument);
        return hash.ToHashCode();
    }

    /// <summary>For people and logs: quoted where that helps reading, and passwords left out. Not for a shell.</summary>
    public override string ToString() => string.Join(' ', Arguments.Prepend(Program).Select(Readable));

    private static string Readable(string argument)
    {
        var shown = Password().Replace(argument, "${name}=***");
        return shown.Length > 0 && !shown.Any(c => char.IsWhiteSpace(c) || c is '"' or '\'') ? shown : $"'{shown}'";
    }

    /// <summary>A setting such as <c>VNCPassword=secret</c>, alone or behind its option.</summary>
    [GeneratedRegex(@"\A(?<name>(--[^=]+=)?[A-Za-z]*[Pp]assword)=.*\z", RegexOptions.Singleline | RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Password();
}
