using Broker.Core.Access;
using Broker.Core.Bookings;
using Broker.Core.Database;
using Broker.Core.Domains;
using Broker.Core.Messages;
using Broker.Core.Requests;
using Broker.Core.Requests.Domains;
using Broker.Core.Settings;
using Broker.Core.Users;

namespace Broker.Backend.Reconcile;

/// <summary>Machines that use what others have booked: their owners are warned before, then their end is asked for in Broker's own name.</summary>
/// <remarks>What is booked is read each time, so that a change of it needs nothing to be called off.</remarks>
internal static class BookedMachines
{
    // for what was booked without notice, or was started since
    private static readonly TimeSpan LeastWarning = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan AfterFailure = TimeSpan.FromMinutes(1);

    /// <summary>Warns of, and ends, what is due on a node.</summary>
    public static async Task Keep(Db db, long node, CancellationToken cancel)
    {
        var due = await db.Read(async s =>
        {
            var booked = await BookingsTable.Soon(s, TimeSpan.FromMinutes((await SiteSettingsTable.Read(s)).BookingWarningMinutes));
            if (booked.Count == 0) return [];
            var running = await s.Query<DomainRow>(
                $"SELECT {DomainsTable.Columns} FROM domains d WHERE d.node_id = @node AND d.state IN ('active', 'paused') AND NOT d.autostart", new { node });
            var owners = new Dictionary<long, Caller?>();
            foreach (var owner in running.Select(d => d.OwnerId).Distinct()) owners[owner] = await UsersTable.Caller(s, owner, address: null);
            var (now, told) = (await s.First<DateTimeOffset>("SELECT UTC_TIMESTAMP(6)"), await BookingsTable.Warned(s, booked));
            return running.Select(d => owners[d.OwnerId] is { } owner ? Next(owner, d, booked, told, now) : null).OfType<Step>().ToList();
        }, cancel);
        foreach (var step in due) await db.Transaction(s => Do(s, step), cancel);
    }

    /// <summary>What is to be done about a machine: its owner is told when it ends, or it is ended now; null when it is neither. Pure.</summary>
    /// <param name="owner">Its owner.</param>
    /// <param name="domain">The machine, which runs.</param>
    /// <param name="booked">What is booked now and soon.</param>
    /// <param name="told">When machines end for which entry, as their owners were told.</param>
    /// <param name="now">The time.</param>
    internal static Step? Next(Caller owner, DomainRow domain, IReadOnlyList<EntryRow> booked, IReadOnlyDictionary<(long, Guid), DateTimeOffset> told, DateTimeOffset now)
    {
        // now, or when the first begins that is against it
        var at = booked.Select(e => e.StartsAt).Where(start => start > now).Prepend(now).FirstOrDefault(at => Against(at) is not null);
        if (Against(at) is not { } entry) return null;
        // one that was started since it was to be over is a new one
        if (!told.TryGetValue((entry.Id, domain.Id), out var ends) || ends < domain.StartedAt) return new Step(domain.Id, domain.OwnerId, entry.Id, at < now + LeastWarning ? now + LeastWarning : at);
        return ends <= now && at == now ? new Step(domain.Id, domain.OwnerId, entry.Id, null) : null;

        EntryRow? Against(DateTimeOffset at) => Booked.Against(owner, domain, [.. booked.Where(e => e.Period.Has(at))]);
    }

    private static async Task Do(DbSession db, Step step)
    {
        // it may have ended, or gone to somebody else, since
        if (await DomainsTable.Lock(db, step.Domain) is not { State: DomainState.Active or DomainState.Paused } domain || domain.OwnerId != step.Owner) return;
        if (step.TellOf is { } ends)
        {
            // the entry may be gone
            if (await BookingsTable.Entry(db, step.Entry) is null) return;
            await BookingsTable.Warn(db, step.Entry, domain.Id, ends);
            MessagesTable.Tell(db, domain, new DesktopEndsSoon(EndReason.Booked, ends));
        }
        else if ((await RequestsTable.BeingEnded(db, [domain.Id])).Count == 0
            && !await RequestsTable.FailedWithin(db, domain.Id, ShutdownDomain.Spec, AfterFailure) && !await RequestsTable.FailedWithin(db, domain.Id, HibernateDomain.Spec, AfterFailure))
            await RequestWriter.Submit(db, await UsersTable.System(db), new EnforceLimits(domain.OwnerId));
    }

    /// <summary>What is to be done about a machine.</summary>
    /// <param name="Domain">The machine.</param>
    /// <param name="Owner">Its owner.</param>
    /// <param name="Entry">For which entry.</param>
    /// <param name="TellOf">Its owner is told that it ends then; null: it is ended now.</param>
    internal sealed record Step(Guid Domain, long Owner, long Entry, DateTimeOffset? TellOf);
}
