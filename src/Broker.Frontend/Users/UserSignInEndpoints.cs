using Broker.Core.Access;
using Broker.Core.Audit;
using Broker.Core.Database;
using Broker.Core.Users;
using Broker.Frontend.Hosting;
using Broker.Frontend.SignIn;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Broker.Frontend.Users;

/// <summary>How somebody signs in, for those who manage users.</summary>
/// <param name="ExpiresAt">When the account ends; null for never.</param>
/// <param name="PasswordSetAt">When his password was set.</param>
/// <param name="IsLocked">After too many failed sign-ins none counts for a while.</param>
/// <param name="FailedSignIns">Sign-ins in a row that failed.</param>
/// <param name="SecondFactorSince">Since when he needs a second factor; null when he has none.</param>
/// <param name="Sessions">Where he is signed in.</param>
/// <param name="Tokens">His tokens for programs.</param>
public sealed record UserSignInView(
    DateTimeOffset? ExpiresAt, DateTimeOffset? PasswordSetAt, bool IsLocked, int FailedSignIns, DateTimeOffset? SecondFactorSince, IReadOnlyList<SessionItem> Sessions, IReadOnlyList<TokenView> Tokens);

/// <summary>When an account ends.</summary>
/// <param name="ExpiresAt">Null for never.</param>
public sealed record AccountExpiry(DateTimeOffset? ExpiresAt);

/// <summary>What those who manage users may change of how somebody signs in. Of an administrator only administrators may, and nobody by a token.</summary>
public static class UserSignInEndpoints
{
    /// <summary>Adds the routes.</summary>
    public static void MapUserSignIn(this IEndpointRouteBuilder app)
    {
        var user = app.MapGroup("/api/users/{id:long}").WithTags("users");
        user.MapGet("/sign-in", Get).Granted(Grant.ManageUsers).WithName("get_user_sign_in").WithSummary("How somebody signs in, and where he is signed in").Refuses(401, 403, 404);
        user.MapDelete("/sessions", EndAll).Granted(Grant.ManageUsers).WithName("end_user_sessions").WithSummary("Sign somebody out everywhere").Refuses(401, 403, 404);
        user.MapDelete("/sessions/{session:guid}", End).Granted(Grant.ManageUsers).WithName("end_user_session").WithSummary("Sign somebody out there").Refuses(401, 403, 404);
        user.MapDelete("/tokens/{token:long}", RemoveToken).Granted(Grant.ManageUsers).WithName("remove_user_token").WithSummary("Take somebody's token away").Refuses(401, 403, 404);
        user.MapDelete("/second-factor", RemoveSecondFactor).Granted(Grant.ManageUsers).WithName("remove_user_second_factor").WithSummary("Let somebody sign in without his second factor; his sessions end").Refuses(401, 403, 404);
        user.MapPost("/unlock", Unlock).Granted(Grant.ManageUsers).WithName("unlock_user").WithSummary("Let somebody's sign-ins count again after too many that failed").Refuses(401, 403, 404);
        user.MapPut("/expiry", SetExpiry).Granted(Grant.ManageUsers).WithName("set_user_expiry").WithSummary("Say when an account ends").Refuses(400, 401, 403, 404, 409);
    }

    private static async Task<Ok<UserSignInView>> Get(long id, SignedIn who, Db db, CancellationToken cancel) =>
        TypedResults.Ok(await db.Read(async s =>
        {
            var user = await Target(s, id, who, toChange: false);
            return new UserSignInView(user.ExpiresAt, user.PasswordSetAt, user.IsLocked, user.FailedSignIns, (await SecondFactorsTable.Get(s, id))?.CreatedAt,
                [.. (await SessionsTable.OpenOf(s, id)).Select(r => SessionItem.Of(r, who))], [.. (await ApiTokensTable.Of(s, id)).Select(TokenView.Of)]);
        }, cancel));

    private static Task<NoContent> EndAll(long id, SignedIn who, Db db, Sessions sessions, CancellationToken cancel) =>
        Change(id, who, db, sessions, "user_sessions_ended", null, (s, _) => SessionsTable.EndAll(s, id), cancel);

    private static Task<NoContent> End(long id, Guid session, SignedIn who, Db db, Sessions sessions, CancellationToken cancel) =>
        Change(id, who, db, sessions, "user_session_ended", new { user = id, session }, async (s, _) =>
        {
            if (!await SessionsTable.End(s, id, session)) throw SessionsEndpoints.NoSession();
        }, cancel);

    private static Task<NoContent> RemoveToken(long id, long token, SignedIn who, Db db, Sessions sessions, CancellationToken cancel) =>
        Change(id, who, db, sessions, "user_token_removed", new { user = id, token }, async (s, _) =>
        {
            if (!await ApiTokensTable.Remove(s, id, token)) throw TokensEndpoints.NoToken();
        }, cancel);

    private static Task<NoContent> RemoveSecondFactor(long id, SignedIn who, Db db, Sessions sessions, CancellationToken cancel) =>
        Change(id, who, db, sessions, "user_second_factor_removed", null, async (s, user) =>
        {
            await Granting.CheckTakingOver(s, who.Caller, user); // half of what proves who he is, as his password is
            if (!await SecondFactorsTable.Remove(s, id)) throw new RefusedException(StatusCodes.Status404NotFound, "unknown_second_factor", $"{user.Name} has no second factor.");
            await SessionsTable.EndAll(s, id);
        }, cancel);

    private static Task<NoContent> Unlock(long id, SignedIn who, Db db, Sessions sessions, CancellationToken cancel) =>
        Change(id, who, db, sessions, "user_unlocked", null, (s, _) => UsersTable.Unlock(s, id), cancel);

    private static Task<NoContent> SetExpiry(long id, AccountExpiry form, SignedIn who, Db db, Sessions sessions, CancellationToken cancel) =>
        Change(id, who, db, sessions, "user_expiry_set", new { user = id, form.ExpiresAt }, (s, user) =>
        {
            if (user.IsAdmin && form.ExpiresAt is not null)
                throw new RefusedException(StatusCodes.Status409Conflict, "is_admin", $"{user.Name} is an administrator: such an account does not end by itself. Let him be none first, or disable him.");
            return UsersTable.SetExpiry(s, id, form.ExpiresAt);
        }, cancel);

    private static async Task<NoContent> Change(
        long id, SignedIn who, Db db, Sessions sessions, string action, object? details, Func<DbSession, UserRow, Task> change, CancellationToken cancel)
    {
        await db.Transaction(async s =>
        {
            var user = await Target(s, id, who, toChange: true);
            await change(s, user);
            await AuditTable.Insert(s, who.Id, who.Caller.Address, action, user.Name, details ?? new { user = id });
        }, cancel);
        sessions.Forget(id);
        return TypedResults.NoContent();
    }

    private static async Task<UserRow> Target(DbSession db, long id, SignedIn who, bool toChange)
    {
        if (who.Token is not null) throw new RefusedException(StatusCodes.Status403Forbidden, "not_in_scope", "No token is good for how people sign in.");
        if (await UsersTable.PersonName(db, id) is null || await UsersTable.Get(db, id) is not { } user) throw new RefusedException(StatusCodes.Status404NotFound, "unknown_user", $"There is no user {id}.");
        return !toChange || who.Caller.IsAdmin || !user.IsAdmin ? user
            : throw new RefusedException(StatusCodes.Status403Forbidden, "not_allowed", "How an administrator signs in is for administrators to change.");
    }
}
