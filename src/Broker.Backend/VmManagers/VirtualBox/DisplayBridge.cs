using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Broker.Backend.VmManagers.VirtualBox;

/// <summary>
/// Serves a machine's display on a Unix socket without a password, for whoever its folder lets in: VirtualBox's own listens on TCP, where every user of
/// the host gets, and asks for one. Of what is said it reads the greeting alone, the rest goes through as it is, to any number of viewers.
/// </summary>
internal sealed class DisplayBridge : IDisposable
{
    private const byte NoSecurity = 1;
    private const byte Password = 2;
    private static readonly TimeSpan LongestGreeting = TimeSpan.FromSeconds(10);
    private static readonly byte[] Version = "RFB 003.008\n"u8.ToArray();

    private readonly string _path;
    private readonly string _password;
    private readonly Socket _listener = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
    private readonly CancellationTokenSource _end = new();
    private readonly Lock _lock = new();
    private readonly HashSet<Task> _viewers = [];
    private readonly Task _accepting;

    /// <summary>Listens from here on. A socket file that somebody left is replaced.</summary>
    /// <param name="path">Where to listen; below 108 bytes.</param>
    /// <param name="port">Where VirtualBox does, on the loopback address.</param>
    /// <param name="password">What VirtualBox asks for.</param>
    public DisplayBridge(string path, int port, string password)
    {
        _path = path;
        Port = port;
        _password = password;
        try
        {
            File.Delete(path);
            _listener.Bind(new UnixDomainSocketEndPoint(path));
            // Before listen: until then nobody is let in, whatever the mode. The folder decides who gets here; QEMU's sockets look the same.
            File.SetUnixFileMode(path, (UnixFileMode)0b111_111_101);
            _listener.Listen(16);
        }
        catch
        {
            _listener.Dispose();
            throw;
        }
        _accepting = Accept();
    }

    /// <summary>Where VirtualBox listens.</summary>
    public int Port { get; }

    /// <summary>Whether somebody listens on a socket: another process may serve it.</summary>
    public static bool SomebodyListens(string path)
    {
        if (!File.Exists(path)) return false;
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            socket.Connect(new UnixDomainSocketEndPoint(path));
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    /// <summary>Cuts all viewers off and removes the socket.</summary>
    public void Dispose()
    {
        _end.Cancel();
        _listener.Dispose();
        Task[] tasks;
        lock (_lock) tasks = [_accepting, .. _viewers];
        Task.WaitAll(tasks, TimeSpan.FromSeconds(5));
        File.Delete(_path);
        _end.Dispose();
    }

    private async Task Accept()
    {
        await Task.Yield();
        while (true)
        {
            Socket socket;
            try
            {
                socket = await _listener.AcceptAsync(_end.Token);
            }
            catch (Exception e) when (e is OperationCanceledException or ObjectDisposedException or SocketException)
            {
                return;
            }
            var viewer = Serve(socket);
            lock (_lock) _viewers.Add(viewer);
            _ = viewer.ContinueWith(ended =>
            {
                lock (_lock) _viewers.Remove(ended);
            }, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        }
    }

    private async Task Serve(Socket socket)
    {
        await Task.Yield();
        using var end = CancellationTokenSource.CreateLinkedTokenSource(_end.Token);
        await using var viewer = new NetworkStream(socket, ownsSocket: true);
        try
        {
            using var greeting = CancellationTokenSource.CreateLinkedTokenSource(end.Token);
            greeting.CancelAfter(LongestGreeting);
            await viewer.WriteAsync(Version, greeting.Token);
            if (!(await Read(viewer, Version.Length, greeting.Token)).SequenceEqual(Version)) return;
            // only for one that speaks: who just looks whether somebody listens costs nothing
            await using var machine = await Enter(viewer, greeting.Token);
            await viewer.WriteAsync(new byte[] { 1, NoSecurity }, greeting.Token);
            if ((await Read(viewer, 1, greeting.Token))[0] != NoSecurity) return;
            await viewer.WriteAsync(new byte[4], greeting.Token);      // it went well

            var ended = await Task.WhenAny(viewer.CopyToAsync(machine, end.Token), machine.CopyToAsync(viewer, end.Token));
            await end.CancelAsync();
            await ended;
        }
        catch (Exception e) when (e is OperationCanceledException or IOException or SocketException or InvalidDataException or ObjectDisposedException)
        {
            // either side left, said nonsense or took too long: this connection ends, nothing else
        }
    }

    /// <summary>Connects to VirtualBox's display and gives the password. Why that can't be is told to the viewer too.</summary>
    private async Task<NetworkStream> Enter(NetworkStream viewer, CancellationToken cancel)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        var machine = (NetworkStream?)null;
        try
        {
            await socket.ConnectAsync(new IPEndPoint(IPAddress.Loopback, Port), cancel);
            machine = new NetworkStream(socket, ownsSocket: true);
            await Read(machine, Version.Length, cancel);
            await machine.WriteAsync(Version, cancel);
            var kinds = await Read(machine, (await Read(machine, 1, cancel))[0], cancel);
            // whoever lets us in without asking is not the machine that got this password
            if (!kinds.Contains(Password)) throw new InvalidDataException("VirtualBox's display asks for no password.");
            await machine.WriteAsync(new[] { Password }, cancel);
            var challenge = await Read(machine, VncAuthentication.Bytes, cancel);
            await machine.WriteAsync(VncAuthentication.Answer(_password, challenge), cancel);
            var refusal = BinaryPrimitives.ReadUInt32BigEndian(await Read(machine, 4, cancel));
            if (refusal != 0) throw new InvalidDataException("VirtualBox's display refuses the password.");
            return machine;
        }
        catch (Exception e) when (e is IOException or SocketException or InvalidDataException)
        {
            if (machine != null) await machine.DisposeAsync();
            else socket.Dispose();
            var reason = Encoding.UTF8.GetBytes($"The machine's display can't be reached: {e.Message}");
            var answer = new byte[5 + reason.Length];      // no kind of security, and why
            BinaryPrimitives.WriteInt32BigEndian(answer.AsSpan(1), reason.Length);
            reason.CopyTo(answer, 5);
            await viewer.WriteAsync(answer, cancel);
            throw;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private static async Task<byte[]> Read(NetworkStream stream, int count, CancellationToken cancel)
    {
        var bytes = new byte[count];
        await stream.ReadExactlyAsync(bytes, cancel);
        return bytes;
    }
}
