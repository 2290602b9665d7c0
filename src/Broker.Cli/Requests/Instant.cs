using System.Globalization;

namespace Broker.Cli;

/// <summary>A point in time as people write it.</summary>
internal static class Instant
{
    /// <summary>Reads ISO 8601 (UTC unless it says otherwise), or a plus sign, a number and one of s, m, h, d.</summary>
    /// <returns>Null when it is neither.</returns>
    public static DateTimeOffset? Read(string text, DateTimeOffset now)
    {
        if (text is ['+', .. var number, var unit])
        {
            var seconds = unit switch { 's' => 1, 'm' => 60, 'h' => 3600, 'd' => 86_400, _ => 0 };
            return seconds > 0 && int.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var count) && (long)count * seconds <= 366 * 86_400
                ? now.AddSeconds((long)count * seconds)
                : null;
        }

        string[] formats = ["yyyy-MM-dd'T'HH:mm:ssK", "yyyy-MM-dd'T'HH:mmK", "yyyy-MM-dd'T'HH:mm:ss.FFFFFFFK"];
        return DateTimeOffset.TryParseExact(text, formats, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var at) ? at.ToUniversalTime() : null;
    }
}
