using Broker.Core.Database;
using Broker.Core.Domains;
using Broker.Core.Requests;
using Broker.Core.Requests.Domains;
using Broker.Core.Users;

namespace Broker.Backend.Reconcile;

/// <summary>Volatile desktops that have ended, in whatever way: the guest shut itself down, it crashed, somebody switched it off, its host was gone.</summary>
internal static class EndedDesktops
{
    private static readonly TimeSpan AfterFailure = TimeSpan.FromMinutes(1);

    /// <summary>Asks for its removal, in Broker's own name, if it has ended and nothing is to be done with it; after one that failed, only a while later.</summary>
    public static async Task Remove(DbSession db, Guid id)
    {
        if (await DomainsTable.Lock(db, id) is not { HasEnded: true }) return;
        if ((await RequestsTable.Open(db, [id])).Count > 0 || await RequestsTable.FailedWithin(db, id, RemoveDomain.Spec, AfterFailure)) return;
        await RequestWriter.Submit(db, await UsersTable.System(db), new RemoveDomain(id));
    }
}
