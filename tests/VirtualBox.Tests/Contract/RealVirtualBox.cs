using System.Diagnostics;
using System.Text;

namespace VirtualBox.Tests;

/// <summary>
/// The real VirtualBox in a root folder of its own, see <c>real-virtualbox.sh</c>, with a server and settings of its own. What it can't do there is run
/// machines: there is no kernel module.
/// </summary>
public sealed class RealVirtualBox : Installation
{
    /// <summary>The collection of the tests that use it.</summary>
    public const string Name = "real VirtualBox";

    private readonly string folder = Directory.CreateTempSubdirectory("real-virtualbox-").FullName;
    private readonly List<string> servers = [];
    private VBoxManage? first;

    public override VBoxManage VBox => first!;

    /// <summary>Why it can't be used here; null if it can.</summary>
    public static string? WhyNot { get; } = Reason();

    public override string NewFolder() => Directory.CreateDirectory(Path.Combine(folder, Guid.NewGuid().ToString("n"))).FullName;

    /// <summary>None has one: that is how it is here.</summary>
    public override VBoxManage WithoutDriver(bool isNew = false) => isNew ? Another() : VBox;

    public override VBoxManage Another(string? userHome = null) => Another(Program, userHome);

    public override VBoxManage WithWrapper() => Another(Script, null);

    /// <summary>A large disk takes long enough.</summary>
    public override VBoxManage WithSlowCopies() => VBox;

    public override int LargeMiB => 768;

    /// <summary>What was started has become VBoxManage, step by step.</summary>
    public override void Kill(Process program) => program.Kill();

    private string Program => Path.Combine(folder, "VBoxManage");

    private string Script => Path.Combine(folder, "VBoxManage-script");

    private VBoxManage Another(string program, string? userHome)
    {
        servers.Add($"broker{Guid.NewGuid():n}"[..16]);
        return new(program) { UserHome = userHome ?? NewFolder(), Server = servers[^1] };
    }

    /// <summary>The processes of a server.</summary>
    public static IEnumerable<int> Processes(string server)
    {
        foreach (var process in Directory.EnumerateDirectories("/proc").Select(Path.GetFileName).Where(n => n!.All(char.IsAsciiDigit)))
        {
            string name, environment;
            try
            {
                name = File.ReadAllText($"/proc/{process}/comm").Trim();
                environment = File.ReadAllText($"/proc/{process}/environ", Encoding.Latin1);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                continue; // it has just ended, or is none of ours
            }
            if (name is "VBoxSVC" or "VBoxXPCOMIPCD" && environment.Split('\0').Contains($"VBOX_IPC_SOCKETID={server}"))
                yield return int.Parse(process!, System.Globalization.CultureInfo.InvariantCulture);
        }
    }

    public override async Task KillServer(VBoxManage vbox)
    {
        foreach (var id in Processes(vbox.Server!).ToArray())
        {
            using var server = Process.GetProcessById(id);
            server.Kill();
            await server.WaitForExitAsync();
        }
    }

    public override async Task InitializeAsync()
    {
        var setUp = Path.Combine(AppContext.BaseDirectory, "real-virtualbox.sh");
        using var script = Process.Start(new ProcessStartInfo(setUp) { UseShellExecute = false, RedirectStandardOutput = true })!;
        var root = (await script.StandardOutput.ReadToEndAsync()).Trim();
        await script.WaitForExitAsync();
        Assert.True(script.ExitCode == 0, "real-virtualbox.sh failed, see its standard error.");

        // Mounts of each command's own: nothing is left to be unmounted. /tmp is the same on both sides, for the tests' files and the server's socket.
        (string File, string Program)[] programs =
            [(Program, "/usr/lib/virtualbox/VBoxManage"), (Script, "/usr/bin/VBoxManage"),
                (Path.Combine(folder, "vboxwebsrv"), "/usr/lib/virtualbox/vboxwebsrv")];
        foreach (var (file, program) in programs)
        {
            await File.WriteAllTextAsync(file, $"""
                #!/bin/sh
                exec unshare --mount --propagation private sh -c '
                  mount --rbind /dev "$0/dev" && mount -t proc proc "$0/proc" && mount --rbind /sys "$0/sys" && mount --bind /tmp "$0/tmp" &&
                    exec chroot "$0" {program} "$@"' '{root}' "$@"

                """);
            File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }
        first = Another();
    }

    public override Task DisposeAsync()
    {
        foreach (var server in servers)
        {
            foreach (var id in Processes(server))
            {
                using var process = Process.GetProcessById(id);
                process.Kill();
            }
            foreach (var left in Directory.EnumerateDirectories("/tmp", $".vbox-{server}-ipc")) Directory.Delete(left, recursive: true);
        }
        Directory.Delete(folder, recursive: true);
        return Task.CompletedTask;
    }

    private static string? Reason()
    {
        if (!Environment.IsPrivilegedProcess) return "The real VirtualBox needs a root folder, which only root can make.";
        var home = Environment.GetFolderPath(Environment.SpecialFolder.UserProfile);
        var cache = Environment.GetEnvironmentVariable("XDG_CACHE_HOME") is { Length: > 0 } set ? set : Path.Combine(home, ".cache");
        if (File.Exists(Path.Combine(cache, "virtualbox-tests/sid/usr/lib/virtualbox/VBoxManage"))) return null;
        return (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Any(p => File.Exists(Path.Combine(p, "mmdebstrap")))
            ? null
            : "The real VirtualBox is not set up and can't be: mmdebstrap is missing (apt-get install mmdebstrap).";
    }
}

/// <summary>A test against the real VirtualBox alone; skipped, with the reason, where there can't be one.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class RealFactAttribute : FactAttribute
{
    public RealFactAttribute() => Skip = RealVirtualBox.WhyNot;
}

[CollectionDefinition(RealVirtualBox.Name)]
public sealed class RealVirtualBoxCollection : ICollectionFixture<RealVirtualBox>;
