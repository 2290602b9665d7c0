namespace Libvirt.Tests;

[Collection(nameof(Qemu))]
[Trait("Needs", "libvirt")]
public class DomainCheckpointTests(Qemu qemu)
{
    [Theory, BothDrivers]
    public void StandsInARowUntilItIsDeleted(Driver driver)
    {
        var domain = qemu.Start(driver, Qemu.Disk(qemu.NewImage()));
        using (var first = domain.CheckpointCreateXML("<domaincheckpoint><name>first</name></domaincheckpoint>"))
        using (var second = domain.CheckpointCreateXML("<domaincheckpoint><name>second</name></domaincheckpoint>"))
        {
            Assert.Contains("<name>first</name>", second.GetXMLDesc());
            using (var parent = second.GetParent())
                Assert.Equal("first", parent.GetName());
            var children = first.ListAllChildren();
            Assert.Equal("second", Assert.Single(children).GetName());
            children[0].Dispose();
            var all = domain.ListAllCheckpoints();
            Assert.Equal(2, all.Count);
            foreach (var one in all)
                one.Dispose();
            second.Delete();
            first.Delete();
        }
        Assert.Equal(ErrorNumber.NoDomainCheckpoint, Assert.Throws<LibvirtException>(() => domain.LookupCheckpointByName("first")).Code);
        Qemu.Remove(domain);
    }
}
