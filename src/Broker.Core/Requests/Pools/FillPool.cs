using Broker.Core.Access;

namespace Broker.Core.Requests.Pools;

/// <summary>Make and start what is missing in a base's pool.</summary>
/// <param name="Domain">Id of the base.</param>
public sealed record FillPool(Guid Domain) : IRequest<FillPool>, IOnDomain
{
    /// <inheritdoc/>
    public static Command Spec { get; } = new("fill_pool", Lane.Quick, "Make and start what is missing in a base's pool.")
    {
        Grant = Grant.CreateBase,
        Keep = TimeSpan.FromDays(1),
        IsSchedulable = true,
    };

    /// <inheritdoc/>
    public IEnumerable<string> Problems() => [];

    /// <inheritdoc/>
    public LockSet Locks() => LockSet.None.AndShared(Domain).AndExclusive($"pool:{Domain}");
}
