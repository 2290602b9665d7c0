using Broker.Core.Audit;
using Broker.Core.Access;
using Broker.Core.Database;
using Broker.Core.Directory;
using Broker.Core.Settings;
using Broker.Core.Users;
using Broker.Frontend.Hosting;
using Broker.Frontend.Settings;
using Microsoft.AspNetCore.Antiforgery;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Broker.Frontend.SignIn;

/// <summary>Who is signed in.</summary>
/// <param name="SignedIn">Somebody is.</param>
/// <param name="CsrfToken">What each change has to carry in the header X-CSRF-Token. A new sign-in brings a new one.</param>
/// <param name="User">Who it is.</param>
/// <param name="Maintenance">A time in which only those who look after the hosts are served, also one that is to come.</param>
public sealed record SessionView(bool SignedIn, string CsrfToken, SessionUser? User, MaintenanceView? Maintenance);

/// <summary>The person who is signed in.</summary>
/// <param name="Id">Key of the account.</param>
/// <param name="Name">Sign-in name.</param>
/// <param name="DisplayName">The name people read.</param>
/// <param name="IsAdmin">May do everything.</param>
/// <param name="MustChangePassword">Can do nothing else before choosing a new password.</param>
/// <param name="MustEnrolSecondFactor">Can do nothing else before setting up a second factor.</param>
/// <param name="Language">Language of the portal; null when none was chosen.</param>
/// <param name="Source">Who knows his password: Broker, the directory, an OpenID provider.</param>
/// <param name="FactsAt">When that one last told of him; his groups and attributes are as they were then. Null for accounts of Broker's own.</param>
/// <param name="Grants">How far he reaches with each grant, by its word; those that he has nothing of are left out.</param>
public sealed record SessionUser(
    long Id, string Name, string DisplayName, bool IsAdmin, bool MustChangePassword, bool MustEnrolSecondFactor, string? Language, AccountSource Source, DateTimeOffset? FactsAt,
    IReadOnlyDictionary<string, Reach> Grants);

/// <summary>A name and a password.</summary>
public sealed record SignInForm(string Name, string Password);

/// <summary>The second half of a sign-in.</summary>
/// <param name="State">What the first half was answered with.</param>
/// <param name="Code">What the authenticator shows, or a recovery code.</param>
public sealed record SignInCode(string State, string Code);

/// <summary>The password so far, and the new one.</summary>
public sealed record PasswordChange(string CurrentPassword, string NewPassword);

/// <summary>A language of the portal.</summary>
public sealed record LanguageChange(PortalLanguage Language);

/// <summary>The languages the portal speaks.</summary>
public enum PortalLanguage
{
    /// <summary>English.</summary>
    En,

    /// <summary>Catalan.</summary>
    Ca,

    /// <summary>Spanish.</summary>
    Es,
}

/// <summary>Signing in and out.</summary>
public static class SessionEndpoints
{
    private const int LongestName = 190;
    private const int LongestPassword = 256;

    /// <summary>Adds what signing in needs.</summary>
    public static void AddSignIn(this WebApplicationBuilder builder, LdapDirectory directory)
    {
        builder.AddCookies();
        // made by a function, so that it is ended with the front end
        builder.Services.AddSingleton(_ => directory);
        builder.Services.AddSingleton<DirectoryPasswords>();
        builder.Services.AddSingleton<DirectoryRefresh>();
        builder.Services.AddHostedService(services => services.GetRequiredService<DirectoryRefresh>());
        DatabaseKeys.Add(builder);
        builder.Services.AddSingleton<SignInLimits>();
        builder.Services.AddSingleton<PasswordCheck>();
        builder.Services.AddSingleton<SecondFactor>();
        builder.Services.AddSingleton<SignInFlow>();
        builder.Services.AddSingleton<RecentProof>();
    }

    /// <summary>Adds the routes.</summary>
    public static void MapSession(this IEndpointRouteBuilder app)
    {
        var session = app.MapGroup("/api/session").WithTags("session");
        session.MapGet("", Get).Anybody().WithName("get_session").WithSummary("Who is signed in");
        session.MapPost("", SignIn).Anybody().WithName("sign_in").WithSummary("Sign in")
            .WithDescription("401 with the code second_factor_required and a state: POST /api/session/second-factor takes that state and a code.").Refuses(400, 401, 403, 429, 503);
        session.MapPost("/second-factor", SignInWithCode).Anybody().WithName("sign_in_with_code").WithSummary("Go on signing in with the code of an authenticator or a recovery code").Refuses(400, 401, 429);
        session.MapDelete("", SignOut).AnyAccount().DuringMaintenance().WithName("sign_out").WithSummary("Sign out").Refuses(401);
        session.MapPut("/password", ChangePassword).AnyAccount().WithName("change_password").WithSummary("Change the own password; all other sessions of the account end").Refuses(400, 401, 403, 429);
        session.MapPut("/language", ChooseLanguage).AnyAccount().WithName("choose_language").WithSummary("Choose the portal's language").Refuses(400, 401);
    }

    private static async Task<Ok<SessionView>> Get(HttpContext http, Db db, TimeProvider clock, IAntiforgery antiforgery, CancellationToken cancel) =>
        TypedResults.Ok(await View(http, db, clock, antiforgery, SignedIn.Of(http), cancel));

    private static async Task<Ok<SessionView>> SignIn(
        SignInForm form, HttpContext http, Db db, PasswordCheck passwords, SignInFlow flow, SignInLimits limits, TimeProvider clock, IAntiforgery antiforgery, ILoggerFactory logs, CancellationToken cancel)
    {
        var name = form.Name.Trim();
        if (name.Length > LongestName || form.Password.Length > LongestPassword) throw SignInFlow.WrongCredentials();
        var attempt = Begin(limits, name, http, logs);
        PasswordVerdict verdict;
        try
        {
            verdict = await passwords.Check(name, form.Password, cancel);
        }
        catch (Exception e) when (e is RefusedException or DatabaseUnavailableException)
        {
            attempt.Withdraw();
            throw;
        }

        if (verdict is not { User: { } user, Proof: { } proof })
        {
            var refusal = await flow.Refuse(http, verdict.User, cancel);
            throw verdict.Instead ?? refusal;
        }
        SignedIn who;
        try
        {
            who = await flow.Finish(http, user, proof, verdict.UpgradedHash, cancel);
        }
        catch (RefusedException e) when (e.State is not null || e.Status == StatusCodes.Status503ServiceUnavailable)
        {
            attempt.Withdraw(); // neither failed nor done: what failed before still counts
            throw;
        }

        attempt.Succeeded();
        return TypedResults.Ok(await View(http, db, clock, antiforgery, who, cancel));
    }

    private static async Task<Ok<SessionView>> SignInWithCode(
        SignInCode form, HttpContext http, Db db, SecondFactor secondFactor, SignInFlow flow, SignInLimits limits, TimeProvider clock, IAntiforgery antiforgery, ILoggerFactory logs, CancellationToken cancel)
    {
        if (secondFactor.Read(form.State) is not { } state || await db.Read(s => UsersTable.Get(s, state.User), cancel) is not { } user)
            throw SignInFlow.WrongCredentials("Code or state is wrong. Begin again with name and password.");
        var attempt = Begin(limits, user.Name, http, logs);
        var who = await flow.FinishWithCode(http, user, state, form.Code, cancel);
        attempt.Succeeded();
        return TypedResults.Ok(await View(http, db, clock, antiforgery, who, cancel));
    }

    private static SignInLimits.Attempt Begin(SignInLimits limits, string name, HttpContext http, ILoggerFactory logs)
    {
        try
        {
            return limits.Begin(name, http.Connection.RemoteIpAddress);
        }
        catch (RefusedException e) when (e.RetryAfter is { } wait)
        {
            Log.SignInsSlowedDown(logs.CreateLogger(typeof(SessionEndpoints)), Cookies.AddressOf(http), wait);
            throw;
        }
    }

    private static async Task<NoContent> SignOut(SignedIn who, HttpContext http, Db db, Sessions sessions)
    {
        await db.Transaction(async s =>
        {
            await SessionsTable.End(s, who.Id, who.Session);
            // nobody can come back as the same guest: his desktop goes
            if (who.Caller.GuestOf is not null) await UsersTable.SetDisabled(s, who.Id, true);
            await AuditTable.Insert(s, who.Id, who.Caller.Address, "sign_out", who.Account.Name);
        });
        sessions.Forget(who.Id);
        await http.SignOutAsync(Cookies.Scheme);
        return TypedResults.NoContent();
    }

    private static async Task<NoContent> ChangePassword(PasswordChange form, SignedIn who, HttpContext http, Db db, Sessions sessions, SignInLimits limits, CancellationToken cancel)
    {
        var address = who.Caller.Address;
        var attempt = limits.Begin(who.Account.Name, http.Connection.RemoteIpAddress);
        var problems = Passwords.Problems(form.NewPassword, who.Account.Name).ToList();
        if (form.NewPassword == form.CurrentPassword) problems.Add("The new password is another one than the old.");
        if (form.CurrentPassword.Length > LongestPassword) throw NotTheCurrent();
        var user = await db.Read(s => UsersTable.Get(s, who.Id), cancel);
        if (!await limits.Hash(() => Passwords.Fits(user?.PasswordHash, form.CurrentPassword, out _), cancel))
        {
            await db.Transaction(s => AuditTable.Insert(s, who.Id, address, "change_password", who.Account.Name, outcome: AuditOutcome.Refused), cancel);
            throw NotTheCurrent();
        }

        attempt.Succeeded();
        if (problems.Count > 0)
            throw new RefusedException(StatusCodes.Status400BadRequest, "weak_password", string.Join(' ', problems)) { Errors = problems };

        var hash = await limits.Hash(() => Passwords.Hash(form.NewPassword), cancel);
        await db.Transaction(async s =>
        {
            await UsersTable.SetPassword(s, who.Id, hash, mustChangePassword: false, who.Session);
            await AuditTable.Insert(s, who.Id, address, "change_password", who.Account.Name);
        }, cancel);
        sessions.Forget(who.Id);
        return TypedResults.NoContent();
    }

    private static async Task<NoContent> ChooseLanguage(LanguageChange form, SignedIn who, Db db, Sessions sessions, CancellationToken cancel)
    {
        await db.Transaction(s => UsersTable.SetLanguage(s, who.Id, Core.Word.Of(form.Language)), cancel);
        sessions.Forget(who.Id);
        return TypedResults.NoContent();
    }

    private static async Task<SessionView> View(HttpContext http, Db db, TimeProvider clock, IAntiforgery antiforgery, SignedIn? who, CancellationToken cancel) =>
        new(who is not null, antiforgery.GetAndStoreTokens(http).RequestToken!,
            who is not { Account: var account } ? null : new SessionUser(account.Id, account.Name, account.DisplayName, account.IsAdmin, account.MustChangePassword, account.MustEnrolSecondFactor, account.Language, account.Source, account.FactsAt,
                Enum.GetValues<Grant>().Select(g => (Grant: g, Reach: who.Caller.Reach(g))).Where(g => g.Reach is not Reach.None).ToDictionary(g => Core.Word.Of(g.Grant), g => g.Reach)),
            MaintenanceView.Of(await db.Read(SiteSettingsTable.ReadMaintenance, cancel), clock.GetUtcNow()));

    private static RefusedException NotTheCurrent() => new(StatusCodes.Status403Forbidden, "wrong_credentials", "That is not your current password.");
}
