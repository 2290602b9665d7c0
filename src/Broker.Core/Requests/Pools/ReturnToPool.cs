using Broker.Core.Access;

namespace Broker.Core.Requests.Pools;

/// <summary>Give a desktop that is off back to its base's pool: it is made fresh for whoever gets it next.</summary>
/// <param name="Domain">Id of the desktop.</param>
public sealed record ReturnToPool(Guid Domain) : IRequest<ReturnToPool>, IOnDomain
{
    /// <inheritdoc/>
    public static Command Spec { get; } = new("return_to_pool", Lane.Disk, "Give a desktop that is off back to its base's pool: it is made fresh for whoever gets it next.")
    {
        Grant = Grant.Remove,
        Keep = TimeSpan.FromDays(1),
    };

    /// <inheritdoc/>
    public IEnumerable<string> Problems() => [];

    /// <inheritdoc/>
    public LockSet Locks() => LockSet.Exclusive(Domain);
}
