using Libvirt.Generated;
using static Libvirt.Generated.Native;
using static Libvirt.LibvirtException;

namespace Libvirt;

/// <summary>Events of what isn't a domain.</summary>
public sealed unsafe partial class Connect
{
    /// <summary>Calls the handler when a network is defined, starts, stops and so on. (VIR_NETWORK_EVENT_ID_LIFECYCLE)</summary>
    /// <param name="handler">What to do.</param>
    /// <param name="network">Only this one's events; null is all.</param>
    public IDisposable NetworkEventLifecycleRegister(Action<NetworkEventLifecycle> handler, Network? network = null) =>
        RegisterNetworkEvent(NetworkEventID.Lifecycle, handler, network, on => new ConnectNetworkEventLifecycleCallback((_, o, e, detail, _) =>
            on.Deliver(() => new(UUIDOf(o, &virNetworkGetUUID), Text.Copy(Check(virNetworkGetName(o)))!, e, detail))));

    /// <summary>Calls the handler when a storage pool is defined, starts, stops and so on. (VIR_STORAGE_POOL_EVENT_ID_LIFECYCLE)</summary>
    /// <param name="handler">What to do.</param>
    /// <param name="pool">Only this one's events; null is all.</param>
    public IDisposable StoragePoolEventLifecycleRegister(Action<StoragePoolEventLifecycle> handler, StoragePool? pool = null) =>
        RegisterStoragePoolEvent(StoragePoolEventID.Lifecycle, handler, pool, on => new ConnectStoragePoolEventLifecycleCallback((_, o, e, detail, _) =>
            on.Deliver(() => new(UUIDOf(o, &virStoragePoolGetUUID), Text.Copy(Check(virStoragePoolGetName(o)))!, e, detail))));

    /// <summary>Calls the handler when a storage pool has looked for its volumes anew. (VIR_STORAGE_POOL_EVENT_ID_REFRESH)</summary>
    /// <param name="handler">What to do.</param>
    /// <param name="pool">Only this one's events; null is all.</param>
    public IDisposable StoragePoolEventRefreshRegister(Action<StoragePoolEventRefresh> handler, StoragePool? pool = null) =>
        RegisterStoragePoolEvent(StoragePoolEventID.Refresh, handler, pool, on => new ConnectStoragePoolEventGenericCallback((_, o, _) =>
            on.Deliver(() => new(UUIDOf(o, &virStoragePoolGetUUID), Text.Copy(Check(virStoragePoolGetName(o)))!))));

    /// <summary>Calls the handler when a device of the host comes or goes. (VIR_NODE_DEVICE_EVENT_ID_LIFECYCLE)</summary>
    /// <param name="handler">What to do.</param>
    /// <param name="device">Only this one's events; null is all.</param>
    public IDisposable NodeDeviceEventLifecycleRegister(Action<NodeDeviceEventLifecycle> handler, NodeDevice? device = null) =>
        RegisterNodeDeviceEvent(NodeDeviceEventID.Lifecycle, handler, device, on => new ConnectNodeDeviceEventLifecycleCallback((_, o, e, detail, _) =>
            on.Deliver(() => new(Text.Copy(Check(virNodeDeviceGetName(o)))!, e, detail))));

    /// <summary>Calls the handler when the description of a device of the host changes. (VIR_NODE_DEVICE_EVENT_ID_UPDATE)</summary>
    /// <param name="handler">What to do.</param>
    /// <param name="device">Only this one's events; null is all.</param>
    public IDisposable NodeDeviceEventUpdateRegister(Action<NodeDeviceEventUpdate> handler, NodeDevice? device = null) =>
        RegisterNodeDeviceEvent(NodeDeviceEventID.Update, handler, device, on => new ConnectNodeDeviceEventGenericCallback((_, o, _) =>
            on.Deliver(() => new(Text.Copy(Check(virNodeDeviceGetName(o)))!))));

    /// <summary>Calls the handler when a secret is defined or undefined. (VIR_SECRET_EVENT_ID_LIFECYCLE)</summary>
    /// <param name="handler">What to do.</param>
    /// <param name="secret">Only this one's events; null is all.</param>
    public IDisposable SecretEventLifecycleRegister(Action<SecretEventLifecycle> handler, Secret? secret = null) =>
        RegisterSecretEvent(SecretEventID.Lifecycle, handler, secret, on => new ConnectSecretEventLifecycleCallback((_, o, e, detail, _) =>
            on.Deliver(() => new(UUIDOf(o, &virSecretGetUUID), e, detail))));

    /// <summary>Calls the handler when a secret gets another value. (VIR_SECRET_EVENT_ID_VALUE_CHANGED)</summary>
    /// <param name="handler">What to do.</param>
    /// <param name="secret">Only this one's events; null is all.</param>
    public IDisposable SecretEventValueChangedRegister(Action<SecretEventValueChanged> handler, Secret? secret = null) =>
        RegisterSecretEvent(SecretEventID.ValueChanged, handler, secret, on => new ConnectSecretEventGenericCallback((_, o, _) =>
            on.Deliver(() => new(UUIDOf(o, &virSecretGetUUID)))));

    /// <summary>(virConnectNetworkEventRegisterAny, virConnectNetworkEventDeregisterAny)</summary>
    private Registration<T> RegisterNetworkEvent<T, TCallback>(NetworkEventID id, Action<T> handler, Network? network,
        Func<Registration<T>, TCallback> callback)
        where TCallback : Delegate =>
        RegisterEvent(handler, callback, network?.Handle,
            (self, only, function, opaque) => virConnectNetworkEventRegisterAny((virConnect*)self, (virNetwork*)only, id,
                (virConnectNetworkEventGenericCallback)function, opaque, &Registration.Free),
            (self, number) => virConnectNetworkEventDeregisterAny((virConnect*)self, number));

    /// <summary>(virConnectStoragePoolEventRegisterAny, virConnectStoragePoolEventDeregisterAny)</summary>
    private Registration<T> RegisterStoragePoolEvent<T, TCallback>(StoragePoolEventID id, Action<T> handler, StoragePool? pool,
        Func<Registration<T>, TCallback> callback)
        where TCallback : Delegate =>
        RegisterEvent(handler, callback, pool?.Handle,
            (self, only, function, opaque) => virConnectStoragePoolEventRegisterAny((virConnect*)self, (virStoragePool*)only, id,
                (virConnectStoragePoolEventGenericCallback)function, opaque, &Registration.Free),
            (self, number) => virConnectStoragePoolEventDeregisterAny((virConnect*)self, number));

    /// <summary>(virConnectNodeDeviceEventRegisterAny, virConnectNodeDeviceEventDeregisterAny)</summary>
    private Registration<T> RegisterNodeDeviceEvent<T, TCallback>(NodeDeviceEventID id, Action<T> handler, NodeDevice? device,
        Func<Registration<T>, TCallback> callback)
        where TCallback : Delegate =>
        RegisterEvent(handler, callback, device?.Handle,
            (self, only, function, opaque) => virConnectNodeDeviceEventRegisterAny((virConnect*)self, (virNodeDevice*)only, id,
                (virConnectNodeDeviceEventGenericCallback)function, opaque, &Registration.Free),
            (self, number) => virConnectNodeDeviceEventDeregisterAny((virConnect*)self, number));

    /// <summary>(virConnectSecretEventRegisterAny, virConnectSecretEventDeregisterAny)</summary>
    private Registration<T> RegisterSecretEvent<T, TCallback>(SecretEventID id, Action<T> handler, Secret? secret, Func<Registration<T>, TCallback> callback)
        where TCallback : Delegate =>
        RegisterEvent(handler, callback, secret?.Handle,
            (self, only, function, opaque) => virConnectSecretEventRegisterAny((virConnect*)self, (virSecret*)only, id,
                (virConnectSecretEventGenericCallback)function, opaque, &Registration.Free),
            (self, number) => virConnectSecretEventDeregisterAny((virConnect*)self, number));

    private static Guid UUIDOf<T>(T* pointer, delegate*<T*, byte*, int> get) where T : unmanaged
    {
        var bytes = stackalloc byte[Constants.UuidBuflen];
        Check(get(pointer, bytes));
        return new(new ReadOnlySpan<byte>(bytes, Constants.UuidBuflen), bigEndian: true);
    }
}

/// <summary>A network changed its life.</summary>
/// <param name="UUID">Which.</param>
/// <param name="Name">Its name.</param>
/// <param name="Event">What happened.</param>
/// <param name="Detail">0; there may be details one day.</param>
public sealed record NetworkEventLifecycle(Guid UUID, string Name, NetworkEventLifecycleType Event, int Detail);

/// <summary>A storage pool changed its life.</summary>
/// <param name="UUID">Which.</param>
/// <param name="Name">Its name.</param>
/// <param name="Event">What happened.</param>
/// <param name="Detail">0; there may be details one day.</param>
public sealed record StoragePoolEventLifecycle(Guid UUID, string Name, StoragePoolEventLifecycleType Event, int Detail);

/// <summary>A storage pool has looked for its volumes anew.</summary>
/// <param name="UUID">Which.</param>
/// <param name="Name">Its name.</param>
public sealed record StoragePoolEventRefresh(Guid UUID, string Name);

/// <summary>A device of the host came or went.</summary>
/// <param name="Name">Which.</param>
/// <param name="Event">What happened.</param>
/// <param name="Detail">0; there may be details one day.</param>
public sealed record NodeDeviceEventLifecycle(string Name, NodeDeviceEventLifecycleType Event, int Detail);

/// <summary>The description of a device of the host changed.</summary>
/// <param name="Name">Which.</param>
public sealed record NodeDeviceEventUpdate(string Name);

/// <summary>A secret came or went.</summary>
/// <param name="UUID">Which.</param>
/// <param name="Event">What happened.</param>
/// <param name="Detail">0; there may be details one day.</param>
public sealed record SecretEventLifecycle(Guid UUID, SecretEventLifecycleType Event, int Detail);

/// <summary>A secret got another value.</summary>
/// <param name="UUID">Which.</param>
public sealed record SecretEventValueChanged(Guid UUID);
