using System.Runtime.InteropServices;
using Libvirt.Generated;
using static Libvirt.Generated.Native;
using static Libvirt.LibvirtException;

namespace Libvirt;

public sealed unsafe partial class Network
{
    /// <summary>Starts it. (virNetworkCreate)</summary>
    /// <exception cref="LibvirtException"><see cref="ErrorNumber.OperationInvalid"/>: it runs; <see cref="ErrorNumber.InternalError"/>: its addresses are in use.</exception>
    public void Create()
    {
        using var self = Handle.Use();
        Check(virNetworkCreate(self.Pointer));
    }

    /// <summary>Stops it; its guests stay without a network. (virNetworkDestroy)</summary>
    public void Destroy()
    {
        using var self = Handle.Use();
        Check(virNetworkDestroy(self.Pointer));
    }

    /// <summary>Removes the definition; a running network is gone when it stops. (virNetworkUndefine)</summary>
    public void Undefine()
    {
        using var self = Handle.Use();
        Check(virNetworkUndefine(self.Pointer));
    }

    /// <summary>Whether it runs. (virNetworkIsActive)</summary>
    public bool IsActive()
    {
        using var self = Handle.Use();
        return Check(virNetworkIsActive(self.Pointer)) == 1;
    }

    /// <summary>Whether it starts with the daemon. (virNetworkGetAutostart)</summary>
    public bool GetAutostart()
    {
        using var self = Handle.Use();
        int autostart;
        Check(virNetworkGetAutostart(self.Pointer, &autostart));
        return autostart != 0;
    }

    /// <summary>Says whether it starts with the daemon. (virNetworkSetAutostart)</summary>
    public void SetAutostart(bool autostart)
    {
        using var self = Handle.Use();
        Check(virNetworkSetAutostart(self.Pointer, autostart ? 1 : 0));
    }

    /// <summary>The host's interface that its guests are on. (virNetworkGetBridgeName)</summary>
    public string GetBridgeName()
    {
        using var self = Handle.Use();
        return Text.Take(virNetworkGetBridgeName(self.Pointer));
    }

    /// <summary>Its description. (virNetworkGetXMLDesc)</summary>
    public string GetXMLDesc(NetworkXMLFlags flags = default)
    {
        using var self = Handle.Use();
        return Text.Take(virNetworkGetXMLDesc(self.Pointer, flags));
    }

    /// <summary>
    /// Addresses it has lent. A lease outlives its guest until it expires: of several for one MAC address the one that expires last counts.
    /// (virNetworkGetDHCPLeases)
    /// </summary>
    /// <param name="mac">Only those of this MAC address; null is all.</param>
    public IReadOnlyList<NetworkDHCPLease> GetDHCPLeases(string? mac = null)
    {
        using var self = Handle.Use();
        using var text = new Text(mac);
        virNetworkDHCPLease** list;
        var count = Check(virNetworkGetDHCPLeases(self.Pointer, text.Pointer, &list, 0));
        try
        {
            var leases = new NetworkDHCPLease[count];
            for (var i = 0; i < count; i++)
            {
                var l = list[i];
                leases[i] = new(Text.Copy(l->iface) ?? "", l->expirytime == 0 ? null : DateTimeOffset.FromUnixTimeSeconds(l->expirytime), (IPAddrType)l->type,
                    Text.Copy(l->mac), Text.Copy(l->iaid), Text.Copy(l->ipaddr) ?? "", l->prefix, Text.Copy(l->hostname), Text.Copy(l->clientid));
            }
            return leases;
        }
        finally
        {
            for (var i = 0; i < count; i++)
                virNetworkDHCPLeaseFree(list[i]);
            NativeMemory.Free(list);
        }
    }
}

/// <summary>An address lent by a network's DHCP server. (virNetworkDHCPLease)</summary>
/// <param name="Iface">The network's interface.</param>
/// <param name="Expirytime">When it ends; null: never.</param>
/// <param name="Type">IPv4 or IPv6.</param>
/// <param name="Mac">The guest's MAC address.</param>
/// <param name="Iaid">Identity association, for IPv6.</param>
/// <param name="Ipaddr">The address.</param>
/// <param name="Prefix">Length of the network's part, in bits.</param>
/// <param name="Hostname">What the guest calls itself: text of a stranger.</param>
/// <param name="Clientid">The client's id or DUID.</param>
public sealed record NetworkDHCPLease(string Iface, DateTimeOffset? Expirytime, IPAddrType Type, string? Mac, string? Iaid, string Ipaddr, uint Prefix,
    string? Hostname, string? Clientid);
