using System.Buffers;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Libvirt.Generated;
using static Libvirt.Generated.Native;
using static Libvirt.LibvirtException;

namespace Libvirt;

/// <summary>Whole transfers. C's loops call back for each piece; what the other stream throws there breaks the transfer off and reaches the caller.</summary>
public sealed partial class Stream
{
    /// <summary>Reads to the end, holes as zeros. Doesn't finish the stream. (virStreamRecvAll)</summary>
    /// <param name="destination">Where to.</param>
    /// <exception cref="LibvirtException"><see cref="ErrorNumber.OperationInvalid"/>: this stream doesn't block.</exception>
    public unsafe void RecvAll(System.IO.Stream destination)
    {
        using var self = _handle.Use();
        using var other = new Other(destination);
        other.Check(virStreamRecvAll(self.Pointer, &Other.Sink, other.Opaque));
    }

    /// <summary>Writes to the end of the source. Doesn't finish the stream. (virStreamSendAll)</summary>
    /// <param name="source">Where from, from its position on.</param>
    /// <exception cref="LibvirtException"><see cref="ErrorNumber.OperationInvalid"/>: this stream doesn't block.</exception>
    public unsafe void SendAll(System.IO.Stream source)
    {
        using var self = _handle.Use();
        using var other = new Other(source);
        other.Check(virStreamSendAll(self.Pointer, &Other.Source, other.Opaque));
    }

    /// <summary>Reads to the end, leaving holes out where the destination can seek. Doesn't finish the stream. (virStreamSparseRecvAll)</summary>
    /// <param name="destination">Where to.</param>
    /// <exception cref="LibvirtException"><see cref="ErrorNumber.OperationInvalid"/>: this stream doesn't block.</exception>
    public unsafe void SparseRecvAll(System.IO.Stream destination)
    {
        using var self = _handle.Use();
        using var other = new Other(destination);
        other.Check(virStreamSparseRecvAll(self.Pointer, &Other.Sink, &Other.SinkHole, other.Opaque));
    }

    /// <summary>Writes to the end of the source, leaving out its holes. Doesn't finish the stream. (virStreamSparseSendAll)</summary>
    /// <param name="source">Where from, from its position on. Holes are those of a file; any other stream is sent whole.</param>
    /// <exception cref="LibvirtException"><see cref="ErrorNumber.OperationInvalid"/>: this stream doesn't block.</exception>
    public unsafe void SparseSendAll(System.IO.Stream source)
    {
        using var self = _handle.Use();
        using var other = new Other(source);
        other.Check(virStreamSparseSendAll(self.Pointer, &Other.Source, &Other.SourceHole, &Other.SourceSkip, other.Opaque));
    }

    /// <summary>The same as <see cref="RecvAll"/> or <see cref="SparseRecvAll"/>, holding no thread while it waits if this stream doesn't block.</summary>
    internal async Task RecvAllAsync(System.IO.Stream destination, bool sparse, IProgress<long>? progress, CancellationToken cancellationToken)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(Chunk);
        var flags = sparse ? StreamRecvFlagsValues.StopAtHole : default;       // drivers without sparse streams don't know the flag
        long done = 0;
        for (int count; (count = await RecvAsync(buffer, flags, _handle.Calls.TimeLimit, cancellationToken).ConfigureAwait(false)) != 0; progress?.Report(done))
        {
            if (count == AtHole)
            {
                var length = RecvHole();
                await Holes.WriteAsync(destination, length, cancellationToken).ConfigureAwait(false);
                done += length;
            }
            else
            {
                await destination.WriteAsync(buffer.AsMemory(0, count), cancellationToken).ConfigureAwait(false);
                done += count;
            }
        }
        ArrayPool<byte>.Shared.Return(buffer);
    }

    /// <summary>The same as <see cref="SendAll"/> or <see cref="SparseSendAll"/>, each call on a thread of <see cref="Connect.Calls"/>.</summary>
    internal async Task SendAllAsync(System.IO.Stream source, bool sparse, IProgress<long>? progress, CancellationToken cancellationToken)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(Chunk);
        long done = 0, data = sparse ? 0 : long.MaxValue;
        while (true)
        {
            if (data == 0)
            {
                (var isData, data) = Holes.Next(source);
                if (!isData)
                {
                    var length = data;
                    await _handle.Calls.Run(() => SendHole(length), cancellationToken).ConfigureAwait(false);
                    source.Seek(length, SeekOrigin.Current);
                    progress?.Report(done += length);
                    data = 0;
                    continue;
                }
            }
            var count = await source.ReadAsync(buffer.AsMemory(0, (int)Math.Min(Chunk, data)), cancellationToken).ConfigureAwait(false);
            if (count == 0)
                break;
            await WriteAsync(buffer.AsMemory(0, count), cancellationToken).ConfigureAwait(false);
            data -= count;
            progress?.Report(done += count);
        }
        ArrayPool<byte>.Shared.Return(buffer);
    }

    /// <summary>The stream on this side, and what it threw: an exception can't leave through C.</summary>
    private sealed unsafe class Other : IDisposable
    {
        private readonly System.IO.Stream _stream;
        private GCHandle _self;
        private Exception? _thrown;

        public Other(System.IO.Stream stream)
        {
            ArgumentNullException.ThrowIfNull(stream);
            _stream = stream;
            _self = GCHandle.Alloc(this);
        }

        public void* Opaque => (void*)GCHandle.ToIntPtr(_self);

        public void Dispose() => _self.Free();

        public void Check(int result)
        {
            var failure = result < 0 ? Last() : null;
            if (_thrown is not null)
                System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(_thrown);
            if (failure is not null)
                throw failure;
        }

        [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
        public static int Sink(virStream* stream, byte* data, nuint length, void* opaque) => Try(opaque, other =>
        {
            other._stream.Write(new ReadOnlySpan<byte>(data, (int)length));
            return (int)length;
        });

        [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
        public static int SinkHole(virStream* stream, long length, void* opaque) => Try(opaque, other =>
        {
            Holes.Write(other._stream, length);
            return 0;
        });

        [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
        public static int Source(virStream* stream, byte* data, nuint length, void* opaque) =>
            Try(opaque, other => other._stream.Read(new Span<byte>(data, (int)length)));

        [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
        public static int SourceHole(virStream* stream, int* isData, long* length, void* opaque) => Try(opaque, other =>
        {
            (var inData, *length) = Holes.Next(other._stream);
            *isData = inData ? 1 : 0;
            return 0;
        });

        [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
        public static int SourceSkip(virStream* stream, long length, void* opaque) => Try(opaque, other =>
        {
            other._stream.Seek(length, SeekOrigin.Current);
            return 0;
        });

        private static int Try(void* opaque, Func<Other, int> step)
        {
            var other = (Other)GCHandle.FromIntPtr((nint)opaque).Target!;
            try
            {
                return step(other);
            }
            catch (Exception e)
            {
                other._thrown = e;
                return -1;
            }
        }
    }
}
