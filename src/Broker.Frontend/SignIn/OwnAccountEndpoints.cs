using Broker.Core.Database;
using Broker.Core.Settings;
using Broker.Core.Users;
using Broker.Frontend.Hosting;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Broker.Frontend.SignIn;

/// <summary>What Broker knows of the caller.</summary>
/// <param name="Name">Sign-in name.</param>
/// <param name="DisplayName">The name people read.</param>
/// <param name="IsAdmin">May do everything.</param>
/// <param name="Source">Who says that it is him.</param>
/// <param name="ExpiresAt">When the account ends; null when it does not end by itself.</param>
/// <param name="PasswordExpiresAt">From then on the password has to be changed at the next sign-in; null when it counts for ever, or is known elsewhere.</param>
/// <param name="LastSignInAt">When he last signed in.</param>
/// <param name="Groups">Names of the groups that he is in.</param>
public sealed record OwnAccount(
    string Name, string DisplayName, bool IsAdmin, AccountSource Source, DateTimeOffset? ExpiresAt, DateTimeOffset? PasswordExpiresAt, DateTimeOffset? LastSignInAt,
    IReadOnlyList<string> Groups);

/// <summary>The own account.</summary>
public static class OwnAccountEndpoints
{
    /// <summary>Adds the route.</summary>
    public static void MapOwnAccount(this IEndpointRouteBuilder app) =>
        app.MapGroup("/api/session/account").WithTags("session").MapGet("", Get).Account().WithName("get_own_account").WithSummary("The own account").Refuses(401, 403);

    private static async Task<Ok<OwnAccount>> Get(SignedIn who, Db db, CancellationToken cancel) =>
        TypedResults.Ok(await db.Read(async s =>
        {
            var user = await UsersTable.Get(s, who.Id) ?? throw new RefusedException(StatusCodes.Status401Unauthorized, "not_signed_in", "Sign in first.");
            var days = (await SiteSettingsTable.Read(s)).PasswordDays;
            var groups = await s.Query<string>(
                "SELECT g.name FROM user_groups g JOIN group_members m ON m.group_id = g.id WHERE m.user_id = @Id ORDER BY g.name", new { who.Id });
            DateTimeOffset? passwordExpires = days > 0 && user.Source is AccountSource.Local ? (user.PasswordSetAt ?? user.CreatedAt).AddDays(days) : null;
            return new OwnAccount(user.Name, user.DisplayName, user.IsAdmin, user.Source, user.ExpiresAt, passwordExpires, user.LastSignInAt, groups);
        }, cancel));
}
