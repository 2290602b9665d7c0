using Broker.Backend.VmManagers;
using Broker.Backend.VmManagers.VirtualBox;
using Broker.Core.Devices;
using Broker.Testing;
using VirtualBox;
using VirtualBox.Tests;

namespace Broker.Backend.Tests.VmManagers;

/// <summary>What the real VirtualBox makes of our disks and definitions. It runs no machines here: the contract is tried on a simulator.</summary>
[Trait("Category", "Long")]
public sealed class RealVirtualBoxTests : IClassFixture<RealVirtualBox>, IAsyncLifetime
{
    private readonly RealVirtualBox _real;
    private readonly NodeSettings _settings;
    private readonly string _home;
    private IVmNode _node = null!;

    public RealVirtualBoxTests(RealVirtualBox real)
    {
        _real = real;
        var folder = real.NewFolder();
        _home = $"{folder}/home with a blank";
        _settings = new("real", $"virtualbox://{_home}", $"{folder}/pool", $"{folder}/library", $"{folder}/displays");
        Directory.CreateDirectory(_settings.LibraryFolder);
    }

    public Task InitializeAsync()
    {
        _node = new VirtualBoxVmManager(_real.VBox.Program).Connect(_settings);
        return Task.CompletedTask;
    }

    public async Task DisposeAsync()
    {
        _node.Dispose();
        await _real.KillServer(VBox);
    }

    private VBoxManage VBox => new(_real.VBox.Program) { UserHome = _home, Server = VirtualBoxVmManager.ServerOf(_home) };

    [RealFact]
    public void ItTellsWhatItIs()
    {
        Assert.StartsWith("7.", _node.Facts["hypervisor_version"], StringComparison.Ordinal);
        Assert.Equal("VNC", _node.Facts["displays"]);
        Assert.Empty(_node.Inventory());
        Assert.Contains("missing", _node.As<ICanExamine>()!.Examine()["virtualbox_driver"], StringComparison.Ordinal);
    }

    [RealFact]
    public async Task ClonesOfClonesHoldWhatTheyShould()
    {
        var lowest = await ImportBlank();
        new VdiContent(lowest).Write('A');
        _node.Disks.Freeze(lowest);
        _node.Disks.Freeze(lowest);
        var middle = Clone(lowest);
        new VdiContent(middle).Write('B');
        _node.Disks.Freeze(middle);
        var (first, second) = (Clone(middle), Clone(middle));
        new VdiContent(first).Write('C');
        foreach (var disk in (string[])[first, second]) _node.Define(Spec(disk, middle, lowest));

        // read by VirtualBox itself
        var (all, two) = (await Flat(first), await Flat(second));
        Assert.Equal([true, true, true], [all.Has('A'), all.Has('B'), all.Has('C')]);
        Assert.Equal([true, true, false], [two.Has('A'), two.Has('B'), two.Has('C')]);
        foreach (var report in _node.Inventory()) _node.Undefine(report.Id);
        foreach (var disk in (string[])[first, second, middle, lowest]) _node.Disks.Delete(disk);
        Assert.Empty(Directory.GetFiles(_settings.PoolFolder));
        Assert.DoesNotContain(await Medium.List(VBox), m => m.Location.StartsWith(_settings.PoolFolder, StringComparison.Ordinal));
    }

    [RealFact]
    public async Task ABaseKeepsItsClonesWhoeverOfThemGoesFirst()
    {
        var origin = Spec(await ImportBlank());
        var lowest = origin.Disks[0].Path;
        _node.Define(origin);
        _node.Disks.Freeze(lowest);
        Assert.Empty((await new Machine(VBox, origin.Id).Read()).Attachments);
        var clones = Enumerable.Range(0, 3).Select(_ => Spec(Clone(lowest), lowest)).ToList();
        foreach (var clone in clones) _node.Define(clone);

        // the registry of the first held the disks of all
        _node.Undefine(clones[0].Id);
        _node.Disks.Delete(clones[0].Disks[0].Path);
        await _real.KillServer(VBox);
        _node.Define(clones[1]);
        Assert.Equal(3, _node.Inventory().Count);
        Assert.All(_node.Inventory(), report => Assert.Equal(Power.Off, report.Power));
        Assert.Contains("child", Assert.Throws<VmException>(() => _node.Disks.Delete(lowest)).Message, StringComparison.Ordinal);
        Assert.Contains("child", Assert.Throws<VmException>(() => _node.Disks.Thaw(lowest)).Message, StringComparison.Ordinal);
        Assert.Contains("attached", Assert.Throws<VmException>(() => _node.Disks.Delete(clones[1].Disks[0].Path)).Message, StringComparison.Ordinal);
        Assert.True(VdiDisks.IsFrozen(lowest));

        foreach (var clone in clones.Skip(1))
        {
            _node.Undefine(clone.Id);
            _node.Disks.Delete(clone.Disks[0].Path);
        }
        _node.Disks.Thaw(lowest);
        _node.Define(origin);
        Assert.Equal(lowest, Assert.Single((await new Machine(VBox, origin.Id).Read()).Attachments).Location);
        _node.Disks.Freeze(lowest);
        _node.Define(Spec(Clone(lowest), lowest));
    }

    [RealFact]
    public async Task AFlattenedCloneIsItsMachinesAgainWhenItIsDefined()
    {
        var lowest = await ImportBlank();
        new VdiContent(lowest).Write('A');
        _node.Disks.Freeze(lowest);
        var clone = Spec(Clone(lowest), lowest);
        new VdiContent(clone.Disks[0].Path).Write('B');
        _node.Define(clone);

        _node.Disks.Flatten(clone.Disks[0].Path, [lowest], new Progress<int>(), CancellationToken.None);
        _node.Disks.Delete(lowest);
        await _real.KillServer(VBox);
        _node.Define(clone with { Disks = [new("vda", clone.Disks[0].Path, "vdi", [])] });

        Assert.Equal(clone.Disks[0].Path, Assert.Single((await new Machine(VBox, clone.Id).Read()).Attachments).Location);
        var content = await Flat(clone.Disks[0].Path);
        Assert.Equal([true, true], [content.Has('A'), content.Has('B')]);
    }

    [RealFact]
    public async Task ManyClonesAreDefinedAtOnce()
    {
        var lowest = await ImportBlank();
        _node.Disks.Freeze(lowest);

        var clones = Enumerable.Range(0, 8).Select(_ => Spec(Clone(lowest), lowest)).ToList();
        await Task.WhenAll(clones.Select(clone => Task.Run(() => _node.Define(clone))));

        Assert.Equal(clones.Select(c => c.Id).Order(), _node.Inventory().Select(r => r.Id).Order());
        await _real.KillServer(VBox);
        foreach (var clone in clones) Assert.Equal(clone.Disks[0].Path, Assert.Single((await new Machine(VBox, clone.Id).Read()).Attachments).Location);
    }

    [RealFact]
    public async Task ADefinitionIsChangedWhereItDiffersAndNowhereElse()
    {
        var spec = Spec(await ImportBlank());
        _node.Define(spec);
        var machine = new Machine(VBox, spec.Id);
        var report = await machine.Read();
        Assert.Equal((spec.Name, 128, 1, "525400AABBCC"), (report.Name, report.MemoryMiB, report.Cpus, report.Nics[1].Mac));
        Assert.Equal(NicNetwork.Nat, report.Nics[1].Network);
        Assert.Equal($"{spec.Id}", await machine.GetExtra("Broker/Domain"));
        var file = report.SettingsFile;
        var written = File.GetLastWriteTimeUtc(file);
        _node.Define(spec);
        Assert.Equal(written, File.GetLastWriteTimeUtc(file));

        var other = await ImportBlank();
        _node.Define(spec with
        {
            Name = "another-name",
            MemoryKib = 200 * 1024,
            Vcpus = 2,
            Mac = "52:54:00:11:22:33",
            Disks = [new("vda", other, "vdi", []), new("vdb", spec.Disks[0].Path, "vdi", [])],
        });
        report = await machine.Read();
        Assert.Equal(("another-name", 200, 2, "525400112233"), (report.Name, report.MemoryMiB, report.Cpus, report.Nics[1].Mac));
        Assert.Equal([other, spec.Disks[0].Path], report.Attachments.OrderBy(a => a.Port).Select(a => a.Location));
        _node.Define(spec);
        Assert.Equal(spec.Disks[0].Path, Assert.Single((await machine.Read()).Attachments).Location);

        var hardware = Hardware.Usual
            .With(DeviceKind.Features, [DeviceOptions.Parse("hpet=on")])
            .With(DeviceKind.Video, [DeviceOptions.Parse("model=vmsvga,memory_mib=64")])
            .With(DeviceKind.Network, [DeviceOptions.Parse("model=am79c973"), DeviceOptions.Parse("mac=56:54:00:00:00:01,model=virtio")])
            .With(DeviceKind.Filesystem, [DeviceOptions.Parse("source=/tmp,target=course")]);
        _node.Define(spec with { Hardware = hardware });
        report = await machine.Read();
        Assert.Equal((GraphicsController.VmSvga, 64, true), (report.Graphics, report.VideoMemoryMiB, report.Switches.HasFlag(MachineSwitches.Hpet)));
        Assert.Equal([NicHardware.Am79C973, NicHardware.Virtio], report.Nics.OrderBy(n => n.Key).Select(n => n.Value.Hardware!.Value));
        Assert.Equal([("course", "/tmp")], report.SharedFolders.Select(f => (f.Name, f.HostPath)));
        written = File.GetLastWriteTimeUtc(report.SettingsFile);
        _node.Define(spec with { Hardware = hardware });
        Assert.Equal(written, File.GetLastWriteTimeUtc(report.SettingsFile));
    }

    [RealFact]
    public async Task ANameThatAnotherHasIsRefusedAlsoIfItIsSomebodyElses()
    {
        await Machine.Create(VBox, new("theirs") { BaseFolder = _real.NewFolder() });

        Assert.Contains("name", Assert.Throws<VmException>(() => _node.Define(Spec() with { Name = "theirs" })).Message, StringComparison.Ordinal);
        var spec = Spec();
        _node.Define(spec);
        Assert.Contains("name", Assert.Throws<VmException>(() => _node.Define(spec with { Name = "theirs" })).Message, StringComparison.Ordinal);
        Assert.Throws<VmException>(() => _node.Define(Spec() with { Name = $"{Guid.NewGuid()}" }));
    }

    [RealFact]
    public async Task WhatWasLeftByADefinitionThatWasKilledIsInNobodysWay()
    {
        var spec = Spec(await ImportBlank());
        _node.Define(spec);
        await new Machine(VBox, spec.Id).Unregister();

        _node.Define(spec);

        Assert.Equal(spec.Disks[0].Path, Assert.Single((await new Machine(VBox, spec.Id).Read()).Attachments).Location);
        _node.Undefine(spec.Id);
        Assert.False(Directory.Exists(Path.Combine(_home, "broker", $"{spec.Id}")));
    }

    [RealFact]
    public async Task AFreezeThatWasKilledAtAnyPointIsDoneByTheNext()
    {
        var lowest = await ImportBlank();
        var part = lowest + ".template.part";
        // VirtualBox knows it and it is whole
        await Medium.CreateDifference(VBox, part, (await Medium.Get(VBox, lowest)).Uuid);
        _node.Disks.Freeze(lowest);
        _node.Disks.Thaw(lowest);
        // VirtualBox knows it and it is gone
        await Medium.CreateDifference(VBox, part, (await Medium.Get(VBox, lowest)).Uuid);
        File.Delete(part);
        _node.Disks.Freeze(lowest);
        _node.Disks.Thaw(lowest);
        // it is no disk
        await File.WriteAllTextAsync(part, "half");
        _node.Disks.Freeze(lowest);
        await File.WriteAllTextAsync(_node.Disks.PathOf(Guid.NewGuid()) + ".part", "half");

        _node.Define(Spec(Clone(lowest), lowest));
    }

    [RealFact]
    public async Task ASavedMachineIsDefinedAgainRenamedAndForgottenWithItsMemory()
    {
        var spec = Spec(await ImportBlank());
        _node.Define(spec);
        var memory = Path.Combine(_home, "broker", $"{spec.Id}", "memory.sav");
        await File.WriteAllTextAsync(memory, "memory");
        await new Machine(VBox, spec.Id).AdoptState(memory);

        Assert.Equal(Power.Saved, Assert.Single(_node.Inventory()).Power);
        _node.Define(spec with { MemoryKib = 256 * 1024 });
        _node.Define(spec with { Name = "renamed", MemoryKib = 256 * 1024 });
        Assert.Equal(("renamed", Power.Saved), (Assert.Single(_node.Inventory()).Name, _node.Inventory()[0].Power));
        _node.Destroy(spec.Id);
        _node.Shutdown(spec.Id);
        Assert.Equal(Power.Saved, Assert.Single(_node.Inventory()).Power);
        _node.As<ICanForwardPorts>()!.Forward(spec.Id, [new(22, System.Net.IPAddress.Loopback, 40022)]);

        _node.As<ICanHibernate>()!.Discard(spec.Id);
        Assert.Equal(Power.Off, Assert.Single(_node.Inventory()).Power);
        _node.Undefine(spec.Id);
        Assert.False(File.Exists(memory));
        Assert.True(File.Exists(spec.Disks[0].Path));
    }

    [RealFact]
    public async Task WithoutTheDriverAStartSaysWhatIsMissingAndHowToGetIt()
    {
        var spec = Spec(await ImportBlank());
        _node.Define(spec);

        var error = Assert.Throws<VmException>(() => _node.Start(spec.Id));

        Assert.Contains("modprobe vboxdrv", error.Message, StringComparison.Ordinal);
        Assert.False(error.IsConnectionLost);
        Assert.Equal(Power.Off, Assert.Single(_node.Inventory()).Power);
    }

    [RealFact]
    public async Task PortsOfOthersStayAndOursAreReplaced()
    {
        var spec = Spec(await ImportBlank());
        _node.Define(spec);
        var machine = new Machine(VBox, spec.Id);
        await machine.AddForward(1, new("theirs", ForwardProtocol.Tcp, null, 41000, null, 80));
        var ports = _node.As<ICanForwardPorts>()!;
        var loopback = System.Net.IPAddress.Loopback;

        ports.Forward(spec.Id, [new(22, loopback, 41022), new(3389, System.Net.IPAddress.Any, 41389)]);
        ports.Forward(spec.Id, [new(22, loopback, 41023), new(80, loopback, 41080)]);
        ports.Forward(spec.Id, [new(22, loopback, 41023), new(80, loopback, 41080)]);

        Assert.Equal([new(22, loopback, 41023), new(80, loopback, 41080)], ports.Forwarded(spec.Id));
        Assert.Equal([("broker-22", 41023), ("broker-80", 41080), ("theirs", 41000)],
            (await machine.Read()).Forwards.Select(f => (f.Rule.Name, (int)f.Rule.HostPort)).OrderBy(f => f.Name, StringComparer.Ordinal));
        ports.Forward(spec.Id, []);
        Assert.Equal("theirs", Assert.Single((await machine.Read()).Forwards).Rule.Name);
        Assert.Throws<VmException>(() => ports.Forward(Guid.NewGuid(), []));
        Assert.Empty(ports.Forwarded(Guid.NewGuid()));
    }

    [RealFact]
    public async Task MachinesThatAreThereAreImportedAsTheyAreNow()
    {
        var folder = _real.NewFolder();
        var theirs = await Machine.Create(VBox, new("their machine") { BaseFolder = folder, OSType = "Debian_64" });
        await Machine.Create(VBox, new("without disk") { BaseFolder = folder });
        foreach (var _ in (int[])[1, 2]) await Machine.Create(VBox, new("twice") { BaseFolder = _real.NewFolder() });
        var raw = Path.Combine(folder, "disk.raw");
        await Programs.Run("qemu-img", "create", "-q", "-f", "raw", raw, "8M");
        await Programs.Run("qemu-io", "-f", "raw", "-c", "write -q -P 65 0x410000 64k", raw);
        await Programs.Run("qemu-img", "convert", "-f", "raw", "-O", "vdi", raw, Path.Combine(folder, "disk.vdi"));
        await theirs.AddController(new("IDE", StorageBus.Ide));
        await theirs.Attach("IDE", 0, 0, Drive.Dvd, null);
        await theirs.Attach("IDE", 1, 0, Drive.HardDisk, Path.Combine(folder, "disk.vdi"));
        await theirs.TakeSnapshot("before");       // what is now is not in the first file any more
        _node.Define(Spec());

        var images = _node.Disks.Library();
        Assert.Equal(["their machine.vbox", "twice.vbox", "without disk.vbox"], images.Select(i => i.File));
        Assert.Equal(("vbox", 8L << 20, null), (images[0].Format, images[0].CapacityBytes, images[0].Problem));
        Assert.Contains("2 machines", images[1].Problem, StringComparison.Ordinal);
        Assert.Contains("no hard disk", images[2].Problem, StringComparison.Ordinal);
        Assert.Throws<VmException>(() => Import("twice.vbox", NewVolume()));
        Assert.Contains("no machine", Assert.Throws<VmException>(() => Import("nobody.vbox", NewVolume())).Message, StringComparison.Ordinal);

        var target = NewVolume();
        await File.WriteAllTextAsync(target + ".part", "half");
        Assert.Equal(8L << 20, Import("their machine.vbox", target));
        Assert.Equal(8L << 20, Import("their machine.vbox", target));
        Assert.True(new VdiContent(target).Has('A'));
        Assert.Equal([target], Directory.GetFiles(_settings.PoolFolder));
        using var cancel = new CancellationTokenSource();
        await cancel.CancelAsync();
        Assert.ThrowsAny<OperationCanceledException>(() => _node.Disks.Import("their machine.vbox", NewVolume(), new Progress<int>(), cancel.Token));
        Assert.Equal([target], Directory.GetFiles(_settings.PoolFolder));
        _node.Define(Spec(target));

        await theirs.AdoptState(Path.Combine(folder, "x.sav"));
        Assert.Contains("saved", _node.Disks.Library()[0].Problem, StringComparison.Ordinal);
    }

    private async Task<string> ImportBlank()
    {
        await Programs.Run("qemu-img", "create", "-q", "-f", "qcow2", Path.Combine(_settings.LibraryFolder, "blank"), "64M");
        var path = NewVolume();
        Import("blank", path);
        return path;
    }

    private long Import(string file, string target) => _node.Disks.Import(file, target, new Progress<int>(), CancellationToken.None);

    private string NewVolume() => _node.Disks.PathOf(Guid.NewGuid());

    private string Clone(string frozen)
    {
        var path = NewVolume();
        _node.Disks.Clone(frozen, path);
        return path;
    }

    private async Task<VdiContent> Flat(string disk)
    {
        var path = Path.Combine(_real.NewFolder(), "flat.vdi");
        await Medium.Copy(VBox, (await Medium.Get(VBox, disk)).Uuid, path);
        return new(path);
    }

    private DomainSpec Spec(string? disk = null, params string[] below)
    {
        var id = Guid.NewGuid();
        return new(id, $"real-{id.ToString("N")[..8]}", 128 * 1024, 1, "52:54:00:aa:bb:cc", disk == null ? [] : [new("vda", disk, "vdi", below)],
            Path.Combine(_settings.DisplayFolder, $"{id}.sock"));
    }
}
