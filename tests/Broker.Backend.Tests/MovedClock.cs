namespace Broker.Testing;

/// <summary>A clock that goes as fast as any, but shows another time.</summary>
/// <param name="shows">What it shows now.</param>
internal sealed class MovedClock(DateTimeOffset shows) : TimeProvider
{
    private readonly TimeSpan _ahead = shows - System.GetUtcNow();

    public override DateTimeOffset GetUtcNow() => System.GetUtcNow() + _ahead;
}
