using Libvirt.Generated;
using static Libvirt.Generated.Native;
using static Libvirt.LibvirtException;

namespace Libvirt;

/// <summary>The functions of C.</summary>
public sealed unsafe partial class Stream
{
    private readonly Handle<virStream> _handle;
    private readonly virConnect* _connect;          // C's stream keeps it
    private readonly StreamEvents? _events;         // null: it blocks

    internal Stream(virConnect* connect, StreamFlags flags, CallScheduler calls)
    {
        _handle = new(Check(virStreamNew(connect, flags)), &Free, calls);
        _connect = connect;
        if (flags.HasFlag(StreamFlags.Nonblock))
            _events = new();
    }

    /// <summary>
    /// A new stream, given to the call that starts its transfer, on a thread of the connection's. One that nobody waits for any more is disposed.
    /// </summary>
    internal static Task<Stream> Start(CallScheduler calls, Func<Stream> create, Action<Stream> call, CancellationToken cancellationToken) => calls.Run(() =>
    {
        var stream = create();
        try
        {
            call(stream);
            return stream;
        }
        catch
        {
            stream.Dispose();
            throw;
        }
    }, cancellationToken);

    /// <summary>Reads what there is. One that blocks waits for something. (virStreamRecv, virStreamRecvFlags)</summary>
    /// <param name="buffer">Where to.</param>
    /// <param name="flags">With <see cref="StreamRecvFlagsValues.StopAtHole"/> holes are not read as zeros.</param>
    /// <returns>Bytes read; 0 is the end. <see cref="WouldBlock"/> or <see cref="AtHole"/> where that is so.</returns>
    public int Recv(Span<byte> buffer, StreamRecvFlagsValues flags = default)
    {
        ObjectDisposedException.ThrowIf(_disposed != 0, this);      // the one who waited is woken before the handle is gone
        if (_lost)
            throw new InvalidOperationException("A read of this stream failed or was cancelled, and what it would have read is lost: transfer anew.");
        using var self = _handle.Use();
        fixed (byte* data = buffer)
        {
            var count = flags == default
                ? virStreamRecv(self.Pointer, data, (nuint)buffer.Length)
                : virStreamRecvFlags(self.Pointer, data, (nuint)buffer.Length, flags);
            return count is WouldBlock or AtHole ? count : Check(count);
        }
    }

    /// <summary>The length of the hole that comes next, and steps over it. (virStreamRecvHole)</summary>
    /// <exception cref="LibvirtException">There is no hole.</exception>
    public long RecvHole()
    {
        using var self = _handle.Use();
        long length;
        Check(virStreamRecvHole(self.Pointer, &length, 0));
        return length;
    }

    /// <summary>Writes. One that blocks waits for room. (virStreamSend)</summary>
    /// <returns>Bytes written, which may be less than all; or <see cref="WouldBlock"/>.</returns>
    public int Send(ReadOnlySpan<byte> buffer)
    {
        using var self = _handle.Use();
        fixed (byte* data = buffer)
        {
            var count = virStreamSend(self.Pointer, data, (nuint)Math.Min(buffer.Length, Chunk));
            return count == WouldBlock ? count : Check(count);
        }
    }

    /// <summary>Leaves out so many bytes, in a transfer that was begun as sparse. (virStreamSendHole)</summary>
    public void SendHole(long length)
    {
        using var self = _handle.Use();
        Check(virStreamSendHole(self.Pointer, length, 0));
    }

    /// <summary>Ends the transfer and waits for the other side's word that it went well. (virStreamFinish)</summary>
    /// <exception cref="LibvirtException">It didn't; what was written may be there in part.</exception>
    public void Finish()
    {
        using var self = _handle.Use();
        _events?.Remove(self.Pointer);
        _open = false;
        Check(virStreamFinish(self.Pointer));
    }

    /// <summary>Breaks the transfer off. A read that is waiting for something fails. (virStreamAbort)</summary>
    public void Abort()
    {
        using var self = _handle.Use();
        _events?.Remove(self.Pointer);
        _open = false;
        Check(virStreamAbort(self.Pointer));
    }

    /// <summary>The pointer for the call that starts a transfer: from here on there is something to break off.</summary>
    internal Handle<virStream>.Lease Begin()
    {
        var lease = _handle.Use();
        _open = true;
        return lease;
    }

    /// <summary>
    /// Gives the stream back, broken off if it wasn't finished; that waits for the daemon, while <see cref="DisposeAsync"/> keeps to the time limit of calls.
    /// </summary>
    protected override void Dispose(bool disposing)
    {
        if (disposing && Interlocked.Exchange(ref _disposed, 1) == 0)
        {
            using (var self = _handle.Use())
            {
                _events?.Remove(self.Pointer);
                if (_open)
                    _ = virStreamAbort(self.Pointer);
                _open = false;
            }
            _handle.Dispose();
        }
        base.Dispose(disposing);
    }

    // What is forgotten isn't broken off: that waits for the daemon, and finalizers must not.
    private static int Free(virStream* stream)
    {
        StreamEvents.Forget(stream);
        return virStreamFree(stream);
    }

    private Task Next(StreamEventType type)
    {
        Task next;
        using (var self = _handle.Use())
            next = _events!.Next(self.Pointer, type);
        return next;
    }

    private void CheckConnection()
    {
        using var self = _handle.Use();
        if (virConnectIsAlive(_connect) != 1)
            throw new LibvirtException(ErrorNumber.InternalError, ErrorDomain.Rpc, "The connection was lost, and the stream with it: open another connection");
    }
}
