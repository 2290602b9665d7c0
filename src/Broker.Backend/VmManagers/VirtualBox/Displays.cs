using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using VirtualBox;

namespace Broker.Backend.VmManagers.VirtualBox;

/// <summary>The displays of the machines that run.</summary>
/// <param name="pack">The extension pack that speaks VNC; null where there is none, and so no displays.</param>
internal sealed class Displays(string? pack) : IDisposable
{
    // where Linux gives out no ports by itself
    private const int FirstPort = 20_000;
    private const int PortCount = 10_000;

    private readonly ConcurrentDictionary<Guid, DisplayBridge> _bridges = [];
    private readonly Lock _lock = new();
    private bool _isDisposed;

    /// <summary>The extension pack that speaks VNC.</summary>
    public string? Pack { get; } = pack;

    /// <summary>Why the last display could not be served; null when it could.</summary>
    public string? Problem { get; private set; }

    /// <summary>A port that is free and a password of its own, for a new run; null where there are no displays.</summary>
    public DisplayAccess? NewAccess()
    {
        if (Pack is null) return null;
        while (true)
        {
            var port = RandomNumberGenerator.GetInt32(FirstPort, FirstPort + PortCount);
            // Another may take it before VirtualBox does, by chance; then the password keeps people out of what is there.
            if (IsFree(port) && _bridges.Values.All(b => b.Access.Port != port)) return new((ushort)port, RemoteDisplay.NewPassword());
        }
    }

    /// <summary>Serves the display of a machine that runs, unless another process does. What served its last run ends.</summary>
    public void Serve(Guid id, string socket, DisplayAccess access)
    {
        lock (_lock)
        {
            if (_isDisposed || _bridges.TryGetValue(id, out var there) && there.Access == access) return;
            Remove(id);
            if (DisplaySocket.IsServed(socket)) return;
            try
            {
                Directory.CreateDirectory(Path.GetDirectoryName(socket)!);
                _bridges[id] = new(socket, access);
                Problem = null;
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException or SocketException or ArgumentException)
            {
                // the machine runs all the same; the next look tries again
                Problem = $"{socket} can't be listened at: {e.Message}";
            }
        }
    }

    /// <summary>Serves it no more.</summary>
    public void Remove(Guid id)
    {
        if (_bridges.TryRemove(id, out var bridge)) bridge.Dispose();
    }

    /// <summary>Serves none of them any more. The machines go on, and so do their own displays.</summary>
    public void Dispose()
    {
        lock (_lock) _isDisposed = true;
        foreach (var id in _bridges.Keys) Remove(id);
    }

    private static bool IsFree(int port)
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            socket.Bind(new IPEndPoint(IPAddress.Loopback, port));
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
