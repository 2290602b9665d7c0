using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Libvirt.Generated;
using static Libvirt.Generated.Native;
using static Libvirt.LibvirtException;

namespace Libvirt;

/// <summary>
/// Who waits for a stream that doesn't block: one to read, one to write. libvirt's event loop repeats an event for as long as it is true, so each wait asks for
/// its event once, and an event ends the asking.
/// </summary>
internal sealed unsafe class StreamEvents
{
    // By stream: C's remote driver never gives back the data that a callback was registered with. It doesn't hold the Stream, which may be forgotten.
    private static readonly ConcurrentDictionary<nint, StreamEvents> s_registered = [];

    private readonly Lock _lock = new();
    private TaskCompletionSource? _reader;
    private TaskCompletionSource? _writer;

    private StreamEventType Wanted => (_reader is null ? default : StreamEventType.Readable) | (_writer is null ? default : StreamEventType.Writable);

    /// <summary>Done when the stream can be read, or written, or has ended. (virStreamEventAddCallback, virStreamEventUpdateCallback)</summary>
    public Task Next(virStream* stream, StreamEventType type)
    {
        // What waits must not run on the event loop's thread.
        var waiter = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_lock)
        {
            if (type == StreamEventType.Readable)
                _reader = waiter;
            else
                _writer = waiter;
            if (s_registered.TryAdd((nint)stream, this))
                Check(virStreamEventAddCallback(stream, (int)Wanted, &Happened, null, null));
            else
                Check(virStreamEventUpdateCallback(stream, (int)Wanted));
        }
        return waiter.Task;
    }

    /// <summary>Ends the asking, as must be before a stream is finished; who waits goes on. (virStreamEventRemoveCallback)</summary>
    public void Remove(virStream* stream)
    {
        lock (_lock)
            Forget(stream);
        Wake(stream, StreamEventType.Hangup);
    }

    /// <summary>The same when nobody can wait any more. (virStreamEventRemoveCallback)</summary>
    public static void Forget(virStream* stream)
    {
        if (s_registered.TryRemove((nint)stream, out _))
            _ = virStreamEventRemoveCallback(stream);
    }

    private void Wake(virStream* stream, StreamEventType type)
    {
        TaskCompletionSource? reader = null, writer = null;
        lock (_lock)
        {
            if (type != StreamEventType.Writable)
                (reader, _reader) = (_reader, null);
            if (type != StreamEventType.Readable)
                (writer, _writer) = (_writer, null);
            if (s_registered.ContainsKey((nint)stream))
                _ = virStreamEventUpdateCallback(stream, (int)Wanted);
        }
        reader?.TrySetResult();
        writer?.TrySetResult();
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void Happened(virStream* stream, EventHandleType type, void* opaque)
    {
        if (s_registered.TryGetValue((nint)stream, out var events))
            events.Wake(stream, (StreamEventType)type);
    }
}
