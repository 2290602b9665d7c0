using Broker.Core.Access;
using Broker.Core.Bookings;
using Broker.Core.Database;
using Broker.Core.Domains;
using Broker.Core.Limits;

namespace Broker.Core.Requests.Domains;

/// <summary>Start a desktop.</summary>
public sealed record StartDomain(Guid Domain) : IRequest<StartDomain>, IOnDomain, IStarts, ITakes
{
    /// <inheritdoc/>
    public static Command Spec { get; } = new("start_domain", Lane.Power, "Start a desktop.")
    {
        Grant = Grant.Start,
        Aliases = ["start"],
        IsSchedulable = true,
        OfferedOn = d => d is { IsBase: false, HasEnded: false, State: DomainState.Shutdown or DomainState.Hibernated },
    };

    /// <inheritdoc/>
    public IEnumerable<string> Problems() => [];

    /// <inheritdoc/>
    public LockSet Locks() => LockSet.Exclusive(Domain);

    /// <inheritdoc/>
    public Task<Take?> Takes(DbSession db, DomainRow about) =>
        Task.FromResult(about.State is DomainState.Active or DomainState.Paused ? null : new Take(about.OwnerId, Domain) { MemoryKib = about.MemoryKib });
}
