namespace Libvirt.Tests;

/// <summary>Networks with real bridges and a real DHCP server.</summary>
[Collection(nameof(Qemu))]
[Trait("Needs", "libvirt")]
public class QemuNetworkTests(Qemu qemu)
{
    [Fact]
    public void ANetworkIsABridgeThatIsThereWhileItRuns()
    {
        using var network = qemu.Connect.NetworkDefineXML(Xml.Network(out var name));
        Assert.True(network.IsPersistent());
        network.Create();
        Assert.Contains(name, Links());
        Assert.Equal(ErrorNumber.OperationInvalid, Assert.Throws<LibvirtException>(network.Create).Code);
        Assert.Empty(network.GetDHCPLeases());
        network.Update(NetworkUpdateCommand.AddLast, NetworkUpdateSection.DnsTxt, -1, "<txt name='where' value='here'/>", NetworkUpdateFlags.Live);
        Assert.Contains("value='here'", network.GetXMLDesc());
        network.Destroy();
        Assert.DoesNotContain(name, Links());
        network.Undefine();

        string Links() => Programs.Run("nsenter", "--net", "--target", qemu.Daemon.NamespacePid, "ip", "-brief", "link");
    }

    // The firmware of the card asks for an address on its way to a boot server.
    [Fact]
    public async Task AGuestOnItHasAPortAnAddressAndAName()
    {
        const string Mac = "52:54:00:12:34:56";
        using var network = qemu.Connect.LookupNetworkByName("default");
        using var domain = qemu.Connect.DomainCreateXML(qemu.Guest($"<interface type='network'><mac address='{Mac}'/><source network='default'/><model type='virtio'/></interface>")
            .Replace("<bios", "<boot dev='network'/><bios", StringComparison.Ordinal));

        var port = Assert.Single(network.ListAllPorts());
        using (port)
        {
            Assert.Contains(Mac, port.GetXMLDesc());
            using (var found = network.LookupPortByUUIDString(port.GetUUIDString()))
            using (var owner = found.GetNetwork())
                Assert.Equal(network.GetUUID(), owner.GetUUID());
        }
        await Waiting.Until(() => network.GetDHCPLeases(Mac).Count > 0);
        var lease = Assert.Single(network.GetDHCPLeases(Mac));
        Assert.StartsWith("192.168.122.", lease.Ipaddr, StringComparison.Ordinal);
        Assert.True(lease.Expirytime > TimeProvider.System.GetUtcNow());
        var face = Assert.Single(domain.InterfaceAddresses(DomainInterfaceAddressesSource.Lease));
        Assert.Equal((Mac, lease.Ipaddr, 24u), (face.Hwaddr, face.Addrs[0].Addr, face.Addrs[0].Prefix));
        domain.Destroy();
        Assert.Empty(network.ListAllPorts());
    }
}
