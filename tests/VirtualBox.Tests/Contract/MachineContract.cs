namespace VirtualBox.Tests;

public abstract class MachineContract(Installation tried)
{
    private readonly VBoxManage vbox = tried.VBox;

    [ContractFact]
    public async Task VersionIsOneThatIsKnownToWork() => Assert.Equal(7, (await vbox.GetVersion()).Major);

    [ContractTheory]
    [InlineData("plain")]
    [InlineData("a \"b\" c")]
    [InlineData("-dash")]
    [InlineData("--name=x")]
    [InlineData("@file")]
    [InlineData("名前 é")]
    [InlineData("x=y \"z\" {1f612e6e-d117-4d06-813a-40b39401fa9c}")]
    [InlineData("<b>&amp;")]
    [InlineData(" blanks ")]
    [InlineData("$HOME `id` ; rm *")]
    [InlineData("'")]
    [InlineData("\"")]
    [InlineData("..dots..")]
    [InlineData("%s%n")]
    public async Task AnyNameThatIsAllowedComesBackAsItIs(string name)
    {
        var machine = await tried.NewMachine(name);
        Assert.Contains(new(machine.Uuid, name), await Machine.List(vbox));
        Assert.Equal(machine.Uuid, (await Machine.Get(vbox, name)).Uuid);
        Assert.Equal(machine.Uuid, (await Machine.Get(vbox, machine.Uuid.ToString())).Uuid);
        var report = await machine.Read();
        Assert.Equal(name, report.Name);
        Assert.True(File.Exists(report.SettingsFile));

        await machine.Delete();

        Assert.DoesNotContain(await Machine.List(vbox), m => m.Uuid == machine.Uuid);
        Assert.False(Directory.Exists(report.Folder));
    }

    [ContractFact]
    public async Task LongestNameStillHasRoomForAllOfItsFiles()
    {
        var machine = await tried.NewMachine(new string('n', 240));
        await machine.Modify(new() { Description = "another version of its file" });
        await machine.Delete();
    }

    [ContractFact]
    public async Task ASecondOneOfANameInAFolderExists()
    {
        var machine = await tried.NewMachine("twin");
        var folder = Path.GetDirectoryName((await machine.Read()).Folder);
        var error = await Assert.ThrowsAsync<MachineExistsException>(() => Machine.Create(vbox, new("twin") { BaseFolder = folder }));
        Assert.Contains("already exists", error.Message, StringComparison.Ordinal);
        Assert.Equal(1, error.ExitCode);
        Assert.Contains("twin", error.Command.Arguments);
        Assert.Single((await Machine.List(vbox)), m => m.Name == "twin");
        await machine.Delete();
    }

    [ContractFact]
    public async Task OfTwoWithOneNameEachIsReachedByItsUuidOnly()
    {
        var first = await tried.NewMachine("double");
        var second = await tried.NewMachine("double");
        var error = await Assert.ThrowsAsync<ArgumentException>(() => Machine.Get(vbox, "double"));
        Assert.Contains(first.Uuid.ToString(), error.Message, StringComparison.Ordinal);
        await second.Delete();
        Assert.Equal(first.Uuid, (await Machine.Get(vbox, "double")).Uuid);
        await first.Delete();
    }

    [ContractFact]
    public async Task WhatIsNotThereIsNotFoundByAnyVerb()
    {
        var gone = new Machine(vbox, Guid.NewGuid());
        Func<Task>[] verbs =
        [
            () => Machine.Get(vbox, "nobody"), () => Machine.Get(vbox, gone.Uuid.ToString()), () => gone.Read(), () => gone.Start(),
            () => gone.Stop(), () => gone.Save(),
            () => gone.Pause(), () => gone.Restart(), () => gone.Poweroff(), () => gone.Reset(), () => gone.Delete(), () => gone.Unregister(),
            () => gone.Modify(new() { Cpus = 1 }), () => gone.SetNic(1, new(NicNetwork.Nat)),
            () => gone.AddForward(1, new("a", ForwardProtocol.Tcp, null, 1, null, 1)),
            () => gone.RemoveForward(1, "a"), () => gone.AddController(new("a", StorageBus.Sata)), () => gone.RemoveController("a"),
            () => gone.Attach("a", 0, 0, Drive.Dvd, null), () => gone.Detach("a", 0, 0), () => gone.SetExtra("a", "b"), () => gone.GetExtra("a"),
            () => gone.DeleteExtra("a"),
            () => gone.ListExtra(), () => gone.SetGuestProperty("/a", "b"), () => gone.GetGuestProperty("/a"), () => gone.DeleteGuestProperty("/a"),
            () => gone.ListGuestProperties(), () => gone.TakeSnapshot("a"), () => gone.ListSnapshots(), () => gone.RestoreSnapshot(Guid.NewGuid()),
            () => gone.DeleteSnapshot(Guid.NewGuid()), () => gone.CloneLinked(new("a"), Guid.NewGuid()), () => gone.CloneFull(new("a")),
        ];
        foreach (var verb in verbs) await Assert.ThrowsAsync<MachineNotFoundException>(verb);
    }

    [ContractFact]
    public async Task AllSettingsAreChangedAndReadBack()
    {
        var machine = await tried.NewMachine("before");
        await machine.Modify(new()
        {
            Name = "after \"x\"",
            Cpus = 2,
            MemoryMiB = 640,
            VideoMemoryMiB = 20,
            Graphics = GraphicsController.VBoxVga,
            Mouse = PointingDevice.UsbTablet,
            OSType = "Windows11_64",
            Description = "he said \"hi\"\nVMState=\"running\"\nback\\slash\\\"",
            BootOrder = [BootDevice.Net, BootDevice.Dvd],
            Serial = new(SerialMode.Server, "/tmp/serial \"1\""),
        });

        var report = await machine.Read();
        Assert.Equal("after \"x\"", report.Name);
        Assert.Equal((2, 640, 20), (report.Cpus, report.MemoryMiB, report.VideoMemoryMiB));
        Assert.Equal((GraphicsController.VBoxVga, PointingDevice.UsbTablet), (report.Graphics, report.Mouse));
        Assert.Equal("Windows 11 (64-bit)", report.OSType);
        Assert.Equal("he said \"hi\"\nVMState=\"running\"\nback\\slash\\\"", report.Description);
        Assert.Equal([BootDevice.Net, BootDevice.Dvd, BootDevice.None, BootDevice.None], report.BootOrder);
        Assert.Equal(new(SerialMode.Server, "/tmp/serial \"1\""), report.Serial);
        Assert.Equal(MachineState.PowerOff, report.State);
        Assert.InRange(report.StateSince, TimeProvider.System.GetUtcNow().AddMinutes(-5), TimeProvider.System.GetUtcNow().AddMinutes(5));
        Assert.Equal(["/"], report.Groups);

        await machine.Modify(new() { Serial = new(SerialMode.Off), Graphics = GraphicsController.VmSvga, Mouse = PointingDevice.Ps2 });
        var again = await machine.Read();
        Assert.Equal((new(SerialMode.Off), GraphicsController.VmSvga, PointingDevice.Ps2), (again.Serial, again.Graphics, again.Mouse));
        await machine.Delete();
    }

    [ContractFact]
    public async Task EverySwitchIsTurnedOnAndOff()
    {
        var machine = await Machine.Create(vbox, new("m") { BaseFolder = tried.NewFolder(), OSType = "Debian_64", DefaultDevices = true });
        var switches = Enum.GetValues<MachineSwitches>().Where(s => s != MachineSwitches.None).ToArray();
        var all = switches.Aggregate((a, b) => a | b);
        await machine.Modify(new() { TurnOn = all });
        Assert.Equal(all & ~MachineSwitches.CpuHotplug, (await machine.Read()).Switches);
        await machine.Modify(new() { TurnOff = all });
        Assert.Equal(MachineSwitches.None, (await machine.Read()).Switches);
        await machine.Delete();
    }

    [ContractFact]
    public async Task OneSettingThatVirtualBoxRefusesLeavesAllAsTheyWere()
    {
        var machine = await tried.NewMachine();
        var before = (await machine.Read()).MemoryMiB;
        await Assert.ThrowsAsync<VBoxManageException>(() => machine.Modify(new() { MemoryMiB = before + 64, VideoMemoryMiB = 100000 }));
        // VirtualBox itself would take this one
        await Assert.ThrowsAsync<ArgumentException>(() => machine.Modify(new() { MemoryMiB = before + 64, OSType = "Nonsense_64" }));
        Assert.Equal(before, (await machine.Read()).MemoryMiB);
        await machine.Delete();
    }

    [ContractFact]
    public async Task AnUnknownSystemMakesNoMachine()
    {
        var folder = tried.NewFolder();
        var error = await Assert.ThrowsAsync<VBoxManageException>(() => Machine.Create(vbox, new("odd") { BaseFolder = folder, OSType = "Nonsense_64" }));
        Assert.Contains("guest OS type", error.Message, StringComparison.Ordinal);
        Assert.Empty(Directory.EnumerateFileSystemEntries(folder));
    }

    [ContractFact]
    public async Task AGroupIsAFolderAndDefaultsAreDevices()
    {
        var folder = tried.NewFolder();
        var machine = await Machine.Create(vbox, new("m") { BaseFolder = folder, Group = "/students/first", OSType = "Debian_64", DefaultDevices = true });
        var report = await machine.Read();
        Assert.Equal(["/students/first"], report.Groups);
        Assert.Equal($"{folder}/students/first/m", report.Folder);
        Assert.Equal(NicNetwork.Nat, report.Nics[1].Network);
        Assert.Contains(report.Controllers, c => c.Bus == StorageBus.Sata);
        await machine.Delete();
    }

    [ContractFact]
    public async Task WithoutTheDriverAStartFailsAndSaysSo()
    {
        var machine = await tried.NewMachine(vbox: tried.WithoutDriver());
        var error = await Assert.ThrowsAsync<VBoxManageException>(() => machine.Start());
        Assert.Contains("terminated unexpectedly during startup", error.Message, StringComparison.Ordinal);
        Assert.Equal(MachineState.PowerOff, (await machine.Read()).State);
        await machine.Delete();
    }

    [ContractFact]
    public async Task WhatIsOffStaysOffWhenItIsStoppedSavedOrPaused()
    {
        var machine = await tried.NewMachine();
        Assert.Equal(MachineState.PowerOff, await machine.Stop());
        Assert.Equal(MachineState.PowerOff, await machine.Save());
        Assert.Equal(MachineState.PowerOff, await machine.Pause());
        Assert.Equal(MachineState.PowerOff, await machine.Poweroff());
        await machine.Delete();
    }

    [ContractFact]
    public async Task ASavedMachineKeepsItsStateUntilItsPowerIsCut()
    {
        var machine = await Saved();
        Assert.Equal(MachineState.Saved, await machine.Save());
        await Assert.ThrowsAsync<VBoxManageException>(() => machine.Start());
        Assert.Equal(MachineState.Saved, (await machine.Read()).State);
        var refused = await Assert.ThrowsAsync<VBoxManageException>(() => machine.Modify(new() { MemoryMiB = 512 }));
        Assert.Equal(ErrorCode.InvalidVmState, refused.Code);

        Assert.Equal(MachineState.PowerOff, await machine.Poweroff());
        await machine.Delete();
    }

    [ContractFact]
    public async Task ASavedMachineCanBeDeleted()
    {
        var machine = await Saved();
        await machine.Delete();
        await Assert.ThrowsAsync<MachineNotFoundException>(() => machine.Read());
    }

    [ContractFact]
    public async Task AMachineWhoseFileIsBrokenIsListedAndCanBeUnregistered()
    {
        var own = tried.Another();
        var machine = await Machine.Create(own, new("broken") { BaseFolder = tried.NewFolder() });
        var file = (await machine.Read()).SettingsFile;
        await tried.KillServer(own);
        await File.WriteAllTextAsync(file, "<broken");

        Assert.Equal([new MachineEntry(machine.Uuid, null)], await Machine.List(own));
        var error = await Assert.ThrowsAsync<VBoxManageException>(() => machine.Read());
        Assert.Equal(ErrorCode.AccessDenied, error.Code);
        await machine.Unregister();
        Assert.Empty(await Machine.List(own));
        Assert.True(File.Exists(file));
    }

    [ContractFact]
    public async Task AnAbortedMachineIsOff()
    {
        var own = tried.WithoutDriver(isNew: true);
        var machine = await tried.NewMachine(vbox: own);
        var file = (await machine.Read()).SettingsFile;
        await tried.KillServer(own);
        await File.WriteAllTextAsync(file,
            (await File.ReadAllTextAsync(file)).Replace(" lastStateChange=", " aborted=\"true\" lastStateChange=", StringComparison.Ordinal));

        Assert.Equal(MachineState.Aborted, (await machine.Read()).State);
        Assert.Equal(MachineState.Aborted, await machine.Stop());
        Assert.Equal(MachineState.Aborted, await machine.Save());
        Assert.Contains("during startup", (await Assert.ThrowsAsync<VBoxManageException>(() => machine.Start())).Message, StringComparison.Ordinal);
        await machine.Modify(new() { Cpus = 2 });
        await machine.Delete();
        Assert.False(File.Exists(file));
    }

    [ContractFact]
    public async Task EachServerHasItsOwnMachines()
    {
        var own = tried.Another();
        var machine = await Machine.Create(own, new("mine") { BaseFolder = tried.NewFolder() });
        Assert.Equal([new MachineEntry(machine.Uuid, "mine")], await Machine.List(own));
        Assert.DoesNotContain(await Machine.List(vbox), m => m.Uuid == machine.Uuid);
        await machine.Delete();
    }

    [ContractFact]
    public async Task AServerThatWasKilledIsStartedAgain()
    {
        var own = tried.Another();
        var machine = await Machine.Create(own, new("kept") { BaseFolder = tried.NewFolder() });
        await tried.KillServer(own);
        Assert.Equal([new MachineEntry(machine.Uuid, "kept")], await Machine.List(own));
    }

    [ContractFact]
    public async Task EightWritersOfOneMachineAndOfAnotherObjectAllLand()
    {
        var machine = await tried.NewMachine();
        // the second object knows nothing of the first one's turns, as another program would not
        var pauses = Enumerable.Repeat(TimeSpan.FromMilliseconds(200), 20).ToArray();
        var other = new Machine(new(vbox.Program) { UserHome = vbox.UserHome, Server = vbox.Server, LockPauses = pauses }, machine.Uuid);
        await Task.WhenAll(Enumerable.Range(1, 8).Select(i => (i % 4 == 0 ? other : machine).SetNic(i, new(NicNetwork.Internal, $"net{i}"))));
        var nics = (await machine.Read()).Nics;
        Assert.Equal(Enumerable.Range(1, 8).Select(i => (i, (string?)$"net{i}")), nics.Select(n => (n.Key, n.Value.Name)));
        await machine.Delete();
    }

    [ContractFact]
    public async Task OfManyThatMakeOneNameAtOnceOneWins()
    {
        var folder = tried.NewFolder();
        var tries = Enumerable.Range(0, 8).Select(_ => Machine.Create(vbox, new("race") { BaseFolder = folder })).ToArray();
        await ((Task)Task.WhenAll(tries)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        var winner = await Assert.Single(tries, t => t.IsCompletedSuccessfully);
        Assert.All(tries.Where(t => t.IsFaulted), t => Assert.IsType<MachineExistsException>(t.Exception!.InnerException));
        await winner.Delete();
    }

    /// <summary>A machine that says it was saved; VirtualBox believes it without a look at the file.</summary>
    private async Task<Machine> Saved()
    {
        var own = tried.WithoutDriver();
        var machine = await tried.NewMachine(vbox: own);
        await own.Run(own.Command("adoptstate", machine.Uuid.ToString(), $"{tried.NewFolder()}/memory.sav"));
        Assert.Equal(MachineState.Saved, (await machine.Read()).State);
        return machine;
    }
}
