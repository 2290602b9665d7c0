using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using static Libvirt.Generated.Native;

namespace Libvirt;

/// <summary>
/// libvirt's side of a program's own event loop. What C gave is kept here: when a number is removed nothing of it is called any more, and C is told that its
/// data can go, from the loop and not from within the removal, because libvirt removes with locks held that letting go takes too.
/// </summary>
internal static unsafe class HostLoop
{
    private static readonly ConcurrentDictionary<int, Waiting> s_all = [];
    private static IEventLoop s_loop = null!;
    private static int s_number;

    public static void Register(IEventLoop loop)
    {
        s_loop = loop;
        virEventRegisterImpl(&AddHandle, &UpdateHandle, &RemoveHandle, &AddTimeout, &UpdateTimeout, &RemoveTimeout);
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int AddHandle(int fd, int events, virEventHandleCallback callback, void* opaque, virFreeCallback free) =>
        Add(new(opaque, free), (number, waiting) => s_loop.AddHandle(number, fd, (EventHandleType)events, happened =>
        {
            if (!waiting.IsRemoved)
                callback(number, fd, happened, opaque);
        }));

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void UpdateHandle(int watch, int events) => Update(watch, () => s_loop.UpdateHandle(watch, (EventHandleType)events));

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int RemoveHandle(int watch) => Remove(watch, () => s_loop.RemoveHandle(watch));

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int AddTimeout(int milliseconds, virEventTimeoutCallback callback, void* opaque, virFreeCallback free) =>
        Add(new(opaque, free), (number, waiting) => s_loop.AddTimeout(number, milliseconds, () =>
        {
            if (!waiting.IsRemoved)
                callback(number, opaque);
        }));

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void UpdateTimeout(int timer, int milliseconds) => Update(timer, () => s_loop.UpdateTimeout(timer, milliseconds));

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int RemoveTimeout(int timer) => Remove(timer, () => s_loop.RemoveTimeout(timer));

    private static int Add(Waiting waiting, Action<int, Waiting> add)
    {
        var number = Interlocked.Increment(ref s_number);
        s_all[number] = waiting;
        if (Try(() => add(number, waiting)))
            return number;
        s_all.TryRemove(number, out _);
        return -1;
    }

    private static void Update(int number, Action update)
    {
        if (s_all.ContainsKey(number))
            Try(update);
    }

    private static int Remove(int number, Action remove)
    {
        if (!s_all.TryRemove(number, out var waiting))
            return -1;
        waiting.IsRemoved = true;
        return Try(remove) && (waiting.Free == null || Try(() => LetGo(waiting))) ? 0 : -1;
    }

    /// <summary>The loop calls one handler at a time, so that on its next round the removed one isn't running.</summary>
    private static void LetGo(Waiting waiting)
    {
        var number = Interlocked.Increment(ref s_number);
        var once = 0;
        s_loop.AddTimeout(number, 0, () =>
        {
            if (Interlocked.Exchange(ref once, 1) != 0)
                return;
            s_loop.RemoveTimeout(number);
            waiting.Free(waiting.Opaque);
        });
    }

    /// <summary>What the program's loop throws is reported; C hears that it failed.</summary>
    private static bool Try(Action action)
    {
        try
        {
            action();
            return true;
        }
        catch (Exception e)
        {
            EventLoop.Report(e);
            return false;
        }
    }

    private sealed class Waiting(void* opaque, virFreeCallback free)
    {
        private volatile bool _removed;

        public void* Opaque { get; } = opaque;

        public virFreeCallback Free { get; } = free;

        public bool IsRemoved { get => _removed; set => _removed = value; }
    }
}
