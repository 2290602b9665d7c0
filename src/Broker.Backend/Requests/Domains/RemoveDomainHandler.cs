using Broker.Core.Domains;
using Broker.Core.Requests;
using Broker.Core.Requests.Domains;

namespace Broker.Backend.Requests.Domains;

/// <summary>Removes a machine with its disks. A base with clones stays.</summary>
public sealed class RemoveDomainHandler : IHandler<RemoveDomain>
{
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
            await DomainsTable.SetState(db, locked.Id, DomainState.Removing);
            RequestsTable.Progress(db, work.Row, 20, "Removing");
            return locked;
        });
        if (domain is not null) await Unmake.Whole(domain, work);
        return null;
    }

    /// <inheritdoc/>
    public async Task Undo(RemoveDomain request, Work work, string why)
    {
        if (await work.Read(db => DomainsTable.Get(db, request.Domain)) is not { State: DomainState.Removing } domain) return;
        await work.Write(db => DomainsTable.SetState(db, domain.Id, DomainState.Broken, $"It could not be removed whole: {why}"));
    }
}
