using Libvirt.Generated;
using static Libvirt.Generated.Native;
using static Libvirt.LibvirtException;

namespace Libvirt;

/// <summary>Events of domains. Which of them come depends on the driver; registering for others is no failure.</summary>
public sealed unsafe partial class Connect
{
    /// <summary>Calls the handler when a domain is defined, starts, stops and so on. (VIR_DOMAIN_EVENT_ID_LIFECYCLE)</summary>
    /// <param name="handler">What to do.</param>
    /// <param name="domain">Only this domain's events; null is all.</param>
    public IDisposable DomainEventLifecycleRegister(Action<DomainEventLifecycle> handler, Domain? domain = null) =>
        RegisterDomainEvent(DomainEventID.Lifecycle, handler, domain, on => new ConnectDomainEventCallback((_, d, e, detail, _) =>
        {
            on.Deliver(() => new(UUIDOf(d), NameOf(d), e, detail));
            return 0;
        }));

    /// <summary>Calls the handler when a guest reboots. (VIR_DOMAIN_EVENT_ID_REBOOT)</summary>
    /// <param name="handler">What to do.</param>
    /// <param name="domain">Only this domain's events; null is all.</param>
    public IDisposable DomainEventRebootRegister(Action<DomainEventReboot> handler, Domain? domain = null) =>
        RegisterDomainEvent(DomainEventID.Reboot, handler, domain, on => new ConnectDomainEventGenericCallback((_, d, _) =>
            on.Deliver(() => new(UUIDOf(d), NameOf(d)))));

    /// <summary>Calls the handler when a guest sets its clock. (VIR_DOMAIN_EVENT_ID_RTC_CHANGE)</summary>
    /// <param name="handler">What to do.</param>
    /// <param name="domain">Only this domain's events; null is all.</param>
    public IDisposable DomainEventRTCChangeRegister(Action<DomainEventRTCChange> handler, Domain? domain = null) =>
        RegisterDomainEvent(DomainEventID.RtcChange, handler, domain, on => new ConnectDomainEventRTCChangeCallback((_, d, utcoffset, _) =>
            on.Deliver(() => new(UUIDOf(d), NameOf(d), utcoffset))));

    /// <summary>Calls the handler when a guest's watchdog fires. (VIR_DOMAIN_EVENT_ID_WATCHDOG)</summary>
    /// <param name="handler">What to do.</param>
    /// <param name="domain">Only this domain's events; null is all.</param>
    public IDisposable DomainEventWatchdogRegister(Action<DomainEventWatchdog> handler, Domain? domain = null) =>
        RegisterDomainEvent(DomainEventID.Watchdog, handler, domain, on => new ConnectDomainEventWatchdogCallback((_, d, action, _) =>
            on.Deliver(() => new(UUIDOf(d), NameOf(d), action))));

    /// <summary>Calls the handler when a disk fails; <see cref="DomainEventIOErrorReasonRegister"/> says why. (VIR_DOMAIN_EVENT_ID_IO_ERROR)</summary>
    /// <param name="handler">What to do.</param>
    /// <param name="domain">Only this domain's events; null is all.</param>
    public IDisposable DomainEventIOErrorRegister(Action<DomainEventIOError> handler, Domain? domain = null) =>
        RegisterDomainEvent(DomainEventID.IoError, handler, domain, on => new ConnectDomainEventIOErrorCallback((_, d, path, alias, action, _) =>
            on.Deliver(() => new(UUIDOf(d), NameOf(d), Text.Copy(path) ?? "", Text.Copy(alias) ?? "", action))));

    /// <summary>Calls the handler when a disk fails. (VIR_DOMAIN_EVENT_ID_IO_ERROR_REASON)</summary>
    /// <param name="handler">What to do.</param>
    /// <param name="domain">Only this domain's events; null is all.</param>
    public IDisposable DomainEventIOErrorReasonRegister(Action<DomainEventIOErrorReason> handler, Domain? domain = null) =>
        RegisterDomainEvent(DomainEventID.IoErrorReason, handler, domain,
            on => new ConnectDomainEventIOErrorReasonCallback((_, d, path, alias, action, reason, _) =>
            on.Deliver(() => new(UUIDOf(d), NameOf(d), Text.Copy(path) ?? "", Text.Copy(alias) ?? "", action, Text.Copy(reason) ?? ""))));

    /// <summary>Calls the handler when libvirt loses control of a guest, which may still run. (VIR_DOMAIN_EVENT_ID_CONTROL_ERROR)</summary>
    /// <param name="handler">What to do.</param>
    /// <param name="domain">Only this domain's events; null is all.</param>
    public IDisposable DomainEventControlErrorRegister(Action<DomainEventControlError> handler, Domain? domain = null) =>
        RegisterDomainEvent(DomainEventID.ControlError, handler, domain, on => new ConnectDomainEventGenericCallback((_, d, _) =>
            on.Deliver(() => new(UUIDOf(d), NameOf(d)))));

    /// <summary>
    /// Calls the handler when a block job ends or is ready, disks being named by file; <see cref="DomainEventBlockJob2Register"/> names them by target.
    /// (VIR_DOMAIN_EVENT_ID_BLOCK_JOB)
    /// </summary>
    /// <param name="handler">What to do.</param>
    /// <param name="domain">Only this domain's events; null is all.</param>
    public IDisposable DomainEventBlockJobRegister(Action<DomainEventBlockJob> handler, Domain? domain = null) =>
        RegisterDomainEvent(DomainEventID.BlockJob, handler, domain, on => new ConnectDomainEventBlockJobCallback((_, d, disk, type, status, _) =>
            on.Deliver(() => new(UUIDOf(d), NameOf(d), Text.Copy(disk) ?? "", type, status))));

    /// <summary>Calls the handler when a block job ends or is ready. (VIR_DOMAIN_EVENT_ID_BLOCK_JOB_2)</summary>
    /// <param name="handler">What to do.</param>
    /// <param name="domain">Only this domain's events; null is all.</param>
    public IDisposable DomainEventBlockJob2Register(Action<DomainEventBlockJob2> handler, Domain? domain = null) =>
        RegisterDomainEvent(DomainEventID.BlockJob2, handler, domain, on => new ConnectDomainEventBlockJobCallback((_, d, disk, type, status, _) =>
            on.Deliver(() => new(UUIDOf(d), NameOf(d), Text.Copy(disk) ?? "", type, status))));

    /// <summary>
    /// Calls the handler when libvirt changes a disk's source or drops the disk, because the source was not there at the start.
    /// (VIR_DOMAIN_EVENT_ID_DISK_CHANGE)
    /// </summary>
    /// <param name="handler">What to do.</param>
    /// <param name="domain">Only this domain's events; null is all.</param>
    public IDisposable DomainEventDiskChangeRegister(Action<DomainEventDiskChange> handler, Domain? domain = null) =>
        RegisterDomainEvent(DomainEventID.DiskChange, handler, domain, on => new ConnectDomainEventDiskChangeCallback((_, d, before, after, alias, reason, _) =>
            on.Deliver(() => new(UUIDOf(d), NameOf(d), Text.Copy(before), Text.Copy(after), Text.Copy(alias) ?? "", reason))));

    /// <summary>Calls the handler when the tray of a CD or floppy drive moves. (VIR_DOMAIN_EVENT_ID_TRAY_CHANGE)</summary>
    /// <param name="handler">What to do.</param>
    /// <param name="domain">Only this domain's events; null is all.</param>
    public IDisposable DomainEventTrayChangeRegister(Action<DomainEventTrayChange> handler, Domain? domain = null) =>
        RegisterDomainEvent(DomainEventID.TrayChange, handler, domain, on => new ConnectDomainEventTrayChangeCallback((_, d, alias, reason, _) =>
            on.Deliver(() => new(UUIDOf(d), NameOf(d), Text.Copy(alias) ?? "", reason))));

    /// <summary>Calls the handler when a guest that slept wakes up. (VIR_DOMAIN_EVENT_ID_PMWAKEUP)</summary>
    /// <param name="handler">What to do.</param>
    /// <param name="domain">Only this domain's events; null is all.</param>
    public IDisposable DomainEventPMWakeupRegister(Action<DomainEventPMWakeup> handler, Domain? domain = null) =>
        RegisterDomainEvent(DomainEventID.Pmwakeup, handler, domain, on => new ConnectDomainEventPMWakeupCallback((_, d, reason, _) =>
            on.Deliver(() => new(UUIDOf(d), NameOf(d), reason))));

    /// <summary>Calls the handler when a guest falls asleep. (VIR_DOMAIN_EVENT_ID_PMSUSPEND)</summary>
    /// <param name="handler">What to do.</param>
    /// <param name="domain">Only this domain's events; null is all.</param>
    public IDisposable DomainEventPMSuspendRegister(Action<DomainEventPMSuspend> handler, Domain? domain = null) =>
        RegisterDomainEvent(DomainEventID.Pmsuspend, handler, domain, on => new ConnectDomainEventPMSuspendCallback((_, d, reason, _) =>
            on.Deliver(() => new(UUIDOf(d), NameOf(d), reason))));

    /// <summary>Calls the handler when a guest saves itself on its disk and stops. (VIR_DOMAIN_EVENT_ID_PMSUSPEND_DISK)</summary>
    /// <param name="handler">What to do.</param>
    /// <param name="domain">Only this domain's events; null is all.</param>
    public IDisposable DomainEventPMSuspendDiskRegister(Action<DomainEventPMSuspendDisk> handler, Domain? domain = null) =>
        RegisterDomainEvent(DomainEventID.PmsuspendDisk, handler, domain, on => new ConnectDomainEventPMSuspendDiskCallback((_, d, reason, _) =>
            on.Deliver(() => new(UUIDOf(d), NameOf(d), reason))));

    /// <summary>Calls the handler when a guest gives memory back or takes some. (VIR_DOMAIN_EVENT_ID_BALLOON_CHANGE)</summary>
    /// <param name="handler">What to do.</param>
    /// <param name="domain">Only this domain's events; null is all.</param>
    public IDisposable DomainEventBalloonChangeRegister(Action<DomainEventBalloonChange> handler, Domain? domain = null) =>
        RegisterDomainEvent(DomainEventID.BalloonChange, handler, domain, on => new ConnectDomainEventBalloonChangeCallback((_, d, actual, _) =>
            on.Deliver(() => new(UUIDOf(d), NameOf(d), actual))));

    /// <summary>Calls the handler when a device is added to a running guest. (VIR_DOMAIN_EVENT_ID_DEVICE_ADDED)</summary>
    /// <param name="handler">What to do.</param>
    /// <param name="domain">Only this domain's events; null is all.</param>
    public IDisposable DomainEventDeviceAddedRegister(Action<DomainEventDeviceAdded> handler, Domain? domain = null) =>
        RegisterDomainEvent(DomainEventID.DeviceAdded, handler, domain, on => new ConnectDomainEventDeviceAddedCallback((_, d, alias, _) =>
            on.Deliver(() => new(UUIDOf(d), NameOf(d), Text.Copy(alias) ?? ""))));

    /// <summary>Calls the handler when a guest has let a device go. (VIR_DOMAIN_EVENT_ID_DEVICE_REMOVED)</summary>
    /// <param name="handler">What to do.</param>
    /// <param name="domain">Only this domain's events; null is all.</param>
    public IDisposable DomainEventDeviceRemovedRegister(Action<DomainEventDeviceRemoved> handler, Domain? domain = null) =>
        RegisterDomainEvent(DomainEventID.DeviceRemoved, handler, domain, on => new ConnectDomainEventDeviceRemovedCallback((_, d, alias, _) =>
            on.Deliver(() => new(UUIDOf(d), NameOf(d), Text.Copy(alias) ?? ""))));

    /// <summary>Calls the handler when a guest refuses to let a device go. (VIR_DOMAIN_EVENT_ID_DEVICE_REMOVAL_FAILED)</summary>
    /// <param name="handler">What to do.</param>
    /// <param name="domain">Only this domain's events; null is all.</param>
    public IDisposable DomainEventDeviceRemovalFailedRegister(Action<DomainEventDeviceRemovalFailed> handler, Domain? domain = null) =>
        RegisterDomainEvent(DomainEventID.DeviceRemovalFailed, handler, domain, on => new ConnectDomainEventDeviceRemovalFailedCallback((_, d, alias, _) =>
            on.Deliver(() => new(UUIDOf(d), NameOf(d), Text.Copy(alias) ?? ""))));

    /// <summary>Calls the handler when limits of a running guest are set. (VIR_DOMAIN_EVENT_ID_TUNABLE)</summary>
    /// <param name="handler">What to do.</param>
    /// <param name="domain">Only this domain's events; null is all.</param>
    public IDisposable DomainEventTunableRegister(Action<DomainEventTunable> handler, Domain? domain = null) =>
        RegisterDomainEvent(DomainEventID.Tunable, handler, domain, on => new ConnectDomainEventTunableCallback((_, d, parameters, count, _) =>
            on.Deliver(() => new(UUIDOf(d), NameOf(d), DomainTunables.Read(new(parameters, count))))));

    /// <summary>Calls the handler when a migration, save, backup or other long job ends. (VIR_DOMAIN_EVENT_ID_JOB_COMPLETED)</summary>
    /// <param name="handler">What to do.</param>
    /// <param name="domain">Only this domain's events; null is all.</param>
    public IDisposable DomainEventJobCompletedRegister(Action<DomainEventJobCompleted> handler, Domain? domain = null) =>
        RegisterDomainEvent(DomainEventID.JobCompleted, handler, domain, on => new ConnectDomainEventJobCompletedCallback((_, d, parameters, count, _) =>
            on.Deliver(() => new(UUIDOf(d), NameOf(d), DomainJobStats.Read(new(parameters, count))))));

    /// <summary>Calls the handler when the guest's agent comes or goes. (VIR_DOMAIN_EVENT_ID_AGENT_LIFECYCLE)</summary>
    /// <param name="handler">What to do.</param>
    /// <param name="domain">Only this domain's events; null is all.</param>
    public IDisposable DomainEventAgentLifecycleRegister(Action<DomainEventAgentLifecycle> handler, Domain? domain = null) =>
        RegisterDomainEvent(DomainEventID.AgentLifecycle, handler, domain, on => new ConnectDomainEventAgentLifecycleCallback((_, d, state, reason, _) =>
            on.Deliver(() => new(UUIDOf(d), NameOf(d), state, reason))));

    /// <summary>Calls the handler when a live migration begins another round over the guest's memory. (VIR_DOMAIN_EVENT_ID_MIGRATION_ITERATION)</summary>
    /// <param name="handler">What to do.</param>
    /// <param name="domain">Only this domain's events; null is all.</param>
    public IDisposable DomainEventMigrationIterationRegister(Action<DomainEventMigrationIteration> handler, Domain? domain = null) =>
        RegisterDomainEvent(DomainEventID.MigrationIteration, handler, domain, on => new ConnectDomainEventMigrationIterationCallback((_, d, iteration, _) =>
            on.Deliver(() => new(UUIDOf(d), NameOf(d), iteration))));

    /// <summary>Calls the handler when a domain's title, description or metadata is set. (VIR_DOMAIN_EVENT_ID_METADATA_CHANGE)</summary>
    /// <param name="handler">What to do.</param>
    /// <param name="domain">Only this domain's events; null is all.</param>
    public IDisposable DomainEventMetadataChangeRegister(Action<DomainEventMetadataChange> handler, Domain? domain = null) =>
        RegisterDomainEvent(DomainEventID.MetadataChange, handler, domain, on => new ConnectDomainEventMetadataChangeCallback((_, d, type, uri, _) =>
            on.Deliver(() => new(UUIDOf(d), NameOf(d), (DomainMetadataType)type, Text.Copy(uri)))));

    /// <summary>
    /// Calls the handler when a guest writes beyond the threshold that was set for a disk, once for each time it is set. (VIR_DOMAIN_EVENT_ID_BLOCK_THRESHOLD)
    /// </summary>
    /// <param name="handler">What to do.</param>
    /// <param name="domain">Only this domain's events; null is all.</param>
    public IDisposable DomainEventBlockThresholdRegister(Action<DomainEventBlockThreshold> handler, Domain? domain = null) =>
        RegisterDomainEvent(DomainEventID.BlockThreshold, handler, domain,
            on => new ConnectDomainEventBlockThresholdCallback((_, d, dev, path, threshold, excess, _) =>
            on.Deliver(() => new(UUIDOf(d), NameOf(d), Text.Copy(dev) ?? "", Text.Copy(path), threshold, excess))));

    /// <summary>Calls the handler when the host finds broken memory that a guest uses. (VIR_DOMAIN_EVENT_ID_MEMORY_FAILURE)</summary>
    /// <param name="handler">What to do.</param>
    /// <param name="domain">Only this domain's events; null is all.</param>
    public IDisposable DomainEventMemoryFailureRegister(Action<DomainEventMemoryFailure> handler, Domain? domain = null) =>
        RegisterDomainEvent(DomainEventID.MemoryFailure, handler, domain,
            on => new ConnectDomainEventMemoryFailureCallback((_, d, recipient, action, flags, _) =>
            on.Deliver(() => new(UUIDOf(d), NameOf(d), recipient, action, flags))));

    /// <summary>Calls the handler when a guest has taken or given up memory of a virtio-mem device. (VIR_DOMAIN_EVENT_ID_MEMORY_DEVICE_SIZE_CHANGE)</summary>
    /// <param name="handler">What to do.</param>
    /// <param name="domain">Only this domain's events; null is all.</param>
    public IDisposable DomainEventMemoryDeviceSizeChangeRegister(Action<DomainEventMemoryDeviceSizeChange> handler, Domain? domain = null) =>
        RegisterDomainEvent(DomainEventID.MemoryDeviceSizeChange, handler, domain,
            on => new ConnectDomainEventMemoryDeviceSizeChangeCallback((_, d, alias, size, _) =>
            on.Deliver(() => new(UUIDOf(d), NameOf(d), Text.Copy(alias) ?? "", size))));

    /// <summary>Calls the handler when a viewer connects to a domain's display, is let in, or leaves. (VIR_DOMAIN_EVENT_ID_GRAPHICS)</summary>
    /// <param name="handler">What to do.</param>
    /// <param name="domain">Only this domain's events; null is all.</param>
    public IDisposable DomainEventGraphicsRegister(Action<DomainEventGraphics> handler, Domain? domain = null)
    {
        return RegisterDomainEvent(DomainEventID.Graphics, handler, domain,
            on => new ConnectDomainEventGraphicsCallback((_, d, phase, local, remote, scheme, subject, _) =>
            on.Deliver(() => new(UUIDOf(d), NameOf(d), phase, Address(local), Address(remote), Text.Copy(scheme) ?? "", Identities(subject)))));

        static DomainEventGraphicsAddress Address(virDomainEventGraphicsAddress* a) =>
            new((DomainEventGraphicsAddressType)a->family, Text.Copy(a->node) ?? "", Text.Copy(a->service) ?? "");

        static DomainEventGraphicsSubjectIdentity[] Identities(virDomainEventGraphicsSubject* subject)
        {
            var identities = new DomainEventGraphicsSubjectIdentity[subject == null ? 0 : subject->nidentity];
            for (var i = 0; i < identities.Length; i++)
                identities[i] = new(Text.Copy(subject->identities[i].type) ?? "", Text.Copy(subject->identities[i].name) ?? "");
            return identities;
        }
    }

    /// <summary>
    /// Calls the handler when QEMU's monitor reports an event, for those that libvirt has no event for. Only QEMU's driver has it.
    /// (virConnectDomainQemuMonitorEventRegister, virConnectDomainQemuMonitorEventDeregister)
    /// </summary>
    /// <param name="handler">What to do.</param>
    /// <param name="domain">Only this domain's events; null is all.</param>
    /// <param name="name">Only events of this name, such as <c>RTC_CHANGE</c>; null is all.</param>
    /// <param name="flags">How the name is compared.</param>
    public IDisposable DomainQemuMonitorEventRegister(Action<DomainQemuMonitorEvent> handler, Domain? domain = null, string? name = null,
        ConnectDomainQemuMonitorEventRegisterFlags flags = default) =>
        RegisterEvent(handler, on => new ConnectDomainQemuMonitorEventCallback((_, d, e, seconds, micros, details, _) =>
                on.Deliver(() => new(UUIDOf(d), NameOf(d), Text.Copy(e)!,
                    seconds < 0 ? null : DateTimeOffset.FromUnixTimeSeconds(seconds).AddMicroseconds(micros), Text.Copy(details)))),
            domain?.Handle,
            (self, only, function, opaque) =>
            {
                using var text = new Text(name);
                return virConnectDomainQemuMonitorEventRegister((virConnect*)self, (virDomain*)only, text.Pointer,
                    (virConnectDomainQemuMonitorEventCallback)function, opaque, &Registration.Free, flags);
            },
            (self, number) => virConnectDomainQemuMonitorEventDeregister((virConnect*)self, number));

    /// <summary>(virConnectDomainEventRegisterAny, virConnectDomainEventDeregisterAny)</summary>
    private Registration<T> RegisterDomainEvent<T, TCallback>(DomainEventID id, Action<T> handler, Domain? domain, Func<Registration<T>, TCallback> callback)
        where TCallback : Delegate =>
        RegisterEvent(handler, callback, domain?.Handle,
            (self, only, function, opaque) => virConnectDomainEventRegisterAny((virConnect*)self, (virDomain*)only, id,
                (virConnectDomainEventGenericCallback)function, opaque, &Registration.Free),
            (self, number) => virConnectDomainEventDeregisterAny((virConnect*)self, number));

    private static Guid UUIDOf(virDomain* domain) => UUIDOf(domain, &virDomainGetUUID);

    private static string NameOf(virDomain* domain) => Text.Copy(Check(virDomainGetName(domain)))!;
}
