using System.ComponentModel;
using Broker.Core.Access;
using Broker.Core.Domains;

namespace Broker.Core.Requests.Domains;

/// <summary>Save a desktop's memory and switch it off. Its next start goes on where it was.</summary>
/// <param name="Domain">Id of the desktop.</param>
/// <param name="OnlyIfDisconnected">Not if somebody is at it then.</param>
public sealed record HibernateDomain(Guid Domain, [Description("Not if somebody is at it then.")] bool OnlyIfDisconnected = false) : IRequest<HibernateDomain>, IOnDomain
{
    /// <inheritdoc/>
    public static Command Spec { get; } = new("hibernate_domain", Lane.Power, "Save a desktop's memory and switch it off.")
    {
        Grant = Grant.Hibernate,
        Aliases = ["hibernate", "hybernate"],
        Needs = "hibernate",
        IsSchedulable = true,
        // what goes back to its pool is made new, and so has nothing to go on with
        OfferedOn = d => d is { IsVolatile: false, PoolUse: null, State: DomainState.Active or DomainState.Paused },
    };

    /// <inheritdoc/>
    public IEnumerable<string> Problems() => [];

    /// <inheritdoc/>
    public LockSet Locks() => LockSet.Exclusive(Domain);
}
