using System.Text.Json;
using Broker.Core.Database;
using Broker.Core.Events;

namespace Broker.Frontend.Domains;

/// <summary>Why a machine's state changed.</summary>
public enum HistoryCause
{
    /// <summary>A request did it.</summary>
    Request,

    /// <summary>It was seen on its host.</summary>
    Host,
}

/// <summary>The request that changed a machine's state.</summary>
/// <param name="Id">Key of the request.</param>
/// <param name="Command">The command; null when the request is not kept any more.</param>
/// <param name="User">Who asked; null when the request is not kept any more, or not the caller's to see.</param>
public sealed record HistoryRequest(long Id, string? Command, string? User);

/// <summary>A state that a machine came into.</summary>
/// <param name="Id">Key, to go on from.</param>
/// <param name="At">When.</param>
/// <param name="State">What it did from then on.</param>
/// <param name="Detail">One more sentence about it.</param>
/// <param name="Cause">Why.</param>
/// <param name="Request">The request that did it, if one did.</param>
public sealed record HistoryEntry(long Id, DateTimeOffset At, DomainStateView State, string? Detail, HistoryCause Cause, HistoryRequest? Request);

/// <summary>What a machine did, newest first.</summary>
/// <param name="Entries">The states it came into.</param>
/// <param name="KeptDays">How many days back they are kept.</param>
public sealed record DomainHistory(IReadOnlyList<HistoryEntry> Entries, int KeptDays)
{
    /// <summary>Reads it, newest first.</summary>
    /// <param name="db">The database.</param>
    /// <param name="domain">The machine.</param>
    /// <param name="asker">Whose requests the caller may see; null for everybody's.</param>
    /// <param name="before">Only what came before this entry.</param>
    /// <param name="limit">At most so many.</param>
    public static async Task<DomainHistory> Read(DbSession db, Guid domain, long? asker, long? before, int limit)
    {
        var rows = await db.Query<Row>(
            """
            SELECT e.id, e.at, e.data, e.request_id, r.command, IF(@asker IS NULL OR r.user_id = @asker, u.name, NULL) AS user
            FROM events e LEFT JOIN requests r ON r.id = e.request_id LEFT JOIN users u ON u.id = r.user_id
            WHERE e.domain_id = @domain AND e.is_history AND (@before IS NULL OR e.id < @before)
            ORDER BY e.id DESC LIMIT @limit
            """, new { domain, asker, before, limit });
        return new DomainHistory([.. rows.Select(Entry)], (int)EventsTable.KeepHistory.TotalDays);
    }

    private static HistoryEntry Entry(Row row)
    {
        var said = row.Data.Deserialize<Said>(Core.Json.Options)!;
        return new HistoryEntry(row.Id, row.At, said.State, said.Detail, row.RequestId is null ? HistoryCause.Host : HistoryCause.Request,
            row.RequestId is { } request ? new HistoryRequest(request, row.Command, row.User) : null);
    }

    private sealed record Said(DomainStateView State, string? Detail);

    private sealed record Row
    {
        public long Id { get; init; }

        public DateTimeOffset At { get; init; }

        public JsonElement Data { get; init; }

        public long? RequestId { get; init; }

        public string? Command { get; init; }

        public string? User { get; init; }
    }
}
