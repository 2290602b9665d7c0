using System.Text.Json;
using Broker.Core.Database;

namespace Broker.Core.Requests;

/// <summary>What a request waits for.</summary>
public enum WaitsFor
{
    /// <summary>The time it was asked for.</summary>
    Time,

    /// <summary>The end of another request.</summary>
    Request,

    /// <summary>Its next try.</summary>
    Retry,

    /// <summary>A free place among those who do this kind of work.</summary>
    Lane,

    /// <summary>Another request that works on the same thing, or asked for it earlier.</summary>
    Lock,

    /// <summary>A back end: none is there.</summary>
    BackEnd,
}

/// <summary>Why a request is not in work yet, and what can honestly be said of when it will be.</summary>
/// <param name="For">What it waits for.</param>
/// <param name="Until">When that is, if it is known.</param>
/// <param name="RequestId">The request it waits for.</param>
/// <param name="Ahead">How many of its kind of work come before it.</param>
/// <param name="ExpectedStartAt">When it will probably be taken up, by what such work took lately; null when nobody can tell.</param>
/// <param name="Text">All this in a sentence.</param>
public sealed record Wait(WaitsFor For, DateTimeOffset? Until, long? RequestId, int Ahead, DateTimeOffset? ExpectedStartAt, string Text);

/// <summary>Tells waiting people why they wait.</summary>
public static class Waiting
{
    // Long enough to have seen some of each kind, short enough to be about today's load.
    private const int LookBackSeconds = 3600;

    /// <summary>Why those of these requests that are not in work are not.</summary>
    public static async Task<IReadOnlyDictionary<long, Wait>> Of(DbSession db, IEnumerable<RequestRow> requests)
    {
        var rows = requests.Where(r => r.State is RequestState.Requested or RequestState.Waiting).ToList();
        if (rows.Count == 0) return new Dictionary<long, Wait>();
        var ids = rows.Select(r => r.Id).ToArray();
        var blockers = (await db.Query<Blocker>(
            $"SELECT r.id AS request, (SELECT MIN(o.id) {RequestsTable.InTheWay}) AS blocked_by FROM requests r WHERE r.id IN @ids", new { ids }))
            .ToDictionary(b => b.Request, b => b.BlockedBy);
        var ahead = (await db.Query<Queued>(
            """
            SELECT r.id AS request, COUNT(o.id) AS ahead
            FROM requests r LEFT JOIN requests o ON o.state = 'requested' AND o.lane = r.lane
              AND (o.priority < r.priority OR (o.priority = r.priority AND (o.turn < r.turn OR (o.turn = r.turn AND o.id < r.id))))
            WHERE r.id IN @ids GROUP BY r.id
            """, new { ids })).ToDictionary(q => q.Request, q => (int)q.Ahead);
        var lanes = await Load(db);
        var now = await db.First<DateTimeOffset>("SELECT UTC_TIMESTAMP(6)");
        return rows.ToDictionary(r => r.Id, r => Judge(r, now, lanes[r.Lane], ahead.GetValueOrDefault(r.Id), blockers.GetValueOrDefault(r.Id)));
    }

    /// <summary>How each lane does at the moment.</summary>
    public static async Task<IReadOnlyDictionary<Lane, LaneLoad>> Load(DbSession db)
    {
        var alive = (await BackEndsTable.All(db)).Where(b => b.IsAlive).ToList();
        var counts = (await db.Query<LaneCount>(
            $"""
             SELECT lane,
               SUM(state = 'requested') AS requested, SUM(state = 'waiting') AS waiting, SUM(state = 'working') AS working,
               COALESCE(MAX(IF(state = 'requested', TIMESTAMPDIFF(SECOND, created_at, UTC_TIMESTAMP(6)), NULL)), 0) AS oldest_seconds,
               AVG(IF(state = 'done', TIMESTAMPDIFF(MICROSECOND, started_at, ended_at) / 1e6, NULL)) AS usual_seconds
             FROM requests WHERE state IN ('requested', 'waiting', 'working') OR (state = 'done' AND ended_at > UTC_TIMESTAMP(6) - INTERVAL {LookBackSeconds} SECOND)
             GROUP BY lane
             """)).ToDictionary(c => c.Lane);
        return Enum.GetValues<Lane>().ToDictionary(lane => lane, lane =>
        {
            var count = counts.GetValueOrDefault(lane) ?? new LaneCount { Lane = lane };
            return new LaneLoad((int)count.Requested, (int)count.Waiting, (int)count.Working, alive.Sum(b => b.LimitOf(lane)), (int)count.OldestSeconds, count.UsualSeconds);
        });
    }

    /// <summary>The judgement itself: pure.</summary>
    public static Wait Judge(RequestRow row, DateTimeOffset now, LaneLoad lane, int ahead, long? blockedBy)
    {
        if (row is { State: RequestState.Waiting, Attempts: > 0, AttemptErrors: { ValueKind: JsonValueKind.Array } errors } && errors.GetArrayLength() == 0)
            return new(WaitsFor.Retry, row.AtTime, null, ahead, null, row.ProgressText ?? "It is tried again in a moment.");
        if (row.State == RequestState.Waiting && row.Attempts > 0)
            return new(WaitsFor.Retry, row.AtTime, null, ahead, row.AtTime, $"It is tried again. The last try: {row.ProgressText}");
        if (row is { State: RequestState.Waiting, AtTime: { } at } && at > now) return new(WaitsFor.Time, at, null, 0, at, "It was asked for a later time.");
        if (row is { State: RequestState.Waiting, AfterId: { } after }) return new(WaitsFor.Request, null, after, 0, null, $"It waits for request {after} to end.");
        if (lane.Limit == 0) return new(WaitsFor.BackEnd, null, null, ahead, null, "No back end is running. Who looks after the server has to start one.");
        if (blockedBy is { } other) return new(WaitsFor.Lock, null, other, ahead, null, $"It waits for request {other}, which is about the same machine.");
        var free = lane.Limit - lane.Working;
        var rounds = ahead < free ? 0 : ((ahead - free) / lane.Limit) + 1;
        DateTimeOffset? expected = rounds == 0 ? now : lane.UsualSeconds is { } each ? now.AddSeconds(rounds * each) : null;
        return new(WaitsFor.Lane, null, null, ahead, expected, (rounds, ahead) switch
        {
            (0, _) => "It is taken up in a moment.",
            (_, 0) => "It is next, as soon as one of those in work has ended.",
            (_, 1) => "All places are taken; one comes before it.",
            _ => $"All places are taken; {ahead} come before it.",
        });
    }

    private sealed record Blocker
    {
        public required long Request { get; init; }

        public long? BlockedBy { get; init; }
    }

    private sealed record Queued
    {
        public required long Request { get; init; }

        public required long Ahead { get; init; }
    }

    private sealed record LaneCount
    {
        public required Lane Lane { get; init; }

        public decimal Requested { get; init; }

        public decimal Waiting { get; init; }

        public decimal Working { get; init; }

        public long OldestSeconds { get; init; }

        public double? UsualSeconds { get; init; }
    }
}

/// <summary>How a lane does, all back ends together.</summary>
/// <param name="Requested">Requests that could be taken up.</param>
/// <param name="Waiting">Requests that wait for a time, another request or their next try.</param>
/// <param name="Working">Requests in work.</param>
/// <param name="Limit">How many can be in work at once; 0 when no back end is there.</param>
/// <param name="OldestSeconds">For how long the oldest of those that could be taken up has been in the queue.</param>
/// <param name="UsualSeconds">What one took on average within the last hour; null when there was none.</param>
public sealed record LaneLoad(int Requested, int Waiting, int Working, int Limit, int OldestSeconds, double? UsualSeconds);
