using System.Globalization;
using Broker.Core.Database;
using Broker.Frontend.Hosting;
using Broker.Frontend.SignIn;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Net.Http.Headers;

namespace Broker.Frontend.Domains;

/// <summary>The last pictures of screens.</summary>
internal static class Pictures
{
    /// <summary>Answers with a domain's picture, for a base that is the last one before it was prepared.</summary>
    public static async Task<FileContentHttpResult> Answer(Guid id, SignedIn who, HttpContext http, Db db, CancellationToken cancel)
    {
        var picture = await db.Read(async s =>
        {
            await DomainsEndpoints.Visible(s, who.Caller, id);
            return await s.First<Picture>("SELECT taken_at, png FROM screenshots WHERE domain_id = @id", new { id });
        }, cancel) ?? throw new RefusedException(StatusCodes.Status404NotFound, "no_picture", "There is no picture of its screen yet.");

        // kept by this browser only, and shown again only after asking whether it still may be
        http.Response.Headers.CacheControl = "private, no-cache";
        var tag = new EntityTagHeaderValue(string.Create(CultureInfo.InvariantCulture, $"\"{picture.TakenAt.UtcTicks:x}\""));
        return TypedResults.File(picture.Png, "image/png", lastModified: null, entityTag: tag);
    }

    private sealed record Picture
    {
        public required DateTimeOffset TakenAt { get; init; }

        public required byte[] Png { get; init; }
    }
}
