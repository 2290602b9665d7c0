using System.Text.Json;
using Broker.Core.Access;
using Broker.Core.Database;
using Broker.Core.Domains;
using Broker.Core.Requests;
using Broker.Core.Requests.Domains;
using Broker.Core.Users;
using Broker.Frontend.Audit;
using Broker.Frontend.Hosting;
using Broker.Frontend.Limits;
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
        requests.MapGet("", List).Account().WithName("list_requests").WithSummary("Requests, newest first")
            .WithDescription("Those who look after the hosts see all, others their own; of a machine that they see (domain) also what somebody else has asked: "
                + "not who, from where, and with which arguments.").Refuses(400, 401, 403);
        requests.MapGet("/{id:long}", Get).Account().WithName("get_request").WithSummary("One request, with its steps")
            .WithDescription("One's own, or what somebody else has asked for a machine that one sees: of that one, not who asked, from where, and with which arguments.").Refuses(401, 403, 404);
        requests.MapPost("", Submit).Account().WithName("submit_request").WithSummary("Ask for a command")
            .WithDescription("202 with the new request, or 200 and the header X-Folded: 1 with an equal one that was not taken up yet.").Refuses(400, 401, 403, 404, 409);
        requests.MapDelete("/{id:long}", Cancel).Account().WithName("cancel_request").WithSummary("Take a request back")
            .WithDescription("A back end does it within half a second when nothing was done yet, else between two steps, and undoes what was done.").Refuses(400, 401, 403, 404, 409);
        requests.MapPost("/{id:long}/retry", Retry).Account().WithName("retry_request").WithSummary("Ask again for what failed or was taken back").Refuses(400, 401, 403, 404, 409);
        app.MapGet("/api/commands", Commands).Account().WithTags("requests").WithName("list_commands").WithSummary("What can be asked for").Refuses(401, 403);
    }

    private static async Task<Ok<RequestsView>> List(
        SignedIn who, Db db, OneOf<RequestState>[]? state, string? command, Guid? domain, string? user, string? text, long? cause, long? before, int? limit, CancellationToken cancel)
    {
        var views = await db.Read(async s =>
        {
            var (whose, names) = (who.Id as long?, true);
            if (SeesAll(who)) whose = user is null ? null : (await UsersTable.Find(s, user))?.Id ?? 0;
            else if (domain is { } id && await Sees(s, who, id)) (whose, names) = (null, false);
            return await RequestView.Of(s, await RequestsTable.List(
                s, whose, [.. (state ?? []).Select(word => word.Member)], command, domain, before, Math.Clamp(limit ?? 100, 1, MostAtOnce), text, cause, names), who.Caller);
        }, cancel);
        return TypedResults.Ok(new RequestsView(views));
    }

    private static async Task<Ok<RequestView>> Get(long id, SignedIn who, Db db, CancellationToken cancel) =>
        TypedResults.Ok(await db.Read(async s => await RequestView.Whole(s, await Readable(s, who, id), who.Caller), cancel));

    private static async Task<Results<Accepted<RequestView>, Ok<RequestView>>> Submit(NewRequest form, SignedIn who, HttpContext http, Db db, ILoggerFactory logs, CancellationToken cancel)
    {
        var request = Catalogue.Decode(form.Command, form.Args);
        http.Features.Set(new Deed(Catalogue.Of(request).Word, request.JudgedOn()));
        return Answer(http, logs, who, await db.Transaction(async s =>
        {
            if (form.AfterId is { } after) await Visible(s, who, after);
            if (form is { Confirm: false, At: null } && request is StartDomain start && await DomainsTable.Get(s, start.Domain) is { } domain) await LimitsEndpoints.MustBeConfirmed(s, who.Caller, domain);
            return await RequestWriter.Submit(s, who.Caller, request, form.At, form.AfterId, form.AfterOk ?? true, form.Force ?? false, form.Priority);
        }, cancel));
    }

    private static async Task<Results<Accepted<RequestView>, Ok<RequestView>>> Retry(long id, SignedIn who, HttpContext http, Db db, ILoggerFactory logs, CancellationToken cancel) =>
        Answer(http, logs, who, await db.Transaction(async s => await RequestWriter.Retry(s, who.Caller, await Visible(s, who, id)), cancel));

    private static async Task<Ok<RequestView>> Cancel(long id, SignedIn who, Db db, CancellationToken cancel) =>
        TypedResults.Ok(RequestView.Of(await db.Transaction(async s =>
        {
            var row = await Visible(s, who, id);
            if (who.Token is not null && !May.Do(who.Caller, Grant.Operate, null).IsAllowed && (Catalogue.Find(row.Command) is not { } command || !who.Caller.IsInScope(command.Grant)))
                throw new RefusedException(StatusCodes.Status403Forbidden, "not_in_scope", $"The token that asks is not good for {row.Command}.");
            if (!await RequestsTable.Cancel(s, id, who.Id)) throw new RefusedException(StatusCodes.Status409Conflict, "already_ended", "It has ended already.");
            return (await RequestsTable.Get(s, id))!;
        }, cancel), who.Caller));

    private static Results<Accepted<RequestView>, Ok<RequestView>> Answer(HttpContext http, ILoggerFactory logs, SignedIn who, Submitted submitted)
    {
        var view = RequestView.Of(submitted.Row, who.Caller);
        if (!submitted.IsFolded)
        {
            Log.Asked(logs, submitted.Row);
            return TypedResults.Accepted($"/api/requests/{submitted.Row.Id}", view);
        }

        http.Response.Headers["X-Folded"] = "1";
        return TypedResults.Ok(view);
    }

    private static Ok<CommandsView> Commands(SignedIn who) =>
        TypedResults.Ok(new CommandsView([.. Catalogue.All.Where(c => May.Do(who.Caller, c.Grant, null).IsAllowed)
            .Select(c => new CommandView(c.Word, c.Aliases, c.Lane, c.Summary, JsonSerializer.SerializeToElement(Catalogue.Schema(c))))]));

    private static async Task<RequestRow> Visible(DbSession db, SignedIn who, long id) =>
        await RequestsTable.Get(db, id) is { } row && RequestView.IsInCharge(who.Caller, row) ? row : throw Unknown(id);

    // Whoever opens his desktop while somebody else is at it was given that request, and follows it.
    private static async Task<RequestRow> Readable(DbSession db, SignedIn who, long id) =>
        await RequestsTable.Get(db, id) is { } row
        && (RequestView.IsInCharge(who.Caller, row) || (row.DomainId is { } about && await Sees(db, who, about)))
            ? row
            : throw Unknown(id);

    // What is done to a base is not for all those whom it was published to.
    private static async Task<bool> Sees(DbSession db, SignedIn who, Guid id) =>
        await DomainsTable.Get(db, id) is { } domain && May.Do(who.Caller, Grant.View, domain).IsAllowed
        && (!domain.IsBase || who.Caller.Reach(Grant.View).Covers(who.Id, domain.OwnerId, domain.BaseOwnerId));

    private static RefusedException Unknown(long id) => new(StatusCodes.Status404NotFound, "unknown_request", $"There is no request {id}.");

    private static bool SeesAll(SignedIn who) => May.Do(who.Caller, Grant.Operate, null).IsAllowed;
}
