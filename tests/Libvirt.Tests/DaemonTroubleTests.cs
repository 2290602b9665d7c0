using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Libvirt.Testing;

namespace Libvirt.Tests;

/// <summary>What those who wait hear when the daemon hangs or is gone.</summary>
[Trait("Needs", "libvirt")]
public sealed class DaemonTroubleTests(DaemonTroubleTests.Own own) : IClassFixture<DaemonTroubleTests.Own>
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task CallsToADaemonThatHangsEndAtTheTimeLimitAndTheConnectionGoesOnAfterwards()
    {
        using var connect = Connect.Open(own.Daemon.Uri);
        await own.Daemon.Hang();
        try
        {
            connect.Calls.TimeLimit = TimeSpan.FromMilliseconds(200);
            // More of them than there are threads.
            var calls = Enumerable.Range(0, 10).Select(_ => connect.Calls.Run(connect.GetHostname)).ToList();
            foreach (var call in calls)
                Assert.Equal(ErrorNumber.OperationTimeout, (await Assert.ThrowsAsync<LibvirtException>(() => call.WaitAsync(Limit))).Code);
            Assert.Equal(connect.Calls.MaxThreads, connect.Calls.Threads);
        }
        finally
        {
            await own.Daemon.Wake();
        }
        connect.Calls.TimeLimit = null;
        Assert.NotEmpty(await connect.Calls.Run(connect.GetHostname).WaitAsync(Limit));
    }

    [Fact]
    public async Task OpeningAConnectionToADaemonThatHangsEndsAtTheTimeLimit()
    {
        await own.Daemon.Hang();
        try
        {
            var error = await Assert.ThrowsAsync<LibvirtException>(() => Connect.OpenAsync(own.Daemon.Uri, timeLimit: TimeSpan.FromMilliseconds(200)).WaitAsync(Limit));
            Assert.Equal(ErrorNumber.OperationTimeout, error.Code);
        }
        finally
        {
            await own.Daemon.Wake();
        }
        using var connect = await Connect.OpenAsync(own.Daemon.Uri, timeLimit: Limit).WaitAsync(Limit);
        Assert.Equal(Limit, connect.Calls.TimeLimit);
        Assert.NotEmpty(connect.GetHostname());
    }

    [Fact]
    public async Task AStreamToADaemonThatHangsIsLeftAndDisposed()
    {
        using var connect = Connect.Open(own.Daemon.Uri);
        using var domain = Start(connect);
        connect.Calls.TimeLimit = TimeSpan.FromMilliseconds(200);
        var console = connect.NewStream(StreamFlags.Nonblock);
        domain.OpenConsole(null, console);
        await own.Daemon.Hang();
        try
        {
            using var cancel = new CancellationTokenSource();
            var read = console.ReadAsync(new byte[1], cancel.Token).AsTask();
            cancel.Cancel();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => read.WaitAsync(Limit));
            await console.DisposeAsync().AsTask().WaitAsync(Limit);
        }
        finally
        {
            await own.Daemon.Wake();
        }
        domain.Destroy();
    }

    [Fact]
    public async Task TransfersWithADaemonThatHangsEndAtTheTimeLimit()
    {
        using var connect = Connect.Open(own.Daemon.Uri);
        using var pool = connect.StoragePoolCreateXML($"<pool type='dir'><name>shares</name><target><path>{own.Daemon.Shares}</path></target></pool>");
        using var volume = pool.StorageVolCreateXML("<volume><name>v</name><capacity unit='GiB'>1</capacity><allocation>0</allocation></volume>");
        connect.Calls.TimeLimit = TimeSpan.FromMilliseconds(500);
        var begun = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var hung = new ManualResetEventSlim();
        var down = volume.DownloadAsync(System.IO.Stream.Null, progress: new Hold(begun, hung));
        await begun.Task.WaitAsync(Limit);
        await own.Daemon.Hang();
        try
        {
            hung.Set();
            Assert.Equal(ErrorNumber.OperationTimeout, (await Assert.ThrowsAsync<LibvirtException>(() => down.WaitAsync(Limit))).Code);
            var up = volume.UploadAsync(new MemoryStream([1]));
            Assert.Equal(ErrorNumber.OperationTimeout, (await Assert.ThrowsAsync<LibvirtException>(() => up.WaitAsync(Limit))).Code);
        }
        finally
        {
            await own.Daemon.Wake();
        }
        connect.Calls.TimeLimit = null;
        Assert.NotEmpty(await connect.Calls.Run(connect.GetHostname).WaitAsync(Limit));
        pool.Destroy();
    }

    [Fact]
    public async Task AStreamWhoseConnectionIsLostFails()
    {
        using var connect = Connect.Open(own.Daemon.Uri);
        using var domain = Start(connect);
        using var console = connect.NewStream(StreamFlags.Nonblock);
        domain.OpenConsole(null, console);
        using var blocking = connect.NewStream();
        domain.OpenChannel(null, blocking);
        var reads = new[] { console.ReadAsync(new byte[1]).AsTask(), blocking.ReadAsync(new byte[1]).AsTask() };
        Assert.True(SpinWait.SpinUntil(() => connect.Calls.Threads == 1, Limit));
        await KillDaemon();
        foreach (var read in reads)
            await Assert.ThrowsAsync<LibvirtException>(() => read.WaitAsync(Limit));
        Assert.True((await Assert.ThrowsAsync<LibvirtException>(() => reads[0])).IsConnectionLost);
        Assert.False(connect.IsAlive());
    }

    [Fact]
    public async Task AForgottenConnectionToADaemonThatHangsHoldsUpNoFinalizer()
    {
        Forget();
        await own.Daemon.Hang();
        try
        {
            GC.Collect();
            await Task.Run(GC.WaitForPendingFinalizers).WaitAsync(Limit);
        }
        finally
        {
            await own.Daemon.Wake();
        }

        [MethodImpl(MethodImplOptions.NoInlining)]
        void Forget() => _ = Connect.Open(own.Daemon.Uri);
    }

    [Fact]
    public async Task StreamsThatHoldAllThreadsCanBeBrokenOff()
    {
        using var connect = Connect.Open(own.Daemon.Uri);
        using var domain = Start(connect);
        connect.Calls.MaxThreads = 1;
        var console = connect.NewStream();
        domain.OpenConsole(null, console);
        var silence = console.ReadAsync(new byte[1]).AsTask();
        await console.DisposeAsync().AsTask().WaitAsync(Limit);
        await Assert.ThrowsAsync<LibvirtException>(() => silence.WaitAsync(Limit));
        domain.Destroy();
    }

    [Fact]
    public async Task OverALostConnectionNothingIsNoAnswer()
    {
        using var connect = Connect.Open(own.Daemon.Uri);
        using var device = connect.LookupNodeDeviceByName("net_lo_00_00_00_00_00_00");
        await KillDaemon();
        Assert.True(Assert.Throws<LibvirtException>(() => device.GetParent()).IsConnectionLost);
    }

    [Fact]
    public async Task ACloseHandlerThatComesTooLateHearsSoAtOnce()
    {
        using var connect = Connect.Open(own.Daemon.Uri);
        await KillDaemon();
        var reasons = Channel.CreateUnbounded<ConnectCloseReason>();
        using var first = connect.RegisterCloseCallback(r => reasons.Writer.TryWrite(r));
        Assert.Equal(ConnectCloseReason.Error, await reasons.Next(r => true));
        using var second = connect.RegisterCloseCallback(r => reasons.Writer.TryWrite(r));
        Assert.Equal(ConnectCloseReason.Error, await reasons.Next(r => true));
    }

    /// <summary>Done when another one answers, for the tests that come after.</summary>
    private async Task KillDaemon()
    {
        await own.Daemon.KillDaemon();
        await Waiting.Until(() =>
        {
            try
            {
                using var connect = Connect.Open(own.Daemon.Uri);
                return true;
            }
            catch (LibvirtException)
            {
                return false;
            }
        });
    }

    private Domain Start(Connect connect) =>
        connect.DomainCreateXML(Qemu.Guest(own.Daemon, "<serial type='pty'/>", "<channel type='unix'><target type='virtio' name='org.example.1'/></channel>"));

    /// <summary>Holds a transfer at its first step.</summary>
    private sealed class Hold(TaskCompletionSource begun, ManualResetEventSlim wake) : IProgress<long>
    {
        public void Report(long value)
        {
            begun.TrySetResult();
            wake.Wait(Limit);
        }
    }

    public sealed class Own : IAsyncLifetime
    {
        public PrivateLibvirtd Daemon { get; private set; } = null!;

        public async Task InitializeAsync() => Daemon = await PrivateLibvirtd.Start();

        public async Task DisposeAsync() => await Daemon.DisposeAsync();
    }
}
