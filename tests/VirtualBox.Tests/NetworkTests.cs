using System.Net;

namespace VirtualBox.Tests;

public sealed class NetworkTests
{
    [Theory]
    [InlineData("255.255.255.0", 24)]
    [InlineData("255.255.255.255", 32)]
    [InlineData("0.0.0.0", 0)]
    [InlineData("128.0.0.0", 1)]
    [InlineData("ffffff00", 24)]
    public void AMaskIsThePrefixItStandsFor(string mask, int prefix)
    {
        Assert.Equal(prefix, IPv4Mask.Parse(mask));
        if (mask.Contains('.', StringComparison.Ordinal)) Assert.Equal(mask, IPv4Mask.Format(prefix));
    }

    [Theory]
    [InlineData("255.0.255.0")]
    [InlineData("0.255.255.255")]
    [InlineData("255.255.255")]
    [InlineData("255.255.255.256")]
    [InlineData("0f000000")]
    [InlineData("24")]
    [InlineData("")]
    [InlineData("::1")]
    [InlineData(null)]
    public void WhatIsNoMaskIsRefused(string? mask)
    {
        Assert.False(IPv4Mask.TryParse(mask, out _));
        Assert.Throws<FormatException>(() => IPv4Mask.Parse(mask!));
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(33)]
    public void APrefixHasUpTo32Bits(int prefix) => Assert.Throws<ArgumentOutOfRangeException>(() => IPv4Mask.Format(prefix));

    /// <summary>By hand, after the Go package's and docker-machine's samples: interfaces need a driver.</summary>
    [Fact]
    public void AListThatBreaksOffIsTold()
    {
        Assert.Contains("lacks Network", Assert.Throws<FormatException>(() => NatNet.Parse("Name: n\nDHCP Server: Yes\n")).Message);
        Assert.Contains("lacks VBoxNetworkName", Assert.Throws<FormatException>(() => HostonlyNet.Parse("Name: vboxnet0\n")).Message);
        Assert.Contains("lacks Dhcpd IP", Assert.Throws<FormatException>(() => DhcpServer.Parse("NetworkName: n\n")).Message);
    }

    [Fact]
    public void HostonlyInterfacesAreReadByTheirNetworksName()
    {
        var nets = HostonlyNet.Parse("""
            Name:            vboxnet0
            GUID:            786f6276-656e-4074-8000-0a0027000000
            DHCP:            Disabled
            IPAddress:       192.168.56.1
            NetworkMask:     255.255.255.0
            IPV6Address:
            IPV6NetworkMaskPrefixLength: 0
            HardwareAddress: 0a:00:27:00:00:00
            MediumType:      Ethernet
            Wireless:        No
            Status:          Up
            VBoxNetworkName: HostInterfaceNetworking-vboxnet0

            Name:            vboxnet1
            GUID:            786f6276-656e-4174-8000-0a0027000001
            DHCP:            Disabled
            IPAddress:       0.0.0.0
            NetworkMask:     0.0.0.0
            IPV6Address:     fe80:0000:0000:0000:0800:27ff:fe00:0000
            IPV6NetworkMaskPrefixLength: 64
            HardwareAddress: 0a:00:27:00:00:01
            MediumType:      Ethernet
            Wireless:        No
            Status:          Down
            VBoxNetworkName: HostInterfaceNetworking-vboxnet1


            """);
        Assert.Equal(2, nets.Count);
        var guid = Guid.Parse("786f6276-656e-4074-8000-0a0027000000");
        var name = DhcpServer.OfHostonly("vboxnet0");
        Assert.Equal(new(name["HostInterfaceNetworking-".Length..], name, guid, IPAddress.Parse("192.168.56.1"), 24, true), nets[name]);
        var down = nets[DhcpServer.OfHostonly("vboxnet1")];
        Assert.Equal((null, 0, false), (down.Address, down.PrefixLength, down.IsUp));
        Assert.Empty(HostonlyNet.Parse(""));
    }

    [Fact]
    public async Task AnInterfaceIsMadeFoundConfiguredAndRemoved()
    {
        using var fake = new FakeVBoxManage("""
            echo "$*" >> "$here/done"
            case "$*" in
              "hostonlyif create") echo "Interface 'vboxnet3' was successfully created" ;;
              "list hostonlyifs")
                printf 'Name: vboxnet3\nGUID: 786f6276-656e-4074-8000-0a0027000000\nStatus: Down\n'
                printf 'VBoxNetworkName: HostInterfaceNetworking-vboxnet3\n\n' ;;
            esac
            """);
        var net = await HostonlyNet.Create(fake.Runner);
        Assert.Equal("vboxnet3", net.Name);
        await HostonlyNet.Configure(fake.Runner, net.Name, IPAddress.Parse("10.1.0.1"), 16);
        await HostonlyNet.Remove(fake.Runner, net.Name);
        Assert.Equal(
            ["hostonlyif create", "list hostonlyifs", "hostonlyif ipconfig vboxnet3 --ip 10.1.0.1 --netmask 255.255.0.0", "hostonlyif remove vboxnet3"],
            await File.ReadAllLinesAsync(fake.FileOf("done")));
    }
}
