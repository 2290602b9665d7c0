using Broker.Core.Requests.BackEnds;

namespace Broker.Backend.Requests.BackEnds;

/// <summary>Answers.</summary>
public sealed class PingHandler(BackEndIdentity me, TimeProvider clock) : IHandler<Ping>
{
    /// <inheritdoc/>
    public Task<object?> Handle(Ping request, Work work) => Task.FromResult<object?>(new { back_end = me.Id, at = clock.GetUtcNow() });
}
