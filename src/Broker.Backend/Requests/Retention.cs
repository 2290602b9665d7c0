using Broker.Core.Audit;
using Broker.Core.Database;
using Broker.Core.Events;
using Broker.Core.Messages;
using Broker.Core.Requests;
using Broker.Core.Schedules;
using Broker.Core.Settings;
using Broker.Core.Users;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Broker.Backend.Requests;

/// <summary>Forgets what is only of use for a while: events, temporary people without a machine, back ends that are gone. What people look up later goes when the schedule <c>retention</c> comes.</summary>
/// <remarks>Several back ends may do so at once: each statement stands for itself.</remarks>
public sealed class Retention(Db db, TimeProvider clock, ILogger<Retention> logger) : BackgroundService
{
    private static readonly TimeSpan Every = TimeSpan.FromMinutes(1);

    // A browser that was away longer reloads.
    private static readonly TimeSpan KeepEvents = TimeSpan.FromHours(1);

    // Somebody who came for a desktop and got none.
    private static readonly TimeSpan KeepIdleVisitors = TimeSpan.FromHours(24);

    /// <summary>Forgets requests as long after their end as their command says, old messages, sessions and audit rows, and when schedules once came.</summary>
    /// <returns>How many requests.</returns>
    public static async Task<int> Forget(Db db, CancellationToken cancel)
    {
        var forgotten = 0;
        foreach (var word in await db.Read(RequestsTable.Words, cancel))
        {
            var keep = Catalogue.Find(word)?.Keep ?? Command.UsualKeep;
            forgotten += await All(s => RequestsTable.Forget(s, word, keep));
        }

        await All(MessagesTable.Forget);
        await All(SessionsTable.Forget);
        var auditDays = (await db.Read(SiteSettingsTable.Read, cancel)).AuditDays;
        await All(s => AuditTable.Forget(s, auditDays));
        await All(s => SchedulesTable.ForgetRuns(s, Command.UsualKeep));
        return forgotten;

        async Task<int> All(Func<DbSession, Task<int>> forget)
        {
            int all = 0, some;
            do all += some = await db.Transaction(forget, cancel);
            while (some > 0);
            return all;
        }
    }

    /// <summary>Forgets what is only of use for a while, once.</summary>
    public async Task ForgetShortLived(CancellationToken cancel)
    {
        await db.Transaction(s => EventsTable.Forget(s, KeepEvents), cancel);
        await db.Transaction(Guests.End, cancel);
        await db.Transaction(s => UsersTable.ForgetTemporary(s, KeepIdleVisitors), cancel);
        await db.Transaction(BackEndsTable.Forget, cancel);
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Every, clock);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                await ForgetShortLived(stoppingToken);
            }
            catch (DatabaseUnavailableException e)
            {
                Log.QueueUnreadable(logger, e.Message);
            }
        }
    }
}
