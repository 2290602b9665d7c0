using Broker.Core.Database;
using Broker.Core.Domains;
using Broker.Core.Messages;
using Broker.Core.Requests;
using Broker.Core.Requests.Domains;
using Broker.Core.Users;

namespace Broker.Backend.Reconcile;

/// <summary>Desktops that are to be shut down when nobody has been connected to them for a while.</summary>
internal static class IdleDesktops
{
    private static readonly TimeSpan UsualGrace = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan TimeToComeBack = TimeSpan.FromMinutes(1);

    // whoever has just asked something of it is not far
    private static readonly TimeSpan Activity = TimeSpan.FromMinutes(5);

    /// <summary>Has nobody been connected for as long as its grace is? Those that start by themselves, and the free ones of a pool, are meant to run without anybody. Pure.</summary>
    public static bool IsIdle(DomainRow domain, DateTimeOffset now) =>
        domain is { State: DomainState.Active, ShutdownDisconnected: true, Autostart: false, ClientStatus: ClientStatus.Disconnected, ClientSince: { } since }
        && domain.PoolUse is not PoolUse.Free
        && now - since >= (domain.DisconnectGraceSeconds is { } seconds ? TimeSpan.FromSeconds(seconds) : UsualGrace);

    /// <summary>Asks for its shutdown in a minute, unless somebody comes until then, and tells its owner; nothing when something is being done with it or was just asked of it.</summary>
    public static async Task ShutDown(DbSession db, Guid id, DateTimeOffset now)
    {
        if (await DomainsTable.Lock(db, id) is not { } domain || !IsIdle(domain, now)) return;
        var broker = await UsersTable.System(db);
        // what somebody asked for some day does not keep it running until then
        if ((await RequestsTable.Open(db, [id])).Any(r => !r.IsParked || (r.Command == ShutdownDomain.Spec.Word && r.UserId == broker.UserId))
            || await RequestsTable.AskedByPersonWithin(db, id, Activity)) return;
        var at = now + TimeToComeBack;
        await RequestWriter.Submit(db, broker, new ShutdownDomain(id, OnlyIfDisconnected: true), at);
        MessagesTable.Tell(db, domain, new DesktopEndsSoon(EndReason.Disconnected, at));
    }
}
