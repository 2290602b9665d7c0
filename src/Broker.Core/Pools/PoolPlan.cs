namespace Broker.Core.Pools;

/// <summary>What a pool has.</summary>
/// <param name="Members">Its clones, whoever has them and whatever they do.</param>
/// <param name="Free">Those that nobody has.</param>
/// <param name="FreeUp">Of these, those that run or are about to.</param>
/// <param name="FreeOff">Of these, those that are off and can be started.</param>
public sealed record PoolCounts(int Members, int Free, int FreeUp, int FreeOff);

/// <summary>What it takes to fill a pool. Pure.</summary>
/// <param name="Make">How many clones to make.</param>
/// <param name="StartMade">How many of these to start.</param>
/// <param name="Start">How many to start of those that are there.</param>
public sealed record PoolPlan(int Make, int StartMade, int Start)
{
    /// <summary>Nothing to do.</summary>
    public static PoolPlan None { get; } = new(0, 0, 0);

    /// <summary>How many clones a pool can have.</summary>
    public const int MostClones = 5000;

    /// <summary>Nothing is missing.</summary>
    public bool IsEmpty => Make == 0 && Start == 0;

    /// <summary>What is missing. What is there beyond the numbers stays: nothing that runs is stopped, nothing removed.</summary>
    /// <param name="clones">How many there are to be.</param>
    /// <param name="start">How many free ones are to run.</param>
    /// <param name="has">What there is.</param>
    public static PoolPlan Of(int clones, int start, PoolCounts has)
    {
        var make = Math.Max(0, clones - has.Members);
        var up = Math.Max(0, start - has.FreeUp);
        var there = Math.Min(up, has.FreeOff);
        return new PoolPlan(make, Math.Min(up - there, make), there);
    }

    /// <summary>The first step of it only, to see whether that works.</summary>
    public PoolPlan OneStep() => Start > 0 ? new PoolPlan(0, 0, 1) : new PoolPlan(Math.Min(1, Make), Math.Min(1, StartMade), 0);

    /// <summary>What is wrong with the numbers of a pool, in sentences; empty when nothing is.</summary>
    public static IEnumerable<string> Problems(int clones, int start)
    {
        if (clones is < 0 or > MostClones) yield return $"A pool has 0 to {MostClones} clones; 0 is none.";
        if (start < 0 || start > clones) yield return "Of a pool's clones, none to all can be kept running.";
    }
}
