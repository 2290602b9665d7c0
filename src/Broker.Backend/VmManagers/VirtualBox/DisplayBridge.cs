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

    private readonly DisplaySocket _socket;

    /// <summary>Listens from here on. A socket file that somebody left is replaced.</summary>
    /// <param name="path">Where to listen; below 108 bytes.</param>
    /// <param name="access">Where VirtualBox does, and what it asks for.</param>
    public DisplayBridge(string path, DisplayAccess access)
    {
        Access = access;
        _socket = new(path, Serve);
    }

    /// <summary>Where VirtualBox listens, and what it asks for.</summary>
    public DisplayAccess Access { get; }

    /// <summary>Cuts all viewers off and removes the socket.</summary>
    public void Dispose() => _socket.Dispose();

    private async Task Serve(NetworkStream viewer, CancellationToken cancel)
    {
        using var end = CancellationTokenSource.CreateLinkedTokenSource(cancel);
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

    /// <summary>Connects to VirtualBox's display and gives the password. Why that can't be is told to the viewer too.</summary>
    private async Task<NetworkStream> Enter(NetworkStream viewer, CancellationToken cancel)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        var machine = (NetworkStream?)null;
        try
        {
            await socket.ConnectAsync(new IPEndPoint(IPAddress.Loopback, Access.Port), cancel);
            machine = new NetworkStream(socket, ownsSocket: true);
            await Read(machine, Version.Length, cancel);
            await machine.WriteAsync(Version, cancel);
            var kinds = await Read(machine, (await Read(machine, 1, cancel))[0], cancel);
            // whoever lets us in without asking is not the machine that got this password
            if (!kinds.Contains(Password)) throw new InvalidDataException("VirtualBox's display asks for no password.");
            await machine.WriteAsync(new[] { Password }, cancel);
            var challenge = await Read(machine, VncAuthentication.Bytes, cancel);
            await machine.WriteAsync(VncAuthentication.Answer(Access.Password, challenge), cancel);
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
