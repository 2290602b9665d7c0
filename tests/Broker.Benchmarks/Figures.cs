using System.Globalization;

namespace Broker.Benchmarks;

/// <summary>Prints figures, one a line.</summary>
internal static class Figures
{
    public static void Print(string name, double value) =>
        Console.Out.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{name} {value:0.###}"));

    /// <summary>The value below which this share of the values lies.</summary>
    public static double Percentile(IEnumerable<double> values, double share)
    {
        var sorted = values.Order().ToArray();
        return sorted[Math.Min(sorted.Length - 1, (int)(sorted.Length * share))];
    }
}
