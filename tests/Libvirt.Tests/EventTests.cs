using System.Collections.Concurrent;
using System.Threading.Channels;

namespace Libvirt.Tests;

public class EventTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(5);

    [Fact]
    public async Task LifecycleEventsArriveInTheOrderTheyHappen()
    {
        using var connect = Connect.Open("test:///default");
        using var domain = connect.DomainDefineXML(Xml.Domain(out var name));
        var events = Channel.CreateUnbounded<DomainEventLifecycle>();
        using var registration = connect.DomainEventLifecycleRegister(e => events.Writer.TryWrite(e), domain);
        domain.Create();
        domain.Suspend();
        domain.Destroy();
        domain.Undefine();
        Assert.Equal(new(domain.GetUUID(), name, DomainEventType.Started, (int)DomainEventStartedDetailType.Booted), await Next(events));
        Assert.Equal(DomainEventType.Suspended, (await Next(events)).Event);
        Assert.Equal(new(domain.GetUUID(), name, DomainEventType.Stopped, (int)DomainEventStoppedDetailType.Destroyed), await Next(events));
        Assert.Equal(DomainEventType.Undefined, (await Next(events)).Event);
    }

    [Fact]
    public async Task AHandlerOfOneDomainHearsNothingOfOthers()
    {
        using var connect = Connect.Open("test:///default");
        using var mine = connect.DomainDefineXML(Xml.Domain());
        using var other = connect.DomainDefineXML(Xml.Domain());
        var events = Channel.CreateUnbounded<DomainEventLifecycle>();
        using var registration = connect.DomainEventLifecycleRegister(e => events.Writer.TryWrite(e), mine);
        other.Create();
        mine.Create();
        Assert.Equal(mine.GetUUID(), (await Next(events)).UUID);
        mine.Destroy();
        Assert.Equal(mine.GetUUID(), (await Next(events)).UUID);
        other.Destroy();
        other.Undefine();
        mine.Undefine();
    }

    [Fact]
    public async Task AfterDisposeNoEventArrives()
    {
        using var connect = Connect.Open("test:///default");
        using var domain = connect.DomainDefineXML(Xml.Domain());
        var ended = Channel.CreateUnbounded<DomainEventLifecycle>();
        var going = Channel.CreateUnbounded<DomainEventLifecycle>();
        var registration = connect.DomainEventLifecycleRegister(e => ended.Writer.TryWrite(e), domain);
        using var still = connect.DomainEventLifecycleRegister(e => going.Writer.TryWrite(e), domain);
        domain.Create();
        await Next(ended);
        await Next(going);
        registration.Dispose();
        registration.Dispose();
        domain.Destroy();
        await Next(going);
        Assert.False(ended.Reader.TryRead(out _));
        domain.Undefine();
    }

    [Fact]
    public async Task AHandlerMayEndItself()
    {
        using var connect = Connect.Open("test:///default");
        using var domain = connect.DomainDefineXML(Xml.Domain());
        var events = Channel.CreateUnbounded<DomainEventLifecycle>();
        var going = Channel.CreateUnbounded<DomainEventLifecycle>();
        IDisposable? registration = null;
        registration = connect.DomainEventLifecycleRegister(e =>
        {
            if (e.Event == DomainEventType.Started)
                registration!.Dispose();
            events.Writer.TryWrite(e);
        }, domain);
        using var still = connect.DomainEventLifecycleRegister(e => going.Writer.TryWrite(e), domain);
        domain.Create();
        domain.Destroy();
        await Next(going);
        await Next(going);
        Assert.Equal(DomainEventType.Started, (await Next(events)).Event);
        Assert.False(events.Reader.TryRead(out _));
        domain.Undefine();
    }

    [Fact]
    public async Task WhatAHandlerThrowsIsReportedAndTheLoopGoesOn()
    {
        var failures = new ConcurrentQueue<Exception>();
        void Failed(Exception e) => failures.Enqueue(e);
        EventLoop.HandlerFailed += Failed;
        using var connect = Connect.Open("test:///default");
        using var domain = connect.DomainDefineXML(Xml.Domain());
        var thrown = new InvalidOperationException("from a handler");
        var events = Channel.CreateUnbounded<DomainEventLifecycle>();
        using var bad = connect.DomainEventLifecycleRegister(_ => throw thrown, domain);
        using var good = connect.DomainEventLifecycleRegister(e => events.Writer.TryWrite(e), domain);
        domain.Create();
        await Next(events);
        domain.Destroy();
        await Next(events);
        Assert.Contains(thrown, failures);
        EventLoop.HandlerFailed -= Failed;
        domain.Undefine();
    }

    [Fact]
    public void EveryCloseHandlerHearsOnceThatItsObjectWasDisposed()
    {
        var first = Connect.Open("test:///default");
        var reasons = new List<(string, ConnectCloseReason)>();
        first.RegisterCloseCallback(reason => reasons.Add(("one", reason)));
        first.RegisterCloseCallback(reason => reasons.Add(("two", reason)));
        first.RegisterCloseCallback(reason => reasons.Add(("ended", reason))).Dispose();
        using var second = first.Ref();
        using var still = second.RegisterCloseCallback(reason => reasons.Add(("of the other object", reason)));
        first.Dispose();
        first.Dispose();
        Assert.Equal([("one", ConnectCloseReason.Client), ("two", ConnectCloseReason.Client)], reasons.Order());
    }

    [Fact]
    public async Task AnEventCanBeReadAsASequenceThatEndsWithTheConnection()
    {
        var connect = Connect.Open("test:///default");
        using var domain = connect.DomainDefineXML(Xml.Domain());
        var sequence = connect.ReadEvents<DomainEventLifecycle>(handler => connect.DomainEventLifecycleRegister(handler, domain));
        // what happens before the first is read is kept
        domain.Create();
        domain.Destroy();
        domain.Undefine();
        var seen = new List<DomainEventType>();
        await foreach (var e in sequence)
        {
            seen.Add(e.Event);
            if (e.Event == DomainEventType.Undefined)
                connect.Dispose();
        }
        Assert.Equal([DomainEventType.Started, DomainEventType.Stopped, DomainEventType.Undefined], seen.Where(e => e != DomainEventType.Defined));
    }

    [Fact]
    public async Task ReadingEventsEndsWhenItIsCancelledOrLeft()
    {
        using var connect = Connect.Open("test:///default");
        using var domain = connect.DomainDefineXML(Xml.Domain());
        using var cancel = new CancellationTokenSource();
        var registrations = new List<IDisposable>();
        var cancelled = connect.ReadEvents<DomainEvent>(Register, cancel.Token);
        var left = connect.ReadEvents<DomainEvent>(Register);
        domain.Create();
        await foreach (var _ in left)
            break;
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () =>
        {
            await foreach (var _ in cancelled)
                await cancel.CancelAsync();
        });
        Assert.All(registrations, r => Assert.True(((Registration)r).IsEnded));
        domain.Destroy();
        domain.Undefine();

        IDisposable Register(Action<DomainEvent> handler)
        {
            registrations.Add(connect.DomainEventLifecycleRegister(handler, domain));
            return registrations[^1];
        }
    }

    [Fact]
    public void EveryDomainEventCanBeRegisteredForTwice()
    {
        using var connect = Connect.Open("test:///default");
        using var domain = connect.LookupDomainByName("test");
        Action<DomainEvent> handler = _ => { };
        var register = typeof(Connect).GetMethods().Where(m => m.Name.StartsWith("DomainEvent", StringComparison.Ordinal)).ToList();
        Assert.Equal((int)DomainEventID.Last, register.Count);
        foreach (var method in register.Concat(register))
        {
            using var all = (IDisposable)method.Invoke(connect, [handler, null])!;
            using var one = (IDisposable)method.Invoke(connect, [handler, domain])!;
            ((IDisposable)method.Invoke(connect, [handler, domain])!).Dispose();
        }
    }

    [Fact]
    public void SeveralHandlersOfOneEventAreTaken()
    {
        using var connect = Connect.Open("test:///default");
        using var one = connect.DomainEventGraphicsRegister(_ => { });
        using var two = connect.DomainEventGraphicsRegister(_ => { });
    }

    [Fact]
    public void HandlersComeAndGoWhileEventsAreDelivered()
    {
        using var connect = Connect.Open("test:///default");
        using var domain = connect.DomainDefineXML(Xml.Domain());
        using var stop = new CancellationTokenSource();
        var failures = new ConcurrentQueue<Exception>();
        var delivered = 0;
        var threads = Enumerable.Range(0, 3).Select(_ => new Thread(() =>
        {
            try
            {
                while (!stop.IsCancellationRequested)
                {
                    IDisposable? registration = null;
                    registration = connect.DomainEventLifecycleRegister(_ =>
                    {
                        Interlocked.Increment(ref delivered);
                        Volatile.Read(ref registration)?.Dispose();
                    }, domain);
                    registration.Dispose();
                }
            }
            catch (Exception e)
            {
                failures.Enqueue(e);
            }
        })).ToList();
        threads.ForEach(t => t.Start());
        for (var i = 0; i < 200 || (Volatile.Read(ref delivered) < 100 && i < 20_000); i++)
        {
            domain.Create();
            domain.Destroy();
        }
        stop.Cancel();
        threads.ForEach(t => t.Join());
        Assert.Empty(failures);
        Assert.True(delivered >= 100, $"{delivered}");
        domain.Undefine();
    }

    [Fact]
    public void DisposingTheConnectionEndsItsHandlersAndLetsThemGo()
    {
        var (connect, handlers) = Registered();
        connect.Dispose();
        // libvirt gives a handler back from its loop, soon after.
        Assert.True(SpinWait.SpinUntil(() =>
        {
            GC.Collect();
            return handlers.TrueForAll(h => !h.IsAlive);
        }, Limit));

        static (Connect, List<WeakReference>) Registered()
        {
            var connect = Connect.Open("test:///default");
            var one = new Handler();
            var two = new Handler();
            var close = new Handler();
            connect.DomainEventLifecycleRegister(one.Handle);
            connect.DomainEventLifecycleRegister(two.Handle);
            connect.RegisterCloseCallback(close.Handle);
            return (connect, [new(one), new(two), new(close)]);
        }
    }

    /// <summary>The next event; that a domain was defined may still arrive after the handler was registered, or not.</summary>
    private static async Task<DomainEventLifecycle> Next(Channel<DomainEventLifecycle> events)
    {
        while (true)
        {
            var e = await events.Reader.ReadAsync().AsTask().WaitAsync(Limit);
            if (e.Event != DomainEventType.Defined)
                return e;
        }
    }

    private sealed class Handler
    {
        private int _count;

        public void Handle(DomainEventLifecycle e) => _count++;

        public void Handle(ConnectCloseReason reason) => _count++;
    }
}
