using Broker.Core.Nodes;
using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Net;
using VirtualBox;

namespace Broker.Backend.VmManagers.VirtualBox;

/// <summary>
/// VirtualBox of one user on this host. Acts only on domains whose UUIDs it is given. The machines' processes are VirtualBox's: they outlive this one,
/// and whoever comes after finds in their folders what he needs.
/// </summary>
internal sealed partial class VirtualBoxNode : IVmNode
{
    private const string DriverDevice = "/dev/vboxdrv";
    private static readonly TimeSpan BetweenLooks = TimeSpan.FromSeconds(1);
    // VirtualBox's server goes five seconds after the last call, and while it goes it knows no machines
    private static readonly TimeSpan LongestBetweenLooks = TimeSpan.FromSeconds(4);

    private readonly NodeSettings _settings;
    private readonly VBoxManage _vbox;
    private readonly VirtualBoxCalls _calls;
    private readonly MachineFolders _folders;
    private readonly ImageRegistry _registry;
    private readonly MachineWatch _watch;
    private readonly MachineDefinition _definition;
    private readonly VdiDisks _disks;
    private readonly Displays _displays;
    private readonly ConcurrentDictionary<Guid, Task> _restarts = [];
    private readonly CancellationTokenSource _end = new();
    private Task _polling = Task.CompletedTask;

    private VirtualBoxNode(
        NodeSettings settings, VBoxManage vbox, VirtualBoxCalls calls, string home, Displays displays, IReadOnlyDictionary<string, string> facts)
    {
        _settings = settings;
        _vbox = vbox;
        _calls = calls;
        _displays = displays;
        Facts = facts;
        _folders = new(home);
        _registry = new(vbox, home, [.. settings.Storage.Values], _folders);
        _watch = new(vbox, _folders, _registry.Id);
        _disks = new VdiDisks(settings, vbox, _registry, new(vbox, _watch), calls);
        _definition = new(vbox, _folders, _disks);
        _watch.Changed += OnChanged;
    }

    public IReadOnlyDictionary<string, string> Facts { get; }

    public bool IsAlive => !_calls.HasLost && !_end.IsCancellationRequested;

    public IDisks Disks => _disks;

    /// <summary>VirtualBox reports nothing by itself: it is looked at all the time.</summary>
    public event Action<DomainReport>? Changed;

    // nobody is told by VirtualBox, and what a machine is it is at its next start
    event Action<Guid>? IVmNode.Redefined
    {
        add { }
        remove { }
    }

    /// <summary>Looks what this VirtualBox can do, and serves the displays of what runs in it.</summary>
    /// <exception cref="VmException">It is too old, or does not answer.</exception>
    public static VirtualBoxNode Open(NodeSettings settings, VBoxManage vbox, string home, global::System.Version oldest)
    {
        var calls = new VirtualBoxCalls(settings.Name);
        var (version, host, (pack, whyNot)) = calls.Ask("VirtualBox could not be asked what it is", async () =>
        {
            var answers = (Version: vbox.GetVersion(), Host: Host.Read(vbox), Pack: DisplayPack(vbox));
            return (await answers.Version, await answers.Host, await answers.Pack);
        });
        if (new global::System.Version(version.Major, version.Minor) < oldest)
            throw new VmException($"Node {settings.Name} has VirtualBox {version}; {oldest} or newer is needed.");
        var facts = new Dictionary<string, string>
        {
            ["hypervisor"] = "virtualbox",
            ["hypervisor_version"] = $"{version.Major}.{version.Minor}.{version.Patch}",
            ["virt_type"] = "virtualbox",
            ["host"] = Environment.MachineName,
            ["host_cpus"] = host.Cpus.ToString(CultureInfo.InvariantCulture),
            ["host_memory_kib"] = (host.MemoryMiB * 1024).ToString(CultureInfo.InvariantCulture),
            ["boot_id"] = ThisHost.BootId(),
            ["displays"] = pack?.Name ?? $"none: {whyNot}",
        };
        var node = new VirtualBoxNode(settings, vbox, calls, home, new(pack?.Name), facts);
        try
        {
            calls.Ask("The list of base images could not be prepared", node._registry.Prepare);
            node.Inventory();
            node._polling = node.Poll();
            return node;
        }
        catch
        {
            node.Dispose();
            throw;
        }
    }

    public IReadOnlyList<DomainReport> Inventory() => _calls.Ask<IReadOnlyList<DomainReport>>("The domains could not be listed", async () =>
    {
        var seen = await _watch.Look();
        foreach (var machine in seen.Where(IsOn)) Serve(machine);
        return [.. seen.Select(Report)];
    });

    public FoundDomain? Describe(Guid id) => _calls.Ask("The machine could not be described", async () =>
        await Find(id) is { } report ? await MachineReading.Read(_vbox, report, _folders.IsOurs(id)) : null);

    public void Define(DomainSpec spec) => Work(spec.Id, $"{spec.Name} could not be defined", "defined",
        async () =>
        {
            SharedFolders.Make(spec, VmManagerKind.Virtualbox);
            _watch.Note(await _definition.Define(spec), Stopwatch.GetTimestamp());
        });

    public void Undefine(Guid id) => Work(id, "The domain could not be removed", "undefined", async () =>
    {
        var machine = new Machine(_vbox, id);
        try
        {
            if (await Find(id) is { } report)
            {
                if (Lifecycle.Read(report.State).Power is Power.Running or Power.Paused) throw new VmException($"{report.Name} is running. Shut it down first.");
                await machine.Unregister();
            }
        }
        catch (VBoxManageException e) when (e.Code == ErrorCode.AccessDenied)
        {
            // its settings can't be read; it does not run, for VirtualBox could not have started it
            await machine.Unregister();
        }
        await ForgetDifferences(id);
        _folders.Delete(id);
        _watch.NoteGone(id);
    });

    public void Start(Guid id) => Work(id, "The domain could not be started", "booted", () => StartNow(id));

    public void Shutdown(Guid id) => Work(id, "The domain could not be shut down", "shutdown", async () =>
    {
        await CallOffRestart(id);
        if (await Find(id) is not { } report) return;
        var power = Lifecycle.Read(report.State).Power;
        if (power == Power.Paused) throw new VmException($"{report.Name} stands still and can't hear the power button. Start it, or force it off.");
        if (power != Power.Running) return;
        try
        {
            await new Machine(_vbox, id).PressPowerButton();
        }
        catch (VBoxManageException e) when (!VirtualBoxCalls.IsLost(e))
        {
            // it may just have gone off
            if (await Find(id) is { } now && Lifecycle.Read(now.State).Power == Power.Running) throw;
        }
    });

    public void Reboot(Guid id) => Work(id, "The domain could not be restarted", "shutdown", async () =>
    {
        var report = await Get(id);
        if (Lifecycle.Read(report.State).Power != Power.Running) throw new VmException($"{report.Name} is off: there is nothing to restart. Start it.");
        // VirtualBox has no button for this: the guest is asked to go off, and is started anew when it has.
        _ = _restarts.GetOrAdd(id, _ => RestartWhenOff(id));
        await new Machine(_vbox, id).PressPowerButton();
    });

    public void Destroy(Guid id) => Work(id, "The domain could not be turned off", "destroyed", async () =>
    {
        await CallOffRestart(id);
        if (_watch[id] is { State: null }) return;      // its settings can't be read, so it can't have been started
        if (await Find(id) is not { } report || Lifecycle.Read(report.State).Power is not (Power.Running or Power.Paused)) return;
        // what is saved would be thrown away with it
        _watch.Note(id, await new Machine(_vbox, id).Poweroff());
    });

    public void Dispose()
    {
        if (_end.IsCancellationRequested) return;
        _end.Cancel();
        Task.WaitAll([.. _restarts.Values, _polling], TimeSpan.FromSeconds(5));
        _displays.Dispose();
    }

    private static bool IsOn(Seen machine) => Lifecycle.Read(machine.State).Power is Power.Running or Power.Paused;

    private static async Task<(ExtensionPack? Pack, string? WhyNot)> DisplayPack(VBoxManage vbox)
    {
        try
        {
            var pack = await ExtensionPack.ForDisplays(vbox);
            return pack.DisplayModule == ExtensionPack.VncModule
                ? (pack, null)
                : (null, $"The extension pack '{pack.Name}' does not speak VNC. Make the pack VNC the default: VBoxManage setproperty vrdeextpack VNC");
        }
        catch (ExtensionPackException e)
        {
            return (null, e.Message);
        }
    }

    private async Task StartNow(Guid id)
    {
        var machine = new Machine(_vbox, id);
        var report = await Get(id);
        var (power, detail) = Lifecycle.Read(report.State);
        if (power is Power.Running && detail is null) return;
        if (power is Power.Paused)
        {
            using (_watch.Because(id, "unpaused")) _watch.Note(id, await machine.Start());
            return;
        }

        foreach (var path in report.Attachments.Select(a => a.Location).OfType<string>().Where(path => !File.Exists(path)))
            throw new VmException($"{report.Name} can't start: its disk {path} is missing. Restore the file or remove the domain.");
        var isRestored = power == Power.Saved;
        await SetUpRun(machine, report, isRestored);
        try
        {
            using (_watch.Because(id, isRestored ? "restored" : "booted")) _watch.Note(id, await machine.Start());
            // where it went off and on between two looks nothing seems to have changed, but the display has
            if (_watch[id] is { } now && IsOn(now)) Serve(now);
        }
        catch (VBoxManageException e) when (!VirtualBoxCalls.IsLost(e))
        {
            _watch.Note(await machine.Read(), Stopwatch.GetTimestamp());
            if (!File.Exists(DriverDevice) && e.Message.Contains("during startup", StringComparison.Ordinal))
            {
                throw new VmException($"{report.Name} can't start: the kernel of {_settings.Name} has no driver of VirtualBox ({DriverDevice} is missing). " +
                    "Load it: modprobe vboxdrv; where there is none, build it: apt-get install virtualbox-dkms linux-headers-amd64, or /sbin/vboxconfig.", e);
            }
            if (!isRestored) throw;
            throw new VmException($"{report.Name} could not go on from its saved memory, which is kept: {e.Message}. Try again; or switch it off by force, " +
                "which discards the saved memory, and start it afresh.", e);
        }
    }

    /// <summary>What each run has of its own: the display's port and password, and the ports that lead to it.</summary>
    private async Task SetUpRun(Machine machine, MachineReport report, bool isRestored)
    {
        var folder = _folders.Of(machine.Uuid);
        // of one that was defined by others only the power is ours
        if (MachineNotes.Read(folder) is not { } notes) return;
        var access = _displays.NewAccess();
        if (access is not null)
            await machine.SetRemoteDisplay(new(IPAddress.Loopback, access.Port) { Password = access.Password, ExtensionPack = _displays.Pack });
        (notes with { Display = access, IsRestored = isRestored }).Write(folder);
        await Forwards.Bring(machine, report, notes.Ports);
    }

    private async Task RestartWhenOff(Guid id)
    {
        var longest = TimeSpan.FromMinutes(2);
        var asked = Stopwatch.GetTimestamp();
        try
        {
            while (Stopwatch.GetElapsedTime(asked) < longest)
            {
                await Task.Delay(BetweenLooks / 4, _end.Token);
                // called off
                if (!_restarts.ContainsKey(id)) return;
                if (await Find(id) is not { } report) return;
                if (report.State is not (MachineState.PowerOff or MachineState.Aborted)) continue;
                await StartNow(id);
                return;
            }
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            // it stays as it is, which the inventory tells from now on
        }
        finally
        {
            _restarts.TryRemove(id, out _);
        }
    }

    /// <summary>One that is starting it at this moment is waited for: what comes then finds it running.</summary>
    private async Task CallOffRestart(Guid id)
    {
        if (_restarts.TryRemove(id, out var restart)) await restart;
    }

    private async Task Poll()
    {
        await Task.Yield();
        try
        {
            while (true)
            {
                var began = Stopwatch.GetTimestamp();
                try
                {
                    // displays of a process that is gone meanwhile are taken over, and those of a run that others began
                    foreach (var machine in (await _watch.Look()).Where(IsOn)) Serve(machine);
                }
                catch (Exception e) when (e is not (OperationCanceledException or OutOfMemoryException))
                {
                    // whoever asks hears it too, and these are hints only
                }
                // many machines take long to be looked at; most of the time is left to those who want something
                var pause = Stopwatch.GetElapsedTime(began) * 4;
                await Task.Delay(pause < BetweenLooks ? BetweenLooks : pause > LongestBetweenLooks ? LongestBetweenLooks : pause, _end.Token);
            }
        }
        catch (OperationCanceledException)
        {
            // the node is given up
        }
    }

    private void OnChanged(Seen? before, Seen? now)
    {
        var machine = now ?? before!;
        if (now is null || !IsOn(now)) _displays.Remove(machine.Id);
        else Serve(now);
        Changed?.Invoke(now is null ? new(machine.Id, machine.Name, Power.Gone, "undefined") : Report(now));
    }

    private void Serve(Seen machine)
    {
        if (machine.IsOurs && MachineNotes.Read(_folders.Of(machine.Id)) is { Display: { } access } notes)
            _displays.Serve(machine.Id, notes.DisplaySocket, access);
    }

    private DomainReport Report(Seen machine)
    {
        var (power, detail) = Lifecycle.Read(machine.State);
        // off for a moment only
        if (power == Power.Off && _restarts.ContainsKey(machine.Id)) return new(machine.Id, machine.Name, Power.Running, "restarting");
        return new(machine.Id, machine.Name, power, machine.Detail ?? detail,
            IsRestored: power == Power.Running && machine.IsOurs && MachineNotes.Read(_folders.Of(machine.Id)) is { IsRestored: true });
    }

    private async Task<MachineReport> Get(Guid id) =>
        await Find(id) ?? throw new VmException($"Node {_settings.Name} doesn't know domain {id}. It has to be defined first.");

    private async Task<MachineReport?> Find(Guid id)
    {
        try
        {
            return await VirtualBoxCalls.Hurry(cancel => new Machine(_vbox, id).Read(cancel));
        }
        catch (MachineNotFoundException)
        {
            return null;
        }
    }

    /// <summary>Something that changes a domain. Why it does is what those hear who listen.</summary>
    private void Work(Guid id, string failure, string reason, Func<Task> work) => _calls.Ask(failure, async () =>
    {
        using (_watch.Because(id, reason)) await work();
    });
}
