using System.Net;
using Broker.Backend.Displays;
using Broker.Backend.Nodes;
using Broker.Backend.VmManagers;
using Broker.Core.Database;
using Broker.Core.Domains;
using Broker.Core.Requests;

namespace Broker.Backend.Reconcile;

/// <summary>
/// Who is at the desktops of a node: from the looks at screens that front ends have written down, the tickets that are out,
/// the connections to display sockets that this host sees, and what the node knows of others. One look for all desktops, however many there are.
/// </summary>
internal static class Clients
{
    // A front end says every 15 s that a look goes on.
    private const int SilentSeconds = 45;

    /// <summary>Looks, and writes down what has changed.</summary>
    /// <param name="db">Where it is written.</param>
    /// <param name="node">The host.</param>
    /// <param name="rows">Its domains as they were a moment ago.</param>
    /// <param name="stop">Ends it.</param>
    public static async Task Look(Db db, Node node, IReadOnlyList<DomainRow> rows, CancellationToken stop)
    {
        var on = rows.Where(r => r.State is DomainState.Starting or DomainState.Active or DomainState.Paused or DomainState.ShuttingDown).ToList();
        if (on.Count == 0) return;
        var viewers = await LocalViewers.Look(stop);
        var guests = new Dictionary<IPAddress, Guid>();
        foreach (var row in on) if (IPAddress.TryParse(row.Address, out var address)) guests[address] = row.Id;
        var clients = await node.Run(Gate.Read, vm => vm.As<ICanReportClients>()?.Clients(guests), stop);
        var (known, now) = await db.Read(async s => (await Known(s, node), await s.First<DateTimeOffset>("SELECT UTC_TIMESTAMP(6)")), stop);
        foreach (var row in on)
        {
            var looks = known[row.Id].Where(k => !k.IsTicket).ToList();
            var direct = clients?.GetValueOrDefault(row.Id);
            var signs = new Signs(
                looks.Count > 0 || direct is not null || viewers.Contains(node.DisplaySocketOf(row.Id)),
                looks.Find(l => l.Address is not null)?.Address ?? direct?.ToString(),
                known[row.Id].Any(k => k.IsTicket));
            if (Client.Next(row, signs, now) is { } next && next != Client.Of(row)) await db.Transaction(s => Write(s, row, next), stop);
            else if (IdleDesktops.IsIdle(row, now)) await db.Transaction(s => IdleDesktops.ShutDown(s, row.Id, now), stop);
        }
    }

    private static async Task Write(DbSession db, DomainRow seen, Client next)
    {
        // a start or a hand-out that came meanwhile says itself who is expected
        if (await DomainsTable.Lock(db, seen.Id) is not { } row || row.State != seen.State || row.StateSince != seen.StateSince || Client.Of(row) != Client.Of(seen)) return;
        await DomainsTable.SetClient(db, seen.Id, next);
        if (next.Status is not ClientStatus.Disconnected) await RequestsTable.CallOffUnattendedShutdown(db, seen.Id);
    }

    private static async Task<ILookup<Guid, KnownSign>> Known(DbSession db, Node node) =>
        (await db.Query<KnownSign>(
            """
            SELECT s.domain_id AS domain, s.address, 0 AS is_ticket FROM display_sessions s JOIN domains d ON d.id = s.domain_id
            WHERE s.ended_at IS NULL AND s.seen_at > UTC_TIMESTAMP(6) - INTERVAL @silent SECOND AND d.node_id = @node
            UNION ALL
            SELECT t.domain_id, NULL, 1 FROM display_tickets t JOIN domains d ON d.id = t.domain_id WHERE t.expires_at > UTC_TIMESTAMP(6) AND d.node_id = @node
            """, new { node = node.Row.Id, silent = SilentSeconds })).ToLookup(k => k.Domain);

    private sealed record KnownSign
    {
        public required Guid Domain { get; init; }

        public string? Address { get; init; }

        public bool IsTicket { get; init; }
    }
}
