using Libvirt;

namespace Broker.Backend.VmManagers.Libvirt;

/// <summary>
/// libvirt's VirtualBox driver (<c>vbox:///session</c>). No machines are run through it: README.md has the reasons. Whoever names one is told what this host
/// has, so that nobody looks for a fault in what he installed, and what to use instead.
/// </summary>
internal static class VBoxDriver
{
    /// <summary>What its URIs begin with.</summary>
    public const string Name = "vbox";

    /// <summary>Why such a node of this host can't be used.</summary>
    public static VmException Refusal(NodeSettings settings)
    {
        var (found, cause) = Find(settings.Uri);
        return new(
            $"Node {settings.Name} ({settings.Uri}) can't be used: {found}. Use VirtualBox without libvirt: " +
            $"broker nodes add {settings.Name} --manager virtualbox --uri virtualbox:///", cause);
    }

    private static (string Found, LibvirtException? Cause) Find(string uri)
    {
        try
        {
            using var connect = Connect.Open(uri);
            var version = LibvirtVmManager.VersionOf(connect.GetVersion());
            return ($"libvirt accepts the VirtualBox of this host, {version}, but no machines are run through its driver", null);
        }
        catch (LibvirtException e)
        {
            return (e switch
            {
                { Code: ErrorNumber.NoConnect } => "this host's libvirt has no VirtualBox driver, which Debian has in the package libvirt-daemon-driver-vbox",
                { Code: ErrorNumber.InternalError, IsConnectionLost: false } =>
                    $"libvirt's driver found no VirtualBox that it accepts ({e.Message}): that of libvirt 9.0 (Debian 12) accepts 5.2 to 6.1, " +
                    "that of 12.8 only 7.0",
                _ => $"libvirt could not be asked ({e.Message})",
            }, e);
        }
    }
}
