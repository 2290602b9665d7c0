using Broker.Core.Nodes;

namespace Broker.Cli.Doctor;

/// <summary>The back end can make displays where the front end finds them.</summary>
internal sealed class HostDisplaysCheck : IHostCheck
{
    public string Id => "host_displays";

    public string Title => "Displays";

    public Finding Judge(NodeReport report)
    {
        if (report.Displays.Problem is { } problem) return Finding.Failed(problem, $"make {report.Displays.Path}: systemctl restart broker-backend");
        return report.LongestSocketPath > DisplayFolderCheck.LongestPath
            ? Finding.Failed($"The path of a socket in {report.Displays.Path} has {report.LongestSocketPath} bytes; there is room for {DisplayFolderCheck.LongestPath}.", "set a shorter run folder: shared.run in the settings file")
            : Finding.Ok($"{report.Displays.Path} can be written, paths have {report.LongestSocketPath} bytes.");
    }
}
