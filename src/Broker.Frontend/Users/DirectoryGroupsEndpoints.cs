using Broker.Core.Access;
using Broker.Core.Directory;
using Broker.Frontend.Hosting;
using Broker.Frontend.SignIn;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Broker.Frontend.Users;

/// <summary>Groups of the directory that could be registered here.</summary>
/// <param name="Groups">Those with the text in their name.</param>
/// <param name="IsMore">There are more than were asked for: narrow the text.</param>
public sealed record DirectoryGroupsView(IReadOnlyList<DirectoryGroup> Groups, bool IsMore);

/// <summary>What the directory knows that is of use to those who manage groups.</summary>
public static class DirectoryGroupsEndpoints
{
    private const int LongestText = 100;
    private const int Most = 200;

    /// <summary>Adds the route.</summary>
    public static void MapDirectoryGroups(this IEndpointRouteBuilder app) =>
        app.MapGet("/api/directory/groups", List).Granted(Grant.ManageGroups).WithTags("groups").WithName("list_directory_groups")
            .WithSummary("Groups of the directory, by a part of their name").Refuses(400, 401, 403, 503);

    private static async Task<Ok<DirectoryGroupsView>> List(LdapDirectory directory, CancellationToken cancel, string text = "", int limit = 50)
    {
        if (text.Length > LongestText || limit is < 1 or > Most)
            throw new RefusedException(StatusCodes.Status400BadRequest, "bad_arguments", $"text has at most {LongestText} characters, limit is between 1 and {Most}.");
        try
        {
            var groups = await directory.Groups(text.Trim(), limit + 1, cancel);
            return TypedResults.Ok(new DirectoryGroupsView([.. groups.Take(limit)], groups.Count > limit));
        }
        catch (Exception e) when (e is DirectoryDownException or DirectoryRefusedException)
        {
            throw new RefusedException(StatusCodes.Status503ServiceUnavailable, DirectoryPasswords.Unavailable, $"The directory can't be asked now. {e.Message}");
        }
    }
}
