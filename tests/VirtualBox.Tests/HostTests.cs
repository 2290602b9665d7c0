namespace VirtualBox.Tests;

public sealed class HostTests
{
    /// <summary>From the real 7.2, shortened.</summary>
    private const string Info = """
        Host Information:

        Host time: 2026-11-21T21:27:18.262000000Z
        Processor online count: 4
        Processor count: 8
        Processor online core count: 2
        Processor core count: 4
        Processor supports HW virtualization: yes
        Processor#0 speed: 2596 MHz
        Memory size: 24105 MByte
        Memory available: 23270 MByte
        Operating system: Linux
        Operating system version: 6.18.44

        """;

    [Fact]
    public void AHostIsRead() => Assert.Equal(new(4, 2, 24105, 23270, true, "Linux", "6.18.44"), Host.Parse(Info));

    [Theory]
    [InlineData("Memory size: 24105 MByte", "", "lacks Memory size")]
    [InlineData("24105", "much", "'much MByte' for Memory size")]
    public void WhatIsMissingIsTold(string text, string instead, string why)
    {
        var error = Assert.Throws<FormatException>(() => Host.Parse(Info.Replace(text, instead, StringComparison.Ordinal)));
        Assert.Contains(why, error.Message, StringComparison.Ordinal);
    }
}

[Collection("real VirtualBox")]
[Trait("Category", "Long")]
public sealed class RealHostTests(RealVirtualBox real)
{
    private readonly VBoxManage vbox = real.VBox;

    [RealFact]
    public async Task TheHostIsAsTheSystemSays()
    {
        var host = await Host.Read(vbox);
        Assert.Equal((Environment.ProcessorCount, "Linux"), (host.Cpus, host.System));
        Assert.InRange(host.MemoryMiB, 256, long.MaxValue);
        Assert.InRange(host.FreeMemoryMiB, 1, host.MemoryMiB);
    }

    [RealFact]
    public async Task NothingRunsWhereThereIsNoDriver() => Assert.Empty(await Machine.ListRunning(vbox));

    [RealFact]
    public async Task AMachineIsTakenFromTheListAndPutBack()
    {
        var machine = await real.NewMachine("away");
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

    [RealFact]
    public async Task AStateIsAdoptedOnceAndThrownAwayWithItsFile()
    {
        var machine = await real.NewMachine();
        var file = Path.Combine(real.NewFolder(), "state.sav");
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
