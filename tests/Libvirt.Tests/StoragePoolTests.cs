namespace Libvirt.Tests;

[Collection(nameof(Qemu))]
[Trait("Needs", "libvirt")]
public class StoragePoolTests(Qemu qemu)
{
    [Theory, BothDrivers]
    public void IsDefinedBuiltStartedStoppedAndRemoved(Driver driver)
    {
        var connect = qemu.To(driver);
        var xml = Xml.Pool(qemu.Folder, out var name, out var folder);
        using var pool = connect.StoragePoolDefineXML(xml);
        Assert.Equal(name, pool.GetName());
        Assert.True(pool.IsPersistent());
        Assert.False(pool.IsActive());
        Assert.Contains(name, connect.ListDefinedStoragePools());
        pool.Build();
        Assert.Equal(driver == Driver.Qemu, Directory.Exists(folder));      // the invented one makes no files
        pool.Create();
        Assert.True(pool.IsActive());
        Assert.Contains(name, connect.ListStoragePools());
        pool.Refresh();
        pool.SetAutostart(true);
        Assert.True(pool.GetAutostart());
        using (var found = connect.LookupStoragePoolByUUID(pool.GetUUID()))
            Assert.Equal(name, found.GetName());
        if (driver == Driver.Qemu)
        {
            using var found = connect.LookupStoragePoolByTargetPath(folder);
            Assert.Equal(name, found.GetName());
        }
        else
        {
            Assert.Equal(ErrorNumber.NoSupport, Assert.Throws<LibvirtException>(() => connect.LookupStoragePoolByTargetPath(folder)).Code);
        }
        pool.Destroy();
        pool.Delete();
        Assert.False(Directory.Exists(folder));
        pool.Undefine();
        Assert.Equal(ErrorNumber.NoStoragePool, Assert.Throws<LibvirtException>(() => connect.LookupStoragePoolByName(name)).Code);
    }

    [Theory, BothDrivers]
    public void IsListedWithTheRightKind(Driver driver)
    {
        var connect = qemu.To(driver);
        using var pool = Xml.StartedPool(connect, qemu.Folder);
        Assert.Contains(pool.GetUUID(), UUIDs(ConnectListAllStoragePoolsFlags.Active | ConnectListAllStoragePoolsFlags.Dir));
        Assert.DoesNotContain(pool.GetUUID(), UUIDs(ConnectListAllStoragePoolsFlags.Inactive));
        pool.Destroy();
        Assert.Contains(pool.GetUUID(), UUIDs(ConnectListAllStoragePoolsFlags.Inactive));
        pool.Undefine();

        List<Guid> UUIDs(ConnectListAllStoragePoolsFlags flags)
        {
            var found = new List<Guid>();
            foreach (var one in connect.ListAllStoragePools(flags))
            {
                using (one)
                    found.Add(one.GetUUID());
            }
            return found;
        }
    }

    [Theory, BothDrivers]
    public void TwoOnOneFolderAreRefusedAlsoByTheInvented(Driver driver)
    {
        using var pool = qemu.To(driver).StoragePoolDefineXML(Xml.Pool(qemu.Folder, out _, out var folder));
        var second = Xml.Pool(qemu.Folder, out _, out var other).Replace(other, folder, StringComparison.Ordinal);
        Assert.Equal(ErrorNumber.OperationFailed, Assert.Throws<LibvirtException>(() => qemu.To(driver).StoragePoolDefineXML(second)).Code);
        pool.Undefine();
    }

    [Fact]
    public void WhatPoolsThereCanBeIsTold() => Assert.Contains("<pool type='dir'", qemu.Connect.GetStoragePoolCapabilities());
}
