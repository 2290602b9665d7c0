using System.Diagnostics;

namespace VirtualBox.Tests;

public sealed class CancelTests
{
    /// <summary>Undoes its work at SIGTERM; tells by its progress that it is ready for it.</summary>
    private const string Cooperative = """
        trap 'sleep 0.2; echo undone > "$here/undone"; exit 1' TERM
        printf '0%%...' >&2
        while :; do sleep 0.02; done
        """;

    private const string Stubborn = """
        trap '' TERM
        printf '0%%...' >&2
        while :; do sleep 0.02; done
        """;

    [Fact]
    public async Task CancelledCommandMayUndoItsWork()
    {
        using var fake = new FakeVBoxManage(Cooperative);
        using var cancel = new CancellationTokenSource();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => fake.Runner.Run(fake.Runner.Command("clonevm"), new Listener(_ => cancel.Cancel()), cancel.Token));
        Assert.True(File.Exists(fake.FileOf("undone")));
        Assert.False(fake.IsRunning);
        Assert.Equal(1, fake.Runs);
    }

    [Fact]
    public async Task CommandThatWontEndIsKilledAfterTheGrace()
    {
        using var fake = new FakeVBoxManage(Stubborn);
        var vbox = new VBoxManage(fake.Path) { Grace = TimeSpan.FromMilliseconds(500) };
        using var cancel = new CancellationTokenSource();
        var cancelled = new Stopwatch();
        var listener = new Listener(_ =>
        {
            cancelled.Start();
            cancel.Cancel();
        });
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => vbox.Run(vbox.Command("clonevm"), listener, cancel.Token));
        Assert.True(cancelled.ElapsedMilliseconds >= 490, $"{cancelled.Elapsed}");
        Assert.False(fake.IsRunning);
    }

    [Fact]
    public async Task TimeLimitEndsItLikeACancel()
    {
        using var fake = new FakeVBoxManage(Cooperative);
        var error = await Assert.ThrowsAsync<TimeoutException>(() => fake.Runner.Run(fake.Runner.Command("clonevm", "x") with { TimeLimit = TimeSpan.FromSeconds(2) }));
        Assert.Contains("clonevm x did not end within 2 s", error.Message, StringComparison.Ordinal);
        Assert.True(File.Exists(fake.FileOf("undone")));
        Assert.False(fake.IsRunning);
    }

    [Fact]
    public async Task ServerItStartedLivesOn()
    {
        using var fake = new FakeVBoxManage("""sleep 60 & echo $! > "$here/server"; """ + Stubborn);
        var vbox = new VBoxManage(fake.Path) { Grace = TimeSpan.FromMilliseconds(100) };
        using var cancel = new CancellationTokenSource();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => vbox.Run(vbox.Command("clonevm"), new Listener(_ => cancel.Cancel()), cancel.Token));

        using var server = Process.GetProcessById(int.Parse(await File.ReadAllTextAsync(fake.FileOf("server")), System.Globalization.CultureInfo.InvariantCulture));
        Assert.False(server.HasExited);
        server.Kill();
    }

    [Fact]
    public async Task WhatIsCancelledBeforeIsNotStarted()
    {
        using var fake = new FakeVBoxManage("");
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => fake.Runner.Run(fake.Runner.Command("list"), cancel: new(canceled: true)));
        Assert.Equal(0, fake.Runs);
    }
}
