using Libvirt.Generated;

namespace Libvirt;

/// <summary>
/// libvirt's own event loop, run by one background thread for the whole process. It carries events and keep-alive, and it must be there before the first connection is opened:
/// <see cref="Connect"/> sees to that.
/// </summary>
public static class EventLoop
{
    private static readonly Lazy<Thread> s_thread = new(Run);

    /// <summary>
    /// What a handler of an event threw; an exception can't leave through C. Raised on the thread that delivered the event. Handlers of this one must not throw.
    /// </summary>
    public static event Action<Exception>? HandlerFailed;

    /// <summary>Starts the loop if it isn't running.</summary>
    /// <exception cref="LibvirtException">The library can't be loaded.</exception>
    public static void Start() => _ = s_thread.Value;

    internal static void Report(Exception exception) => HandlerFailed?.Invoke(exception);

    private static Thread Run()
    {
        LibvirtException.Check(Native.virEventRegisterDefaultImpl());
        var thread = new Thread(Loop) { IsBackground = true, Name = "libvirt events" };
        thread.Start();
        return thread;
    }

    private static void Loop()
    {
        using var pause = new ManualResetEventSlim();
        while (true)
        {
            if (Native.virEventRunDefaultImpl() >= 0)
                continue;
            Report(LibvirtException.Last());
            pause.Wait(TimeSpan.FromMilliseconds(100));     // a loop that can't poll must not eat a processor
        }
    }
}
