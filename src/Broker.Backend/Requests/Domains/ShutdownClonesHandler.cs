using Broker.Core.Domains;
using Broker.Core.Requests;
using Broker.Core.Requests.Domains;

namespace Broker.Backend.Requests.Domains;

/// <summary>Asks for shutdown of each clone that runs and for which that has not been asked.</summary>
public sealed class ShutdownClonesHandler : IHandler<ShutdownClones>
{
    /// <inheritdoc/>
    public Task<object?> Handle(ShutdownClones request, Work work) => EachClone.Ask(work, request.Domain, async (db, clones) =>
    {
        var ending = await RequestsTable.BeingEnded(db, [.. clones.Select(c => c.Id)]);
        return [.. clones.Where(c => c.State is DomainState.Active or DomainState.Paused && !ending.Contains(c.Id)).Select(c => c.Id)];
    }, async (db, clone) => (await RequestWriter.Submit(db, work.Caller, new ShutdownDomain(clone, request.TimeoutSeconds))).Row.Id);
}
