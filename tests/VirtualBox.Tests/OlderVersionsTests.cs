using System.Net;

namespace VirtualBox.Tests;

/// <summary>What 6.1 and 7.0 write is read: <c>Samples</c> has it, and tells where each is from.</summary>
public sealed class OlderVersionsTests
{
    private static string Sample(string name) => File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Samples", name));

    [Fact]
    public void AMachineOf61IsRead()
    {
        var report = new MachineReport(MachineReadable.Parse(Sample("6.1/showvminfo.txt")));
        Assert.Equal(("a \"b\" \\c", Guid.Parse("1f612e6e-d117-4d06-813a-40b39401fa9c"), MachineState.Running), (report.Name, report.Uuid, report.State));
        Assert.Equal((2, 1024, 16), (report.Cpus, report.MemoryMiB, report.VideoMemoryMiB));
        Assert.Equal([BootDevice.Floppy, BootDevice.Dvd, BootDevice.Disk, BootDevice.None], report.BootOrder);
        Assert.Equal([new("IDE", StorageBus.Ide) { Ports = 2 }, new("S \"A\" \\T", StorageBus.Sata) { Ports = 2 }], report.Controllers);
        Assert.Equal(
            [new("IDE", 1, 0, null, null), new("S \"A\" \\T", 0, 0, "/vms/d \"1\" \\2.vdi", Guid.Parse("904d3f49-aacb-42f5-b407-c1898a72405f"))],
            report.Attachments);
        Assert.Equal(
            [
                new(NicNetwork.Nat) { Hardware = NicHardware.I82540EM, Mac = "080027F1EA85" },
                new(NicNetwork.NatNetwork, "NatNetwork") { Hardware = NicHardware.Virtio, Mac = "080027F1EA86" },
            ],
            report.Nics.Values);
        Assert.Equal([(1, new("ssh", ForwardProtocol.Tcp, IPAddress.Loopback, 2222, null, 22))], report.Forwards);
        Assert.Equal(new(SerialMode.Server, "/tmp/ser.sock"), report.Serial);
        Assert.Equal(new(IPAddress.Loopback, 5901) { Authentication = RemoteDisplayAuthentication.External }, report.RemoteDisplay);
        Assert.Equal((ushort?)5901, report.RemoteDisplayPort);
        Assert.Equal([new("share", "/srv/share")], report.SharedFolders);
        Assert.Equal("720,400,0", report["VideoMode"]);
    }

    [Fact]
    public void AMachineOf70IsRead()
    {
        var report = new MachineReport(MachineReadable.Parse(Sample("7.0/showvminfo.txt")));
        Assert.Equal(("desktop-1", MachineState.PowerOff, 4, 6144), (report.Name, report.State, report.Cpus, report.MemoryMiB));
        var disk = Guid.Parse("74a4d9fd-e083-4891-ab51-9c955308a933");
        Assert.Equal(new("IDE Controller", 0, 0, "/vms/desktop-1/desktop-disk001.vmdk", disk), Assert.Single(report.Attachments));
        Assert.Equal([NicNetwork.Nat, NicNetwork.Hostonly], report.Nics.Values.Select(n => n.Network));
        Assert.Equal("HostInterfaceNetworking-VirtualBox Host-Only Ethernet Adapter", report.Nics[2].DhcpNetwork);
        Assert.Equal(new(IPAddress.Any, 5983), report.RemoteDisplay);
        Assert.Null(report.RemoteDisplayPort);
        Assert.Equal("/vms/desktop-1/desktop-1.nvram", report["BIOS NVRAM File"]);
        Assert.Equal(new DateTimeOffset(2022, 12, 17, 9, 55, 20, TimeSpan.Zero), report.StateSince);
    }

    [Fact]
    public void NatNetworksOf61AreReadWithTheirRules()
    {
        var list = Sample("6.1/list-natnets.txt");
        var nets = NatNet.Parse(list);
        Assert.Equal([new("NatNetwork", IPNetwork.Parse("10.0.2.0/24"), true), new("sayanat", IPNetwork.Parse("10.12.0.0/24"), true)], nets.Values);
        var rules = NatNet.ParseForwards(list);
        Assert.Equal([new("Rule 1", ForwardProtocol.Tcp, null, 2222, IPAddress.Parse("10.0.2.7"), 22)], rules["NatNetwork"]);
        Assert.Empty(rules["sayanat"]);
    }

    [Fact]
    public void NatNetworksOf70AreRead()
    {
        var list = Sample("7.0/list-natnets.txt");
        Assert.Equal(new("sayanat", IPNetwork.Parse("10.12.0.0/24"), true), NatNet.Parse(list)["sayanat"]);
        Assert.False(NatNet.Parse(list.Replace("Enabled:      Yes", "Enabled:      No", StringComparison.Ordinal))["sayanat"].IsEnabled);
    }

    [Fact]
    public void DhcpServersOf61AreRead()
    {
        var servers = DhcpServer.Parse(Sample("6.1/list-dhcpservers.txt"));
        var hostonly = DhcpServer.OfHostonly("VirtualBox Host-Only Ethernet Adapter");
        IPAddress[] addresses = [IPAddress.Parse("192.168.56.100"), IPAddress.Parse("192.168.56.101"), IPAddress.Parse("192.168.56.254")];
        Assert.Equal(new(hostonly, addresses[0], 24, addresses[1], addresses[2]), servers[hostonly]);
        Assert.Equal(IPAddress.Parse("10.0.2.254"), servers["NatNetwork"].Highest);
    }

    [Fact]
    public async Task ExtensionPacksOf61AreReadAndOraclesIsTheDefault()
    {
        using var fake = new FakeVBoxManage($"""cat '{AppContext.BaseDirectory}/Samples/6.1/list-'"$2.txt" """);
        Assert.Equal(new("Oracle VM VirtualBox Extension Pack", "6.1.38", "VBoxVRDP", null), await ExtensionPack.ForDisplays(fake.Runner));
    }

    [Fact]
    public void AHostAndGuestPropertiesOf61AreRead()
    {
        Assert.Equal(new(4, 4, 16384, 6083, true, "Darwin", "18.7.0"), Host.Parse(Sample("6.1/list-hostinfo.txt")));
        var properties = Machine.GuestPairs(Sample("6.1/guestproperty-enumerate.txt"));
        Assert.Equal(("6.1.20", ""), (properties["/VirtualBox/HostInfo/VBoxVer"], properties["/VirtualBox/GuestInfo/OS/ServicePack"]));
        Assert.Equal([new("080027F1EA85", null, IPAddress.Parse("10.0.2.15"), null, true)], GuestNetwork.Read(properties));
    }

    [Fact]
    public void AMissingMachineAndADiskOf70AreRead()
    {
        var result = new VBoxManageResult(new("VBoxManage", "showvminfo"), 1, "", Sample("7.0/showvminfo-missing.txt"));
        var missing = Assert.IsType<MachineNotFoundException>(VBoxManageException.From(result));
        Assert.Equal("Could not find a registered machine named 'desktop-1'", missing.Message);

        var disk = Assert.Single(Medium.Parse(Sample("7.0/showmediuminfo.txt")));
        Assert.Equal((Guid.Parse("64c7bb70-db83-4df1-bea9-97fdab0aeedb"), null, 40960, "VDI"), (disk.Uuid, disk.Parent, disk.CapacityMiB, disk.Format));
        Assert.Equal([Guid.Parse("1db9fd5b-13f4-4ce3-b77a-95be1b3fa7e5")], disk.Machines);
    }

    [Theory]
    [InlineData("6.1.20r143896", 6, 1, 20)]
    [InlineData("6.1.50_Ubuntur161033", 6, 1, 50)]
    [InlineData("7.0.14r161095", 7, 0, 14)]
    public void VersionsAreRead(string text, int major, int minor, int patch)
    {
        var version = Version.Parse(text);
        Assert.Equal((major, minor, patch), (version.Major, version.Minor, version.Patch));
    }
}
