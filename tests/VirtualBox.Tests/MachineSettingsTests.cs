using System.Net;

namespace VirtualBox.Tests;

public sealed class MachineSettingsTests
{
    [Fact]
    public void OnlyWhatIsSetIsChanged()
    {
        Assert.Empty(new MachineSettings().Arguments());
        Assert.Equal(
            ["--memory", "512", "--acpi", "on", "--pae", "off"],
            new MachineSettings { MemoryMiB = 512, TurnOn = MachineSwitches.Acpi, TurnOff = MachineSwitches.Pae }.Arguments());
        Assert.Equal(
            ["--boot1", "disk", "--boot2", "none", "--boot3", "none", "--boot4", "none"],
            new MachineSettings { BootOrder = [BootDevice.Disk] }.Arguments());
        Assert.Equal(
            ["--uart1", "0x3F8", "4", "--uartmode1", "server", "/run/s"],
            new MachineSettings { Serial = new(SerialMode.Server, "/run/s") }.Arguments());
    }

    [Fact]
    public async Task NothingToChangeRunsNothing()
    {
        using var fake = new FakeVBoxManage("");
        await new Machine(fake.Runner, Guid.NewGuid()).Modify(new());
        Assert.Equal(0, fake.Runs);
    }

    public static TheoryData<MachineSettings> Impossible => new()
    {
        new MachineSettings { Cpus = 0 },
        new MachineSettings { MemoryMiB = -1 },
        new MachineSettings { VideoMemoryMiB = 0 },
        new MachineSettings { TurnOn = MachineSwitches.Acpi | MachineSwitches.Pae, TurnOff = MachineSwitches.Pae },
        new MachineSettings { BootOrder = [BootDevice.Net, BootDevice.Disk, BootDevice.Dvd, BootDevice.Floppy, BootDevice.None] },
        new MachineSettings { Serial = new(SerialMode.File) },
        new MachineSettings { OSType = "" },
    };

    [Theory]
    [MemberData(nameof(Impossible))]
    public void ValuesThatCanNotBeAreRefused(MachineSettings settings) => Assert.Throws<ArgumentException>(() => settings.Arguments().ToArray());

    [Theory]
    [InlineData("a,b", 1, 1)]
    [InlineData("", 1, 1)]
    [InlineData("two\nlines", 1, 1)]
    [InlineData("ssh", 0, 22)]
    [InlineData("ssh", 22, 0)]
    public async Task ARuleThatVirtualBoxWouldMisreadIsRefused(string name, ushort host, ushort guest)
    {
        using var fake = new FakeVBoxManage("");
        var rule = new PortForward(name, ForwardProtocol.Tcp, null, host, null, guest);
        await Assert.ThrowsAsync<ArgumentException>(() => new Machine(fake.Runner, Guid.NewGuid()).AddForward(1, rule));
        Assert.Equal(0, fake.Runs);
    }

    [Fact]
    public void ARuleIsWrittenAsVirtualBoxTakesIt()
    {
        Assert.Equal("ssh,tcp,127.0.0.1,2222,,22", new PortForward("ssh", ForwardProtocol.Tcp, IPAddress.Loopback, 2222, null, 22).ToString());
        Assert.Equal("dns,udp,,5353,10.0.2.15,53", new PortForward("dns", ForwardProtocol.Udp, null, 5353, IPAddress.Parse("10.0.2.15"), 53).ToString());
    }

    [Theory]
    [InlineData(0, NicNetwork.Nat, null, null)]
    [InlineData(9, NicNetwork.Nat, null, null)]
    [InlineData(1, NicNetwork.Bridged, null, null)]
    [InlineData(1, NicNetwork.Nat, "eth0", null)]
    [InlineData(1, NicNetwork.Generic, null, null)]
    [InlineData(1, NicNetwork.Nat, null, "08:00:27:AB:CD:EF")]
    public void ANicThatCanNotBeIsRefused(int number, NicNetwork network, string? name, string? mac) =>
        Assert.Throws<ArgumentException>(() => new Nic(network, name) { Mac = mac }.Arguments(number).ToArray());

    [Fact]
    public void MediaAreReadWithTheirFamilyAndUsers()
    {
        // from the real 7.2
        var media = Medium.Parse("""
            UUID:           97730b44-90b3-411b-b183-870d256103bc
            Parent UUID:    base
            State:          created
            Type:           normal (base)
            Location:       /vms/b1/b "1".vdi
            Storage format: VDI
            Format variant: dynamic default
            Capacity:       10 MBytes
            Size on disk:   2 MBytes
            Encryption:     disabled
            Property:       AllocationBlockSize=1048576
            In use by VMs:  b1 (UUID: 339ac653-26b4-4580-b557-ba05f36ae369) [s2 (UUID: 28859bc9-a7cc-4ba2-8243-02ed1f118b08)] [s "3"
            VMState (UUID: 7aafaf51-b8d4-4804-ab3e-16dae475da40)]
                            k1 (UUID: be15426f-c53b-4eac-9dd9-9f8a95e187f7)
            Child UUIDs:    f37bc0b7-89cd-4d72-be7c-38dca9063eae
                            7e9957bc-0d41-40ce-9be3-64f0731e8be1

            UUID:           f37bc0b7-89cd-4d72-be7c-38dca9063eae
            Parent UUID:    97730b44-90b3-411b-b183-870d256103bc
            State:          inaccessible
            Type:           multi-attach (differencing)
            Location:       /vms/b1/Snapshots/{f37bc0b7-89cd-4d72-be7c-38dca9063eae}.vdi
            Storage format: VDI

            """);

        Assert.Equal(2, media.Count);
        Assert.Equal("/vms/b1/b \"1\".vdi", media[0].Location);
        Assert.Equal((10, MediumType.Normal, null), (media[0].CapacityMiB, media[0].Type, media[0].Parent));
        Assert.Equal(["339ac653-26b4-4580-b557-ba05f36ae369", "be15426f-c53b-4eac-9dd9-9f8a95e187f7"], media[0].Machines.Select(m => m.ToString()));
        Assert.Equal(["f37bc0b7-89cd-4d72-be7c-38dca9063eae", "7e9957bc-0d41-40ce-9be3-64f0731e8be1"], media[0].Children.Select(m => m.ToString()));
        Assert.Equal((media[0].Uuid, MediumType.MultiAttach, 0), (media[1].Parent, media[1].Type, media[1].CapacityMiB));
        Assert.Empty(media[1].Machines);
        Assert.Empty(Medium.Parse(""));
    }
}
