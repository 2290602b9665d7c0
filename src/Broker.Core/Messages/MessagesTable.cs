using Broker.Core.Database;
using Broker.Core.Events;
using Broker.Core.Requests;

namespace Broker.Core.Messages;

/// <summary>A row of <c>messages</c>: how something ended that a person had asked for.</summary>
public sealed record MessageRow
{
    /// <summary>Key, in the order of writing.</summary>
    public required long Id { get; init; }

    /// <summary>Who is told.</summary>
    public required long UserId { get; init; }

    /// <summary>When it was written.</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>The request that ended; it may be forgotten already.</summary>
    public required long RequestId { get; init; }

    /// <summary>Its command.</summary>
    public required string Command { get; init; }

    /// <summary>How it ended.</summary>
    public required RequestState State { get; init; }

    /// <summary>The domain it was about.</summary>
    public Guid? DomainId { get; init; }

    /// <summary>That domain's name when it was asked.</summary>
    public string? DomainName { get; init; }

    /// <summary>A fixed word for what went wrong.</summary>
    public string? ErrorCode { get; init; }

    /// <summary>How it ended, in a sentence.</summary>
    public required string Text { get; init; }

    /// <summary>When it was read.</summary>
    public DateTimeOffset? ReadAt { get; init; }
}

/// <summary>All writes to <c>messages</c>.</summary>
public static class MessagesTable
{
    /// <summary>How long a message is kept, read or not.</summary>
    public static readonly TimeSpan Keep = TimeSpan.FromDays(60);

    private const string Columns = "id, user_id, at, request_id, command, state, domain_id, domain_name, error_code, text, read_at";

    /// <summary>Tells who asked for a request how it ended, together with the transaction that ends it.</summary>
    public static void Tell(DbSession db, RequestRow ended)
    {
        db.Last(
            """
            INSERT INTO messages (user_id, at, request_id, command, state, domain_id, domain_name, error_code, text)
            VALUES (@user, UTC_TIMESTAMP(6), @request, @command, @state, @domain, @name, @code, @text)
            """,
            new Dictionary<string, object?>
            {
                ["user"] = ended.UserId,
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
