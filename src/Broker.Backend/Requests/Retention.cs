using Broker.Core.Database;
using Broker.Core.Events;
using Broker.Core.Messages;
using Broker.Core.Requests;
using Broker.Core.Users;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Broker.Backend.Requests;

/// <summary>Forgets what nobody needs any more: requests as long after their end as their command says, old events and messages, temporary people without a machine.</summary>
/// <remarks>Several back ends may do so at once: each statement stands for itself.</remarks>
public sealed class Retention(Db db, TimeProvider clock, ILogger<Retention> logger) : BackgroundService
{
    private static readonly TimeSpan Every = TimeSpan.FromMinutes(1);

    // A browser that was away longer reloads.
    private static readonly TimeSpan KeepEvents = TimeSpan.FromHours(1);

    // Somebody who came for a desktop and got none.
    private static readonly TimeSpan KeepIdleVisitors = TimeSpan.FromHours(24);

    /// <summary>Forgets once.</summary>
    /// <returns>How many requests.</returns>
    public async Task<int> Forget(CancellationToken cancel)
    {
        var forgotten = 0;
        foreach (var word in await db.Read(RequestsTable.Words, cancel))
        {
            var keep = Catalogue.Find(word)?.Keep ?? Command.UsualKeep;
            int some;
            do forgotten += some = await db.Transaction(s => RequestsTable.Forget(s, word, keep), cancel);
            while (some > 0);
        }

        await db.Transaction(s => EventsTable.Forget(s, KeepEvents), cancel);
        await db.Transaction(MessagesTable.Forget, cancel);
        await db.Transaction(s => UsersTable.ForgetTemporary(s, KeepIdleVisitors), cancel);
        await db.Transaction(BackEndsTable.Forget, cancel);
        return forgotten;
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Every, clock);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                if (await Forget(stoppingToken) is var count and > 0) Log.Forgotten(logger, count);
            }
            catch (DatabaseUnavailableException e)
            {
                Log.QueueUnreadable(logger, e.Message);
            }
        }
    }
}
