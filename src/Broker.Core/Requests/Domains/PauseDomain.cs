using Broker.Core.Access;
using Broker.Core.Domains;

namespace Broker.Core.Requests.Domains;

/// <summary>Let a desktop stand still: it keeps its memory and its place on the host, and uses no processor.</summary>
public sealed record PauseDomain(Guid Domain) : IRequest<PauseDomain>, IOnDomain
{
    /// <inheritdoc/>
    public static Command Spec { get; } = new("pause_domain", Lane.Power, "Let a desktop stand still.")
    {
        Grant = Grant.Hibernate,
        Aliases = ["pause"],
        Needs = "pause",
        OfferedOn = d => d.State is DomainState.Active,
    };

    /// <inheritdoc/>
    public IEnumerable<string> Problems() => [];

    /// <inheritdoc/>
    public LockSet Locks() => LockSet.Exclusive(Domain);
}
