using Broker.Core.Access;
using Broker.Core.Database;
using Broker.Core.Nodes;
using Broker.Frontend.Hosting;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Broker.Frontend.Nodes;

/// <summary>A host.</summary>
/// <param name="Id">Key.</param>
/// <param name="Name">Unique name.</param>
/// <param name="Manager">What drives it.</param>
/// <param name="Uri">Where the VM manager finds it.</param>
/// <param name="IsEnabled">New work may go there.</param>
/// <param name="State">What is known about it.</param>
/// <param name="CheckedAt">When it last answered, or was last found silent.</param>
/// <param name="Detail">Why it is down.</param>
/// <param name="Capabilities">What it can do beyond what every host can.</param>
/// <param name="Facts">What it told about itself.</param>
public sealed record Node(
    long Id, string Name, VmManagerKind Manager, string Uri, bool IsEnabled, NodeState State, DateTimeOffset? CheckedAt, string? Detail,
    IReadOnlyList<string> Capabilities, IReadOnlyDictionary<string, string> Facts);

/// <summary>All hosts.</summary>
public sealed record NodesView(IReadOnlyList<Node> Nodes);

/// <summary>The hosts, as the back end last saw them.</summary>
public static class NodesEndpoints
{
    /// <summary>Adds the routes.</summary>
    public static void MapNodes(this IEndpointRouteBuilder app)
    {
        app.MapGet("/api/nodes", List).Granted(Grant.Operate).WithTags("nodes").WithName("list_nodes").WithSummary("Hosts").Refuses(401, 403);
        app.MapGet("/api/nodes/{id:long}/storage", Storage).Granted(Grant.Operate).WithTags("nodes").WithName("get_node_storage")
            .WithSummary("Folders of a host's disk images, and their room").Refuses(401, 403, 404);
    }

    private static async Task<Ok<NodeStorage>> Storage(long id, Db db, CancellationToken cancel) =>
        TypedResults.Ok(await db.Read(s => NodeStorage.Read(s, id), cancel) ?? throw new RefusedException(StatusCodes.Status404NotFound, "unknown_node", $"There is no host {id}."));

    private static async Task<Ok<NodesView>> List(Db db, CancellationToken cancel) =>
        TypedResults.Ok(new NodesView([.. (await db.Read(NodesTable.All, cancel)).Select(n =>
            new Node(n.Id, n.Name, n.Manager, n.Uri, n.IsEnabled, n.State, n.CheckedAt, n.Detail, n.Capabilities, n.KnownFacts))]));
}
