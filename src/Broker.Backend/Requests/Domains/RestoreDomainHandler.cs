using Broker.Backend.Nodes;
using Broker.Backend.VmManagers;
using Broker.Core.Domains;
using Broker.Core.Requests;
using Broker.Core.Requests.Domains;

namespace Broker.Backend.Requests.Domains;

/// <summary>Gives a clone new disks from its base, in place of all but its data disks.</summary>
public sealed class RestoreDomainHandler : IHandler<RestoreDomain>
{
    /// <inheritdoc/>
    public async Task<object?> Handle(RestoreDomain request, Work work)
    {
        var tie = await CloneTie.Of(request.Domain, work);
        var domain = tie.Domain;
        if (domain.BaseId is not { } origin) throw new RequestFailedException("not_a_clone", $"{domain.Name} has no base from which it could be made new.");
        await work.Step(10, "Switching it off");
        await work.On(tie.Node, Gate.Stop, vm =>
        {
            vm.Destroy(domain.Id);
            vm.As<ICanHibernate>()?.Discard(domain.Id);
        });

        var below = (await work.Read(db => VolumesTable.Of(db, origin))).ToDictionary(v => v.Target);
        await NewDisks.Make(tie, below, work, 40);
        await tie.Define(work);
        work.AtEnd(async db =>
        {
            await DomainsTable.SetState(db, domain.Id, DomainState.Shutdown, "It is as it was when it was new, but for its data disks.");
            await RequestsTable.CallOffForcedShutdown(db, domain.Id);
        });
        return new { domain = domain.Id };
    }

    /// <inheritdoc/>
    public Task Undo(RestoreDomain request, Work work, string why) => CloneTie.Follow(request.Domain, work);
}
