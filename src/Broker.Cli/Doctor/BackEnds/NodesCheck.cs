using Broker.Core;
using Broker.Core.Database;
using Broker.Core.Nodes;

namespace Broker.Cli.Doctor;

/// <summary>There are hosts, and they are up.</summary>
internal sealed class NodesCheck : IDatabaseCheck
{
    public string Id => "nodes";

    public string Title => "Hosts";

    public Area Area => Area.BackEnds;

    public async Task<Finding> Look(DbSession db, Subject subject) => Judge(await NodesTable.All(db));

    public static Finding Judge(IReadOnlyList<NodeRow> nodes)
    {
        var enabled = nodes.Where(n => n.IsEnabled).ToList();
        if (enabled.Count == 0) return Finding.Failed("There is no host to run machines on.", "broker nodes add here --manager libvirt --uri qemu:///system");
        return enabled.Where(n => n.State != NodeState.Up).ToList() is { Count: > 0 } down
            ? Finding.Failed(string.Join(' ', down.Select(n => $"{n.Name} is {Word.Of(n.State)}. {n.Detail}".TrimEnd())), $"broker nodes show {down[0].Name}; systemctl status libvirtd broker-backend")
            : Finding.Ok($"{enabled.Count} up: {string.Join(", ", enabled.Take(5).Select(n => n.Name))}{(enabled.Count > 5 ? "…" : "")}.");
    }
}
