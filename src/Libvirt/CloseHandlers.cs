using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Libvirt.Generated;
using static Libvirt.Generated.Native;
using static Libvirt.LibvirtException;

namespace Libvirt;

/// <summary>
/// The close handlers of one connection, whichever of its objects they were registered on. libvirt takes one for each connection, calls it on any thread, and
/// holds a lock then that its deregistration waits for. So the one it gets is ours and leaves the handlers to the thread pool, where they may do what they
/// like, for example dispose the connection.
/// </summary>
internal sealed unsafe class CloseHandlers
{
    private static readonly ConditionalWeakTable<CallScheduler, CloseHandlers> s_ofConnections = [];

    // What libvirt hands to OnClose is a number, because there is no telling how long it keeps it: of a broken connection nothing can be deregistered.
    private static readonly ConcurrentDictionary<nint, CloseHandlers> s_registered = [];
    private static int s_number;

    private readonly Lock _lock = new();
    private readonly List<Registration<ConnectCloseReason>> _handlers = [];
    private ConnectCloseReason? _reason;
    private nint _number;

    /// <summary>Those of the connection whose calls run there.</summary>
    public static CloseHandlers Of(CallScheduler calls) => s_ofConnections.GetOrCreateValue(calls);

    /// <summary>Adds one. If the connection has broken before, it hears so at once. (virConnectRegisterCloseCallback)</summary>
    public void Add(virConnect* connect, Registration<ConnectCloseReason> handler)
    {
        lock (_lock)
        {
            if (_reason == null && _handlers.Count == 0)
                Register(connect);
            if (_reason is { } reason)
                ThreadPool.UnsafeQueueUserWorkItem(_ => handler.DeliverLast(reason), null);
            else
                _handlers.Add(handler);
        }
    }

    /// <summary>
    /// Removes one; with the last one libvirt's goes as well, which would keep the connection open for ever. (virConnectUnregisterCloseCallback)
    /// </summary>
    public void Remove(virConnect* connect, Registration<ConnectCloseReason> handler)
    {
        lock (_lock)
        {
            if (!_handlers.Remove(handler) || _handlers.Count > 0)
                return;
            s_registered.TryRemove(_number, out _);
            _ = virConnectUnregisterCloseCallback(connect, &OnClose);       // fails where libvirt has let go of it: it closed, or never would
        }
    }

    private void Register(virConnect* connect)
    {
        _number = Interlocked.Increment(ref s_number);
        s_registered[_number] = this;
        try
        {
            Check(virConnectRegisterCloseCallback(connect, &OnClose, (void*)_number, null));
        }
        catch (LibvirtException e)
        {
            s_registered.TryRemove(_number, out _);
            if (!e.IsConnectionLost)
                throw;
            _reason = ConnectCloseReason.Error;     // how it broke, nobody can tell any more
        }
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void OnClose(virConnect* connect, ConnectCloseReason reason, void* opaque)
    {
        if (s_registered.TryGetValue((nint)opaque, out var all))
            ThreadPool.UnsafeQueueUserWorkItem(_ => all.Closed(reason), null);
    }

    private void Closed(ConnectCloseReason reason)
    {
        Registration<ConnectCloseReason>[] handlers;
        lock (_lock)
        {
            _reason = reason;
            handlers = [.. _handlers];
        }
        foreach (var handler in handlers)
            handler.DeliverLast(reason);
    }
}
