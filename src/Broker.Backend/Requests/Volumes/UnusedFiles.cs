using Broker.Backend.Nodes;
using Broker.Backend.VmManagers;
using Broker.Core.Backups;
using Broker.Core.Domains;
using Broker.Core.Nodes;

namespace Broker.Backend.Requests.Volumes;

/// <summary>Files of a folder of disk images that nobody needs: no row of ours, no domain of any host here, nothing that lies below one of these.</summary>
internal static class UnusedFiles
{
    /// <summary>Looks for them, and makes use of them on the host.</summary>
    /// <exception cref="VmException">A host did not answer: what its domains need nobody knows then.</exception>
    public static async Task<T> Find<T>(string nodeName, string? storage, NodeList nodes, Work work, Func<IVmNode, IReadOnlyList<UnusedFile>, T> use)
    {
        var row = (await work.Read(NodesTable.All)).FirstOrDefault(n => string.Equals(n.Name, nodeName, StringComparison.OrdinalIgnoreCase))
            ?? throw new RequestFailedException("unknown_node", $"There is no host called {nodeName}.");
        var node = await nodes.Get(row.Id, work.Cancel);
        var files = await StorageChoice.Check(node, storage, work);
        // Before the rows are read: a file's name is in a row before there is the file, so that what is here and in no row then is nobody's.
        var there = await work.On(node, Gate.Disk, vm => vm.Disks.Unused(new HashSet<string>(), storage).Select(f => f.File).ToHashSet());
        var used = (await work.Read(VolumesTable.Paths)).ToHashSet();
        // what is being made of them for a backup
        used.UnionWith((await work.Read(BackupsTable.BeingTaken)).Select(id => files.PathOf(id)));
        // the hosts of a back end have the same folders
        foreach (var other in await nodes.All(work.Cancel)) used.UnionWith(await work.On(other, Gate.Read, vm => vm.FilesOfDomains()));
        return await work.On(node, Gate.Disk, vm => use(vm, [.. vm.Disks.Unused(used, storage).Where(f => there.Contains(f.File))]));
    }
}
