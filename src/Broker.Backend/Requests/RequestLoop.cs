using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text.Json;
using Broker.Backend.Nodes;
using Broker.Backend.VmManagers;
using Broker.Core;
using Broker.Core.Access;
using Broker.Core.Bookings;
using Broker.Core.Database;
using Broker.Core.Domains;
using Broker.Core.Events;
using Broker.Core.Limits;
using Broker.Core.Nodes;
using Broker.Core.Requests;
using Broker.Core.Settings;
using Broker.Core.Telemetry;
using Broker.Core.Users;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Broker.Backend.Requests;

/// <summary>Takes requests out of the queue, within each lane's limit, and runs their handlers.</summary>
public sealed class RequestLoop(
    Db db, Doorbell doorbell, HandlerList handlers, NodeList nodes, BackEndIdentity me, BackEndSettings settings, TimeProvider clock, ILogger<RequestLoop> logger)
    : BackgroundService
{
    // However its tries end, a request that was taken up so often without reaching an end takes its back end down with it.
    private const int MostAttempts = 20;
    private static readonly TimeSpan SafetyPoll = TimeSpan.FromSeconds(0.5);
    private static readonly TimeSpan PromoteEvery = TimeSpan.FromSeconds(0.4);

    private static readonly string Version = typeof(RequestLoop).Assembly.GetName().Version!.ToString(3);

    private readonly ConcurrentDictionary<long, Running> _running = new();
    private volatile bool _isFull;
    private readonly TimeSpan _lease = TimeSpan.FromSeconds(settings.LeaseSeconds);

    // A class: one is itself, also when the same request was claimed anew.
    private sealed class Running(RequestRow row, long claimedAt, CancellationTokenSource cancel)
    {
        public RequestRow Row => row;

        public long ClaimedAt => claimedAt;

        public CancellationTokenSource Cancel => cancel;

        public Work? Work { get; set; }

        public Task Task { get; set; } = Task.CompletedTask;
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var door = doorbell.Open(Side.BackEnd);
        var promoted = clock.GetTimestamp();
        using var heart = CancellationTokenSource.CreateLinkedTokenSource(CancellationToken.None);
        var beating = Beat(heart.Token);
        Log.Started(logger, me.Id);
        try
        {
            while (!stoppingToken.IsCancellationRequested)
            {
                await ClaimAndStart(stoppingToken);
                await door.Rung(SafetyPoll, stoppingToken);
                if (clock.GetElapsedTime(promoted) < PromoteEvery) continue;
                promoted = clock.GetTimestamp();
                await Promote(stoppingToken);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // asked to stop: what is in work below gets a while to end
        }

        await Finish();
        await heart.CancelAsync();
        await beating;
        await Leave();
    }

    private async Task ClaimAndStart(CancellationToken stopping)
    {
        var room = settings.Lanes.ToDictionary(l => l.Key, l => l.Value - _running.Values.Count(r => r.Row.Lane == l.Key));
        _isFull = room.Values.Any(free => free <= 0);
        if (room.Values.All(free => free <= 0)) return;
        IReadOnlyList<RequestRow> claimed;
        var claimedAt = clock.GetTimestamp();
        try
        {
            claimed = await db.Transaction(s => RequestsTable.Claim(s, me.Id, room, _lease), stopping);
            // Whoever stood long at the gate has little left of his lease by his own clock: he renews it before he begins.
            if (claimed.Count > 0 && clock.GetElapsedTime(claimedAt) > _lease / 3)
            {
                claimedAt = clock.GetTimestamp();
                var mine = await db.Transaction(s => RequestsTable.Renew(s, me.Id, [.. claimed.Select(r => r.Id)], _lease), stopping);
                claimed = [.. claimed.Where(r => mine.Contains((r.Id, r.Epoch)))];
            }
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            Log.QueueUnreadable(logger, e.Message);
            return;
        }

        // A lane that was filled up may have left some behind.
        if (room.Any(lane => claimed.Count(r => r.Lane == lane.Key) >= lane.Value)) _isFull = true;
        foreach (var row in claimed)
        {
            var running = new Running(row, claimedAt, new CancellationTokenSource());
            _running[row.Id] = running;
            running.Task = Task.Run(() => Run(running), CancellationToken.None);
        }
    }

    // What waits for the clock, or for somebody's change of mind, need not be quicker than half a second.
    private async Task Promote(CancellationToken stopping)
    {
        try
        {
            var asked = await db.Transaction(async s =>
            {
                await RequestsTable.Promote(s);
                return await RequestsTable.TakeBackAsked(s);
            }, stopping);
            foreach (var row in asked)
                if (_running.TryGetValue(row.Id, out var running) && running.Row.Epoch == row.Epoch) running.Work?.TakeBack();
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            Log.QueueUnreadable(logger, e.Message);
        }
    }

    // Renews the leases, learns which were lost, and takes over from back ends that died.
    private async Task Beat(CancellationToken stop)
    {
        using var timer = new PeriodicTimer(_lease / 3, clock);
        do
        {
            try
            {
                await db.Transaction(s => BackEndsTable.Beat(s, me.Id, Environment.MachineName, Version, settings.Lanes, _lease), stop);
                var running = _running.Values.ToList();
                if (running.Count > 0)
                {
                    var at = clock.GetTimestamp();
                    var mine = (await db.Transaction(s => RequestsTable.Renew(s, me.Id, running.ConvertAll(r => r.Row.Id), _lease), stop)).ToHashSet();
                    foreach (var each in running)
                    {
                        if (mine.Contains((each.Row.Id, each.Row.Epoch))) each.Work?.Renewed(at);
                        else if (_running.ContainsKey(each.Row.Id)) Lose(each);
                    }
                }

                var back = await db.Transaction(RequestsTable.TakeBackExpired, stop);
                foreach (var dead in (await db.Read(async s => (await RequestsTable.Claimants(s)).Union(await NodesTable.Watchers(s)), stop)).Where(me.IsDead))
                {
                    back += await db.Transaction(async s =>
                    {
                        await NodesTable.Release(s, dead);
                        return await RequestsTable.TakeBackFrom(s, dead);
                    }, stop);
                }
                if (back > 0) Log.TakenBack(logger, back);
            }
            catch (Exception e) when (e is not OperationCanceledException)
            {
                Log.QueueUnreadable(logger, e.Message);
            }
            catch (OperationCanceledException)
            {
                return;
            }
        }
        while (await Next(timer, stop));

        static async Task<bool> Next(PeriodicTimer timer, CancellationToken stop)
        {
            try
            {
                return await timer.WaitForNextTickAsync(stop);
            }
            catch (OperationCanceledException)
            {
                return false;
            }
        }
    }

    private async Task Leave()
    {
        try
        {
            await db.Transaction(s => BackEndsTable.Leave(s, me.Id));
        }
        catch (Exception e)
        {
            // the row says how long it is good for
            Log.QueueUnreadable(logger, e.Message);
        }
    }

    private static void Lose(Running running)
    {
        running.Work?.Lost();
        running.Cancel.Cancel();
    }

    private async Task Finish()
    {
        var all = Task.WhenAll(_running.Values.Select(r => r.Task));
        try
        {
            await all.WaitAsync(TimeSpan.FromSeconds(settings.StopSeconds), clock);
        }
        catch (TimeoutException)
        {
            foreach (var running in _running.Values) await running.Cancel.CancelAsync();
            await all;
        }
    }

    private async Task Run(Running running)
    {
        var row = running.Row;
        var started = Stopwatch.GetTimestamp();
        RequestState? ended = null;
        using var scope = logger.About(row);
        using var activity = RequestTelemetry.Begin(row, clock);
        Log.Claimed(logger, row.Id, row.Command, row.UserId, row.Attempts);
        try
        {
            ended = await Execute(running);
            Log.Ended(logger, row.Id, row.Command, ended.Value, (long)Stopwatch.GetElapsedTime(started).TotalMilliseconds);
        }
        catch (ClaimLostException)
        {
            Log.ClaimLost(logger, row.Id, row.Command);
        }
        catch (Exception e)
        {
            // Nobody renews the lease any more: it runs out, and the request is taken up again.
            Log.EndUnwritten(logger, row.Id, row.Command, e.Message);
        }
        finally
        {
            RequestTelemetry.End(row, ended, Stopwatch.GetElapsedTime(started), activity);
            _running.TryRemove(KeyValuePair.Create(row.Id, running));
            running.Cancel.Dispose();
            // a place is free in a lane that may have had none
            if (_isFull) doorbell.Ring(Side.BackEnd);
        }
    }

    // Administrators are not asked where they sit.
    private static async Task<Caller?> Asker(DbSession db, RequestRow row) => (await UsersTable.Callers(db, [row.UserId])).GetValueOrDefault(row.UserId) is { } asker
        ? asker with { Address = row.CallerAddress, Client = ClientFacts.Read(row.Client), Network = asker.IsAdmin ? null : await ClientNetworksTable.Of(db, row.CallerAddress) }
        : null;

    private async Task<RequestState> Execute(Running running)
    {
        var row = running.Row;
        IRequest request;
        try
        {
            request = Catalogue.Decode(row.Command, row.Args);
        }
        catch (RequestRefusedException e)
        {
            // written by a newer version: nothing was done, nothing has to be taken back
            return await End(row, s => RequestsTable.Fail(s, row, e.Code, e.Message), RequestState.Failed);
        }

        var (caller, domains) = await db.Read(async s => (
            await Asker(s, row),
            await DomainsTable.Get(s, new[] { request.JudgedOn(), request.AboutDomain() }.OfType<Guid>().Distinct().ToList())));
        using var work = new Work(row, caller ?? new Caller(row.UserId, "", false, row.CallerAddress, new Dictionary<Grant, Holding>()), domains, db, nodes, clock, running.ClaimedAt, _lease, logger, running.Cancel.Token);
        running.Work = work;
        try
        {
            if (row.CancelAskedAt is not null) throw new TakenBackException(row.Id);
            Judge(request, row, caller, domains.FirstOrDefault(d => d.Id == request.JudgedOn()));
            if (row.Attempts > MostAttempts)
                throw new RequestFailedException("gave_up", $"It was taken up {MostAttempts} times and never came to an end. Look into the back end's log for request {row.Id}.");
            if (request is IStarts && await work.Read(s => Booked.Now(s, work.Caller, domains.First(d => d.Id == request.JudgedOn()))) is { IsAllowed: false } booked)
                throw new RequestFailedException("booked", booked.Reason);
            if (request is ITakes takes && domains.FirstOrDefault(d => d.Id == request.AboutDomain()) is { } about && await work.Read(s => Quota.Concerns(s, takes, about, work.Caller)))
            {
                // the limits may be others than when it was asked, and what was asked for later was not looked at then
                await work.Write(async s =>
                {
                    if (await takes.Takes(s, about) is { } take) await Quota.Check(s, take, row.Id);
                });
            }

            var result = await handlers.Handle(request, work);
            JsonElement? json = result is null ? null : JsonSerializer.SerializeToElement(result, Json.Options);
            work.CheckClaim();
            return await End(row, async s =>
            {
                if (!await RequestsTable.Done(s, row, json)) return false;
                foreach (var write in work.EndWrites) await write(s);
                return true;
            }, RequestState.Done);
        }
        catch (OperationCanceledException) when (running.Cancel.IsCancellationRequested)
        {
            return await End(row, s => RequestsTable.GiveBack(s, row), RequestState.Requested);
        }
        catch (Exception e) when (e is TakenBackException || (e is not ClaimLostException && work.IsTakenBack))
        {
            await Undo(request, work, "It was taken back.");
            return await End(row, s => RequestsTable.Cancelled(s, row), RequestState.Cancelled);
        }
        catch (NotYetException e)
        {
            return await End(row, s => RequestsTable.NotYet(s, row, e.Message, e.Wait), RequestState.Waiting);
        }
        catch (Exception e) when (e is not ClaimLostException)
        {
            var (code, text, again) = Explain(e);
            Log.Failed(logger, row.Id, row.Command, code, text, e);
            var tries = row.AttemptErrors.GetArrayLength() + 1;
            if (again && tries < Catalogue.Of(request).Tries && row.Attempts <= MostAttempts)
            {
                var wait = TimeSpan.FromSeconds(Math.Min(60, Math.Pow(2, tries - 1)));
                return await End(row, s => RequestsTable.TryAgain(s, row, code, text, wait), RequestState.Waiting);
            }

            await Undo(request, work, text);
            return await End(row, s => RequestsTable.Fail(s, row, code, text), RequestState.Failed);
        }
    }

    private async Task Undo(IRequest request, Work work, string why)
    {
        work.Undoing();
        // Whose claim was lost, or whose good end was written without his learning of it, has nothing to undo.
        if (!await db.Transaction(s => RequestsTable.Holds(s, work.Row.Id, work.Row.Epoch))) throw new ClaimLostException(work.Row.Id);
        try
        {
            await handlers.Undo(request, work, why);
        }
        catch (Exception e) when (e is not ClaimLostException)
        {
            Log.UndoFailed(logger, work.Row.Id, work.Row.Command, e);
        }
    }

    // The caller may have lost the right, or his account, since he asked.
    private static void Judge(IRequest request, RequestRow row, Caller? caller, DomainRow? judged)
    {
        if (caller is null) throw new RequestFailedException("not_allowed", "Whoever asked for this has no account any more.");
        if (request.JudgedOn() is { } id && judged is null)
            throw new RequestFailedException("unknown_domain", $"There is no machine {row.DomainName ?? id.ToString()} any more.");
        if (May.Do(caller, Catalogue.Of(request).Grant, judged) is { IsAllowed: false } no) throw new RequestFailedException("not_allowed", no.Reason);
    }

    private async Task<RequestState> End(RequestRow row, Func<DbSession, Task<bool>> write, RequestState state) =>
        await db.Transaction(write) ? state : throw new ClaimLostException(row.Id);

    private static (string Code, string Text, bool Again) Explain(Exception e) => e switch
    {
        RequestFailedException failed => (failed.Code, failed.Message, false),
        RequestRefusedException refused => (refused.Code, refused.Message, false),
        TryAgainException again => (again.Code, again.Message, true),
        VmException { IsConnectionLost: true } lost => ("host_unreachable", lost.Message, true),
        VmException refused => ("host_refused", refused.Message, false),
        DatabaseUnavailableException gone => ("database_unreachable", gone.Message, true),
        _ => ("internal_error", "Something went wrong that should not. The back end's log has the details under this request's number.", true),
    };
}
