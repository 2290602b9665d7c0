using Broker.Backend.Nodes;
using Broker.Backend.VmManagers;
using Broker.Core.Domains;
using Broker.Core.Requests;
using Broker.Core.Requests.Domains;

namespace Broker.Backend.Requests.Domains;

/// <summary>Pulls the plug. What is hibernated is off already: its saved memory goes.</summary>
public sealed class ForceShutdownDomainHandler : IHandler<ForceShutdownDomain>
{
    /// <inheritdoc/>
    public async Task<object?> Handle(ForceShutdownDomain request, Work work)
    {
        var domain = await work.Domain(request.Domain);
        if (request.StartedAt is { } run && run != domain.StartedAt) return new { domain = domain.Id, skipped = "It was started anew meanwhile." };
        var node = await work.NodeOf(domain);
        var isSaved = await work.Look(node, domain.Id) is { Power: Power.Saved };
        // Left behind by a shutdown, it is meant for a guest that does not go off, not for what somebody wanted to keep.
        if (isSaved && request.StartedAt is not null) return new { domain = domain.Id, skipped = "It was hibernated meanwhile." };
        await work.Step(20, isSaved ? "Discarding its saved memory" : "Switching off");
        await work.On(node, Gate.Stop, vm =>
        {
            vm.Destroy(domain.Id);
            vm.As<ICanHibernate>()?.Discard(domain.Id);
        });
        work.AtEnd(async db =>
        {
            if (domain.State is not (DomainState.Creating or DomainState.Broken or DomainState.Removing))
                await DomainsTable.SetState(db, domain.Id, DomainState.Shutdown,
                    isSaved || domain.SavedAt is not null ? "Its saved memory was discarded." : "It was switched off by force.");
            await RequestsTable.CallOffForcedShutdown(db, domain.Id);
        });
        return new { domain = domain.Id };
    }
}
