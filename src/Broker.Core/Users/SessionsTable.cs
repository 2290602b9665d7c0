using Broker.Core.Database;
using Broker.Core.Events;

namespace Broker.Core.Users;

/// <summary>How somebody proved who he is.</summary>
public enum Proof
{
    /// <summary>By the password that Broker knows.</summary>
    Password,

    /// <summary>By the password that a directory knows.</summary>
    Ldap,

    /// <summary>By an OpenID provider.</summary>
    Oidc,

    /// <summary>Not at all: a guest, with an account for the time being.</summary>
    Guest,
}

/// <summary>A sign-in of somebody with a browser, until he signs out, is signed out, or has not been here for long.</summary>
public sealed record SessionRow
{
    /// <summary>Key; what the cookie holds.</summary>
    public required Guid Id { get; init; }

    /// <summary>Who.</summary>
    public required long UserId { get; init; }

    /// <summary>How he proved it.</summary>
    public required Proof Proof { get; init; }

    /// <summary>Where from.</summary>
    public string? Address { get; init; }

    /// <summary>What the browser says of itself, shortened.</summary>
    public string? UserAgent { get; init; }

    /// <summary>When he signed in.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>When it was last used, to the minute.</summary>
    public required DateTimeOffset SeenAt { get; init; }

    /// <summary>When it ends unless it is used before.</summary>
    public required DateTimeOffset ExpiresAt { get; init; }
}

/// <summary>All writes to <c>sessions</c>. Whatever ends one is an event about its user, so that every front end looks here before it believes a cookie again.</summary>
public static class SessionsTable
{
    /// <summary>A session ends this long after it was last used.</summary>
    public static readonly TimeSpan Lifetime = TimeSpan.FromHours(12);

    /// <summary>How many somebody may have: those that were not used for longest end.</summary>
    public const int Most = 50;

    private const int LongestUserAgent = 120;
    private const string Columns = "id, user_id, proof, address, user_agent, created_at, seen_at, expires_at";
    private const string IsOpen = "ended_at IS NULL AND expires_at > UTC_TIMESTAMP(6)";

    /// <summary>The session with this key, while it stands.</summary>
    public static Task<SessionRow?> Open(DbSession db, Guid id) => db.First<SessionRow>($"SELECT {Columns} FROM sessions WHERE id = @id AND {IsOpen}", new { id });

    /// <summary>Those of a user that stand, the one that was last used first.</summary>
    public static Task<IReadOnlyList<SessionRow>> OpenOf(DbSession db, long userId) =>
        db.Query<SessionRow>($"SELECT {Columns} FROM sessions WHERE user_id = @userId AND {IsOpen} ORDER BY seen_at DESC, id", new { userId });

    /// <summary>Did he sign in from there within the last weeks?</summary>
    public static async Task<bool> IsKnown(DbSession db, long userId, string? address) =>
        await db.First<int>("SELECT 1 FROM sessions WHERE user_id = @userId AND address = @address LIMIT 1", new { userId, address }) == 1;

    /// <summary>Did it begin within so long?</summary>
    public static async Task<bool> IsRecent(DbSession db, Guid id, TimeSpan span) =>
        await db.First<int>($"SELECT 1 FROM sessions WHERE id = @id AND {IsOpen} AND created_at > UTC_TIMESTAMP(6) - INTERVAL @seconds SECOND", new { id, seconds = (long)span.TotalSeconds }) == 1;

    /// <summary>Somebody signed in.</summary>
    /// <returns>The session's key, which is always a new one.</returns>
    public static async Task<Guid> Insert(DbSession db, long userId, Proof proof, string? address, string? userAgent)
    {
        var id = Guid.NewGuid();
        var tooMany = await db.Query<Guid>(
            $"""
            INSERT INTO sessions (id, user_id, proof, address, user_agent, created_at, seen_at, expires_at)
            VALUES (@id, @userId, @proof, @address, @userAgent, UTC_TIMESTAMP(6), UTC_TIMESTAMP(6), UTC_TIMESTAMP(6) + INTERVAL @seconds SECOND);
            SELECT id FROM sessions WHERE user_id = @userId AND id <> @id AND {IsOpen} ORDER BY seen_at DESC LIMIT 1000 OFFSET @others
            """,
            new { id, userId, proof, address, userAgent = Shortened(userAgent), seconds = (long)Lifetime.TotalSeconds, others = Most - 1 });
        foreach (var old in tooMany) await End(db, userId, old);
        return id;
    }

    /// <summary>Forgets those that have ended long ago: until then they tell from where somebody usually comes (<see cref="IsKnown"/>).</summary>
    /// <param name="db">A transaction.</param>
    /// <returns>How many.</returns>
    public static Task<int> Forget(DbSession db) => db.Execute("DELETE FROM sessions WHERE expires_at < UTC_TIMESTAMP(6) - INTERVAL 30 DAY LIMIT 1000");

    /// <summary>It was used; written down once a minute.</summary>
    public static Task Seen(DbSession db, Guid id) =>
        db.Execute($"UPDATE sessions SET seen_at = UTC_TIMESTAMP(6), expires_at = UTC_TIMESTAMP(6) + INTERVAL @seconds SECOND WHERE id = @id AND seen_at < UTC_TIMESTAMP(6) - INTERVAL 1 MINUTE AND {IsOpen}",
            new { id, seconds = (long)Lifetime.TotalSeconds });

    /// <summary>Ends one: its cookie is worth nothing any more, wherever it still lies.</summary>
    /// <returns>It stood until now.</returns>
    public static async Task<bool> End(DbSession db, long userId, Guid id)
    {
        var ended = await db.Execute($"UPDATE sessions SET ended_at = UTC_TIMESTAMP(6) WHERE id = @id AND user_id = @userId AND {IsOpen}", new { id, userId });
        if (ended > 0) EventsTable.Changed(db, EventKind.User, userId);
        return ended > 0;
    }

    /// <summary>Ends all of a user.</summary>
    /// <param name="db">A transaction.</param>
    /// <param name="userId">Whose.</param>
    /// <param name="except">One that goes on.</param>
    /// <returns>How many stood until now.</returns>
    public static async Task<int> EndAll(DbSession db, long userId, Guid? except = null)
    {
        var ended = await db.Execute(
            $"UPDATE sessions SET ended_at = UTC_TIMESTAMP(6) WHERE user_id = @userId AND {IsOpen} AND id <> COALESCE(@except, '')", new { userId, except = except?.ToString() });
        EventsTable.Changed(db, EventKind.User, userId);
        return ended;
    }

    // Whatever browsers send is shown to people later.
    private static string? Shortened(string? userAgent)
    {
        var clean = new string([.. (userAgent ?? "").Where(c => !char.IsControl(c)).Take(LongestUserAgent)]).Trim();
        return clean.Length == 0 ? null : clean;
    }
}
