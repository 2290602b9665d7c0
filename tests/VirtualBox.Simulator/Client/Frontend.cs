using System.Runtime.InteropServices;
using System.Text;

namespace VirtualBox.Simulator.Client;

/// <summary>
/// What runs for each command: passes it to the server and writes what comes back. Plain system calls, for a start of .NET's sockets, streams and console
/// costs more than all of this.
/// </summary>
internal static unsafe class Frontend
{
    private const string Version = "7.2.22_Debianr175245";
    private const int StartLimit = 15_000;
    private const int Pause = 5;

    private static int connection = -1;

    /// <summary>Runs a command line; the exit code.</summary>
    public static int Run(string[] args)
    {
        var home = Environment.GetEnvironmentVariable("VBOX_USER_HOME");
        if (string.IsNullOrEmpty(home)) home = $"{Environment.GetEnvironmentVariable("HOME")}/.config/VirtualBox";
        if (!IsUtf8)
        {
            foreach (var argument in args)
                if (!Ascii.IsValid(argument)) return Say(2, "VBoxManage: fatal error: RTR3Init: VERR_NO_TRANSLATION\n", 3);
        }
        if (args is ["--version" or "-V" or "-v"])
        {
            if (File.Exists($"{home}/{Knobs.Folder}/{Knobs.WrapperNoise}")) Say(1, Knobs.Noise, 0);
            return Say(1, $"{Version}\n", 0);
        }
        var path = Wire.SocketPath(home, Environment.GetEnvironmentVariable("VBOX_IPC_SOCKETID"));
        if (!Connect(path)) return Say(2, NoServer, 1);

        var request = new List<string> { home, Directory.GetCurrentDirectory(), IsUtf8 ? "utf8" : "c" };
        request.AddRange(args);
        Send(Wire.Request, Encoding.UTF8.GetBytes(string.Join('\0', request)));
        return Listen();
    }

    /// <summary>What the locale says; one that is not installed counts as C.</summary>
    private static bool IsUtf8
    {
        get
        {
            foreach (var name in (ReadOnlySpan<string>)["LC_ALL", "LC_CTYPE", "LANG"])
                if (Environment.GetEnvironmentVariable(name) is { Length: > 0 } locale) return locale is "C.UTF-8" or "C.utf8" or "en_US.UTF-8";
            return false;
        }
    }

    /// <summary>What VBoxManage says of a server that has gone.</summary>
    public const string NoServer =
        "VBoxManage: error: Failed to create the VirtualBox object!\n" +
        "VBoxManage: error: Code NS_ERROR_FACTORY_NOT_REGISTERED (0x80040154) - Class not registered (extended info not available)\n" +
        "VBoxManage: error: Most likely, the VirtualBox COM server is not running or failed to start.\n";

    /// <returns>False when a server was there and is no more: it was killed. The next command starts another.</returns>
    private static bool Connect(string path)
    {
        var started = false;
        for (var waited = 0; waited < StartLimit; waited += Pause)
        {
            switch (Native.Connect(path, out connection))
            {
                case 0:
                    return true;
                case Native.Refused when !started:
                    // Nobody may have started another meanwhile: the lock says so.
                    if (Wire.IsLocked(path)) break;
                    File.Delete(path);
                    return false;
                default:
                    if (!started)
                    {
                        started = true;
                        Launch.Server(path);
                    }
                    break;
            }
            Native.Wait(Pause);
        }
        return false;
    }

    private static int Listen()
    {
        Span<byte> head = stackalloc byte[5];
        var buffer = new byte[64 * 1024];
        PosixSignalRegistration? term = null, interrupt = null;
        while (true)
        {
            if (!Native.ReadFully(connection, head)) return Aborted();
            var length = BitConverter.ToInt32(head[1..]);
            switch (head[0])
            {
                case Wire.Exit:
                    GC.KeepAlive(term);
                    GC.KeepAlive(interrupt);
                    return length;
                case Wire.WantInput:
                    var count = Native.Read(0, buffer);
                    Send(Wire.Input, buffer.AsSpan(0, Math.Max(0, count)));
                    continue;
                case Wire.Cancelable:
                    term ??= PosixSignalRegistration.Create(PosixSignal.SIGTERM, Cancel);
                    interrupt ??= PosixSignalRegistration.Create(PosixSignal.SIGINT, Cancel);
                    continue;
                default:
                    if (buffer.Length < length) buffer = new byte[length];
                    if (!Native.ReadFully(connection, buffer.AsSpan(0, length))) return Aborted();
                    Native.WriteFully(head[0], buffer.AsSpan(0, length));
                    continue;
            }
        }
    }

    private static void Cancel(PosixSignalContext signal)
    {
        signal.Cancel = true;
        Send(Wire.Cancel, []);
    }

    private static int Aborted() => Say(2, "VBoxManage: error: Progress object failure: NS_ERROR_ABORT\n", 1);

    private static void Send(byte kind, ReadOnlySpan<byte> data)
    {
        var frame = new byte[5 + data.Length];
        frame[0] = kind;
        BitConverter.TryWriteBytes(frame.AsSpan(1), data.Length);
        data.CopyTo(frame.AsSpan(5));
        Native.WriteFully(connection, frame);
    }

    private static int Say(int stream, string text, int code)
    {
        Native.WriteFully(stream, Encoding.UTF8.GetBytes(text));
        return code;
    }
}
