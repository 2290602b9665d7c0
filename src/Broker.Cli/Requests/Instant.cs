using System.Globalization;

namespace Broker.Cli;

/// <summary>A point in time as people write it.</summary>
internal static class Instant
{
    /// <summary>Reads ISO 8601 (UTC unless it says otherwise), or a plus sign, a number and one of s, m, h, d.</summary>
    /// <returns>Null when it is neither.</returns>
    public static DateTimeOffset? Read(string text, DateTimeOffset now)
    {
        if (text is ['+', .. var later]) return Duration.Read(later) is { } seconds ? now.AddSeconds(seconds) : null;
        string[] formats = ["yyyy-MM-dd'T'HH:mm:ssK", "yyyy-MM-dd'T'HH:mmK", "yyyy-MM-dd'T'HH:mm:ss.FFFFFFFK"];
        return DateTimeOffset.TryParseExact(text, formats, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var at) ? at.ToUniversalTime() : null;
    }
}
