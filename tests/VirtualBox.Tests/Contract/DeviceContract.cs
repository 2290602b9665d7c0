using System.Net;

namespace VirtualBox.Tests;

public abstract class DeviceContract(Installation tried)
{
    private readonly VBoxManage vbox = tried.VBox;

    [ContractFact]
    public async Task EveryKindOfNicIsReadBackAsItWasSet()
    {
        var machine = await tried.NewMachine();
        var nics = new Dictionary<int, Nic>
        {
            [1] = new(NicNetwork.Nat) { Hardware = NicHardware.Virtio, Mac = "080027ABCDEF" },
            [2] = new(NicNetwork.Bridged, "eth0 \"x\"") { Hardware = NicHardware.I82540EM, Mac = "080027000002" },
            [3] = new(NicNetwork.Internal, "in \"n\" \\t") { Hardware = NicHardware.Am79C973, CableConnected = false, Mac = "080027000003" },
            [4] = new(NicNetwork.Hostonly, "vboxnet0") { Hardware = NicHardware.I82543GC, Mac = "080027000004" },
            [5] = new(NicNetwork.NatNetwork, "nn\"1\\") { Hardware = NicHardware.I82545EM, Mac = "080027000005" },
            [8] = new(NicNetwork.Null) { Hardware = NicHardware.Am79C970A, Mac = "080027000008" },
        };
        foreach (var (number, nic) in nics) await machine.SetNic(number, nic);
        Assert.Equal(nics, (await machine.Read()).Nics);

        await machine.SetNic(1, new(NicNetwork.None));
        Assert.Equal([2, 3, 4, 5, 8], (await machine.Read()).Nics.Keys);
        await machine.Delete();
    }

    [ContractFact]
    public async Task PortsAreForwardedAndTakenBack()
    {
        var machine = await tried.NewMachine();
        await machine.SetNic(1, new(NicNetwork.Nat));
        await machine.SetNic(2, new(NicNetwork.Nat));
        var ssh = new PortForward("s \"s\" \\h", ForwardProtocol.Tcp, IPAddress.Loopback, 2222, null, 22);
        var dns = new PortForward("dns", ForwardProtocol.Udp, null, 65535, IPAddress.Parse("10.0.2.15"), 53);
        await machine.AddForward(1, ssh);
        await machine.AddForward(2, dns);
        Assert.Equal([(1, ssh), (2, dns)], (await machine.Read()).Forwards);

        Assert.Equal(ErrorCode.InvalidArgument, (await Assert.ThrowsAsync<VBoxManageException>(() => machine.AddForward(1, ssh))).Code);
        Assert.Equal(ErrorCode.InvalidArgument, (await Assert.ThrowsAsync<VBoxManageException>(() => machine.RemoveForward(2, ssh.Name))).Code);

        await machine.RemoveForward(1, ssh.Name);
        Assert.Equal([(2, dns)], (await machine.Read()).Forwards);
        await machine.Delete();
    }

    [ContractFact]
    public async Task EveryBusHasAController()
    {
        var machine = await tried.NewMachine();
        foreach (var bus in Enum.GetValues<StorageBus>()) await machine.AddController(new($"my \"{bus}\" \\", bus));
        Assert.Equal(Enum.GetValues<StorageBus>().Select(b => ($"my \"{b}\" \\", b)), (await machine.Read()).Controllers.Select(c => (c.Name, c.Bus)));

        await machine.RemoveController("my \"Sata\" \\");
        Assert.DoesNotContain((await machine.Read()).Controllers, c => c.Bus == StorageBus.Sata);
        await machine.Delete();
    }

    [ContractFact]
    public async Task AControllersNameIsTakenOnceAndItsSettingsAreKept()
    {
        var machine = await tried.NewMachine();
        await machine.AddController(new("C", StorageBus.Sata) { Ports = 7, Bootable = false, HostIOCache = true });
        Assert.Equal(new("C", StorageBus.Sata) { Ports = 7, Bootable = false }, Assert.Single((await machine.Read()).Controllers));
        await Assert.ThrowsAsync<ObjectInUseException>(() => machine.AddController(new("C", StorageBus.Ide)));
        Assert.Equal(ErrorCode.ObjectNotFound, (await Assert.ThrowsAsync<VBoxManageException>(() => machine.RemoveController("D"))).Code);
        await machine.Delete();
    }

    [ContractFact]
    public async Task DrivesComeAndGoAlsoWhereNamesLookAlike()
    {
        var machine = await tried.NewMachine();
        var folder = (await machine.Read()).Folder;
        var disk = await Medium.Create(vbox, $"{folder}/a \"b\" 名.vdi", 8);
        await machine.AddController(new("S", StorageBus.Sata) { Ports = 1 });
        await machine.AddController(new("S-3", StorageBus.Ide));
        await machine.AddController(new("F", StorageBus.Floppy));
        await machine.Attach("S", 3, 0, Drive.HardDisk, disk.Location);
        await machine.Attach("S-3", 0, 1, Drive.Dvd, null);
        await machine.Attach("F", 0, 0, Drive.Floppy, null);

        Attachment[] expected = [new("S", 3, 0, disk.Location, disk.Uuid), new("S-3", 0, 1, null, null), new("F", 0, 0, null, null)];
        var report = await machine.Read();
        Assert.Equal(expected.ToHashSet(), report.Attachments.ToHashSet());
        Assert.Equal(4, report.Controllers[0].Ports);

        await machine.Detach("S", 3, 0);
        Assert.Equal(2, (await machine.Read()).Attachments.Count);
        await Assert.ThrowsAsync<VBoxManageException>(() => machine.Attach("S", 0, 0, Drive.Dvd, $"{folder}/missing.iso"));
        await Assert.ThrowsAsync<VBoxManageException>(() => machine.Attach("X", 0, 0, Drive.Dvd, null));
        await Medium.Delete(vbox, disk.Uuid);
        Assert.False(File.Exists(disk.Location));
        await machine.Delete();
    }

    [ContractFact]
    public async Task TwoMachinesDoNotWriteToOneDisk()
    {
        var first = await tried.NewMachineWithDisk();
        var disk = Assert.Single((await first.Read()).Attachments);
        var second = await tried.NewMachine();
        await second.AddController(new("SATA", StorageBus.Sata));

        var error = await Assert.ThrowsAsync<MediaInUseException>(() => second.Attach("SATA", 0, 0, Drive.HardDisk, disk.Location));
        Assert.Equal([disk.Medium!.Value], error.Media);
        Assert.Contains(first.Uuid.ToString(), error.Message, StringComparison.Ordinal);
        Assert.Empty((await second.Read()).Attachments);
        await Assert.ThrowsAsync<ObjectInUseException>(() => Medium.Delete(vbox, disk.Medium!.Value));
        Assert.True(File.Exists(disk.Location));
        await second.Delete();
        await first.Delete();
    }

    [ContractFact]
    public async Task ADiskForManyMachinesIsSharedByDifferences()
    {
        var folder = tried.NewFolder();
        var first = await tried.NewMachine();
        await first.AddController(new("SATA", StorageBus.Sata));
        var disk = await Medium.Create(vbox, $"{folder}/base.vdi", 8);
        await Medium.SetType(vbox, disk.Uuid, MediumType.Immutable);
        var second = await tried.NewMachine();
        await second.AddController(new("SATA", StorageBus.Sata));
        foreach (var machine in new[] { first, second }) await machine.Attach("SATA", 0, 0, Drive.HardDisk, disk.Location);

        var known = await Medium.List(vbox);
        var shared = Assert.Single(known, m => m.Uuid == disk.Uuid);
        Assert.Equal(MediumType.Immutable, shared.Type);
        Assert.Equal(known.Where(m => m.Parent == disk.Uuid).Select(m => m.Uuid).ToHashSet(), shared.Children.ToHashSet());
        Assert.Equal(2, shared.Children.Count);

        await first.Delete();
        Assert.True(File.Exists(disk.Location));
        Assert.Single((await second.Read()).Attachments);
        await second.Delete();
        Assert.True(File.Exists(disk.Location));
    }

    [ContractFact]
    public async Task DisksAreMadeGrownCopiedAndDeleted()
    {
        var folder = tried.NewFolder();
        var disk = await Medium.Create(vbox, $"{folder}/new/d.vdi", 8);
        Assert.Equal((8, "VDI", MediumType.Normal, null), (disk.CapacityMiB, disk.Format, disk.Type, disk.Parent));
        await Assert.ThrowsAsync<VBoxManageException>(() => Medium.Create(vbox, disk.Location, 8));

        await Medium.Resize(vbox, disk.Uuid, 16);
        Assert.Equal(16, (await Medium.Get(vbox, disk.Uuid.ToString())).CapacityMiB);
        Assert.Equal(ErrorCode.NotSupported, (await Assert.ThrowsAsync<VBoxManageException>(() => Medium.Resize(vbox, disk.Uuid, 8))).Code);

        var percent = 0;
        var copy = await Medium.Copy(vbox, disk.Uuid, $"{folder}/copy.vdi", new Listener(p => percent = p));
        Assert.Equal(100, percent);
        Assert.Equal((16, null), (copy.CapacityMiB, copy.Parent));

        var difference = await Medium.CreateDifference(vbox, $"{folder}/diff.vdi", copy.Uuid);
        Assert.Equal(copy.Uuid, difference.Parent);
        Assert.Equal([difference.Uuid], (await Medium.Get(vbox, copy.Location)).Children);
        await Assert.ThrowsAsync<ObjectInUseException>(() => Medium.Delete(vbox, copy.Uuid));
        await Medium.Move(vbox, difference.Uuid, $"{folder}/moved.vdi");
        var moved = await Medium.Get(vbox, difference.Uuid.ToString());
        Assert.Equal(($"{folder}/moved.vdi", copy.Uuid), (moved.Location, moved.Parent));
        Assert.True(File.Exists(copy.Location));

        foreach (var medium in new[] { difference, copy, disk }) await Medium.Delete(vbox, medium.Uuid);
        Assert.Empty(Directory.EnumerateFiles(folder, "*.vdi", SearchOption.AllDirectories));
        Assert.Equal(ErrorCode.FileError, (await Assert.ThrowsAsync<VBoxManageException>(() => Medium.Get(vbox, disk.Location))).Code);
    }

    [ContractFact]
    public async Task ExtraDataAndGuestPropertiesAreKeptAsTheyAre()
    {
        var machine = await tried.NewMachine();
        var texts = new Dictionary<string, string>
        {
            ["/broker/plain"] = "value",
            ["/broker/lines"] = "one\ntwo\n\nfour",
            ["/broker/quotes"] = " \"q\" \\ 'x' = Value: z, timestamp: 5, flags: ",
            ["/broker/名"] = "é 名前",
        };
        foreach (var (key, value) in texts)
        {
            await machine.SetExtra(key, value);
            await machine.SetGuestProperty(key, value);
        }
        foreach (var (key, value) in texts)
        {
            Assert.Equal(value, await machine.GetExtra(key));
            Assert.Equal(value, await machine.GetGuestProperty(key));
        }
        Assert.Equal(texts, await machine.ListExtra());
        Assert.Equal(texts, await machine.ListGuestProperties("/broker/*"));
        Assert.Equal(["/broker/plain"], (await machine.ListGuestProperties("*/plain")).Keys);
        Assert.Empty(await machine.ListGuestProperties("/nothing"));

        await machine.SetGuestProperty("/a", "v, timestamp: 1, flags: \nName: /broker/plain, value: forged");
        Assert.Equal("forged", (await machine.ListGuestProperties("/*"))["/broker/plain"]);
        Assert.Equal("value", await machine.GetGuestProperty("/broker/plain"));

        await machine.DeleteExtra("/broker/plain");
        await machine.DeleteExtra("/broker/plain");
        Assert.Null(await machine.GetExtra("/broker/plain"));
        await machine.DeleteGuestProperty("/broker/plain");
        await machine.DeleteGuestProperty("/broker/plain");
        Assert.Null(await machine.GetGuestProperty("/broker/plain"));
        await machine.Delete();
    }
}
