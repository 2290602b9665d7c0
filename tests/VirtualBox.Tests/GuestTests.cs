using System.Net;

namespace VirtualBox.Tests;

public sealed class GuestTests
{
    /// <summary>From a public log of 4.1 with a Windows guest, made of two NICs; the third is what a NIC leaves that went.</summary>
    private const string Enumerated = """
        Name: /VirtualBox/GuestInfo/Net/0/V4/IP, value: 10.0.2.15, timestamp: 1315537562104349000, flags: 
        Name: /VirtualBox/GuestInfo/Net/0/V4/Broadcast, value: 255.255.255.255, timestamp: 1315537562104836000, flags: 
        Name: /VirtualBox/GuestInfo/Net/0/V4/Netmask, value: 255.255.255.0, timestamp: 1315537562105288000, flags: 
        Name: /VirtualBox/GuestInfo/Net/0/Status, value: Up, timestamp: 1315537562105807000, flags: 
        Name: /VirtualBox/GuestInfo/Net/0/MAC, value: 08002763AE79, timestamp: 1315537562106292000, flags: 
        Name: /VirtualBox/GuestInfo/Net/1/V4/IP, value: <NULL>, timestamp: 1448390422247273000, flags: <NULL>
        Name: /VirtualBox/GuestInfo/Net/1/V6/IP, value: fd17::5, timestamp: 1448390422247273000, flags: <NULL>
        Name: /VirtualBox/GuestInfo/Net/1/Name, value: eth0, timestamp: 1448390422248814000, flags: <NULL>
        Name: /VirtualBox/GuestInfo/Net/1/Status, value: Down, timestamp: 1448390422248814000, flags: TRANSIENT, TRANSRESET
        Name: /VirtualBox/GuestInfo/Net/2/V4/IP, value: 10.9.9.9, timestamp: 1315537562104349000, flags: 
        Name: /VirtualBox/GuestInfo/Net/Count, value: 2, timestamp: 1315537662272468000, flags: 

        """;

    [Fact]
    public void NicsAreReadAsTheGuestSeesThem()
    {
        var nics = GuestNetwork.Read(Machine.GuestPairs(Enumerated));
        Assert.Equal([new("08002763AE79", null, IPAddress.Parse("10.0.2.15"), null, true), new(null, "eth0", null, IPAddress.Parse("fd17::5"), false)], nics);
        Assert.Empty(GuestNetwork.Read(Machine.GuestPairs("No properties found.\n")));
    }

    [Fact]
    public void AnAddressOfTheOtherKindIsNone()
    {
        const string list = """
            Name: /VirtualBox/GuestInfo/Net/0/V4/IP, value: ::1, timestamp: 1, flags: 
            Name: /VirtualBox/GuestInfo/Net/0/V6/IP, value: 127.0.0.1, timestamp: 1, flags: 

            """;
        var nic = Assert.Single(GuestNetwork.Read(Machine.GuestPairs(list)));
        Assert.Equal((null, null), (nic.IPv4, nic.IPv6));
    }

    [Theory]
    [InlineData("Name: /x/a, value: two\nlines, flags: x, flags: \n", "/x/a", "two\nlines, flags: x")]
    [InlineData("Name: /x/a, value: , flags: TRANSIENT, RDONLYGUEST\n", "/x/a", "")]
    [InlineData("Name: /x/a, value: <NULL>, flags: <NULL>\n", "/x/a", "")]
    [InlineData("Name: /x/a, value: <NULL>, flags: \n", "/x/a", "<NULL>")]
    [InlineData("Property /x/a was deleted\n", "/x/a", null)]
    public void AChangedPropertyIsRead(string output, string key, string? value) => Assert.Equal((key, value), Machine.Waited(output));

    [Fact]
    public void WhatIsNoPropertyIsTold() => Assert.Throws<FormatException>(() => Machine.Waited("something else\n"));

    [Theory]
    [InlineData(false, "shutdown")]
    [InlineData(true, "reboot")]
    public async Task AGuestIsAskedToShutDown(bool restart, string word)
    {
        using var fake = new FakeVBoxManage("""echo "$*" > "$here/done" """);
        var machine = new Machine(fake.Runner, Guid.NewGuid());
        await machine.AskToShutDown(restart);
        Assert.Equal($"controlvm {machine.Uuid} {word}", (await File.ReadAllTextAsync(fake.FileOf("done"))).Trim());
    }

    [Fact]
    public async Task AGuestWithoutGuestAdditionsCanNotBeAsked()
    {
        using var fake = new FakeVBoxManage("""
            echo 'VBoxManage: error: Shutting down not supported by installed Guest Additions' >&2
            echo 'VBoxManage: error: Details: code VBOX_E_NOT_SUPPORTED (0x80bb0009), component GuestWrap, interface IGuest, callee nsISupports' >&2
            exit 1
            """);
        var error = await Assert.ThrowsAsync<VBoxManageException>(() => new Machine(fake.Runner, Guid.NewGuid()).AskToShutDown());
        Assert.Equal(ErrorCode.NotSupported, error.Code);
    }
}
