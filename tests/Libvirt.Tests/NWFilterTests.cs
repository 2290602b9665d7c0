namespace Libvirt.Tests;

[Collection(nameof(Qemu))]
[Trait("Needs", "libvirt")]
public class NWFilterTests(Qemu qemu)
{
    [Fact]
    public void IsDefinedFoundAndUndefined()
    {
        using (var filter = qemu.Connect.NWFilterDefineXML(Xml.Filter(out var name)))
        {
            Assert.Equal(name, filter.GetName());
            Assert.Contains("action='accept'", filter.GetXMLDesc());
            Assert.Contains(name, qemu.Connect.ListNWFilters());
            Assert.True(qemu.Connect.NumOfNWFilters() > 0);
            using (var found = qemu.Connect.LookupNWFilterByUUID(filter.GetUUID()))
                Assert.Equal(name, found.GetName());
            filter.Undefine();
            Assert.Equal(ErrorNumber.NoNwfilter, Assert.Throws<LibvirtException>(() => qemu.Connect.LookupNWFilterByName(name)).Code);
        }
    }

    [Fact]
    public void TheInventedDriverHasNone() =>
        Assert.Equal(ErrorNumber.NoSupport, Assert.Throws<LibvirtException>(() => qemu.To(Driver.Test).ListAllNWFilters()).Code);
}
