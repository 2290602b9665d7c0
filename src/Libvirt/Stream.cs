using System.Buffers;
using System.Diagnostics;

namespace Libvirt;

/// <summary>
/// A transfer over a connection: a <see cref="System.IO.Stream"/> that the call given it fills or empties, such as <see cref="Domain.OpenConsole"/>. Made by
/// <see cref="Connect.NewStream"/>. Moved to its end, and then finished: only <see cref="Finish"/> says whether all went well on the other side. Disposed
/// before that, the transfer is broken off. One thread may read while another writes.
/// </summary>
/// <remarks>
/// With <see cref="StreamFlags.Nonblock"/> it is for what may be silent for long, such as consoles: an asynchronous read then holds no thread, and after
/// one that was cancelled the next goes on where it was. Without it an asynchronous read holds a thread of <see cref="Connect.Calls"/>, and what a
/// cancelled one would have read is lost: the transfer can only be broken off.
/// </remarks>
public sealed partial class Stream : System.IO.Stream
{
    /// <summary>Result of <see cref="Recv"/> and <see cref="Send"/>, for streams that don't block: it isn't the moment.</summary>
    public const int WouldBlock = -2;

    /// <summary>Result of <see cref="Recv"/>: a hole comes next, <see cref="RecvHole"/> tells how long.</summary>
    public const int AtHole = -3;

    /// <summary>Bytes in one message, as in libvirt's own loops; other sides than those of today take no more.</summary>
    internal const int Chunk = 262120;

    // Nobody tells a stream that doesn't block that its connection was lost.
    private static readonly TimeSpan ConnectionCheck = TimeSpan.FromSeconds(1);

    private volatile bool _open;
    private volatile bool _lost;
    private volatile int _disposed;

    /// <summary>True; what really can be read depends on the call that the stream was given to.</summary>
    public override bool CanRead => _disposed == 0;

    /// <summary>True; what really can be written depends on the call that the stream was given to.</summary>
    public override bool CanWrite => _disposed == 0;

    /// <summary>False.</summary>
    public override bool CanSeek => false;

    /// <summary>There is none.</summary>
    /// <exception cref="NotSupportedException">Always.</exception>
    public override long Length => throw new NotSupportedException();

    /// <summary>There is none.</summary>
    /// <exception cref="NotSupportedException">Always.</exception>
    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <summary>Reads what there is, waiting for something. Holes are zeros.</summary>
    /// <returns>Bytes read; 0 is the end.</returns>
    public override int Read(Span<byte> buffer)
    {
        if (buffer.IsEmpty)
            return 0;
        int count;
        while ((count = Recv(buffer)) == WouldBlock)
            WaitUntil(StreamEventType.Readable);
        return count;
    }

    /// <summary>Reads what there is, waiting for something. Holes are zeros.</summary>
    /// <returns>Bytes read; 0 is the end.</returns>
    public override int Read(byte[] buffer, int offset, int count)
    {
        ValidateBufferArguments(buffer, offset, count);
        return Read(buffer.AsSpan(offset, count));
    }

    /// <summary>
    /// Reads what there is, waiting for something. Holes are zeros. (virStreamRecv, virStreamEventAddCallback, virStreamEventUpdateCallback)
    /// </summary>
    /// <returns>Bytes read; 0 is the end.</returns>
    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
        RecvAsync(buffer, default, null, cancellationToken);

    /// <summary>Reads what there is, waiting for something. Holes are zeros.</summary>
    /// <returns>Bytes read; 0 is the end.</returns>
    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken)
    {
        ValidateBufferArguments(buffer, offset, count);
        return ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();
    }

    /// <summary>Writes all of it. That it arrived only <see cref="Finish"/> says.</summary>
    public override void Write(ReadOnlySpan<byte> buffer)
    {
        while (!buffer.IsEmpty)
        {
            if (Send(buffer) is var count and not WouldBlock)
                buffer = buffer[count..];
            else
                WaitUntil(StreamEventType.Writable);
        }
    }

    /// <summary>Writes all of it. That it arrived only <see cref="Finish"/> says.</summary>
    public override void Write(byte[] buffer, int offset, int count)
    {
        ValidateBufferArguments(buffer, offset, count);
        Write(buffer.AsSpan(offset, count));
    }

    /// <summary>
    /// Writes all of it, on a thread of <see cref="Connect.Calls"/>: sending waits for the other side even if the stream doesn't block. Of a write that is
    /// cancelled any part may have been sent.
    /// </summary>
    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        while (!buffer.IsEmpty)
        {
            // A copy: the call may go on after the caller has its buffer back.
            var length = Math.Min(buffer.Length, Chunk);
            var copy = ArrayPool<byte>.Shared.Rent(length);
            buffer.Span[..length].CopyTo(copy);
            var count = await _handle.Calls.Run(() =>
            {
                try
                {
                    return Send(copy.AsSpan(0, length));
                }
                finally
                {
                    ArrayPool<byte>.Shared.Return(copy);
                }
            }, cancellationToken).ConfigureAwait(false);
            if (count == WouldBlock)
                await WaitUntilAsync(StreamEventType.Writable, _handle.Calls.TimeLimit, cancellationToken).ConfigureAwait(false);
            else
                buffer = buffer[count..];
        }
    }

    /// <summary>Writes all of it, as the other overload does.</summary>
    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken)
    {
        ValidateBufferArguments(buffer, offset, count);
        return WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();
    }

    /// <summary>Nothing: what is written is sent at once.</summary>
    public override void Flush()
    {
    }

    /// <summary>Nothing: what is written is sent at once.</summary>
    public override Task FlushAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>A stream has no positions.</summary>
    /// <exception cref="NotSupportedException">Always.</exception>
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    /// <summary>A stream has no length.</summary>
    /// <exception cref="NotSupportedException">Always.</exception>
    public override void SetLength(long value) => throw new NotSupportedException();

    /// <summary><see cref="Finish"/> on a thread of <see cref="Connect.Calls"/>.</summary>
    public Task FinishAsync(CancellationToken cancellationToken = default) => _handle.Calls.Run(Finish, cancellationToken);

    /// <summary>Gives the stream back; if it wasn't finished, a thread of its own breaks it off first: those of <see cref="Connect.Calls"/> may all be reading.</summary>
    public override async ValueTask DisposeAsync()
    {
        try
        {
            if (_open)
            {
                await Task.Factory.StartNew(Dispose, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default)
                    .WaitAsync(_handle.Calls.TimeLimit ?? Timeout.InfiniteTimeSpan).ConfigureAwait(false);
            }
        }
        catch (TimeoutException)
        {
            // The daemon hangs, and the time limit of calls has passed. Its side of the stream ends when it wakes, or with the connection.
            _disposed = 1;
        }
        await base.DisposeAsync().ConfigureAwait(false);
    }

    /// <summary><see cref="Recv"/>, waiting for something, if it doesn't block no longer than the limit.</summary>
    internal async ValueTask<int> RecvAsync(Memory<byte> buffer, StreamRecvFlagsValues flags, TimeSpan? limit, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (buffer.IsEmpty)
            return 0;
        if (_events is null)
            return await RecvOnThread(buffer, flags, cancellationToken).ConfigureAwait(false);
        int count;
        while ((count = Recv(buffer.Span, flags)) == WouldBlock)
            await WaitUntilAsync(StreamEventType.Readable, limit, cancellationToken).ConfigureAwait(false);
        return count;
    }

    private async Task<int> RecvOnThread(Memory<byte> buffer, StreamRecvFlagsValues flags, CancellationToken cancellationToken)
    {
        // A copy: the call may go on after the caller has its buffer back.
        var length = Math.Min(buffer.Length, Chunk);
        var copy = ArrayPool<byte>.Shared.Rent(length);
        int count;
        try
        {
            count = await _handle.Calls.Run(() => Recv(copy.AsSpan(0, length), flags), cancellationToken).ConfigureAwait(false);
        }
        catch
        {
            _lost = true;
            throw;
        }
        if (count > 0)
            copy.AsSpan(0, count).CopyTo(buffer.Span);
        ArrayPool<byte>.Shared.Return(copy);
        return count;
    }

    private void WaitUntil(StreamEventType type)
    {
        var ready = Next(type);
        while (!ready.Wait(ConnectionCheck))
            CheckConnection();
    }

    /// <summary>Waits until a stream that doesn't block can go on. It may be told so too early.</summary>
    private async Task WaitUntilAsync(StreamEventType type, TimeSpan? limit, CancellationToken cancellationToken)
    {
        var ready = Next(type);
        var start = Stopwatch.GetTimestamp();
        while (true)
        {
            var wait = ready.WaitAsync(limit < ConnectionCheck ? limit.Value : ConnectionCheck, cancellationToken);
            await ((Task)wait).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (ready.IsCompleted)
                return;
            cancellationToken.ThrowIfCancellationRequested();
            CheckConnection();
            if (Stopwatch.GetElapsedTime(start) >= limit)
                throw CallScheduler.TooLong(limit);
        }
    }
}
