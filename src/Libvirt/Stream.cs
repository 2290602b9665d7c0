using System.Diagnostics.CodeAnalysis;
using Libvirt.Generated;
using static Libvirt.Generated.Native;
using static Libvirt.LibvirtException;

namespace Libvirt;

/// <summary>
/// A transfer over a connection. Made by <see cref="Connect.NewStream"/>, handed to the call that fills or empties it, moved to its end, and then
/// finished; if it is disposed before that, the transfer is broken off. For one thread at a time.
/// </summary>
[SuppressMessage("Naming", "CA1711", Justification = "C's name, as everywhere in this binding")]
public sealed unsafe class Stream : IDisposable
{
    private readonly Handle<virStream> _handle;
    private bool _open;

    internal Stream(virStream* pointer, CallScheduler calls) => _handle = new(Check(pointer), &virStreamFree, calls);

    /// <summary>Reads what there is, waiting for something. (virStreamRecv)</summary>
    /// <returns>Bytes read; 0 is the end.</returns>
    public int Recv(Span<byte> buffer)
    {
        using var self = _handle.Use();
        fixed (byte* data = buffer)
            return Check(virStreamRecv(self.Pointer, data, (nuint)buffer.Length));
    }

    /// <summary>Writes, waiting for room. (virStreamSend)</summary>
    /// <returns>Bytes written, at least one.</returns>
    public int Send(ReadOnlySpan<byte> buffer)
    {
        using var self = _handle.Use();
        fixed (byte* data = buffer)
            return Check(virStreamSend(self.Pointer, data, (nuint)buffer.Length));
    }

    /// <summary>Reads to the end. Doesn't finish the stream. (virStreamRecvAll)</summary>
    public void RecvAll(System.IO.Stream destination)
    {
        var buffer = new byte[64 * 1024];
        for (int count; (count = Recv(buffer)) > 0;)
            destination.Write(buffer, 0, count);
    }

    /// <summary>Ends the transfer and asks the other side whether it went well. (virStreamFinish)</summary>
    public void Finish()
    {
        using var self = _handle.Use();
        _open = false;
        Check(virStreamFinish(self.Pointer));
    }

    /// <summary>Breaks the transfer off. (virStreamAbort)</summary>
    public void Abort()
    {
        using var self = _handle.Use();
        _open = false;
        Check(virStreamAbort(self.Pointer));
    }

    /// <summary>Gives the stream back, broken off if it wasn't finished. (virStreamAbort, virStreamFree)</summary>
    public void Dispose()
    {
        if (_open && !_handle.IsClosed)
        {
            using var self = _handle.Use();
            _open = false;
            _ = virStreamAbort(self.Pointer);
        }
        _handle.Dispose();
    }

    /// <summary>The pointer for the call that starts a transfer: from here on there is something to break off.</summary>
    internal Handle<virStream>.Lease Begin()
    {
        var lease = _handle.Use();
        _open = true;
        return lease;
    }
}
