using Broker.Core.Access;
using Broker.Core.Bookings;
using Broker.Core.Domains;

namespace Broker.Core.Requests.Domains;

/// <summary>Let a paused desktop go on.</summary>
public sealed record ResumeDomain(Guid Domain) : IRequest<ResumeDomain>, IOnDomain, IStarts
{
    /// <inheritdoc/>
    public static Command Spec { get; } = new("resume_domain", Lane.Power, "Let a paused desktop go on.")
    {
        Grant = Grant.Start,
        Aliases = ["resume"],
        Needs = "pause",
        OfferedOn = d => d.State is DomainState.Paused,
    };

    /// <inheritdoc/>
    public IEnumerable<string> Problems() => [];

    /// <inheritdoc/>
    public LockSet Locks() => LockSet.Exclusive(Domain);
}
