using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Libvirt.Tests;

/// <summary>An event loop as a program may have one: one thread, poll, and a pipe that wakes it.</summary>
internal sealed unsafe class PollLoop : IEventLoop
{
    private readonly Lock _lock = new();
    private readonly Dictionary<int, Handle> _handles = [];
    private readonly Dictionary<int, Timeout> _timeouts = [];
    private readonly int _wakeReader;
    private readonly int _wakeWriter;

    public PollLoop()
    {
        var ends = stackalloc int[2];
        Assert.Equal(0, pipe(ends));
        (_wakeReader, _wakeWriter) = (ends[0], ends[1]);
        Thread = new Thread(Run) { IsBackground = true, Name = "own loop" };
        Thread.Start();
    }

    public Thread Thread { get; }

    /// <summary>What is waited for at the moment.</summary>
    public int Count
    {
        get
        {
            lock (_lock)
                return _handles.Count + _timeouts.Count;
        }
    }

    public void AddHandle(int watch, int fd, EventHandleType events, Action<EventHandleType> handler) =>
        Change(() => _handles.Add(watch, new(fd, events, handler)));

    public void UpdateHandle(int watch, EventHandleType events) => Change(() => _handles[watch] = _handles[watch] with { Events = events });

    public void RemoveHandle(int watch) => Change(() => Assert.True(_handles.Remove(watch)));

    public void AddTimeout(int timer, int milliseconds, Action handler) =>
        Change(() => _timeouts.Add(timer, new(milliseconds, Stopwatch.GetTimestamp(), handler)));

    public void UpdateTimeout(int timer, int milliseconds) =>
        Change(() => _timeouts[timer] = _timeouts[timer] with { Milliseconds = milliseconds, Since = Stopwatch.GetTimestamp() });

    public void RemoveTimeout(int timer) => Change(() => Assert.True(_timeouts.Remove(timer)));

    private void Change(Action change)
    {
        lock (_lock)
            change();
        byte one = 1;
        Assert.Equal(1, write(_wakeWriter, &one, 1));
    }

    private void Run()
    {
        var bytes = stackalloc byte[256];
        while (true)
        {
            List<Handle> handles;
            int wait;
            lock (_lock)
            {
                handles = [.. _handles.Values];
                wait = _timeouts.Values.Where(t => t.Milliseconds >= 0).Select(t => t.Left).DefaultIfEmpty(-1).Min();
            }
            Span<Pollfd> waiting = [.. handles.Select(h => new Pollfd(h.Fd, Poll(h.Events))), new(_wakeReader, 1)];
            fixed (Pollfd* p = waiting)
            {
                if (poll(p, (nuint)waiting.Length, wait) < 0)
                    continue;
            }
            if (waiting[^1].Revents != 0)
                _ = read(_wakeReader, bytes, 256);
            for (var i = 0; i < handles.Count; i++)
            {
                if (waiting[i].Revents != 0)
                    handles[i].Handler(Event(waiting[i].Revents));
            }
            foreach (var (_, due) in Due())
                due.Handler();
        }
    }

    private List<KeyValuePair<int, Timeout>> Due()
    {
        lock (_lock)
        {
            var due = _timeouts.Where(t => t.Value.Milliseconds >= 0 && t.Value.Left == 0).ToList();
            foreach (var (timer, timeout) in due)
                _timeouts[timer] = timeout with { Since = Stopwatch.GetTimestamp() };
            return due;
        }
    }

    // POLLIN, POLLOUT, POLLERR, POLLHUP
    private static readonly (short Poll, EventHandleType Event)[] Bits =
        [(1, EventHandleType.Readable), (4, EventHandleType.Writable), (8, EventHandleType.Error), (16, EventHandleType.Hangup)];

    private static short Poll(EventHandleType events) => Bits.Where(b => events.HasFlag(b.Event)).Aggregate((short)0, (all, b) => (short)(all | b.Poll));

    private static EventHandleType Event(short poll) => Bits.Where(b => (poll & b.Poll) != 0).Aggregate(default(EventHandleType), (all, b) => all | b.Event);

    private sealed record Handle(int Fd, EventHandleType Events, Action<EventHandleType> Handler);

    private sealed record Timeout(int Milliseconds, long Since, Action Handler)
    {
        public int Left => (int)Math.Max(0, Milliseconds - Stopwatch.GetElapsedTime(Since).TotalMilliseconds);
    }

    [StructLayout(LayoutKind.Sequential)]
    private record struct Pollfd(int Fd, short Events, short Revents = 0);

    [DllImport("libc")]
    private static extern int poll(Pollfd* fds, nuint count, int milliseconds);

    [DllImport("libc")]
    private static extern int pipe(int* ends);

    [DllImport("libc")]
    private static extern nint write(int fd, byte* bytes, nuint count);

    [DllImport("libc")]
    private static extern nint read(int fd, byte* bytes, nuint count);
}
