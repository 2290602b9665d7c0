using Broker.Core.Access;
using Broker.Core.Database;
using Broker.Core.Domains;
using Broker.Core.Limits;
using Broker.Core.Users;
using Broker.Frontend.Hosting;
using Broker.Frontend.SignIn;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Broker.Frontend.Limits;

/// <summary>How much people may have.</summary>
public static class LimitsEndpoints
{
    /// <summary>Adds the routes.</summary>
    public static void MapLimits(this IEndpointRouteBuilder app)
    {
        app.MapGet("/api/session/limits", Mine).Account().WithTags("limits").WithName("get_own_limits").WithSummary("What the caller may have, and has").Refuses(401, 403);
        app.MapGet("/api/users/{id:long}/limits", OfUser).Granted(Grant.ManageUsers).WithTags("limits").WithName("get_user_limits")
            .WithSummary("What somebody may have, and has").Refuses(401, 403, 404);
        app.MapPut("/api/users/{id:long}/limits", SetUser).Granted(Grant.Grant).WithTags("limits").WithName("put_user_limits").WithSummary("Say how much somebody may have")
            .WithDescription("What is left out or null is as his groups have it, or everybody. Nobody gives more than he may have himself.").Refuses(400, 401, 403, 404);
        app.MapGet("/api/groups/{id:long}/limits", OfGroup).Granted(Grant.ViewGroups).WithTags("limits").WithName("get_group_limits")
            .WithSummary("How much each of a group's people may have").Refuses(401, 403, 404);
        app.MapPut("/api/groups/{id:long}/limits", SetGroup).Granted(Grant.Grant).WithTags("limits").WithName("put_group_limits").WithSummary("Say how much each of a group's people may have")
            .WithDescription("Of several groups the largest counts. Nobody gives more than he may have himself.").Refuses(400, 401, 403, 404);
    }

    /// <summary>A start that would end other desktops has to be confirmed.</summary>
    /// <exception cref="RefusedException"><c>over_limit</c>, which names them.</exception>
    internal static async Task MustBeConfirmed(DbSession db, Caller caller, DomainRow starting)
    {
        if (!May.Do(caller, Grant.Start, starting).IsAllowed) return;
        var ended = await StartLimit.WouldEnd(db, starting);
        if (ended.Count == 0) return;
        // whoever uses somebody else's desktop does not learn what else that one has
        var names = starting.OwnerId == caller.UserId || caller.IsAdmin ? ended.Select(d => d.Alias ?? d.Name).ToList() : [];
        var what = names.Count > 0 ? string.Join(", ", names) : ended.Count == 1 ? "another desktop of its owner" : $"{ended.Count} other desktops of its owner";
        var most = (await LimitsTable.Of(db, starting.OwnerId)).Start.Most;
        throw new RefusedException(StatusCodes.Status409Conflict, "over_limit",
            $"{(most == 1 ? "Only one desktop" : $"Only {most} desktops")} may run at a time: {what} would be ended for {starting.Alias ?? starting.Name}. Ask again with confirm to go on.")
        {
            Errors = names.Count > 0 ? names : null,
        };
    }

    private static async Task<Ok<LimitsReport>> Mine(SignedIn who, Db db, CancellationToken cancel) =>
        TypedResults.Ok(await db.Read(s => LimitsReport.Of(s, who.Id), cancel));

    private static async Task<Ok<LimitsReport>> OfUser(long id, Db db, CancellationToken cancel) =>
        TypedResults.Ok(await db.Read(async s =>
        {
            await Person(s, id);
            return await LimitsReport.Of(s, id);
        }, cancel));

    private static async Task<Ok<LimitsReport>> SetUser(long id, LimitSet form, SignedIn who, Db db, CancellationToken cancel) =>
        TypedResults.Ok(await db.Transaction(async s =>
        {
            var name = await Person(s, id);
            await LimitsTable.SetUser(s, who.Caller, id, name, form);
            return await LimitsReport.Of(s, id);
        }, cancel));

    private static async Task<Ok<LimitSet>> OfGroup(long id, Db db, CancellationToken cancel) =>
        TypedResults.Ok(await db.Read(async s =>
        {
            await Group(s, id);
            return await LimitsTable.OfGroup(s, id);
        }, cancel));

    private static async Task<Ok<LimitSet>> SetGroup(long id, LimitSet form, SignedIn who, Db db, CancellationToken cancel) =>
        TypedResults.Ok(await db.Transaction(async s =>
        {
            var name = await Group(s, id);
            await LimitsTable.SetGroup(s, who.Caller, id, name, form);
            return form;
        }, cancel));

    private static async Task<string> Person(DbSession db, long id) =>
        await UsersTable.PersonName(db, id) ?? throw new RefusedException(StatusCodes.Status404NotFound, "unknown_user", $"There is no user {id}.");

    private static async Task<string> Group(DbSession db, long id) =>
        (await UserGroupsTable.Get(db, id))?.Name ?? throw new RefusedException(StatusCodes.Status404NotFound, "unknown_group", $"There is no group {id}.");
}
