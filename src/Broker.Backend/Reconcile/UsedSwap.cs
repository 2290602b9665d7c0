using Broker.Core.Database;
using Broker.Core.Domains;
using Broker.Core.Requests;
using Broker.Core.Requests.Volumes;
using Broker.Core.Users;

namespace Broker.Backend.Reconcile;

/// <summary>Swap of clones that have gone off, in whatever way: nobody needs what is in it.</summary>
internal static class UsedSwap
{
    private static readonly TimeSpan AfterFailure = TimeSpan.FromMinutes(1);

    /// <summary>Asks for its room, in Broker's own name, if nothing is to be done with the clone; after one that failed, only a while later.</summary>
    public static async Task Free(DbSession db, Guid id)
    {
        if (await DomainsTable.Lock(db, id) is not { State: DomainState.Shutdown }) return;
        if ((await RequestsTable.Open(db, [id])).Any(r => !r.IsParked) || await RequestsTable.FailedWithin(db, id, FreeSwap.Spec, AfterFailure)) return;
        await RequestWriter.Submit(db, await UsersTable.System(db), new FreeSwap(id));
    }
}
