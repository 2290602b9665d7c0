using System.Text.Json;
using Broker.Core.Access;
using Broker.Core.Database;
using Broker.Core.Requests;
using Broker.Frontend.Hosting;
using Broker.Frontend.SignIn;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Broker.Frontend.Requests;

/// <summary>The queue, as people see it, and the one door into it.</summary>
public static class RequestsEndpoints
{
    private const int MostAtOnce = 500;

    /// <summary>Adds the routes.</summary>
    public static void MapRequests(this IEndpointRouteBuilder app)
    {
        var requests = app.MapGroup("/api/requests").WithTags("requests");
        requests.MapGet("", List).Account().WithName("list_requests").WithSummary("Requests, newest first: administrators see all, others their own").Refuses(400, 401, 403);
        requests.MapGet("/{id:long}", Get).Account().WithName("get_request").WithSummary("One request").Refuses(401, 403, 404);
        requests.MapPost("", Submit).Account().WithName("submit_request").WithSummary("Ask for a command")
            .WithDescription("202 with the new request, or 200 and the header X-Folded: 1 with an equal one that was not taken up yet.").Refuses(400, 401, 403, 404, 409);
        requests.MapDelete("/{id:long}", Cancel).Account().WithName("cancel_request").WithSummary("Take a request back that was not taken up yet").Refuses(400, 401, 403, 404, 409);
        app.MapGet("/api/commands", Commands).Account().WithTags("requests").WithName("list_commands").WithSummary("What can be asked for").Refuses(401, 403);
    }

    private static async Task<Ok<RequestsView>> List(
        SignedIn who, Db db, OneOf<RequestState>? state, string? command, Guid? domain, long? user, long? before_id, int? limit, CancellationToken cancel)
    {
        var rows = await db.Read(s => RequestsTable.List(s, SeesAll(who) ? user : who.Id, state?.Member, command, domain, before_id, Math.Clamp(limit ?? 100, 1, MostAtOnce)), cancel);
        return TypedResults.Ok(new RequestsView([.. rows.Select(RequestView.Of)]));
    }

    private static async Task<Ok<RequestView>> Get(long id, SignedIn who, Db db, CancellationToken cancel) =>
        TypedResults.Ok(RequestView.Of(await db.Read(s => Visible(s, who, id), cancel)));

    private static async Task<Results<Accepted<RequestView>, Ok<RequestView>>> Submit(NewRequest form, SignedIn who, HttpContext http, Db db, CancellationToken cancel)
    {
        var request = Catalogue.Decode(form.Command, form.Args);
        var submitted = await db.Transaction(async s =>
        {
            if (form.AfterId is { } after) await Visible(s, who, after);
            return await RequestWriter.Submit(s, who.Caller, request, form.At, form.AfterId);
        }, cancel);
        var view = RequestView.Of(submitted.Row);
        if (!submitted.IsFolded) return TypedResults.Accepted($"/api/requests/{submitted.Row.Id}", view);
        http.Response.Headers["X-Folded"] = "1";
        return TypedResults.Ok(view);
    }

    private static async Task<Ok<RequestView>> Cancel(long id, SignedIn who, Db db, CancellationToken cancel) =>
        TypedResults.Ok(RequestView.Of(await db.Transaction(async s =>
        {
            var row = await Visible(s, who, id);
            if (!await RequestsTable.Cancel(s, id))
            {
                throw row.HasEnded
                    ? new RefusedException(StatusCodes.Status409Conflict, "already_ended", "It has ended already.")
                    : new RefusedException(StatusCodes.Status409Conflict, "already_working", "It is being done already, so it can't be taken back.");
            }

            return (await RequestsTable.Get(s, id))!;
        }, cancel)));

    private static Ok<CommandsView> Commands(SignedIn who) =>
        TypedResults.Ok(new CommandsView([.. Catalogue.All.Where(c => May.Do(who.Caller, c.Grant, null).IsAllowed)
            .Select(c => new CommandView(c.Word, c.Aliases, c.Lane, c.Summary, JsonSerializer.SerializeToElement(Catalogue.Schema(c))))]));

    private static async Task<RequestRow> Visible(DbSession db, SignedIn who, long id) =>
        await RequestsTable.Get(db, id) is { } row && (row.UserId == who.Id || SeesAll(who))
            ? row
            : throw new RefusedException(StatusCodes.Status404NotFound, "unknown_request", $"There is no request {id}.");

    private static bool SeesAll(SignedIn who) => May.Do(who.Caller, Grant.Operate, null).IsAllowed;
}
