using System.Collections.Concurrent;
using Broker.Backend.VmManagers;
using Broker.Core.Database;
using Broker.Core.Nodes;
using Broker.Core.Settings;

namespace Broker.Backend.Nodes;

/// <summary>The nodes of the database, each connected once in this process.</summary>
public sealed class NodeList(Db db, BackEndSettings settings, IReadOnlyList<IVmManager> managers, TimeProvider clock) : IDisposable
{
    private readonly ConcurrentDictionary<(long Id, VmManagerKind Manager, string Uri), Node> _nodes = new();
    private readonly ConcurrentDictionary<long, Node> _current = new();

    /// <summary>The node with this key, as <see cref="All"/> saw it last.</summary>
    /// <exception cref="VmException">There is none, or nothing here can drive it.</exception>
    public async Task<Node> Get(long id, CancellationToken cancel = default)
    {
        if (_current.TryGetValue(id, out var known)) return known;
        var row = await db.Read(s => NodesTable.Get(s, id), cancel) ?? throw new VmException($"There is no host {id} any more.");
        return Of(row);
    }

    /// <summary>All nodes, read anew. One that gets no new machines is watched like the others: it may have some.</summary>
    public async Task<IReadOnlyList<Node>> All(CancellationToken cancel = default) =>
        [.. (await db.Read(NodesTable.All, cancel)).Where(n => managers.Any(m => m.Kind == n.Manager)).Select(Of)];

    /// <summary>Nodes that nothing here can drive.</summary>
    public async Task<IReadOnlyList<NodeRow>> Undriven(CancellationToken cancel = default) =>
        [.. (await db.Read(NodesTable.All, cancel)).Where(n => managers.All(m => m.Kind != n.Manager))];

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var node in _nodes.Values) node.Dispose();
    }

    // A node that is moved to another URI is another object; the old one is left behind with its last calls.
    private Node Of(NodeRow row) =>
        _current[row.Id] = _nodes.GetOrAdd((row.Id, row.Manager, row.Uri), _ => new Node(
            row,
            managers.FirstOrDefault(m => m.Kind == row.Manager) ?? throw new VmException($"{row.Name} is driven by {Core.Word.Of(row.Manager)}, which this back end can't do."),
            new NodeSettings(row.Name, row.Uri, settings.Pool, settings.Library, settings.DisplayFolder) { MoreStorage = settings.Storage, BackupFolder = settings.Backups },
            clock));
}
