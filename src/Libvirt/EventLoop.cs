using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using static Libvirt.Generated.Native;
using static Libvirt.LibvirtException;

namespace Libvirt;

/// <summary>
/// The loop that carries events, streams and keep-alive, one for the whole process. It is libvirt's own, run by one background thread, or what
/// <see cref="Use"/> was given; it must be there before the first connection is opened, which <see cref="Connect"/> sees to. File descriptors and timeouts of the
/// program's own can be given to it as well.
/// </summary>
public static unsafe class EventLoop
{
    private static readonly Lock s_lock = new();
    private static bool s_started;

    /// <summary>
    /// What a handler of an event threw; an exception can't leave through C. Raised on the thread that delivered the event. Handlers of this one must not
    /// throw.
    /// </summary>
    public static event Action<Exception>? HandlerFailed;

    /// <summary>Starts libvirt's own loop, unless a loop is there. (virEventRegisterDefaultImpl, virEventRunDefaultImpl)</summary>
    /// <exception cref="LibvirtException">The library can't be loaded.</exception>
    public static void Start()
    {
        lock (s_lock)
        {
            if (s_started)
                return;
            Check(virEventRegisterDefaultImpl());
            new Thread(Run) { IsBackground = true, Name = "libvirt events" }.Start();
            s_started = true;
        }
    }

    /// <summary>Makes the program's own loop libvirt's. Once, before anything else that needs a loop. (virEventRegisterImpl)</summary>
    /// <exception cref="InvalidOperationException">A loop is there: it can't be changed.</exception>
    public static void Use(IEventLoop loop)
    {
        ArgumentNullException.ThrowIfNull(loop);
        lock (s_lock)
        {
            if (s_started)
                throw new InvalidOperationException("libvirt has its event loop already: give it yours before the first connection is opened.");
            HostLoop.Register(loop);
            s_started = true;
        }
    }

    /// <summary>Calls the handler on the loop's thread whenever something happens to a file descriptor, until it is removed. (virEventAddHandle)</summary>
    /// <param name="fd">It must stay open until it is removed.</param>
    /// <param name="events">What to wait for. Errors and hang-ups are always told.</param>
    /// <param name="handler">Gets what happened.</param>
    /// <returns>The number for <see cref="UpdateHandle"/> and <see cref="RemoveHandle"/>.</returns>
    public static int AddHandle(int fd, EventHandleType events, Action<EventHandleType> handler)
    {
        ArgumentNullException.ThrowIfNull(handler);
        Start();
        var kept = GCHandle.Alloc(handler);
        return Keep(kept, virEventAddHandle(fd, events, &OnHandle, (void*)GCHandle.ToIntPtr(kept), &Free));
    }

    /// <summary>Changes what is waited for; nothing is a pause. (virEventUpdateHandle)</summary>
    public static void UpdateHandle(int watch, EventHandleType events) => virEventUpdateHandle(watch, events);

    /// <summary>No handler is begun after this; one that runs on another thread may still be running. (virEventRemoveHandle)</summary>
    /// <exception cref="LibvirtException">There is no such number.</exception>
    public static void RemoveHandle(int watch) => Removed(virEventRemoveHandle(watch), "file descriptor", watch);

    /// <summary>Calls the handler on the loop's thread, again and again, until it is removed. (virEventAddTimeout)</summary>
    /// <param name="milliseconds">How often; 0: each time the loop goes round; -1: not now.</param>
    /// <param name="handler">What to do.</param>
    /// <returns>The number for <see cref="UpdateTimeout"/> and <see cref="RemoveTimeout"/>.</returns>
    public static int AddTimeout(int milliseconds, Action handler)
    {
        ArgumentNullException.ThrowIfNull(handler);
        Start();
        var kept = GCHandle.Alloc(handler);
        return Keep(kept, virEventAddTimeout(milliseconds, &OnTimeout, (void*)GCHandle.ToIntPtr(kept), &Free));
    }

    /// <summary>Changes how often; -1 is a pause. (virEventUpdateTimeout)</summary>
    public static void UpdateTimeout(int timer, int milliseconds) => virEventUpdateTimeout(timer, milliseconds);

    /// <summary>No handler is begun after this; one that runs on another thread may still be running. (virEventRemoveTimeout)</summary>
    /// <exception cref="LibvirtException">There is no such number.</exception>
    public static void RemoveTimeout(int timer) => Removed(virEventRemoveTimeout(timer), "timeout", timer);

    internal static void Report(Exception exception) => HandlerFailed?.Invoke(exception);

    private static void Run()
    {
        using var pause = new ManualResetEventSlim();
        while (true)
        {
            if (virEventRunDefaultImpl() >= 0)
                continue;
            Report(Last());
            pause.Wait(TimeSpan.FromMilliseconds(100));     // a loop that can't poll must not eat a processor
        }
    }

    private static int Keep(GCHandle handler, int number)
    {
        if (number >= 0)
            return number;
        handler.Free();
        throw Last();
    }

    // libvirt's own loop reports no error here
    private static void Removed(int result, string what, int number)
    {
        if (result < 0)
            throw new LibvirtException(ErrorNumber.InvalidArg, ErrorDomain.Event, $"The event loop has no {what} with the number {number}");
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void OnHandle(int watch, int fd, EventHandleType events, void* opaque) => Guard(() => ((Action<EventHandleType>)Target(opaque))(events));

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void OnTimeout(int timer, void* opaque) => Guard(() => ((Action)Target(opaque))());

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void Free(void* opaque) => GCHandle.FromIntPtr((nint)opaque).Free();

    private static object Target(void* opaque) => GCHandle.FromIntPtr((nint)opaque).Target!;

    private static void Guard(Action handler)
    {
        try
        {
            handler();
        }
        catch (Exception e)
        {
            Report(e);
        }
    }
}
