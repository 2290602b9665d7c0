using Broker.Core.Domains;
using Broker.Core.Requests;
using Broker.Core.Requests.Domains;

namespace Broker.Backend.Requests.Domains;

/// <summary>Asks for the start of each clone that is off and for which that has not been asked.</summary>
public sealed class StartClonesHandler : IHandler<StartClones>
{
    /// <inheritdoc/>
    public async Task<object?> Handle(StartClones request, Work work)
    {
        long? last = null;
        return await EachClone.Ask(work, request.Domain, async (db, clones) =>
        {
            var pending = (await RequestsTable.Open(db, [.. clones.Select(c => c.Id)])).Where(r => r.Command == StartDomain.Spec.Word).ToLookup(r => r.DomainId!.Value);
            return [.. clones.Where(c => c is { IsBase: false, HasEnded: false, State: DomainState.Shutdown or DomainState.Hibernated } && !pending.Contains(c.Id)).Select(c => c.Id)];
        }, async (db, clone) =>
        {
            // the one before may have failed: the class is started all the same
            var asked = await RequestWriter.Submit(db, work.Caller, new StartDomain(clone), after: request.Sequential ? last : null, afterOk: false);
            last = asked.Row.Id;
            return asked.Row.Id;
        });
    }
}
