using Broker.Core.Access;
using Broker.Core.Database;
using Broker.Core.Nodes;
using Broker.Frontend.Hosting;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Broker.Frontend.Library;

/// <summary>An image that a node offers for import.</summary>
/// <param name="File">Its name within the library folder.</param>
/// <param name="Node">The host that has it.</param>
/// <param name="SizeBytes">Size on disk.</param>
/// <param name="Format">Its format; null when it can't be imported.</param>
/// <param name="ChangedAt">When it was last written.</param>
/// <param name="Problem">Why it can't be imported.</param>
public sealed record LibraryImage(string File, string Node, long SizeBytes, string? Format, DateTimeOffset ChangedAt, string? Problem);

/// <summary>All images of all nodes.</summary>
public sealed record LibraryView(IReadOnlyList<LibraryImage> Images);

/// <summary>What can be imported.</summary>
public static class LibraryEndpoints
{
    /// <summary>Adds the route.</summary>
    public static void MapLibrary(this IEndpointRouteBuilder app) =>
        app.MapGet("/api/library", List).Granted(Grant.Operate).WithTags("library").WithName("list_library").WithSummary("Images that can be imported").Refuses(401, 403);

    private static async Task<Ok<LibraryView>> List(Db db, CancellationToken cancel)
    {
        var (images, nodes) = await db.Read(async s => (await NodesTable.Library(s), await NodesTable.All(s)), cancel);
        var names = nodes.ToDictionary(n => n.Id, n => n.Name);
        return TypedResults.Ok(new LibraryView([.. images.Where(i => names.ContainsKey(i.NodeId))
            .Select(i => new LibraryImage(i.File, names[i.NodeId], i.SizeBytes, i.Format, i.ChangedAt, i.Problem))]));
    }
}
