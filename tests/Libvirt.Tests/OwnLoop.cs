namespace Libvirt.Tests;

/// <summary>What a program with an event loop of its own sees, a line each: a process has one loop, so that this is done in a <see cref="Child"/>.</summary>
internal static class OwnLoop
{
    private static readonly StreamWriter Output = new(Console.OpenStandardOutput()) { AutoFlush = true };
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(20);

    /// <param name="arguments">None, or the URI of a daemon, which is made to hang when this says so, and a file with the description of a guest.</param>
    public static void InChild(string[] arguments)
    {
        EventLoop.HandlerFailed += e => Output.WriteLine($"failed: {e}");
        var loop = new PollLoop();
        EventLoop.Use(loop);
        if (arguments is [var uri, var guest])
            Daemon(loop, uri, File.ReadAllText(guest));
        else
            InProcess(loop);
        // libvirt's own descriptors and timeouts go with the last connection
        Output.WriteLine(SpinWait.SpinUntil(() => loop.Count == 0, Limit) ? "nothing left" : $"left: {loop.Count}");
    }

    private static void InProcess(PollLoop loop)
    {
        try
        {
            EventLoop.Use(new PollLoop());
        }
        catch (InvalidOperationException e)
        {
            Output.WriteLine(e.Message);
        }

        using var times = new CountdownEvent(3);
        var timer = EventLoop.AddTimeout(1, () =>
        {
            if (!times.IsSet)
                times.Signal();
        });
        Output.WriteLine(times.Wait(Limit) ? "timeout" : "no timeout");
        EventLoop.RemoveTimeout(timer);

        using var connect = Connect.Open("test:///default");
        using var domain = connect.LookupDomainByName("test");
        Lifecycle(loop, connect, () => domain.Destroy(), () => domain.Create());
        using var picture = new MemoryStream();
        Output.WriteLine(domain.ScreenshotAsync(picture).Wait(Limit) ? "picture" : "no picture");
    }

    private static void Daemon(PollLoop loop, string uri, string guest)
    {
        using var connect = Connect.Open(uri);
        using var domain = connect.DomainDefineXML(guest);
        Lifecycle(loop, connect, () => domain.Create(), () => domain.Destroy());
        domain.Undefine();
        using var closed = new ManualResetEventSlim();
        connect.RegisterCloseCallback(reason =>
        {
            Output.WriteLine($"closed: {reason}");
            closed.Set();
        });
        Output.WriteLine($"keep-alive: {connect.SetKeepAlive(1, 1)}");
        closed.Wait(Limit);
    }

    private static void Lifecycle(PollLoop loop, Connect connect, params Action[] actions)
    {
        using var seen = new AutoResetEvent(false);
        using var registration = connect.DomainEventLifecycleRegister(e =>
        {
            if (e.Event is not (DomainEventType.Started or DomainEventType.Stopped))
                return;
            Output.WriteLine($"{e.Event} on the {(Thread.CurrentThread == loop.Thread ? "own" : "wrong")} thread");
            seen.Set();
        });
        foreach (var action in actions)
        {
            action();
            seen.WaitOne(Limit);
        }
    }
}
