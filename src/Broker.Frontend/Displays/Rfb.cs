using System.Buffers.Binary;
using System.Net.Sockets;
using System.Net.WebSockets;

namespace Broker.Frontend.Displays;

/// <summary>The other side does not speak RFB as it should.</summary>
public sealed class RfbException(string message) : Exception(message);

/// <summary>
/// The beginning of RFB 3.8, on both sides of the gateway: up to the point where security is settled. What follows is
/// relayed unread. A guest is hostile: of what it says, only fixed numbers of bytes are read, for a limited time.
/// </summary>
public static class Rfb
{
    /// <summary>How long a guest's display has for its part.</summary>
    public static readonly TimeSpan GuestTime = TimeSpan.FromSeconds(5);

    /// <summary>How long a browser has for its part; it may be on a slow line.</summary>
    public static readonly TimeSpan BrowserTime = TimeSpan.FromSeconds(20);

    private const byte NoSecurity = 1;

    private static ReadOnlySpan<byte> Version => "RFB 003.008\n"u8;

    /// <summary>Connects to a display and settles security with it: version 3.8, none.</summary>
    /// <param name="socketPath">The Unix socket of the display.</param>
    /// <param name="cancel">Ends the wait.</param>
    /// <returns>The socket, with the browser's ClientInit to come next.</returns>
    /// <exception cref="RfbException">It can't be reached, is too slow, or is no display without a password.</exception>
    public static async Task<Socket> ConnectToGuest(string socketPath, CancellationToken cancel)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        limit.CancelAfter(GuestTime);
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(socketPath), limit.Token);
            await SettleWithGuest(socket, limit.Token);
            return socket;
        }
        catch (Exception e)
        {
            socket.Dispose();
            if (e is OperationCanceledException && !cancel.IsCancellationRequested) throw new RfbException($"it did not answer within {GuestTime.TotalSeconds:0} s");
            if (e is SocketException or ArgumentException or IOException) throw new RfbException(e is SocketException s ? s.SocketErrorCode.ToString() : e.Message);
            throw;
        }
    }

    /// <summary>Settles security with a browser: offers version 3.8 and no password, for the ticket has said who it is.</summary>
    /// <exception cref="RfbException">It speaks something else, or nothing.</exception>
    public static async Task SettleWithBrowser(WebSocket browser, BrowserBytes bytes, CancellationToken cancel)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        limit.CancelAfter(BrowserTime);
        try
        {
            await browser.SendAsync(Version.ToArray(), WebSocketMessageType.Binary, true, limit.Token);
            var answer = new byte[Version.Length];
            await bytes.Exactly(answer, limit.Token);
            if (!Version.SequenceEqual(answer)) throw new RfbException("the browser does not speak RFB 3.8");
            await browser.SendAsync(new byte[] { 1, NoSecurity }, WebSocketMessageType.Binary, true, limit.Token);
            await bytes.Exactly(answer.AsMemory(0, 1), limit.Token);
            if (answer[0] != NoSecurity) throw new RfbException("the browser chose a way to sign in that was not offered");
            await browser.SendAsync(new byte[4], WebSocketMessageType.Binary, true, limit.Token);
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            throw new RfbException("the browser was too slow");
        }
    }

    private static async Task SettleWithGuest(Socket socket, CancellationToken cancel)
    {
        var buffer = new byte[255];
        await Exactly(socket, buffer.AsMemory(0, Version.Length), cancel);
        // 3.8 and later versions; what is older has no way to refuse
        if (!buffer.AsSpan(0, 4).SequenceEqual("RFB "u8) || buffer.AsSpan(4, 8).SequenceCompareTo("003.008\n"u8) < 0) throw new RfbException("it does not speak RFB 3.8");
        await socket.SendAsync(Version.ToArray(), cancel);

        await Exactly(socket, buffer.AsMemory(0, 1), cancel);
        var kinds = (int)buffer[0];
        if (kinds == 0) throw new RfbException("it refused the connection");
        await Exactly(socket, buffer.AsMemory(0, kinds), cancel);
        if (!buffer.AsSpan(0, kinds).Contains(NoSecurity)) throw new RfbException("it wants a password");
        await socket.SendAsync(new[] { NoSecurity }, cancel);

        await Exactly(socket, buffer.AsMemory(0, 4), cancel);
        if (BinaryPrimitives.ReadUInt32BigEndian(buffer) != 0) throw new RfbException("it refused the connection");
    }

    private static async Task Exactly(Socket socket, Memory<byte> buffer, CancellationToken cancel)
    {
        while (buffer.Length > 0)
        {
            var read = await socket.ReceiveAsync(buffer, cancel);
            if (read == 0) throw new RfbException("it closed the connection");
            buffer = buffer[read..];
        }
    }
}

/// <summary>The bytes that a browser sends, without regard to how it cut them into messages.</summary>
public sealed class BrowserBytes(WebSocket browser)
{
    /// <summary>Reads what is there, at most a buffer full.</summary>
    /// <returns>How many bytes; 0 when the browser has closed.</returns>
    /// <exception cref="RfbException">It sent text.</exception>
    public async Task<int> Some(Memory<byte> buffer, CancellationToken cancel)
    {
        while (true)
        {
            var result = await browser.ReceiveAsync(buffer, cancel);
            if (result.MessageType == WebSocketMessageType.Close) return 0;
            if (result.MessageType == WebSocketMessageType.Text) throw new RfbException("the browser sent text");
            if (result.Count > 0) return result.Count;
        }
    }

    /// <summary>Fills the buffer.</summary>
    /// <exception cref="RfbException">It closed before.</exception>
    public async Task Exactly(Memory<byte> buffer, CancellationToken cancel)
    {
        while (buffer.Length > 0)
        {
            // never more than is wanted, so that nothing is left over for the relay
            var read = await Some(buffer, cancel);
            if (read == 0) throw new RfbException("the browser closed the connection");
            buffer = buffer[read..];
        }
    }
}
