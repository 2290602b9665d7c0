using Broker.Backend.Domains;
using Broker.Backend.Nodes;
using Broker.Backend.VmManagers;
using Broker.Core.Domains;
using Broker.Core.Requests;
using Broker.Core.Requests.Domains;
using Broker.Core.Users;

namespace Broker.Backend.Requests.Domains;

/// <summary>Removes a machine with its disks. A base with clones stays.</summary>
public sealed class RemoveDomainHandler : IHandler<RemoveDomain>
{
    // From this percentage on, disks may be gone.
    private const int DisksGo = 60;

    /// <inheritdoc/>
    public async Task<object?> Handle(RemoveDomain request, Work work)
    {
        if (await work.Read(db => DomainsTable.Get(db, request.Domain)) is null) return null;
        var domain = await work.Write(async db =>
        {
            var locked = await DomainsTable.Lock(db, request.Domain);
            if (locked is null) return null;
            if (await DomainsTable.Clones(db, locked.Id) is > 0 and var clones)
                throw Unmake.HasClones(locked, clones);
            // What is not whole does not become so by a removal that is taken back: it keeps its state.
            if (locked.IsWhole) await DomainsTable.SetState(db, locked.Id, DomainState.Removing);
            RequestsTable.Progress(db, work.Row, 20, "Removing");
            return locked;
        });
        if (domain is null) return null;
        await Unmake.Machine(domain, work);
        await work.Step(DisksGo, "Deleting its disks");
        await Unmake.Rest(domain, work);
        work.AtEnd(db => UsersTable.MachineRemoved(db, domain.OwnerId));
        return null;
    }

    /// <inheritdoc/>
    public async Task Undo(RemoveDomain request, Work work, string why)
    {
        if (await work.Read(db => DomainsTable.Get(db, request.Domain)) is not { State: DomainState.Removing } domain) return;
        var (state, detail) = await StateOf(domain, work) is { } left
            ? (left, $"It was not removed: {why}")
            : (DomainState.Broken, $"It could not be removed whole: {why}");
        await work.Write(db => DomainsTable.SetState(db, domain.Id, state, detail));
    }

    // What it is doing now; null when disks of it are gone, or may be.
    private static async Task<DomainState?> StateOf(DomainRow domain, Work work)
    {
        try
        {
            var node = await work.NodeOf(domain);
            var volumes = await work.Read(db => VolumesTable.Of(db, domain.Id));
            var files = await work.On(node, Gate.Read, vm => vm.Disks.List());
            if (volumes.Any(v => !v.IsForeign && !files.Contains(v.Id))) return null;
            return Observed.Next(domain with { State = DomainState.Down }, await work.Look(node, domain.Id))?.State;
        }
        catch (VmException)
        {
            // the watch of its host will know better
            var steps = await work.Read(db => RequestsTable.Steps(db, work.Row));
            return steps.Any(s => s.Percent >= DisksGo) ? null : DomainState.Shutdown;
        }
    }
}
