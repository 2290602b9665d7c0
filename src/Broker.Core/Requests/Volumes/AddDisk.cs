using System.ComponentModel;
using Broker.Core.Access;
using Broker.Core.Database;
using Broker.Core.Domains;
using Broker.Core.Library;
using Broker.Core.Limits;

namespace Broker.Core.Requests.Volumes;

/// <summary>Give a machine one more disk, an empty one.</summary>
/// <param name="Domain">Id of the machine, no base; one that runs gets it at once where its host can do that.</param>
/// <param name="SizeMib">Its size in MiB, 1 to 8388608.</param>
/// <param name="Kind">What it is for.</param>
/// <param name="Storage">Name of the host's storage it is to lie in; the usual one when left out.</param>
public sealed record AddDisk(
    Guid Domain,
    [Description("Its size in MiB, 1 to 8388608.")] long SizeMib,
    [Description("What it is for: clones of the machine keep sys and data, and get tmp and swap new with each start.")] VolumeKind Kind = VolumeKind.Data,
    [Description("Name of the host's storage it is to lie in; the usual one when left out.")] string? Storage = null)
    : IRequest<AddDisk>, IOnDomain, ITakes
{
    /// <summary>The largest disk, in MiB.</summary>
    public const long MostMib = ImageHeader.MostCapacityBytes >> 20;

    /// <inheritdoc/>
    public static Command Spec { get; } = new("add_disk", Lane.Disk, "Give a machine one more disk.")
    {
        Grant = Grant.CreateDisk,
        Fold = Fold.Never,
    };

    /// <inheritdoc/>
    public IEnumerable<string> Problems() => [.. SizeProblems(SizeMib), .. MoveVolume.StorageProblems(Storage)];

    /// <inheritdoc/>
    public LockSet Locks() => LockSet.Exclusive(Domain);

    internal static IEnumerable<string> SizeProblems(long mib)
    {
        if (mib is < 1 or > MostMib) yield return $"size_mib is between 1 and {MostMib}.";
    }

    /// <inheritdoc/>
    public Task<Take?> Takes(DbSession db, DomainRow about) => Task.FromResult<Take?>(new Take(about.OwnerId, null) { DiskBytes = SizeMib << 20 });
}
