using System.Collections.Concurrent;
using Broker.Core.Access;
using Broker.Core.Database;
using Broker.Core.Domains;
using Broker.Core.Events;
using Broker.Frontend.Events;
using Broker.Frontend.SignIn;

namespace Broker.Frontend.Displays;

/// <summary>The screens that are being looked at through this front end: keeps them bounded, written down, and only open while they may be.</summary>
public sealed class OpenDisplays(Db db, Sessions sessions, EventTail tail, TimeProvider clock, ILogger<OpenDisplays> log)
{
    /// <summary>Screens that one user may look at at once, through one front end.</summary>
    public const int MostPerUser = 16;

    /// <summary>How often it is asked whether looking is still allowed, and how many bytes have gone is written down.</summary>
    public static readonly TimeSpan Round = TimeSpan.FromSeconds(15);

    private readonly ConcurrentDictionary<long, int> _perUser = new();

    /// <summary>Takes a place; null when the user has none left. Disposing gives it back.</summary>
    public IDisposable? Enter(long userId)
    {
        if (_perUser.AddOrUpdate(userId, 1, (_, open) => open + 1) <= MostPerUser) return new Place(() => Leave(userId));
        Leave(userId);
        return null;
    }

    /// <summary>Relays until a side closes, or the user may no longer look, or there is nothing to look at.</summary>
    /// <param name="relay">What joins the two sides.</param>
    /// <param name="who">Who looks.</param>
    /// <param name="domain">At what.</param>
    /// <param name="stop">Ends it.</param>
    public async Task Relay(DisplayRelay relay, SignedIn who, Guid domain, CancellationTokenSource stop)
    {
        var row = await db.Transaction(s => DisplaySessionsTable.Begin(s, who.Id, domain, who.Caller.Address), stop.Token);
        Log.DisplayOpened(log, who.Id, domain, who.Caller.Address);

        var why = "The server is being restarted.";
        using var done = new CancellationTokenSource();
        var watch = Watch(relay, who, domain, row, reason =>
        {
            why = reason;
            stop.Cancel();
        }, done.Token);
        var end = "It failed.";
        try
        {
            end = await relay.Run(() => why, stop.Token);
        }
        finally
        {
            await done.CancelAsync();
            await watch;
            await Record(who, domain, s => DisplaySessionsTable.End(s, row, relay.ToGuest, relay.FromGuest));
            Log.DisplayClosed(log, who.Id, domain, end);
        }
    }

    // Asks anew after each event about the user or the domain, and every now and then anyway.
    private async Task Watch(DisplayRelay relay, SignedIn who, Guid domain, long row, Action<string> end, CancellationToken done)
    {
        using var events = tail.Subscribe(e =>
            (e.Kind == EventKind.User && (e.UserId is null || e.UserId == who.Id)) || (e.Kind is EventKind.Domain or EventKind.Base && e.DomainId == domain), room: 16);
        var recorded = clock.GetTimestamp();
        try
        {
            while (true)
            {
                if (await WhyNot(who, domain, done) is { } reason)
                {
                    end(reason);
                    return;
                }

                // also when there is always something: the back end takes a look that is silent for long for one that is over
                if (await SomethingHappened(events, done) && clock.GetElapsedTime(recorded) < Round) continue;
                recorded = clock.GetTimestamp();
                await Record(who, domain, s => DisplaySessionsTable.GoesOn(s, row, relay.ToGuest, relay.FromGuest));
            }
        }
        catch (OperationCanceledException) when (done.IsCancellationRequested)
        {
            // the screen was closed
        }
        catch (Exception)
        {
            end("It could not be checked whether you may still look."); // a guard that fails shuts the door
            throw;
        }
    }

    private async Task<string?> WhyNot(SignedIn who, Guid domain, CancellationToken cancel)
    {
        try
        {
            if (await sessions.Again(who, cancel) is not { } now) return "You are signed out.";
            if (!now.Account.MayGoOn) return "There is something that you have to do first: sign in again.";
            var row = await db.Read(s => DomainsTable.Get(s, domain), cancel);
            return row is null || !May.Do(now.Caller, Grant.View, row).IsAllowed ? "The desktop is not there any more."
                : May.FromHere(now.Caller, row) is { IsAllowed: false } elsewhere ? elsewhere.Reason
                : DisplaysEndpoints.HasScreen(row.State) ? null
                : "The desktop is off.";
        }
        catch (DatabaseUnavailableException)
        {
            return null; // nobody can know; the next round asks again
        }
    }

    private static async Task<bool> SomethingHappened(Subscription events, CancellationToken cancel)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        limit.CancelAfter(Round);
        try
        {
            await events.Events.WaitToReadAsync(limit.Token);
            while (events.Events.TryRead(out _))
            {
                // one look answers all that have come
            }

            return true;
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            return false;
        }
    }

    // Looking must not end because it can't be written down for a moment.
    private async Task Record(SignedIn who, Guid domain, Func<DbSession, Task> write)
    {
        try
        {
            await db.Transaction(write);
        }
        catch (DatabaseUnavailableException e)
        {
            Log.DisplayNotRecorded(log, e, who.Id, domain);
        }
    }

    private void Leave(long userId)
    {
        // the pair is only removed while it is still zero
        if (_perUser.AddOrUpdate(userId, 0, (_, open) => open - 1) <= 0) _perUser.TryRemove(new KeyValuePair<long, int>(userId, 0));
    }

    private sealed class Place(Action leave) : IDisposable
    {
        private int _left;

        public void Dispose()
        {
            if (Interlocked.Exchange(ref _left, 1) == 0) leave();
        }
    }
}
