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
/// <param name="Source">Who knows his password.</param>
/// <param name="MustChangePassword">Has to choose a password before anything else.</param>
/// <param name="ExpiresAt">When the account ends; null when it does not.</param>
/// <param name="IsLocked">Was refused so often that he has to wait before he tries again.</param>
/// <param name="FactsAt">When the directory, or the OpenID provider, last told of him; his attributes and its groups are as they were then. Null for accounts of Broker's own, and when it does not know him any more.</param>
public sealed record UserView(
    long Id, string Name, string DisplayName, bool IsAdmin, bool IsTemporary, bool IsDisabled, DateTimeOffset CreatedAt, DateTimeOffset? LastSignInAt,
    AccountSource Source, bool MustChangePassword, DateTimeOffset? ExpiresAt, bool IsLocked, DateTimeOffset? FactsAt)
{
    internal static UserView Of(UserRow u) =>
        new(u.Id, u.Name, u.DisplayName, u.IsAdmin, u.IsTemporary, u.IsDisabled, u.CreatedAt, u.LastSignInAt, u.Source, u.MustChangePassword, u.ExpiresAt, u.IsLocked, u.FactsAt);
}

/// <summary>Accounts, by name.</summary>
/// <param name="Users">Those of this page.</param>
/// <param name="Total">How many there are in all.</param>
public sealed record UsersView(IReadOnlyList<UserView> Users, int Total);

/// <summary>An account with what hangs on it.</summary>
/// <param name="User">The account.</param>
/// <param name="Groups">The groups that he is in.</param>
/// <param name="Machines">What he owns.</param>
public sealed record UserDetails(UserView User, IReadOnlyList<NamedGroup> Groups, IReadOnlyList<NamedMachine> Machines);

/// <summary>A group by its name.</summary>
public sealed record NamedGroup(long Id, string Name);

/// <summary>A machine by its name.</summary>
public sealed record NamedMachine(Guid Id, string Name);

/// <summary>Another name for people to read.</summary>
public sealed record DisplayNameChange(string DisplayName);

/// <summary>Whether somebody is an administrator.</summary>
public sealed record AdminChange(bool IsAdmin);

/// <summary>Whether somebody can't sign in.</summary>
public sealed record DisabledChange(bool IsDisabled);

/// <summary>Another password.</summary>
/// <param name="Password">The password.</param>
/// <param name="MustChangePassword">Has to choose another one at the next sign-in.</param>
public sealed record PasswordReset(string Password, bool MustChangePassword = true);

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
    private const int MostAtOnce = 500;

    /// <summary>Adds the routes.</summary>
    public static void MapUsers(this IEndpointRouteBuilder app)
    {
        var users = app.MapGroup("/api/users").WithTags("users");
        users.MapGet("", List).Granted(Grant.ManageUsers, Grant.ManageGroups, Grant.Grant).WithName("list_users").WithSummary("Accounts, by name").Refuses(400, 401, 403);
        users.MapGet("/{id:long}", Get).Granted(Grant.ManageUsers, Grant.ManageGroups, Grant.Grant).WithName("get_user").WithSummary("One account, its groups and machines").Refuses(401, 403, 404);
        users.MapPost("", Create).Granted(Grant.ManageUsers).WithName("create_user").WithSummary("Make a local account").Refuses(400, 401, 403, 409);
        users.MapPut("/{id:long}/display-name", SetDisplayName).Granted(Grant.ManageUsers).WithName("set_display_name").WithSummary("Change the name that people read").Refuses(400, 401, 403, 404);
        users.MapPut("/{id:long}/admin", SetAdmin).Granted(Grant.ManageUsers).WithName("set_admin").WithSummary("Make somebody an administrator, or take that away")
            .WithDescription("Only administrators do. The last one who can sign in stays one. His sessions end.").Refuses(400, 401, 403, 404, 409);
        users.MapPut("/{id:long}/disabled", SetDisabled).Granted(Grant.ManageUsers).WithName("set_disabled").WithSummary("Let somebody sign in no more, or again")
            .WithDescription("His sessions end; what he has asked for and has not begun is refused. The last administrator who can sign in stays.").Refuses(400, 401, 403, 404, 409);
        users.MapPut("/{id:long}/password", SetPassword).Granted(Grant.ManageUsers).WithName("set_password").WithSummary("Set somebody's password")
            .WithDescription("For those who reach as far as he does. His sessions end. An account is removed by the command remove_user.").Refuses(400, 401, 403, 404, 409);
    }

    /// <summary>The person with this key.</summary>
    /// <exception cref="RefusedException">There is none.</exception>
    internal static async Task<UserRow> Find(DbSession db, long id) =>
        await UsersTable.Person(db, id) ?? throw new RefusedException(StatusCodes.Status404NotFound, "unknown_user", $"There is no user {id}.");

    private static async Task<Ok<UsersView>> List(
        Db db, string? q, bool? admin, bool? disabled, OneOf<AccountSource>? source, long? group, int? skip, int? limit, CancellationToken cancel)
    {
        var filter = new UserFilter { Text = string.IsNullOrWhiteSpace(q) ? null : q.Trim(), IsAdmin = admin, IsDisabled = disabled, Source = source?.Member, Group = group };
        return TypedResults.Ok(await Page(db, filter, skip, limit, cancel));
    }

    /// <summary>A page of the people that a filter means.</summary>
    internal static async Task<UsersView> Page(Db db, UserFilter filter, int? skip, int? limit, CancellationToken cancel)
    {
        var (users, total) = await db.Read(s => UsersTable.List(s, filter, Math.Max(0, skip ?? 0), Math.Clamp(limit ?? 100, 1, MostAtOnce)), cancel);
        return new UsersView([.. users.Select(UserView.Of)], total);
    }

    private static async Task<Ok<UserDetails>> Get(long id, Db db, CancellationToken cancel) => TypedResults.Ok(await db.Read(async s =>
    {
        var user = await Find(s, id);
        return new UserDetails(UserView.Of(user),
            [.. (await UserGroupsTable.Of(s, id)).Select(g => new NamedGroup(g.Id, g.Name))], [.. (await UsersTable.MachinesOf(s, id)).Select(m => new NamedMachine(m.Id, m.Name))]);
    }, cancel));

    private static Task<Ok<UserView>> SetDisplayName(long id, DisplayNameChange form, SignedIn who, Db db, Sessions sessions, CancellationToken cancel) =>
        Change(id, db, sessions, (s, user) => UserAdministration.SetDisplayName(s, who.Caller, user, form.DisplayName), cancel);

    private static Task<Ok<UserView>> SetAdmin(long id, AdminChange form, SignedIn who, Db db, Sessions sessions, CancellationToken cancel) =>
        Change(id, db, sessions, (s, user) => UserAdministration.SetAdmin(s, who.Caller, user, form.IsAdmin), cancel);

    private static Task<Ok<UserView>> SetDisabled(long id, DisabledChange form, SignedIn who, Db db, Sessions sessions, CancellationToken cancel) =>
        Change(id, db, sessions, (s, user) => UserAdministration.SetDisabled(s, who.Caller, user, form.IsDisabled), cancel);

    private static async Task<Ok<UserView>> SetPassword(long id, PasswordReset form, SignedIn who, Db db, Sessions sessions, SignInLimits limits, CancellationToken cancel)
    {
        var name = (await db.Read(s => Find(s, id), cancel)).Name;
        if (Passwords.Problems(form.Password, name).ToList() is { Count: > 0 } problems)
            throw new RefusedException(StatusCodes.Status400BadRequest, "weak_password", string.Join(' ', problems)) { Errors = problems };
        var hash = await limits.Hash(() => Passwords.Hash(form.Password), cancel);
        return await Change(id, db, sessions, (s, user) => UserAdministration.SetPassword(s, who.Caller, user, hash, form.MustChangePassword), cancel);
    }

    private static async Task<Ok<UserView>> Change(long id, Db db, Sessions sessions, Func<DbSession, UserRow, Task> change, CancellationToken cancel)
    {
        var user = await db.Transaction(async s =>
        {
            await change(s, await Find(s, id));
            return await Find(s, id);
        }, cancel);
        sessions.Forget(id);
        return TypedResults.Ok(UserView.Of(user));
    }

    private static async Task<Created<UserView>> Create(NewUser form, SignedIn who, Db db, SignInLimits limits, CancellationToken cancel)
    {
        var name = form.Name.Trim();
        var displayName = string.IsNullOrWhiteSpace(form.DisplayName) ? name : form.DisplayName.Trim();
        var problems = Problems(name, displayName).Concat(Passwords.Problems(form.Password, name)).ToList();
        if (problems.Count > 0) throw new RefusedException(StatusCodes.Status400BadRequest, "bad_arguments", string.Join(' ', problems)) { Errors = problems };
        // nobody gives away more than he has
        if (form.IsAdmin && who.Caller is not { IsAdmin: true, Scopes: null }) throw new RefusedException(StatusCodes.Status403Forbidden, "not_allowed", "Only administrators make administrators.");

        var hash = await limits.Hash(() => Passwords.Hash(form.Password), cancel);
        try
        {
            var user = await db.Transaction(async s =>
            {
                var id = await UsersTable.Insert(s, name, displayName, hash, form.IsAdmin, form.MustChangePassword);
                await AuditTable.Insert(s, who.Id, who.Caller.Address, "create_user", name, new { user = id, is_admin = form.IsAdmin });
                return (await UsersTable.Get(s, id))!;
            }, cancel);
            return TypedResults.Created((string?)null, UserView.Of(user));
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
        foreach (var problem in UserAdministration.DisplayNameProblems(displayName)) yield return problem;
    }
}
