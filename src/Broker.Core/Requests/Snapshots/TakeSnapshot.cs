using System.ComponentModel;
using Broker.Core.Access;
using Broker.Core.Database;
using Broker.Core.Domains;

namespace Broker.Core.Requests.Snapshots;

/// <summary>Keep what is on a machine's disks now, so that it can go back to it.</summary>
/// <param name="Domain">Id of the machine, which is off.</param>
/// <param name="Name">What it is called, in any script; null for the time at which it is taken.</param>
/// <param name="Description">What it is for.</param>
public sealed record TakeSnapshot(
    Guid Domain,
    [Description("What it is called, in any script; left out, the time at which it is taken.")] string? Name = null,
    [Description("What it is for.")] string? Description = null) : IRequest<TakeSnapshot>, IOnDomain
{
    /// <inheritdoc/>
    public static Command Spec { get; } = new("take_snapshot", Lane.Disk, "Keep what is on the disks of a machine that is off, so that it can go back to it.")
    {
        Grant = Grant.ChangeSettings,
        Needs = "snapshot",
        OfferedOn = d => d is { IsBase: false, IsVolatile: false, State: DomainState.Shutdown },
    };

    /// <inheritdoc/>
    public IEnumerable<string> Problems() => Name is null && Description is null ? [] : SnapshotRow.Problems(Name ?? "-", Description);

    /// <inheritdoc/>
    public LockSet Locks() => LockSet.Exclusive(Domain);

    /// <summary>Is it something of which snapshots are taken?</summary>
    /// <exception cref="RequestRefusedException">It is not.</exception>
    public static void CheckKind(DomainRow domain)
    {
        if (domain.IsBase) throw new RequestRefusedException("is_a_base", $"{domain.Name} is a base: its disks stay as they are. There is nothing to go back from.");
        if (domain.IsVolatile)
            throw new RequestRefusedException("is_volatile", $"{domain.Name} is temporary: it goes when it ends, and its snapshots would go with it. Make a desktop that lasts for what should stay.");
    }

    Task IRequest.CheckNow(DbSession db, DomainRow? judged)
    {
        CheckKind(judged!);
        return SnapshotsTable.CheckRoom(db, judged!, Name?.Trim());
    }
}
