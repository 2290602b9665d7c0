using Broker.Core.Audit;
using Broker.Core.Database;
using Broker.Core.Users;
using Broker.Frontend.Hosting;

namespace Broker.Frontend.SignIn;

/// <summary>
/// The one end of all ways to sign in: whoever has proved who he is gets a session and its cookie here, if the account may sign in.
/// </summary>
public sealed class SignInFlow(Db db, Sessions sessions, ILogger<SignInFlow> log)
{
    /// <summary>Somebody has proved who he is: he gets a session that is always a new one, in place of the one that the browser may have had.</summary>
    /// <param name="http">His call; from here on it is his.</param>
    /// <param name="user">The account, as it was read before it was proved.</param>
    /// <param name="proof">How he proved it.</param>
    /// <param name="upgradedHash">His password's hash in today's format, when the stored one is of an older.</param>
    /// <param name="cancel">Ends the wait.</param>
    /// <exception cref="RefusedException"><c>wrong_credentials</c>: the account is disabled or has ended, or its password was changed meanwhile.</exception>
    public async Task<SignedIn> Finish(HttpContext http, UserRow user, Proof proof, string? upgradedHash = null, CancellationToken cancel = default)
    {
        var address = Cookies.AddressOf(http);
        var before = SignedIn.Of(http);
        var who = user.IsDisabled || user.IsExpired ? null : await db.Transaction(async s =>
        {
            if (!await UsersTable.SignedIn(s, user.Id, user.SecurityStamp)) return null;
            if (upgradedHash is not null) await UsersTable.UpgradeHash(s, user.Id, upgradedHash);
            if (before is not null) await SessionsTable.End(s, before.Id, before.Session);
            var session = await SessionsTable.Insert(s, user.Id, proof, address, http.Request.Headers.UserAgent);
            await AuditTable.Insert(s, user.Id, address, "sign_in", user.Name, new { proof, session });
            return await SessionsTable.Open(s, session) is { } row ? await Sessions.Read(s, row) : null;
        }, cancel);
        if (who is null) throw await Refuse(http, user, cancel);
        if (before is not null) sessions.Forget(before.Id);

        await Cookies.SignIn(http, who.From(address));
        Log.SignedIn(log, who.Id, address);
        return who;
    }

    /// <summary>Writes down that somebody was refused. The answer is the same whatever was wrong, so that nobody learns which names there are.</summary>
    /// <param name="http">The call.</param>
    /// <param name="user">Whose name was given; null when it is nobody's. What was typed then is not written down: it may be a password in the wrong field.</param>
    /// <param name="cancel">Ends the wait.</param>
    public async Task<RefusedException> Refuse(HttpContext http, UserRow? user, CancellationToken cancel)
    {
        var address = Cookies.AddressOf(http);
        await db.Transaction(s => AuditTable.Insert(s, user?.Id, address, "sign_in_refused", user?.Name), cancel);
        Log.SignInRefused(log, address);
        return WrongCredentials();
    }

    /// <summary>The answer to whoever is not let in.</summary>
    public static RefusedException WrongCredentials() => new(StatusCodes.Status401Unauthorized, "wrong_credentials", "Name or password is wrong.");
}
