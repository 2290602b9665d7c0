using Broker.Core.Audit;
using Broker.Core.Database;
using Broker.Core.Users;
using Broker.Frontend.Hosting;

namespace Broker.Frontend.SignIn;

/// <summary>
/// What lets somebody in later (a second factor, a token) is given only to who has just shown that it is him: by a sign-in of a few minutes ago, or by his password
/// with the call. Whoever finds a browser that was left alone has neither. A guest has nothing to show, and gets none of it.
/// </summary>
public sealed class RecentProof(Db db, PasswordCheck passwords, SignInLimits limits)
{
    /// <summary>So long a sign-in counts as just now.</summary>
    public static readonly TimeSpan Recent = TimeSpan.FromMinutes(10);

    /// <summary>Lets those go on who have shown it.</summary>
    /// <param name="http">The call.</param>
    /// <param name="who">Who calls.</param>
    /// <param name="password">His password, Broker's or the directory's; when it is given it has to be right. Null when none came with the call.</param>
    /// <param name="action">What he wants, as it is written down when the password is wrong.</param>
    /// <param name="cancel">Ends the wait.</param>
    /// <exception cref="RefusedException"><c>not_allowed</c>: a guest. <c>password_needed</c>, <c>sign_in_needed</c>: he signed in a while ago. <c>wrong_credentials</c>.</exception>
    public async Task Need(HttpContext http, SignedIn who, string? password, string action, CancellationToken cancel)
    {
        if (who.Caller.GuestOf is not null) throw Refused("not_allowed", "A guest has no password, no second factor and no tokens. Sign in with an account of your own.");
        if (string.IsNullOrEmpty(password))
        {
            if (await db.Read(s => SessionsTable.IsRecent(s, who.Session, Recent), cancel)) return;
            throw who.Account.Source is AccountSource.Oidc
                ? Refused("sign_in_needed", $"You signed in more than {Recent.TotalMinutes:0} minutes ago. Sign out and in again, then do this within {Recent.TotalMinutes:0} minutes.")
                : Refused("password_needed", $"You signed in more than {Recent.TotalMinutes:0} minutes ago. Give your password with this, or sign in again.");
        }

        var attempt = limits.Begin(who.Account.Name, http.Connection.RemoteIpAddress);
        var verdict = await passwords.Check(who.Account.Name, password, cancel);
        if (verdict.Instead is { } instead) throw instead;
        if (verdict.Proof is not null && verdict.User?.Id == who.Id)
        {
            attempt.Withdraw(); // what failed before still counts: the code that comes with it may be a guess
            return;
        }

        await db.Transaction(s => AuditTable.Insert(s, who.Id, who.Caller.Address, action, who.Account.Name, outcome: AuditOutcome.Refused, code: "wrong_credentials"), cancel);
        throw Refused("wrong_credentials", "That is not your password.");
    }

    private static RefusedException Refused(string code, string detail) => new(StatusCodes.Status403Forbidden, code, detail);
}
