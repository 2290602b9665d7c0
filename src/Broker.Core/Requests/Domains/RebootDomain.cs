using Broker.Core.Access;
using Broker.Core.Domains;

namespace Broker.Core.Requests.Domains;

/// <summary>Restart a desktop through its own system.</summary>
public sealed record RebootDomain(Guid Domain) : IRequest<RebootDomain>, IOnDomain
{
    /// <inheritdoc/>
    public static Command Spec { get; } = new("reboot_domain", Lane.Power, "Restart a desktop through its own system.")
    {
        Grant = Grant.Reboot,
        Aliases = ["reboot"],
        OfferedOn = d => d.State is DomainState.Active,
    };

    /// <inheritdoc/>
    public IEnumerable<string> Problems() => [];

    /// <inheritdoc/>
    public LockSet Locks() => LockSet.Exclusive(Domain);
}
