using System.Text;
using Broker.Core.Access;
using Broker.Core.Database;
using Broker.Core.Users;
using Broker.Frontend.Hosting;
using Broker.Frontend.SignIn;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;

namespace Broker.Frontend.Users;

/// <summary>What becomes of a list of people.</summary>
/// <param name="IsDone">It was done; else it was only looked at.</param>
/// <param name="Lines">Of each line what becomes of it, with passwords that were made up: they are told once.</param>
public sealed record UserUploadView(bool IsDone, IReadOnlyList<UploadLine> Lines);

/// <summary>What becomes of a list of groups' members.</summary>
/// <param name="IsDone">It was done; else it was only looked at.</param>
/// <param name="Lines">Of each line what becomes of it; one that names several groups or people is there for each.</param>
/// <param name="Groups">Of each group that the list names what becomes of it, by name.</param>
public sealed record GroupUploadView(bool IsDone, IReadOnlyList<MemberLine> Lines, IReadOnlyList<GroupChange> Groups);

/// <summary>Many accounts, or members of groups, at once.</summary>
public static class UploadEndpoints
{
    private const string ListOfPeople = "CSV with a head, a JSON list of objects, or lines of names, in UTF-8, up to 2 MB and 10,000 entries.";

    /// <summary>Adds the routes.</summary>
    public static void MapUploads(this IEndpointRouteBuilder app)
    {
        app.MapPost("/api/users/upload", Users).Granted(Grant.ManageUsers).WithTags("users").WithName("upload_users").WithSummary("Make many accounts, all or none")
            .WithDescription(ListOfPeople + " Columns: " + string.Join(", ", UserUpload.Columns) + ". Who has no password gets one that is made up. With dry_run=true it is only told what would become of each line.")
            .Accepts<string>("text/csv", "text/plain", "application/json").Refuses(400, 401, 403, 409, 413, 429);
        app.MapPost("/api/groups/upload", Members).Granted(Grant.ManageGroups).WithTags("groups").WithName("upload_group_members")
            .WithSummary("Put many people into local groups, all or none")
            .WithDescription(ListOfPeople + " Columns: " + string.Join(", ", GroupUpload.Columns) + ", each with one name or several with | between them. "
                + "group is the key of the group of those of whom the list does not say it. Groups that are not there are made. "
                + "With flush=true the members of each group that the list names become exactly those that it names; a line without a name is for a group without any. "
                + "With remove_empty=true groups that the list names and that nobody is in afterwards are removed. "
                + "With dry_run=true it is only told what would become of each line and group.")
            .Accepts<string>("text/csv", "text/plain", "application/json").Refuses(400, 401, 403, 404, 409, 413);
    }

    private static async Task<Ok<UserUploadView>> Users(
        SignedIn who, HttpContext http, Db db, SignInLimits limits, CancellationToken cancel, [FromQuery(Name = "dry_run")] bool dryRun = false, OneOf<AccountSource>? source = null)
    {
        var text = await Text(http, cancel);
        var lines = await UserUpload.Run(db, who.Caller, text, source?.Member ?? AccountSource.Local, dryRun, p => limits.Hash(() => Passwords.Hash(p), cancel), cancel);
        if (!dryRun) Check(lines.Where(l => l.Outcome is UploadOutcome.Refused).Select(l => (l.Line, l.Problem)));
        return TypedResults.Ok(new UserUploadView(!dryRun, lines));
    }

    private static async Task<Ok<GroupUploadView>> Members(
        SignedIn who, HttpContext http, Db db, Sessions sessions, CancellationToken cancel,
        [FromQuery(Name = "dry_run")] bool dryRun = false, long? group = null, bool flush = false, [FromQuery(Name = "remove_empty")] bool removeEmpty = false)
    {
        var text = await Text(http, cancel);
        var usual = group is { } id ? (await db.Read(s => GroupsEndpoints.Find(s, id), cancel)).Name : null;
        var (lines, groups) = await GroupUpload.Run(db, who.Caller, text, new GroupUploadTerms(usual, flush, removeEmpty), dryRun, cancel);
        if (!dryRun) Check(lines.Where(l => l.Outcome is MemberOutcome.Refused).Select(l => (l.Line, l.Problem)));
        sessions.Forget(null);
        return TypedResults.Ok(new GroupUploadView(!dryRun, lines, groups));
    }

    private static void Check(IEnumerable<(int Line, string? Problem)> refused)
    {
        if (refused.Select(l => $"Line {l.Line}: {l.Problem}").ToList() is not { Count: > 0 } errors) return;
        var said = $"{errors.Count} {(errors.Count == 1 ? "line" : "lines")} can't be done as they stand, so nothing was done. {errors[0]}";
        throw new RefusedException(StatusCodes.Status400BadRequest, "bad_lines", said) { Errors = errors };
    }

    private static async Task<string> Text(HttpContext http, CancellationToken cancel)
    {
        http.Features.GetRequiredFeature<IHttpMaxRequestBodySizeFeature>().MaxRequestBodySize = UploadText.LargestBytes;
        try
        {
            using var reader = new StreamReader(http.Request.Body, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true));
            return await reader.ReadToEndAsync(cancel);
        }
        catch (DecoderFallbackException)
        {
            throw new RefusedException(StatusCodes.Status400BadRequest, "bad_lines", "The list is not in UTF-8. Save it as \"CSV UTF-8\".");
        }
    }
}
