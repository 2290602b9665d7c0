using System.ComponentModel;
using Broker.Core.Access;
using Broker.Core.Database;
using Broker.Core.Domains;

namespace Broker.Core.Requests.Snapshots;

/// <summary>Make a machine's disks what they were when a snapshot was taken. What came since is lost; the snapshot stays, and so do the others.</summary>
/// <param name="Domain">Id of the machine; its plug is pulled first when it is running, its saved memory is discarded.</param>
/// <param name="Snapshot">Id of the snapshot.</param>
public sealed record RevertSnapshot(Guid Domain, [Description("The snapshot to go back to.")] Guid Snapshot) : IRequest<RevertSnapshot>, IOnDomain
{
    /// <inheritdoc/>
    public static Command Spec { get; } = new("revert_snapshot", Lane.Disk, "Make a machine's disks what they were when a snapshot was taken. It is switched off first; what came since is lost.")
    {
        Grant = Grant.Remove,
        Aliases = ["revert"],
        Needs = "snapshot",
        Tell = Tell.Outcome,
    };

    /// <inheritdoc/>
    public IEnumerable<string> Problems() => [];

    /// <inheritdoc/>
    public LockSet Locks() => LockSet.Exclusive(Domain);

    Task IRequest.CheckNow(DbSession db, DomainRow? judged) => SnapshotsTable.Get(db, judged!, Snapshot);
}
