namespace Libvirt;

/// <summary>
/// Threads of the binding's own for the asynchronous forms of calls: a call blocks its thread until the daemon has answered, so that on the
/// thread pool a few calls to a daemon that hangs would keep everything else waiting.
/// </summary>
public sealed class CallScheduler
{
    private readonly TaskFactory _tasks = new(CancellationToken.None, TaskCreationOptions.LongRunning, TaskContinuationOptions.None, TaskScheduler.Default);

    /// <summary>Runs a call on one of the threads.</summary>
    public Task<T> Run<T>(Func<T> call, CancellationToken cancellationToken = default) => _tasks.StartNew(call, cancellationToken);

    /// <summary>Runs a call on one of the threads.</summary>
    public Task Run(Action call, CancellationToken cancellationToken = default) => _tasks.StartNew(call, cancellationToken);
}
