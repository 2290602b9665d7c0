using Broker.Backend.Nodes;
using Broker.Core.Domains;
using Broker.Core.Requests.Domains;

namespace Broker.Backend.Requests.Domains;

/// <summary>Asks a desktop's system to restart.</summary>
public sealed class RebootDomainHandler : IHandler<RebootDomain>
{
    /// <inheritdoc/>
    public async Task<object?> Handle(RebootDomain request, Work work)
    {
        var domain = await work.Domain(request.Domain);
        if (domain.State is not DomainState.Active) throw new RequestFailedException("not_running", $"{domain.Name} is not running: start it instead.");
        var node = await work.NodeOf(domain);
        await work.Step(20, "Restarting");
        await work.On(node, Gate.Stop, vm => vm.Reboot(domain.Id));
        return new { domain = domain.Id };
    }
}
