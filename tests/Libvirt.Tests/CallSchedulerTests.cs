using System.Collections.Concurrent;

namespace Libvirt.Tests;

/// <summary>Calls are any function: what matters is when they run, where, and what those who wait are told.</summary>
public sealed class CallSchedulerTests : IDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(10);

    private readonly CallScheduler _calls = new();
    private readonly ManualResetEventSlim _wake = new();
    private readonly List<Task> _hung = [];

    public void Dispose()
    {
        _wake.Set();
        Assert.True(SpinWait.SpinUntil(() => _hung.All(t => t.IsCompleted), Limit));
        _wake.Dispose();
    }

    [Fact]
    public async Task CallsRunOnThreadsOfTheirOwn()
    {
        var (pool, background) = await _calls.Run(() => (Thread.CurrentThread.IsThreadPoolThread, Thread.CurrentThread.IsBackground));
        Assert.False(pool);
        Assert.True(background);
    }

    [Fact]
    public async Task WhatWaitsForACallDoesNotRunOnItsThread()
    {
        Thread? caller = null, continued = null;
        var entered = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var call = _calls.Run(() =>
        {
            caller = Thread.CurrentThread;
            entered.SetResult();
            _wake.Wait(Limit);
        });
        await entered.Task.WaitAsync(Limit);
        var after = call.ContinueWith(_ => continued = Thread.CurrentThread, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously,
            TaskScheduler.Default);
        _wake.Set();
        await after.WaitAsync(Limit);
        Assert.NotSame(caller, continued);
    }

    [Fact]
    public async Task WhatACallThrowsReachesItsCaller()
    {
        var thrown = new LibvirtException(ErrorNumber.NoDomain, ErrorDomain.Qemu, "gone");
        Assert.Same(thrown, await Assert.ThrowsAsync<LibvirtException>(() => _calls.Run(() => throw thrown)));
        Assert.Equal(1, await _calls.Run(() => 1));
    }

    [Fact]
    public async Task HungCallsLeaveTheThreadPoolAlone()
    {
        ThreadPool.GetMinThreads(out var most, out _);
        var pooled = ThreadPool.ThreadCount;
        _calls.MaxThreads = pooled + most + 20;
        var places = new ConcurrentBag<bool>();
        // Each of them gets inside its call, and they are more than the pool has threads for.
        await Task.WhenAll(Enumerable.Range(0, _calls.MaxThreads).Select(_ => Hang(() => places.Add(Thread.CurrentThread.IsThreadPoolThread))));
        Assert.DoesNotContain(true, places);
        Assert.Equal(_calls.MaxThreads, _calls.Threads);
        await Task.Run(() => { }).WaitAsync(Limit);
    }

    [Fact]
    public async Task NoMoreThreadsAreStartedThanAllowedAndCallsBeginInOrder()
    {
        _calls.MaxThreads = 1;
        var order = new ConcurrentQueue<int>();
        var entered = Hang();
        var rest = Enumerable.Range(0, 20).Select(i => _calls.Run(() => order.Enqueue(i))).ToList();
        await entered;
        Assert.Empty(order);
        Assert.Equal(1, _calls.Threads);
        _wake.Set();
        await Task.WhenAll(rest).WaitAsync(Limit);
        Assert.Equal(Enumerable.Range(0, 20), order);
    }

    [Fact]
    public async Task AThreadServesManyCallsAndEndsWhenThereAreNone()
    {
        var calls = new CallScheduler(TimeSpan.FromMilliseconds(50)) { MaxThreads = 1 };
        var threads = new HashSet<int>();
        for (var i = 0; i < 20; i++)
            threads.Add(await calls.Run(() => Environment.CurrentManagedThreadId));
        Assert.InRange(threads.Count, 1, 19);
        Assert.True(SpinWait.SpinUntil(() => calls.Threads == 0, Limit));
        Assert.Equal(1, await calls.Run(() => 1));
    }

    [Fact]
    public async Task AThreadThatIsTooManyEnds()
    {
        await Task.WhenAll(Hang(), Hang(), Hang());
        _calls.MaxThreads = 1;
        _wake.Set();
        Assert.True(SpinWait.SpinUntil(() => _calls.Threads == 1, Limit));
        Assert.Equal(1, await _calls.Run(() => 1));
    }

    [Fact]
    public async Task ACallIsNotLeftToAThreadThatIsTooMany()
    {
        var calls = new CallScheduler(idleTime: 10 * Limit);
        for (var i = 0; i < 20; i++)
        {
            calls.MaxThreads = 3;
            using var together = new Barrier(3);
            await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => calls.Run(() => together.SignalAndWait(Limit))));
            await Task.Run(() => calls.MaxThreads = 1);
            Assert.Equal(i, await calls.Run(() => i).WaitAsync(Limit));
        }
    }

    [Fact]
    public async Task CallsThatWaitBeginWhenMoreThreadsAreAllowed()
    {
        _calls.MaxThreads = 1;
        await Hang();
        var waiting = _calls.Run(() => 1);
        _calls.MaxThreads = 2;
        Assert.Equal(1, await waiting.WaitAsync(Limit));
    }

    [Fact]
    public async Task ACallThatTakesTooLongFailsWithOperationTimeout()
    {
        _calls.TimeLimit = TimeSpan.FromMilliseconds(50);
        var entered = Hang();
        await entered;
        var error = await Assert.ThrowsAsync<LibvirtException>(() => _hung.Single());
        Assert.Equal(ErrorNumber.OperationTimeout, error.Code);
        Assert.Equal(1, _calls.Threads);        // it stays with the call
    }

    [Fact]
    public async Task CallsBehindHungOnesHitTheirOwnLimitAndAreNotMade()
    {
        _calls.MaxThreads = 1;
        await Hang();
        _calls.TimeLimit = TimeSpan.FromMilliseconds(50);
        var made = false;
        var error = await Assert.ThrowsAsync<LibvirtException>(() => _calls.Run(() => made = true));
        Assert.Equal(ErrorNumber.OperationTimeout, error.Code);
        _calls.TimeLimit = null;
        _wake.Set();
        Assert.Equal(1, await _calls.Run(() => 1));     // comes after it in the queue
        Assert.False(made);
    }

    [Fact]
    public async Task ACallThatIsCancelledBeforeItBeginsIsNotMade()
    {
        _calls.MaxThreads = 1;
        await Hang();
        using var cancel = new CancellationTokenSource();
        var made = false;
        var call = _calls.Run(() => made = true, cancel.Token);
        cancel.Cancel();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call);
        Assert.True(call.IsCanceled);
        _wake.Set();
        await _calls.Run(() => { });
        Assert.False(made);
    }

    [Fact]
    public async Task WithATokenThatIsCancelledNothingIsCalled()
    {
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => _calls.Run(() => { }, new CancellationToken(canceled: true)));
        Assert.Equal(0, _calls.Threads);
    }

    [Fact]
    public async Task CancellingDuringACallEndsTheWaitAndItsResultIsDisposed()
    {
        using var cancel = new CancellationTokenSource();
        var result = new Result();
        var entered = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var call = _calls.Run(() =>
        {
            entered.SetResult();
            _wake.Wait(Limit);
            return result;
        }, cancel.Token);
        await entered.Task.WaitAsync(Limit);
        cancel.Cancel();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call);
        Assert.False(result.Disposed.IsCompleted);
        _wake.Set();
        await result.Disposed.WaitAsync(Limit);
    }

    [Fact]
    public async Task EachOfAListThatNobodyWaitsForIsDisposed()
    {
        _calls.TimeLimit = TimeSpan.FromMilliseconds(50);
        IReadOnlyList<Result> results = [new(), new()];
        await Assert.ThrowsAsync<LibvirtException>(() => _calls.Run(() =>
        {
            _wake.Wait(Limit);
            return results;
        }));
        _wake.Set();
        await Task.WhenAll(results.Select(r => r.Disposed)).WaitAsync(Limit);
    }

    [Fact]
    public async Task AResultThatSomebodyGotIsTheirs()
    {
        var result = await _calls.Run(() => new Result());
        await _calls.Run(() => { });
        Assert.False(result.Disposed.IsCompleted);
    }

    [Fact]
    public async Task ThereIsAtLeastOneThreadAndALimitIsSomethingOneCanWaitFor()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => _calls.MaxThreads = 0);
        Assert.Throws<ArgumentOutOfRangeException>(() => _calls.TimeLimit = TimeSpan.Zero);
        Assert.Throws<ArgumentOutOfRangeException>(() => _calls.TimeLimit = TimeSpan.MaxValue);
        _calls.TimeLimit = TimeSpan.FromDays(49);
        Assert.Equal(1, await _calls.Run(() => 1));
        await Assert.ThrowsAsync<ArgumentNullException>(() => _calls.Run((Action)null!));
    }

    [Fact]
    public async Task CallsThatWaitWhenTheConnectionIsDisposedFail()
    {
        using var connect = Connect.Open("test:///default");
        connect.Calls.MaxThreads = 1;
        using var wake = new ManualResetEventSlim();
        var first = connect.Calls.Run(() => wake.Wait(Limit));
        var second = connect.Calls.Run(connect.GetHostname);
        connect.Dispose();
        wake.Set();
        await first;
        await Assert.ThrowsAsync<ObjectDisposedException>(() => second);
    }

    /// <summary>A call that hangs until the end of the test, or until it is woken.</summary>
    /// <returns>Done when it is inside the call.</returns>
    private Task Hang(Action? begun = null)
    {
        var entered = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _hung.Add(_calls.Run(() =>
        {
            begun?.Invoke();
            entered.SetResult();
            _wake.Wait(Limit);
        }));
        return entered.Task.WaitAsync(Limit);
    }

    private sealed class Result : IDisposable
    {
        private readonly TaskCompletionSource _disposed = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task Disposed => _disposed.Task;

        public void Dispose() => _disposed.TrySetResult();
    }
}
