using System.ComponentModel;
using Broker.Core.Access;
using Broker.Core.Database;
using Broker.Core.Domains;

namespace Broker.Core.Requests.Snapshots;

/// <summary>Keep a snapshot no more. What is on the machine's disks now stays.</summary>
/// <param name="Domain">Id of the machine, which is off or hibernated.</param>
/// <param name="Snapshot">Id of the snapshot.</param>
public sealed record RemoveSnapshot(Guid Domain, [Description("The snapshot to remove.")] Guid Snapshot) : IRequest<RemoveSnapshot>, IOnDomain
{
    /// <inheritdoc/>
    public static Command Spec { get; } = new("remove_snapshot", Lane.Disk, "Keep a snapshot of a machine no more; what is on its disks now stays.")
    {
        Grant = Grant.Remove,
        Needs = "snapshot",
    };

    /// <inheritdoc/>
    public IEnumerable<string> Problems() => [];

    /// <inheritdoc/>
    public LockSet Locks() => LockSet.Exclusive(Domain);

    // also what was left half taken
    Task IRequest.CheckNow(DbSession db, DomainRow? judged) => SnapshotsTable.Find(db, judged!, Snapshot);
}
