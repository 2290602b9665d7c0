using Broker.Backend.Nodes;
using Broker.Core.Domains;
using Broker.Core.Requests;
using Broker.Core.Requests.Domains;

namespace Broker.Backend.Requests.Domains;

/// <summary>Pulls the plug.</summary>
public sealed class ForceShutdownDomainHandler : IHandler<ForceShutdownDomain>
{
    /// <inheritdoc/>
    public async Task<object?> Handle(ForceShutdownDomain request, Work work)
    {
        var domain = await work.Domain(request.Domain);
        if (request.StartedAt is { } run && run != domain.StartedAt) return new { domain = domain.Id, skipped = "It was started anew meanwhile." };
        var node = await work.NodeOf(domain);
        await work.Step(20, "Switching off");
        await work.On(node, Gate.Stop, vm => vm.Destroy(domain.Id));
        work.AtEnd(async db =>
        {
            if (domain.State is not (DomainState.Creating or DomainState.Broken or DomainState.Removing))
                await DomainsTable.SetState(db, domain.Id, DomainState.Shutdown, "It was switched off by force.");
            await RequestsTable.CancelLater(db, domain.Id, ForceShutdownDomain.Spec.Word);
        });
        return new { domain = domain.Id };
    }
}
