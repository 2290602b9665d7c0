using Broker.Core.Nodes;
using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Xml.Linq;
using Broker.Backend.Displays;
using Broker.Core.Devices;
using Libvirt;

namespace Broker.Backend.VmManagers.Libvirt;

/// <summary>A host with libvirtd. Acts only on domains whose UUIDs it is given.</summary>
internal sealed partial class LibvirtNode : IVmNode, ICanHibernate, ICanPause, ICanReset, ICanScreenshot, ICanReportAddresses, ICanReportMemory, ICanExamine, ICanChangeLive, ICanDetachLive
{
    private const string UsualSocket = "/run/libvirt/libvirt-sock";
    private static readonly TimeSpan LongestEnding = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan LongestSave = TimeSpan.FromMinutes(25);

    private readonly NodeSettings _settings;
    private readonly Connect _pulse;
    private readonly Connect _jobs;
    private readonly Connect _reads;
    private readonly Connect _saves;
    private readonly string _virtType;
    private readonly CancellationTokenSource _lost = new();

    /// <param name="settings">The node.</param>
    /// <param name="pulse">Only notices that the daemon hangs: has keep-alive, and no calls.</param>
    /// <param name="jobs">For what changes something.</param>
    /// <param name="reads">For questions and events.</param>
    /// <param name="saves">For what may take minutes.</param>
    /// <param name="virtType"><c>kvm</c> or <c>qemu</c>.</param>
    /// <param name="facts">What the host is.</param>
    public LibvirtNode(NodeSettings settings, Connect pulse, Connect jobs, Connect reads, Connect saves, string virtType, IReadOnlyDictionary<string, string> facts)
    {
        _settings = settings;
        _pulse = pulse;
        _jobs = jobs;
        _reads = reads;
        _saves = saves;
        _virtType = virtType;
        Facts = facts;
        Disks = new Qcow2Disks(settings);
        foreach (var connect in Connections) connect.RegisterCloseCallback(_ => _lost.Cancel());
        _clients = new DirectClients(DirectClients.NetworkOf(ConnectUri.Parse(settings.Uri).Socket ?? UsualSocket), TimeProvider.System);
        reads.DomainEventLifecycleRegister(OnLifecycle);
        reads.DomainEventGraphicsRegister(_clients.See);
        FindDisplays();
    }

    public IReadOnlyDictionary<string, string> Facts { get; }

    private Connect[] Connections => [_pulse, _jobs, _reads, _saves];

    public bool IsAlive
    {
        get
        {
            try
            {
                return !_lost.IsCancellationRequested && Array.TrueForAll(Connections, c => c.IsAlive());
            }
            catch (Exception e) when (e is LibvirtException or ObjectDisposedException)
            {
                return false;
            }
        }
    }

    public IDisks Disks { get; }

    public event Action<DomainReport>? Changed;

    public IReadOnlyList<DomainReport> Inventory() => Ask("The domains could not be listed", () =>
    {
        var saved = new HashSet<Guid>();
        foreach (var domain in _reads.ListAllDomains(ConnectListAllDomainsFlags.Managedsave))
            using (domain) saved.Add(domain.GetUUID());

        var reports = new List<DomainReport>();
        // Nowait: one domain in the middle of a save must not hold up the others.
        foreach (var stats in _reads.GetAllDomainStats(DomainStatsTypes.State, ConnectGetAllDomainStatsFlags.Nowait))
        {
            using (stats)
            {
                var state = stats.State?.State ?? DomainState.Nostate;
                var reason = stats.State?.Reason ?? 0;
                var (power, detail) = Lifecycle.Read(state, reason);
                reports.Add(new(stats.Domain.GetUUID(), stats.Domain.GetName(), power == Power.Off && saved.Contains(stats.Domain.GetUUID()) ? Power.Saved : power, detail,
                    IsRestored: power == Power.Running && (DomainRunningReason)reason == DomainRunningReason.Restored));
            }
        }
        return reports;
    });

    public IReadOnlyDictionary<string, string> Examine() => Ask("The host could not be examined", () =>
    {
        // libvirt keeps what QEMU can do, so this takes milliseconds, unless it throws that away at each use: /dev/kvm that QEMU's user may not open does that
        var asked = Stopwatch.GetTimestamp();
        _reads.GetDomainCapabilities(null, "x86_64", "q35", _virtType);
        var took = Stopwatch.GetElapsedTime(asked);
        var capabilities = XElement.Parse(_reads.GetCapabilities());
        var models = capabilities.Elements("host").Elements("secmodel").Elements("model").Select(m => m.Value);
        var found = new Dictionary<string, string>
        {
            ["security_models"] = string.Join(", ", models),
            ["probe_ms"] = took.TotalMilliseconds.ToString("0", CultureInfo.InvariantCulture),
            ["untracked"] = _clients.Untracked ?? "",
        };
        if (QemuReach.Of(capabilities) is { } qemu)
            found["closed_to_qemu"] = string.Join('\n', qemu.Closed([.. _settings.Storage.Values, _settings.LibraryFolder], QemuReach.Cds(Disks, _settings.LibraryFolder)));
        return found;
    });

    public void Define(DomainSpec spec) => Work($"{spec.Name} could not be defined", _jobs, () =>
    {
        Qcow2Disks.CheckBacking(spec.Disks);
        SharedFolders.Make(spec, VmManagerKind.Libvirt);
        var xml = DomainXml.Write(spec, _virtType, PathOfCd);
        try
        {
            _jobs.DomainDefineXML(xml).Dispose();
        }
        catch (LibvirtException e) when (e.Code == ErrorNumber.OperationFailed)
        {
            // The UUID is known under another name, or the name under another UUID. Only the first is ours.
            using var known = Find(spec.Id);
            if (known == null || known.GetName() == spec.Name) throw;
            var name = known.GetName();
            if (known.IsActive()) throw new VmException($"{name} can't be renamed to {spec.Name} while it runs. Shut it down first.", e);
            known.Rename(spec.Name);
            try
            {
                _jobs.DomainDefineXML(xml).Dispose();
            }
            catch (LibvirtException refused) when (!refused.IsConnectionLost)
            {
                // all of it or nothing: it may be somebody else's
                known.Rename(name);
                throw;
            }
        }
    });

    public void Undefine(Guid id) => Work("The domain could not be removed", _jobs, () =>
    {
        using var domain = Find(id);
        if (domain == null) return;
        if (domain.IsActive()) throw new VmException($"{domain.GetName()} is running. Shut it down first.");
        try
        {
            domain.Undefine(DomainUndefineFlagsValues.ManagedSave | DomainUndefineFlagsValues.SnapshotsMetadata | DomainUndefineFlagsValues.Nvram |
                DomainUndefineFlagsValues.CheckpointsMetadata);
        }
        catch (LibvirtException e) when (e.Code is ErrorNumber.NoDomain or ErrorNumber.OperationInvalid)
        {
            using var left = Find(id);
            if (left != null) throw;
        }
    });

    public void Start(Guid id) => Work("The domain could not be started", _jobs, () =>
    {
        using var domain = Get(id);
        // A guest on its way out still counts as there, and can be started once it is gone: in a moment.
        Wait(() => domain.GetState().State != DomainState.Shutdown, LongestEnding);
        switch (Lifecycle.Read(domain.GetState()).Power)
        {
            case Power.Running:
                return;
            case Power.Paused:
                Continue(domain);
                return;
            default:
                Create(domain);
                return;
        }
    });

    public void Hibernate(Guid id) => Work("The domain's memory could not be saved", _saves, () =>
    {
        using var domain = Find(id, _saves) ?? throw Unknown(id);
        // A save goes on in the daemon when whoever asked for it is gone: it is waited for, not begun anew.
        Wait(() => domain.GetState() is not (DomainState.Paused, (int)DomainPausedReason.Save), LongestSave);
        try
        {
            // it was started to run, so it is to run again, also if it stands still just now
            domain.ManagedSave(DomainSaveRestoreFlags.Running);
        }
        catch (LibvirtException e) when (e.Code == ErrorNumber.OperationInvalid && !domain.IsActive())
        {
            if (!domain.HasManagedSaveImage()) throw new VmException($"{domain.GetName()} is off: it has no memory that could be saved.", e);
        }
    });

    public void Discard(Guid id) => Work("The domain's saved memory could not be discarded", _jobs, () =>
    {
        using var domain = Find(id);
        if (domain != null && domain.HasManagedSaveImage()) domain.ManagedSaveRemove();
    });

    public void Pause(Guid id) => Work("The domain could not be paused", _jobs, () =>
    {
        using var domain = Get(id);
        if (!domain.IsActive()) throw new VmException($"{domain.GetName()} is off: there is nothing to pause.");
        domain.Suspend();
    });

    public void Resume(Guid id) => Work("The domain could not go on", _jobs, () =>
    {
        using var domain = Get(id);
        if (!domain.IsActive()) throw new VmException($"{domain.GetName()} is off: start it.");
        Continue(domain);
    });

    public void Shutdown(Guid id) => Ask("The domain could not be shut down", () =>
    {
        using var domain = Find(id, _reads);
        if (domain == null || !domain.IsActive()) return true;
        try
        {
            domain.Shutdown(DomainShutdownFlagValues.AcpiPowerBtn);
        }
        catch (LibvirtException e) when (e.Code is ErrorNumber.OperationInvalid or ErrorNumber.NoDomain)
        {
            using var left = Find(id, _reads);
            var state = left?.GetState().State ?? DomainState.Shutoff;
            if (state == DomainState.Paused) throw new VmException($"{domain.GetName()} stands still and can't hear the power button. Start it, or force it off.", e);
            if (state is DomainState.Running or DomainState.Blocked) throw;
        }
        return true;
    });

    public void Reboot(Guid id) => Work("The domain could not be restarted", _jobs, () =>
    {
        using var domain = Get(id);
        if (!domain.IsActive()) throw new VmException($"{domain.GetName()} is off: there is nothing to restart. Start it.");
        domain.Reboot();
    });

    public void Reset(Guid id) => Work("The domain could not be reset", _jobs, () =>
    {
        using var domain = Get(id);
        if (!domain.IsActive()) throw new VmException($"{domain.GetName()} is off: there is nothing to reset. Start it.");
        domain.Reset();
    });

    public HostMemory Memory() => Ask("The host's memory could not be read", () =>
    {
        var memory = _reads.NodeGetMemoryStats();
        return new HostMemory((long)(memory.Total ?? 0), (long)((memory.Free ?? 0) + (memory.Buffers ?? 0) + (memory.Cached ?? 0)));
    });

    public void Destroy(Guid id) => Work("The domain could not be turned off", _jobs, () =>
    {
        using var domain = Find(id);
        if (domain == null || !domain.IsActive()) return;
        try
        {
            domain.Destroy();
        }
        catch (LibvirtException e) when (e.Code is ErrorNumber.OperationInvalid or ErrorNumber.NoDomain)
        {
            if (IsActive(id)) throw;
        }
    });

    public string? Change(DomainSpec spec, DeviceKind kind) => Ask("The hardware could not be changed while it runs", _jobs, () =>
    {
        using var domain = Get(spec.Id);
        return domain.IsActive() ? LiveHardware.Change(domain, spec, kind) : null;
    });

    public byte[] Screenshot(Guid id) => Ask("The screen could not be photographed", () =>
    {
        using var domain = Find(id, _reads) ?? throw Unknown(id);
        if (!domain.IsActive()) throw new VmException($"{domain.GetName()} is off: it has no screen.");
        using var picture = new MemoryStream();
        domain.Screenshot(picture);
        var bytes = picture.ToArray();
        if (bytes.AsSpan().StartsWith(Png.Signature)) return bytes;
        try
        {
            return Png.FromPortablePixmap(bytes);
        }
        catch (FormatException e)
        {
            throw new VmException($"The screen of {domain.GetName()} came in a format that is not known here.", e);
        }
    });

    public IReadOnlyDictionary<string, string> Addresses() => Ask("The guests' addresses could not be read", () =>
    {
        using var network = _reads.LookupNetworkByName(DomainXml.Network);
        // A lease outlives its guest until it expires: of several for one card the newest counts. No end is later than any.
        return network.GetDHCPLeases()
            .Where(lease => lease.Mac != null && IPAddress.TryParse(lease.Ipaddr, out var address) && address.AddressFamily == AddressFamily.InterNetwork)
            .GroupBy(lease => lease.Mac!.ToLowerInvariant())
            .ToDictionary(leases => leases.Key, leases => leases.MaxBy(lease => lease.Expirytime ?? DateTimeOffset.MaxValue)!.Ipaddr);
    });

    public void Dispose()
    {
        var isLost = _lost.IsCancellationRequested;
        _lost.Cancel();
        foreach (var connect in Connections)
        {
            // To say good-bye is a call as well, which a daemon that hangs doesn't answer.
            if (isLost) _ = connect.Calls.Run(connect.Dispose);
            else connect.Dispose();
        }
    }

    private void OnLifecycle(DomainEventLifecycle news)
    {
        if (news.Event is DomainEventType.Stopped or DomainEventType.Crashed) _clients.Ended(news.UUID);
        if (Lifecycle.Read(news) is var (power, detail)) Changed?.Invoke(new(news.UUID, news.Name, power, detail));
        else if (news.Event == DomainEventType.Defined) Redefined?.Invoke(news.UUID);
    }

    private static void Continue(Domain domain)
    {
        try
        {
            if (domain.GetState().State == DomainState.Pmsuspended) domain.PMWakeup();
            else domain.Resume();
        }
        catch (LibvirtException e) when (e.Code == ErrorNumber.OperationInvalid && Lifecycle.Read(domain.GetState()).Power == Power.Running)
        {
            // it goes on already, or somebody else was quicker
        }
    }

    private static void Create(Domain domain)
    {
        var isSaved = domain.HasManagedSaveImage();
        try
        {
            domain.Create();
        }
        catch (LibvirtException e) when (e.Code == ErrorNumber.OperationInvalid && Lifecycle.Read(domain.GetState()).Power == Power.Running)
        {
            // somebody else was quicker
        }
        catch (LibvirtException e) when (isSaved && !e.IsConnectionLost && domain.HasManagedSaveImage())
        {
            throw new VmException($"{domain.GetName()} could not go on from its saved memory, which is kept: {e.Message}. Try again; or switch it off by force, which discards " +
                "the saved memory, and start it afresh.", e);
        }
    }

    private bool IsActive(Guid id)
    {
        using var domain = Find(id);
        return domain != null && domain.IsActive();
    }

    private Domain Get(Guid id) => Find(id) ?? throw Unknown(id);

    private Domain? Find(Guid id) => Find(id, _jobs);

    private Domain? Find(Guid id, Connect connect)
    {
        try
        {
            var domain = connect.LookupDomainByUUID(id);
            StopIfLost();
            return domain;
        }
        catch (LibvirtException e) when (e.Code == ErrorNumber.NoDomain)
        {
            return null;
        }
    }

    private void Wait(Func<bool> until, TimeSpan longest)
    {
        SpinWait.SpinUntil(() => _lost.IsCancellationRequested || until(), longest);
        StopIfLost();
    }

    /// <summary>Ends what goes on when the daemon does: whoever asked has heard that it is lost, and asks again.</summary>
    private void StopIfLost() => _lost.Token.ThrowIfCancellationRequested();

    private VmException Unknown(Guid id) => new($"Node {_settings.Name} doesn't know domain {id}. It has to be defined first.");

    /// <summary>Something that may take long: not on the connection for questions.</summary>
    private void Work(string failure, Connect connect, Action act) => Ask(failure, connect, () =>
    {
        act();
        return true;
    });

    private T Ask<T>(string failure, Func<T> ask) => Ask(failure, _reads, ask);

    /// <summary>
    /// Asks on one of the connection's threads, of which there are one less than the daemon serves of a connection. It may stay behind: a daemon that hangs
    /// answers no call, nor does the call end.
    /// </summary>
    private T Ask<T>(string failure, Connect connect, Func<T> ask)
    {
        try
        {
            return connect.Calls.Run(ask, _lost.Token).GetAwaiter().GetResult();
        }
        catch (OperationCanceledException e)
        {
            throw new VmException($"Node {_settings.Name}: libvirt doesn't answer any more.", e) { IsConnectionLost = true };
        }
        catch (LibvirtException e) when (e.IsConnectionLost || !IsAlive)
        {
            _lost.Cancel();
            throw new VmException($"Node {_settings.Name}: the connection to libvirt is lost ({e.Message}).", e) { IsConnectionLost = true };
        }
        catch (ObjectDisposedException e)
        {
            throw new VmException($"Node {_settings.Name}: the connection to libvirt was closed.", e) { IsConnectionLost = true };
        }
        catch (LibvirtException e)
        {
            throw new VmException($"{failure} on node {_settings.Name}: {e.Message}.{Remedy(e.Code)}", e);
        }
    }

    private static string Remedy(ErrorNumber code) => code switch
    {
        ErrorNumber.NoNetwork => " Make the network it names, or start it with: virsh net-start",
        ErrorNumber.SystemError => " Look whether the file it names is there and whether QEMU's user may reach it.",
        ErrorNumber.OperationFailed => " Another domain has that name: rename one of them.",
        ErrorNumber.ConfigUnsupported => " This host's QEMU or libvirt lacks what the definition asks for.",
        ErrorNumber.AuthFailed or ErrorNumber.OperationDenied => " The back end's user has to be in the group libvirt.",
        ErrorNumber.InternalError => " QEMU's own log is in /var/log/libvirt/qemu.",
        _ => "",
    };
}
