namespace Libvirt;

/// <summary>
/// Where the asynchronous forms of a connection's calls run: threads of the binding's own. A call blocks its thread until the daemon has answered, so
/// that on the thread pool a few calls to a daemon that hangs would keep the whole process waiting. Calls start in the order in which they were made.
/// Threads are started when there is something to call and end when there is nothing for a while: none outlives its connection for long.
/// </summary>
public sealed class CallScheduler
{
    private static readonly TimeSpan Longest = TimeSpan.FromMilliseconds(uint.MaxValue - 1);       // of what tasks wait

    private readonly LinkedList<Action> _waiting = [];      // also the lock
    private readonly TimeSpan _idleTime;
    private int _threads;
    private int _idle;

    internal CallScheduler(TimeSpan? idleTime = null) => _idleTime = idleTime ?? TimeSpan.FromSeconds(10);

    /// <summary>
    /// How many calls run at a time, each on a thread. Four unless set: a daemon works on five calls of one connection, and one is left for others.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">Less than one.</exception>
    public int MaxThreads
    {
        get;
        set
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(value, 1);
            lock (_waiting)
            {
                field = value;
                for (var calls = _waiting.Count; calls > 0 && _threads < value; calls--)
                    StartThread();
                Monitor.PulseAll(_waiting);     // an idle thread that is too many would swallow the next call's wake-up
            }
        }
    } = 4;

    /// <summary>
    /// How long a call may take, from when it is made; null, as it is unless set, is for ever. After it the task fails with
    /// <see cref="ErrorNumber.OperationTimeout"/>. C has no way to take a call back: the daemon may still do what it was asked, and the thread stays with
    /// the call until it returns. Calls that wait behind it have their own limit; of a transfer each step has.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">Zero or less, or more than 49 days.</exception>
    public TimeSpan? TimeLimit
    {
        get;
        set
        {
            ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(value ?? Longest, TimeSpan.Zero, nameof(value));
            ArgumentOutOfRangeException.ThrowIfGreaterThan(value ?? Longest, Longest, nameof(value));
            field = value;
        }
    }

    /// <summary>Threads there are: running a call, or idle for a while.</summary>
    internal int Threads
    {
        get
        {
            lock (_waiting)
                return _threads;
        }
    }

    /// <summary>Runs a call on one of the threads.</summary>
    /// <param name="call">What to do. What it returns after nobody waits any more is disposed, if it can be.</param>
    /// <param name="cancellationToken">
    /// Ends the wait. A call that has not begun is not made; one that has goes on, as after <see cref="TimeLimit"/>, and nobody hears how it ended.
    /// </param>
    /// <exception cref="LibvirtException"><see cref="ErrorNumber.OperationTimeout"/>: it took longer than <see cref="TimeLimit"/>.</exception>
    public async Task<T> Run<T>(Func<T> call, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(call);
        cancellationToken.ThrowIfCancellationRequested();
        var limit = TimeLimit;
        // What waits for the result must not run on our threads.
        var result = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        var node = Enqueue(() => Complete(result, call));
        var wait = result.Task.WaitAsync(limit ?? Timeout.InfiniteTimeSpan, cancellationToken);
        await ((Task)wait).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (!result.Task.IsCompleted)
        {
            GiveUp(node);
            _ = cancellationToken.IsCancellationRequested ? result.TrySetCanceled(cancellationToken) : result.TrySetException(TooLong(limit));
        }
        return await result.Task;       // a result that came at the last moment counts
    }

    /// <summary>Runs a call on one of the threads.</summary>
    /// <param name="call">What to do.</param>
    /// <param name="cancellationToken">Ends the wait, as for a call with a result.</param>
    /// <exception cref="LibvirtException"><see cref="ErrorNumber.OperationTimeout"/>: it took longer than <see cref="TimeLimit"/>.</exception>
    public Task Run(Action call, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(call);
        return Run<object?>(() =>
        {
            call();
            return null;
        }, cancellationToken);
    }

    internal static LibvirtException TooLong(TimeSpan? limit) => new(ErrorNumber.OperationTimeout, ErrorDomain.None,
        $"No answer within {limit}: the daemon may hang, or be busy. The call goes on; ask what became of it, or open another connection");

    private static void Complete<T>(TaskCompletionSource<T> result, Func<T> call)
    {
        try
        {
            var value = call();
            if (!result.TrySetResult(value))
                Discard(value);
        }
        catch (Exception e)
        {
            result.TrySetException(e);
        }
    }

    private static void Discard<T>(T value)
    {
        if (value is IEnumerable<IDisposable> list)
        {
            foreach (var one in list)
                one.Dispose();
        }
        (value as IDisposable)?.Dispose();
    }

    private LinkedListNode<Action> Enqueue(Action call)
    {
        lock (_waiting)
        {
            if (_waiting.Count < _idle)
            {
                Monitor.Pulse(_waiting);
            }
            else if (_threads < MaxThreads)
            {
                StartThread();
            }
            return _waiting.AddLast(call);      // after what can fail: a call that is reported as failed isn't made
        }
    }

    private void StartThread()
    {
        // UnsafeStart: a thread that serves everybody must not keep the first caller's AsyncLocals.
        new Thread(Work) { IsBackground = true, Name = "libvirt call" }.UnsafeStart();
        _threads++;
    }

    private void GiveUp(LinkedListNode<Action> node)
    {
        lock (_waiting)
        {
            if (node.List is not null)
                _waiting.Remove(node);
        }
    }

    private void Work()
    {
        while (Next() is { } call)
            call();
    }

    /// <summary>What to do next; null: the thread isn't needed any more.</summary>
    private Action? Next()
    {
        lock (_waiting)
        {
            while (_threads <= MaxThreads)
            {
                if (_waiting.First is { } node)
                {
                    _waiting.RemoveFirst();
                    return node.Value;
                }
                _idle++;
                var woken = Monitor.Wait(_waiting, _idleTime);
                _idle--;
                if (!woken && _waiting.Count == 0)
                    break;
            }
            _threads--;
            return null;
        }
    }
}
