using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;

namespace VirtualBox.Tests.Web;

/// <summary>The real vboxwebsrv, set up as the README says, on a port of its own, for the machines of one VBoxManage.</summary>
internal sealed class RealWebServer : IAsyncDisposable
{
    public const string User = "broker";
    public const string Password = "a <&> \"b\" é";

    private readonly VBoxManage vbox;
    private readonly string[] options;
    private readonly ConcurrentQueue<string> log = [];
    private readonly int port = FreePort();
    private Process? process;

    private RealWebServer(VBoxManage vbox, string[] options) => (this.vbox, this.options) = (vbox, options);

    public Uri Address => new($"http://127.0.0.1:{port}/");

    public string Log => string.Join('\n', log);

    /// <summary>Sets up a user with a password for the web server, and starts it.</summary>
    public static async Task<RealWebServer> Start(VBoxManage vbox, params string[] options)
    {
        await vbox.Run(vbox.Command("setproperty", "websrvauthlibrary", "VBoxAuthSimple"));
        var hash = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(Password)));
        await vbox.Run(vbox.Command("setextradata", "global", $"VBoxAuthSimple/users/{User}", hash));
        var server = new RealWebServer(vbox, options);
        await server.Start();
        return server;
    }

    public WebServer Client() => new(Address, User, Password);

    /// <summary>Starts it once more, after <see cref="Kill"/>.</summary>
    public async Task Start()
    {
        var program = Path.Combine(Path.GetDirectoryName(vbox.Program)!, "vboxwebsrv");
        var start = new ProcessStartInfo(program, ["--host", "127.0.0.1", "--port", $"{port}", .. options])
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["VBOX_USER_HOME"] = vbox.UserHome!;
        start.Environment["VBOX_IPC_SOCKETID"] = vbox.Server!;
        start.Environment["LC_ALL"] = "C.UTF-8";
        var listening = new TaskCompletionSource();
        process = new Process { StartInfo = start, EnableRaisingEvents = true };
        process.OutputDataReceived += (_, line) =>
        {
            log.Enqueue(line.Data ?? "");
            if (line.Data?.Contains("Socket connection successful", StringComparison.Ordinal) == true) listening.TrySetResult();
        };
        process.ErrorDataReceived += (_, line) => log.Enqueue(line.Data ?? "");
        process.Exited += (_, _) => listening.TrySetException(new InvalidOperationException($"vboxwebsrv ended:\n{Log}"));
        process.Start();
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        await listening.Task.WaitAsync(TimeSpan.FromSeconds(60));
    }

    /// <summary>Ends it at once.</summary>
    public async Task Kill()
    {
        if (process is null) return;
        process.Kill();
        await Ended();
        process.Dispose();
        process = null;
    }

    /// <summary>Until it has ended by itself.</summary>
    public Task Ended() => process!.WaitForExitAsync().WaitAsync(TimeSpan.FromSeconds(60));

    /// <summary>Its memory, in KiB.</summary>
    public int Memory() => MemoryOf(process!.Id);

    public static int MemoryOf(int process)
    {
        var line = File.ReadLines($"/proc/{process}/status").Single(l => l.StartsWith("VmRSS:", StringComparison.Ordinal));
        return int.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture);
    }

    public async ValueTask DisposeAsync() => await Kill();

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
