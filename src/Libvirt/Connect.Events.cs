using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Libvirt.Generated;
using static Libvirt.Generated.Native;
using static Libvirt.LibvirtException;

namespace Libvirt;

/// <summary>
/// Events of a connection. Handlers run on the event loop's thread, the close handler sometimes on the thread whose call was waiting: they post what they got to
/// someone else and return. An exception they throw goes to <see cref="EventLoop.HandlerFailed"/>. Each registration ends when the
/// object returned is disposed, all of them when the connection is.
/// </summary>
public sealed unsafe partial class Connect
{
    /// <summary>Calls the handler once, when the connection breaks or is closed. (virConnectRegisterCloseCallback)</summary>
    /// <exception cref="LibvirtException"><see cref="ErrorNumber.OperationInvalid"/>: the connection has such a handler; it can have one.</exception>
    public IDisposable RegisterCloseCallback(Action<ConnectCloseReason> handler)
    {
        // Not every driver refuses a second one; some keep it and never call it.
        if (Interlocked.Exchange(ref _hasCloseHandler, 1) != 0)
            throw new LibvirtException(ErrorNumber.OperationInvalid, ErrorDomain.None, "A close handler is already registered");
        try
        {
            return Register(new(this, handler), (self, registration) =>
            {
                Check(virConnectRegisterCloseCallback((virConnect*)self, &OnClose, registration.Opaque, &Registration.Free));
                return () =>
                {
                    var result = virConnectUnregisterCloseCallback((virConnect*)self, &OnClose);
                    registration.Release();     // a driver that never closes takes the handler and forgets it
                    Volatile.Write(ref _hasCloseHandler, 0);
                    return result;
                };
            });
        }
        catch
        {
            Volatile.Write(ref _hasCloseHandler, 0);
            throw;
        }
    }

    /// <summary>Calls the handler when a domain is defined, starts, stops and so on. (VIR_DOMAIN_EVENT_ID_LIFECYCLE)</summary>
    /// <param name="handler">What to do.</param>
    /// <param name="domain">Only this domain's events; null is all.</param>
    public IDisposable DomainEventLifecycleRegister(Action<DomainEventLifecycle> handler, Domain? domain = null) =>
        RegisterDomainEvent(DomainEventID.Lifecycle, new LifecycleCallback(OnLifecycle), handler, domain);

    /// <summary>Calls the handler when a viewer connects to a domain's display, is let in, or leaves. (VIR_DOMAIN_EVENT_ID_GRAPHICS)</summary>
    /// <param name="handler">What to do.</param>
    /// <param name="domain">Only this domain's events; null is all.</param>
    public IDisposable DomainEventGraphicsRegister(Action<DomainEventGraphics> handler, Domain? domain = null) =>
        RegisterDomainEvent(DomainEventID.Graphics, new GraphicsCallback(OnGraphics), handler, domain);

    internal void Forget(Registration registration)
    {
        lock (_registrations)
            _registrations.Remove(registration);
    }

    /// <summary>
    /// libvirt refuses the same function for the same event of a connection twice, so that each registration has a function of its own, made of a delegate.
    /// C casts each event's type of function to the one that is taken.
    /// </summary>
    private Registration RegisterDomainEvent<TCallback>(DomainEventID id, TCallback callback, Delegate handler, Domain? domain) where TCallback : Delegate =>
        Register(new(this, handler, callback), (self, registration) =>
        {
            int number;
            if (domain == null)
            {
                number = RegisterAny(null);
            }
            else
            {
                using var only = domain.Handle.Use();
                number = RegisterAny(only.Pointer);
            }
            return () => virConnectDomainEventDeregisterAny((virConnect*)self, number);

            int RegisterAny(virDomain* only) => Check(virConnectDomainEventRegisterAny((virConnect*)self, only, id,
                (delegate* unmanaged[Cdecl]<virConnect*, virDomain*, void*, void>)Marshal.GetFunctionPointerForDelegate(callback), registration.Opaque, &Registration.Free));
        });

    /// <summary>
    /// Keeps the connection as long as the handler is registered. <paramref name="register"/> gets the connection and what is registered, and returns how to
    /// deregister.
    /// </summary>
    private Registration Register(Registration registration, Func<nint, Registration, Func<int>> register)
    {
        nint self = 0;
        try
        {
            self = (nint)Handle.Hold();
            var deregister = register(self, registration);
            registration.Registered(() =>
            {
                _ = deregister();       // on a lost connection libvirt forgets the handler and still reports a failure
                Handle.DangerousRelease();
            });
        }
        catch
        {
            registration.Release();
            if (self != 0)
                Handle.DangerousRelease();
            throw;
        }
        bool disposed;
        lock (_registrations)
        {
            disposed = _disposed;
            _registrations.Add(registration);
        }
        if (disposed)
            registration.Dispose();
        ObjectDisposedException.ThrowIf(disposed, this);
        return registration;
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void OnClose(virConnect* connect, ConnectCloseReason reason, void* opaque) => Registration.Of(opaque).Deliver(() => reason);

    private static int OnLifecycle(virConnect* connect, virDomain* domain, DomainEventType type, int detail, void* opaque)
    {
        Registration.Of(opaque).Deliver(() => new DomainEventLifecycle(Domain.UUIDOf(domain), Domain.NameOf(domain), type, detail));
        return 0;
    }

    private static void OnGraphics(virConnect* connect, virDomain* domain, DomainEventGraphicsPhase phase, virDomainEventGraphicsAddress* local,
        virDomainEventGraphicsAddress* remote, byte* authScheme, virDomainEventGraphicsSubject* subject, void* opaque)
    {
        Registration.Of(opaque).Deliver(() => new DomainEventGraphics(Domain.UUIDOf(domain), Domain.NameOf(domain), phase, Address(local), Address(remote),
            Text.Copy(authScheme) ?? "", Identities()));

        DomainEventGraphicsSubjectIdentity[] Identities()
        {
            var identities = new DomainEventGraphicsSubjectIdentity[subject == null ? 0 : subject->nidentity];
            for (var i = 0; i < identities.Length; i++)
                identities[i] = new(Text.Copy(subject->identities[i].type) ?? "", Text.Copy(subject->identities[i].name) ?? "");
            return identities;
        }

        static DomainEventGraphicsAddress Address(virDomainEventGraphicsAddress* a) =>
            new((DomainEventGraphicsAddressType)a->family, Text.Copy(a->node) ?? "", Text.Copy(a->service) ?? "");
    }

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    private delegate int LifecycleCallback(virConnect* connect, virDomain* domain, DomainEventType type, int detail, void* opaque);

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    private delegate void GraphicsCallback(virConnect* connect, virDomain* domain, DomainEventGraphicsPhase phase, virDomainEventGraphicsAddress* local,
        virDomainEventGraphicsAddress* remote, byte* authScheme, virDomainEventGraphicsSubject* subject, void* opaque);
}

/// <summary>A domain changed its life. The order of events is libvirt's, which differs between operations: treat it as news, not as the state.</summary>
/// <param name="UUID">Whose.</param>
/// <param name="Name">Its name.</param>
/// <param name="Event">What happened.</param>
/// <param name="Detail">How, in the enum that belongs to the event, such as <see cref="DomainEventStartedDetailType"/>.</param>
public sealed record DomainEventLifecycle(Guid UUID, string Name, DomainEventType Event, int Detail);

/// <summary>A viewer came to a display or left it.</summary>
/// <param name="UUID">Whose display.</param>
/// <param name="Name">The domain's name.</param>
/// <param name="Phase">Connected, let in, or gone.</param>
/// <param name="Local">The display's end.</param>
/// <param name="Remote">The viewer's end.</param>
/// <param name="AuthScheme">How it was let in.</param>
/// <param name="Subject">Who it is, as far as the scheme tells.</param>
public sealed record DomainEventGraphics(Guid UUID, string Name, DomainEventGraphicsPhase Phase, DomainEventGraphicsAddress Local,
    DomainEventGraphicsAddress Remote, string AuthScheme, IReadOnlyList<DomainEventGraphicsSubjectIdentity> Subject);

/// <summary>One end of a display's connection.</summary>
/// <param name="Family">Of what kind.</param>
/// <param name="Node">Address, or path of a socket.</param>
/// <param name="Service">Port; empty for a socket.</param>
public sealed record DomainEventGraphicsAddress(DomainEventGraphicsAddressType Family, string Node, string Service);

/// <summary>One thing known about a viewer's user.</summary>
/// <param name="Type">Such as <c>x509dname</c> or <c>saslUsername</c>.</param>
/// <param name="Name">Its value.</param>
public sealed record DomainEventGraphicsSubjectIdentity(string Type, string Name);
