using Broker.Backend.Domains;
using Broker.Backend.Nodes;
using Broker.Backend.VmManagers;
using Broker.Core.Displays;
using Broker.Core.Domains;
using Broker.Core.Requests;
using Broker.Core.Requests.Domains;

namespace Broker.Backend.Requests.Domains;

/// <summary>Starts a desktop and says where its display is.</summary>
public sealed class StartDomainHandler : IHandler<StartDomain>
{
    /// <inheritdoc/>
    public async Task<object?> Handle(StartDomain request, Work work)
    {
        var domain = await work.Domain(request.Domain);
        if (domain.IsBase) throw new RequestFailedException("is_a_base", $"{domain.Name} is a base: it can't start, its clones can.");
        if (domain.State is DomainState.Creating or DomainState.Broken or DomainState.Removing)
            throw new RequestFailedException("not_startable", $"{domain.Name} can't start: {domain.StateDetail ?? "it is not whole"}.");
        var node = await work.NodeOf(domain);
        var spec = await work.Read(db => Specs.Of(db, domain, node));

        var before = await work.Look(node, domain.Id);
        if (domain.State is DomainState.Active && before?.Power is Power.Running) return new { domain = domain.Id };
        await work.Write(async db =>
        {
            await RequestsTable.Progress(db, work.Row, 10, "Starting");
            await DomainsTable.SetState(db, domain.Id, DomainState.Starting);
        });
        if (before?.Power is not (Power.Running or Power.Paused))
        {
            await work.On(node, Gate.Start, vm =>
            {
                // the host may have forgotten it, or the machine's settings have changed since
                vm.Define(spec);
                vm.Start(domain.Id);
            });
        }

        work.AtEnd(async db =>
        {
            await DomainsTable.SetStarted(db, domain.Id);
            await DisplaysTable.Set(db, domain.Id, DisplayKind.Vnc, spec.DisplaySocket);
            await RequestsTable.CancelLater(db, domain.Id, ForceShutdownDomain.Spec.Word);
        });
        return new { domain = domain.Id };
    }

    /// <inheritdoc/>
    public async Task Undo(StartDomain request, Work work, string why)
    {
        if (await work.Read(db => DomainsTable.Get(db, request.Domain)) is not { State: DomainState.Starting } domain) return;
        await work.Write(db => DomainsTable.SetState(db, domain.Id, DomainState.Shutdown, $"It could not be started: {why}"));
    }
}
