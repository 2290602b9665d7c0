using Broker.Core.Nodes;

namespace Broker.Cli.Doctor;

/// <summary>QEMU's user gets to the disk images and reads the library's CDs.</summary>
internal sealed class HostQemuReadsCheck : IHostCheck
{
    public string Id => "host_qemu_reads";

    public string Title => "What QEMU reads";

    public Finding Judge(NodeReport report)
    {
        if (report.Facts.GetValueOrDefault("closed_to_qemu") is not { } closed) return Finding.NotApplicable("This host's machines run as a user who reads all that Broker reads.");
        return closed.Split('\n', StringSplitOptions.RemoveEmptyEntries) switch
        {
            [] => Finding.Ok("QEMU's user gets to the disk images and reads the CDs of the library."),
            var paths => Finding.Failed(
                $"QEMU's user can't {(paths[0].EndsWith('/') ? "enter" : "read")} {string.Join(", ", paths.Take(3))}{(paths.Length > 3 ? $" and {paths.Length - 3} more" : "")}: machines that need what is there don't start.",
                string.Join(" && ", paths.Take(3).Select(p => p.EndsWith('/') ? $"chmod o+x {p.TrimEnd('/')}" : $"chmod o+r {p}"))),
        };
    }
}
