namespace Broker.Backend.VmManagers;

/// <summary>Maps the percents of a step to its share of the whole.</summary>
internal sealed class Share(IProgress<int> percent, int from, int to) : IProgress<int>
{
    public void Report(int value) => percent.Report(from + (value * (to - from) / 100));
}
