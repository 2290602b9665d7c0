using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Libvirt;

/// <summary>
/// One handler registered with libvirt. Disposing it ends the delivery: an event that is just being delivered on another thread may still be running when
/// Dispose returns, none begins after it. It may be disposed by its own handler.
/// </summary>
internal sealed unsafe class Registration : IDisposable
{
    private readonly Connect _connect;
    private readonly Delegate _handler;
    private readonly Delegate? _callback;
    private GCHandle _self;
    private Action? _deregister;
    private int _ended;
    private int _released;

    /// <param name="connect">Whose events.</param>
    /// <param name="handler">An Action of the event.</param>
    /// <param name="callback">What libvirt calls, if that is a delegate: it must live as long as this.</param>
    public Registration(Connect connect, Delegate handler, Delegate? callback = null)
    {
        ArgumentNullException.ThrowIfNull(handler);
        _connect = connect;
        _handler = handler;
        _callback = callback;
        _self = GCHandle.Alloc(this);
    }

    /// <summary>What libvirt hands to the callbacks: this object.</summary>
    public void* Opaque => (void*)GCHandle.ToIntPtr(_self);

    /// <summary>The registration a callback belongs to.</summary>
    public static Registration Of(void* opaque) => (Registration)GCHandle.FromIntPtr((nint)opaque).Target!;

    /// <summary>Called when libvirt knows the handler; from here on libvirt says when to <see cref="Release"/>.</summary>
    public void Registered(Action deregister) => _deregister = deregister;

    /// <summary>Lets go of this: libvirt will not call any more, or never knew the handler. Once is enough.</summary>
    public void Release()
    {
        if (Interlocked.Exchange(ref _released, 1) != 0)
            return;
        GC.KeepAlive(_callback);
        _self.Free();
    }

    /// <summary>Reads the event and runs the handler. Nothing that is thrown reaches C.</summary>
    public void Deliver<T>(Func<T> e)
    {
        if (Volatile.Read(ref _ended) != 0)
            return;
        try
        {
            ((Action<T>)_handler)(e());
        }
        catch (Exception x)
        {
            EventLoop.Report(x);
        }
    }

    public void Dispose()
    {
        if (Interlocked.Exchange(ref _ended, 1) != 0)
            return;
        _connect.Forget(this);
        _deregister?.Invoke();
    }

    /// <summary>libvirt's word that no callback will come any more.</summary>
    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    public static void Free(void* opaque) => Of(opaque).Release();
}
