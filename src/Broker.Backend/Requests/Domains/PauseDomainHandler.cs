using Broker.Backend.Nodes;
using Broker.Backend.VmManagers;
using Broker.Core.Domains;
using Broker.Core.Requests.Domains;

namespace Broker.Backend.Requests.Domains;

/// <summary>Lets a desktop stand still.</summary>
public sealed class PauseDomainHandler : IHandler<PauseDomain>
{
    /// <inheritdoc/>
    public async Task<object?> Handle(PauseDomain request, Work work)
    {
        var domain = await work.Domain(request.Domain);
        var node = await work.NodeOf(domain);
        var report = await work.Look(node, domain.Id);
        if (report?.Power is not Power.Paused)
        {
            if (report?.Power is not Power.Running)
            {
                throw new RequestFailedException("not_running", $"{domain.Name} is not running: there is nothing to pause.");
            }

            await work.Step(20, "Letting it stand still");
            await work.On(node, Gate.Stop, vm => Capability.Of<ICanPause>(vm, node, "pause machines").Pause(domain.Id));
        }

        work.AtEnd(db => DomainsTable.SetState(db, domain.Id, DomainState.Paused));
        return new { domain = domain.Id };
    }
}
