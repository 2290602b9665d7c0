using System.Runtime.InteropServices;
using Libvirt.Generated;
using static Libvirt.Generated.Native;
using static Libvirt.LibvirtException;

namespace Libvirt;

/// <summary>Networks of a connection.</summary>
public sealed unsafe partial class Connect
{
    /// <summary>The network with this name. (virNetworkLookupByName)</summary>
    /// <exception cref="LibvirtException"><see cref="ErrorNumber.NoNetwork"/>: there is none.</exception>
    public Network LookupNetworkByName(string name)
    {
        using var self = Handle.Use();
        using var text = new Text(name);
        return new(virNetworkLookupByName(self.Pointer, text.Pointer), Calls);
    }

    /// <summary>The network with this UUID. (virNetworkLookupByUUID)</summary>
    /// <exception cref="LibvirtException"><see cref="ErrorNumber.NoNetwork"/>: there is none.</exception>
    public Network LookupNetworkByUUID(Guid uuid)
    {
        using var self = Handle.Use();
        var bytes = stackalloc byte[Constants.UuidBuflen];
        uuid.TryWriteBytes(new(bytes, Constants.UuidBuflen), bigEndian: true, out _);
        return new(virNetworkLookupByUUID(self.Pointer, bytes), Calls);
    }

    /// <summary>All networks, or those the flags choose. Each is the caller's to dispose. (virConnectListAllNetworks)</summary>
    public IReadOnlyList<Network> ListAllNetworks(ConnectListAllNetworksFlags flags = default)
    {
        using var self = Handle.Use();
        virNetwork** list;
        var count = Check(virConnectListAllNetworks(self.Pointer, &list, flags));
        try
        {
            var networks = new Network[count];
            for (var i = 0; i < count; i++)
                networks[i] = new(list[i], Calls);
            return networks;
        }
        finally
        {
            NativeMemory.Free(list);
        }
    }

    /// <summary>Defines a network, or changes the definition of the one with the same name and UUID. (virNetworkDefineXML, virNetworkDefineXMLFlags)</summary>
    /// <exception cref="LibvirtException"><see cref="ErrorNumber.OperationFailed"/>: name or UUID belong to another network.</exception>
    public Network NetworkDefineXML(string xml, NetworkDefineFlags flags = default)
    {
        using var self = Handle.Use();
        using var text = new Text(xml);
        return new(flags == default ? virNetworkDefineXML(self.Pointer, text.Pointer) : virNetworkDefineXMLFlags(self.Pointer, text.Pointer, flags), Calls);
    }
}
