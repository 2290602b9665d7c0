using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using Broker.Backend.VmManagers.Simulated;

namespace VirtualBox.Simulator.Guests;

/// <summary>
/// What VirtualBox's VNC module is: RFB on a TCP port, with VNC authentication where there is a password. Behind it is an RFB server on a Unix socket
/// without one, to which a viewer that has shown the password is passed on.
/// </summary>
internal sealed class DisplayServer : IDisposable
{
    private const byte None = 1;
    private const byte VncAuthentication = 2;

    private readonly TcpListener? tcp;
    private readonly RfbServer rfb;
    private readonly string path;
    private readonly string password;
    private readonly CancellationTokenSource end = new();

    private DisplayServer(TcpListener? tcp, int port, RfbServer rfb, string path, string password) =>
        (this.tcp, Port, this.rfb, this.path, this.password) = (tcp, port, rfb, path, password);

    /// <summary>Where it is said to listen.</summary>
    public int Port { get; }

    /// <summary>Starts one at the first of the ports; the module tries no other, and says nothing if it is taken.</summary>
    /// <param name="path">For the Unix socket.</param>
    /// <param name="name">The title.</param>
    /// <param name="screen">What it shows.</param>
    /// <param name="address">Of IPv4; anything else is all.</param>
    /// <param name="ports">Such as <c>5000,5010-5020</c>.</param>
    /// <param name="password">Empty for none.</param>
    public static DisplayServer Start(string path, string name, Screen screen, string address, string ports, string password)
    {
        var port = int.Parse(ports.Split(',', '-')[0], CultureInfo.InvariantCulture);
        var isV4 = IPAddress.TryParse(address, out var where) && where.AddressFamily == AddressFamily.InterNetwork;
        var listener = new TcpListener(isV4 ? where! : IPAddress.Any, port);
        try
        {
            listener.Start();
        }
        catch (SocketException)
        {
            listener.Dispose(); // taken, or no address of this host: the module says nothing
            listener = null;
        }
        var server = new DisplayServer(listener, port, new(path, name, screen), path, password);
        if (listener is not null) _ = server.Accept(listener);
        return server;
    }

    public void Dispose()
    {
        end.Cancel();
        tcp?.Dispose();
        rfb.Dispose();
    }

    private async Task Accept(TcpListener listening)
    {
        while (!end.IsCancellationRequested)
        {
            try
            {
                var viewer = await listening.AcceptSocketAsync(end.Token);
                _ = Serve(viewer);
            }
            catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException)
            {
                return;
            }
        }
    }

    private async Task Serve(Socket socket)
    {
        try
        {
            await using var viewer = new NetworkStream(socket, ownsSocket: true);
            if (!await Greet(viewer)) return;
            var inner = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            await inner.ConnectAsync(new UnixDomainSocketEndPoint(path), end.Token);
            await using var screen = new NetworkStream(inner, ownsSocket: true);
            // the version, no security, and that it went well: the viewer has all of this behind it
            await screen.WriteAsync("RFB 003.008\n"u8.ToArray(), end.Token);
            await screen.ReadExactlyAsync(new byte[14], end.Token);
            await screen.WriteAsync(new byte[] { None }, end.Token);
            await screen.ReadExactlyAsync(new byte[4], end.Token);
            using var over = CancellationTokenSource.CreateLinkedTokenSource(end.Token);
            await Task.WhenAny(viewer.CopyToAsync(screen, over.Token), screen.CopyToAsync(viewer, over.Token));
            await over.CancelAsync();
        }
        catch (Exception e) when (e is IOException or SocketException or OperationCanceledException)
        {
            // the viewer left, or the machine was switched off
        }
    }

    private async Task<bool> Greet(NetworkStream viewer)
    {
        await viewer.WriteAsync("RFB 003.008\n"u8.ToArray(), end.Token);
        await viewer.ReadExactlyAsync(new byte[12], end.Token);
        var security = password.Length == 0 ? None : VncAuthentication;
        await viewer.WriteAsync(new[] { (byte)1, security }, end.Token);
        var chosen = new byte[1];
        await viewer.ReadExactlyAsync(chosen, end.Token);
        if (chosen[0] != security) return false;
        if (security == VncAuthentication)
        {
            var challenge = RandomNumberGenerator.GetBytes(16);
            await viewer.WriteAsync(challenge, end.Token);
            var answer = new byte[16];
            await viewer.ReadExactlyAsync(answer, end.Token);
            if (!answer.AsSpan().SequenceEqual(Des.VncAnswer(password, challenge)))
            {
                var reason = "password check failed!"u8.ToArray();
                await viewer.WriteAsync(new byte[] { 0, 0, 0, 1, 0, 0, 0, (byte)reason.Length }, end.Token);
                await viewer.WriteAsync(reason, end.Token);
                return false;
            }
        }
        await viewer.WriteAsync(new byte[4], end.Token);
        return true;
    }
}
