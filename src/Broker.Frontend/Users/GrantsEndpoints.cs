using Broker.Core.Access;
using Broker.Core.Database;
using Broker.Core.Users;
using Broker.Frontend.Hosting;
using Broker.Frontend.SignIn;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Broker.Frontend.Users;

/// <summary>Where what somebody has of a grant comes from.</summary>
public enum GrantSource
{
    /// <summary>He is an administrator.</summary>
    Admin,

    /// <summary>It was set for himself.</summary>
    Own,

    /// <summary>A group of his gives it.</summary>
    Group,

    /// <summary>Everybody has it, or has it not.</summary>
    Everybody,
}

/// <summary>What a group gives.</summary>
/// <param name="Group">Its name.</param>
/// <param name="Reach">How far it goes.</param>
public sealed record GroupReach(string Group, Reach Reach);

/// <summary>What somebody has of a grant, and why: his own row counts; without one, the largest of his groups' rows; without any, what everybody has.</summary>
/// <param name="Grant">The grant.</param>
/// <param name="IsAboutMachines">Of what is not, one has none or all.</param>
/// <param name="Reach">How far he reaches.</param>
/// <param name="Source">Where that comes from.</param>
/// <param name="Group">The group, when one gives it.</param>
/// <param name="Own">What was set for himself; null when nothing was.</param>
/// <param name="Groups">What each of his groups gives.</param>
/// <param name="Default">What everybody has.</param>
/// <param name="Most">How far the caller reaches himself: nobody gives or takes more.</param>
public sealed record UserGrant(
    Grant Grant, bool IsAboutMachines, Reach Reach, GrantSource Source, string? Group, Reach? Own, IReadOnlyList<GroupReach> Groups, Reach Default, Reach Most);

/// <summary>All that somebody was granted.</summary>
public sealed record UserGrants(IReadOnlyList<UserGrant> Grants);

/// <summary>What a group gives its members.</summary>
/// <param name="Grant">The grant.</param>
/// <param name="IsAboutMachines">Of what is not, one has none or all.</param>
/// <param name="Reach">How far they reach by it; null when it says nothing of that.</param>
/// <param name="Default">What everybody has.</param>
/// <param name="Most">How far the caller reaches himself: nobody gives or takes more.</param>
public sealed record GroupGrantView(Grant Grant, bool IsAboutMachines, Reach? Reach, Reach Default, Reach Most);

/// <summary>All that a group gives.</summary>
public sealed record GroupGrants(IReadOnlyList<GroupGrantView> Grants);

/// <summary>How far somebody is to reach.</summary>
public sealed record ReachToBe(Reach Reach);

/// <summary>Who was granted what.</summary>
public static class GrantsEndpoints
{
    /// <summary>Adds the routes.</summary>
    public static void MapGrants(this IEndpointRouteBuilder app)
    {
        const string NoMore = "Nobody gives or takes what he does not hold as far himself, and only administrators change an administrator.";
        var users = app.MapGroup("/api/users/{id:long}/grants").WithTags("grants");
        users.MapGet("", OfUser).Granted(Grant.ManageUsers, Grant.Grant).WithName("get_user_grants").WithSummary("What somebody may do, how far, and why").Refuses(401, 403, 404);
        users.MapPut("/{grant}", SetForUser).Granted(Grant.Grant).WithName("set_user_grant").WithSummary("Set how far somebody reaches, whatever his groups give").WithDescription(NoMore).Refuses(400, 401, 403, 404);
        users.MapDelete("/{grant}", ResetForUser).Granted(Grant.Grant).WithName("reset_user_grant").WithSummary("Let somebody have what his groups give, or everybody has").WithDescription(NoMore).Refuses(400, 401, 403, 404);

        var groups = app.MapGroup("/api/groups/{id:long}/grants").WithTags("grants");
        groups.MapGet("", OfGroup).Granted(Grant.ViewGroups, Grant.ManageGroups, Grant.Grant).WithName("get_group_grants").WithSummary("What a group gives its members").Refuses(401, 403, 404);
        groups.MapPut("/{grant}", SetForGroup).Granted(Grant.Grant).WithName("set_group_grant").WithSummary("Set how far a group's members reach").WithDescription(NoMore).Refuses(400, 401, 403, 404);
        groups.MapDelete("/{grant}", ResetForGroup).Granted(Grant.Grant).WithName("reset_group_grant").WithSummary("Let a group say nothing of a grant").WithDescription(NoMore).Refuses(400, 401, 403, 404);
    }

    private static async Task<Ok<UserGrants>> OfUser(long id, SignedIn who, Db db, CancellationToken cancel) =>
        TypedResults.Ok(await db.Read(async s => await View(s, await UsersEndpoints.Find(s, id), who.Caller), cancel));

    private static Task<Ok<UserGrants>> SetForUser(long id, OneOf<Grant> grant, ReachToBe form, SignedIn who, Db db, Sessions sessions, CancellationToken cancel) =>
        ChangeUser(id, grant.Member, form.Reach, who, db, sessions, cancel);

    private static Task<Ok<UserGrants>> ResetForUser(long id, OneOf<Grant> grant, SignedIn who, Db db, Sessions sessions, CancellationToken cancel) =>
        ChangeUser(id, grant.Member, null, who, db, sessions, cancel);

    private static async Task<Ok<UserGrants>> ChangeUser(long id, Grant grant, Reach? reach, SignedIn who, Db db, Sessions sessions, CancellationToken cancel)
    {
        var view = await db.Transaction(async s =>
        {
            var user = await UsersEndpoints.Find(s, id);
            await Granting.Set(s, who.Caller, user, grant, reach);
            return await View(s, user, who.Caller);
        }, cancel);
        sessions.Forget(id);
        return TypedResults.Ok(view);
    }

    private static async Task<Ok<GroupGrants>> OfGroup(long id, SignedIn who, Db db, CancellationToken cancel) =>
        TypedResults.Ok(await db.Read(async s => await View(s, await GroupsEndpoints.Find(s, id), who.Caller), cancel));

    private static Task<Ok<GroupGrants>> SetForGroup(long id, OneOf<Grant> grant, ReachToBe form, SignedIn who, Db db, Sessions sessions, CancellationToken cancel) =>
        ChangeGroup(id, grant.Member, form.Reach, who, db, sessions, cancel);

    private static Task<Ok<GroupGrants>> ResetForGroup(long id, OneOf<Grant> grant, SignedIn who, Db db, Sessions sessions, CancellationToken cancel) =>
        ChangeGroup(id, grant.Member, null, who, db, sessions, cancel);

    private static async Task<Ok<GroupGrants>> ChangeGroup(long id, Grant grant, Reach? reach, SignedIn who, Db db, Sessions sessions, CancellationToken cancel)
    {
        var view = await db.Transaction(async s =>
        {
            var group = await GroupsEndpoints.Find(s, id);
            await Granting.Set(s, who.Caller, group, grant, reach);
            return await View(s, group, who.Caller);
        }, cancel);
        sessions.Forget(null);
        return TypedResults.Ok(view);
    }

    private static async Task<UserGrants> View(DbSession db, UserRow user, Caller caller)
    {
        var (own, groups) = await UsersTable.GrantsOf(db, user.Id);
        var given = groups.ToLookup(g => g.Grant);
        var all = Holdings.Resolve(own, groups);
        return new UserGrants([.. Enum.GetValues<Grant>().Select(g =>
        {
            var set = own.TryGetValue(g, out var reach) ? reach : (Reach?)null;
            var source = user.IsAdmin ? GrantSource.Admin : set is not null ? GrantSource.Own : given[g].Any() ? GrantSource.Group : GrantSource.Everybody;
            return new UserGrant(g, Holdings.IsAboutMachines(g), user.IsAdmin ? Reach.All : all[g].Reach, source, source is GrantSource.Group ? Holdings.Largest(given[g]).Group : null,
                set, [.. given[g].Select(x => new GroupReach(x.Group, x.Reach))], Holdings.Default(g), caller.Reach(g));
        })]);
    }

    private static async Task<GroupGrants> View(DbSession db, UserGroupRow group, Caller caller)
    {
        var given = await UserGroupsTable.GrantsOf(db, group.Id);
        return new GroupGrants([.. Enum.GetValues<Grant>().Select(g =>
            new GroupGrantView(g, Holdings.IsAboutMachines(g), given.TryGetValue(g, out var reach) ? reach : null, Holdings.Default(g), caller.Reach(g)))]);
    }
}
