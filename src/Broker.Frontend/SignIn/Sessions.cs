using System.Collections.Concurrent;
using System.Security.Claims;
using Broker.Core.Access;
using Broker.Core.Database;
using Broker.Core.Settings;
using Broker.Core.Users;

namespace Broker.Frontend.SignIn;

/// <summary>
/// Says whether a session still stands, and whose it is. What the database answered is remembered for half a minute, but only
/// ever to say "still fine": whatever would be refused, or has to do something first, is read again first.
/// </summary>
public sealed class Sessions(Db db, TimeProvider clock)
{
    /// <summary>How long an answer is remembered.</summary>
    public static readonly TimeSpan Remembered = TimeSpan.FromSeconds(30);

    private const int MostRemembered = 20_000;

    private readonly ConcurrentDictionary<Guid, (SignedIn Who, long ReadAt)> _remembered = new();
    private int _forgotten;

    /// <summary>The person of a cookie that was signed by us; null when its session has ended.</summary>
    /// <param name="principal">What the cookie holds.</param>
    /// <param name="address">Where the call comes from.</param>
    /// <param name="cancel">Ends the wait.</param>
    public async Task<SignedIn?> Find(ClaimsPrincipal? principal, string? address, CancellationToken cancel = default) =>
        SignedIn.SessionOf(principal) is { } session ? await Find(session, address, cancel) : null;

    /// <summary>The person in whose name a token is used; null when it does not count. Each call is judged anew.</summary>
    /// <param name="token">What the call carries.</param>
    /// <param name="looks">The call changes nothing.</param>
    /// <param name="address">Where the call comes from.</param>
    /// <param name="cancel">Ends the wait.</param>
    public Task<SignedIn?> FindByToken(string token, bool looks, string? address, CancellationToken cancel = default) =>
        db.Read(async s =>
        {
            if (await ApiTokensTable.Find(s, token) is not { } row) return null;
            await ApiTokensTable.Used(s, row.Id, address);
            return (await Read(s, row, looks))?.From(address);
        }, cancel);

    /// <summary>The same person again, for what lasts longer than one call; null when the session or the token has ended.</summary>
    public Task<SignedIn?> Again(SignedIn who, CancellationToken cancel) => who.Token is { } token
        ? db.Read(async s => await ApiTokensTable.Get(s, token) is { } row ? (await Read(s, row, looks: true))?.From(who.Caller.Address) : null, cancel)
        : Find(who.Session, who.Caller.Address, cancel);

    /// <summary>Something about this user has changed: ask the database next time. All users when null.</summary>
    public void Forget(long? userId)
    {
        Interlocked.Increment(ref _forgotten);
        if (userId is null) _remembered.Clear();
        else
            foreach (var (session, known) in _remembered)
                if (known.Who.Id == userId)
                    _remembered.TryRemove(session, out _);
    }

    /// <summary>Who has just signed in. Where he sits is read with his next call: this one is done.</summary>
    /// <param name="db">The transaction of the sign-in.</param>
    /// <param name="user">The account as it is there.</param>
    /// <param name="session">His new session.</param>
    /// <param name="proof">How he proved who he is.</param>
    /// <returns>Null when he is disabled, or his account has ended.</returns>
    internal static async Task<SignedIn?> Begun(DbSession db, UserRow user, Guid session, Proof proof) =>
        await Read(db, user, proof, []) is var (caller, account) ? new SignedIn(caller, account, session) : null;

    private static async Task<SignedIn?> Read(DbSession db, SessionRow session) => await Read(db, session.UserId, session.Proof) is var (caller, account) ? new SignedIn(caller, account, session.Id) : null;

    // A token that is good for looking is good for whatever its owner may do as long as nothing is changed.
    private static async Task<SignedIn?> Read(DbSession db, ApiTokenRow token, bool looks) => await Read(db, token.UserId, null) is var (caller, account)
        ? new SignedIn(caller with { Scopes = (looks && token.Scopes.Contains(ApiTokensTable.Read) ? ApiTokensTable.Scopes : token.Scopes).Where(w => w != ApiTokensTable.Read).ToHashSet(StringComparer.Ordinal) },
            account, Guid.Empty)
        {
            Token = token.Id,
        }
        : null;

    private static async Task<(Caller Caller, Account Account)?> Read(DbSession db, long userId, Proof? proof) =>
        await UsersTable.Get(db, userId) is { } user ? await Read(db, user, proof, await ClientNetworksTable.All(db)) : null;

    private static async Task<(Caller Caller, Account Account)?> Read(DbSession db, UserRow user, Proof? proof, IReadOnlyList<ClientNetwork> networks)
    {
        if (user.IsDisabled || user.IsExpired || await UsersTable.Caller(db, user.Id, null) is not { } caller) return null;
        // whoever comes by OpenID has been asked there, as far as that one asks
        var mustEnrol = user is { IsAdmin: true, HasSecondFactor: false } && proof is not (Proof.Oidc or Proof.Guest) && (await SiteSettingsTable.Read(db)).AdminsNeedSecondFactor;
        return (caller, new Account(user.Id, user.Name, user.DisplayName, user.IsAdmin, user.MustChangePassword, mustEnrol, user.Language, user.Source, user.FactsAt, networks)
        {
            Maintenance = Maintenance.Serves(caller) ? null : await SiteSettingsTable.ReadMaintenance(db),
        });
    }

    private async Task<SignedIn?> Find(Guid session, string? address, CancellationToken cancel)
    {
        if (_remembered.TryGetValue(session, out var known) && clock.GetElapsedTime(known.ReadAt) < Remembered && known.Who.Account.MayGoOn)
            return known.Who.From(address);

        var forgotten = Volatile.Read(ref _forgotten);
        var who = await db.Read(async s =>
        {
            if (await SessionsTable.Open(s, session) is not { } row) return null;
            await SessionsTable.Seen(s, session);
            return await Read(s, row);
        }, cancel);
        if (who is null)
        {
            _remembered.TryRemove(session, out _);
            return null;
        }

        if (_remembered.Count >= MostRemembered) _remembered.Clear();
        _remembered[session] = (who, clock.GetTimestamp());
        // it changed while it was read: what was read may be what was before
        if (forgotten != Volatile.Read(ref _forgotten)) _remembered.TryRemove(session, out _);
        return who.From(address);
    }
}
