namespace VirtualBox.Tests;

public sealed class AutostartCommandTests
{
    private const string Remember = """printf '%s\n' "$*" >> "$here/said" """;
    private static readonly Guid machine = Guid.Parse("1f612e6e-d117-4d06-813a-40b39401fa9c");

    [Theory]
    [InlineData(AutostopType.Disabled, "disabled")]
    [InlineData(AutostopType.SaveState, "savestate")]
    [InlineData(AutostopType.PowerOff, "poweroff")]
    [InlineData(AutostopType.AcpiShutdown, "acpishutdown")]
    public async Task AMachineIsEnabledWithDelayAndStopTypeInOneCommand(AutostopType stop, string word)
    {
        using var fake = new FakeVBoxManage(Remember);
        await new Autostart(fake.Runner).Enable(machine, TimeSpan.FromMinutes(2), stop);
        Assert.Equal([$"modifyvm {machine} --autostart-enabled on --autostart-delay 120 --autostop-type {word}"], File.ReadAllLines(fake.FileOf("said")));
    }

    [Fact]
    public async Task AMachineIsDisabled()
    {
        using var fake = new FakeVBoxManage(Remember);
        await new Autostart(fake.Runner).Disable(machine);
        Assert.Equal([$"modifyvm {machine} --autostart-enabled off --autostop-type disabled"], File.ReadAllLines(fake.FileOf("said")));
    }

    [Fact]
    public async Task OneMachineIsChangedByOneCommandAtATime()
    {
        using var fake = new FakeVBoxManage("""mkdir "$here/busy" || exit 1; sleep 0.1; rmdir "$here/busy" """);
        var autostart = new Autostart(fake.Runner);
        await Task.WhenAll(autostart.Enable(machine), autostart.Disable(machine), autostart.Enable(machine));
        Assert.Equal(3, fake.Runs);
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(1.5)]
    [InlineData(4294968)]
    public async Task ADelayThatVirtualBoxCantWaitIsRefusedBeforeItIsAsked(double seconds)
    {
        using var fake = new FakeVBoxManage("");
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => new Autostart(fake.Runner).Enable(machine, TimeSpan.FromSeconds(seconds)));
        Assert.Equal(0, fake.Runs);
    }

    [Fact]
    public async Task WithoutDatabaseVirtualBoxsOwnWordsAreTold()
    {
        using var fake = new FakeVBoxManage("echo 'VBoxManage: error: The path to the autostart database is not set' >&2; exit 1");
        var error = await Assert.ThrowsAsync<VBoxManageException>(() => new Autostart(fake.Runner).Enable(machine));
        Assert.Equal("The path to the autostart database is not set", error.Message);
    }

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("var/lib/vboxautostart")]
    [InlineData("../vboxautostart")]
    public async Task ADatabaseThatDependsOnTheWorkingDirectoryIsRefused(string path)
    {
        using var fake = new FakeVBoxManage("");
        await Assert.ThrowsAsync<ArgumentException>(() => new Autostart(fake.Runner).SetDatabase(path));
        Assert.Equal(0, fake.Runs);
    }

    [Fact]
    public async Task TheDatabaseIsForgotten()
    {
        using var fake = new FakeVBoxManage(Remember);
        await new Autostart(fake.Runner).ClearDatabase();
        Assert.Equal(["setproperty autostartdbpath null"], File.ReadAllLines(fake.FileOf("said")));
    }
}
