namespace Libvirt.Tests;

[Collection(nameof(Qemu))]
[Trait("Needs", "libvirt")]
public class NetworkPortTests(Qemu qemu)
{
    [Fact]
    public void IsCreatedFoundAndDeleted()
    {
        using var network = qemu.Connect.LookupNetworkByName("default");
        var uuid = Guid.NewGuid();
        using (var port = network.PortCreateXML($"<networkport><uuid>{uuid}</uuid><owner><name>x</name><uuid>{Guid.NewGuid()}</uuid></owner><mac address='52:54:00:7b:35:93'/></networkport>"))
        {
            Assert.Equal(uuid, port.GetUUID());
            using (var found = network.LookupPortByUUID(uuid))
            using (var second = found.Ref())
                Assert.Contains("52:54:00:7b:35:93", second.GetXMLDesc());
            port.Delete();
        }
        Assert.Equal(ErrorNumber.NoNetworkPort, Assert.Throws<LibvirtException>(() => network.LookupPortByUUID(uuid)).Code);
    }

    [Fact]
    public void TheInventedNetworkHasNone()
    {
        using var network = qemu.To(Driver.Test).LookupNetworkByName("default");
        Assert.Equal(ErrorNumber.NoSupport, Assert.Throws<LibvirtException>(() => network.ListAllPorts()).Code);
    }
}
