using System.Net.Sockets;

namespace Broker.Backend.VmManagers;

/// <summary>A Unix socket on which a display is served to any number of viewers, for whoever its folder lets in.</summary>
internal sealed class DisplaySocket : IDisposable
{
    private static readonly TimeSpan NoFilesLeft = TimeSpan.FromSeconds(0.5);

    private readonly string _path;
    private readonly Func<NetworkStream, CancellationToken, Task> _serve;
    private readonly Socket _listener = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
    private readonly CancellationTokenSource _end = new();
    private readonly Lock _lock = new();
    private readonly HashSet<Task> _viewers = [];
    private readonly Task _accepting;

    /// <summary>Listens from here on. A socket file that somebody left is replaced.</summary>
    /// <param name="path">Where to listen; below 108 bytes.</param>
    /// <param name="serve">Serves one viewer to his end. He may leave or talk nonsense at any time: what is thrown then ends his connection, nothing else.</param>
    public DisplaySocket(string path, Func<NetworkStream, CancellationToken, Task> serve)
    {
        _path = path;
        _serve = serve;
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

    /// <summary>Whether somebody listens there: another process may serve a display.</summary>
    public static bool IsServed(string path)
    {
        if (!File.Exists(path)) return false;
        try
        {
            // who stands still must hold nobody up
            using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified) { Blocking = false };
            socket.Connect(new UnixDomainSocketEndPoint(path));
            return true;
        }
        catch (SocketException e)
        {
            return e.SocketErrorCode == SocketError.WouldBlock;
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
        while (!_end.IsCancellationRequested)
        {
            try
            {
                Add(Serve(await _listener.AcceptAsync(_end.Token)));
            }
            catch (Exception e) when (e is OperationCanceledException or ObjectDisposedException)
            {
                return;
            }
            catch (SocketException)
            {
                // the process has as many files open as it may: others end
                await Task.Delay(NoFilesLeft, _end.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    private void Add(Task viewer)
    {
        lock (_lock) _viewers.Add(viewer);
        _ = viewer.ContinueWith(ended =>
        {
            lock (_lock) _viewers.Remove(ended);
        }, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
    }

    private async Task Serve(Socket socket)
    {
        await Task.Yield();
        await using var viewer = new NetworkStream(socket, ownsSocket: true);
        try
        {
            await _serve(viewer, _end.Token);
        }
        catch (Exception e) when (e is OperationCanceledException or IOException or SocketException or InvalidDataException or ObjectDisposedException)
        {
            // either side left, said nonsense or took too long
        }
    }
}
