using Broker.Core.Nodes;
using System.Collections.Concurrent;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using Broker.Core;
using Broker.Core.Devices;

namespace Broker.Backend.VmManagers.Simulated;

/// <summary>
/// Domains as files <c>UUID.json</c> in a folder. The files are the truth (other processes may change them); what is in memory is read anew when a file has
/// another time. Displays are served by the process that started the domain, or by the one that connects when that one is gone.
/// </summary>
internal sealed partial class SimulatedNode : IVmNode, ICanHibernate, ICanPause, ICanReset, ICanScreenshot, ICanReportAddresses, ICanReportMemory, ICanChangeLive, ICanDetachLive
{
    private const string MemoryStart = "memory\n";
    private const string MemoryEnd = "\nend\n";

    private readonly NodeSettings _settings;
    private readonly string _folder;
    private readonly TimeSpan _guestDelay;
    private readonly TimeProvider _time;
    private readonly Faults _faults;
    private readonly ConcurrentDictionary<Guid, Known> _known = [];
    private readonly ConcurrentDictionary<Guid, RfbServer> _displays = [];
    private readonly ConcurrentDictionary<Guid, ITimer> _obeying = [];
    private readonly Lock _lock = new();
    private bool _isDisposed;

    public SimulatedNode(NodeSettings settings, string folder, TimeSpan guestDelay, TimeProvider time)
    {
        _settings = settings;
        _folder = folder;
        _guestDelay = guestDelay;
        _time = time;
        Directory.CreateDirectory(folder);
        Directory.CreateDirectory(settings.PoolFolder);
        _faults = new(folder);
        _faults.Meet("connect");
        Disks = new SimulatedDisks(settings, _faults);
        Facts = new Dictionary<string, string>
        {
            ["hypervisor"] = "simulated",
            ["virt_type"] = "none",
            ["host_cpus"] = Environment.ProcessorCount.ToString(CultureInfo.InvariantCulture),
            ["boot_id"] = PlayedHost.Read(folder)?.BootId ?? ThisHost.BootId(),
            ["host_memory_kib"] = (GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / 1024).ToString(CultureInfo.InvariantCulture),
        };
        foreach (var known in All().Where(known => known.State.IsOn))
            ServeDisplay(known.State.Spec);
    }

    public IReadOnlyDictionary<string, string> Facts { get; }

    public bool IsAlive => !_isDisposed && _faults.IsAlive;

    public IDisks Disks { get; }

    public event Action<DomainReport>? Changed;

    public event Action<Guid>? Redefined;

    public IReadOnlyList<DomainReport> Inventory()
    {
        _faults.Meet("inventory");
        return [.. All().Select(known => Report(known.State))];
    }

    public void Define(DomainSpec spec)
    {
        _faults.Meet("define");
        SharedFolders.Make(spec, VmManagerKind.Simulated);
        lock (_lock)
        {
            if (_known.Values.FirstOrDefault(known => known.State.Spec.Name == spec.Name && known.State.Spec.Id != spec.Id) is { } other)
                throw new VmException($"The name {spec.Name} belongs to another domain of node {_settings.Name} ({other.State.Spec.Id}). Rename one of them.");
            var old = Find(spec.Id);
            if (old != null && Same(old.Spec, spec)) return;
            Save(old == null ? new(spec, Power.Off, "defined") : old with { Spec = spec });
            if (old != null) Redefined?.Invoke(spec.Id);
        }
    }

    public void Undefine(Guid id)
    {
        _faults.Meet("undefine");
        lock (_lock)
        {
            if (Find(id) is not { } domain) return;
            if (domain.IsOn) throw new VmException($"{domain.Spec.Name} is running. Shut it down first.");
            File.Delete(MemoryOf(id));
            File.Delete(FileOf(id));
            _known.TryRemove(id, out _);
            Changed?.Invoke(new(id, domain.Spec.Name, Power.Gone, "undefined"));
        }
    }

    public void Start(Guid id)
    {
        _faults.Meet("start");
        lock (_lock)
        {
            var domain = Get(id);
            foreach (var file in domain.Spec.Disks.SelectMany(disk => disk.Backing.Prepend(disk.Path)))
                if (!File.Exists(file)) throw new VmException($"{domain.Spec.Name} can't start: its disk {file} is missing. Restore the file or remove the domain.");
            foreach (var cd in domain.Spec.Cds) CheckCd(cd);
            var memory = domain.Power == Power.Saved ? ReadMemory(id) : null;
            ServeDisplay(domain.Spec);
            if (memory != null && _displays.TryGetValue(id, out var display)) display.Screen.Restore(memory);
            File.Delete(MemoryOf(id));
            if (domain.Power != Power.Running)
                Save(domain with { Power = Power.Running, Detail = memory != null ? "restored" : domain.Power == Power.Paused ? "unpaused" : "booted", IsRestored = memory != null });
        }
    }

    public void Hibernate(Guid id)
    {
        _faults.Meet("hibernate");
        lock (_lock)
        {
            var domain = Get(id);
            if (domain.Power == Power.Saved) return;
            if (!domain.IsOn) throw new VmException($"{domain.Spec.Name} is off: it has no memory that could be saved.");
            var screen = _displays.TryGetValue(id, out var display) ? display.Screen : new Screen(domain.Spec.Name);
            File.WriteAllText(MemoryOf(id), MemoryStart + screen.Memory + MemoryEnd);
            TurnOff(id, Power.Saved, "saved");
        }
    }

    public void Discard(Guid id)
    {
        _faults.Meet("discard");
        lock (_lock)
        {
            if (Find(id) is not { Power: Power.Saved } domain) return;
            File.Delete(MemoryOf(id));
            Save(domain with { Power = Power.Off, Detail = "discarded" });
        }
    }

    public void Pause(Guid id)
    {
        _faults.Meet("pause");
        lock (_lock)
        {
            var domain = Get(id);
            if (!domain.IsOn) throw new VmException($"{domain.Spec.Name} is off: there is nothing to pause.");
            if (domain.Power != Power.Paused) Save(domain with { Power = Power.Paused, Detail = "user" });
        }
    }

    public void Resume(Guid id)
    {
        _faults.Meet("resume");
        lock (_lock)
        {
            var domain = Get(id);
            if (!domain.IsOn) throw new VmException($"{domain.Spec.Name} is off: start it.");
            if (domain.Power != Power.Running) Save(domain with { Power = Power.Running, Detail = "unpaused" });
        }
    }

    public void Detach(Guid id, DiskSpec disk, IProgress<int> percent, CancellationToken cancel)
    {
        _faults.Meet("detach");
        if (!Get(id).IsOn) throw new VmException($"{Get(id).Spec.Name} is off: its disks can't be copied while it runs.");
        SimulatedDisks.Detach(disk.Path, disk.Backing, percent, cancel);
    }

    public void Shutdown(Guid id)
    {
        if (_faults.Meet("shutdown")) return;
        if (Find(id) is { Power: Power.Paused } paused) throw new VmException($"{paused.Spec.Name} stands still and can't hear the power button. Start it, or force it off.");
        Obey(id, () => TurnOff(id, Power.Off, "shutdown"));
    }

    public void Reboot(Guid id)
    {
        var isIgnored = _faults.Meet("reboot");
        var domain = Get(id);
        if (domain.Power != Power.Running) throw new VmException($"{domain.Spec.Name} is off: there is nothing to restart. Start it.");
        if (isIgnored) return;
        Obey(id, () =>
        {
            if (_displays.TryGetValue(id, out var display)) display.Screen.Reset();
        });
    }

    public void Reset(Guid id)
    {
        _faults.Meet("reset");
        if (Get(id) is not { Power: Power.Running } running) throw new VmException($"{Get(id).Spec.Name} is off: there is nothing to reset. Start it.");
        if (_displays.TryGetValue(running.Spec.Id, out var display)) display.Screen.Reset();
    }

    public HostMemory Memory()
    {
        var total = PlayedHost.Read(_folder)!.MemoryKib;
        return new(total, total - All().Where(known => known.State.IsOn).Sum(known => known.State.Spec.MemoryKib));
    }

    // its domains take no memory, unless it plays a host that has some
    public T? As<T>() where T : class, ICapability => typeof(T) == typeof(ICanReportMemory) && PlayedHost.Read(_folder) is null ? null : this as T ?? Disks as T;

    public void Destroy(Guid id)
    {
        _faults.Meet("destroy");
        TurnOff(id, Power.Off, "destroyed");
    }

    public string? Change(DomainSpec spec, DeviceKind kind)
    {
        _faults.Meet("change");
        Get(spec.Id);
        return kind is DeviceKind.Network or DeviceKind.Vcpus or DeviceKind.Memory ? null : "A machine that runs can't get it.";
    }

    public byte[] Screenshot(Guid id)
    {
        _faults.Meet("screenshot");
        var domain = Get(id);
        if (!domain.IsOn) throw new VmException($"{domain.Spec.Name} is off: it has no screen.");
        return (_displays.TryGetValue(id, out var display) ? display.Screen : new Screen(domain.Spec.Name)).ToPng();
    }

    public IReadOnlyDictionary<string, string> Addresses()
    {
        _faults.Meet("addresses");
        return All().Where(known => known.State.IsOn)
            .Select(known => known.State.Spec.Mac.ToLowerInvariant())
            .Distinct()
            .ToDictionary(mac => mac, AddressOf);
    }

    public void Dispose()
    {
        lock (_lock)
        {
            if (_isDisposed) return;
            _isDisposed = true;
            _faults.Dispose();
            foreach (var timer in _obeying.Values) timer.Dispose();
            foreach (var display in _displays.Values) display.Dispose();
            _displays.Clear();
        }
    }

    private void Obey(Guid id, Action act)
    {
        lock (_lock)
        {
            if (_isDisposed || Find(id) is not { Power: Power.Running }) return;
            // The guest looks at its button once; pressing it again while it obeys changes nothing.
            _obeying.GetOrAdd(id, _ => _time.CreateTimer(_ =>
            {
                lock (_lock)
                {
                    if (_obeying.TryRemove(id, out var timer)) timer.Dispose();
                    act();
                }
            }, null, _guestDelay, Timeout.InfiniteTimeSpan));
        }
    }

    private void TurnOff(Guid id, Power power, string why)
    {
        lock (_lock)
        {
            if (_isDisposed) return;
            if (_obeying.TryRemove(id, out var timer)) timer.Dispose();
            if (_displays.TryRemove(id, out var display)) display.Dispose();
            if (Find(id) is { IsOn: true } domain) Save(domain with { Power = power, Detail = why, IsRestored = false });
        }
    }

    private void ServeDisplay(DomainSpec spec)
    {
        if (_displays.ContainsKey(spec.Id) || DisplaySocket.IsServed(spec.DisplaySocket)) return;
        Directory.CreateDirectory(Path.GetDirectoryName(spec.DisplaySocket)!);
        _displays[spec.Id] = new(spec.DisplaySocket, spec.Name, new(spec.Name));
    }

    private List<Known> All()
    {
        var files = new DirectoryInfo(_folder).EnumerateFiles("*.json").ToList();
        var found = new List<Known>(files.Count);
        foreach (var file in files)
            if (Guid.TryParseExact(Path.GetFileNameWithoutExtension(file.Name), "D", out var id) && Look(id, file.LastWriteTimeUtc) is { } known)
                found.Add(known);
        return found;
    }

    private SimulatedDomain Get(Guid id) =>
        Find(id) ?? throw new VmException($"Node {_settings.Name} doesn't know domain {id}. It has to be defined first.");

    private SimulatedDomain? Find(Guid id)
    {
        var file = new FileInfo(FileOf(id));
        return file.Exists ? Look(id, file.LastWriteTimeUtc)?.State : null;
    }

    private Known? Look(Guid id, DateTime writtenAt)
    {
        if (_known.TryGetValue(id, out var known) && known.WrittenAt == writtenAt) return known;
        try
        {
            var state = JsonSerializer.Deserialize<SimulatedDomain>(File.ReadAllBytes(FileOf(id)), Json.Options)!;
            if (!state.IsOn && _displays.TryRemove(id, out var display)) display.Dispose();     // another process turned it off
            return _known[id] = new(state, writtenAt);
        }
        catch (FileNotFoundException)
        {
            return null;
        }
    }

    private void Save(SimulatedDomain domain)
    {
        var id = domain.Spec.Id;
        var file = FileOf(id);
        var part = $"{file}.{Environment.ProcessId}.part";
        File.WriteAllBytes(part, JsonSerializer.SerializeToUtf8Bytes(domain, Json.Options));
        var writtenAt = File.GetLastWriteTimeUtc(part);
        File.Move(part, file, overwrite: true);
        _known[id] = new(domain, writtenAt);
        Changed?.Invoke(Report(domain));
    }

    private string FileOf(Guid id) => Path.Combine(_folder, id.ToString("D") + ".json");

    private string MemoryOf(Guid id) => Path.Combine(_folder, id.ToString("D") + ".memory");

    /// <summary>As with QEMU: null when it is no memory, then the guest boots; one that lacks its end fails the start.</summary>
    private string? ReadMemory(Guid id)
    {
        var file = MemoryOf(id);
        var text = File.Exists(file) ? File.ReadAllText(file) : "";
        if (!text.StartsWith(MemoryStart, StringComparison.Ordinal)) return null;
        if (!text.EndsWith(MemoryEnd, StringComparison.Ordinal))
        {
            throw new VmException($"{Get(id).Spec.Name} could not go on from its saved memory, which is kept: it ends too early. Try again; or switch it off by force, which " +
                "discards the saved memory, and start it afresh.");
        }
        return text[MemoryStart.Length..^MemoryEnd.Length];
    }

    private static bool Same(DomainSpec a, DomainSpec b) => JsonSerializer.Serialize(a, Json.Options) == JsonSerializer.Serialize(b, Json.Options);

    private static DomainReport Report(SimulatedDomain domain) => new(domain.Spec.Id, domain.Spec.Name, domain.Power, domain.Detail, domain.IsRestored);

    /// <summary>An address in 10.0.0.0/8 that belongs to the MAC address: always the same one.</summary>
    private static string AddressOf(string mac) =>
        "10." + string.Join('.', mac.Split(':')[^3..].Select(part => byte.Parse(part, NumberStyles.HexNumber, CultureInfo.InvariantCulture)));

    private sealed record Known(SimulatedDomain State, DateTime WrittenAt);

    private sealed record SimulatedDomain(DomainSpec Spec, Power Power, string Detail, bool IsRestored = false)
    {
        [JsonIgnore]
        public bool IsOn => Power is Power.Running or Power.Paused;
    }
}
