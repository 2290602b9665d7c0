using System.ComponentModel;
using Broker.Core.Access;

namespace Broker.Core.Requests.Volumes;

/// <summary>Delete files in a host's storage that nobody needs: of those that are named, those of which that is still true.</summary>
/// <param name="Node">Name of the host.</param>
/// <param name="Files">Their names, as <c>list_unused_volumes</c> told them.</param>
/// <param name="Storage">Name of the storage; the usual one when left out.</param>
public sealed record RemoveUnusedVolumes(
    [Description("Name of the host.")] string Node,
    [Description("Names of files, as list_unused_volumes told them.")] IReadOnlyList<string> Files,
    [Description("Name of the storage; the usual one when left out.")] string? Storage = null) : IRequest<RemoveUnusedVolumes>
{
    /// <inheritdoc/>
    public static Command Spec { get; } = new("remove_unused_volumes", Lane.Disk, "Delete files in a host's storage that nobody needs.")
    {
        Grant = Grant.Operate,
        Tell = Tell.Outcome,
    };

    /// <inheritdoc/>
    public IEnumerable<string> Problems()
    {
        if (Node.Length is 0 or > 190) yield return "node is the name of a host, 1 to 190 characters.";
        foreach (var problem in MoveVolume.StorageProblems(Storage)) yield return problem;
        if (Files.Count is 0 or > 1000) yield return "files are 1 to 1000 names.";
        foreach (var file in Files)
        {
            if (file is null or "" or "." or ".." || file.AsSpan().IndexOfAny('/', '\0') >= 0)
                yield return $"'{file}' is not the plain name of a file in the storage.";
        }
    }

    /// <inheritdoc/>
    public LockSet Locks() => LockSet.None;

    /// <summary>The same files, in the same order.</summary>
    public bool Equals(RemoveUnusedVolumes? other) => other is not null && Node == other.Node && Storage == other.Storage && Files.SequenceEqual(other.Files);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Node, Files.Count);
}
