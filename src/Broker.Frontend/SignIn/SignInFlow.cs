using Broker.Core.Audit;
using Broker.Core.Database;
using Broker.Core.Settings;
using Broker.Core.Users;
using Broker.Frontend.Hosting;
using Broker.Frontend.Settings;

namespace Broker.Frontend.SignIn;

/// <summary>
/// The one end of all ways to sign in: whoever has proved who he is gets a session and its cookie here, if the account may sign in.
/// </summary>
public sealed class SignInFlow(Db db, Sessions sessions, SecondFactor secondFactor, TimeProvider clock, ILogger<SignInFlow> log)
{
    /// <summary>Somebody has proved who he is: he gets a session that is always a new one, in place of the one that the browser may have had.</summary>
    /// <param name="http">His call; from here on it is his.</param>
    /// <param name="user">The account, as it was read before it was proved.</param>
    /// <param name="proof">How he proved it.</param>
    /// <param name="upgradedHash">His password's hash in today's format, when the stored one is of an older.</param>
    /// <param name="cancel">Ends the wait.</param>
    /// <exception cref="RefusedException">
    /// <c>wrong_credentials</c>: the account is disabled, has ended or is locked, or its password was changed meanwhile.
    /// <c>maintenance</c>: he is not served at the moment.
    /// <c>second_factor_required</c>, with the state for <see cref="FinishWithCode"/>: he came by a password and has a second factor.
    /// </exception>
    public async Task<SignedIn> Finish(HttpContext http, UserRow user, Proof proof, string? upgradedHash = null, CancellationToken cancel = default)
    {
        if (!await MaySignIn(http, user, proof, cancel)) throw await Refuse(http, user, cancel);
        if (IsByPassword(proof) && user.HasSecondFactor)
        {
            await CheckMaintenance(user, cancel);
            if (upgradedHash is not null) await db.Transaction(s => UsersTable.UpgradeHash(s, user.Id, upgradedHash), cancel);
            throw new RefusedException(StatusCodes.Status401Unauthorized, "second_factor_required", "Type the code that your authenticator shows, or one of your recovery codes.")
            {
                State = secondFactor.NewState(user, proof),
            };
        }

        return await Begin(http, user, proof, upgradedHash, withCode: false, cancel);
    }

    /// <summary>Goes on after <c>second_factor_required</c>.</summary>
    /// <param name="http">His call.</param>
    /// <param name="user">Whom the state is about, as he is now.</param>
    /// <param name="state">What <see cref="SecondFactor.Read"/> found in it.</param>
    /// <param name="code">What the authenticator shows, or a recovery code.</param>
    /// <param name="cancel">Ends the wait.</param>
    public async Task<SignedIn> FinishWithCode(HttpContext http, UserRow user, SignInState state, string code, CancellationToken cancel)
    {
        if (user.SecurityStamp != state.Stamp || !await MaySignIn(http, user, state.Proof, cancel) || !await db.Transaction(s => secondFactor.Take(s, user.Id, code), cancel))
            throw await Refuse(http, user, cancel, "Code or state is wrong. Each code counts once.");
        return await Begin(http, user, state.Proof, upgradedHash: null, withCode: true, cancel);
    }

    /// <summary>Writes down that somebody was refused. The answer is the same whatever was wrong, so that nobody learns which names there are.</summary>
    /// <param name="http">The call.</param>
    /// <param name="user">Whose name was given; null when it is nobody's. What was typed then is not written down: it may be a password in the wrong field.</param>
    /// <param name="cancel">Ends the wait.</param>
    /// <param name="answer">What he is told.</param>
    public async Task<RefusedException> Refuse(HttpContext http, UserRow? user, CancellationToken cancel, string answer = "Name or password is wrong.")
    {
        var address = Cookies.AddressOf(http);
        await db.Transaction(async s =>
        {
            await UsersTable.SignInFailed(s, user?.Id);
            await AuditTable.Insert(s, user?.Id, address, "sign_in", user?.Name, outcome: AuditOutcome.Refused);
        }, cancel);
        Log.SignInRefused(log, address);
        return WrongCredentials(answer);
    }

    /// <summary>The answer to whoever is not let in.</summary>
    public static RefusedException WrongCredentials(string answer = "Name or password is wrong.") => new(StatusCodes.Status401Unauthorized, "wrong_credentials", answer);

    private async Task<SignedIn> Begin(HttpContext http, UserRow user, Proof proof, string? upgradedHash, bool withCode, CancellationToken cancel)
    {
        var address = Cookies.AddressOf(http);
        var before = SignedIn.Of(http);
        var who = await db.Transaction(async s =>
        {
            if (await UsersTable.SignedIn(s, user.Id, user.SecurityStamp) is not { IsDisabled: false, IsExpired: false } now) return null;
            if (upgradedHash is not null) await UsersTable.UpgradeHash(s, user.Id, upgradedHash);
            if (proof is Proof.Password && (await SiteSettingsTable.Read(s)).PasswordDays is > 0 and var days && await UsersTable.PasswordIsOlder(s, user.Id, days))
            {
                await UsersTable.RequireNewPassword(s, user.Id);
                now = now with { MustChangePassword = true };
            }
            if (before is not null) await SessionsTable.End(s, before.Id, before.Session);
            var session = await SessionsTable.Insert(s, user.Id, proof, address, http.Request.Headers.UserAgent);
            AuditTable.InsertLast(s, user.Id, address, "sign_in", user.Name, new { proof, second_factor = withCode, session });
            if (await Sessions.Begun(s, now, session, proof) is not { } begun) return null;
            MaintenanceEndpoints.Check(begun.Account.Maintenance, clock.GetUtcNow());
            return begun;
        }, cancel) ?? throw await Refuse(http, user, cancel);
        if (before is not null) sessions.Forget(before.Id);

        await Cookies.SignIn(http, who.From(address));
        Log.SignedIn(log, who.Id, address);
        return who;
    }

    // From where somebody usually comes, others' guesses don't keep him out: those from there are held up by SignInLimits.
    private async Task<bool> MaySignIn(HttpContext http, UserRow user, Proof proof, CancellationToken cancel) =>
        user is { IsDisabled: false, IsExpired: false }
        && (!user.IsLocked || !IsByPassword(proof) || await db.Read(s => SessionsTable.IsKnown(s, user.Id, Cookies.AddressOf(http)), cancel));

    // Begin asks as well; here, so that nobody uses up a code for it.
    private async Task CheckMaintenance(UserRow user, CancellationToken cancel)
    {
        var concerns = await db.Read(async s => await UsersTable.Caller(s, user.Id, address: null) is { } caller && Maintenance.Serves(caller)
            ? null : await SiteSettingsTable.ReadMaintenance(s), cancel);
        MaintenanceEndpoints.Check(concerns, clock.GetUtcNow());
    }

    // An OpenID provider asks for what it wants to see; a guest has nothing to show.
    private static bool IsByPassword(Proof proof) => proof is Proof.Password or Proof.Ldap;
}
