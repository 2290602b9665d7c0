namespace Libvirt.Tests;

[Collection(nameof(Qemu))]
[Trait("Needs", "libvirt")]
public class NWFilterBindingTests(Qemu qemu)
{
    [Fact]
    public void BindsAFilterToADevice()
    {
        using var filter = qemu.Connect.NWFilterDefineXML(Xml.Filter(out var name));
        var xml = $"<filterbinding><owner><name>x</name><uuid>{Guid.NewGuid()}</uuid></owner><portdev name='lo'/><mac address='52:54:00:7b:35:94'/><filterref filter='{name}'/></filterbinding>";
        using (var binding = qemu.Connect.NWFilterBindingCreateXML(xml))
        {
            Assert.Equal(("lo", name), (binding.GetPortDev(), binding.GetFilterName()));
            Assert.Equal(ErrorNumber.OperationInvalid, Assert.Throws<LibvirtException>(filter.Undefine).Code);
            var all = qemu.Connect.ListAllNWFilterBindings();
            Assert.Equal("lo", Assert.Single(all).GetPortDev());
            all[0].Dispose();
            using (var found = qemu.Connect.LookupNWFilterBindingByPortDev("lo"))
                found.Delete();
        }
        Assert.Equal(ErrorNumber.NoNwfilterBinding, Assert.Throws<LibvirtException>(() => qemu.Connect.LookupNWFilterBindingByPortDev("lo")).Code);
        filter.Undefine();
    }
}
