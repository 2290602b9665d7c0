using Broker.Core.Access;

namespace Broker.Core.Requests.Domains;

/// <summary>Turn a base without clones back into a machine.</summary>
public sealed record RemoveBase(Guid Domain) : IRequest<RemoveBase>, IOnDomain
{
    /// <inheritdoc/>
    public static Command Spec { get; } = new("remove_base", Lane.Disk, "Turn a base without clones back into a machine.")
    {
        Grant = Grant.CreateBase,
        Fold = Fold.WhilePendingOrJustDone,
        Tell = Tell.Outcome,
        OfferedOn = d => d.IsBase,
    };

    /// <inheritdoc/>
    public IEnumerable<string> Problems() => [];

    /// <inheritdoc/>
    public LockSet Locks() => LockSet.Exclusive(Domain);
}
