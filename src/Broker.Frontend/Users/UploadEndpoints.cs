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

/// <summary>Many accounts at once.</summary>
public static class UploadEndpoints
{
    private const string ListOfPeople = "CSV with a head, a JSON list of objects, or lines of names, in UTF-8, up to 2 MB and 10,000 entries.";

    /// <summary>Adds the routes.</summary>
    public static void MapUploads(this IEndpointRouteBuilder app) =>
        app.MapPost("/api/users/upload", Users).Granted(Grant.ManageUsers).WithTags("users").WithName("upload_users").WithSummary("Make many accounts, all or none")
            .WithDescription(ListOfPeople + " Columns: " + string.Join(", ", UserUpload.Columns) + ". Who has no password gets one that is made up. With dry_run=true it is only told what would become of each line.")
            .Accepts<string>("text/csv", "text/plain", "application/json").Refuses(400, 401, 403, 409, 413, 429);

    private static async Task<Ok<UserUploadView>> Users(
        SignedIn who, HttpContext http, Db db, SignInLimits limits, CancellationToken cancel, [FromQuery(Name = "dry_run")] bool dryRun = false, OneOf<AccountSource>? source = null)
    {
        var text = await Text(http, cancel);
        var lines = await UserUpload.Run(db, who.Caller, text, source?.Member ?? AccountSource.Local, dryRun, p => limits.Hash(() => Passwords.Hash(p), cancel), cancel);
        if (!dryRun && lines.Where(l => l.Outcome is UploadOutcome.Refused).Select(l => $"Line {l.Line}: {l.Problem}").ToList() is { Count: > 0 } errors)
            throw new RefusedException(StatusCodes.Status400BadRequest, "bad_lines", $"{errors.Count} lines can't be done as they stand, so nothing was done. {errors[0]}") { Errors = errors };
        return TypedResults.Ok(new UserUploadView(!dryRun, lines));
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
