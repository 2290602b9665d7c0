namespace VirtualBox.Tests;

public abstract class HostContract(Installation tried)
{
    private readonly VBoxManage vbox = tried.VBox;

    [ContractFact]
    public async Task TheHostIsAsTheSystemSays()
    {
        var host = await Host.Read(vbox);
        Assert.Equal((Environment.ProcessorCount, "Linux"), (host.Cpus, host.System));
        Assert.InRange(host.MemoryMiB, 256, long.MaxValue);
        Assert.InRange(host.FreeMemoryMiB, 1, host.MemoryMiB);
    }

    [ContractFact]
    public async Task NothingRunsWhereThereIsNoDriver() => Assert.Empty(await Machine.ListRunning(vbox));

    [ContractFact]
    public async Task AMachineIsTakenFromTheListAndPutBack()
    {
        var machine = await tried.NewMachine("away");
        var file = (await machine.Read()).SettingsFile;
        await Assert.ThrowsAsync<VBoxManageException>(() => Machine.Register(vbox, file));
        await machine.Unregister();
        await Assert.ThrowsAsync<MachineNotFoundException>(() => machine.Read());
        var back = await Machine.Register(vbox, file);
        Assert.Equal(machine.Uuid, back.Uuid);
        Assert.Equal("away", (await back.Read()).Name);
        await Assert.ThrowsAsync<ArgumentException>(() => Machine.Register(vbox, "away.vbox"));
        await Assert.ThrowsAsync<SettingsFileException>(() => Machine.Register(vbox, $"{file}.no"));
        await back.Delete();
    }

    [ContractFact]
    public async Task AStateIsAdoptedOnceAndThrownAwayWithItsFile()
    {
        var machine = await tried.NewMachine();
        var file = Path.Combine(tried.NewFolder(), "state.sav");
        await File.WriteAllTextAsync(file, "memory");
        await machine.AdoptState(file);
        Assert.Equal(MachineState.Saved, (await machine.Read()).State);
        Assert.Equal(ErrorCode.InvalidVmState, (await Assert.ThrowsAsync<VBoxManageException>(() => machine.AdoptState(file))).Code);
        Assert.Equal(MachineState.PowerOff, await machine.Poweroff());
        Assert.False(File.Exists(file));
        await Assert.ThrowsAsync<ArgumentException>(() => machine.AdoptState("state.sav"));
        await machine.Delete();
    }
}
