using Broker.Core.Database;
using Broker.Core.Requests.Domains;

namespace Broker.Core.Pools;

/// <summary>Why a pool is not filled at once: one of its clones could not be made or started, and none since.</summary>
/// <param name="Error">What went wrong last.</param>
/// <param name="IsFresh">That was a moment ago: it is not tried again yet.</param>
public sealed record PoolTrouble(string Error, bool IsFresh)
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(50);
    private static readonly TimeSpan Remembered = TimeSpan.FromMinutes(10);

    /// <summary>For people.</summary>
    public string Sentence => $"It can't be filled: {Error} One is tried every minute.";

    /// <summary>Of the pool of this base; null when all is well.</summary>
    public static async Task<PoolTrouble?> Of(DbSession db, Guid baseId)
    {
        var failed = await db.First<Failure>(
            """
            SELECT r.error_text, r.ended_at, r.ended_at > UTC_TIMESTAMP(6) - INTERVAL @pause SECOND AS is_fresh
            FROM requests r FORCE INDEX (requests_ended)
            WHERE r.command IN @commands AND r.state = 'failed' AND r.ended_at > UTC_TIMESTAMP(6) - INTERVAL @remembered SECOND
              AND r.user_id = (SELECT id FROM users WHERE is_system)
              AND (JSON_VALUE(r.args, '$.base') = @baseId OR r.domain_id IN (SELECT d.id FROM domains d WHERE d.base_id = @baseId AND d.pool_use IS NOT NULL))
            ORDER BY r.ended_at DESC LIMIT 1
            """, new { commands = Commands, baseId, pause = Pause.TotalSeconds, remembered = Remembered.TotalSeconds });
        if (failed is null) return null;
        var wasDone = await db.First<int>(
            """
            SELECT 1 FROM requests r FORCE INDEX (requests_ended)
            WHERE r.command IN @commands AND r.state = 'done' AND r.ended_at > @EndedAt
              AND r.domain_id IN (SELECT d.id FROM domains d WHERE d.base_id = @baseId AND d.pool_use IS NOT NULL) LIMIT 1
            """, new { commands = Commands, failed.EndedAt, baseId });
        return wasDone == 1 ? null : new PoolTrouble(failed.ErrorText, failed.IsFresh);
    }

    private static string[] Commands => [Clone.Spec.Word, StartDomain.Spec.Word];

    private sealed record Failure
    {
        public required string ErrorText { get; init; }
        public required DateTimeOffset EndedAt { get; init; }
        public required bool IsFresh { get; init; }
    }
}
