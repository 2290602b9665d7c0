using Libvirt.Generated;
using static Libvirt.LibvirtException;

namespace Libvirt;

/// <summary>
/// Events of a connection. Handlers run on the event loop's thread: they post what they got to someone else and return, or <see cref="ReadEvents{T}"/> does
/// that for them. An exception they throw goes to <see cref="EventLoop.HandlerFailed"/>. Each registration ends when the object returned is disposed, all of
/// them when the connection is.
/// </summary>
public sealed unsafe partial class Connect
{
    private delegate int RegisterAny(nint self, nint only, void* callback, void* opaque);

    /// <summary>
    /// Calls the handler once, when the connection breaks or this object is disposed; at once if it has broken already. There may be any number of such
    /// handlers. A connection that breaks calls them on the thread pool. (virConnectRegisterCloseCallback, virConnectUnregisterCloseCallback)
    /// </summary>
    public IDisposable RegisterCloseCallback(Action<ConnectCloseReason> handler)
    {
        var registration = new Registration<ConnectCloseReason>(this, handler);
        var all = CloseHandlers.Of(Calls);
        return Register(registration, self =>
        {
            all.Add((virConnect*)self, registration);
            return () => all.Remove((virConnect*)self, registration);
        });
    }

    internal void Forget(Registration registration)
    {
        lock (_registrations)
            _registrations.Remove(registration);
    }

    /// <summary>
    /// libvirt refuses the same function for the same event of a connection twice, so that each registration has a function of its own, made of a delegate.
    /// C casts each event's type of function to the one that is taken.
    /// </summary>
    /// <param name="handler">The caller's.</param>
    /// <param name="callback">Makes what libvirt calls, which delivers to the registration.</param>
    /// <param name="only">The object whose events are wanted; null is all.</param>
    /// <param name="register">C's function; its result is the registration's number.</param>
    /// <param name="deregister">C's function, with that number.</param>
    private Registration<T> RegisterEvent<T, TObject, TCallback>(Action<T> handler, Func<Registration<T>, TCallback> callback, Handle<TObject>? only,
        RegisterAny register, Func<nint, int, int> deregister) where TObject : unmanaged where TCallback : Delegate
    {
        var registration = new Registration<T>(this, handler);
        return Register(registration, self =>
        {
            var pointer = only == null ? 0 : (nint)only.Hold();
            try
            {
                var number = Check(register(self, pointer, registration.FunctionOf(callback(registration)), registration.Opaque));
                return () => _ = deregister(self, number);      // on a lost connection libvirt forgets the handler and still reports a failure
            }
            finally
            {
                only?.DangerousRelease();
            }
        });
    }

    /// <summary>
    /// Keeps the connection as long as the handler is registered. <paramref name="register"/> gets the connection and returns how to deregister.
    /// </summary>
    private Registration<T> Register<T>(Registration<T> registration, Func<nint, Action> register)
    {
        lock (_registrations)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            _registrations.Add(registration);
        }
        nint self = 0;
        try
        {
            self = (nint)Handle.Hold();
            var deregister = register(self);
            registration.Registered(() =>
            {
                deregister();
                Handle.DangerousRelease();
            });
            return registration;
        }
        catch
        {
            Forget(registration);
            registration.Release();
            if (self != 0)
                Handle.DangerousRelease();
            throw;
        }
    }

    private void EndRegistrations()
    {
        Registration[] registrations;
        lock (_registrations)
        {
            _disposed = true;
            registrations = [.. _registrations];
        }
        // A handler left behind keeps the connection open for ever.
        foreach (var registration in registrations.Where(r => r is not Registration<ConnectCloseReason>))
            registration.Dispose();
        foreach (var close in registrations.OfType<Registration<ConnectCloseReason>>())
            close.DeliverLast(ConnectCloseReason.Client);
    }
}
