namespace VirtualBox.Tests;

public sealed class MachineReadableTests
{
    /// <summary>From the real 7.2, shortened; the names were chosen to break parsers.</summary>
    private const string Report = """"
        name="a \"b\" \\c"
        groups="/"
        ostype="Debian (64-bit)"
        UUID="1f612e6e-d117-4d06-813a-40b39401fa9c"
        CfgFile="/vms/a _b_ _c/a _b_ _c.vbox"
        memory=2048
        cpus=1
        vram=16
        boot1="floppy"
        boot2="dvd"
        boot3="disk"
        boot4="none"
        acpi="on"
        pae="off"
        VMState="poweroff"
        VMStateChangeTime="2026-11-21T19:13:56.530000000"
        storagecontrollername0="S \"A\" \\T"
        storagecontrollertype0="IntelAhci"
        storagecontrollerportcount0="1"
        storagecontrollerbootable0="on"
        "S \"A\" \\T-0-0"="/vms/d \"1\".vdi"
        "S \"A\" \\T-ImageUUID-0-0"="904d3f49-aacb-42f5-b407-c1898a72405f"
        "S \"A\" \\T-hot-pluggable-0-0"="off"
        natnet1="nat"
        macaddress1="080027F1EA85"
        cableconnected1="on"
        nic1="nat"
        nictype1="82540EM"
        mtu="0"
        Forwarding(0)="r "1" \x,tcp,127.0.0.1,2222,,22"
        Forwarding(1)="with,comma,udp,,53,10.0.2.15,53"
        intnet2="i "n" \t"
        macaddress2="0800274E062A"
        cableconnected2="off"
        nic2="intnet"
        nictype2="virtio"
        nat-network3="n"n\"
        macaddress3="0800276E0C77"
        cableconnected3="on"
        nic3="natnetwork"
        nictype3="82540EM"
        nic4="none"
        uart1="0x03f8,4"
        uartmode1="file,/tmp/a "b" \c"
        uart2="off"
        VideoMode="720,400,0"@0,0 1
         rec_screen0
        rec_screen_enabled="on"
        description="he said \"hi\"
        VMState=\"running\"
        back\\slash\\\""
        SnapshotName="s "1" \
        VMState="x""
        SnapshotUUID="ad08f2c4-ad29-4332-aa5f-ece079065e56"
        SnapshotDescription="d "q""
        SnapshotName-1="s2"
        SnapshotUUID-1="9881e2ab-e3da-4447-aa2c-4dbc5f3d7b18"
        CurrentSnapshotName="s2"
        CurrentSnapshotUUID="9881e2ab-e3da-4447-aa2c-4dbc5f3d7b18"
        CurrentSnapshotNode="SnapshotName-1"
        GuestMemoryBalloon=0

        """";

    [Theory]
    [InlineData("name", "a \"b\" \\c")]
    [InlineData("memory", "2048")]
    [InlineData("VMState", "poweroff")]
    [InlineData("storagecontrollername0", "S \"A\" \\T")]
    [InlineData("S \"A\" \\T-0-0", "/vms/d \"1\".vdi")]
    [InlineData("Forwarding(0)", "r \"1\" \\x,tcp,127.0.0.1,2222,,22")]
    [InlineData("intnet2", "i \"n\" \\t")]
    [InlineData("nat-network3", "n\"n\\")]
    [InlineData("uartmode1", "file,/tmp/a \"b\" \\c")]
    [InlineData("VideoMode", "720,400,0")]
    [InlineData("description", "he said \"hi\"\nVMState=\"running\"\nback\\slash\\\"")]
    [InlineData("SnapshotName", "s \"1\" \\\nVMState=\"x\"")]
    [InlineData("SnapshotDescription", "d \"q\"")]
    [InlineData("SnapshotUUID-1", "9881e2ab-e3da-4447-aa2c-4dbc5f3d7b18")]
    [InlineData("GuestMemoryBalloon", "0")]
    [InlineData(" rec_screen0", null)]
    [InlineData("missing", null)]
    public void TextsAreReadAsTheyWereGiven(string key, string? value)
    {
        Assert.Equal(value, MachineReadable.Parse(Report)[key]);
        Assert.Equal(value, MachineReadable.Parse(Report.Replace("\n", "\r\n", StringComparison.Ordinal))[key]?.Replace("\r", "", StringComparison.Ordinal));
    }

    [Fact]
    public void ANameCanNotPretendALaterLine()
    {
        var report = MachineReadable.Parse("VMState=\"poweroff\"\nSnapshotName=\"x\"\nVMState=\"running\"\nname=\"evil\"\n");
        Assert.Equal("poweroff", report["VMState"]);
    }

    [Theory]
    [InlineData("name=\"cut off")]
    [InlineData("name=\"cut off\\\"")]
    [InlineData("intnet1=\"cut off\n")]
    public void ATextWithoutEndIsToldWithItsKey(string report)
    {
        var error = Assert.Throws<FormatException>(() => MachineReadable.Parse(report));
        Assert.Contains(report[..report.IndexOf('=')], error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("\n\n")]
    [InlineData("\"no key\n")]
    [InlineData("no value")]
    [InlineData("=")]
    public void WhatIsNoEntryIsPassedOver(string report) => Assert.Empty(MachineReadable.Parse(report).Entries);

    [Fact]
    public void AMachineIsReadInAllItsParts()
    {
        var report = new MachineReport(MachineReadable.Parse(Report));
        Assert.Equal(Guid.Parse("1f612e6e-d117-4d06-813a-40b39401fa9c"), report.Uuid);
        Assert.Equal("a \"b\" \\c", report.Name);
        Assert.Equal("/vms/a _b_ _c", report.Folder);
        Assert.Equal((1, 2048, 16), (report.Cpus, report.MemoryMiB, report.VideoMemoryMiB));
        Assert.Equal(MachineSwitches.Acpi, report.Switches);
        Assert.Equal([BootDevice.Floppy, BootDevice.Dvd, BootDevice.Disk, BootDevice.None], report.BootOrder);
        Assert.Equal(new(SerialMode.File, "/tmp/a \"b\" \\c"), report.Serial);
        Assert.Equal(new DateTimeOffset(2026, 11, 21, 19, 13, 56, 530, TimeSpan.Zero), report.StateSince);
        Assert.Equal(new("S \"A\" \\T", StorageBus.Sata) { Ports = 1 }, Assert.Single(report.Controllers));
        Assert.Equal(new("S \"A\" \\T", 0, 0, "/vms/d \"1\".vdi", Guid.Parse("904d3f49-aacb-42f5-b407-c1898a72405f")), Assert.Single(report.Attachments));
        Assert.Equal([NicNetwork.Nat, NicNetwork.Internal, NicNetwork.NatNetwork], report.Nics.Values.Select(n => n.Network));
        Assert.Equal(["r \"1\" \\x", "with,comma"], report.Forwards.Select(f => f.Rule.Name));
        Assert.All(report.Forwards, f => Assert.Equal(1, f.Nic));
        Assert.Equal(Guid.Parse("9881e2ab-e3da-4447-aa2c-4dbc5f3d7b18"), report.CurrentSnapshot);
        Assert.Equal("Debian (64-bit)", report["ostype"]);
    }

    [Theory]
    [InlineData("poweroff", MachineState.PowerOff)]
    [InlineData("aborted-saved", MachineState.AbortedSaved)]
    [InlineData("gurumeditation", MachineState.GuruMeditation)]
    [InlineData("teleportingpausedvm", MachineState.TeleportingPausedVm)]
    [InlineData("deletingsnapshotlivepaused", MachineState.DeletingSnapshotLivePaused)]
    [InlineData("unknown", MachineState.Unknown)]
    [InlineData("5", MachineState.Unknown)]
    [InlineData("of a later version", MachineState.Unknown)]
    public void StatesAreReadByVirtualBoxsWords(string word, MachineState state) => Assert.Equal(state, MachineReport.StateOf(word));

    [Fact]
    public void AListIsReadWhateverTheNamesHold()
    {
        Guid[] ids = [.. Enumerable.Range(0, 5).Select(i => Guid.Parse($"1f612e6e-d117-4d06-813a-40b39401fa9{i}"))];
        var list = $"\"plain\" {{{ids[0]}}}\n\"a \"b\" {{{ids[0]}}}\" {{{ids[1]}}}\n\"two\nlines\" {{{ids[2]}}}\n\"<inaccessible>\" {{{ids[3]}}}\n";
        MachineEntry[] expected = [new(ids[0], "plain"), new(ids[1], $"a \"b\" {{{ids[0]}}}"), new(ids[2], "two\nlines"), new(ids[3], null)];
        Assert.Equal(expected, Machine.Entries(list));
        Assert.Empty(Machine.Entries(""));
    }
}
