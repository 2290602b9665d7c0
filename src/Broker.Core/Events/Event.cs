using System.Text.Json;
using Broker.Core.Database;
using Broker.Core.Domains;
using Broker.Core.Requests;

namespace Broker.Core.Events;

/// <summary>What an event is about.</summary>
public enum EventKind
{
    /// <summary>A request was written, moved on or ended.</summary>
    Request,

    /// <summary>A domain changed.</summary>
    Domain,

    /// <summary>A base changed or was published: it concerns everybody.</summary>
    Base,

    /// <summary>The library changed.</summary>
    Image,

    /// <summary>A node came or went.</summary>
    Node,

    /// <summary>A user changed.</summary>
    User,

    /// <summary>A user was told something, or has read it.</summary>
    Message,
}

/// <summary>A row of <c>events</c>.</summary>
public sealed record EventRow
{
    /// <summary>Handed out before commit: a smaller one may appear after a larger one.</summary>
    public long Id { get; init; }

    /// <summary>When it was written.</summary>
    public DateTimeOffset At { get; init; }

    /// <summary>What it is about.</summary>
    public EventKind Kind { get; init; }

    /// <summary>The request it is about.</summary>
    public long? RequestId { get; init; }

    /// <summary>The domain it is about.</summary>
    public Guid? DomainId { get; init; }

    /// <summary>Whose it is: who asked for the request, who owns the domain.</summary>
    public long? UserId { get; init; }

    /// <summary>State, progress and the like.</summary>
    public JsonElement Data { get; init; }
}

/// <summary>All writes to <c>events</c>. Each goes into the transaction of the change it tells of.</summary>
public static class EventsTable
{
    /// <summary>How long one can read what a domain did.</summary>
    public static readonly TimeSpan KeepHistory = TimeSpan.FromDays(30);

    /// <summary>A request was written, moved on or ended.</summary>
    /// <param name="db">The transaction of the change.</param>
    /// <param name="request">As it is now.</param>
    /// <param name="rings">Whether front ends are to look at once; what is followed by another change in a moment need not ring.</param>
    public static void Request(DbSession db, RequestRow request, bool rings = true) =>
        Insert(db, EventKind.Request, request.Id, request.DomainId, request.UserId,
            new { command = request.Command, state = request.State, progress = request.Progress, progress_text = request.ProgressText }, rings);

    /// <summary>A domain changed; a base's change is told to everybody, also that it is none any more.</summary>
    public static void Domain(DbSession db, DomainRow domain, bool wasBase = false)
    {
        if (domain.IsBase || wasBase) Insert(db, EventKind.Base, null, domain.Id, domain.OwnerId, new { state = domain.State, is_public = domain.IsPublic, has_rules = domain.Access is not null });
        else Insert(db, EventKind.Domain, null, domain.Id, domain.OwnerId, new { state = domain.State, shared_with = domain.SharedWith, base_owner = domain.BaseOwnerId });
    }

    /// <summary>A domain's state or what is said of it changed: a piece of its history, which is kept. With the request that did it, if one did.</summary>
    public static void DomainState(DbSession db, DomainRow domain) =>
        Insert(db, domain.IsBase ? EventKind.Base : EventKind.Domain, db.Request, domain.Id, domain.OwnerId,
            new { state = domain.State, detail = domain.StateDetail, is_public = domain.IsPublic, has_rules = domain.Access is not null, shared_with = domain.SharedWith, base_owner = domain.BaseOwnerId }, isHistory: true);

    /// <summary>A node, the library or a user changed; no user in particular when it is about what groups give their members.</summary>
    public static void Changed(DbSession db, EventKind kind, long? user = null) => Insert(db, kind, null, null, user, new { });

    /// <summary>The events with an id above this one; the reader re-reads a window because ids are handed out before commit.</summary>
    public static Task<IReadOnlyList<EventRow>> After(DbSession db, long id) =>
        db.Query<EventRow>("SELECT id, at, kind, request_id, domain_id, user_id, data FROM events WHERE id > @id ORDER BY id LIMIT 2000", new { id });

    /// <summary>The highest id so far; 0 when there is none.</summary>
    public static Task<long> Last(DbSession db) => db.First<long>("SELECT COALESCE(MAX(id), 0) FROM events");

    /// <summary>Forgets events that no browser can still be waiting for, and history that is older than <see cref="KeepHistory"/>.</summary>
    public static async Task<int> Forget(DbSession db, TimeSpan olderThan) =>
        await Forget(db, isHistory: false, olderThan) + await Forget(db, isHistory: true, KeepHistory);

    private static Task<int> Forget(DbSession db, bool isHistory, TimeSpan olderThan) => db.Execute(
        "DELETE FROM events WHERE is_history = @isHistory AND at < UTC_TIMESTAMP(6) - INTERVAL @seconds SECOND LIMIT 5000",
        new { isHistory, seconds = (long)olderThan.TotalSeconds });

    // With the commit: it costs no round trip of its own, and its id is handed out as late as can be.
    private static void Insert(
        DbSession db, EventKind kind, long? requestId, Guid? domainId, long? userId, object data, bool rings = true, bool isHistory = false)
    {
        db.Last(
            "INSERT INTO events (at, kind, request_id, domain_id, user_id, data, is_history) VALUES (UTC_TIMESTAMP(6), @kind, @request, @domain, @user, @data, @history)",
            new Dictionary<string, object?>
            {
                ["kind"] = Word.Of(kind),
                ["request"] = requestId,
                ["domain"] = domainId?.ToString(),
                ["user"] = userId,
                ["data"] = JsonSerializer.Serialize(data, Json.Options),
                ["history"] = isHistory ? 1 : 0,
            });
        if (rings) db.Ring(Side.FrontEnd);
    }
}
