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

[Collection("real VirtualBox")]
[Trait("Category", "Long")]
public sealed class RealGuestTests(RealVirtualBox real)
{
    private readonly VBoxManage vbox = real.VBox;

    [RealFact]
    public async Task WhatAGuestTellsOfItsNicsIsRead()
    {
        var machine = await real.NewMachine();
        Assert.Empty(await machine.ListGuestNetworks());
        (string Key, string Value)[] told =
        [
            ("Count", "1"), ("0/MAC", "080027F1EA85"), ("0/V4/IP", "10.9.0.5"), ("0/Status", "Up"),
            ("0/Name", "eth0"), ("1/V4/IP", "10.9.0.6"),
        ];
        foreach (var (key, value) in told) await machine.SetGuestProperty($"/VirtualBox/GuestInfo/Net/{key}", value);
        Assert.Equal([new("080027F1EA85", "eth0", IPAddress.Parse("10.9.0.5"), null, true)], await machine.ListGuestNetworks());
        await machine.Delete();
    }

    [RealFact]
    public async Task APropertyIsWaitedForUntilItChangesAndNotForEver()
    {
        var machine = await real.NewMachine();
        Assert.Null(await machine.WaitForGuestProperty("/x/*", TimeSpan.FromMilliseconds(300)));

        // Changed again and again: nothing tells when the waiting has begun.
        Assert.Equal(("/x/a", "two\nlines"), await Changed(i => machine.SetGuestProperty(i % 2 == 0 ? "/y/a" : "/x/a", "two\nlines")));
        await machine.SetGuestProperty("/x/b", "z");
        Assert.Equal(
            ("/x/b", null),
            await Changed(async _ =>
            {
                await machine.SetGuestProperty("/y/a", "z");
                await machine.DeleteGuestProperty("/x/b");
            }));
        await machine.Delete();

        async Task<(string, string?)?> Changed(Func<int, Task> change)
        {
            var waiting = machine.WaitForGuestProperty("/x/*", TimeSpan.FromMinutes(1));
            for (var i = 0; !waiting.IsCompleted; i++) await change(i);
            return await waiting;
        }
    }

    [RealFact]
    public async Task WhatDoesNotRunCanNotBeAskedToShutDown()
    {
        var machine = await real.NewMachine();
        foreach (var restart in new[] { false, true })
        {
            var error = await Assert.ThrowsAsync<VBoxManageException>(() => machine.AskToShutDown(restart));
            Assert.Contains("not currently running", error.Message, StringComparison.Ordinal);
        }
        await machine.Delete();
    }

    [RealFact]
    public async Task FoldersAreSharedAndTakenBack()
    {
        var machine = await real.NewMachine();
        SharedFolder[] folders = [new("plain", "/tmp"), new("s\"f\\x", real.NewFolder())];
        await machine.AddSharedFolder(folders[0] with { IsReadOnly = true, AutoMount = true });
        await machine.AddSharedFolder(folders[1]);
        Assert.Equal(folders, (await machine.Read()).SharedFolders);
        await Assert.ThrowsAsync<ObjectInUseException>(() => machine.AddSharedFolder(folders[0]));
        await Assert.ThrowsAsync<ArgumentException>(() => machine.AddSharedFolder(new("a b", "/tmp")));
        await Assert.ThrowsAsync<ArgumentException>(() => machine.AddSharedFolder(new("a", "tmp")));
        await machine.RemoveSharedFolder("plain");
        Assert.Equal(ErrorCode.ObjectNotFound, (await Assert.ThrowsAsync<VBoxManageException>(() => machine.RemoveSharedFolder("plain"))).Code);
        Assert.Equal(folders[1..], (await machine.Read()).SharedFolders);
        await machine.Delete();
    }
}
