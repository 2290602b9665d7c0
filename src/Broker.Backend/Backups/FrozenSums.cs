using Broker.Backend.Nodes;
using Broker.Backend.Requests;
using Broker.Backend.VmManagers;
using Broker.Core.Domains;

namespace Broker.Backend.Backups;

/// <summary>By which backups of clones know the images below them again, whatever those are called. Frozen images don't change, so each is read once.</summary>
internal static class FrozenSums
{
    /// <summary>The sums of frozen volumes, by their ids.</summary>
    public static async Task<Dictionary<Guid, string>> Of(IEnumerable<VolumeRow> frozen, Node node, Work work)
    {
        var sums = new Dictionary<Guid, string>();
        foreach (var volume in frozen.DistinctBy(v => v.Id))
        {
            if (volume.Sha256 is null)
            {
                sums[volume.Id] = await work.OnLong(node, "Reading the images of the base", 0, 10, (_, percent, cancel) => SumOf(volume.Path, percent, cancel));
                await work.Write(db => VolumesTable.SetSha256(db, volume.Id, sums[volume.Id]));
            }
            else
            {
                sums[volume.Id] = volume.Sha256;
            }
        }

        return sums;
    }

    private static string SumOf(string path, IProgress<int> percent, CancellationToken cancel)
    {
        PoolFiles.CheckExists(path);
        using var file = File.OpenHandle(path);
        return FilePart.Whole(file).ReadAll(null, percent, cancel);
    }
}
