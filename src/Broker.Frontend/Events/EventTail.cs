using System.Collections.Concurrent;
using System.Threading.Channels;
using Broker.Core.Database;
using Broker.Core.Events;
using Broker.Frontend.SignIn;

namespace Broker.Frontend.Events;

/// <summary>
/// Reads the table of events once for the whole front end and hands each to whoever subscribed. Ids are handed out
/// before commit, so an event may appear behind one that was read already: from the first gap on everything is read
/// again each time, and what was seen is dropped. A gap that stays (a transaction that was rolled back) is given up.
/// </summary>
public sealed class EventTail(Db db, Sessions sessions, TimeProvider clock, ILogger<EventTail> log, Doorbell? doorbell = null) : BackgroundService
{
    /// <summary>How long the database is not looked at when nobody rings.</summary>
    public static readonly TimeSpan LookAtLeastEvery = TimeSpan.FromSeconds(1);

    // Longer than a transaction can wait for a lock (innodb_lock_wait_timeout, 50 s).
    private static readonly TimeSpan GapIsGivenUpAfter = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan LookAtMostEvery = TimeSpan.FromMilliseconds(10);
    private const int StretchAtStart = 1000;
    private static readonly TimeSpan WaitAfterFailure = TimeSpan.FromSeconds(2);

    private readonly ConcurrentDictionary<Subscription, bool> _subscriptions = new();
    // Behind the first gap: what was seen, and when.
    private readonly SortedDictionary<long, long> _seen = [];
    private long _from = -1;
    private long _step = 1;

    /// <summary>Gets what happens from now on.</summary>
    /// <param name="wants">Which events; called for each, so it only looks.</param>
    /// <param name="room">How many may wait to be read before some are lost.</param>
    public Subscription Subscribe(Func<EventRow, bool> wants, int room = 256)
    {
        var subscription = new Subscription(wants, room, s => _subscriptions.TryRemove(s, out _));
        _subscriptions[subscription] = true;
        return subscription;
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (doorbell is null) Log.NoDoorbell(log);
        using var door = doorbell?.Open(Side.FrontEnd);
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await Look(stoppingToken);
                await Task.Delay(LookAtMostEvery, clock, stoppingToken);
                if (door is not null) await door.Rung(LookAtLeastEvery, stoppingToken);
                else await Task.Delay(LookAtLeastEvery, clock, stoppingToken);
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception e)
            {
                Log.EventsNotRead(log, e, WaitAfterFailure);
                await Task.Delay(WaitAfterFailure, clock, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    private async Task Look(CancellationToken cancel)
    {
        if (_from < 0)
        {
            // members of a cluster leave room for each other's ids
            _step = await db.Read(s => s.First<long>("SELECT @@auto_increment_increment"), cancel);
            _from = Math.Max(0, await db.Read(EventsTable.Last, cancel) - StretchAtStart);
        }

        var after = _from;
        IReadOnlyList<EventRow> rows;
        do
        {
            rows = await db.Read(s => EventsTable.After(s, after), cancel);
            foreach (var row in rows)
            {
                after = row.Id;
                // what is older than a subscription does no harm: it says what may have changed
                if (_seen.TryAdd(row.Id, clock.GetTimestamp())) Tell(row);
            }
        }
        while (rows.Count > 0);

        while (_seen.Count > 0 && _seen.First() is var (id, at) && (id <= _from + _step || clock.GetElapsedTime(at) > GapIsGivenUpAfter))
        {
            _seen.Remove(id);
            _from = id;
        }
    }

    private void Tell(EventRow row)
    {
        // first of all, so that whoever hears of it asks anew
        if (row.Kind == EventKind.User) sessions.Forget(row.UserId);
        foreach (var subscription in _subscriptions.Keys) subscription.Offer(row);
    }
}

/// <summary>Somebody's share of the events. When he reads too slowly some are lost, and he is told so.</summary>
public sealed class Subscription : IDisposable
{
    private readonly Func<EventRow, bool> _wants;
    private readonly Action<Subscription> _end;
    private readonly Channel<EventRow> _channel;
    private int _hasLost;

    internal Subscription(Func<EventRow, bool> wants, int room, Action<Subscription> end)
    {
        _wants = wants;
        _end = end;
        _channel = Channel.CreateBounded<EventRow>(new BoundedChannelOptions(room) { SingleReader = true, FullMode = BoundedChannelFullMode.Wait });
    }

    /// <summary>What waits to be read.</summary>
    public ChannelReader<EventRow> Events => _channel.Reader;

    /// <summary>Were some lost since this was last asked?</summary>
    public bool HasLost() => Interlocked.Exchange(ref _hasLost, 0) == 1;

    /// <summary>No more events.</summary>
    public void Dispose() => _end(this);

    internal void Offer(EventRow row)
    {
        if (_wants(row) && !_channel.Writer.TryWrite(row)) Interlocked.Exchange(ref _hasLost, 1);
    }
}
