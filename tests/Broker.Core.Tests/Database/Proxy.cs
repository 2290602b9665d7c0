using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Broker.Core.Tests.Database;

/// <summary>What a <see cref="Proxy"/> does with a connection on which a text comes by.</summary>
public enum Cut
{
    /// <summary>Ends it before the server has seen the text.</summary>
    BeforeTheServerSawIt,

    /// <summary>Hands the text over and swallows the server's answer.</summary>
    BeforeTheAnswer,
}

/// <summary>Stands between a program and its database and cuts a connection where a test wants it.</summary>
public sealed class Proxy : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly int _target;
    private readonly Lock _lock = new();
    private (string Text, Cut Cut)? _trap;

    public Proxy(int target)
    {
        _target = target;
        _listener.Start();
        _ = Accept();
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    /// <summary>How often it has cut.</summary>
    public int Cuts { get; private set; }

    /// <summary>Cuts the next connection on which the program sends this text; once.</summary>
    public void CutAt(string text, Cut cut)
    {
        lock (_lock) _trap = (text, cut);
    }

    public void Dispose() => _listener.Dispose();

    private async Task Accept()
    {
        try
        {
            while (true) _ = Serve(await _listener.AcceptTcpClientAsync());
        }
        catch (Exception e) when (e is ObjectDisposedException or SocketException)
        {
            // the test is over
        }
    }

    private async Task Serve(TcpClient program)
    {
        using var server = new TcpClient();
        using (program)
        {
            await server.ConnectAsync(IPAddress.Loopback, _target);
            var answers = server.GetStream().CopyToAsync(program.GetStream());
            try
            {
                var buffer = new byte[65536];
                while (await program.GetStream().ReadAsync(buffer) is > 0 and var read)
                {
                    var cut = Trapped(Encoding.ASCII.GetString(buffer, 0, read));
                    if (cut is Cut.BeforeTheServerSawIt) return;
                    if (cut is Cut.BeforeTheAnswer)
                    {
                        program.Client.Close();
                        await server.GetStream().WriteAsync(buffer.AsMemory(0, read));
                        // whatever the server says now has nowhere to go; it ends when it has said it
                        server.Client.Shutdown(SocketShutdown.Send);
                        await answers;
                        return;
                    }

                    await server.GetStream().WriteAsync(buffer.AsMemory(0, read));
                }
            }
            catch (Exception e) when (e is IOException or SocketException or ObjectDisposedException)
            {
                // one of the two has gone
            }
        }
    }

    private Cut? Trapped(string text)
    {
        lock (_lock)
        {
            if (_trap is not { } trap || !text.Contains(trap.Text, StringComparison.Ordinal)) return null;
            _trap = null;
            Cuts++;
            return trap.Cut;
        }
    }
}
