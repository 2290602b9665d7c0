using Broker.Backend.Nodes;
using Broker.Backend.VmManagers;
using Broker.Core.Domains;
using Broker.Core.Requests.Domains;

namespace Broker.Backend.Requests.Domains;

/// <summary>Presses a desktop's reset button.</summary>
public sealed class ForceRebootDomainHandler : IHandler<ForceRebootDomain>
{
    /// <inheritdoc/>
    public async Task<object?> Handle(ForceRebootDomain request, Work work)
    {
        var domain = await work.Domain(request.Domain);
        if (domain.State is not DomainState.Active) throw new RequestFailedException("not_running", $"{domain.Name} is not running: start it instead.");
        var node = await work.NodeOf(domain);
        await work.Step(20, "Pressing the reset button");
        await work.On(node, Gate.Stop, vm => Capability.Of<ICanReset>(vm, node, "reset machines").Reset(domain.Id));
        return new { domain = domain.Id };
    }
}
