using System.Threading.Channels;

namespace Libvirt.Tests;

/// <summary>A daemon that hangs, ends or crashes; one of the test's own.</summary>
[Collection(nameof(Qemu))]
[Trait("Needs", "libvirt")]
public class DaemonTests(Qemu qemu, DaemonTroubleTests.Own own) : IClassFixture<DaemonTroubleTests.Own>
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task CallsToOneThatHangsEndAndOthersGoOnMeanwhile()
    {
        var libvirtd = own.Daemon;
        using var watched = Connect.Open(libvirtd.Uri);
        using var limited = Connect.Open(libvirtd.Uri);
        var reasons = Channel.CreateUnbounded<ConnectCloseReason>();
        using var registration = watched.RegisterCloseCallback(r => reasons.Writer.TryWrite(r));
        Assert.True(watched.SetKeepAlive(1, 2));

        await libvirtd.Hang();
        var blocked = OnThread(() => watched.GetHostname());
        var one = OnThread(() => limited.GetHostname());
        for (var i = 0; i < 200; i++)
            qemu.Connect.GetHostname();
        Assert.False(blocked.IsCompleted);

        var error = await Assert.ThrowsAsync<LibvirtException>(() => blocked.WaitAsync(Limit));
        Assert.True(error.IsConnectionLost, error.Message);
        Assert.False(watched.IsAlive());
        Assert.Equal(ConnectCloseReason.Keepalive, await reasons.Next(r => true));
        Assert.True(Assert.Throws<LibvirtException>(() => watched.GetHostname()).IsConnectionLost);
        Assert.False(one.IsCompleted);      // without keep-alive nothing ends it

        await libvirtd.Wake();
        Assert.NotEmpty(await one.WaitAsync(Limit));
        using var again = Connect.Open(libvirtd.Uri);
        Assert.NotEmpty(again.GetHostname());
    }

    [Fact]
    public async Task WhenOneIsRestartedOrCrashesItsGuestsAreFoundAgain()
    {
        var libvirtd = own.Daemon;
        var connect = Connect.Open(libvirtd.Uri);
        using var guest = connect.DomainCreateXML(Qemu.Guest(libvirtd));
        var uuid = guest.GetUUID();
        foreach (var end in (Func<Task>[])[libvirtd.RestartDaemon, libvirtd.KillDaemon])
        {
            var reasons = Channel.CreateUnbounded<ConnectCloseReason>();
            connect.RegisterCloseCallback(r => reasons.Writer.TryWrite(r));
            using var domain = connect.LookupDomainByUUID(uuid);

            await end();

            Assert.Equal(ConnectCloseReason.Eof, await reasons.Next(r => true));
            Assert.False(connect.IsAlive());
            Assert.True(Assert.Throws<LibvirtException>(() => domain.GetState()).IsConnectionLost);
            Assert.True(Assert.Throws<LibvirtException>(() => connect.ListAllDomains()).IsConnectionLost);
            connect.Dispose();

            Connect? opened = null;
            await Waiting.Until(() => (opened = TryOpen(libvirtd.Uri)) is not null);
            connect = opened!;
            using var found = connect.LookupDomainByUUID(uuid);
            Assert.Equal(DomainState.Running, found.GetState().State);
            found.Suspend();        // waits until the daemon is done with finding it; one that ends before that may lose it
            found.Resume();
        }
        using (var last = connect.LookupDomainByUUID(uuid))
            last.Destroy();
        connect.Dispose();
    }

    [Fact]
    public async Task WhenOneEndsSequencesOfEventsEndAndCloseHandlersMayDisposeTheConnection()
    {
        var libvirtd = own.Daemon;
        using var connect = Connect.Open(libvirtd.Uri);
        using var second = connect.Ref();
        var disposing = Connect.Open(libvirtd.Uri);
        var reasons = Channel.CreateUnbounded<ConnectCloseReason>();
        var events = connect.ReadEvents<DomainEvent>(handler => connect.DomainEventLifecycleRegister(handler));
        second.RegisterCloseCallback(r => reasons.Writer.TryWrite(r));
        disposing.RegisterCloseCallback(r =>
        {
            disposing.Dispose();
            reasons.Writer.TryWrite(r);
        });
        using var guest = connect.DomainCreateXML(Qemu.Guest(libvirtd));
        guest.Destroy();

        await libvirtd.KillDaemon();

        var seen = new List<DomainEvent>();
        await foreach (var e in events)
            seen.Add(e);
        Assert.Contains(DomainEventType.Stopped, seen.Cast<DomainEventLifecycle>().Select(e => e.Event));
        Assert.Equal(ConnectCloseReason.Eof, await reasons.Next(r => true));
        Assert.Equal(ConnectCloseReason.Eof, await reasons.Next(r => true));
        Assert.Throws<ObjectDisposedException>(() => disposing.GetURI());
        // who comes after it has broken hears so at once
        connect.RegisterCloseCallback(r => reasons.Writer.TryWrite(r));
        Assert.Equal(ConnectCloseReason.Eof, await reasons.Next(r => true));
        await Waiting.Until(() =>
        {
            using var again = TryOpen(libvirtd.Uri);
            return again is not null;
        });
    }

    private static Connect? TryOpen(string uri)
    {
        try
        {
            return Connect.Open(uri);
        }
        catch (LibvirtException e) when (e.Domain == ErrorDomain.Rpc)
        {
            return null;
        }
    }

    private static Task<T> OnThread<T>(Func<T> call) => Task.Factory.StartNew(call, TaskCreationOptions.LongRunning);
}
