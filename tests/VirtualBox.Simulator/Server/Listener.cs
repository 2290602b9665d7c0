using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Text;
using VirtualBox.Simulator.Client;

namespace VirtualBox.Simulator.Server;

/// <summary>
/// The server: VBoxSVC, and in the same process all machines that run. It ends five seconds after its last client, unless machines run, and when
/// its home is removed, or its owner has ended. Killed, it leaves its socket, by which the next client notices.
/// </summary>
internal sealed class Listener(string path) : IDisposable
{
    private static readonly TimeSpan idleLimit = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan tick = TimeSpan.FromMilliseconds(500);

    private readonly Socket socket = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
    private readonly CancellationTokenSource end = new();
    private readonly SemaphoreSlim gate = new(1);
    private VirtualBoxHome? home;
    private int clients;
    private long idleSince = Environment.TickCount64;

    /// <summary>Runs until nobody needs it.</summary>
    public static int Run(string path)
    {
        Native.Detach();
        var tries = 0;
        while (!Native.Lock(Wire.LockOf(path), isTest: false))
        {
            if (++tries == 20) return 1;    // another one was faster
            Native.Wait(10);
        }
        using var listener = new Listener(path);
        using var term = PosixSignalRegistration.Create(PosixSignal.SIGTERM, signal =>
        {
            signal.Cancel = true;
            listener.end.Cancel();
        });
        listener.Serve().GetAwaiter().GetResult();
        return 0;
    }

    public void Dispose()
    {
        socket.Dispose();
        end.Dispose();
        gate.Dispose();
    }

    private async Task Serve()
    {
        // also what a server left that was killed
        foreach (var left in Directory.EnumerateFiles(Path.GetDirectoryName(path)!, $"{Path.GetFileName(path)}.display*").Append(path)) File.Delete(left);
        socket.Bind(new UnixDomainSocketEndPoint(path));
        socket.Listen(128);
        var watching = Watch();
        try
        {
            while (true)
            {
                var client = await socket.AcceptAsync(end.Token);
                Interlocked.Increment(ref clients);
                _ = Task.Run(() => Talk(client));
            }
        }
        catch (OperationCanceledException)
        {
            // the socket goes first: who comes now starts another server, which waits for our lock
            File.Delete(path);
            await watching;
            await gate.WaitAsync();
            home?.Shutdown();
            File.Delete(Wire.LockOf(path));
        }
    }

    private async Task Watch()
    {
        using var timer = new PeriodicTimer(tick);
        while (!end.IsCancellationRequested)
        {
            if (Volatile.Read(ref clients) > 0 || home?.HasRunning == true) Volatile.Write(ref idleSince, Environment.TickCount64);
            var isIdle = Environment.TickCount64 - Volatile.Read(ref idleSince) > idleLimit.TotalMilliseconds;
            if (isIdle || home is not null && (!Directory.Exists(home.Folder) || !home.HasOwner)) await end.CancelAsync();
            try
            {
                await timer.WaitForNextTickAsync(end.Token);
            }
            catch (OperationCanceledException)
            {
                return;
            }
        }
    }

    private async Task Talk(Socket client)
    {
        using var stream = new NetworkStream(client, ownsSocket: true);
        try
        {
            var (kind, data) = await Receive(stream);
            if (kind != Wire.Request) return;
            var request = Encoding.UTF8.GetString(data).Split('\0');
            var input = System.Threading.Channels.Channel.CreateUnbounded<byte[]>();
            var call = new Call(request[3..], request[1], request[2] == "utf8", (k, d) => Send(stream, k, d), () => input.Reader.ReadAsync().AsTask());
            var listening = Hear(stream, call, input.Writer);
            await Answer(call, request[0]);
            await call.Flush();
            await Send(stream, Wire.Exit, [], call.ExitCode);
            client.Shutdown(SocketShutdown.Both);
            await listening;
        }
        catch (Exception e) when (e is IOException or SocketException or System.Threading.Channels.ChannelClosedException)
        {
            // the client was killed; what it began is done all the same
        }
        finally
        {
            Interlocked.Decrement(ref clients);
            Volatile.Write(ref idleSince, Environment.TickCount64);
        }
    }

    private async Task Answer(Call call, string folder)
    {
        var knobs = new Knobs(home?.Folder ?? folder);
        if (knobs.IsOn(Knobs.WrapperNoise)) call.Write(Knobs.Noise);
        if (knobs.Take(Knobs.Stall)) await Task.Delay(TimeSpan.FromSeconds(10));
        if (knobs.Time(Knobs.Delay) is { Ticks: > 0 } delay) await Task.Delay(delay);
        await gate.WaitAsync();
        try
        {
            if (knobs.Take(Knobs.NoServer))
            {
                call.Warn(Frontend.NoServer.TrimEnd());
                call.ExitCode = 1;
                return;
            }
            home ??= VirtualBoxHome.Load(folder, path, gate);
            await Commands.CommandList.Run(call, home);
        }
        catch (Failure e)
        {
            call.Warn(e.Report().TrimEnd('\n'));
            call.ExitCode = e.ExitCode;
        }
        catch (CancelledException)
        {
            call.ExitCode = 1;
        }
        catch (Exception e) when (e is not IOException { InnerException: SocketException })
        {
            // a fault of the simulator: to be seen in the test that meets it
            call.Warn($"VBoxManage: error: The simulator failed: {e}");
            call.ExitCode = 1;
        }
        finally
        {
            gate.Release();
        }
    }

    private static async Task Hear(NetworkStream stream, Call call, System.Threading.Channels.ChannelWriter<byte[]> input)
    {
        try
        {
            while (true)
            {
                var (kind, data) = await Receive(stream);
                if (kind == Wire.Cancel) await call.Signal.CancelAsync();
                else if (kind == Wire.Input) input.TryWrite(data);
            }
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException)
        {
            call.IsOrphan = true;
            input.TryComplete();
        }
    }

    private static async Task<(byte Kind, byte[] Data)> Receive(NetworkStream stream)
    {
        var head = new byte[5];
        await stream.ReadExactlyAsync(head);
        var data = new byte[BitConverter.ToInt32(head, 1)];
        await stream.ReadExactlyAsync(data);
        return (head[0], data);
    }

    private static async Task Send(NetworkStream stream, byte kind, byte[] data, int? code = null)
    {
        var frame = new byte[5 + data.Length];
        frame[0] = kind;
        BitConverter.TryWriteBytes(frame.AsSpan(1), code ?? data.Length);
        data.CopyTo(frame, 5);
        await stream.WriteAsync(frame);
    }
}
