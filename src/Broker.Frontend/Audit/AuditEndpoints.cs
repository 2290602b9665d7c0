using System.Text;
using System.Text.Json;
using Broker.Core.Access;
using Broker.Core.Audit;
using Broker.Core.Database;
using Broker.Frontend.Hosting;
using Broker.Frontend.SignIn;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Broker.Frontend.Audit;

/// <summary>Something that somebody did, or wanted to.</summary>
/// <param name="Id">Key, in the order of writing.</param>
/// <param name="At">When.</param>
/// <param name="UserId">Who; null for the command line and for what nobody had signed in for.</param>
/// <param name="UserName">His sign-in name then.</param>
/// <param name="Address">The client's address.</param>
/// <param name="Action">A fixed word: a command's, or that of a change of rows.</param>
/// <param name="Subject">The name of what it was done to, then.</param>
/// <param name="DomainId">The machine it was about.</param>
/// <param name="Details">More; differs by action.</param>
/// <param name="Outcome">What came of it.</param>
/// <param name="Code">A fixed word for why not.</param>
public sealed record AuditEntry(
    long Id,
    DateTimeOffset At,
    long? UserId,
    string? UserName,
    string? Address,
    string Action,
    string? Subject,
    Guid? DomainId,
    JsonElement? Details,
    AuditOutcome Outcome,
    string? Code);

/// <summary>What people did, newest first.</summary>
/// <param name="Entries">Some of it.</param>
/// <param name="Next">Where to read on (<c>before</c>); null at the end.</param>
public sealed record AuditView(IReadOnlyList<AuditEntry> Entries, long? Next);

/// <summary>The words that occur as actions.</summary>
public sealed record AuditActions(IReadOnlyList<string> Actions);

/// <summary>Who did what to what, from where, and what came of it. Reading only: rows are written with what they tell of.</summary>
public static class AuditEndpoints
{
    private const int MostAtOnce = 500;
    private const int PieceOfExport = 2000;

    /// <summary>Adds the routes.</summary>
    public static void MapAudit(this IEndpointRouteBuilder app)
    {
        var audit = app.MapGroup("/api/audit").WithTags("audit");
        audit.MapGet("", List).Granted(Grant.ReadAudit).WithName("list_audit").WithSummary("Who did what, newest first").Refuses(400, 401, 403);
        audit.MapGet("/actions", Actions).Granted(Grant.ReadAudit).WithName("list_audit_actions").WithSummary("The words that occur as actions").Refuses(401, 403);
        audit.MapGet("/export", Export).Granted(Grant.ReadAudit).WithName("export_audit").WithSummary("All that fits, as CSV (RFC 4180), newest first")
            .Produces<string>(StatusCodes.Status200OK, "text/csv").Refuses(400, 401, 403);
    }

    private static async Task<Ok<AuditView>> List(
        Db db, string? user, string? action, OneOf<AuditOutcome>? outcome, Guid? domain, string? text, DateTimeOffset? from, DateTimeOffset? until, long? before, int? limit, CancellationToken cancel)
    {
        var most = Math.Clamp(limit ?? 100, 1, MostAtOnce);
        var rows = await db.Read(s => AuditTable.List(s, Filter(user, action, outcome, domain, text, from, until), before, most), cancel);
        return TypedResults.Ok(new AuditView(
            [.. rows.Select(r => new AuditEntry(r.Id, r.At, r.UserId, r.UserName, r.Address, r.Action, r.Subject, r.DomainId, r.Details, r.Outcome, r.Code))],
            rows.Count == most ? rows[^1].Id : null));
    }

    private static async Task<Ok<AuditActions>> Actions(Db db, CancellationToken cancel) => TypedResults.Ok(new AuditActions(await db.Read(AuditTable.Actions, cancel)));

    // In pieces, each a read of its own: however much it is, neither side holds more than a piece.
    private static async Task Export(
        SignedIn who, HttpContext http, Db db, string? user, string? action, OneOf<AuditOutcome>? outcome, Guid? domain, string? text, DateTimeOffset? from, DateTimeOffset? until, CancellationToken cancel)
    {
        var filter = Filter(user, action, outcome, domain, text, from, until);
        await db.Transaction(s => AuditTable.Insert(s, who.Id, who.Caller.Address, "export_audit", null, filter), cancel);
        http.Response.ContentType = "text/csv; charset=utf-8";
        http.Response.Headers.ContentDisposition = "attachment; filename=\"audit.csv\"";
        await using var writer = new StreamWriter(http.Response.Body, new UTF8Encoding(encoderShouldEmitUTF8Identifier: true), leaveOpen: true);
        await AuditCsv.Write(writer, (before, token) => db.Read(s => AuditTable.List(s, filter, before, PieceOfExport), token), cancel);
    }

    private static AuditFilter Filter(string? user, string? action, OneOf<AuditOutcome>? outcome, Guid? domain, string? text, DateTimeOffset? from, DateTimeOffset? until) => new()
    {
        User = Given(user),
        Action = Given(action),
        Outcome = outcome?.Member,
        Domain = domain,
        Text = Given(text),
        From = from,
        Until = until,
    };

    private static string? Given(string? text) => string.IsNullOrWhiteSpace(text) ? null : text.Trim();
}
