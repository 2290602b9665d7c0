using System.Buffers.Binary;
using System.Net.Sockets;
using System.Text;

namespace Broker.Backend.VmManagers.Simulated;

/// <summary>Serves a <see cref="Screen"/> by RFB 3.8 (RFC 6143) on a Unix socket, without a password, to any number of viewers.</summary>
internal sealed class RfbServer : IDisposable
{
    private const int MostCutText = 1 << 20;

    private readonly string _name;
    private readonly DisplaySocket _socket;

    /// <summary>Listens from here on. A socket file that somebody left is replaced.</summary>
    /// <param name="path">Where to listen; below 108 bytes.</param>
    /// <param name="name">What viewers show as the title.</param>
    /// <param name="screen">What they see.</param>
    public RfbServer(string path, string name, Screen screen)
    {
        _name = name;
        Screen = screen;
        _socket = new(path, Serve);
    }

    /// <summary>What it shows.</summary>
    public Screen Screen { get; }

    /// <summary>Cuts all viewers off and removes the socket.</summary>
    public void Dispose() => _socket.Dispose();

    private async Task Serve(NetworkStream stream, CancellationToken cancel)
    {
        using var end = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        await Greet(stream, end.Token);
        var viewer = new Viewer(stream, Screen);
        var sending = viewer.Send(end.Token);
        try
        {
            await Listen(stream, viewer, end.Token);
        }
        finally
        {
            await end.CancelAsync();
            await sending;
        }
    }

    private async Task Greet(NetworkStream stream, CancellationToken cancel)
    {
        await stream.WriteAsync("RFB 003.008\n"u8.ToArray(), cancel);
        var version = await Read(stream, 12, cancel);
        if (!version.AsSpan().SequenceEqual("RFB 003.008\n"u8)) throw new InvalidDataException("Only RFB 3.8 is spoken here.");
        await stream.WriteAsync(new byte[] { 1, 1 }, cancel);      // one kind of security: none
        if ((await Read(stream, 1, cancel))[0] != 1) throw new InvalidDataException("The viewer chose a security type that was not offered.");
        await stream.WriteAsync(new byte[4], cancel);              // it went well
        await Read(stream, 1, cancel);                             // shared or not: always shared

        var name = Encoding.UTF8.GetBytes(_name);
        var init = new byte[24 + name.Length];
        BinaryPrimitives.WriteUInt16BigEndian(init, Screen.Width);
        BinaryPrimitives.WriteUInt16BigEndian(init.AsSpan(2), Screen.Height);
        PixelFormat.Default.Write(init.AsSpan(4));
        BinaryPrimitives.WriteInt32BigEndian(init.AsSpan(20), name.Length);
        name.CopyTo(init, 24);
        await stream.WriteAsync(init, cancel);
    }

    private async Task Listen(NetworkStream stream, Viewer viewer, CancellationToken cancel)
    {
        while (true)
        {
            var kind = (await Read(stream, 1, cancel))[0];
            switch (kind)
            {
                case 0:     // SetPixelFormat
                    viewer.Format = PixelFormat.Read((await Read(stream, 19, cancel)).AsSpan(3));
                    break;
                case 2:     // SetEncodings: raw is always allowed
                    var encodings = BinaryPrimitives.ReadUInt16BigEndian((await Read(stream, 3, cancel)).AsSpan(1));
                    await Read(stream, encodings * 4, cancel);
                    break;
                case 3:     // FramebufferUpdateRequest
                    viewer.Ask(isIncremental: (await Read(stream, 9, cancel))[0] != 0);
                    break;
                case 4:     // KeyEvent
                    var key = await Read(stream, 7, cancel);
                    if (key[0] != 0) Screen.Press(BinaryPrimitives.ReadUInt32BigEndian(key.AsSpan(3)));
                    break;
                case 5:     // PointerEvent
                    await Read(stream, 5, cancel);
                    break;
                case 6:     // ClientCutText; the extended form gives its length as a negative number
                    var length = Math.Abs((long)BinaryPrimitives.ReadInt32BigEndian((await Read(stream, 7, cancel)).AsSpan(3)));
                    if (length > MostCutText) throw new InvalidDataException("Too much clipboard.");
                    await Read(stream, (int)length, cancel);
                    break;
                default:
                    throw new InvalidDataException($"RFB message {kind} was not offered.");
            }
        }
    }

    private static async Task<byte[]> Read(NetworkStream stream, int count, CancellationToken cancel)
    {
        var bytes = new byte[count];
        await stream.ReadExactlyAsync(bytes, cancel);
        return bytes;
    }

    /// <summary>What one viewer asked for and has.</summary>
    private sealed class Viewer(NetworkStream stream, Screen screen)
    {
        private readonly Lock _lock = new();
        private TaskCompletionSource _asked = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private bool _wantsAll;

        public PixelFormat Format { get; set; } = PixelFormat.Default;

        public void Ask(bool isIncremental)
        {
            lock (_lock)
            {
                _wantsAll |= !isIncremental;
                _asked.TrySetResult();
            }
        }

        /// <summary>Answers each question with the rows that changed, as soon as there are some.</summary>
        public async Task Send(CancellationToken cancel)
        {
            uint[]? has = null;
            try
            {
                while (true)
                {
                    await Asked().WaitAsync(cancel);
                    while (true)
                    {
                        if (TakeQuestion()) has = null;
                        var change = screen.Change;     // before the picture is drawn, so that nothing falls between
                        var pixels = screen.Draw();
                        var (first, count) = RowsThatDiffer(has, pixels);
                        if (count > 0)
                        {
                            await stream.WriteAsync(Update(pixels, first, count, Format), cancel);
                            has = pixels;
                            break;
                        }
                        // a question that wants everything may come while we wait for a change
                        await Task.WhenAny(change, Asked()).WaitAsync(cancel);
                    }
                }
            }
            catch (Exception e) when (e is OperationCanceledException or IOException or ObjectDisposedException)
            {
                // whoever reads from the viewer ends the connection
            }
        }

        private Task Asked()
        {
            lock (_lock) return _asked.Task;
        }

        /// <summary>True when the viewer wants everything.</summary>
        private bool TakeQuestion()
        {
            lock (_lock)
            {
                if (_asked.Task.IsCompleted) _asked = new(TaskCreationOptions.RunContinuationsAsynchronously);
                var all = _wantsAll;
                _wantsAll = false;
                return all;
            }
        }

        private static (int First, int Count) RowsThatDiffer(uint[]? was, uint[] now)
        {
            if (was == null) return (0, Screen.Height);
            var first = 0;
            while (first < Screen.Height && Row(was, first).SequenceEqual(Row(now, first))) first++;
            if (first == Screen.Height) return (0, 0);
            var last = Screen.Height - 1;
            while (Row(was, last).SequenceEqual(Row(now, last))) last--;
            return (first, last - first + 1);
        }

        private static ReadOnlySpan<uint> Row(uint[] pixels, int row) => pixels.AsSpan(row * Screen.Width, Screen.Width);

        private static byte[] Update(uint[] pixels, int first, int count, PixelFormat format)
        {
            const int head = 16;
            var update = new byte[head + count * Screen.Width * format.Bytes];
            BinaryPrimitives.WriteUInt16BigEndian(update.AsSpan(2), 1);        // one rectangle, raw
            BinaryPrimitives.WriteUInt16BigEndian(update.AsSpan(6), (ushort)first);
            BinaryPrimitives.WriteUInt16BigEndian(update.AsSpan(8), Screen.Width);
            BinaryPrimitives.WriteUInt16BigEndian(update.AsSpan(10), (ushort)count);
            format.Encode(pixels.AsSpan(first * Screen.Width, count * Screen.Width), update.AsSpan(head));
            return update;
        }
    }
}
