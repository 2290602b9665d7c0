using System.Collections.Concurrent;
using System.Globalization;
using System.Security.Claims;
using Broker.Core.Database;
using Broker.Core.Users;

namespace Broker.Frontend.SignIn;

/// <summary>
/// Says whether a session still stands. What the database answered is remembered for half a minute, but only ever
/// to say "still fine": whatever would be refused, or asks for a new password, is read again first.
/// </summary>
public sealed class Sessions(Db db, TimeProvider clock)
{
    /// <summary>How long an answer is remembered.</summary>
    public static readonly TimeSpan Remembered = TimeSpan.FromSeconds(30);

    private const int MostRemembered = 20_000;

    private readonly ConcurrentDictionary<Guid, (Account Account, long ReadAt)> _remembered = new();

    /// <summary>The person of a cookie that was signed by us; null when its session has ended.</summary>
    /// <param name="principal">What the cookie holds.</param>
    /// <param name="address">Where the call comes from.</param>
    /// <param name="cancel">Ends the wait.</param>
    public async Task<SignedIn?> Find(ClaimsPrincipal? principal, string? address, CancellationToken cancel = default)
    {
        if (!long.TryParse(principal?.FindFirstValue(ClaimTypes.NameIdentifier), NumberStyles.None, CultureInfo.InvariantCulture, out var user)
            || !Guid.TryParse(principal.FindFirstValue("sid"), out var session)
            || !Guid.TryParse(principal.FindFirstValue("stamp"), out var stamp))
            return null;
        return await Find(user, session, stamp, address, cancel);
    }

    /// <summary>The same person again, for what lasts longer than one call; null when the session has ended.</summary>
    public Task<SignedIn?> Again(SignedIn who, CancellationToken cancel) => Find(who.Id, who.Session, who.Account.SecurityStamp, who.Caller.Address, cancel);

    /// <summary>Something about this user has changed: ask the database next time. All users when null.</summary>
    public void Forget(long? userId)
    {
        if (userId is null) _remembered.Clear();
        else
            foreach (var (session, known) in _remembered)
                if (known.Account.Id == userId)
                    _remembered.TryRemove(session, out _);
    }

    /// <summary>Reads what a session needs to know of an account; null when there is none, or it is disabled.</summary>
    public static async Task<Account?> Read(DbSession db, long userId)
    {
        if (await UsersTable.Get(db, userId) is not { IsDisabled: false } user || await UsersTable.Caller(db, userId, null) is not { } caller) return null;
        return new Account(user.Id, user.Name, user.DisplayName, user.IsAdmin, user.MustChangePassword, user.Language, user.SecurityStamp, caller);
    }

    private async Task<SignedIn?> Find(long userId, Guid session, Guid stamp, string? address, CancellationToken cancel)
    {
        if (_remembered.TryGetValue(session, out var known) && clock.GetElapsedTime(known.ReadAt) < Remembered
            && known.Account is { MustChangePassword: false } fine && fine.Id == userId && fine.SecurityStamp == stamp)
            return With(fine, session, address);

        var account = await db.Read(async s => await EndedSessionsTable.Has(s, session) ? null : await Read(s, userId), cancel);
        if (account is null || account.SecurityStamp != stamp)
        {
            _remembered.TryRemove(session, out _);
            return null;
        }

        if (_remembered.Count >= MostRemembered) _remembered.Clear();
        _remembered[session] = (account, clock.GetTimestamp());
        return With(account, session, address);
    }

    private static SignedIn With(Account account, Guid session, string? address) =>
        new(account.Caller with { Address = address }, account, session);
}

/// <summary>All writes to <c>ended_sessions</c>.</summary>
public static class EndedSessionsTable
{
    /// <summary>The session was signed out: its cookie is worth nothing any more, wherever it still lies.</summary>
    public static async Task Insert(DbSession db, Guid session)
    {
        await db.Execute("INSERT IGNORE INTO ended_sessions (session_id, ended_at) VALUES (@session, UTC_TIMESTAMP(6))", new { session });
        // by then the cookie has expired by itself
        await db.Execute("DELETE FROM ended_sessions WHERE ended_at < UTC_TIMESTAMP(6) - INTERVAL 2 DAY LIMIT 100");
    }

    /// <summary>Was it signed out?</summary>
    public static async Task<bool> Has(DbSession db, Guid session) =>
        await db.First<int>("SELECT 1 FROM ended_sessions WHERE session_id = @session", new { session }) == 1;
}
