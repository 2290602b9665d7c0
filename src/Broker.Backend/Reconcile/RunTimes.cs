using Broker.Core.Database;
using Broker.Core.Domains;
using Broker.Core.Messages;
using Broker.Core.Requests;
using Broker.Core.Requests.Domains;
using Broker.Core.Users;

namespace Broker.Backend.Reconcile;

/// <summary>Desktops that have run as long as they may: their owners are warned ten and two minutes before, then they are shut down in Broker's own name.</summary>
/// <remarks>When that is stands in the row (<see cref="DomainRow.EndsAt"/>), so that a change of it needs nothing to be called off.</remarks>
internal static class RunTimes
{
    private const int FirstWarningSeconds = 600;
    private const int LastWarningSeconds = 120;
    private static readonly TimeSpan AfterFailure = TimeSpan.FromMinutes(1);

    /// <summary>Warns of, and ends, what is due on a node.</summary>
    public static async Task Keep(Db db, long node, CancellationToken cancel)
    {
        var due = await db.Read(s => s.Query<Guid>(
            """
            SELECT id FROM domains WHERE node_id = @node AND state IN ('active', 'paused')
              AND ends_at <= UTC_TIMESTAMP(6) + INTERVAL CASE WHEN end_warned_seconds IS NULL THEN @first WHEN end_warned_seconds > @last THEN @last ELSE 0 END SECOND
            """, new { node, first = FirstWarningSeconds, last = LastWarningSeconds }), cancel);
        foreach (var id in due) await db.Transaction(s => Keep(s, id), cancel);
    }

    private static async Task Keep(DbSession db, Guid id)
    {
        if (await DomainsTable.Lock(db, id) is not { State: DomainState.Active or DomainState.Paused, EndsAt: { } ends } domain) return;
        var left = ends - await db.First<DateTimeOffset>("SELECT UTC_TIMESTAMP(6)");
        if (left <= TimeSpan.Zero && domain.EndWarnedSeconds is not null)
        {
            await End(db, domain);
            return;
        }

        // nobody was there to warn him in time: he gets the time of the last warning now
        if (left <= TimeSpan.Zero) ends = await DomainsTable.PutEndOff(db, id, LastWarningSeconds);
        var level = left <= TimeSpan.FromSeconds(LastWarningSeconds) ? LastWarningSeconds : FirstWarningSeconds;
        if (level >= domain.EndWarnedSeconds) return;
        await DomainsTable.SetEndWarned(db, id, level);
        MessagesTable.Tell(db, domain, new DesktopEndsSoon(EndReason.RunTime, ends));
    }

    private static async Task End(DbSession db, DomainRow domain)
    {
        if ((await RequestsTable.BeingEnded(db, [domain.Id])).Count > 0 || await RequestsTable.FailedWithin(db, domain.Id, ShutdownDomain.Spec, AfterFailure)) return;
        await RequestWriter.Submit(db, await UsersTable.System(db), new ShutdownDomain(domain.Id));
        if (domain.EndWarnedSeconds == 0) return;       // he has been told that it ends, and it did not obey
        await DomainsTable.SetEndWarned(db, domain.Id, 0);
        MessagesTable.Tell(db, domain, new DesktopEnded(EndReason.RunTime, Hibernated: false));
    }
}
