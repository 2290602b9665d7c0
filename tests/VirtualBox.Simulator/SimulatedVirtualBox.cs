using System.Diagnostics;
using System.Globalization;
using System.Runtime.CompilerServices;
using VirtualBox.Simulator;

namespace VirtualBox.Testing;

/// <summary>
/// A VirtualBox of one's own that is simulated: a program that behaves as <c>VBoxManage</c>, and a home for it, with a server that is ended with this.
/// Compiled into the test projects that use it, which refer to the simulator's project so that it is built.
/// </summary>
public sealed class SimulatedVirtualBox : IDisposable
{
    private readonly string folder;

    /// <summary>Makes a home, or takes one that is there and stays; nothing is started yet.</summary>
    /// <param name="home">The home that is there.</param>
    /// <param name="server">Names the server of a home; by chance if not given.</param>
    public SimulatedVirtualBox(string? home = null, Func<string, string>? server = null)
    {
        folder = Directory.CreateTempSubdirectory("simulated-virtualbox-").FullName;
        Home = home ?? Directory.CreateDirectory(Path.Combine(folder, "home")).FullName;
        Server = server?.Invoke(Home) ?? Guid.NewGuid().ToString("n")[..16];
        MachineFolder = Path.Combine(folder, "machines");
        Knobs = new(Home);
        File.WriteAllText(Path.Combine(Home, "owner.pid"), $"{Environment.ProcessId}");
        if (home is not null) return;
        // VirtualBox's own would be in the user's home, whatever VBOX_USER_HOME is.
        File.WriteAllText(Path.Combine(Home, "VirtualBox.xml"), $"""
            <?xml version="1.0"?>
            <VirtualBox xmlns="http://www.virtualbox.org/" version="1.14-linux">
              <Global>
                <NetserviceRegistry><DHCPServers>
                  <DHCPServer networkName="HostInterfaceNetworking-vboxnet0" IPAddress="192.168.56.100" networkMask="255.255.255.0"
                    lowerIP="192.168.56.101" upperIP="192.168.56.254" enabled="1"/>
                </DHCPServers></NetserviceRegistry>
                <SystemProperties defaultMachineFolder="{MachineFolder}"/>
              </Global>
            </VirtualBox>
            """);
    }

    /// <summary>The path of the program.</summary>
    public static string Program { get; } = FindProgram();

    /// <summary>For <c>VBOX_USER_HOME</c>.</summary>
    public string Home { get; }

    /// <summary>For <c>VBOX_IPC_SOCKETID</c>.</summary>
    public string Server { get; }

    /// <summary>Where machines go.</summary>
    public string MachineFolder { get; }

    /// <summary>What can be made to go wrong.</summary>
    public Knobs Knobs { get; }

    /// <summary>Whether its server runs; it comes with a command and goes some seconds after the last, if no machine runs.</summary>
    public bool IsServerRunning
    {
        get
        {
            using var server = FindServer();
            return server is not null;
        }
    }

    /// <summary>A new folder that goes with this.</summary>
    public string NewFolder() => Directory.CreateDirectory(Path.Combine(folder, Guid.NewGuid().ToString("n"))).FullName;

    /// <summary>Kills the server, and with it what runs in all machines; the next command fails, the one after starts another.</summary>
    public void KillServer()
    {
        using var server = FindServer();
        if (server is null) return;
        server.Kill();
        // whoever its parent is by now may take a second to bury it, for which nobody has to wait
        SpinWait.SpinUntil(() => HasEnded(server.Id));
    }

    /// <summary>Ends the server and removes everything.</summary>
    public void Dispose()
    {
        KillServer();
        foreach (var left in Directory.EnumerateFiles("/tmp", $".vbox-simulated-*-{Server}*")) File.Delete(left);
        Directory.Delete(folder, recursive: true);
    }

    private Process? FindServer()
    {
        var note = Path.Combine(Home, "VBoxSVC.pid");
        if (!File.Exists(note)) return null;
        var id = int.Parse(File.ReadAllText(note), CultureInfo.InvariantCulture);
        try
        {
            // the number may be another process's by now
            if (!File.ReadAllText($"/proc/{id}/cmdline").Contains(Server, StringComparison.Ordinal)) return null;
            return Process.GetProcessById(id);
        }
        catch (Exception e) when (e is IOException or ArgumentException)
        {
            return null;
        }
    }

    private static bool HasEnded(int process)
    {
        try
        {
            // proc_pid_stat(5): the state stands behind the name, which may hold anything
            var stat = File.ReadAllText($"/proc/{process}/stat");
            return stat[stat.LastIndexOf(')') + 2] is 'Z' or 'X';
        }
        catch (IOException)
        {
            return true;
        }
    }

    private static string FindProgram([CallerFilePath] string path = "")
    {
        // tests and simulator are built alike: bin/Debug/net10.0
        var built = new DirectoryInfo(AppContext.BaseDirectory);
        return Path.GetFullPath(Path.Combine(path, "..", "bin", built.Parent!.Name, built.Name, "VBoxManage"));
    }
}
