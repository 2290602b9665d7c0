using System.ComponentModel;
using Broker.Core.Access;
using Broker.Core.Domains;

namespace Broker.Core.Requests.Domains;

/// <summary>Pull a desktop's plug. One that is hibernated loses its saved memory.</summary>
/// <param name="Domain">Id of the desktop.</param>
/// <param name="StartedAt">Only if it still is the run that began then: a shutdown leaves this behind for later, and a desktop that was started anew meanwhile goes on.</param>
public sealed record ForceShutdownDomain(Guid Domain, [Description("Only if it still is the run that began then.")] DateTimeOffset? StartedAt = null) : IRequest<ForceShutdownDomain>, IOnDomain
{
    /// <inheritdoc/>
    public static Command Spec { get; } = new("force_shutdown_domain", Lane.Power, "Pull a desktop's plug, or discard its saved memory.")
    {
        Grant = Grant.Shutdown,
        Aliases = ["force_shutdown"],
        Priority = 50,
        OfferedOn = d => d.State is DomainState.Active or DomainState.Paused or DomainState.ShuttingDown or DomainState.Starting or DomainState.Hibernated,
    };

    /// <inheritdoc/>
    public IEnumerable<string> Problems() => [];

    /// <inheritdoc/>
    public LockSet Locks() => LockSet.Exclusive(Domain);
}
