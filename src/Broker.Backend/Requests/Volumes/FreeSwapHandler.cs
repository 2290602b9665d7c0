using Broker.Backend.VmManagers;
using Broker.Core.Domains;
using Broker.Core.Requests.Volumes;

namespace Broker.Backend.Requests.Volumes;

/// <summary>Makes the swap of a clone that is off new, so that its room is free.</summary>
public sealed class FreeSwapHandler : IHandler<FreeSwap>
{
    /// <inheritdoc/>
    public async Task<object?> Handle(FreeSwap request, Work work)
    {
        var domain = await work.Domain(request.Domain);
        var node = await work.NodeOf(domain);
        var power = (await work.Look(node, domain.Id))?.Power ?? Power.Gone;
        if (domain.State is not DomainState.Shutdown || power is not (Power.Off or Power.Gone)) return new { domain = domain.Id, skipped = "It is not off any more." };
        await FreshVolumes.Make(domain, kind => kind is VolumeKind.Swap, node, work);
        return new { domain = domain.Id };
    }
}
