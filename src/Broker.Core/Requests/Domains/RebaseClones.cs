using System.ComponentModel;
using Broker.Core.Access;

namespace Broker.Core.Requests.Domains;

/// <summary>Make all clones of a base clones of another one, each by a request of its own, one after the other.</summary>
/// <param name="Domain">Id of the base that loses its clones.</param>
/// <param name="Base">Id of the base they get; it is prepared first when it is none yet.</param>
public sealed record RebaseClones(
    [Description("The base that loses its clones.")] Guid Domain,
    [Description("The base they get; it is prepared first when it is none yet.")] Guid Base) : IRequest<RebaseClones>, IOnDomain
{
    /// <inheritdoc/>
    public static Command Spec { get; } = new("rebase_clones", Lane.Quick, "Make all clones of a base clones of another one; only their data disks keep what is on them.")
    {
        Grant = Grant.CreateBase,
        Tell = Tell.Outcome,
    };

    /// <inheritdoc/>
    public IEnumerable<string> Problems() => Domain == Base ? ["A base can't take over its own clones."] : [];

    /// <inheritdoc/>
    // it only asks for others, which have what they need locked
    public LockSet Locks() => LockSet.None;
}
