using System.ComponentModel;
using Broker.Core.Access;
using Broker.Core.Database;
using Broker.Core.Domains;
using Broker.Core.Limits;

namespace Broker.Core.Requests.Volumes;

/// <summary>Make a disk of a machine larger. What is on it stays; the guest's own system makes use of the room.</summary>
/// <param name="Domain">Id of the machine, no base; that of one that runs grows at once where its host can do that.</param>
/// <param name="Target">The disk: vda…</param>
/// <param name="SizeMib">Its new size in MiB, up to 8388608. It can't get smaller.</param>
public sealed record GrowDisk(
    Guid Domain,
    [Description("The disk, such as vda.")] string Target,
    [Description("Its new size in MiB, up to 8388608. It can't get smaller.")] long SizeMib) : IRequest<GrowDisk>, IOnDomain, ITakes
{
    /// <inheritdoc/>
    public static Command Spec { get; } = new("grow_disk", Lane.Disk, "Make a disk of a machine larger.")
    {
        Grant = Grant.CreateDisk,
    };

    /// <inheritdoc/>
    public IEnumerable<string> Problems() => [.. RemoveDisk.TargetProblems(Target), .. AddDisk.SizeProblems(SizeMib)];

    /// <inheritdoc/>
    public LockSet Locks() => LockSet.Exclusive(Domain);

    /// <inheritdoc/>
    public async Task<Take?> Takes(DbSession db, DomainRow about) =>
        (await VolumesTable.Of(db, Domain)).FirstOrDefault(v => v.Target == Target) is { } disk && SizeMib << 20 > disk.CapacityBytes
            ? new Take(about.OwnerId, null) { DiskBytes = (SizeMib << 20) - disk.CapacityBytes }
            : null;
}
