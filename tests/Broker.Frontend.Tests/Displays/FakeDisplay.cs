using System.Net.Sockets;
using System.Text;

namespace Broker.Frontend.Tests.Displays;

/// <summary>A guest's display on a Unix socket that behaves as a test wants it to.</summary>
public sealed class FakeDisplay : IDisposable
{
    private readonly Socket _listener = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
    private readonly Func<Socket, Task> _behaviour;
    private readonly List<Socket> _open = [];
    private readonly CancellationTokenSource _end = new();

    public FakeDisplay(Func<Socket, Task> behaviour)
    {
        _behaviour = behaviour;
        Path = System.IO.Path.Combine(System.IO.Path.GetTempPath(), $"broker-display-{Guid.NewGuid():n}.sock");
        _listener.Bind(new UnixDomainSocketEndPoint(Path));
        _listener.Listen();
        Served = Serve();
    }

    public string Path { get; }

    public Task Served { get; }

    /// <summary>Completes when a connection has been closed by the gateway.</summary>
    public TaskCompletionSource HungUp { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>A proper RFB 3.8 server up to the point where security is settled.</summary>
    public static FakeDisplay Proper(Func<Socket, Task> afterwards) => new(async socket =>
    {
        await Settle(socket);
        await afterwards(socket);
    });

    public static async Task Settle(Socket socket)
    {
        await Say(socket, "RFB 003.008\n"u8.ToArray());
        Assert.Equal("RFB 003.008\n", Encoding.ASCII.GetString(await Hear(socket, 12)));
        await Say(socket, [2, 2, 1]);
        Assert.Equal([1], await Hear(socket, 1));
        await Say(socket, [0, 0, 0, 0]);
    }

    public static async Task Say(Socket socket, byte[] bytes)
    {
        for (var sent = 0; sent < bytes.Length;) sent += await socket.SendAsync(bytes.AsMemory(sent));
    }

    public static async Task<byte[]> Hear(Socket socket, int count)
    {
        var bytes = new byte[count];
        for (var read = 0; read < count;)
        {
            var now = await socket.ReceiveAsync(bytes.AsMemory(read));
            if (now == 0) throw new EndOfStreamException();
            read += now;
        }

        return bytes;
    }

    /// <summary>Sends back what it gets.</summary>
    public static async Task Echo(Socket socket)
    {
        var bytes = new byte[64 * 1024];
        while (await socket.ReceiveAsync(bytes) is > 0 and var read) await Say(socket, bytes[..read]);
    }

    /// <summary>Waits until the other side closes.</summary>
    public static async Task Idle(Socket socket)
    {
        var bytes = new byte[1024];
        while (await socket.ReceiveAsync(bytes) > 0)
        {
            // not interested
        }
    }

    public void Dispose()
    {
        _end.Cancel();
        _listener.Dispose();
        lock (_open) foreach (var socket in _open) socket.Dispose();
        _end.Dispose();
        File.Delete(Path);
    }

    private async Task Serve()
    {
        try
        {
            while (true)
            {
                var socket = await _listener.AcceptAsync(_end.Token);
                lock (_open) _open.Add(socket);
                _ = Behave(socket);
            }
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // the test is over
        }
    }

    private async Task Behave(Socket socket)
    {
        try
        {
            await _behaviour(socket);
            socket.Dispose();
        }
        catch (Exception e) when (e is SocketException or EndOfStreamException or ObjectDisposedException)
        {
            // the other side has closed
        }
        finally
        {
            HungUp.TrySetResult();
        }
    }
}
