using System.Globalization;
using System.Text;
using Broker.Backend.VmManagers.Simulated;
using VirtualBox.Simulator.Server;

namespace VirtualBox.Simulator.Guests;

/// <summary>
/// What runs in a machine: a screen that obeys keys, a display server for it, and a system that boots, tells its addresses and hears its power button.
/// All members but <see cref="Dispose"/> are called by who holds the home's gate.
/// </summary>
internal sealed class Guest : IDisposable
{
    private const string Magic = "simulated saved state 1\n";
    private const int BootTime = 20;
    private const string Transient = "TRANSIENT, RDONLYGUEST";

    private static int count;

    private readonly VirtualBoxHome home;
    private readonly Machine machine;
    private readonly Screen screen;
    private readonly CancellationTokenSource end = new();
    private readonly Dictionary<Adapter, Forward[]> forwards;
    private DisplayServer? display;
    private bool hasBooted;

    private Guest(VirtualBoxHome home, Machine machine)
    {
        this.home = home;
        this.machine = machine;
        screen = new(machine.Name);
        // rules that a running machine gets are for that run only
        forwards = machine.Hardware.Adapters.ToDictionary(a => a, a => a.Forwards.ToArray());
    }

    /// <summary>The display's port: -1 when there is no server.</summary>
    public int DisplayPort => display?.Port ?? -1;

    public byte[] Picture => screen.ToPng();

    /// <summary>Starts a machine's guest, from its saved state if it has one.</summary>
    /// <exception cref="Failure">The saved state can't be read.</exception>
    public static void Start(VirtualBoxHome home, Machine machine)
    {
        var guest = new Guest(home, machine);
        var saved = machine.StateFile;
        try
        {
            if (saved is not null) guest.Restore(saved);
            guest.ServeDisplay();
        }
        catch
        {
            guest.Dispose();
            throw;
        }
        machine.Guest = guest;
        machine.Become("running");
        guest.WriteLog();
        if (saved is not null)
        {
            machine.StateFile = null;
            if (!machine.Snapshots.Any(s => s.StateFile == saved)) File.Delete(saved);
        }
        else
        {
            guest.Boot();
        }
        home.NoteRunning();
        home.Save(machine);
    }

    /// <summary>Writes what it has in memory to a file.</summary>
    public string Save()
    {
        var time = TimeProvider.System.GetUtcNow().UtcDateTime.ToString("yyyy-MM-ddTHH-mm-ss-fffffff00Z", CultureInfo.InvariantCulture);
        Directory.CreateDirectory(machine.SnapshotFolder);
        var path = Path.Combine(machine.SnapshotFolder, $"{time}.sav");
        File.WriteAllText(path, $"{Magic}{(hasBooted ? 1 : 0)}{screen.Memory}");
        return path;
    }

    /// <summary>Switches the machine off, in one way or another.</summary>
    /// <param name="state">The state it is in then.</param>
    public void End(string state)
    {
        Dispose();
        foreach (var (adapter, rules) in forwards)
        {
            adapter.Forwards.Clear();
            adapter.Forwards.AddRange(rules);
        }
        ForgetTransient("TRANSIENT");
        machine.Guest = null;
        machine.UnlockedAt = Environment.TickCount64 + (long)home.Knobs.Time(Knobs.SlowUnlock).TotalMilliseconds;
        machine.Become(state);
        home.Save(machine);
        home.NoteRunning();
    }

    /// <summary>Starts it anew.</summary>
    public void Reset()
    {
        ForgetTransient("TRANSIENT");
        screen.Reset();
        Boot();
    }

    /// <summary>Its power button: a guest that has booted shuts down some time later.</summary>
    public void PressButton()
    {
        if (!hasBooted || IsMeant(Knobs.DeafToAcpi)) return;
        Later(() =>
        {
            if (machine.State != "running") return;
            if (home.Knobs.Text(Knobs.GuestDies) == "button") machine.Become("gurumeditation");
            else End("poweroff");
        });
    }

    public void Type(string text)
    {
        foreach (var letter in text) screen.Press(letter);
    }

    /// <summary>Starts or ends the display server, as the settings say.</summary>
    public void ServeDisplay()
    {
        display?.Dispose();
        display = null;
        var hardware = machine.Hardware;
        if (!hardware.HasDisplayServer) return;
        display = DisplayServer.Start($"{home.Socket}.display{Interlocked.Increment(ref count)}", machine.Name, screen, hardware.DisplayProperties.GetValueOrDefault("TCP/Address", ""),
            hardware.DisplayProperties.GetValueOrDefault("TCP/Ports", "3389"), hardware.DisplayProperties.GetValueOrDefault("VNCPassword", ""));
    }

    public void Dispose()
    {
        end.Cancel();
        display?.Dispose();
        display = null;
    }

    private void Boot()
    {
        hasBooted = false;
        Later(() =>
        {
            if (!machine.IsOnline) return;
            if (home.Knobs.Text(Knobs.GuestDies) == "start")
            {
                machine.Become("gurumeditation");
                return;
            }
            hasBooted = true;
            TellAddresses();
        });
    }

    private void Later(Action action)
    {
        var delay = home.Knobs.Time(Knobs.GuestDelay, BootTime);
        _ = Task.Run(async () =>
        {
            await Task.Delay(delay, end.Token);
            await home.Gate.WaitAsync(end.Token);
            try
            {
                if (!end.IsCancellationRequested) action();
            }
            finally
            {
                home.Gate.Release();
            }
        });
    }

    /// <summary>What Guest Additions tell.</summary>
    private void TellAddresses()
    {
        var number = 0;
        foreach (var adapter in machine.Hardware.Adapters.Where(a => a.Kind != "none"))
        {
            var at = $"/VirtualBox/GuestInfo/Net/{number++}";
            Tell($"{at}/MAC", adapter.Mac);
            Tell($"{at}/Status", adapter.HasCable ? "Up" : "Down");
            if (!adapter.HasCable) continue;
            var address = AddressOf(adapter);
            Tell($"{at}/V4/IP", address);
            Tell($"{at}/V4/Netmask", "255.255.255.0");
            Lease(adapter, address);
            Tell($"{at}/V4/Broadcast", $"{address[..address.LastIndexOf('.')]}.255");
        }
        Tell("/VirtualBox/GuestInfo/Net/Count", $"{number}");
        Tell("/VirtualBox/GuestInfo/OS/Product", "Linux");
        Tell("/VirtualBox/GuestAdd/Version", "7.2.22");
    }

    /// <summary>The note of the DHCP server from which it has its address.</summary>
    private void Lease(Adapter adapter, string address)
    {
        var network = adapter.Kind == "hostonly" ? HostInterface.NetworkOf(adapter.Names["hostonly"]) : adapter.Names.GetValueOrDefault(adapter.Kind, "");
        if (adapter.Kind == "natnetwork" && home.NatNetworks.Find(n => n.Name == network) is { } net) home.StartDhcp(net);
        if (!home.DhcpServers.Exists(d => d.Network == network && d.IsEnabled)) return;
        Leases.Add(home.LeasesOf(network), adapter.Mac, address);
    }

    /// <summary>By the kind of network; where several machines share one, by the MAC address.</summary>
    private string AddressOf(Adapter adapter)
    {
        var host = 10 + Convert.ToInt32(adapter.Mac[10..], 16) % 200;
        return adapter.Kind switch
        {
            "nat" => "10.0.2.15",
            "hostonly" => In(home.HostInterfaces.Find(h => h.Name == adapter.Names["hostonly"])?.Address ?? "192.168.56.1"),
            "natnetwork" => In(home.NatNetworks.Find(n => n.Name == adapter.Names["natnetwork"])?.Address(1) ?? "10.0.2.1"),
            "bridged" => $"192.168.1.{host}",
            _ => $"169.254.7.{host}",
        };

        string In(string gateway) => $"{gateway[..gateway.LastIndexOf('.')]}.{host}";
    }

    private void Tell(string key, string value)
    {
        var time = (TimeProvider.System.GetUtcNow() - DateTimeOffset.UnixEpoch).Ticks * 100;
        machine.Hardware.GuestProperties[key] = new(value, time, Transient);
    }

    private void ForgetTransient(string flag)
    {
        foreach (var key in machine.Hardware.GuestProperties.Where(p => p.Value.Flags.Contains(flag, StringComparison.Ordinal)).Select(p => p.Key).ToArray())
            machine.Hardware.GuestProperties.Remove(key);
    }

    private void Restore(string path)
    {
        var text = File.Exists(path) ? File.ReadAllText(path) : throw Broken("VERR_FILE_NOT_FOUND");
        if (!text.StartsWith(Magic, StringComparison.Ordinal) || text.Length < Magic.Length + 7) throw Broken("VERR_SSM_INTEGRITY_MAGIC");
        try
        {
            screen.Restore(text[(Magic.Length + 1)..]);
        }
        catch (FormatException)
        {
            throw Broken("VERR_SSM_INTEGRITY");
        }
        if (text[Magic.Length] == '0') Boot();
        else
        {
            hasBooted = true;
            TellAddresses();
        }

        Failure Broken(string error) => new(
            $"Unable to restore the virtual machine's saved state from '{path}'.  It may be damaged or from an older version of VirtualBox.  " +
            $"Please discard the saved state before starting the virtual machine ({error})", Code.NS_ERROR_FAILURE, "ConsoleWrap");
    }

    /// <summary>Whether a knob is for this machine: for all, or for those whose UUIDs it holds.</summary>
    private bool IsMeant(string knob) => home.Knobs.Text(knob) is { } text
        && (text.Length == 0 || text.Contains(machine.Id.ToString(), StringComparison.Ordinal));

    private void WriteLog()
    {
        var logs = Directory.CreateDirectory(Path.Combine(machine.Folder, "Logs")).FullName;
        var log = Path.Combine(logs, "VBox.log");
        for (var age = 2; age >= 0; age--)
        {
            var older = age == 0 ? log : $"{log}.{age}";
            if (File.Exists(older)) File.Move(older, $"{log}.{age + 1}", overwrite: true);
        }
        File.WriteAllText(log, "VirtualBox VM 7.2.22_Debian r175245 linux.amd64 (simulated)\n", Encoding.ASCII);
    }
}
