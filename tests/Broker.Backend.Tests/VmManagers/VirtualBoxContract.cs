using System.Net.Sockets;
using System.Text;
using Broker.Backend.VmManagers;
using Broker.Backend.VmManagers.VirtualBox;
using Broker.Core.Devices;
using Broker.Testing;
using VirtualBox;
using VirtualBox.Simulator;
using VirtualBox.Testing;

namespace Broker.Backend.Tests.VmManagers;

/// <summary>On a simulator, which runs machines; what the real VirtualBox makes of disks and definitions is in <see cref="RealVirtualBoxTests"/>.</summary>
public sealed class VirtualBoxContract : VmManagerContract, IDisposable
{
    private readonly SimulatedVirtualBox _vbox = new(server: VirtualBoxVmManager.ServerOf);

    protected override IVmManager Manager { get; } = new VirtualBoxVmManager(SimulatedVirtualBox.Program);

    protected override byte Marker => 0xAA;

    // VirtualBox tells "no saved memory" and "damaged" apart no more than a start that fails.
    protected override bool DropsWhatIsNoMemory => false;

    public void Dispose() => _vbox.Dispose();

    protected override Task<NodeSettings> MakeSettings() => Task.FromResult(new NodeSettings(
        "virtualbox", $"virtualbox://{_vbox.Home}", _vbox.NewFolder(), Path.Combine(_vbox.NewFolder(), "library"), _vbox.NewFolder()));

    protected override Task MakeBlank(string path) => Programs.Run("qemu-img", "create", "-q", "-f", "qcow2", path, "64M");

    protected override Task MakeBootable(string path) => MakeBlank(path);

    protected override Task WriteMark(string disk, char mark)
    {
        new VdiContent(disk, Settings.PoolFolder).Write(mark);
        return Task.CompletedTask;
    }

    protected override Task<bool> HasMark(string disk, char mark) => Task.FromResult(new VdiContent(disk, Settings.PoolFolder).Has(mark));

    protected override async Task<string> WrittenTo(DomainSpec spec, int disk) => (await new Machine(VBox, spec.Id).Read()).Attachments.Single(a => a.Port == disk).Location!;

    protected override Task<long> CapacityOf(string disk) => Task.FromResult(VdiFile.Read(disk)!.CapacityBytes);

    protected override Task CutMemory(DomainSpec spec, Func<long, long> length)
    {
        using var file = File.OpenWrite(Directory.EnumerateFiles(FolderOf(spec), "*.sav", SearchOption.AllDirectories).Single());
        file.SetLength(length(file.Length));
        return Task.CompletedTask;
    }

    protected override Task BreakConnection()
    {
        // more than all the tries of a look, and soon used up
        _vbox.Knobs.Set(Knobs.NoServer, 24);
        return Task.CompletedTask;
    }

    [Fact]
    public async Task What_others_do_to_a_machine_is_reported()
    {
        var spec = Spec([]);
        Node.Define(spec);
        var machine = new Machine(VBox, spec.Id);
        await machine.Start();
        await Until(() => Last(spec) is { Power: Power.Running });
        await machine.Save();
        await Until(() => Last(spec) is { Power: Power.Saved, Detail: "saved" });
        await machine.Start();
        await Until(() => Last(spec) is { Power: Power.Running });
        await machine.Poweroff();
        await Until(() => Last(spec) is { Power: Power.Off, Detail: "shutdown" });

        _vbox.Knobs.Set(Knobs.GuestDies, "button");
        Node.Start(spec.Id);
        await Until(() =>
        {
            _ = Record.Exception(() => Node.Shutdown(spec.Id));      // one that is stuck can't hear it
            return Inventory(spec) is { Power: Power.Paused, Detail: "guru_meditation" };
        });
        Assert.Contains("Poweroff", Assert.Throws<VmException>(() => Node.Start(spec.Id)).Message, StringComparison.Ordinal);
        Node.Destroy(spec.Id);
        Assert.Equal(Power.Off, Inventory(spec)!.Power);
    }

    [Fact]
    public async Task What_was_chosen_of_the_hardware_is_what_the_host_has()
    {
        var spec = Spec([]);
        Node.Define(spec);
        var hardware = Hardware.Usual
            .With(DeviceKind.Features, [Options("hpet=on")])
            .With(DeviceKind.Video, [Options("model=vmsvga,memory_mib=64")])
            .With(DeviceKind.Network, [Options("model=am79c973"), Options("mac=56:54:00:00:00:01,model=virtio")])
            .With(DeviceKind.Filesystem, [Options($"source={Settings.PoolFolder},target=course")]);
        Node.Define(spec with { MemoryKib = 96 * 1024, Vcpus = 2, Hardware = hardware });

        var report = await new Machine(VBox, spec.Id).Read();
        Assert.Equal((96, 2, 64, GraphicsController.VmSvga), (report.MemoryMiB, report.Cpus, report.VideoMemoryMiB, report.Graphics));
        Assert.True(report.Switches.HasFlag(MachineSwitches.Hpet));
        Assert.Equal([NicHardware.Am79C973, NicHardware.Virtio], report.Nics.OrderBy(n => n.Key).Select(n => n.Value.Hardware!.Value));
        Assert.Equal("565400000001", report.Nics[2].Mac);
        Assert.Equal([("course", Settings.PoolFolder)], report.SharedFolders.Select(f => (f.Name, f.HostPath)));

        Node.Define(spec);
        report = await new Machine(VBox, spec.Id).Read();
        Assert.Equal(GraphicsController.VBoxVga, report.Graphics);
        Assert.False(report.Switches.HasFlag(MachineSwitches.Hpet));
        Assert.Equal([1], report.Nics.Keys);
        Assert.Empty(report.SharedFolders);

        static DeviceOptions Options(string text) => DeviceOptions.Parse(text);
    }

    [Fact]
    public void A_machine_whose_settings_are_damaged_can_be_removed()
    {
        var spec = Spec([]);
        Node.Define(spec);
        _vbox.KillServer();
        File.WriteAllText(Directory.EnumerateFiles(Path.Combine(_vbox.Home, "broker", $"{spec.Id}"), "*.vbox", SearchOption.AllDirectories).Single(), "damaged");
        Assert.NotNull(Inventory(spec));

        Node.Destroy(spec.Id);
        Node.Undefine(spec.Id);

        Assert.Null(Inventory(spec));
        Node.Define(spec);
        Assert.Equal(Power.Off, Inventory(spec)!.Power);
    }

    [Fact]
    public async Task What_VirtualBox_forgot_is_not_thrown_away()
    {
        var spec = Spec([]);
        Node.Define(spec);
        var folder = Path.Combine(_vbox.Home, "broker", $"{spec.Id}");
        await Programs.Run("env", $"VBOX_USER_HOME={_vbox.Home}", $"VBOX_IPC_SOCKETID={VirtualBoxVmManager.ServerOf(_vbox.Home)}",
            SimulatedVirtualBox.Program, "unregistervm", $"{spec.Id}");
        var saved = Path.Combine(folder, "memory.sav");
        await File.WriteAllTextAsync(saved, "what somebody wants to go on with");

        Assert.Contains("registervm", Assert.Throws<VmException>(() => Node.Define(spec)).Message, StringComparison.Ordinal);

        Assert.True(File.Exists(saved));
        File.Delete(saved);
        Node.Define(spec);
    }

    [Fact]
    public void Guests_that_crash_with_their_server_are_off_and_start_again()
    {
        var spec = Spec([]);
        Node.Define(spec);
        Node.Start(spec.Id);
        _vbox.KillServer();

        Assert.Equal((Power.Off, "crashed"), (Inventory(spec)!.Power, Inventory(spec)!.Detail));
        Node.Start(spec.Id);
        Assert.Equal(Power.Running, Inventory(spec)!.Power);
    }

    [Fact]
    public async Task A_guest_without_a_display_of_ours_is_refused_and_says_why()
    {
        var spec = Spec([]);
        Node.Define(spec);
        Node.Start(spec.Id);
        await new Machine(VBox, spec.Id).SwitchRemoteDisplay(on: false);

        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await socket.ConnectAsync(new UnixDomainSocketEndPoint(spec.DisplaySocket));
        await using var stream = new NetworkStream(socket);
        await stream.WriteAsync("RFB 003.008\n"u8.ToArray());
        using var reader = new StreamReader(stream, Encoding.Latin1);
        Assert.Contains("display can't be reached", await reader.ReadToEndAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Displays_are_served_by_whoever_comes_next_and_the_password_changes_with_each_start()
    {
        var spec = Spec([]);
        Node.Define(spec);
        Node.Start(spec.Id);
        var first = MachineNotes.Read(FolderOf(spec))!.Display!;
        using (var other = Manager.Connect(Settings))
        {
            Node.Dispose();
            Assert.False(File.Exists(spec.DisplaySocket));
            await Until(() => other.Inventory().Count == 1 && File.Exists(spec.DisplaySocket));
        }
        Connect();
        Assert.True(File.Exists(spec.DisplaySocket));
        Assert.Equal(first, MachineNotes.Read(FolderOf(spec))!.Display);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Path.Combine(FolderOf(spec), "broker.json")));

        Node.Destroy(spec.Id);
        Assert.False(File.Exists(spec.DisplaySocket));
        Node.Start(spec.Id);
        Assert.NotEqual(first.Password, MachineNotes.Read(FolderOf(spec))!.Display!.Password);
    }

    [Fact]
    public async Task A_display_is_that_of_the_present_run_also_when_nobody_saw_the_last_one_end()
    {
        var spec = Spec([]);
        Node.Define(spec);
        Node.Start(spec.Id);
        var notes = MachineNotes.Read(FolderOf(spec))!;

        // as one finds them that did not see the run end to which they belong
        (notes with { Display = notes.Display! with { Password = "another" } }).Write(FolderOf(spec));
        Node.Inventory();
        Assert.Equal(0, await KindsOfSecurity());
        notes.Write(FolderOf(spec));
        Node.Inventory();
        Assert.Equal(1, await KindsOfSecurity());

        async Task<byte> KindsOfSecurity()
        {
            using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(spec.DisplaySocket));
            await using var stream = new NetworkStream(socket);
            await stream.WriteAsync("RFB 003.008\n"u8.ToArray());
            var answer = new byte[12 + 1];
            await stream.ReadExactlyAsync(answer);
            return answer[12];
        }
    }

    [Fact]
    public async Task What_was_written_since_somebody_took_a_snapshot_stays()
    {
        var spec = Spec([new("vda", await ImportedBlank(), Node.Disks.Format, [])]);
        Node.Define(spec);
        var machine = new Machine(VBox, spec.Id);
        await machine.TakeSnapshot("somebody's");
        var before = (await machine.Read()).Attachments;

        Node.Define(spec);
        Assert.Equal(before, (await machine.Read()).Attachments);
        Assert.NotEqual(spec.Disks[0].Path, Assert.Single(before).Location);
    }

    [Fact]
    public async Task A_disk_that_went_into_a_difference_comes_back_where_the_removal_of_its_snapshot_was_broken_off()
    {
        var frozen = await ImportedBlank();
        Node.Disks.Freeze(frozen);
        var disk = new DiskSpec("vda", Node.Disks.PathOf(Guid.NewGuid()), Node.Disks.Format, [frozen]);
        Node.Disks.Clone(frozen, disk.Path);
        var (spec, snapshot, snapshots) = (Spec([disk]), Guid.NewGuid(), Node.As<ICanSnapshot>()!);
        Node.Define(spec);
        snapshots.Take(spec.Id, snapshot, [disk]);
        await WriteMark(await WrittenTo(spec, 0), 'A');
        var machine = new Machine(VBox, spec.Id);
        await machine.DeleteSnapshot((await machine.ListSnapshots()).Single().Uuid);
        var difference = await WrittenTo(spec, 0);
        Assert.False(File.Exists(disk.Path));

        Assert.Contains($"{disk.Path} is missing", Assert.Throws<VmException>(() => Node.Define(spec)).Message, StringComparison.Ordinal);
        Assert.Equal(difference, await WrittenTo(spec, 0));
        // one that lost its disk meanwhile gets it back, too
        await machine.Detach("SATA", 0, 0);
        snapshots.Remove(spec.Id, snapshot, [disk]);

        Node.Define(spec);
        Assert.Equal(disk.Path, await WrittenTo(spec, 0));
        Assert.True(await HasMark(disk.Path, 'A'));
        File.Delete(disk.Path);
        Assert.Contains("no difference", Assert.Throws<VmException>(() => snapshots.Remove(spec.Id, snapshot, [disk])).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_base_that_could_not_be_prepared_is_made_writable_again_though_its_machine_has_it()
    {
        var spec = Spec([new("vda", await ImportedBlank(), Node.Disks.Format, [])]);
        Node.Define(spec);
        await new Machine(VBox, spec.Id).TakeSnapshot("somebody's");
        var disk = spec.Disks[0].Path;

        Assert.Contains("snapshots", Assert.Throws<VmException>(() => Node.Disks.Freeze(disk)).Message, StringComparison.Ordinal);
        Node.Disks.Thaw(disk);
        Assert.True(File.GetUnixFileMode(disk).HasFlag(UnixFileMode.UserWrite));
    }

    [Fact]
    public async Task The_machine_that_keeps_base_images_is_finished_where_its_making_was_cut_off()
    {
        var keeper = (await Machine.List(VBox)).Single(m => m.Name == "broker-images").Uuid;
        await new Machine(VBox, keeper).RemoveController("SATA");

        using var next = Manager.Connect(Settings);
        Assert.Single((await new Machine(VBox, keeper).Read()).Controllers);
    }

    [Fact]
    public void A_driver_that_is_missing_is_told()
    {
        var spec = Spec([]);
        Node.Define(spec);
        _vbox.Knobs.Set(Knobs.NoDriver);

        Assert.Contains("vboxdrv", Assert.Throws<VmException>(() => Node.Start(spec.Id)).Message, StringComparison.Ordinal);
        Assert.Equal(Power.Off, Inventory(spec)!.Power);
        Assert.False(File.Exists(spec.DisplaySocket));
    }

    [Fact]
    public void A_command_that_stands_still_does_not_hold_up_who_looks()
    {
        Node.Define(Spec([]));
        _vbox.Knobs.Set(Knobs.Stall, 1);
        var began = System.Diagnostics.Stopwatch.GetTimestamp();

        // one of these, or of the looks beside them, is the one
        for (var look = 0; look < 3; look++) Assert.Single(Node.Inventory());

        Assert.False(_vbox.Knobs.IsOn(Knobs.Stall));
        Assert.InRange(System.Diagnostics.Stopwatch.GetElapsedTime(began).TotalSeconds, 0, 8);
    }

    [Theory]
    [InlineData("virtualbox://host/folder", "another host")]
    [InlineData("virtualbox:///folder?x=1", "no address")]
    [InlineData("vbox:///session", "no address")]
    [InlineData("nonsense", "no address")]
    public void An_address_that_is_none_is_refused_with_the_remedy(string uri, string reason) =>
        Assert.Contains(reason, Assert.Throws<VmException>(() => Manager.Connect(Settings with { Uri = uri })).Message, StringComparison.Ordinal);

    [Fact]
    public void Without_VBoxManage_it_says_what_to_install()
    {
        var error = Assert.Throws<VmException>(() => new VirtualBoxVmManager("/absent/VBoxManage").Connect(Settings));
        Assert.Contains("/absent/VBoxManage", error.Message, StringComparison.Ordinal);
        Assert.Contains("Install", error.Message, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public void The_unit_of_its_server_names_the_one_that_is_looked_for()
    {
        var lines = File.ReadAllLines(Repository.PathOf("etc/systemd/broker-virtualbox.service"));
        Assert.Contains($"Environment=VBOX_IPC_SOCKETID={VirtualBoxVmManager.ServerOf(ValueOf("VBOX_USER_HOME"))}", lines);

        string ValueOf(string name) => lines.Single(line => line.StartsWith($"Environment={name}=", StringComparison.Ordinal)).Split('=', 3)[2];
    }

    private async Task<string> ImportedBlank()
    {
        Directory.CreateDirectory(Settings.LibraryFolder);
        await MakeBlank(InLibrary(Blank));
        var path = Node.Disks.PathOf(Guid.NewGuid());
        Node.Disks.Import(Blank, path, new Progress<int>(), CancellationToken.None);
        return path;
    }

    private VBoxManage VBox => new(SimulatedVirtualBox.Program) { UserHome = _vbox.Home, Server = _vbox.Server };

    private string FolderOf(DomainSpec spec) => Path.Combine(_vbox.Home, "broker", $"{spec.Id}");
}
