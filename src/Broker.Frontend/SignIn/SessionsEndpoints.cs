using Broker.Core.Audit;
using Broker.Core.Database;
using Broker.Core.Users;
using Broker.Frontend.Hosting;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;

namespace Broker.Frontend.SignIn;

/// <summary>A sign-in that stands.</summary>
/// <param name="Id">Key.</param>
/// <param name="Proof">How he proved who he is.</param>
/// <param name="Address">Where from.</param>
/// <param name="UserAgent">What the browser says of itself, shortened.</param>
/// <param name="CreatedAt">When.</param>
/// <param name="SeenAt">When it was last used, to the minute.</param>
/// <param name="ExpiresAt">When it ends unless it is used before.</param>
/// <param name="IsThis">It is the one of this call.</param>
public sealed record SessionItem(Guid Id, Proof Proof, string? Address, string? UserAgent, DateTimeOffset CreatedAt, DateTimeOffset SeenAt, DateTimeOffset ExpiresAt, bool IsThis)
{
    internal static SessionItem Of(SessionRow row, SignedIn who) => new(row.Id, row.Proof, row.Address, row.UserAgent, row.CreatedAt, row.SeenAt, row.ExpiresAt, row.Id == who.Session);
}

/// <summary>Sign-ins that stand, the one that was last used first.</summary>
public sealed record SessionsView(IReadOnlyList<SessionItem> Sessions);

/// <summary>Where one is signed in.</summary>
public static class SessionsEndpoints
{
    /// <summary>Adds the routes.</summary>
    public static void MapSessions(this IEndpointRouteBuilder app)
    {
        var sessions = app.MapGroup("/api/sessions").WithTags("session");
        sessions.MapGet("", List).Person().WithName("list_sessions").WithSummary("Where one is signed in").Refuses(401, 403);
        sessions.MapDelete("", EndAll).Person().WithName("end_sessions").WithSummary("Sign out everywhere, or everywhere else").Refuses(400, 401, 403);
        sessions.MapDelete("/{id:guid}", End).Person().WithName("end_session").WithSummary("Sign out there").Refuses(401, 403, 404);
    }

    private static async Task<Ok<SessionsView>> List(SignedIn who, Db db, CancellationToken cancel) =>
        TypedResults.Ok(new SessionsView([.. (await db.Read(s => SessionsTable.OpenOf(s, who.Id), cancel)).Select(r => SessionItem.Of(r, who))]));

    private static async Task<NoContent> End(Guid id, SignedIn who, Db db, Sessions sessions, CancellationToken cancel)
    {
        await db.Transaction(async s =>
        {
            if (!await SessionsTable.End(s, who.Id, id)) throw NoSession();
            await AuditTable.Insert(s, who.Id, who.Caller.Address, "session_ended", who.Account.Name, new { session = id });
        }, cancel);
        sessions.Forget(who.Id);
        return TypedResults.NoContent();
    }

    private static async Task<NoContent> EndAll(SignedIn who, Db db, Sessions sessions, CancellationToken cancel, [FromQuery(Name = "keep_this")] bool keepThis = false)
    {
        await db.Transaction(async s =>
        {
            var ended = await SessionsTable.EndAll(s, who.Id, keepThis ? who.Session : null);
            await AuditTable.Insert(s, who.Id, who.Caller.Address, "sessions_ended", who.Account.Name, new { ended });
        }, cancel);
        sessions.Forget(who.Id);
        return TypedResults.NoContent();
    }

    internal static RefusedException NoSession() => new(StatusCodes.Status404NotFound, "unknown_session", "There is no such session, or it has ended.");
}
