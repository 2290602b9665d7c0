using Broker.Core.Access;
using Broker.Core.Database;
using Broker.Core.Users;
using Broker.Frontend.Hosting;
using Broker.Frontend.SignIn;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Broker.Frontend.Users;

/// <summary>A group of people.</summary>
/// <param name="Id">Key.</param>
/// <param name="Name">What people call it.</param>
/// <param name="Source">Who says who is in it: local groups are changed here, the others are read at each sign-in.</param>
/// <param name="ExternalId">What the directory calls it; null for local ones.</param>
/// <param name="Description">What it is for.</param>
/// <param name="Members">How many are in it.</param>
/// <param name="CreatedAt">When it was made.</param>
public sealed record GroupView(long Id, string Name, AccountSource Source, string? ExternalId, string? Description, int Members, DateTimeOffset CreatedAt)
{
    internal static GroupView Of(UserGroupRow g) => new(g.Id, g.Name, g.Source, g.ExternalId, g.Description, g.Members, g.CreatedAt);
}

/// <summary>All groups, by name.</summary>
public sealed record GroupsView(IReadOnlyList<GroupView> Groups);

/// <summary>A new group.</summary>
/// <param name="Name">What people call it.</param>
/// <param name="Description">What it is for.</param>
/// <param name="Source">Who says who is in it.</param>
/// <param name="ExternalId">What a directory calls it: its distinguished name, or the word in a claim.</param>
public sealed record NewGroup(string Name, string? Description = null, AccountSource Source = AccountSource.Local, string? ExternalId = null);

/// <summary>What a group is for.</summary>
public sealed record GroupDescription(string? Description);

/// <summary>Groups of people.</summary>
public static class GroupsEndpoints
{
    private static readonly Grant[] Readers = [Grant.ViewGroups, Grant.ManageGroups, Grant.Grant];

    /// <summary>Adds the routes.</summary>
    public static void MapGroups(this IEndpointRouteBuilder app)
    {
        var groups = app.MapGroup("/api/groups").WithTags("groups");
        groups.MapGet("", List).Granted(Readers).WithName("list_groups").WithSummary("Groups, by name").Refuses(401, 403);
        groups.MapGet("/{id:long}", Get).Granted(Readers).WithName("get_group").WithSummary("One group").Refuses(401, 403, 404);
        groups.MapPost("", Create).Granted(Grant.ManageGroups).WithName("create_group").WithSummary("Make a group, or make one of a directory known")
            .WithDescription("Who is in a directory's group is found at each sign-in.").Refuses(400, 401, 403, 409);
        groups.MapPut("/{id:long}/description", Describe).Granted(Grant.ManageGroups).WithName("describe_group").WithSummary("Say what a group is for").Refuses(400, 401, 403, 404);
        groups.MapDelete("/{id:long}", Remove).Granted(Grant.ManageGroups).WithName("remove_group").WithSummary("Remove a group")
            .WithDescription("Its members lose what it gives them. It stays while an access rule names it.").Refuses(401, 403, 404, 409);
        groups.MapGet("/{id:long}/members", Members).Granted(Readers).WithName("list_group_members").WithSummary("Who is in a group, by name").Refuses(400, 401, 403, 404);
        groups.MapPut("/{id:long}/members/{user:long}", Add).Granted(Grant.ManageGroups).WithName("add_group_member").WithSummary("Put somebody into a local group")
            .WithDescription("Nobody gives by a group what he could not give by himself.").Refuses(401, 403, 404, 409);
        groups.MapDelete("/{id:long}/members/{user:long}", Take).Granted(Grant.ManageGroups).WithName("remove_group_member").WithSummary("Take somebody out of a local group").Refuses(401, 403, 404, 409);
    }

    /// <summary>The group with this key.</summary>
    /// <exception cref="RefusedException">There is none.</exception>
    internal static async Task<UserGroupRow> Find(DbSession db, long id) =>
        await UserGroupsTable.Get(db, id) ?? throw new RefusedException(StatusCodes.Status404NotFound, "unknown_group", $"There is no group {id}.");

    private static async Task<Ok<GroupsView>> List(Db db, CancellationToken cancel) =>
        TypedResults.Ok(new GroupsView([.. (await db.Read(UserGroupsTable.All, cancel)).Select(GroupView.Of)]));

    private static async Task<Ok<GroupView>> Get(long id, Db db, CancellationToken cancel) => TypedResults.Ok(GroupView.Of(await db.Read(s => Find(s, id), cancel)));

    private static async Task<Created<GroupView>> Create(NewGroup form, SignedIn who, Db db, CancellationToken cancel)
    {
        var group = await db.Transaction(s => UserGroups.Create(s, who.Caller, form.Name, form.Source, form.ExternalId, form.Description), cancel);
        return TypedResults.Created($"/api/groups/{group.Id}", GroupView.Of(group));
    }

    private static async Task<Ok<GroupView>> Describe(long id, GroupDescription form, SignedIn who, Db db, CancellationToken cancel) =>
        TypedResults.Ok(GroupView.Of(await db.Transaction(async s =>
        {
            await UserGroups.Describe(s, who.Caller, await Find(s, id), form.Description);
            return await Find(s, id);
        }, cancel)));

    private static async Task<NoContent> Remove(long id, SignedIn who, Db db, Sessions sessions, CancellationToken cancel)
    {
        await db.Transaction(async s => await UserGroups.Remove(s, who.Caller, await Find(s, id)), cancel);
        sessions.Forget(null);
        return TypedResults.NoContent();
    }

    private static async Task<Ok<UsersView>> Members(long id, Db db, string? q, int? skip, int? limit, CancellationToken cancel)
    {
        await db.Read(s => Find(s, id), cancel);
        return TypedResults.Ok(await UsersEndpoints.Page(db, new UserFilter { Group = id, Text = string.IsNullOrWhiteSpace(q) ? null : q.Trim() }, skip, limit, cancel));
    }

    private static Task<Ok<GroupView>> Add(long id, long user, SignedIn who, Db db, Sessions sessions, CancellationToken cancel) =>
        ChangeMember(id, user, db, sessions, (s, group, person) => UserGroups.Add(s, who.Caller, group, person), cancel);

    private static Task<Ok<GroupView>> Take(long id, long user, SignedIn who, Db db, Sessions sessions, CancellationToken cancel) =>
        ChangeMember(id, user, db, sessions, (s, group, person) => UserGroups.Remove(s, who.Caller, group, person), cancel);

    private static async Task<Ok<GroupView>> ChangeMember(long id, long user, Db db, Sessions sessions, Func<DbSession, UserGroupRow, UserRow, Task> change, CancellationToken cancel)
    {
        var group = await db.Transaction(async s =>
        {
            await change(s, await Find(s, id), await UsersEndpoints.Find(s, user));
            return await Find(s, id);
        }, cancel);
        sessions.Forget(user);
        return TypedResults.Ok(GroupView.Of(group));
    }
}
