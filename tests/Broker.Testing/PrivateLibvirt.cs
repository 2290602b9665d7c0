namespace Broker.Testing;

/// <summary>
/// A libvirtd of our own with QEMU, in namespaces of its own (<c>etc/dev/libvirtd.sh</c>; needs root), its files below <c>var/tests/</c>. It ends with this process, however
/// that ends. Tests that use it carry the trait <c>Needs=libvirt</c>.
/// </summary>
public sealed class PrivateLibvirt : IAsyncDisposable
{
    private static readonly Lazy<Task<PrivateLibvirt>> TheShared = new(Start, LazyThreadSafetyMode.ExecutionAndPublication);
    private static readonly string Script = Repository.PathOf("etc/dev/libvirtd.sh");

    private readonly string _folder;
    private readonly Dictionary<string, string> _facts;

    private PrivateLibvirt(string folder, Dictionary<string, string> facts)
    {
        _folder = folder;
        _facts = facts;
    }

    /// <summary>One daemon for all tests of this process; started at first use, ended with the process.</summary>
    public static Task<PrivateLibvirt> Shared => TheShared.Value;

    /// <summary>How to connect from outside its namespaces.</summary>
    public string Uri => _facts["uri"];

    /// <summary>Its first process: <c>nsenter --net --target</c> this runs where the guests' network is.</summary>
    public string NamespacePid => _facts["namespace_pid"];

    /// <summary>A folder that guests reach under its own path: pools go below it.</summary>
    public string Shares => Path.Combine(_folder, "shares");

    /// <summary>A folder with a short path, the same inside and outside, where QEMU may make sockets.</summary>
    public string Displays => Path.Combine(_facts["run"], "displays");

    /// <summary>The file in which it keeps the saved memory of a domain.</summary>
    public string SavedMemoryOf(string domain) => Path.Combine(_folder, "lib/qemu/save", domain + ".save");

    /// <summary>Starts one. Use <see cref="Shared"/> unless the test stops it.</summary>
    public static async Task<PrivateLibvirt> Start()
    {
        await RemoveLeftovers();
        var folder = Repository.NewFolder("libvirt");
        var shares = Directory.CreateDirectory(Path.Combine(folder, "shares"));
        shares.UnixFileMode |= UnixFileMode.OtherExecute;
        var facts = await Programs.Run(Script, "start", folder, "--owner", Environment.ProcessId.ToString(System.Globalization.CultureInfo.InvariantCulture),
            "--share", shares.FullName);
        var libvirt = new PrivateLibvirt(folder, facts.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line.Split('=', 2)).ToDictionary(pair => pair[0], pair => pair[1]));
        Directory.CreateDirectory(libvirt.Displays);
        await Programs.Run("chown", "libvirt-qemu", libvirt.Displays);
        return libvirt;
    }

    /// <summary>Ends the daemon, which is started anew at once; guests go on. Connections are lost.</summary>
    public Task RestartDaemon() => Signal("TERM");

    /// <summary>Makes the daemon hang, until <see cref="Wake"/>.</summary>
    public Task Hang() => Signal("STOP");

    /// <summary>Lets a daemon that hangs go on.</summary>
    public Task Wake() => Signal("CONT");

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await Programs.Run(Script, "stop", _folder);
        Directory.Delete(_folder, recursive: true);
    }

    private async Task Signal(string signal)
    {
        var id = (await File.ReadAllTextAsync(_facts["pid_file"])).Trim();
        await Programs.Run("nsenter", "--pid", "--mount", "--target", NamespacePid, "kill", "-s", signal, id);
    }

    // What an earlier run left behind; its daemon ended with it.
    private static async Task RemoveLeftovers()
    {
        var all = Repository.PathOf("var/tests");
        if (!Directory.Exists(all)) return;
        foreach (var folder in Directory.GetDirectories(all, "libvirt-*"))
        {
            if (!int.TryParse(Path.GetFileName(folder).Split('-')[1], out var id) || Directory.Exists($"/proc/{id}")) continue;
            await Programs.Run(Script, "stop", folder);
            try
            {
                Directory.Delete(folder, recursive: true);
            }
            catch (IOException)
            {
                // another test process is just removing it
            }
        }
    }
}
