using System.Security.Cryptography;
using System.Text;
using Broker.Core.Nodes;
using VirtualBox;

namespace Broker.Backend.VmManagers.VirtualBox;

/// <summary>VirtualBox of this host, through VBoxManage, as the back end's own user.</summary>
/// <param name="program">The path of VBoxManage; null for the one that is found.</param>
public sealed class VirtualBoxVmManager(string? program = null) : IVmManager
{
    private const string Scheme = "virtualbox";
    private static readonly global::System.Version Oldest = new(6, 1);

    /// <inheritdoc/>
    public VmManagerKind Kind => VmManagerKind.Virtualbox;

    /// <summary>
    /// Uses the VirtualBox whose settings are in the folder that the URI names (<c>virtualbox:///var/lib/broker/virtualbox</c>), with a server of its own;
    /// or that of the back end's user (<c>virtualbox:///</c>).
    /// </summary>
    public IVmNode Connect(NodeSettings settings)
    {
        var own = HomeOf(settings);
        try
        {
            Directory.CreateDirectory(settings.PoolFolder);
            if (own is not null) Directory.CreateDirectory(own);
            var vbox = new VBoxManage(program ?? VBoxManage.Find()) { UserHome = own, Server = own is null ? null : ServerOf(own) };
            return VirtualBoxNode.Open(settings, vbox, own ?? VirtualBoxHome.Find().Folder, Oldest);
        }
        catch (VBoxManageNotFoundException e)
        {
            throw new VmException($"Node {settings.Name}: {e.Message} Install VirtualBox, or name its program in the back end's setting vboxmanage.", e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new VmException(
                $"Node {settings.Name}: the folder of disk images, {settings.PoolFolder}, or of VirtualBox's settings, {own}, can't be used: {e.Message}", e);
        }
    }

    /// <summary>The folder of settings that a node's URI names; null for that of the back end's user.</summary>
    private static string? HomeOf(NodeSettings settings)
    {
        if (!Uri.TryCreate(settings.Uri, UriKind.Absolute, out var uri) || uri.Scheme != Scheme || uri.Query != "" || uri.Fragment != "")
        {
            throw new VmException($"'{settings.Uri}' is no address of a VirtualBox. Use {Scheme}:///folder, with the folder of its settings, or {Scheme}:/// " +
                "for the VirtualBox of the back end's user.");
        }
        if (uri.Host != "")
        {
            throw new VmException($"Node {settings.Name} is on another host ({uri.Host}): its disks and displays can't be reached from here. Run a back end " +
                $"on that host, with the URI {Scheme}:///folder.");
        }
        var folder = Uri.UnescapeDataString(uri.AbsolutePath).TrimEnd('/');
        return folder == "" ? null : Path.GetFullPath(folder);
    }

    /// <summary>A name for the folder's server, always the same: whoever asks for this folder's machines has to find the server that runs them.</summary>
    public static string ServerOf(string home) => "broker" + Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(home)))[..12];
}
