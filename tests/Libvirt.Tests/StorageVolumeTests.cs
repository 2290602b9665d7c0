using System.Xml.Linq;

namespace Libvirt.Tests;

[Collection(nameof(Qemu))]
[Trait("Needs", "libvirt")]
public class StorageVolumeTests(Qemu qemu)
{
    [Theory, BothDrivers]
    public void IsCreatedFoundClonedAndDeleted(Driver driver)
    {
        var connect = qemu.To(driver);
        using var pool = Xml.StartedPool(connect, qemu.Folder);
        using (var volume = pool.StorageVolCreateXML(Xml.Volume("one.qcow2")))
        {
            Assert.Equal("one.qcow2", volume.GetName());
            Assert.Equal(driver == Driver.Qemu, File.Exists(volume.GetPath()));
            using (var found = connect.LookupStorageVolByPath(volume.GetPath()))
                Assert.Equal(volume.GetKey(), found.GetKey());
            using (var found = connect.LookupStorageVolByKey(volume.GetKey()))
                Assert.Equal(volume.GetPath(), found.GetPath());
            using (var owner = volume.LookupStoragePoolByVolume())
                Assert.Equal(pool.GetUUID(), owner.GetUUID());
            using (pool.StorageVolCreateXMLFrom(Xml.Volume("two.qcow2"), volume))
                Assert.Equal(["one.qcow2", "two.qcow2"], pool.ListVolumes().Order(StringComparer.Ordinal));
            Assert.Equal(2, pool.NumOfVolumes());
            Assert.Equal(driver == Driver.Test ? ErrorNumber.OperationFailed : ErrorNumber.StorageVolExist, Assert.Throws<LibvirtException>(() => pool.StorageVolCreateXML(Xml.Volume("one.qcow2"))).Code);
            var path = volume.GetPath();
            volume.Delete();
            Assert.False(File.Exists(path));
        }
        Assert.Equal(ErrorNumber.NoStorageVol, Assert.Throws<LibvirtException>(() => pool.LookupStorageVolByName("one.qcow2")).Code);
        foreach (var left in pool.ListAllVolumes())
        {
            using (left)
                left.Delete();
        }
        pool.Destroy();
        pool.Undefine();
    }

    [Theory, BothDrivers]
    public void IsMadeLargerAndWipedOnlyByTheReal(Driver driver)
    {
        using var pool = Xml.StartedPool(qemu.To(driver), qemu.Folder);
        using (var volume = pool.StorageVolCreateXML(Xml.Volume("disk.raw", "raw")))
        {
            if (driver == Driver.Test)
            {
                Assert.Equal(ErrorNumber.NoSupport, Assert.Throws<LibvirtException>(() => volume.Resize(2 << 20)).Code);
                Assert.Equal(ErrorNumber.NoSupport, Assert.Throws<LibvirtException>(volume.Wipe).Code);
            }
            else
            {
                File.WriteAllText(volume.GetPath(), new string('x', 1 << 20));
                volume.Wipe();
                Assert.All(File.ReadAllBytes(volume.GetPath()), b => Assert.Equal(0, b));
                volume.Resize(2 << 20);
                Assert.Equal(2 << 20, new FileInfo(volume.GetPath()).Length);
            }
            volume.Delete();
        }
        pool.Destroy();
        pool.Undefine();
    }

    [Theory, BothDrivers]
    public void ABackingFileThatIsMissingIsAcceptedOnlyByTheInvented(Driver driver)
    {
        using var pool = Xml.StartedPool(qemu.To(driver), qemu.Folder);
        var xml = Xml.Volume("overlay.qcow2").Replace("</volume>", "<backingStore><path>/absent.qcow2</path><format type='qcow2'/></backingStore></volume>", StringComparison.Ordinal);
        if (driver == Driver.Test)
        {
            using var volume = pool.StorageVolCreateXML(xml);
            Assert.Equal("/absent.qcow2", XElement.Parse(volume.GetXMLDesc()).Element("backingStore")!.Element("path")!.Value);
            volume.Delete();
        }
        else
        {
            var error = Assert.Throws<LibvirtException>(() => pool.StorageVolCreateXML(xml));
            Assert.Equal((ErrorNumber.SystemError, ErrorDomain.Storage), (error.Code, error.Domain));
        }
        pool.Destroy();
        pool.Undefine();
    }

    [Fact]
    public void AnOverlayKnowsWhatIsBelow()
    {
        using var pool = Xml.StartedPool(qemu.Connect, qemu.Folder);
        using var lower = pool.StorageVolCreateXML(Xml.Volume("lower.qcow2"));
        using var upper = pool.StorageVolCreateXML(Xml.Volume("upper.qcow2")
            .Replace("</volume>", $"<backingStore><path>{lower.GetPath()}</path><format type='qcow2'/></backingStore></volume>", StringComparison.Ordinal));
        Assert.Contains($"backing file: {lower.GetPath()}", Programs.Run("qemu-img", "info", upper.GetPath()));
        Assert.Equal(lower.GetPath(), XElement.Parse(upper.GetXMLDesc()).Element("backingStore")!.Element("path")!.Value);
        upper.Delete();
        lower.Delete();
        pool.Destroy();
        pool.Undefine();
    }
}
