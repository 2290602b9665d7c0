namespace Libvirt.Tests;

[Collection(nameof(Qemu))]
[Trait("Needs", "libvirt")]
public class InterfaceTests(Qemu qemu)
{
    [Theory]
    [InlineData(Driver.Test, "eth1")]
    [InlineData(Driver.Qemu, "lo")]
    public void IsFoundByNameAndList(Driver driver, string name)
    {
        var connect = qemu.To(driver);
        using (var one = connect.LookupInterfaceByName(name))
        {
            Assert.Equal(name, one.GetName());
            Assert.Contains($"name='{name}'", one.GetXMLDesc());
            Assert.Matches("^([0-9a-f]{2}:){5}[0-9a-f]{2}$", one.GetMACString());
        }
        var all = connect.ListAllInterfaces();
        Assert.Contains(all, i => i.GetName() == name);
        // QEMU's driver leaves lo out of the names, and only there
        Assert.Equal(connect.ListInterfaces().Concat(connect.ListDefinedInterfaces()).Order(StringComparer.Ordinal),
            all.Select(i => i.GetName()).Where(n => n != "lo").Order(StringComparer.Ordinal));
        foreach (var one in all)
            one.Dispose();
        Assert.Equal(ErrorNumber.NoInterface, Assert.Throws<LibvirtException>(() => connect.LookupInterfaceByName("absent")).Code);
    }

    [Fact]
    public void ChangesOfInventedOnesAreMadeTogetherOrTakenBack()
    {
        var connect = qemu.To(Driver.Test);
        connect.InterfaceChangeBegin();
        using (var one = connect.InterfaceDefineXML("<interface type='ethernet' name='eth7'><start mode='none'/><mac address='aa:bb:cc:dd:ee:07'/></interface>"))
        {
            one.Create();
            Assert.True(one.IsActive());
            using (var found = connect.LookupInterfaceByMACString("aa:bb:cc:dd:ee:07"))
                Assert.Equal("eth7", found.GetName());
            one.Destroy();
        }
        connect.InterfaceChangeRollback();
        Assert.Equal(ErrorNumber.NoInterface, Assert.Throws<LibvirtException>(() => connect.LookupInterfaceByName("eth7")).Code);
    }

    [Fact]
    public void TheRealDriverOnlyReads() =>
        Assert.Equal(ErrorNumber.NoSupport, Assert.Throws<LibvirtException>(qemu.Connect.InterfaceChangeBegin).Code);
}
