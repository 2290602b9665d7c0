namespace Broker.Benchmarks;

/// <summary>What it costs to know who somebody is and what he may.</summary>
internal static class AccessBench
{
    public static async Task Run()
    {
        AccessRulesBench.Run();
        await SignInBench.Run();
    }
}
