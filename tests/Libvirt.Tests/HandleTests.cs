using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using static Libvirt.Tests.Handles;

namespace Libvirt.Tests;

public class HandleTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(5);

    [Fact]
    public void ADomainOutlivesTheConnectionItCameFrom()
    {
        var connect = Connect.Open("test:///default");
        var domain = connect.LookupDomainByName("test");
        var network = connect.LookupNetworkByName("default");
        connect.Dispose();
        Assert.Equal(DomainState.Running, domain.GetState().State);
        domain.Dispose();
        Assert.True(network.IsActive());
        network.Dispose();
    }

    [Fact]
    public void EachOwnerOfADomainDisposesItsOwn()
    {
        using var connect = Connect.Open("test:///default");
        var first = connect.LookupDomainByName("test");
        using var second = first.Ref();
        first.Dispose();
        first.Dispose();
        Assert.Throws<ObjectDisposedException>(() => first.GetState());
        Assert.Equal(DomainState.Running, second.GetState().State);
    }

    [Fact]
    public void WhatIsForgottenIsReleased()
    {
        using var connect = Connect.Open("test:///default");
        var before = References(connect);
        Forget(connect);
        Assert.True(SpinWait.SpinUntil(() =>
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
            return References(connect) == before;
        }, Limit));

        [MethodImpl(MethodImplOptions.NoInlining)]
        static void Forget(Connect connect)
        {
            var before = References(connect);
            for (var i = 0; i < 100; i++)
                connect.LookupDomainByName("test");
            Assert.True(References(connect) > before);
        }
    }

    [Fact]
    public void HandlersThatEndedHoldNothing()
    {
        using var connect = Connect.Open("test:///default");
        var before = References(connect);
        var registrations = Enumerable.Range(0, 20).Select(_ => connect.DomainEventLifecycleRegister(_ => { })).ToList();
        Assert.True(References(connect) > before);
        registrations.ForEach(r => r.Dispose());
        Assert.True(SpinWait.SpinUntil(() => References(connect) == before, Limit));
    }

    [Fact]
    public void DisposingDuringCallsNeverFreesUnderThem()
    {
        using var connect = Connect.Open("test:///default");
        var failures = new ConcurrentBag<Exception>();
        for (var round = 0; round < 20; round++)
        {
            var domain = connect.LookupDomainByName("test");
            using var started = new CountdownEvent(4);
            var threads = Enumerable.Range(0, 4).Select(_ => new Thread(() =>
            {
                try
                {
                    domain.GetInfo();
                    started.Signal();
                    while (true)
                        domain.GetInfo();
                }
                catch (ObjectDisposedException)
                {
                }
                catch (Exception e)
                {
                    failures.Add(e);
                }
            })).ToList();
            threads.ForEach(t => t.Start());
            Assert.True(started.Wait(Limit));
            domain.Dispose();
            threads.ForEach(t => t.Join());
        }
        Assert.Empty(failures);
    }
}
