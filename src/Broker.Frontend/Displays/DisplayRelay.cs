using System.Buffers;
using System.Net.Sockets;
using System.Net.WebSockets;

namespace Broker.Frontend.Displays;

/// <summary>Joins a guest's display and a browser. Each way has one buffer: whoever reads slowly slows the other down, nothing piles up in between.</summary>
public sealed class DisplayRelay(Socket guest, WebSocket browser, BrowserBytes bytes)
{
    private const int BufferBytes = 64 * 1024;
    private static readonly TimeSpan TimeToClose = TimeSpan.FromSeconds(2);

    private long _toGuest;
    private long _fromGuest;

    /// <summary>Bytes that went to the guest so far.</summary>
    public long ToGuest => Interlocked.Read(ref _toGuest);

    /// <summary>Bytes that came from the guest so far.</summary>
    public long FromGuest => Interlocked.Read(ref _fromGuest);

    /// <summary>Relays until one side closes or the token says so; then closes both.</summary>
    /// <param name="why">Asked at the end when the token ended it: what to tell the browser.</param>
    /// <param name="cancel">Ends it.</param>
    /// <returns>Why it ended, in a sentence.</returns>
    public async Task<string> Run(Func<string> why, CancellationToken cancel)
    {
        // Not linked: cancelling a pending read aborts the connection, and the browser would never be told why.
        using var end = new CancellationTokenSource();
        var fromGuest = FromGuestToBrowser(end.Token);
        var toGuest = FromBrowserToGuest(end.Token);
        var stopped = Task.Delay(Timeout.Infinite, cancel);
        var first = await Task.WhenAny(stopped, fromGuest, toGuest);
        var reason = first == stopped ? why()
            : first == fromGuest ? "The desktop closed its display."
            : "The browser closed the display.";

        HangUp();
        using var limit = new CancellationTokenSource(TimeToClose);
        await TellBrowser(first == toGuest ? null : reason, limit.Token);
        await Task.WhenAny(toGuest, Task.Delay(Timeout.Infinite, limit.Token));
        await end.CancelAsync();
        foreach (var way in (Task[])[fromGuest, toGuest])
        {
            try
            {
                await way;
            }
            catch (Exception e) when (IsEndOfConnection(e))
            {
                // one end of it is gone: that is what ended it
            }
        }

        return reason;
    }

    private static bool IsEndOfConnection(Exception e) =>
        e is OperationCanceledException or WebSocketException or SocketException or IOException or RfbException or ObjectDisposedException or InvalidOperationException;

    private async Task FromGuestToBrowser(CancellationToken cancel)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(BufferBytes);
        try
        {
            while (true)
            {
                var read = await guest.ReceiveAsync(buffer, cancel);
                if (read == 0) return;
                await browser.SendAsync(buffer.AsMemory(0, read), WebSocketMessageType.Binary, true, cancel);
                Interlocked.Add(ref _fromGuest, read);
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private async Task FromBrowserToGuest(CancellationToken cancel)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(BufferBytes);
        try
        {
            while (true)
            {
                var read = await bytes.Some(buffer, cancel);
                if (read == 0) return;
                try
                {
                    for (var rest = buffer.AsMemory(0, read); rest.Length > 0;)
                        rest = rest[await guest.SendAsync(rest, cancel)..];
                    Interlocked.Add(ref _toGuest, read);
                }
                catch (SocketException)
                {
                    // The guest is gone, which the other way tells; go on until the browser has answered the close.
                }
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private void HangUp()
    {
        try
        {
            guest.Shutdown(SocketShutdown.Both);
        }
        catch (SocketException)
        {
            // it has hung up already
        }
    }

    private async Task TellBrowser(string? reason, CancellationToken cancel)
    {
        try
        {
            if (browser.State is WebSocketState.Open or WebSocketState.CloseReceived)
                await browser.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, reason, cancel);
        }
        catch (Exception e) when (IsEndOfConnection(e))
        {
            browser.Abort();
        }
    }
}
