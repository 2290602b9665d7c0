using Broker.Core.Access;
using Broker.Core.Domains;

namespace Broker.Core.Requests.Domains;

/// <summary>Give back the room that a machine's disks take for what its guest has erased.</summary>
/// <param name="Domain">Id of the machine, which is off.</param>
public sealed record CompactDomain(Guid Domain) : IRequest<CompactDomain>, IOnDomain
{
    /// <inheritdoc/>
    public static Command Spec { get; } = new("compact_domain", Lane.Disk, "Give back the room that a machine's disks take for what its guest has erased.")
    {
        Grant = Grant.ChangeSettings,
        Aliases = ["compact"],
        Tell = Tell.Outcome,
        IsSchedulable = true,
        IsOncePerRun = true,
        // what belongs to a pool gets its disks new anyway
        OfferedOn = d => d is { IsBase: false, PoolUse: null, State: DomainState.Shutdown },
    };

    /// <inheritdoc/>
    public IEnumerable<string> Problems() => [];

    /// <inheritdoc/>
    public LockSet Locks() => LockSet.Exclusive(Domain);
}
