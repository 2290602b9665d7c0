using System.ComponentModel;
using Broker.Core.Access;
using Broker.Core.Bookings;
using Broker.Core.Domains;

namespace Broker.Core.Requests.Domains;

/// <summary>Shut a desktop down, by force if it does not obey in time, and start it again: it comes up with what was changed of its hardware.</summary>
/// <param name="Domain">Id of the desktop.</param>
/// <param name="TimeoutSeconds">How long it gets, 1 to 3600 seconds; when left out as long as the machine's settings say, else 120.</param>
public sealed record ShutdownStart(Guid Domain, [Description(ShutdownDomain.TimeoutText)] int? TimeoutSeconds = null) : IRequest<ShutdownStart>, IOnDomain, IStarts
{
    /// <inheritdoc/>
    public static Command Spec { get; } = new("shutdown_start", Lane.Power, "Shut a desktop down and start it again, with what was changed of its hardware.")
    {
        Grant = Grant.Reboot,
        OfferedOn = d => d is { IsVolatile: false, State: DomainState.Active or DomainState.Paused },
    };

    /// <inheritdoc/>
    public IEnumerable<string> Problems() => ShutdownDomain.TimeoutProblems(TimeoutSeconds);

    /// <inheritdoc/>
    public LockSet Locks() => LockSet.Exclusive(Domain);
}
