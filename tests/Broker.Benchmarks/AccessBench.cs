namespace Broker.Benchmarks;

/// <summary>What it costs to know who somebody is and what he may.</summary>
internal static class AccessBench
{
    public static Task Run()
    {
        AccessRulesBench.Run();
        return Task.CompletedTask;
    }
}
