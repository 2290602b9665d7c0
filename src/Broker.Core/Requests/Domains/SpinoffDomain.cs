using Broker.Core.Access;
using Broker.Core.Domains;

namespace Broker.Core.Requests.Domains;

/// <summary>Make a clone stand alone: its disks get all they need of its base, and it is no clone of it any more.</summary>
/// <param name="Domain">Id of the clone; it is shut down first when it is running.</param>
public sealed record SpinoffDomain(Guid Domain) : IRequest<SpinoffDomain>, IOnDomain
{
    /// <inheritdoc/>
    public static Command Spec { get; } = new("spinoff_domain", Lane.Disk, "Make a clone stand alone, without its base.")
    {
        Grant = Grant.CreateBase,
        Aliases = ["spinoff"],
        Fold = Fold.WhilePendingOrJustDone,
        Tell = Tell.Outcome,
        OfferedOn = d => d is { BaseId: not null, IsBase: false, IsVolatile: false, State: DomainState.Shutdown or DomainState.Active },
    };

    /// <inheritdoc/>
    public IEnumerable<string> Problems() => [];

    /// <inheritdoc/>
    public LockSet Locks() => LockSet.Exclusive(Domain);
}
