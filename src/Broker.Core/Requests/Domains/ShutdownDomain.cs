using System.ComponentModel;
using Broker.Core.Access;
using Broker.Core.Domains;

namespace Broker.Core.Requests.Domains;

/// <summary>Press a desktop's power button; if it has not gone off after a time, pull the plug. One that stands still goes on first; one that is hibernated stays so.</summary>
/// <param name="Domain">Id of the desktop.</param>
/// <param name="TimeoutSeconds">How long it gets, 1 to 3600 seconds; when left out as long as the machine's settings say, else 120.</param>
/// <param name="OnlyIfDisconnected">Not if somebody is at it then.</param>
public sealed record ShutdownDomain(
    Guid Domain,
    [Description(ShutdownDomain.TimeoutText)] int? TimeoutSeconds = null,
    [Description("Not if somebody is at it then.")] bool OnlyIfDisconnected = false) : IRequest<ShutdownDomain>, IOnDomain
{
    /// <summary>How long a desktop gets to shut down by itself, in seconds, when neither who asks nor its settings say.</summary>
    public const int DefaultTimeoutSeconds = 120;

    internal const string TimeoutText = "How long it gets before its plug is pulled, 1 to 3600 seconds; when left out as its settings say, else 120.";

    /// <inheritdoc/>
    public static Command Spec { get; } = new("shutdown_domain", Lane.Power, "Shut a desktop down.")
    {
        Grant = Grant.Shutdown,
        Aliases = ["shutdown"],
        IsSchedulable = true,
        OfferedOn = d => d.State is DomainState.Active or DomainState.Paused,
    };

    /// <inheritdoc/>
    public IEnumerable<string> Problems() => TimeoutProblems(TimeoutSeconds);

    /// <summary>What is wrong with such a time.</summary>
    internal static IEnumerable<string> TimeoutProblems(int? seconds)
    {
        if (seconds is < 1 or > 3600) yield return "timeout_seconds is between 1 and 3600; to switch off at once use force_shutdown_domain.";
    }

    /// <inheritdoc/>
    public LockSet Locks() => LockSet.Exclusive(Domain);
}
