using Broker.Backend.Nodes;
using Broker.Core.Requests.Volumes;

namespace Broker.Backend.Requests.Volumes;

/// <summary>Tells a page of the files that nobody needs.</summary>
public sealed class ListUnusedVolumesHandler(NodeList nodes) : IHandler<ListUnusedVolumes>
{
    /// <inheritdoc/>
    public Task<object?> Handle(ListUnusedVolumes request, Work work) => UnusedFiles.Find<object?>(request.Node, request.Storage, nodes, work, (_, files) => new
    {
        files = files.Skip(Before(request)).Take(request.Limit).Select(f => new { file = f.File, size_bytes = f.SizeBytes, changed_at = f.ChangedAt }),
        count = files.Count,
        size_bytes = files.Sum(f => f.SizeBytes),
        more = files.Count - request.Limit > Before(request),
    });

    private static int Before(ListUnusedVolumes request) => (request.Page - 1) * request.Limit;
}
