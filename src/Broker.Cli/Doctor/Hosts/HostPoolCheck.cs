using Broker.Core.Nodes;

namespace Broker.Cli.Doctor;

/// <summary>There is room for disk images. Overlays grow: what is full stops running guests.</summary>
internal sealed class HostPoolCheck : IHostCheck
{
    public string Id => "host_pool";

    public string Title => "Disk images";

    public Finding Judge(NodeReport report)
    {
        var findings = report.Storage
            .Select(s => Room(s.Folder, failedBelow: 0.05, warningBelow: 0.15, "broker domains list; remove what nobody needs, or make the file system larger")).ToList();
        // the worst counts, and all are told
        return findings.MaxBy(f => f.Health)! with { Detail = string.Join(' ', findings.Select(f => f.Detail)) };
    }

    /// <summary>A folder that can be used and has room.</summary>
    public static Finding Room(FolderReport folder, double failedBelow, double warningBelow, string remedy)
    {
        if (folder.Problem is { } problem) return Finding.Failed(problem, $"make {folder.Path} and let the back end's user in");
        var free = folder.TotalBytes == 0 ? 1 : (double)folder.FreeBytes / folder.TotalBytes;
        var said = $"{folder.Path}: {folder.FreeBytes >> 30} of {folder.TotalBytes >> 30} GiB free.";
        return free < failedBelow ? Finding.Failed(said, remedy) : free < warningBelow ? Finding.Warning(said, remedy) : Finding.Ok(said);
    }
}
