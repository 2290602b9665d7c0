using System.Globalization;

namespace Broker.Cli;

/// <summary>A length of time as people write it.</summary>
internal static class Duration
{
    private const long Longest = 366 * 86_400;

    /// <summary>Reads a whole number and one of s, m, h, d.</summary>
    /// <returns>Seconds; null when it is none, or more than a year.</returns>
    public static int? Read(string text)
    {
        if (text is not [.. var number, var unit]) return null;
        var seconds = unit switch { 's' => 1, 'm' => 60, 'h' => 3600, 'd' => 86_400, _ => 0 };
        return seconds > 0 && int.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var count) && (long)count * seconds <= Longest ? count * seconds : null;
    }

    /// <summary>Writes it as it is read, in the largest unit that fits: 5400 is 90m.</summary>
    public static string Text(int seconds)
    {
        var (size, unit) = (seconds % 86_400, seconds % 3600, seconds % 60) switch
        {
            (0, _, _) => (86_400, 'd'),
            (_, 0, _) => (3600, 'h'),
            (_, _, 0) => (60, 'm'),
            _ => (1, 's'),
        };
        return string.Create(CultureInfo.InvariantCulture, $"{seconds / size}{unit}");
    }
}
