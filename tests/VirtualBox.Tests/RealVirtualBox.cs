using System.Diagnostics;
using System.Text;

namespace VirtualBox.Tests;

/// <summary>
/// The real VirtualBox in a root folder of its own, see <c>real-virtualbox.sh</c>, with a server and settings of its own. What it can't do there is run
/// machines: there is no kernel module.
/// </summary>
public sealed class RealVirtualBox : IAsyncLifetime
{
    private readonly string folder = Directory.CreateTempSubdirectory("real-virtualbox-").FullName;
    private readonly List<string> servers = [];

    /// <summary>Runs VirtualBox for all tests.</summary>
    public VBoxManage VBox { get; private set; } = null!;

    /// <summary>Why it can't be used here; null if it can.</summary>
    public static string? WhyNot { get; } = Reason();

    /// <summary>A folder that VirtualBox sees under the same path.</summary>
    public string NewFolder() => Directory.CreateDirectory(Path.Combine(folder, Guid.NewGuid().ToString("n"))).FullName;

    /// <summary>A new machine without devices in a folder of its own.</summary>
    public Task<Machine> NewMachine(string name = "m") => Machine.Create(VBox, new(name) { BaseFolder = NewFolder(), OSType = "Debian_64" });

    /// <summary>A new machine with a disk.</summary>
    public async Task<Machine> NewMachineWithDisk(string name = "m")
    {
        var machine = await NewMachine(name);
        var disk = $"{(await machine.Read()).Folder}/disk.vdi";
        await Medium.Create(VBox, disk, 8);
        await machine.AddController(new("SATA", StorageBus.Sata));
        await machine.Attach("SATA", 0, 0, Drive.HardDisk, disk);
        return machine;
    }

    /// <summary>VirtualBox with a server and settings of its own, in a new folder or a given one.</summary>
    public VBoxManage Another(string? userHome = null)
    {
        servers.Add($"broker{Guid.NewGuid():n}"[..16]);
        return new(Path.Combine(folder, "VBoxManage")) { UserHome = userHome ?? NewFolder(), Server = servers[^1] };
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

    public async Task InitializeAsync()
    {
        var setUp = Path.Combine(AppContext.BaseDirectory, "real-virtualbox.sh");
        using var script = Process.Start(new ProcessStartInfo(setUp) { UseShellExecute = false, RedirectStandardOutput = true })!;
        var root = (await script.StandardOutput.ReadToEndAsync()).Trim();
        await script.WaitForExitAsync();
        Assert.True(script.ExitCode == 0, "real-virtualbox.sh failed, see its standard error.");

        // Mounts of each command's own: nothing is left to be unmounted. /tmp is the same on both sides, for the tests' files and the server's socket.
        foreach (var name in new[] { "VBoxManage", "vboxwebsrv" })
        {
            await File.WriteAllTextAsync(Path.Combine(folder, name), $"""
                #!/bin/sh
                exec unshare --mount --propagation private sh -c '
                  mount --rbind /dev "$0/dev" && mount -t proc proc "$0/proc" && mount --rbind /sys "$0/sys" && mount --bind /tmp "$0/tmp" &&
                    exec chroot "$0" /usr/lib/virtualbox/{name} "$@"' '{root}' "$@"

                """);
            File.SetUnixFileMode(Path.Combine(folder, name), UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }
        VBox = Another();
    }

    public Task DisposeAsync()
    {
        foreach (var server in servers)
        {
            foreach (var id in Processes(server))
            {
                using var process = Process.GetProcessById(id);
                process.Kill();
            }
            foreach (var left in Directory.EnumerateDirectories("/tmp", $".vbox-*-ipc-{server}")) Directory.Delete(left, recursive: true);
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

/// <summary>A test against the real VirtualBox; skipped, with the reason, where there can't be one.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class RealFactAttribute : FactAttribute
{
    public RealFactAttribute() => Skip = RealVirtualBox.WhyNot;
}

/// <inheritdoc cref="RealFactAttribute"/>
[AttributeUsage(AttributeTargets.Method)]
public sealed class RealTheoryAttribute : TheoryAttribute
{
    public RealTheoryAttribute() => Skip = RealVirtualBox.WhyNot;
}

[CollectionDefinition("real VirtualBox")]
public sealed class RealVirtualBoxCollection : ICollectionFixture<RealVirtualBox>;
