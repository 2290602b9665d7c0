using System.Net.Sockets;

namespace Broker.Core.Events;

/// <summary>The two sides that ring at each other's doors.</summary>
public enum Side
{
    /// <summary>The daemons that claim requests.</summary>
    BackEnd,

    /// <summary>The servers that tell browsers of events.</summary>
    FrontEnd,
}

/// <summary>
/// Says "look at the database now". A ring is an empty datagram to the local sockets of the other side: it carries
/// nothing, authenticates nothing, may get lost or come twice. Whoever listens also looks by himself every second.
/// </summary>
/// <param name="folder">Where each listener has its socket; both sides can write to it.</param>
public sealed class Doorbell(string folder)
{
    private static readonly byte[] Nothing = [0];

    /// <summary>Rings at all doors of a side. Never fails, never waits.</summary>
    public void Ring(Side side)
    {
        string[] doors;
        try
        {
            doors = System.IO.Directory.Exists(folder) ? System.IO.Directory.GetFiles(folder, Prefix(side) + "*") : [];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // no folder, or not for us: the listeners look by themselves
            return;
        }

        using var socket = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified) { Blocking = false };
        foreach (var door in doors)
        {
            try
            {
                socket.SendTo(Nothing, new UnixDomainSocketEndPoint(door));
            }
            catch (Exception e) when (e is SocketException or ArgumentException)
            {
                // nobody behind that door any more, or he has been rung at already, or it is no door
            }
        }
    }

    /// <summary>Opens a door of one's own.</summary>
    public Door Open(Side side)
    {
        System.IO.Directory.CreateDirectory(folder);
        var path = Path.Combine(folder, $"{Prefix(side)}{Environment.ProcessId}-{Guid.NewGuid().ToString("N")[..8]}");
        return new Door(path);
    }

    private static string Prefix(Side side) => side switch { Side.BackEnd => "backend-", Side.FrontEnd => "frontend-" };
}

/// <summary>Where one listener is rung at. Rings that come while he is busy are one ring.</summary>
public sealed class Door : IDisposable
{
    private readonly string _path;
    private readonly Socket _socket;
    private readonly byte[] _nothing = new byte[1];

    internal Door(string path)
    {
        _path = path;
        _socket = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
        _socket.Bind(new UnixDomainSocketEndPoint(path));
        // Anybody who can enter the folder may ring.
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(path, (UnixFileMode)0b110_110_110);
    }

    /// <summary>Ends when somebody rang, or after this time.</summary>
    public async Task Rung(TimeSpan atMost, CancellationToken cancel)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        limit.CancelAfter(atMost);
        try
        {
            await _socket.ReceiveAsync(_nothing, limit.Token);
            while (_socket.Available > 0) await _socket.ReceiveAsync(_nothing, limit.Token);
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            // the time is up: look at the database all the same
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _socket.Dispose();
        File.Delete(_path);
    }
}
