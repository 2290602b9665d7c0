using Broker.Core.Database;
using Broker.Core.Domains;
using Broker.Core.Pools;
using Broker.Core.Requests;
using Broker.Core.Requests.Domains;
using Broker.Core.Requests.Pools;
using Broker.Core.Users;

namespace Broker.Backend.Reconcile;

/// <summary>
/// Desktops with whose end something begins, in whatever way they ended: the guest shut itself down, it crashed, somebody switched it off, its host was gone.
/// Volatile ones are removed, those of a pool go back to it.
/// </summary>
internal static class EndedDesktops
{
    private static readonly TimeSpan AfterFailure = TimeSpan.FromMinutes(1);

    /// <summary>Is it one of them?</summary>
    public static bool IsOne(DomainRow row) => row.HasEnded || IsToReturn(row);

    /// <summary>Asks for what is to be done, in Broker's own name, if it has ended and nothing else is to be done with it now; after that failed, only a while later.</summary>
    public static async Task See(DbSession db, Guid id)
    {
        if (await DomainsTable.Lock(db, id) is not { } row) return;
        // there is one less that runs and that nobody has
        if (row is { PoolUse: PoolUse.Free, HasEnded: false, BaseId: { } origin }) await Pool.AskToFill(db, origin);
        if (!IsOne(row)) return;
        var command = row.HasEnded ? RemoveDomain.Spec : ReturnToPool.Spec;
        if ((await RequestsTable.Open(db, [id])).Any(r => !r.IsParked) || await RequestsTable.FailedWithin(db, id, command, AfterFailure)) return;
        // from now on it is not his any more: who opens the base gets another one
        if (!row.HasEnded && row.PoolUse is PoolUse.HandedOut) await DomainsTable.TakeBack(db, row);
        await RequestWriter.Submit(db, await UsersTable.System(db), row.HasEnded ? new RemoveDomain(id) : new ReturnToPool(id));
    }

    private static bool IsToReturn(DomainRow row) => row is { BaseId: not null, PoolUse: PoolUse.HandedOut or PoolUse.Returned, State: DomainState.Shutdown, IsBase: false, IsVolatile: false };
}
