using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Broker.Core.Database;

namespace Broker.Frontend.Displays;

/// <summary>What a ticket allows: one look at one domain's screen, by one session of one user.</summary>
public sealed record DisplayTicketRow
{
    /// <summary>Who asked for it.</summary>
    public required long UserId { get; init; }

    /// <summary>In which sign-in.</summary>
    public required Guid SessionId { get; init; }

    /// <summary>For which domain.</summary>
    public required Guid DomainId { get; init; }

    /// <summary>It was taken in time.</summary>
    public required bool IsFresh { get; init; }
}

/// <summary>All writes to <c>display_tickets</c>. Only a hash lies in the table, so that reading it gives no ticket.</summary>
public static class DisplayTicketsTable
{
    /// <summary>How long a ticket lives, in seconds of the database's clock.</summary>
    public const int Seconds = 30;

    /// <summary>Makes a ticket.</summary>
    /// <returns>The ticket, which is told once and to nobody else, and when it expires.</returns>
    public static async Task<(string Ticket, DateTimeOffset ExpiresAt)> Issue(DbSession db, long userId, Guid session, Guid domain)
    {
        var ticket = Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(24));
        await db.Execute("DELETE FROM display_tickets WHERE expires_at < UTC_TIMESTAMP(6) LIMIT 100");
        await db.Execute(
            """
            INSERT INTO display_tickets (ticket_hash, user_id, session_id, domain_id, expires_at)
            VALUES (@hash, @userId, @session, @domain, UTC_TIMESTAMP(6) + INTERVAL @seconds SECOND)
            """,
            new { hash = Hash(ticket), userId, session, domain, seconds = Seconds });
        return (ticket, await db.First<DateTimeOffset>("SELECT expires_at FROM display_tickets WHERE ticket_hash = @hash", new { hash = Hash(ticket) }));
    }

    /// <summary>Takes a ticket out: of several who try at once, one gets it.</summary>
    public static Task<DisplayTicketRow?> Take(DbSession db, string ticket) =>
        db.First<DisplayTicketRow>(
            "DELETE FROM display_tickets WHERE ticket_hash = @hash RETURNING user_id, session_id, domain_id, expires_at >= UTC_TIMESTAMP(6) AS is_fresh",
            new { hash = Hash(ticket) });

    private static string Hash(string ticket) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(ticket)));
}

/// <summary>All writes to <c>display_sessions</c>: who looked at what, when, and how many bytes went each way.</summary>
public static class DisplaySessionsTable
{
    /// <summary>Somebody begins to look.</summary>
    /// <returns>The key of the row.</returns>
    public static Task<long> Begin(DbSession db, long userId, Guid domain, string? address) =>
        db.Insert(
            "INSERT INTO display_sessions (user_id, domain_id, address, started_at, seen_at) VALUES (@userId, @domain, @address, UTC_TIMESTAMP(6), UTC_TIMESTAMP(6))",
            new { userId, domain, address });

    /// <summary>It goes on, and so much has gone through so far.</summary>
    public static Task GoesOn(DbSession db, long id, long toGuest, long fromGuest) =>
        db.Execute("UPDATE display_sessions SET bytes_to_guest = @toGuest, bytes_from_guest = @fromGuest, seen_at = UTC_TIMESTAMP(6) WHERE id = @id", new { id, toGuest, fromGuest });

    /// <summary>It is over.</summary>
    public static Task End(DbSession db, long id, long toGuest, long fromGuest) =>
        db.Execute("UPDATE display_sessions SET bytes_to_guest = @toGuest, bytes_from_guest = @fromGuest, ended_at = UTC_TIMESTAMP(6) WHERE id = @id", new { id, toGuest, fromGuest });
}
