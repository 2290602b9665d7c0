using System.Text.Json;
using Broker.Core.Database;
using Broker.Core.Domains;
using Broker.Core.Events;
using Broker.Core.Requests;

namespace Broker.Core.Messages;

/// <summary>A row of <c>messages</c>: something that a person was told.</summary>
public sealed record MessageRow
{
    /// <summary>Key, in the order of writing.</summary>
    public required long Id { get; init; }

    /// <summary>Who is told.</summary>
    public required long UserId { get; init; }

    /// <summary>When it was written.</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>What it is about.</summary>
    public required MessageKind Kind { get; init; }

    /// <summary>The request that ended, if it is about that; it may be forgotten already.</summary>
    public long? RequestId { get; init; }

    /// <summary>Its command.</summary>
    public string? Command { get; init; }

    /// <summary>How it ended.</summary>
    public RequestState? State { get; init; }

    /// <summary>The domain it was about.</summary>
    public Guid? DomainId { get; init; }

    /// <summary>That domain's name then.</summary>
    public string? DomainName { get; init; }

    /// <summary>A fixed word for what went wrong.</summary>
    public string? ErrorCode { get; init; }

    /// <summary>All of it in an English sentence.</summary>
    public required string Text { get; init; }

    /// <summary>What its kind says, as in <see cref="Message"/>; from it the portal makes a sentence in the reader's language.</summary>
    public required JsonElement Data { get; init; }

    /// <summary>When it was read.</summary>
    public DateTimeOffset? ReadAt { get; init; }
}

/// <summary>All writes to <c>messages</c>.</summary>
public static class MessagesTable
{
    /// <summary>How long a message is kept, read or not.</summary>
    public static readonly TimeSpan Keep = TimeSpan.FromDays(60);

    private const string Columns = "id, user_id, at, kind, request_id, command, state, domain_id, domain_name, error_code, text, data, read_at";

    /// <summary>Tells who asked for a request how it ended, together with the transaction that ends it.</summary>
    public static void Tell(DbSession db, RequestRow ended)
    {
        db.Last(
            """
            INSERT INTO messages (user_id, at, kind, request_id, command, state, domain_id, domain_name, error_code, text)
            VALUES (@user, UTC_TIMESTAMP(6), @kind, @request, @command, @state, @domain, @name, @code, @text)
            """,
            new Dictionary<string, object?>
            {
                ["user"] = ended.UserId,
                ["kind"] = Word.Of(MessageKind.RequestEnded),
                ["request"] = ended.Id,
                ["command"] = ended.Command,
                ["state"] = Word.Of(ended.State),
                ["domain"] = ended.DomainId?.ToString(),
                ["name"] = ended.DomainName,
                ["code"] = ended.ErrorCode,
                ["text"] = ended.ErrorText ?? Catalogue.Find(ended.Command)?.Summary ?? ended.Command,
            });
        EventsTable.Changed(db, EventKind.Message, ended.UserId);
    }

    /// <summary>Tells the owner of a domain something that he did not ask for, together with the transaction that does it.</summary>
    public static void Tell(DbSession db, DomainRow domain, Message message)
    {
        db.Last(
            """
            INSERT INTO messages (user_id, at, kind, domain_id, domain_name, text, data)
            VALUES (@user, UTC_TIMESTAMP(6), @kind, @domain, @name, @text, @data)
            """,
            new Dictionary<string, object?>
            {
                ["user"] = domain.OwnerId,
                ["kind"] = Word.Of(message.Kind),
                ["domain"] = domain.Id.ToString(),
                ["name"] = domain.Name,
                ["text"] = message.Text(domain.Alias ?? domain.Name),
                ["data"] = JsonSerializer.Serialize(message, message.GetType(), Json.Options),
            });
        EventsTable.Changed(db, EventKind.Message, domain.OwnerId);
    }

    /// <summary>What a user was told, newest first.</summary>
    public static Task<IReadOnlyList<MessageRow>> Of(DbSession db, long userId, long? beforeId = null, int limit = 50) =>
        db.Query<MessageRow>(
            $"SELECT {Columns} FROM messages WHERE user_id = @userId AND (@beforeId IS NULL OR id < @beforeId) ORDER BY id DESC LIMIT @limit", new { userId, beforeId, limit });

    /// <summary>How many he has not read.</summary>
    public static Task<int> Unread(DbSession db, long userId) =>
        db.First<int>("SELECT COUNT(*) FROM messages WHERE user_id = @userId AND read_at IS NULL", new { userId });

    /// <summary>He has read one, or all when none is named. Another's are left alone.</summary>
    /// <returns>Whether there was such a one.</returns>
    public static async Task<bool> SetRead(DbSession db, long userId, long? id = null)
    {
        var found = await db.Execute(
            "UPDATE messages SET read_at = COALESCE(read_at, UTC_TIMESTAMP(6)) WHERE user_id = @userId AND (id = @id OR (@id IS NULL AND read_at IS NULL))", new { userId, id });
        if (found > 0) EventsTable.Changed(db, EventKind.Message, userId);
        return found > 0;
    }

    /// <summary>Forgets what is older than <see cref="Keep"/>.</summary>
    public static Task<int> Forget(DbSession db) =>
        db.Execute("DELETE FROM messages WHERE at < UTC_TIMESTAMP(6) - INTERVAL @days DAY LIMIT 5000", new { days = Keep.TotalDays });
}
