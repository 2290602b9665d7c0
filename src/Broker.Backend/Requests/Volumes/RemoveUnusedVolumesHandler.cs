using Broker.Backend.Nodes;
using Broker.Core.Requests.Volumes;

namespace Broker.Backend.Requests.Volumes;

/// <summary>Deletes those of the named files that nobody needs now.</summary>
public sealed class RemoveUnusedVolumesHandler(NodeList nodes) : IHandler<RemoveUnusedVolumes>
{
    /// <inheritdoc/>
    public Task<object?> Handle(RemoveUnusedVolumes request, Work work) => UnusedFiles.Find<object?>(request.Node, request.Storage, nodes, work, (vm, files) =>
    {
        var unused = files.ToDictionary(f => f.File);
        var removed = new List<string>();
        foreach (var file in request.Files.Distinct().Where(unused.ContainsKey))
        {
            work.Check();
            vm.Disks.DeleteUnused(file, request.Storage);
            removed.Add(file);
        }

        return new
        {
            removed,
            size_bytes = removed.Sum(f => unused[f].SizeBytes),
            // used by then, or gone
            kept = request.Files.Distinct().Except(removed),
        };
    });
}
