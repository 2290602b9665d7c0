namespace Libvirt;

/// <summary>
/// A program's own event loop, to carry libvirt's events as well: give it to <see cref="EventLoop.Use"/>. It waits for file descriptors (<c>poll</c> or the
/// like) and for time, and calls the handlers it was given from one thread, one at a time, holding no lock: handlers call these methods again. So do other
/// threads, at any moment, and the loop must notice at once while it waits. Numbers are given out by the binding and are never used twice. A handler may still
/// be called after its removal, when the loop had already seen that it is due: the binding takes care of that.
/// </summary>
public interface IEventLoop
{
    /// <summary>Begins to wait for a file descriptor. One descriptor may be there under several numbers.</summary>
    /// <param name="watch">The number.</param>
    /// <param name="fd">The descriptor.</param>
    /// <param name="events">What to wait for; it may be nothing. Errors and hang-ups are told always.</param>
    /// <param name="handler">To be called with what happened, as long as it is so.</param>
    void AddHandle(int watch, int fd, EventHandleType events, Action<EventHandleType> handler);

    /// <summary>Changes what is waited for.</summary>
    void UpdateHandle(int watch, EventHandleType events);

    /// <summary>Ends the waiting. The descriptor may be closed and used for something else as soon as this returns.</summary>
    void RemoveHandle(int watch);

    /// <summary>Begins to wait for time to pass.</summary>
    /// <param name="timer">The number.</param>
    /// <param name="milliseconds">After how many the handler is to be called, each time anew; 0: each time the loop goes round; -1: not now.</param>
    /// <param name="handler">To be called.</param>
    void AddTimeout(int timer, int milliseconds, Action handler);

    /// <summary>Changes how often, counted from now.</summary>
    void UpdateTimeout(int timer, int milliseconds);

    /// <summary>Ends the waiting.</summary>
    void RemoveTimeout(int timer);
}
