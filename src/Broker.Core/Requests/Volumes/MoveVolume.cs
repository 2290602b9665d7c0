using System.ComponentModel;
using Broker.Core.Access;

namespace Broker.Core.Requests.Volumes;

/// <summary>Move a disk of a machine that is off into another storage of its host.</summary>
/// <param name="Domain">Id of the machine, no base; it is off, with no memory saved.</param>
/// <param name="Target">The disk: vda…</param>
/// <param name="Storage">Name of the storage it is to lie in.</param>
public sealed record MoveVolume(
    Guid Domain,
    [Description("The disk, such as vda.")] string Target,
    [Description("Name of the storage it is to lie in.")] string Storage) : IRequest<MoveVolume>, IOnDomain
{
    private const int MostLetters = 64;

    /// <inheritdoc/>
    public static Command Spec { get; } = new("move_volume", Lane.Disk, "Move a disk of a machine that is off into another storage of its host.")
    {
        Grant = Grant.Operate,
        Tell = Tell.Outcome,
    };

    /// <inheritdoc/>
    public IEnumerable<string> Problems() => [.. RemoveDisk.TargetProblems(Target), .. StorageProblems(Storage)];

    /// <inheritdoc/>
    public LockSet Locks() => LockSet.Exclusive(Domain);

    /// <summary>Whether it can be the name of a storage.</summary>
    public static bool IsStorageName(string name) => name.Length is >= 1 and <= MostLetters && name.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c is '-' or '_');

    internal static IEnumerable<string> StorageProblems(string? name)
    {
        if (name is not null && !IsStorageName(name)) yield return "storage is the name of a storage: a to z, 0 to 9, - and _.";
    }
}
