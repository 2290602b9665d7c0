using Broker.Backend.Displays;
using Broker.Backend.Nodes;
using Broker.Backend.VmManagers;
using Broker.Core.Domains;
using Broker.Core.Requests;
using Broker.Core.Requests.Domains;

namespace Broker.Backend.Requests.Domains;

/// <summary>Saves a desktop's memory and switches it off.</summary>
public sealed class HibernateDomainHandler : IHandler<HibernateDomain>
{
    /// <inheritdoc/>
    public async Task<object?> Handle(HibernateDomain request, Work work)
    {
        var domain = await work.Domain(request.Domain);
        if (domain.IsVolatile)
            throw new RequestFailedException("is_volatile", $"{domain.Name} is temporary: it can't be hibernated, for it is removed when it goes off.");
        if (request.OnlyIfDisconnected && domain.IsAttended) return new { domain = domain.Id, skipped = "Somebody is at it." };
        var node = await work.NodeOf(domain);
        var report = await work.Look(node, domain.Id);
        // When it is saved already, this was begun before, or somebody did it on the host.
        if (report?.Power is not Power.Saved)
        {
            if (report?.Power is not (Power.Running or Power.Paused))
                throw new RequestFailedException("not_running", $"{domain.Name} is not running: it has no memory that could be saved.");
            await Picture.Keep(domain, node, work);
            await work.Step(20, "Saving its memory");
            await work.On(node, Gate.Save, vm => Capability.Of<ICanHibernate>(vm, node, "save the memory of machines").Hibernate(domain.Id));
        }

        work.AtEnd(async db =>
        {
            await DomainsTable.SetState(db, domain.Id, DomainState.Hibernated);
            await RequestsTable.CallOffForcedShutdown(db, domain.Id);
        });
        return new { domain = domain.Id };
    }
}
