namespace Libvirt.Tests;

public sealed class NetworkTests : IDisposable
{
    private readonly Connect _connect = Connect.Open("test:///default");

    public void Dispose() => _connect.Dispose();

    [Fact]
    public void IsDefinedStartedStoppedAndUndefined()
    {
        using var network = _connect.NetworkDefineXML(Xml.Network(out var name));
        Assert.Equal((name, name), (network.GetName(), network.GetBridgeName()));
        Assert.False(network.IsActive());
        network.Create();
        Assert.True(network.IsActive());
        Assert.False(network.GetAutostart());
        network.SetAutostart(true);
        Assert.True(network.GetAutostart());
        Assert.Contains("10.99.99.1", network.GetXMLDesc());
        network.Destroy();
        network.Undefine();
        Assert.Equal(ErrorNumber.NoNetwork, Assert.Throws<LibvirtException>(() => _connect.LookupNetworkByName(name)).Code);
    }

    [Fact]
    public void IsFoundByNameUuidAndList()
    {
        using var network = _connect.NetworkDefineXML(Xml.Network(out var name));
        using var byName = _connect.LookupNetworkByName(name);
        using var byUuid = _connect.LookupNetworkByUUID(network.GetUUID());
        Assert.Equal((network.GetUUID(), name), (byName.GetUUID(), byUuid.GetName()));
        Assert.Contains(network.GetUUID(), UUIDs(default));
        Assert.DoesNotContain(network.GetUUID(), UUIDs(ConnectListAllNetworksFlags.Active));
        network.Undefine();
    }

    [Fact]
    public void ADriverWithoutLeasesSaysNoSupport()
    {
        using var network = _connect.LookupNetworkByName("default");
        Assert.Equal(ErrorNumber.NoSupport, Assert.Throws<LibvirtException>(() => network.GetDHCPLeases()).Code);
    }

    [Fact]
    public void AfterDisposeEveryCallIsObjectDisposed()
    {
        var network = _connect.LookupNetworkByName("default");
        network.Dispose();
        Assert.Throws<ObjectDisposedException>(() => network.IsActive());
        Assert.Throws<ObjectDisposedException>(() => network.Ref());
    }

    private List<Guid> UUIDs(ConnectListAllNetworksFlags flags)
    {
        var uuids = new List<Guid>();
        foreach (var network in _connect.ListAllNetworks(flags))
        {
            using (network)
                uuids.Add(network.GetUUID());
        }
        return uuids;
    }
}
