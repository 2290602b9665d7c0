using System.ComponentModel;
using Broker.Core.Access;

namespace Broker.Core.Requests.Volumes;

/// <summary>Look for files in a host's storage that nobody needs. The result is a page of them.</summary>
/// <param name="Node">Name of the host.</param>
/// <param name="Page">Which page, of all of them by name, 1 to 1000000.</param>
/// <param name="Limit">How many on a page, 1 to 1000.</param>
/// <param name="Storage">Name of the storage; the usual one when left out.</param>
public sealed record ListUnusedVolumes(
    [Description("Name of the host.")] string Node,
    [Description("Which page, of all of them by name, 1 to 1000000.")] int Page = 1,
    [Description("How many on a page, 1 to 1000.")] int Limit = 100,
    [Description("Name of the storage; the usual one when left out.")] string? Storage = null) : IRequest<ListUnusedVolumes>
{
    /// <inheritdoc/>
    public static Command Spec { get; } = new("list_unused_volumes", Lane.Disk, "Look for files in a host's storage that nobody needs.")
    {
        Grant = Grant.Operate,
        IsAudited = false,
        Fold = Fold.Never,
        Tries = 1,
        Priority = 50,
        Keep = TimeSpan.FromDays(1),
    };

    /// <inheritdoc/>
    public IEnumerable<string> Problems()
    {
        if (Node.Length is 0 or > 190) yield return "node is the name of a host, 1 to 190 characters.";
        foreach (var problem in MoveVolume.StorageProblems(Storage)) yield return problem;
        if (Page is < 1 or > 1_000_000) yield return "page is between 1 and 1000000.";
        if (Limit is < 1 or > 1000) yield return "limit is between 1 and 1000.";
    }

    /// <inheritdoc/>
    public LockSet Locks() => LockSet.None;
}
