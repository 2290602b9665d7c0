using Broker.Core.Database;
using Broker.Core.Requests.BackEnds;

namespace Broker.Backend.Requests.BackEnds;

/// <summary>Forgets. Killed in between, the rest is forgotten when it is done again.</summary>
public sealed class ForgetHandler(Db db) : IHandler<Forget>
{
    /// <inheritdoc/>
    public async Task<object?> Handle(Forget request, Work work)
    {
        await work.Step(0, "Forgetting what is old");
        return new { requests = await Retention.Forget(db, work.Interrupt) };
    }
}
