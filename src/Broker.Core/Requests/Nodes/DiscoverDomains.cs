using System.ComponentModel;
using Broker.Core.Access;

namespace Broker.Core.Requests.Nodes;

/// <summary>Looks which machines a host has that Broker does not know, and writes down what they are. They stay as they are.</summary>
/// <param name="Node">Name of the host.</param>
public sealed record DiscoverDomains([Description("Name of the host.")] string Node) : IRequest<DiscoverDomains>
{
    /// <inheritdoc/>
    public static Command Spec { get; } = new("discover_domains", Lane.Quick, "Look for machines of a host that Broker does not know.")
    {
        Grant = Grant.Operate,
        IsAudited = false,
        Aliases = ["discover"],
        Tries = 1,
        Keep = TimeSpan.FromDays(1),
    };

    /// <inheritdoc/>
    public IEnumerable<string> Problems()
    {
        if (Node.Length is 0 or > 190) yield return "node is the name of a host, 1 to 190 characters.";
    }

    /// <inheritdoc/>
    public LockSet Locks() => LockSet.None;
}
