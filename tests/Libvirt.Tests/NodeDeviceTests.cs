namespace Libvirt.Tests;

[Collection(nameof(Qemu))]
[Trait("Needs", "libvirt")]
public class NodeDeviceTests(Qemu qemu)
{
    [Theory, BothDrivers]
    public void TheHostItselfIsTheFirst(Driver driver)
    {
        using var computer = qemu.To(driver).LookupNodeDeviceByName("computer");
        Assert.Equal("computer", computer.GetName());
        Assert.Null(computer.GetParent());
        Assert.Contains("system", computer.ListCaps());
        Assert.Equal(computer.ListCaps().Count, computer.NumOfCaps());
        Assert.Contains("<capability type='system'>", computer.GetXMLDesc());
        Assert.Contains("computer", qemu.To(driver).NodeListDevices(null));
        Assert.Equal(1, qemu.To(driver).NodeNumOfDevices("system"));
    }

    [Theory, BothDrivers]
    public void OneThatIsNotThereIsNoNodeDevice(Driver driver) =>
        Assert.Equal(ErrorNumber.NoNodeDevice, Assert.Throws<LibvirtException>(() => qemu.To(driver).LookupNodeDeviceByName("absent")).Code);

    [Fact]
    public void TheRealOnesAreListedByKind()
    {
        var all = qemu.Connect.ListAllNodeDevices(ConnectListAllNodeDeviceFlags.CapNet);
        Assert.Contains(all, d => d.GetName().StartsWith("net_lo", StringComparison.Ordinal));
        foreach (var one in all)
            one.Dispose();
    }

    // The invented driver's lists know no flags, not even those that virsh always sends.
    [Fact]
    public void TheInventedOnesAreListed()
    {
        var all = qemu.To(Driver.Test).ListAllNodeDevices();
        Assert.Contains(all, d => d.GetName() == "computer");
        foreach (var one in all)
            one.Dispose();
    }
}
