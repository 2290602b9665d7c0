using Broker.Core.Database;
using Broker.Core.Nodes;

namespace Broker.Frontend.Nodes;

/// <summary>A folder of disk images of a host.</summary>
/// <param name="Name">Its name, unique on the host; <c>default</c> is taken when none is named.</param>
/// <param name="Folder">Full path on the host.</param>
/// <param name="TotalBytes">Size of its file system.</param>
/// <param name="FreeBytes">Room left for disk images.</param>
/// <param name="Volumes">How many disks of machines lie there.</param>
/// <param name="Problem">Why it can't be used; null when it can.</param>
/// <param name="CheckedAt">When the back end last looked.</param>
public sealed record StorageFolder(string Name, string Folder, long TotalBytes, long FreeBytes, int Volumes, string? Problem, DateTimeOffset CheckedAt);

/// <summary>Where a host's disk images lie.</summary>
/// <param name="Storage">The folders, the one that is taken when none is named first.</param>
public sealed record NodeStorage(IReadOnlyList<StorageFolder> Storage)
{
    /// <summary>Reads them; null when there is no such host.</summary>
    public static async Task<NodeStorage?> Read(DbSession db, long nodeId) =>
        await NodesTable.Get(db, nodeId) is null ? null
            : new([.. (await StorageTable.WithVolumes(db, nodeId)).Select(s =>
                new StorageFolder(s.Storage.Name, s.Storage.Folder, s.Storage.TotalBytes, s.Storage.FreeBytes, s.Volumes, s.Storage.Problem, s.Storage.CheckedAt))]);
}
