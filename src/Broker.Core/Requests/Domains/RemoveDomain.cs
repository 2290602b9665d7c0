using Broker.Core.Access;
using Broker.Core.Domains;

namespace Broker.Core.Requests.Domains;

/// <summary>Remove a machine with its disks.</summary>
public sealed record RemoveDomain(Guid Domain) : IRequest<RemoveDomain>, IOnDomain
{
    /// <inheritdoc/>
    public static Command Spec { get; } = new("remove_domain", Lane.Disk, "Remove a machine with its disks.")
    {
        Grant = Grant.Remove,
        Aliases = ["remove"],
        OfferedOn = d => d.State is not (DomainState.Creating or DomainState.Removing or DomainState.Down),
    };

    /// <inheritdoc/>
    public IEnumerable<string> Problems() => [];

    /// <inheritdoc/>
    public LockSet Locks() => LockSet.Exclusive(Domain);
}
