using System.Collections.Concurrent;
using Broker.Backend.Requests;
using Broker.Backend.VmManagers;
using Broker.Core.Nodes;

namespace Broker.Backend.Nodes;

/// <summary>Which of a node's workers make a call; each kind has its own, so that one kind never waits for another.</summary>
public enum Gate
{
    /// <summary>Questions, which take milliseconds.</summary>
    Read,

    /// <summary>Starts: they cost processor time, so about as many as there are processors.</summary>
    Start,

    /// <summary>Shutdown, destroy, restart: they mostly wait.</summary>
    Stop,

    /// <summary>Saves of memory: they write as much as the machines have.</summary>
    Save,

    /// <summary>Whatever writes disks and is soon done.</summary>
    Disk,

    /// <summary>Copies of whole disks, which take hours and tell how far they are: nothing ends them but whoever asked, so that none is begun beside one that still writes.</summary>
    Copy,
}

/// <summary>
/// A host and its own bounded set of threads. All calls to its VM manager are made on these, with a time limit,
/// so that a host that hangs holds up nobody but those who want something of it.
/// </summary>
public sealed class Node : IDisposable
{
    private static readonly Dictionary<Gate, (int Threads, TimeSpan Limit)> Gates = new()
    {
        [Gate.Read] = (2, TimeSpan.FromSeconds(15)),
        [Gate.Start] = (Environment.ProcessorCount + 1, TimeSpan.FromSeconds(90)),
        [Gate.Stop] = (8, TimeSpan.FromSeconds(60)),
        [Gate.Save] = (4, TimeSpan.FromMinutes(30)),
        [Gate.Disk] = (2, TimeSpan.FromHours(2)),
        [Gate.Copy] = (2, Timeout.InfiniteTimeSpan),
    };

    // a call that hangs is not waited for
    private static readonly TimeSpan TimeToClose = TimeSpan.FromSeconds(3);

    private readonly IVmManager _manager;
    private readonly NodeSettings _settings;
    private readonly TimeProvider _clock;
    private readonly Lock _lock = new();
    private DiskFiles? _files;
    private Link? _link;
    private long _failedAt;
    private VmException? _failure;
    private TimeSpan _backOff;
    private bool _disposed;

    /// <summary>Connects when it is first called.</summary>
    public Node(NodeRow row, IVmManager manager, NodeSettings settings, TimeProvider clock)
    {
        Row = row;
        _manager = manager;
        _settings = settings;
        _clock = clock;
    }

    /// <summary>The node's row when this object was made.</summary>
    public NodeRow Row { get; }

    /// <summary>The host reported a change of a domain. Raised on a thread of the host's connection.</summary>
    public event Action<DomainReport>? Changed;

    /// <summary>The host reported that a domain's definition is another one. Raised as <see cref="Changed"/> is.</summary>
    public event Action<Guid>? Redefined;

    /// <summary>Where a new domain's display will listen: short, since socket paths end at 107 bytes.</summary>
    public string DisplaySocketOf(Guid domain) => Path.Combine(_settings.DisplayFolder, $"{domain:N}.sock");

    /// <summary>Where its backups lie.</summary>
    public string BackupFolder => _settings.BackupFolder;

    /// <summary>How the files of this node's disks are called and what is in them. Asked for once.</summary>
    public async ValueTask<DiskFiles> Files(CancellationToken cancel) =>
        _files ??= await Run(Gate.Read, vm => new DiskFiles(Row.Name, vm.Disks.Format, _settings.Storage, vm.Disks.PathOf), cancel);

    /// <summary>Makes a call on one of the node's own threads.</summary>
    /// <exception cref="VmException">The call failed, the host can't be reached, or it did not answer in time.</exception>
    public async Task<T> Run<T>(Gate gate, Func<IVmNode, T> call, CancellationToken cancel = default)
    {
        var link = Current();
        var done = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        link.Post(gate, vm =>
        {
            if (cancel.IsCancellationRequested)
            {
                done.TrySetCanceled(cancel);
                return;
            }

            try
            {
                done.TrySetResult(call(vm));
            }
            catch (Exception e)
            {
                done.TrySetException(e);
            }
        }, e => done.TrySetException(e));
        var limit = Gates[gate].Limit;
        try
        {
            return await done.Task.WaitAsync(limit, _clock, cancel);
        }
        catch (TimeoutException e)
        {
            var silent = new VmException($"{Row.Name} did not answer within {limit.TotalSeconds:0} seconds. Look whether its hypervisor's service hangs.", e) { IsConnectionLost = true };
            Drop(link, silent);
            throw silent;
        }
        catch (VmException e) when (e.IsConnectionLost)
        {
            Drop(link, e);
            throw;
        }
    }

    /// <inheritdoc cref="Run{T}"/>
    public Task Run(Gate gate, Action<IVmNode> call, CancellationToken cancel = default) =>
        Run(gate, vm =>
        {
            call(vm);
            return true;
        }, cancel);

    /// <inheritdoc/>
    public void Dispose()
    {
        Link? link;
        lock (_lock)
        {
            _disposed = true;
            link = _link;
            _link = null;
        }

        link?.Dispose();
        link?.Closed.Wait(TimeToClose);
    }

    private Link Current()
    {
        lock (_lock)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            if (_link is not null) return _link;
            // A host that is away is asked again after a while that doubles, not by everybody all the time.
            if (_failure is not null && _clock.GetElapsedTime(_failedAt) < _backOff) throw new VmException(_failure.Message, _failure) { IsConnectionLost = true };
            return _link = new Link(Row.Name, () => _manager.Connect(_settings), report => Changed?.Invoke(report), id => Redefined?.Invoke(id), () => _backOff = TimeSpan.Zero, OnConnectFailed);
        }
    }

    private void OnConnectFailed(Link link, VmException e)
    {
        lock (_lock) _backOff = _backOff == TimeSpan.Zero ? TimeSpan.FromSeconds(0.5) : TimeSpan.FromSeconds(Math.Min(30, _backOff.TotalSeconds * 2));
        Drop(link, e);
    }

    private void Drop(Link link, VmException why)
    {
        lock (_lock)
        {
            if (_link != link) return;
            _link = null;
            _failure = why;
            _failedAt = _clock.GetTimestamp();
        }

        link.Dispose();
    }

    // One connection with its threads. When a call hangs, the whole link is given up: its threads end when their calls do.
    private sealed class Link : IDisposable
    {
        private readonly Dictionary<Gate, BlockingCollection<(Action<IVmNode> Call, Action<VmException> Lost)>> _calls = [];
        private readonly TaskCompletionSource<IVmNode> _connected = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private int _threads;
        private int _disposed;

        // Set when the connection has been closed. Not disposed: the last thread may come after everybody else.
        public ManualResetEventSlim Closed { get; } = new();

        public Link(string name, Func<IVmNode> connect, Action<DomainReport> changed, Action<Guid> redefined, Action connected, Action<Link, VmException> failed)
        {
            foreach (var (gate, (threads, _)) in Gates)
            {
                _calls[gate] = [];
                for (var i = 0; i < threads; i++)
                {
                    Interlocked.Increment(ref _threads);
                    new Thread(() => Work(gate)) { IsBackground = true, Name = $"{name} {gate} {i}" }.Start();
                }
            }

            new Thread(() =>
            {
                try
                {
                    var vm = connect();
                    vm.Changed += changed;
                    vm.Redefined += redefined;
                    connected();
                    if (!_connected.TrySetResult(vm)) vm.Dispose();
                }
                catch (Exception e)
                {
                    var lost = e as VmException ?? new VmException($"{name} can't be reached: {e.Message}", e);
                    lost = new VmException(lost.Message, lost) { IsConnectionLost = true };
                    _connected.TrySetException(lost);
                    failed(this, lost);
                }
            })
            { IsBackground = true, Name = $"{name} connect" }.Start();
        }

        public void Post(Gate gate, Action<IVmNode> call, Action<VmException> lost)
        {
            try
            {
                _calls[gate].Add((call, lost));
            }
            catch (InvalidOperationException)
            {
                lost(new VmException("The connection to the host was given up.") { IsConnectionLost = true });
            }
        }

        public void Dispose()
        {
            if (Interlocked.Exchange(ref _disposed, 1) == 1) return;
            _connected.TrySetException(new VmException("The connection to the host was given up.") { IsConnectionLost = true });
            foreach (var calls in _calls.Values) calls.CompleteAdding();
        }

        private void Work(Gate gate)
        {
            foreach (var (call, lost) in _calls[gate].GetConsumingEnumerable())
            {
                IVmNode vm;
                try
                {
                    vm = _connected.Task.GetAwaiter().GetResult();
                }
                catch (VmException e)
                {
                    lost(e);
                    continue;
                }

                if (Volatile.Read(ref _disposed) == 1) lost(new VmException("The connection to the host was given up.") { IsConnectionLost = true });
                else call(vm);
            }

            // The last thread closes the connection: nobody is inside a call any more.
            if (Interlocked.Decrement(ref _threads) > 0) return;
            try
            {
                if (_connected.Task.IsCompletedSuccessfully) _connected.Task.GetAwaiter().GetResult().Dispose();
            }
            catch (Exception e) when (e is VmException or IOException)
            {
                // a connection that is given up owes nothing more
            }

            Closed.Set();
        }
    }
}

/// <summary>How the files of a node's disks are called.</summary>
/// <param name="Node">The node's name.</param>
/// <param name="Format">As in <see cref="IDisks.Format"/>.</param>
/// <param name="Storage">As in <see cref="NodeSettings.Storage"/>.</param>
/// <param name="PathIn">As in <see cref="IDisks.PathOf"/>.</param>
public sealed record DiskFiles(string Node, string Format, IReadOnlyDictionary<string, string> Storage, Func<Guid, string?, string> PathIn)
{
    /// <summary>The file a volume gets.</summary>
    /// <param name="volume">Its id.</param>
    /// <param name="storage">Where; the usual place when left out.</param>
    /// <exception cref="RequestFailedException"><c>unknown_storage</c>.</exception>
    public string PathOf(Guid volume, string? storage = null)
    {
        Check(storage);
        return PathIn(volume, storage);
    }

    /// <summary>The name of the storage in which a file lies; null when that is none of the node's any more.</summary>
    public string? StorageOf(string path) =>
        Storage.FirstOrDefault(s => Path.TrimEndingDirectorySeparator(s.Value) == Path.GetDirectoryName(path)).Key;

    /// <summary>Refuses names that no storage of the node has.</summary>
    /// <exception cref="RequestFailedException"><c>unknown_storage</c>.</exception>
    public void Check(string? storage)
    {
        if (storage is not null && !Storage.ContainsKey(storage))
            throw new RequestFailedException("unknown_storage", $"{Node} has no storage {storage}. It has {string.Join(", ", Storage.Keys)}.");
    }
}
