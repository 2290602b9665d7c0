namespace Libvirt;

/// <summary>Something happened to a domain. The order of events is libvirt's, which differs between operations: treat them as news, not as the state.</summary>
/// <param name="UUID">Whose event it is.</param>
/// <param name="Name">The domain's name.</param>
public abstract record DomainEvent(Guid UUID, string Name);

/// <summary>A domain changed its life.</summary>
/// <param name="UUID">Whose event it is.</param>
/// <param name="Name">The domain's name.</param>
/// <param name="Event">What happened.</param>
/// <param name="Detail">How, in the enum that belongs to the event, such as <see cref="DomainEventStartedDetailType"/>.</param>
public sealed record DomainEventLifecycle(Guid UUID, string Name, DomainEventType Event, int Detail) : DomainEvent(UUID, Name);

/// <summary>A guest rebooted.</summary>
/// <param name="UUID">Whose event it is.</param>
/// <param name="Name">The domain's name.</param>
public sealed record DomainEventReboot(Guid UUID, string Name) : DomainEvent(UUID, Name);

/// <summary>A guest set its clock.</summary>
/// <param name="UUID">Whose event it is.</param>
/// <param name="Name">The domain's name.</param>
/// <param name="UTCOffset">Seconds between the guest's clock and UTC.</param>
public sealed record DomainEventRTCChange(Guid UUID, string Name, long UTCOffset) : DomainEvent(UUID, Name);

/// <summary>A watchdog fired.</summary>
/// <param name="UUID">Whose event it is.</param>
/// <param name="Name">The domain's name.</param>
/// <param name="Action">What is done about it.</param>
public sealed record DomainEventWatchdog(Guid UUID, string Name, DomainEventWatchdogAction Action) : DomainEvent(UUID, Name);

/// <summary>A disk failed.</summary>
/// <param name="UUID">Whose event it is.</param>
/// <param name="Name">The domain's name.</param>
/// <param name="SrcPath">The file on the host.</param>
/// <param name="DevAlias">The guest's device.</param>
/// <param name="Action">What is done about it.</param>
public sealed record DomainEventIOError(Guid UUID, string Name, string SrcPath, string DevAlias, DomainEventIOErrorAction Action) : DomainEvent(UUID, Name);

/// <summary>A disk failed, and why.</summary>
/// <param name="UUID">Whose event it is.</param>
/// <param name="Name">The domain's name.</param>
/// <param name="SrcPath">The file on the host.</param>
/// <param name="DevAlias">The guest's device.</param>
/// <param name="Action">What is done about it.</param>
/// <param name="Reason"><c>enospc</c>: no room on the host; else empty.</param>
public sealed record DomainEventIOErrorReason(Guid UUID, string Name, string SrcPath, string DevAlias, DomainEventIOErrorAction Action, string Reason)
    : DomainEvent(UUID, Name);

/// <summary>libvirt can't control a guest any more.</summary>
/// <param name="UUID">Whose event it is.</param>
/// <param name="Name">The domain's name.</param>
public sealed record DomainEventControlError(Guid UUID, string Name) : DomainEvent(UUID, Name);

/// <summary>A block job's news, the disk named by its file.</summary>
/// <param name="UUID">Whose event it is.</param>
/// <param name="Name">The domain's name.</param>
/// <param name="Disk">The file on the host; it changes as jobs change the chain.</param>
/// <param name="Type">Which kind of job.</param>
/// <param name="Status">What became of it.</param>
public sealed record DomainEventBlockJob(Guid UUID, string Name, string Disk, DomainBlockJobType Type, ConnectDomainEventBlockJobStatus Status)
    : DomainEvent(UUID, Name);

/// <summary>A block job's news, the disk named by its target.</summary>
/// <param name="UUID">Whose event it is.</param>
/// <param name="Name">The domain's name.</param>
/// <param name="Disk">The disk's target, such as <c>vda</c>.</param>
/// <param name="Type">Which kind of job.</param>
/// <param name="Status">What became of it.</param>
public sealed record DomainEventBlockJob2(Guid UUID, string Name, string Disk, DomainBlockJobType Type, ConnectDomainEventBlockJobStatus Status)
    : DomainEvent(UUID, Name);

/// <summary>A disk's source changed.</summary>
/// <param name="UUID">Whose event it is.</param>
/// <param name="Name">The domain's name.</param>
/// <param name="OldSrcPath">The file it had.</param>
/// <param name="NewSrcPath">The file it has.</param>
/// <param name="DevAlias">The guest's device.</param>
/// <param name="Reason">Why.</param>
public sealed record DomainEventDiskChange(Guid UUID, string Name, string? OldSrcPath, string? NewSrcPath, string DevAlias,
    ConnectDomainEventDiskChangeReason Reason) : DomainEvent(UUID, Name);

/// <summary>A tray moved.</summary>
/// <param name="UUID">Whose event it is.</param>
/// <param name="Name">The domain's name.</param>
/// <param name="DevAlias">The guest's device.</param>
/// <param name="Reason">Opened or closed.</param>
public sealed record DomainEventTrayChange(Guid UUID, string Name, string DevAlias, DomainEventTrayChangeReason Reason) : DomainEvent(UUID, Name);

/// <summary>A guest woke up.</summary>
/// <param name="UUID">Whose event it is.</param>
/// <param name="Name">The domain's name.</param>
/// <param name="Reason">Always 0.</param>
public sealed record DomainEventPMWakeup(Guid UUID, string Name, int Reason) : DomainEvent(UUID, Name);

/// <summary>A guest fell asleep.</summary>
/// <param name="UUID">Whose event it is.</param>
/// <param name="Name">The domain's name.</param>
/// <param name="Reason">Always 0.</param>
public sealed record DomainEventPMSuspend(Guid UUID, string Name, int Reason) : DomainEvent(UUID, Name);

/// <summary>A guest saved itself and stopped.</summary>
/// <param name="UUID">Whose event it is.</param>
/// <param name="Name">The domain's name.</param>
/// <param name="Reason">Always 0.</param>
public sealed record DomainEventPMSuspendDisk(Guid UUID, string Name, int Reason) : DomainEvent(UUID, Name);

/// <summary>A guest's memory changed.</summary>
/// <param name="UUID">Whose event it is.</param>
/// <param name="Name">The domain's name.</param>
/// <param name="Actual">The memory it has now, in KiB.</param>
public sealed record DomainEventBalloonChange(Guid UUID, string Name, ulong Actual) : DomainEvent(UUID, Name);

/// <summary>A device was added.</summary>
/// <param name="UUID">Whose event it is.</param>
/// <param name="Name">The domain's name.</param>
/// <param name="DevAlias">The device.</param>
public sealed record DomainEventDeviceAdded(Guid UUID, string Name, string DevAlias) : DomainEvent(UUID, Name);

/// <summary>A device is gone.</summary>
/// <param name="UUID">Whose event it is.</param>
/// <param name="Name">The domain's name.</param>
/// <param name="DevAlias">The device.</param>
public sealed record DomainEventDeviceRemoved(Guid UUID, string Name, string DevAlias) : DomainEvent(UUID, Name);

/// <summary>A device stays.</summary>
/// <param name="UUID">Whose event it is.</param>
/// <param name="Name">The domain's name.</param>
/// <param name="DevAlias">The device.</param>
public sealed record DomainEventDeviceRemovalFailed(Guid UUID, string Name, string DevAlias) : DomainEvent(UUID, Name);

/// <summary>Limits of a guest were set.</summary>
/// <param name="UUID">Whose event it is.</param>
/// <param name="Name">The domain's name.</param>
/// <param name="Params">What was set.</param>
public sealed record DomainEventTunable(Guid UUID, string Name, DomainTunables Params) : DomainEvent(UUID, Name);

/// <summary>A long job ended.</summary>
/// <param name="UUID">Whose event it is.</param>
/// <param name="Name">The domain's name.</param>
/// <param name="Params">What it came to.</param>
public sealed record DomainEventJobCompleted(Guid UUID, string Name, DomainJobStats Params) : DomainEvent(UUID, Name);

/// <summary>A guest's agent came or went.</summary>
/// <param name="UUID">Whose event it is.</param>
/// <param name="Name">The domain's name.</param>
/// <param name="State">There, or not.</param>
/// <param name="Reason">Why.</param>
public sealed record DomainEventAgentLifecycle(Guid UUID, string Name, ConnectDomainEventAgentLifecycleState State,
    ConnectDomainEventAgentLifecycleReason Reason) : DomainEvent(UUID, Name);

/// <summary>A migration began another round.</summary>
/// <param name="UUID">Whose event it is.</param>
/// <param name="Name">The domain's name.</param>
/// <param name="Iteration">Which round, from 1.</param>
public sealed record DomainEventMigrationIteration(Guid UUID, string Name, int Iteration) : DomainEvent(UUID, Name);

/// <summary>A domain's metadata was set.</summary>
/// <param name="UUID">Whose event it is.</param>
/// <param name="Name">The domain's name.</param>
/// <param name="Type">Which of them.</param>
/// <param name="Nsuri">The namespace of <see cref="DomainMetadataType.Element"/>.</param>
public sealed record DomainEventMetadataChange(Guid UUID, string Name, DomainMetadataType Type, string? Nsuri) : DomainEvent(UUID, Name);

/// <summary>A disk filled up to its threshold.</summary>
/// <param name="UUID">Whose event it is.</param>
/// <param name="Name">The domain's name.</param>
/// <param name="Dev">The disk's target, such as <c>vda</c>, or a link of its chain, such as <c>vda[1]</c>.</param>
/// <param name="Path">Its file, if it is one.</param>
/// <param name="Threshold">What was set, in bytes.</param>
/// <param name="Excess">Bytes beyond it; 0 if not known.</param>
public sealed record DomainEventBlockThreshold(Guid UUID, string Name, string Dev, string? Path, ulong Threshold, ulong Excess) : DomainEvent(UUID, Name);

/// <summary>Memory of the host broke.</summary>
/// <param name="UUID">Whose event it is.</param>
/// <param name="Name">The domain's name.</param>
/// <param name="Recipient">Whose memory it is.</param>
/// <param name="Action">What was done about it.</param>
/// <param name="Flags">Whether something had to be done, and whether it happened before.</param>
public sealed record DomainEventMemoryFailure(Guid UUID, string Name, DomainMemoryFailureRecipientType Recipient, DomainMemoryFailureActionType Action,
    DomainMemoryFailureFlags Flags) : DomainEvent(UUID, Name);

/// <summary>A memory device's size changed.</summary>
/// <param name="UUID">Whose event it is.</param>
/// <param name="Name">The domain's name.</param>
/// <param name="Alias">The device.</param>
/// <param name="Size">What the guest has of it, in KiB.</param>
public sealed record DomainEventMemoryDeviceSizeChange(Guid UUID, string Name, string Alias, ulong Size) : DomainEvent(UUID, Name);

/// <summary>A viewer came to a display or left it.</summary>
/// <param name="UUID">Whose event it is.</param>
/// <param name="Name">The domain's name.</param>
/// <param name="Phase">Connected, let in, or gone.</param>
/// <param name="Local">The display's end.</param>
/// <param name="Remote">The viewer's end.</param>
/// <param name="AuthScheme">How it was let in.</param>
/// <param name="Subject">Who it is, as far as the scheme tells.</param>
public sealed record DomainEventGraphics(Guid UUID, string Name, DomainEventGraphicsPhase Phase, DomainEventGraphicsAddress Local,
    DomainEventGraphicsAddress Remote, string AuthScheme, IReadOnlyList<DomainEventGraphicsSubjectIdentity> Subject) : DomainEvent(UUID, Name);

/// <summary>One end of a display's connection.</summary>
/// <param name="Family">Of what kind.</param>
/// <param name="Node">Address; empty for a socket.</param>
/// <param name="Service">Port, or path of a socket.</param>
public sealed record DomainEventGraphicsAddress(DomainEventGraphicsAddressType Family, string Node, string Service);

/// <summary>One thing known about a viewer's user.</summary>
/// <param name="Type">Such as <c>x509dname</c> or <c>saslUsername</c>.</param>
/// <param name="Name">Its value.</param>
public sealed record DomainEventGraphicsSubjectIdentity(string Type, string Name);

/// <summary>QEMU's monitor reported something.</summary>
/// <param name="UUID">Whose event it is.</param>
/// <param name="Name">The domain's name.</param>
/// <param name="Event">QEMU's name of it.</param>
/// <param name="Time">When, by the host's clock; null if not known.</param>
/// <param name="Details">JSON, or null.</param>
public sealed record DomainQemuMonitorEvent(Guid UUID, string Name, string Event, DateTimeOffset? Time, string? Details) : DomainEvent(UUID, Name);
