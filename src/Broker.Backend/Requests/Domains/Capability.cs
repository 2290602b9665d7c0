using Broker.Backend.Nodes;
using Broker.Backend.VmManagers;

namespace Broker.Backend.Requests.Domains;

/// <summary>What a request needs and not every host can.</summary>
internal static class Capability
{
    /// <summary>The capability of this host.</summary>
    /// <param name="vm">The connected host.</param>
    /// <param name="node">The same, for its name.</param>
    /// <param name="what">What it should do, for people.</param>
    /// <exception cref="RequestFailedException"><c>not_supported</c>: it can't.</exception>
    public static T Of<T>(IVmNode vm, Node node, string what) where T : class, ICapability =>
        vm.As<T>() ?? throw new RequestFailedException("not_supported", $"{node.Row.Name} can't {what}.");
}
