using Broker.Core.Access;

namespace Broker.Core.Requests.BackEnds;

/// <summary>Forget requests that ended as long ago as their commands say, old messages and audit rows, and what was once run.</summary>
public sealed record Forget : IRequest<Forget>
{
    /// <inheritdoc/>
    public static Command Spec { get; } = new("forget", Lane.Quick, "Forget requests, messages and audit rows that are as old as settings say.")
    {
        Grant = Grant.Operate,
        Tries = 1,
        Keep = TimeSpan.FromDays(7),
        IsSchedulable = true,
    };

    /// <inheritdoc/>
    public IEnumerable<string> Problems() => [];

    /// <inheritdoc/>
    public LockSet Locks() => LockSet.None;
}
