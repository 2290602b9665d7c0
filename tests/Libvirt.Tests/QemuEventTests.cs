using System.Collections.Concurrent;
using System.Net.Sockets;

namespace Libvirt.Tests;

/// <summary>Events that a real guest causes, even one without an operating system.</summary>
[Collection(nameof(Qemu))]
[Trait("Needs", "libvirt")]
public sealed class QemuEventTests(Qemu qemu) : IDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(10);

    private readonly BlockingCollection<DomainEvent> _events = [];
    private readonly List<DomainEvent> _pending = [];
    private readonly List<IDisposable> _kept = [];

    [Fact]
    public void AResetIsARebootAndSeenOnTheMonitor()
    {
        var domain = Started();
        Keep(qemu.Connect.DomainEventRebootRegister(_events.Add, domain));
        Keep(qemu.Connect.DomainQemuMonitorEventRegister(_events.Add, domain, "^RES", ConnectDomainQemuMonitorEventRegisterFlags.Regex));
        domain.Reset();
        Next<DomainEventReboot>(domain);
        domain.Suspend();
        domain.Resume();
        Assert.Equal("RESET", Next<DomainQemuMonitorEvent>(domain).Event);
        // the firmware, if it gets that far before it is halted, resets once more by itself
        var resume = Next<DomainQemuMonitorEvent>(domain);
        if (resume.Event == "RESET")
            resume = Next<DomainQemuMonitorEvent>(domain);
        Assert.Equal("RESUME", resume.Event);
        Assert.InRange(TimeProvider.System.GetUtcNow() - resume.Time!.Value, TimeSpan.FromMinutes(-1), TimeSpan.FromMinutes(1));
    }

    [Fact]
    public void DevicesComeAndGo()
    {
        var domain = Started();
        Keep(qemu.Connect.DomainEventDeviceAddedRegister(_events.Add, domain));
        Keep(qemu.Connect.DomainEventDeviceRemovedRegister(_events.Add, domain));
        const string tablet = "<input type='tablet' bus='usb'><alias name='ua-tablet'/></input>";
        domain.AttachDevice(tablet);
        Assert.Equal("ua-tablet", Next<DomainEventDeviceAdded>(domain).DevAlias);
        domain.DetachDevice(tablet);
        Assert.Equal("ua-tablet", Next<DomainEventDeviceRemoved>(domain).DevAlias);
    }

    [Fact]
    public void ADiscThatIsNotThereIsDroppedAndATrayOpens()
    {
        var missing = Path.Combine(qemu.Folder, "missing.iso");
        var domain = Defined($"<disk type='file' device='cdrom'><source file='{missing}' startupPolicy='optional'/><target dev='hdc' bus='ide'/></disk>");
        Keep(qemu.Connect.DomainEventDiskChangeRegister(_events.Add, domain));
        Keep(qemu.Connect.DomainEventTrayChangeRegister(_events.Add, domain));
        domain.Create();
        var change = Next<DomainEventDiskChange>(domain);
        Assert.Equal((missing, null, "ide0-1-0", ConnectDomainEventDiskChangeReason.ChangeMissingOnStart),
            (change.OldSrcPath, change.NewSrcPath, change.DevAlias, change.Reason));
        domain.QemuMonitorCommand("""{"execute":"eject","arguments":{"id":"ide0-1-0","force":true}}""");
        Assert.Equal(DomainEventTrayChangeReason.Open, Next<DomainEventTrayChange>(domain).Reason);
    }

    [Fact]
    public void ADiskFillsAndItsJobsEnd()
    {
        var image = qemu.NewImage();
        var domain = Started(Qemu.Disk(qemu.NewImage(backing: image)));
        Keep(qemu.Connect.DomainEventBlockThresholdRegister(_events.Add, domain));
        Keep(qemu.Connect.DomainEventBlockJobRegister(_events.Add, domain));
        Keep(qemu.Connect.DomainEventBlockJob2Register(_events.Add, domain));
        domain.SetBlockThreshold("vda", 200_000);
        domain.QemuMonitorCommand("qemu-io -d /machine/peripheral/virtio-disk0/virtio-backend \"write 0 512k\"", DomainQemuMonitorCommandFlags.Hmp);
        var filled = Next<DomainEventBlockThreshold>(domain);
        Assert.Equal(("vda", 200_000UL), (filled.Dev, filled.Threshold));
        domain.BlockPull("vda", 0);
        var byTarget = Next<DomainEventBlockJob2>(domain);
        var byFile = Next<DomainEventBlockJob>(domain);
        Assert.Equal(("vda", DomainBlockJobType.Pull, ConnectDomainEventBlockJobStatus.Completed), (byTarget.Disk, byTarget.Type, byTarget.Status));
        Assert.EndsWith(".qcow2", byFile.Disk);
    }

    [Fact]
    public void JobsAndMetadataAreToldOf()
    {
        var domain = Started(Qemu.Disk(qemu.NewImage()));
        Keep(qemu.Connect.DomainEventMetadataChangeRegister(_events.Add, domain));
        Keep(qemu.Connect.DomainEventJobCompletedRegister(_events.Add, domain));
        Keep(qemu.Connect.DomainEventMigrationIterationRegister(_events.Add, domain));
        domain.SetMetadata(DomainMetadataType.Element, "<x/>", "k", "urn:x");
        var metadata = Next<DomainEventMetadataChange>(domain);
        Assert.Equal((DomainMetadataType.Element, "urn:x"), (metadata.Type, metadata.Nsuri));
        var copy = Path.Combine(qemu.Folder, $"{Guid.NewGuid():N}.qcow2");
        domain.BackupBegin($"<domainbackup><disks><disk name='vda' type='file'><target file='{copy}'/></disk></disks></domainbackup>", null);
        Assert.Equal(DomainJobOperation.Backup, Next<DomainEventJobCompleted>(domain).Params.Operation);
        domain.ManagedSave();
        Assert.Equal(1, Next<DomainEventMigrationIteration>(domain).Iteration);
        domain.ManagedSaveRemove();
    }

    [Fact]
    public async Task AViewerComesAndGoes()
    {
        var socket = Path.Combine(qemu.Daemon.Displays, $"{Guid.NewGuid():N}");
        var domain = Started($"<graphics type='vnc'><listen type='socket' socket='{socket}'/></graphics><video><model type='vga'/></video>");
        Keep(qemu.Connect.DomainEventGraphicsRegister(_events.Add, domain));
        using (var viewer = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified))
        {
            await viewer.ConnectAsync(new UnixDomainSocketEndPoint(socket));
            var buffer = new byte[256];
            await using var stream = new NetworkStream(viewer);
            await stream.ReadExactlyAsync(buffer.AsMemory(0, 12));
            await stream.WriteAsync("RFB 003.008\n"u8.ToArray());
            await stream.ReadExactlyAsync(buffer.AsMemory(0, 2));
            await stream.WriteAsync(new byte[] { 1 });
            await stream.ReadExactlyAsync(buffer.AsMemory(0, 4));
            await stream.WriteAsync(new byte[] { 1 });
            var connected = Next<DomainEventGraphics>(domain);
            Assert.Equal((DomainEventGraphicsPhase.Connect, DomainEventGraphicsAddressType.Unix, socket),
                (connected.Phase, connected.Local.Family, connected.Local.Service));
            Assert.Equal(DomainEventGraphicsPhase.Initialize, Next<DomainEventGraphics>(domain).Phase);
        }
        Assert.Equal(DomainEventGraphicsPhase.Disconnect, Next<DomainEventGraphics>(domain).Phase);
    }

    [Fact]
    public void SecretsTellOfTheirLifeAndTheirValue()
    {
        var events = new BlockingCollection<object>();
        Keep(qemu.Connect.SecretEventLifecycleRegister(events.Add));
        Keep(qemu.Connect.SecretEventValueChangedRegister(events.Add));
        using var secret = qemu.Connect.SecretDefineXML("<secret ephemeral='yes'><usage type='volume'><volume>/nowhere</volume></usage></secret>");
        secret.SetValue([1, 2, 3]);
        secret.Undefine();
        Assert.Equal(
        [
            new SecretEventLifecycle(secret.GetUUID(), SecretEventLifecycleType.Defined, 0),
            new SecretEventValueChanged(secret.GetUUID()),
            new SecretEventLifecycle(secret.GetUUID(), SecretEventLifecycleType.Undefined, 0),
        ], OtherEventTests.Take(events, 3, _ => true));
    }

    public void Dispose()
    {
        _kept.Reverse();
        _kept.ForEach(k => k.Dispose());
        _events.Dispose();
    }

    private Domain Defined(params string[] devices)
    {
        var domain = Keep(qemu.Connect.DomainDefineXML(qemu.Guest(devices)));
        Keep(new Removal(domain));
        return domain;
    }

    private Domain Started(params string[] devices)
    {
        var domain = Defined(devices);
        domain.Create();
        return domain;
    }

    private T Keep<T>(T thing) where T : IDisposable
    {
        _kept.Add(thing);
        return thing;
    }

    /// <summary>The next of its kind; others wait for their turn.</summary>
    private T Next<T>(Domain domain) where T : DomainEvent
    {
        var index = _pending.FindIndex(e => e is T);
        while (index < 0)
        {
            Assert.True(_events.TryTake(out var e, Limit), $"no {typeof(T).Name} came");
            _pending.Add(e);
            index = _pending.FindIndex(p => p is T);
        }
        var found = (T)_pending[index];
        _pending.RemoveAt(index);
        Assert.Equal((domain.GetUUID(), domain.GetName()), (found.UUID, found.Name));
        return found;
    }

    private sealed class Removal(Domain domain) : IDisposable
    {
        public void Dispose()
        {
            if (domain.IsActive())
                domain.Destroy();
            domain.Undefine();
        }
    }
}
