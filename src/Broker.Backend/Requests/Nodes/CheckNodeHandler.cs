using System.Diagnostics;
using System.Text;
using Broker.Backend.Nodes;
using Broker.Backend.VmManagers;
using Broker.Core.Nodes;
using Broker.Core.Requests.Nodes;
using Broker.Core.Settings;

namespace Broker.Backend.Requests.Nodes;

/// <summary>Reports what a host and its folders are like.</summary>
public sealed class CheckNodeHandler(NodeList nodes, BackEndSettings settings) : IHandler<CheckNode>
{
    /// <inheritdoc/>
    public async Task<object?> Handle(CheckNode request, Work work)
    {
        var row = (await work.Read(NodesTable.All)).FirstOrDefault(n => string.Equals(n.Name, request.Node, StringComparison.OrdinalIgnoreCase))
            ?? throw new RequestFailedException("unknown_node", $"There is no host called {request.Node}.");
        var node = await nodes.Get(row.Id, work.Cancel);
        var (took, domains, facts) = await work.On(node, Gate.Read, vm =>
        {
            var asked = Stopwatch.GetTimestamp();
            var count = vm.Inventory().Count;
            var answered = Stopwatch.GetElapsedTime(asked);
            // what it examined wins over what it told when it was connected
            var all = new Dictionary<string, string>(vm.Facts);
            foreach (var (name, value) in vm.As<ICanExamine>()?.Examine() ?? new Dictionary<string, string>()) all[name] = value;
            return (answered, count, all);
        });
        return new NodeReport(row.Name, row.Manager, Environment.MachineName, Math.Round(took.TotalMilliseconds, 1), domains, facts,
            [.. settings.Storage.Prepend(new(StorageRow.Default, settings.Pool)).Select(s => new StorageReport(s.Key, Look(s.Value, mustWrite: true)))], Look(settings.Library, mustWrite: false), Look(settings.DisplayFolder, mustWrite: true),
            Encoding.UTF8.GetByteCount(node.DisplaySocketOf(Guid.Empty)));
    }

    private static FolderReport Look(string path, bool mustWrite)
    {
        try
        {
            _ = Directory.EnumerateFileSystemEntries(path).Any();
            if (mustWrite)
            {
                using var probe = new FileStream(Path.Combine(path, $".check-{Guid.NewGuid():N}"), FileMode.CreateNew, FileAccess.Write, FileShare.None, bufferSize: 1, FileOptions.DeleteOnClose);
            }

            var drive = new DriveInfo(path);
            return new FolderReport(path, null, (int)File.GetUnixFileMode(path), drive.AvailableFreeSpace, drive.TotalSize);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return new FolderReport(path, e.Message, 0, 0, 0);
        }
    }
}
