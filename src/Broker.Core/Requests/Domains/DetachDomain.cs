using Broker.Core.Access;
using Broker.Core.Domains;

namespace Broker.Core.Requests.Domains;

/// <summary>Make a running clone stand alone while it goes on.</summary>
/// <param name="Domain">Id of the clone.</param>
public sealed record DetachDomain(Guid Domain) : IRequest<DetachDomain>, IOnDomain
{
    /// <inheritdoc/>
    public static Command Spec { get; } = new("detach_domain", Lane.Disk, "Make a running clone stand alone, without its base, while it goes on.")
    {
        Grant = Grant.CreateBase,
        Aliases = ["detach"],
        Fold = Fold.WhilePendingOrJustDone,
        Tell = Tell.Outcome,
        Needs = "detach_live",
        OfferedOn = d => d is { BaseId: not null, IsBase: false, IsVolatile: false, State: DomainState.Active },
    };

    /// <inheritdoc/>
    public IEnumerable<string> Problems() => [];

    /// <inheritdoc/>
    public LockSet Locks() => LockSet.Exclusive(Domain);
}
