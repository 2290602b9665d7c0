using System.ComponentModel;
using Broker.Core.Access;

namespace Broker.Core.Requests.Nodes;

/// <summary>Looks a host over, for <c>broker doctor</c>. The result is a <see cref="Core.Nodes.NodeReport"/>.</summary>
/// <param name="Node">Name of the host.</param>
public sealed record CheckNode([Description("Name of the host.")] string Node) : IRequest<CheckNode>
{
    /// <inheritdoc/>
    public static Command Spec { get; } = new("check_node", Lane.Quick, "Look a host over: does it answer, how soon, with what room and which guards.")
    {
        Grant = Grant.Operate,
        IsAudited = false,
        Tries = 1,
        Priority = 10,
    };

    /// <inheritdoc/>
    public IEnumerable<string> Problems()
    {
        if (Node.Length is 0 or > 190) yield return "node is the name of a host, 1 to 190 characters.";
    }

    /// <inheritdoc/>
    public LockSet Locks() => LockSet.None;
}
