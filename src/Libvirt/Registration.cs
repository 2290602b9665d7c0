using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Libvirt;

/// <summary>
/// One handler registered with libvirt. Disposing it ends the delivery: an event that is just being delivered on another thread may still be running when
/// Dispose returns, none begins after it. It may be disposed by its own handler.
/// </summary>
internal abstract unsafe class Registration(Connect connect) : IDisposable
{
    private GCHandle _self;
    private Delegate? _callback;
    private Action? _deregister;
    private int _ended;
    private int _released;

    /// <summary>What libvirt hands to the callbacks and to <see cref="Free"/>: this object, which lives until then.</summary>
    public void* Opaque => (void*)GCHandle.ToIntPtr(_self.IsAllocated ? _self : _self = GCHandle.Alloc(this));

    /// <summary>No delivery begins any more.</summary>
    public bool IsEnded => Volatile.Read(ref _ended) != 0;

    /// <summary>A function of its own for libvirt to call, as long as this lives.</summary>
    public void* FunctionOf<TCallback>(TCallback callback) where TCallback : Delegate
    {
        _callback = callback;
        return (void*)Marshal.GetFunctionPointerForDelegate(callback);
    }

    /// <summary>Called when libvirt knows the handler; from here on libvirt says when to <see cref="Release"/>.</summary>
    public void Registered(Action deregister)
    {
        Interlocked.Exchange(ref _deregister, deregister);
        if (IsEnded)        // an event came, and the handler ended itself, before this was reached
            Interlocked.Exchange(ref _deregister, null)?.Invoke();
    }

    /// <summary>Lets go of this: libvirt will not call any more, or never knew the handler. Once is enough.</summary>
    public void Release()
    {
        if (Interlocked.Exchange(ref _released, 1) != 0)
            return;
        GC.KeepAlive(_callback);
        if (_self.IsAllocated)
            _self.Free();
    }

    public void Dispose() => End();

    /// <summary>False: it had ended.</summary>
    protected bool End()
    {
        if (Interlocked.Exchange(ref _ended, 1) != 0)
            return false;
        connect.Forget(this);
        Interlocked.Exchange(ref _deregister, null)?.Invoke();
        return true;
    }

    /// <summary>libvirt's word that no callback will come any more.</summary>
    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    public static void Free(void* opaque) => ((Registration)GCHandle.FromIntPtr((nint)opaque).Target!).Release();
}

/// <summary>One handler of events that are a <typeparamref name="T"/>.</summary>
internal sealed class Registration<T> : Registration
{
    private readonly Action<T> _handler;

    public Registration(Connect connect, Action<T> handler) : base(connect)
    {
        ArgumentNullException.ThrowIfNull(handler);
        _handler = handler;
    }

    /// <summary>Reads the event and runs the handler. Nothing that is thrown reaches C.</summary>
    public void Deliver(Func<T> read)
    {
        if (!IsEnded)
            Run(read);
    }

    /// <summary>The same for an event after which no other comes.</summary>
    public void DeliverLast(T last)
    {
        if (End())
            Run(() => last);
    }

    private void Run(Func<T> read)
    {
        try
        {
            _handler(read());
        }
        catch (Exception x)
        {
            EventLoop.Report(x);
        }
    }
}
