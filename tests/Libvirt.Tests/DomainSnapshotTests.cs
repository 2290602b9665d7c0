using System.Xml.Linq;

namespace Libvirt.Tests;

[Collection(nameof(Qemu))]
[Trait("Needs", "libvirt")]
public class DomainSnapshotTests(Qemu qemu)
{
    [Theory, BothDrivers]
    public void IsTakenRevertedToAndDeleted(Driver driver)
    {
        var domain = qemu.Start(driver, Qemu.Disk(qemu.NewImage()));
        using (var first = domain.SnapshotCreateXML("<domainsnapshot><name>first</name><description>at work</description></domainsnapshot>"))
        using (var second = domain.SnapshotCreateXML("<domainsnapshot><name>second</name></domainsnapshot>"))
        {
            Assert.Equal("first", first.GetName());
            Assert.Equal("running", XElement.Parse(first.GetXMLDesc()).Element("state")!.Value);
            Assert.True(second.IsCurrent());
            Assert.False(first.IsCurrent());
            using (var parent = second.GetParent())
                Assert.Equal("first", parent.GetName());
            Assert.Equal(ErrorNumber.NoDomainSnapshot, Assert.Throws<LibvirtException>(() => first.GetParent()).Code);
            Assert.Equal(["second"], first.ListChildrenNames());
            Assert.Equal(1, first.NumChildren());
            Assert.Equal(["first", "second"], domain.SnapshotListNames().Order(StringComparer.Ordinal));
            Assert.Equal(2, domain.SnapshotNum());
            using (var owner = second.GetDomain())
                Assert.Equal(domain.GetUUID(), owner.GetUUID());

            domain.Destroy();
            first.RevertTo();
            Assert.Equal(DomainState.Running, domain.GetState().State);
            Assert.True(first.IsCurrent());
            using (var current = domain.SnapshotCurrent())
                Assert.Equal("first", current.GetName());

            first.Delete(DomainSnapshotDeleteFlags.Children);
            Assert.Equal(0, domain.SnapshotNum());
            Assert.False(domain.HasCurrentSnapshot());
        }
        Assert.Equal(ErrorNumber.NoDomainSnapshot, Assert.Throws<LibvirtException>(() => domain.LookupSnapshotByName("first")).Code);
        Qemu.Remove(domain);
    }

    [Theory, BothDrivers]
    public void WithoutADiskThatCanTakeItTheRealOneRefuses(Driver driver)
    {
        var domain = qemu.Start(driver);
        if (driver == Driver.Test)
            domain.SnapshotCreateXML("<domainsnapshot/>").Dispose();
        else
            Assert.Equal(ErrorNumber.ConfigUnsupported, Assert.Throws<LibvirtException>(() => domain.SnapshotCreateXML("<domainsnapshot/>")).Code);
        Qemu.Remove(domain);
    }

    [Fact]
    public void AnExternalSnapshotPutsAnOverlayOverTheDisk()
    {
        var image = qemu.NewImage();
        var overlay = Path.ChangeExtension(image, "over");
        var domain = qemu.Start(Driver.Qemu, Qemu.Disk(image));
        using (domain.SnapshotCreateXML($"<domainsnapshot><disks><disk name='vda' snapshot='external'><source file='{overlay}'/></disk></disks></domainsnapshot>",
            DomainSnapshotCreateFlags.DiskOnly | DomainSnapshotCreateFlags.NoMetadata))
        {
            var disk = XElement.Parse(domain.GetXMLDesc()).Element("devices")!.Element("disk")!;
            Assert.Equal(overlay, (string?)disk.Element("source")!.Attribute("file"));
            Assert.Equal(image, (string?)disk.Element("backingStore")!.Element("source")!.Attribute("file"));
        }
        Qemu.Remove(domain);
    }
}
