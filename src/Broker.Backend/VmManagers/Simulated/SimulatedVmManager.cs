using Broker.Core.Nodes;

namespace Broker.Backend.VmManagers.Simulated;

/// <summary>
/// No hypervisor: domains are files in a folder, their displays are drawn here. For development where there is no hypervisor, load tests and fault
/// injection (<see cref="Faults"/>).
/// </summary>
/// <param name="guestDelay">How long a guest takes to obey the power button; a third of a second when not given.</param>
/// <param name="time">The clock for that.</param>
public sealed class SimulatedVmManager(TimeSpan? guestDelay = null, TimeProvider? time = null) : IVmManager
{
    /// <inheritdoc/>
    public VmManagerKind Kind => VmManagerKind.Simulated;

    /// <summary>Opens the folder that <see cref="NodeSettings.Uri"/> names (a path or a file: URI), and serves the displays of what ran there.</summary>
    public IVmNode Connect(NodeSettings settings)
    {
        try
        {
            return new SimulatedNode(settings, FolderOf(settings.Uri), guestDelay ?? TimeSpan.FromMilliseconds(300), time ?? TimeProvider.System);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new VmException($"Node {settings.Name}: the folder {settings.Uri} can't be used: {e.Message} Give a folder that the back end may write to.", e);
        }
    }

    /// <summary>The folder that a node's URI names.</summary>
    /// <exception cref="VmException">It names none.</exception>
    public static string FolderOf(string uri)
    {
        if (Path.IsPathFullyQualified(uri)) return uri;
        if (Uri.TryCreate(uri, UriKind.Absolute, out var parsed) && parsed.IsFile) return parsed.LocalPath;
        throw new VmException($"'{uri}' is no folder. A simulated node's URI is an absolute path or file:///path.");
    }
}
