using Broker.Backend.Nodes;
using Broker.Backend.VmManagers;
using Broker.Core.Domains;
using Broker.Core.Requests.Domains;

namespace Broker.Backend.Requests.Domains;

/// <summary>Lets a paused desktop go on.</summary>
public sealed class ResumeDomainHandler : IHandler<ResumeDomain>
{
    /// <inheritdoc/>
    public async Task<object?> Handle(ResumeDomain request, Work work)
    {
        var domain = await work.Domain(request.Domain);
        var node = await work.NodeOf(domain);
        var report = await work.Look(node, domain.Id);
        if (report?.Power is not Power.Running)
        {
            if (report?.Power is not Power.Paused)
            {
                throw new RequestFailedException("not_paused", report?.Power is Power.Saved
                    ? $"{domain.Name} is hibernated: start it, and it goes on where it was."
                    : $"{domain.Name} is off: start it.");
            }

            await work.Step(20, "Letting it go on");
            await work.On(node, Gate.Stop, vm => Capability.Of<ICanPause>(vm, node, "pause machines").Resume(domain.Id));
        }

        work.AtEnd(db => DomainsTable.SetState(db, domain.Id, DomainState.Active));
        return new { domain = domain.Id };
    }
}
