using Libvirt.Generated;
using static Libvirt.Generated.Native;
using static Libvirt.LibvirtException;

namespace Libvirt;

/// <summary>
/// A connection to a hypervisor's driver, by URI: <c>qemu:///system</c>, <c>qemu+ssh://host/system</c>, <c>test:///default</c>. Safe for many threads;
/// a daemon works on five calls of one connection at a time, so that long jobs deserve one of their own. A connection that was lost never heals:
/// dispose it and open another.
/// </summary>
public sealed unsafe partial class Connect : IDisposable
{
    private readonly HashSet<Registration> _registrations = [];
    private bool _disposed;

    internal Connect(virConnect* pointer, CallScheduler calls) => Handle = new(Check(pointer), &virConnectClose, calls);

    internal Handle<virConnect> Handle { get; }

    /// <summary>Where the asynchronous calls of this connection and its objects run.</summary>
    public CallScheduler Calls => Handle.Calls;

    /// <summary>Opens a connection. Starts the event loop if it isn't running. (virConnectOpen)</summary>
    /// <param name="uri">Where to; null lets libvirt choose.</param>
    /// <exception cref="LibvirtException">
    /// <see cref="ErrorNumber.NoConnect"/>: no driver for this URI; <see cref="ErrorNumber.SystemError"/>: no daemon there;
    /// <see cref="ErrorNumber.AuthFailed"/>.
    /// </exception>
    public static Connect Open(string? uri)
    {
        EventLoop.Start();
        using var text = new Text(uri);
        return new(virConnectOpen(text.Pointer), new());
    }

    /// <summary>The same for reading: what changes something fails with <see cref="ErrorNumber.OperationDenied"/>. (virConnectOpenReadOnly)</summary>
    /// <param name="uri">Where to; null lets libvirt choose.</param>
    public static Connect OpenReadOnly(string? uri)
    {
        EventLoop.Start();
        using var text = new Text(uri);
        return new(virConnectOpenReadOnly(text.Pointer), new());
    }

    /// <summary>The version of the library in this process, as major * 1,000,000 + minor * 1,000 + release. (virGetVersion)</summary>
    public static long GetLibraryVersion()
    {
        nuint version;
        Check(virGetVersion(&version, null, null));
        return (long)version;
    }

    /// <summary>A second owner of this connection, to be disposed on its own. Handlers stay with the object they were registered on. (virConnectRef)</summary>
    public Connect Ref()
    {
        using var self = Handle.Use();
        Check(virConnectRef(self.Pointer));
        return new(self.Pointer, Calls);
    }

    /// <summary>The same as <see cref="Dispose"/>.</summary>
    public void Close() => Dispose();

    /// <summary>Ends the handlers registered here and gives this reference back; the last one closes the connection. (virConnectClose)</summary>
    public void Dispose()
    {
        EndRegistrations();
        Handle.Dispose();
    }

    /// <summary>
    /// Asks the other side for signs of life, so that a daemon that hangs is found out: close handlers hear <see cref="ConnectCloseReason.Keepalive"/>, and the call
    /// that waits fails as <see cref="LibvirtException.IsConnectionLost"/>, after about interval * (count + 1). It ends one call only: of several that wait,
    /// libvirt 9.0 leaves the others waiting, calls no close handler, and may crash the process if the daemon goes on later. Connections with several calls at a time want
    /// <see cref="CallScheduler.TimeLimit"/>, and another connection with keep-alive and no calls to tell. (virConnectSetKeepAlive)
    /// </summary>
    /// <param name="interval">Seconds of silence before asking; 0 or less turns it off.</param>
    /// <param name="count">Questions without answer after which the connection is closed.</param>
    /// <returns>False: the other side can't.</returns>
    public bool SetKeepAlive(int interval, uint count)
    {
        using var self = Handle.Use();
        return Check(virConnectSetKeepAlive(self.Pointer, interval, count)) == 0;
    }

    /// <summary>Whether the connection is still there, as far as this side knows. Asks nobody. (virConnectIsAlive)</summary>
    public bool IsAlive()
    {
        using var self = Handle.Use();
        return Check(virConnectIsAlive(self.Pointer)) == 1;
    }

    /// <summary>The daemon's libvirt version, as major * 1,000,000 + minor * 1,000 + release. (virConnectGetLibVersion)</summary>
    public long GetLibVersion()
    {
        using var self = Handle.Use();
        nuint version;
        Check(virConnectGetLibVersion(self.Pointer, &version));
        return (long)version;
    }

    /// <summary>The hypervisor's version in the same form. (virConnectGetVersion)</summary>
    public long GetVersion()
    {
        using var self = Handle.Use();
        nuint version;
        Check(virConnectGetVersion(self.Pointer, &version));
        return (long)version;
    }

    /// <summary>The host's name as it knows itself. (virConnectGetHostname)</summary>
    public string GetHostname()
    {
        using var self = Handle.Use();
        return Text.Take(virConnectGetHostname(self.Pointer));
    }

    /// <summary>The URI in use, complete. (virConnectGetURI)</summary>
    public string GetURI()
    {
        using var self = Handle.Use();
        return Text.Take(virConnectGetURI(self.Pointer));
    }

    /// <summary>Host and guest types, as XML. (virConnectGetCapabilities)</summary>
    public string GetCapabilities()
    {
        using var self = Handle.Use();
        return Text.Take(virConnectGetCapabilities(self.Pointer));
    }

    /// <summary>What a domain of this kind may have, as XML. Null: the driver's default. (virConnectGetDomainCapabilities)</summary>
    /// <param name="emulatorbin">Path of the emulator.</param>
    /// <param name="arch">For example <c>x86_64</c>.</param>
    /// <param name="machine">For example <c>q35</c>.</param>
    /// <param name="virttype"><c>kvm</c> or <c>qemu</c>.</param>
    /// <exception cref="LibvirtException"><see cref="ErrorNumber.InvalidArg"/>: no such combination on this host.</exception>
    public string GetDomainCapabilities(string? emulatorbin = null, string? arch = null, string? machine = null, string? virttype = null)
    {
        using var self = Handle.Use();
        using var e = new Text(emulatorbin);
        using var a = new Text(arch);
        using var m = new Text(machine);
        using var v = new Text(virttype);
        return Text.Take(virConnectGetDomainCapabilities(self.Pointer, e.Pointer, a.Pointer, m.Pointer, v.Pointer, 0));
    }

    /// <summary>The host's processors and memory. (virNodeGetInfo)</summary>
    public NodeInfo NodeGetInfo()
    {
        using var self = Handle.Use();
        virNodeInfo info;
        Check(virNodeGetInfo(self.Pointer, &info));
        return new(Text.Copy(info.model)!, (long)info.memory, info.cpus, info.mhz, info.nodes, info.sockets, info.cores, info.threads);
    }

    /// <summary>The host's free memory, in bytes. (virNodeGetFreeMemory)</summary>
    public long NodeGetFreeMemory()
    {
        using var self = Handle.Use();
        virResetLastError();
        var bytes = virNodeGetFreeMemory(self.Pointer);
        // 0 is an answer and a failure; the error tells which.
        if (bytes == 0 && virGetLastError() != null)
            throw Last();
        return (long)bytes;
    }

    /// <summary>A stream for one transfer on this connection. (virStreamNew)</summary>
    /// <param name="flags"><see cref="StreamFlags.Nonblock"/> for consoles and whatever else may be silent for long.</param>
    public Stream NewStream(StreamFlags flags = default)
    {
        using var self = Handle.Use();
        return new(self.Pointer, flags, Calls);
    }
}

/// <summary>A host's processors and memory. (virNodeInfo)</summary>
/// <param name="Model">The processor's model.</param>
/// <param name="Memory">KiB.</param>
/// <param name="Cpus">Active processors.</param>
/// <param name="Mhz">Their frequency; 0 if not known.</param>
/// <param name="Nodes">NUMA cells.</param>
/// <param name="Sockets">Sockets per cell.</param>
/// <param name="Cores">Cores per socket.</param>
/// <param name="Threads">Threads per core.</param>
public sealed record NodeInfo(string Model, long Memory, uint Cpus, uint Mhz, uint Nodes, uint Sockets, uint Cores, uint Threads);
