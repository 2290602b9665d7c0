using Broker.Backend.Nodes;

namespace Broker.Backend.Requests.Volumes;

/// <summary>Where new disks of a machine are to lie.</summary>
internal static class StorageChoice
{
    /// <summary>How files are called there, before any is written down.</summary>
    /// <param name="node">The host.</param>
    /// <param name="storage">What was asked for; null for the usual place.</param>
    /// <param name="work">The request's.</param>
    /// <exception cref="RequestFailedException"><c>unknown_storage</c>, or <c>storage_unusable</c>: its folder is not there, or closed.</exception>
    public static async Task<DiskFiles> Check(Node node, string? storage, Work work)
    {
        var files = await node.Files(work.Cancel);
        files.Check(storage);
        if (storage is not null && (await work.On(node, Gate.Read, vm => vm.Disks.Storage().First(s => s.Name == storage))).Problem is { } problem)
            throw new RequestFailedException("storage_unusable", problem);
        return files;
    }
}
