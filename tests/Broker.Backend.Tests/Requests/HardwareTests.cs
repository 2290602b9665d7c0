using Broker.Backend.VmManagers.Simulated;
using Broker.Core.Devices;
using Broker.Core.Domains;
using Broker.Core.Requests;
using Broker.Core.Requests.Domains;
using Broker.Core.Users;

namespace Broker.Backend.Tests.Requests;

/// <summary>Changes of hardware on the simulated host.</summary>
public sealed class HardwareTests : BackEndTests
{
    [Fact]
    public async Task WhatIsOffHasItAtOnceAndItsHostIsTold()
    {
        var machine = await _b.Do(new ImportDomain("tiny.img", "tiny"));
        machine = await _b.Do(new AddHardware(machine.Id, DeviceKind.Sound, Options("model=ac97")));
        machine = await _b.Do(new ChangeHardware(machine.Id, DeviceKind.Video, Options: Options("model=virtio")));
        machine = await _b.Do(new ChangeHardware(machine.Id, DeviceKind.Memory, Options: Options("mib=256")));
        Assert.Equal((256 * 1024, false), (machine.MemoryKib, machine.NeedsRestart));
        Assert.Equal("""{"memory":[{}],"video":[{"model":"virtio"}],"sound":[{"model":"ac97"}]}""", machine.Hardware.ToString());
        Assert.Contains("ac97", await HostKnows(machine), StringComparison.Ordinal);

        machine = await _b.Do(new RemoveHardware(machine.Id, DeviceKind.Sound));
        Assert.Empty(machine.Hardware[DeviceKind.Sound]!);
        Assert.DoesNotContain("ac97", await HostKnows(machine), StringComparison.Ordinal);
    }

    [Fact]
    public async Task WhatRunsHasItLiveOrAfterItWasOffHoweverThatCame()
    {
        var machine = await _b.Do(new ImportDomain("tiny.img", "tiny"));
        await _b.Do(new StartDomain(machine.Id));
        machine = await _b.Do(new AddHardware(machine.Id, DeviceKind.Network));
        Assert.False(machine.NeedsRestart);

        var change = await _b.Ask(new ChangeHardware(machine.Id, DeviceKind.Video, Options: Options("model=qxl")));
        Assert.Equal((true, "A machine that runs can't get it."), (change.Result!.Value.GetProperty("needs_restart").GetBoolean(), change.Result.Value.GetProperty("waits").GetString()));
        machine = await _b.Do(new AddHardware(machine.Id, DeviceKind.Network));
        Assert.True(machine.NeedsRestart);
        await _b.Do(new HibernateDomain(machine.Id));
        Assert.True((await _b.Do(new StartDomain(machine.Id))).NeedsRestart);

        // nobody asks for it: the watch sees it
        using (var host = new SimulatedVmManager().Connect(new("host", _b.NodeFolder, _b.Settings.Pool, _b.Settings.Library, _b.Settings.DisplayFolder))) host.Destroy(machine.Id);
        Assert.False((await _b.Until(s => DomainsTable.Get(s, machine.Id), d => d!.State == DomainState.Shutdown))!.NeedsRestart);
    }

    [Fact]
    public async Task WhatIsHibernatedHasItAfterItWasOff()
    {
        var machine = await _b.Do(new ImportDomain("tiny.img", "tiny"));
        await _b.Do(new StartDomain(machine.Id));
        await _b.Do(new HibernateDomain(machine.Id));
        Assert.True((await _b.Do(new ChangeHardware(machine.Id, DeviceKind.Memory, Options: Options("mib=128")))).NeedsRestart);
        Assert.False((await _b.Do(new ForceShutdownDomain(machine.Id))).NeedsRestart);
    }

    [Fact]
    public async Task ClonesGetWhatTheirBaseGetsAndKeepTheirDisks()
    {
        var origin = await _b.Do(new ImportDomain("tiny.img", "tiny"));
        await _b.Do(new AddHardware(origin.Id, DeviceKind.Usb));
        await _b.Do(new PrepareBase(origin.Id));
        var student = await _b.Person("student");
        var off = await _b.Do(new Clone(origin.Id, Owner: student.UserId));
        var running = await _b.Do(new Clone(origin.Id));
        await _b.Do(new StartDomain(running.Id));
        Assert.Equal(2, off.Hardware[DeviceKind.Usb]!.Count);
        var disk = (await _b.Db.Read(s => VolumesTable.Of(s, off.Id))).Single();
        (SimulatedDisk.Read(disk.Path) with { Content = "written by its owner" }).Write(disk.Path);
        // otherwise than the base: the change makes no sense there
        await _b.Do(new RemoveHardware(running.Id, DeviceKind.Usb, 2));

        await _b.Do(new ChangeHardware(origin.Id, DeviceKind.Video, Options: Options("model=virtio")));
        await _b.Do(new RemoveHardware(origin.Id, DeviceKind.Usb, 2));
        await _b.Do(new AddHardware(origin.Id, DeviceKind.Network, Options("model=e1000e")));

        off = await Settled(off.Id);
        Assert.Equal((1, "virtio", 2), (off.Hardware[DeviceKind.Usb]!.Count, off.Hardware[DeviceKind.Video]![0]["model"], off.Hardware[DeviceKind.Network]!.Count));
        running = await Settled(running.Id);
        Assert.Equal((1, "virtio", true), (running.Hardware[DeviceKind.Usb]!.Count, running.Hardware[DeviceKind.Video]![0]["model"], running.NeedsRestart));
        Assert.Equal(disk, (await _b.Db.Read(s => VolumesTable.Of(s, off.Id))).Single());
        Assert.Equal("written by its owner", SimulatedDisk.Read(disk.Path).Content);
        Assert.Equal(0, await _b.Db.Read(s => s.First<long>("SELECT COUNT(*) FROM requests WHERE state = 'failed'")));
        Assert.Equal("(broker)", await _b.Db.Read(s => s.First<string>(
            "SELECT DISTINCT u.name FROM requests r JOIN users u ON u.id = r.user_id WHERE r.domain_id = @Id AND r.command LIKE '%hardware'", new { off.Id })));
    }

    [Fact]
    public async Task WhatItsHostRefusesLeavesItAsItWas()
    {
        var machine = await _b.Do(new ImportDomain("tiny.img", "tiny"));
        Faults.Set(_b.NodeFolder, new Fault("define", Fail: "The host refuses.", Times: 1));
        var change = await _b.Ask(new AddHardware(machine.Id, DeviceKind.Sound));
        Assert.Equal(RequestState.Failed, change.State);
        Assert.Equal(Hardware.Usual, (await Settled(machine.Id)).Hardware);
        Assert.DoesNotContain("sound", await HostKnows(machine), StringComparison.Ordinal);
        Assert.Equal("bad_hardware", (await _b.Ask(new AddHardware(machine.Id, DeviceKind.Video))).ErrorCode);
    }

    [Fact]
    public async Task WhatIsBegunAnewIsDoneOnce()
    {
        var machine = await _b.Do(new ImportDomain("tiny.img", "tiny"));
        await _b.Do(new StartDomain(machine.Id));
        // the host has the new definition already, and is gone then for the first two tries
        Faults.Set(_b.NodeFolder, new Fault("change", IsConnectionLost: true, Times: 2));
        var added = await _b.Ask(new AddHardware(machine.Id, DeviceKind.Network));
        Assert.Equal((RequestState.Done, 2), (added.State, added.AttemptErrors.GetArrayLength()));
        Assert.Equal(2, (await Settled(machine.Id)).Hardware[DeviceKind.Network]!.Count);

        Faults.Set(_b.NodeFolder, new Fault("change", IsConnectionLost: true, Times: 1));
        await _b.Do(new RemoveHardware(machine.Id, DeviceKind.Network));
        Assert.Single((await Settled(machine.Id)).Hardware[DeviceKind.Network]!);
    }

    [Fact]
    public async Task OnlyWhoeverWasGrantedItChangesHardwareAndOnlyAdministratorsFolders()
    {
        var student = await _b.Person("student");
        var origin = await _b.Do(new ImportDomain("tiny.img", "tiny"));
        await _b.Do(new PrepareBase(origin.Id));
        var desktop = await _b.Do(new Clone(origin.Id, Owner: student.UserId));
        Assert.Equal("not_allowed", (await Assert.ThrowsAsync<RequestRefusedException>(() => _b.Submit(new AddHardware(desktop.Id, DeviceKind.Sound), student))).Code);
        await _b.Db.Transaction(s => s.Execute("INSERT INTO grants (user_id, grant_name, reach) VALUES (@UserId, 'change_hardware', 'own')", student));
        student = (await _b.Db.Read(s => UsersTable.Caller(s, student.UserId, null)))!;
        await _b.Do(new AddHardware(desktop.Id, DeviceKind.Sound), student);
        var folder = new AddHardware(desktop.Id, DeviceKind.Filesystem, Options("source=/srv,target=all"));
        Assert.Equal("not_allowed", (await _b.Ask(folder, student)).ErrorCode);
        await _b.Do(folder);
    }

    [Fact]
    public async Task EachCloneHasAPartOfASharedFolderOfItsOwnThatGoesWithItWhenItIsEmpty()
    {
        var shared = Directory.CreateDirectory(Path.Combine(_run, "shared")).FullName;
        var origin = await _b.Do(new ImportDomain("tiny.img", "tiny"));
        await _b.Do(new AddHardware(origin.Id, DeviceKind.Filesystem, Options($"source={shared},target=home,part=own")));
        await _b.Do(new PrepareBase(origin.Id));
        var (full, empty) = (await _b.Do(new Clone(origin.Id, "full")), await _b.Do(new Clone(origin.Id, "empty")));
        var letter = Path.Combine(shared, $"{full.Id}", "letter");
        await File.WriteAllTextAsync(letter, "mine");
        Assert.True(Directory.Exists(Path.Combine(shared, $"{empty.Id}")));
        // it stands alone, and its part stays its part
        await _b.Do(new SpinoffDomain(full.Id));
        await _b.Do(new StartDomain(full.Id));

        await _b.Ask(new RemoveDomain(empty.Id));
        await _b.Ask(new RemoveDomain(full.Id));

        Assert.False(Directory.Exists(Path.Combine(shared, $"{empty.Id}")));
        Assert.Equal("mine", await File.ReadAllTextAsync(letter));
    }

    [Fact]
    public async Task WhatIsNotWholeGetsNothing()
    {
        var machine = await _b.Do(new ImportDomain("tiny.img", "tiny"));
        await _b.Db.Transaction(s => DomainsTable.SetState(s, machine.Id, DomainState.Broken, "Its disk is gone."));
        var refused = await _b.Ask(new AddHardware(machine.Id, DeviceKind.Sound));
        Assert.Equal(("not_whole", "tiny can't get other hardware: Its disk is gone."), (refused.ErrorCode, refused.ErrorText));
    }

    private static DeviceOptions Options(string text) => DeviceOptions.Parse(text);

    private Task<string> HostKnows(DomainRow machine) => File.ReadAllTextAsync(Path.Combine(_b.NodeFolder, $"{machine.Id}.json"));

    /// <summary>The domain once nothing is to be done with it any more.</summary>
    private async Task<DomainRow> Settled(Guid id)
    {
        await _b.Until(s => RequestsTable.Open(s, [id]), open => open.Count == 0);
        return (await _b.Db.Read(s => DomainsTable.Get(s, id)))!;
    }
}
