using System.Diagnostics;

namespace VirtualBox.Tests;

public sealed class RetryTests
{
    private const string NoServer = "echo 'VBoxManage: error: Failed to create the VirtualBox object!' >&2; exit 1";
    private const string Locked = """
        echo "VBoxManage: error: The machine 'k3' is already locked for a session (or being unlocked)" >&2
        echo "VBoxManage: error: Details: code VBOX_E_INVALID_OBJECT_STATE (0x80bb0007), component MachineWrap" >&2
        exit 1
        """;

    [Fact]
    public async Task AServerThatWasGoneIsTriedOnceMore()
    {
        using var fake = new FakeVBoxManage($"if [ $run = 1 ]; then {NoServer}; fi; echo there");
        Assert.Equal("there\n", (await fake.Run("list", "vms")).Output);
        Assert.Equal(2, fake.Runs);
    }

    [Fact]
    public async Task AServerThatDoesNotComeIsToldAfterTheFourthTry()
    {
        using var fake = new FakeVBoxManage(NoServer);
        var error = await Assert.ThrowsAsync<VBoxManageException>(() => fake.Run("list", "vms"));
        Assert.Equal("Failed to create the VirtualBox object!", error.Message);
        Assert.Equal(4, fake.Runs);
    }

    [Theory]
    [InlineData("The machine 'k3' is already locked for a session (or being unlocked)", true, 0x80bb0007)]
    [InlineData("The machine 'k3' already has a lock request pending", true, 0x80bb0007)]
    [InlineData("Cannot unregister the machine 'k3' while it is locked", true, 0x80bb0007)]
    [InlineData("The object is not ready", true, 0x80070005)]
    [InlineData("The machine is not mutable", false, 0x80bb0007)]
    [InlineData("Medium '/vms/a.vdi' is locked for reading by another task", false, 0x80bb0007)]
    [InlineData("The machine 'k3' is already locked for a session", false, 0x80bb0002)]
    public async Task OnlyLocksAreWaitedFor(string text, bool again, uint code)
    {
        using var fake = new FakeVBoxManage($"""
            if [ $run -lt 3 ]; then
              echo "VBoxManage: error: {text}" >&2
              echo "VBoxManage: error: Details: code SOME (0x{code:x8}), component MachineWrap" >&2
              exit 1
            fi
            """);
        if (again) await fake.Run("modifyvm");
        else await Assert.ThrowsAsync<VBoxManageException>(() => fake.Run("modifyvm"));
        Assert.Equal(again ? 3 : 1, fake.Runs);
    }

    [Fact]
    public async Task ALockIsToldWhenThePausesAreUsedUp()
    {
        using var fake = new FakeVBoxManage(Locked);
        var error = await Assert.ThrowsAsync<MachineLockedException>(() => fake.Run("modifyvm"));
        Assert.Equal(ErrorCode.InvalidObjectState, error.Code);
        Assert.Equal(3, fake.Runs);
    }

    [Fact]
    public async Task PausesAreKept()
    {
        using var fake = new FakeVBoxManage(Locked);
        var vbox = new VBoxManage(fake.Path) { LockPauses = [TimeSpan.FromMilliseconds(600)] };
        var watch = Stopwatch.StartNew();
        await Assert.ThrowsAsync<MachineLockedException>(() => vbox.Run(vbox.Command("modifyvm")));
        Assert.True(watch.Elapsed > TimeSpan.FromMilliseconds(290), $"{watch.Elapsed}");
        Assert.Equal(2, fake.Runs);
    }

    [Fact]
    public void DefaultPausesGrowAndEndAfterThreeSeconds()
    {
        var pauses = new VBoxManage("/x").LockPauses;
        Assert.Equal(pauses.Order(), pauses);
        Assert.Equal(3.1, pauses.Sum(p => p.TotalSeconds), 3);
    }

    [Fact]
    public async Task APauseThatOutlastsTheTimeLimitTellsOfTheLock()
    {
        using var fake = new FakeVBoxManage(Locked);
        var vbox = new VBoxManage(fake.Path) { LockPauses = [TimeSpan.FromMinutes(10)] };
        var error = await Assert.ThrowsAsync<MachineLockedException>(() => vbox.Run(vbox.Command("modifyvm") with { TimeLimit = TimeSpan.FromSeconds(5) }));
        Assert.Equal(ErrorCode.InvalidObjectState, error.Code);
        Assert.Equal(1, fake.Runs);
    }

    [Fact]
    public async Task APauseEndsWhenItIsCancelled()
    {
        using var fake = new FakeVBoxManage("printf '0%%...\\n' >&2; " + Locked);
        using var cancel = new CancellationTokenSource();
        var vbox = new VBoxManage(fake.Path) { LockPauses = [TimeSpan.FromMinutes(10)] };
        // the script ends at once by itself; a cancel this late comes in the pause, or before it on a slow machine
        var listener = new Listener(_ => cancel.CancelAfter(TimeSpan.FromMilliseconds(300)));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => vbox.Run(vbox.Command("modifyvm") with { TimeLimit = TimeSpan.FromMinutes(5) }, listener, cancel.Token));
        Assert.Equal(1, fake.Runs);
    }
}
