using System.ComponentModel;
using Broker.Core.Access;

namespace Broker.Core.Requests.Volumes;

/// <summary>Take a disk from a machine and delete it.</summary>
/// <param name="Domain">Id of the machine, no base; one that runs loses it at once where its host can do that.</param>
/// <param name="Target">The disk: vdb… Not the one it boots from.</param>
public sealed record RemoveDisk(Guid Domain, [Description("The disk, such as vdb; not the one it boots from.")] string Target) : IRequest<RemoveDisk>, IOnDomain
{
    /// <inheritdoc/>
    public static Command Spec { get; } = new("remove_disk", Lane.Disk, "Take a disk from a machine and delete it.")
    {
        Grant = Grant.CreateDisk,
    };

    /// <inheritdoc/>
    public IEnumerable<string> Problems() => TargetProblems(Target);

    /// <inheritdoc/>
    public LockSet Locks() => LockSet.Exclusive(Domain);

    internal static IEnumerable<string> TargetProblems(string target)
    {
        if (target.Length is < 3 or > 16 || !target.All(char.IsAsciiLetterLower)) yield return "target is the name of a device of the machine, such as vdb.";
    }
}
