using System.Text.Json;
using Broker.Core.Database;

namespace Broker.Core.Requests;

/// <summary>A row of <c>back_ends</c>.</summary>
public sealed record BackEndRow
{
    /// <summary>Written into each claim.</summary>
    public required Guid Id { get; init; }

    /// <summary>Name of the machine it runs on.</summary>
    public required string Host { get; init; }

    /// <summary>Its process number there.</summary>
    public required int Process { get; init; }

    /// <summary>Its version.</summary>
    public required string Version { get; init; }

    /// <summary>How many requests of each lane it works on at once.</summary>
    public required JsonElement Lanes { get; init; }

    /// <summary>When it began to take requests.</summary>
    public DateTimeOffset StartedAt { get; init; }

    /// <summary>When it last said that it is there.</summary>
    public DateTimeOffset SeenAt { get; init; }

    /// <summary>It has said so lately enough.</summary>
    public bool IsAlive { get; init; }

    /// <summary>How many requests of a lane it works on at once.</summary>
    public int LimitOf(Lane lane) => Lanes.TryGetProperty(Word.Of(lane), out var limit) ? limit.GetInt32() : 0;
}

/// <summary>All writes to <c>back_ends</c>. The rows are for people: claims and leases don't depend on them.</summary>
public static class BackEndsTable
{
    /// <summary>All that were there lately, those that are there first.</summary>
    public static Task<IReadOnlyList<BackEndRow>> All(DbSession db) =>
        db.Query<BackEndRow>(
            "SELECT id, host, process, version, lanes, started_at, seen_at, alive_until > UTC_TIMESTAMP(6) AS is_alive FROM back_ends ORDER BY is_alive DESC, started_at");

    /// <summary>A back end is there.</summary>
    /// <param name="db">A transaction.</param>
    /// <param name="id">Its identity.</param>
    /// <param name="host">Name of the machine it runs on.</param>
    /// <param name="version">Its version.</param>
    /// <param name="lanes">Its limits.</param>
    /// <param name="lease">How long nobody need worry when it says nothing more.</param>
    public static Task Beat(DbSession db, Guid id, string host, string version, IReadOnlyDictionary<Lane, int> lanes, TimeSpan lease) =>
        db.Execute(
            """
            INSERT INTO back_ends (id, host, process, version, lanes, started_at, seen_at, alive_until)
            VALUES (@id, @host, @process, @version, @lanes, UTC_TIMESTAMP(6), UTC_TIMESTAMP(6), UTC_TIMESTAMP(6) + INTERVAL @seconds SECOND)
            ON DUPLICATE KEY UPDATE seen_at = VALUES(seen_at), alive_until = VALUES(alive_until)
            """,
            new
            {
                id,
                host,
                process = Environment.ProcessId,
                version,
                lanes = JsonSerializer.Serialize(lanes.ToDictionary(l => Word.Of(l.Key), l => l.Value)),
                seconds = lease.TotalSeconds,
            });

    /// <summary>A back end leaves in good order.</summary>
    public static Task Leave(DbSession db, Guid id) => db.Execute("DELETE FROM back_ends WHERE id = @id", new { id });

    /// <summary>Forgets those that have not been heard of for a day.</summary>
    public static Task<int> Forget(DbSession db) => db.Execute("DELETE FROM back_ends WHERE seen_at < UTC_TIMESTAMP(6) - INTERVAL 1 DAY");
}
