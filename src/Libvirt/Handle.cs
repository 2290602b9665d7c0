using System.Runtime.InteropServices;

namespace Libvirt;

/// <summary>
/// One reference to an object of libvirt. Released by the library's own Free function when it is disposed or forgotten, and not before the last call that uses
/// it has returned. Handles may be released in any order: an object keeps its connection alive.
/// </summary>
internal sealed unsafe class Handle<T> : SafeHandle where T : unmanaged
{
    private readonly delegate*<T*, int> _free;
    private volatile bool _disposed;
    private bool _forgotten;

    public Handle(T* pointer, delegate*<T*, int> free, CallScheduler calls) : base(0, ownsHandle: true)
    {
        _free = free;
        Calls = calls;
        SetHandle((nint)pointer);
    }

    /// <summary>Where the asynchronous calls of the object's connection run.</summary>
    public CallScheduler Calls { get; }

    public override bool IsInvalid => handle == 0;

    /// <summary>The pointer for the length of a call: <c>using var self = handle.Use();</c></summary>
    /// <exception cref="ObjectDisposedException">The object was disposed.</exception>
    public Lease Use() => new(this);

    /// <summary>The pointer until <see cref="SafeHandle.DangerousRelease"/> is called.</summary>
    /// <exception cref="ObjectDisposedException">The object was disposed.</exception>
    public T* Hold()
    {
        // A SafeHandle that is disposed during a call can still be used until that call returns; this one can't.
        ObjectDisposedException.ThrowIf(_disposed, typeof(T));
        var added = false;
        DangerousAddRef(ref added);
        return (T*)handle;
    }

    protected override void Dispose(bool disposing)
    {
        _disposed = true;
        _forgotten = !disposing;
        base.Dispose(disposing);
    }

    protected override bool ReleaseHandle()
    {
        if (!_forgotten)
            return _free((T*)handle) >= 0;
        // The last reference to a connection waits for the daemon: the thread that runs the finalizers of the whole process must not.
        ThreadPool.UnsafeQueueUserWorkItem(self => self._free((T*)self.handle), this, preferLocal: false);
        return true;
    }

    public readonly ref struct Lease
    {
        private readonly Handle<T> _handle;

        public Lease(Handle<T> handle)
        {
            Pointer = handle.Hold();
            _handle = handle;
        }

        public T* Pointer { get; }

        public void Dispose() => _handle.DangerousRelease();
    }
}
