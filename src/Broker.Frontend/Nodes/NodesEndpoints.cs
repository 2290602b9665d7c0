using Broker.Core;
using Broker.Core.Access;
using Broker.Core.Database;
using Broker.Core.Domains;
using Broker.Core.Nodes;
using Broker.Frontend.Domains;
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

/// <summary>A machine of a host that Broker does not know.</summary>
/// <param name="Id">The hypervisor's UUID, which it keeps when it is adopted.</param>
/// <param name="Name">What its host calls it.</param>
/// <param name="State">What it was doing.</param>
/// <param name="MemoryKib">Memory in KiB.</param>
/// <param name="Vcpus">Number of processors.</param>
/// <param name="Disks">Its disks, the one it boots from first.</param>
/// <param name="CanAdopt">It can be adopted with adopt_domain.</param>
/// <param name="Obstacles">Why it can't, a sentence each.</param>
/// <param name="Changes">What would be otherwise after its next start, a sentence each: adopt_domain wants accept_changes for it.</param>
/// <param name="NeedsCopy">Its disks can't stay where they lie, since they lie on others: adopt_domain wants disks to be copy.</param>
/// <param name="NeedsName">Its name can't be used here, or is another machine's: adopt_domain wants a name for it.</param>
public sealed record UnknownMachine(
    Guid Id, string Name, DomainStateView State, long MemoryKib, int Vcpus, IReadOnlyList<UnknownDisk> Disks, bool CanAdopt, IReadOnlyList<string> Obstacles, IReadOnlyList<string> Changes,
    bool NeedsCopy, bool NeedsName);

/// <summary>The machines of a host that Broker does not know, as the last discover_domains found them.</summary>
/// <param name="Node">The host.</param>
/// <param name="LookedAt">When that was; null when nobody has looked.</param>
/// <param name="Machines">Those that are not Broker's since.</param>
public sealed record UnknownMachines(string Node, DateTimeOffset? LookedAt, IReadOnlyList<UnknownMachine> Machines);

/// <summary>The hosts, as the back end last saw them.</summary>
public static class NodesEndpoints
{
    /// <summary>Adds the routes.</summary>
    public static void MapNodes(this IEndpointRouteBuilder app)
    {
        var nodes = app.MapGroup("/api/nodes").WithTags("nodes");
        nodes.MapGet("", List).Granted(Grant.Operate).WithName("list_nodes").WithSummary("Hosts").Refuses(401, 403);
        nodes.MapGet("/{id:long}/unknown", Unknown).Granted(Grant.Operate).WithName("list_unknown_machines").WithSummary("Machines of a host that Broker does not know")
            .WithDescription("As discover_domains found them last: ask for that to look anew.").Refuses(401, 403, 404);
        nodes.MapGet("/{id:long}/storage", Storage).Granted(Grant.Operate).WithName("get_node_storage").WithSummary("Folders of a host's disk images, and their room").Refuses(401, 403, 404);
    }

    private static async Task<Ok<UnknownMachines>> Unknown(long id, Db db, CancellationToken cancel) =>
        TypedResults.Ok(await db.Read(async s =>
        {
            var node = await NodesTable.Get(s, id) ?? throw new RefusedException(StatusCodes.Status404NotFound, "unknown_node", $"There is no host {id}.");
            var machines = new List<UnknownMachine>();
            foreach (var found in await UnknownDomainsTable.Of(s, id))
            {
                var disks = found.DiskList;
                machines.Add(new(
                    found.Id, found.Name, Word.Parse<DomainStateView>(Word.Of(found.State)), found.MemoryKib, found.Vcpus, disks, found.Obstacles.Count == 0, found.Obstacles, found.Changes, disks.Any(d => d.Below.Count > 0),
                    DomainNames.Problems(found.Name).Any() || await DomainsTable.Find(s, found.Name) is not null));
            }

            return new UnknownMachines(node.Name, await UnknownDomainsTable.LookedAt(s, id), machines);
        }, cancel));

    private static async Task<Ok<NodeStorage>> Storage(long id, Db db, CancellationToken cancel) =>
        TypedResults.Ok(await db.Read(s => NodeStorage.Read(s, id), cancel) ?? throw new RefusedException(StatusCodes.Status404NotFound, "unknown_node", $"There is no host {id}."));

    private static async Task<Ok<NodesView>> List(Db db, CancellationToken cancel) =>
        TypedResults.Ok(new NodesView([.. (await db.Read(NodesTable.All, cancel)).Select(n =>
            new Node(n.Id, n.Name, n.Manager, n.Uri, n.IsEnabled, n.State, n.CheckedAt, n.Detail, n.Capabilities, n.KnownFacts))]));
}
