using Broker.Core.Nodes;

namespace Broker.Cli.Doctor;

/// <summary>The library can be read, and not everybody decides what lies in it.</summary>
internal sealed class HostLibraryCheck : IHostCheck
{
    public string Id => "host_library";

    public string Title => "Library";

    public Finding Judge(NodeReport report) => report.Library is { Problem: null } library && ((UnixFileMode)library.Mode).HasFlag(UnixFileMode.OtherWrite)
        ? Finding.Failed($"Everybody may write to {library.Path}: whoever does decides what runs.", $"chmod o-w {library.Path}")
        : HostPoolCheck.Room(report.Library, failedBelow: 0, warningBelow: 0.05, "remove images that nobody imports any more, or make the file system larger");
}
