using Broker.Core.Access;
using Broker.Core.Domains;

namespace Broker.Core.Requests.Domains;

/// <summary>Press a desktop's reset button: its system is not asked.</summary>
public sealed record ForceRebootDomain(Guid Domain) : IRequest<ForceRebootDomain>, IOnDomain
{
    /// <inheritdoc/>
    public static Command Spec { get; } = new("force_reboot_domain", Lane.Power, "Press a desktop's reset button.")
    {
        Grant = Grant.Reboot,
        Aliases = ["force_reboot"],
        Needs = "reset",
        OfferedOn = d => d.State is DomainState.Active,
    };

    /// <inheritdoc/>
    public IEnumerable<string> Problems() => [];

    /// <inheritdoc/>
    public LockSet Locks() => LockSet.Exclusive(Domain);
}
