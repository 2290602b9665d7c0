using Broker.Core.Access;

namespace Broker.Core.Requests.BackEnds;

/// <summary>Asks whether a back end is there.</summary>
public sealed record Ping : IRequest<Ping>
{
    /// <inheritdoc/>
    public static Command Spec { get; } = new("ping", Lane.Quick, "Ask whether a back end is there.")
    {
        Grant = Grant.Ping,
        IsAudited = false,
        Fold = Fold.Never,
        Priority = 10,
        Keep = TimeSpan.FromHours(1),
    };

    /// <inheritdoc/>
    public IEnumerable<string> Problems() => [];

    /// <inheritdoc/>
    public LockSet Locks() => LockSet.None;
}
