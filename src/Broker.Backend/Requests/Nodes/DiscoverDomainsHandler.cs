using Broker.Backend.Nodes;
using Broker.Backend.VmManagers;
using Broker.Core.Domains;
using Broker.Core.Nodes;
using Broker.Core.Requests.Nodes;

namespace Broker.Backend.Requests.Nodes;

/// <summary>Writes down what a host has that is in no row. It only reads there.</summary>
public sealed class DiscoverDomainsHandler(NodeList nodes) : IHandler<DiscoverDomains>
{
    /// <inheritdoc/>
    public async Task<object?> Handle(DiscoverDomains request, Work work)
    {
        var row = (await work.Read(NodesTable.All)).FirstOrDefault(n => string.Equals(n.Name, request.Node, StringComparison.OrdinalIgnoreCase))
            ?? throw new RequestFailedException("unknown_node", $"There is no host called {request.Node}.");
        var node = await nodes.Get(row.Id, work.Cancel);
        var unknown = new List<UnknownDomainRow>();
        foreach (var report in await work.On(node, Gate.Read, vm => vm.Inventory()))
        {
            if (await work.Read(db => DomainsTable.Get(db, report.Id)) is null && await work.On(node, Gate.Read, vm => Described(vm, report.Id, row.Id)) is { } found) unknown.Add(found);
        }

        work.AtEnd(db => UnknownDomainsTable.Set(db, row.Id, unknown));
        return new { node = row.Name, found = unknown.Count, can_adopt = unknown.Count(u => u.Obstacles.Count == 0) };
    }

    private static UnknownDomainRow? Described(IVmNode vm, Guid id, long nodeId)
    {
        if (vm.Describe(id) is not { } found) return null;
        var disks = found.Disks.Select(d => new UnknownDisk(d.Target, d.Path, d.Format, d.CapacityBytes, vm.Disks.SizeOf(d.Path), d.Below));
        return new()
        {
            NodeId = nodeId,
            Id = id,
            Name = found.Name,
            State = found.Power switch
            {
                Power.Running => DomainState.Active,
                Power.Paused => DomainState.Paused,
                Power.Saved => DomainState.Hibernated,
                Power.Off or Power.Gone => DomainState.Shutdown,
            },
            MemoryKib = found.MemoryKib,
            Vcpus = found.Vcpus,
            Mac = found.Mac,
            Hardware = found.Hardware,
            Disks = System.Text.Json.JsonSerializer.SerializeToElement(disks, Core.Json.Options),
            Obstacles = [.. found.NotNow, .. found.Obstacles],
            Changes = found.Changes,
        };
    }
}
