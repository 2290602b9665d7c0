using Broker.Core.Access;
using Broker.Core.Domains;

namespace Broker.Core.Requests.Domains;

/// <summary>Make a clone as it was when it was new. What is on its data disks stays.</summary>
/// <param name="Domain">Id of the clone; its plug is pulled first when it is running, its saved memory is discarded.</param>
public sealed record RestoreDomain(Guid Domain) : IRequest<RestoreDomain>, IOnDomain
{
    /// <inheritdoc/>
    public static Command Spec { get; } = new("restore_domain", Lane.Disk, "Make a clone as it was when it was new; only its data disks keep what is on them.")
    {
        Grant = Grant.Remove,
        Aliases = ["restore"],
        Tell = Tell.Outcome,
        OfferedOn = d => d is { BaseId: not null, IsBase: false, IsVolatile: false } && d.State is DomainState.Shutdown or DomainState.Active or DomainState.Paused or DomainState.Hibernated,
    };

    /// <inheritdoc/>
    public IEnumerable<string> Problems() => [];

    /// <inheritdoc/>
    public LockSet Locks() => LockSet.Exclusive(Domain);
}
