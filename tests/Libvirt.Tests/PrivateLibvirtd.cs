using System.Diagnostics;
using System.Globalization;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Libvirt.Testing;

/// <summary>
/// A libvirtd of our own with QEMU, in namespaces of its own (<c>etc/dev/libvirtd.sh</c>; needs root), its files below <c>var/tests/</c>. It ends with this process, however
/// that ends. Tests that use it carry the trait <c>Needs=libvirt</c>.
/// </summary>
public sealed class PrivateLibvirtd : IAsyncDisposable
{
    private static readonly Lazy<Task<PrivateLibvirtd>> TheShared = new(() => Start(), LazyThreadSafetyMode.ExecutionAndPublication);
    private static readonly string Root = Path.GetFullPath(Path.Combine(Here(), "..", ".."));
    private static readonly string Script = Path.Combine(Root, "etc/dev/libvirtd.sh");
    private static readonly string AllFolders = Path.Combine(Root, "var/tests");

    private readonly string _folder;
    private readonly Dictionary<string, string> _facts;

    private PrivateLibvirtd(string folder, Dictionary<string, string> facts)
    {
        _folder = folder;
        _facts = facts;
    }

    /// <summary>One daemon for all tests of this process; started at first use, ended with the process.</summary>
    public static Task<PrivateLibvirtd> Shared => TheShared.Value;

    /// <summary>How to connect from outside its namespaces.</summary>
    public string Uri => _facts["uri"];

    /// <summary>What its guests are: <c>kvm</c> where the processor can, else <c>qemu</c>, which emulates.</summary>
    public string DomainType => _facts["kvm"] == "yes" ? "kvm" : "qemu";

    /// <summary>Its first process: <c>nsenter --net --target</c> this runs where the guests' network is.</summary>
    public string NamespacePid => _facts["namespace_pid"];

    /// <summary>A folder that guests reach under its own path: pools go below it.</summary>
    public string Shares => Path.Combine(_folder, "shares");

    /// <summary>A folder with a short path, the same inside and outside, where QEMU may make sockets.</summary>
    public string Displays => Path.Combine(_facts["run"], "displays");

    /// <summary>What it wrote.</summary>
    public string Log => _facts["log"];

    /// <summary>The file in which it keeps the saved memory of a domain.</summary>
    public string SavedMemoryOf(string domain) => Path.Combine(_folder, "lib/qemu/save", domain + ".save");

    /// <summary>Starts one. Use <see cref="Shared"/> unless the test stops it or wants it set up differently.</summary>
    /// <param name="settings">Further lines of <c>libvirtd.conf</c>, such as <c>listen_tcp = 1</c>; they stand in place of ours.</param>
    public static async Task<PrivateLibvirtd> Start(params string[] settings)
    {
        await RemoveLeftovers();
        var folder = Directory.CreateDirectory(Path.Combine(AllFolders, $"libvirt-{Environment.ProcessId}-{Guid.NewGuid().ToString("n")[..6]}")).FullName;
        var shares = Directory.CreateDirectory(Path.Combine(folder, "shares"));
        shares.UnixFileMode |= UnixFileMode.OtherExecute;
        string[] arguments = ["start", folder, "--owner", Environment.ProcessId.ToString(CultureInfo.InvariantCulture), "--share", shares.FullName];
        try
        {
            var facts = await Run(Script, [.. arguments, .. settings.SelectMany(s => (string[])["--setting", s])]);
            var libvirtd = new PrivateLibvirtd(folder, facts.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line.Split('=', 2)).ToDictionary(pair => pair[0], pair => pair[1]));
            Directory.CreateDirectory(libvirtd.Displays);
            await Run("chown", "libvirt-qemu", libvirtd.Displays);
            return libvirtd;
        }
        catch
        {
            await Remove(folder);
            throw;
        }
    }

    /// <summary>Ends the daemon, which is started anew at once; guests go on. Connections are lost.</summary>
    public Task RestartDaemon() => Signal("TERM");

    /// <summary>The same as by a crash.</summary>
    public Task KillDaemon() => Signal("KILL");

    /// <summary>Makes the daemon hang, until <see cref="Wake"/>.</summary>
    public Task Hang() => Signal("STOP");

    /// <summary>Lets a daemon that hangs go on.</summary>
    public Task Wake() => Signal("CONT");

    /// <summary>Runs something where the daemon's network is: that is how its TCP ports and those of its guests are reached.</summary>
    public Task<T> Inside<T>(Func<T> action)
    {
        // the network belongs to a thread: one of its own, which isn't used for anything afterwards
        var result = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        new Thread(() =>
        {
            try
            {
                using (var network = File.OpenHandle($"/proc/{NamespacePid}/ns/net"))
                {
                    if (setns(network, 0) != 0)
                        throw new IOException($"No way into the network of {NamespacePid}: {Marshal.GetLastPInvokeErrorMessage()}");
                }
                result.SetResult(action());
            }
            catch (Exception e)
            {
                result.SetException(e);
            }
        })
        { IsBackground = true, Name = "in the network of libvirtd" }.Start();
        return result.Task;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync() => await Remove(_folder);

    private async Task Signal(string signal)
    {
        var id = (await File.ReadAllTextAsync(_facts["pid_file"])).Trim();
        await Run("nsenter", "--pid", "--mount", "--target", NamespacePid, "kill", "-s", signal, id);
    }

    // What an earlier run left behind; its daemon ended with it.
    private static async Task RemoveLeftovers()
    {
        if (!Directory.Exists(AllFolders)) return;
        foreach (var folder in Directory.GetDirectories(AllFolders, "libvirt-*"))
        {
            if (int.TryParse(Path.GetFileName(folder).Split('-')[1], out var id) && !Directory.Exists($"/proc/{id}")) await Remove(folder);
        }
    }

    private static async Task Remove(string folder)
    {
        await Run(Script, "stop", folder);
        try
        {
            Directory.Delete(folder, recursive: true);
        }
        catch (IOException)
        {
            // another test process is just removing it
        }
    }

    private static async Task<string> Run(string program, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments) { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true };
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync();
        var errors = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        return process.ExitCode == 0
            ? await output
            : throw new InvalidOperationException($"{program} {string.Join(' ', arguments)} ended with {process.ExitCode}.\n{await output}{await errors}");
    }

    private static string Here([CallerFilePath] string path = "") => Path.GetDirectoryName(path)!;

    [DllImport("libc", SetLastError = true)]
    private static extern int setns(SafeFileHandle network, int kind);
}
