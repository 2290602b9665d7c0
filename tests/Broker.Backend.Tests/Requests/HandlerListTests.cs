using Broker.Backend.Requests;
using Broker.Core.Requests.BackEnds;
using Microsoft.Extensions.DependencyInjection;

namespace Broker.Backend.Tests.Requests;

public class HandlerListTests
{
    [Fact]
    public void TwoHandlersOfOneCommandAreNamed()
    {
        using var services = new ServiceCollection().BuildServiceProvider();
        var e = Assert.Throws<InvalidOperationException>(() => new HandlerList(services, [typeof(First), typeof(Second)]));
        Assert.Contains("Ping", e.Message, StringComparison.Ordinal);
        Assert.Contains(nameof(Second), e.Message, StringComparison.Ordinal);
    }

    private sealed class First : IHandler<Ping>
    {
        public Task<object?> Handle(Ping request, Work work) => Task.FromResult<object?>(null);
    }

    private sealed class Second : IHandler<Ping>
    {
        public Task<object?> Handle(Ping request, Work work) => Task.FromResult<object?>(null);
    }
}
