using Broker.Core.Access;

namespace Broker.Core.Requests.Volumes;

/// <summary>Give back the room that the swap of a clone took while it ran. Broker asks for it itself when a clone is off.</summary>
public sealed record FreeSwap(Guid Domain) : IRequest<FreeSwap>, IOnDomain
{
    /// <inheritdoc/>
    public static Command Spec { get; } = new("free_swap", Lane.Disk, "Give back the room of a clone's swap; Broker does it by itself when a clone is off.")
    {
        Grant = Grant.Operate,
        Priority = 200,
        Keep = TimeSpan.FromDays(1),
    };

    /// <inheritdoc/>
    public IEnumerable<string> Problems() => [];

    /// <inheritdoc/>
    public LockSet Locks() => LockSet.Exclusive(Domain);
}
