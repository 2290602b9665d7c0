using Broker.Core.Access;
using Broker.Core.Audit;
using Broker.Core.Database;
using Broker.Core.Users;
using Broker.Frontend.Hosting;
using Broker.Frontend.SignIn;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Broker.Frontend.Users;

/// <summary>An account.</summary>
/// <param name="Id">Key.</param>
/// <param name="Name">Sign-in name.</param>
/// <param name="DisplayName">The name people read.</param>
/// <param name="IsAdmin">May do everything.</param>
/// <param name="IsTemporary">He goes with his last machine, or after a day without any.</param>
/// <param name="IsDisabled">Can't sign in.</param>
/// <param name="CreatedAt">When it was made.</param>
/// <param name="LastSignInAt">When he was last here.</param>
public sealed record UserView(long Id, string Name, string DisplayName, bool IsAdmin, bool IsTemporary, bool IsDisabled, DateTimeOffset CreatedAt, DateTimeOffset? LastSignInAt);

/// <summary>All accounts, by name.</summary>
public sealed record UsersView(IReadOnlyList<UserView> Users);

/// <summary>A new local account.</summary>
/// <param name="Name">Sign-in name.</param>
/// <param name="Password">Its first password.</param>
/// <param name="DisplayName">The name people read; the sign-in name when left out.</param>
/// <param name="IsAdmin">May do everything.</param>
/// <param name="MustChangePassword">Has to choose another password at the first sign-in.</param>
public sealed record NewUser(string Name, string Password, string? DisplayName = null, bool IsAdmin = false, bool MustChangePassword = true);

/// <summary>Accounts.</summary>
public static class UsersEndpoints
{
    private const int LongestName = 64;
    private const int LongestDisplayName = 190;

    /// <summary>Adds the routes.</summary>
    public static void MapUsers(this IEndpointRouteBuilder app)
    {
        var users = app.MapGroup("/api/users").WithTags("users");
        users.MapGet("", List).Granted(Grant.ManageUsers).WithName("list_users").WithSummary("Accounts").Refuses(401, 403);
        users.MapPost("", Create).Granted(Grant.ManageUsers).WithName("create_user").WithSummary("Make a local account").Refuses(400, 401, 403, 409);
    }

    private static async Task<Ok<UsersView>> List(Db db, CancellationToken cancel) =>
        TypedResults.Ok(new UsersView([.. (await db.Read(UsersTable.All, cancel)).Select(View)]));

    private static async Task<Created<UserView>> Create(NewUser form, SignedIn who, Db db, SignInLimits limits, CancellationToken cancel)
    {
        var name = form.Name.Trim();
        var displayName = string.IsNullOrWhiteSpace(form.DisplayName) ? name : form.DisplayName.Trim();
        var problems = Problems(name, displayName).Concat(Passwords.Problems(form.Password, name)).ToList();
        if (problems.Count > 0) throw new RefusedException(StatusCodes.Status400BadRequest, "bad_arguments", string.Join(' ', problems)) { Errors = problems };
        // nobody gives away more than he has
        if (form.IsAdmin && !who.Caller.IsAdmin) throw new RefusedException(StatusCodes.Status403Forbidden, "not_allowed", "Only administrators make administrators.");

        var hash = await limits.Hash(() => Passwords.Hash(form.Password), cancel);
        try
        {
            var user = await db.Transaction(async s =>
            {
                var id = await UsersTable.Insert(s, name, displayName, hash, form.IsAdmin, form.MustChangePassword);
                await AuditTable.Insert(s, who.Id, who.Caller.Address, "create_user", name, new { user = id, is_admin = form.IsAdmin });
                return (await UsersTable.Get(s, id))!;
            }, cancel);
            return TypedResults.Created((string?)null, View(user));
        }
        catch (Exception e) when (Db.IsDuplicateKey(e))
        {
            throw new RefusedException(StatusCodes.Status409Conflict, "name_taken", $"There is already an account called {name}. Choose another name.");
        }
    }

    private static IEnumerable<string> Problems(string name, string displayName)
    {
        if (name.Length is 0 or > LongestName) yield return $"A sign-in name has 1 to {LongestName} characters.";
        if (!name.All(c => char.IsLetterOrDigit(c) || c is '.' or '_' or '-' or '@')) yield return "A sign-in name has letters, digits, dot, dash, underscore and @.";
        if (displayName.Length > LongestDisplayName) yield return $"A name has at most {LongestDisplayName} characters.";
        if (displayName.Any(char.IsControl)) yield return "A name has no control characters.";
    }

    private static UserView View(UserRow u) => new(u.Id, u.Name, u.DisplayName, u.IsAdmin, u.IsTemporary, u.IsDisabled, u.CreatedAt, u.LastSignInAt);
}
