using System.Globalization;

namespace VirtualBox;

/// <summary>Something in an autostart configuration, or around it, that doesn't do what its author meant.</summary>
/// <param name="Line">The line it is on, from 1; 0 if it is about no line.</param>
/// <param name="Effect">What VirtualBox does about it. It says so in few cases only.</param>
/// <param name="Reason">What is wrong.</param>
/// <param name="Remedy">What to do.</param>
public sealed record AutostartFinding(int Line, AutostartEffect Effect, string Reason, string Remedy)
{
    /// <summary>For people: line, reason and remedy.</summary>
    public override string ToString() =>
        Line == 0 ? $"{Reason} {Remedy}" : string.Create(CultureInfo.InvariantCulture, $"line {Line}: {Reason} {Remedy}");
}

/// <summary>What VirtualBox does about a finding, from the worst to the mildest.</summary>
public enum AutostartEffect
{
    /// <summary>It gives up: no machine of any user starts, mostly without a word.</summary>
    NobodyStarts,

    /// <summary>The machines of the user in question don't start.</summary>
    UserDoesNotStart,

    /// <summary>It goes on, but doesn't do what is written.</summary>
    NotAsWritten,
}

/// <summary>Whether users that the configuration doesn't mention may start machines with the host.</summary>
public enum AutostartPolicy
{
    /// <summary>They may not.</summary>
    Deny,

    /// <summary>They may.</summary>
    Allow,
}

/// <summary>What an autostart configuration says about one user.</summary>
/// <param name="Name">The name in the system's user list.</param>
/// <param name="Allow">Whether their machines may start; null leaves it to the default policy.</param>
/// <param name="StartupDelay">How long to wait before the first of them, in whole seconds; null is none.</param>
public sealed record AutostartUser(string Name, bool? Allow, TimeSpan? StartupDelay);
