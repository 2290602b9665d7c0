using System.Globalization;
using System.Text;

namespace Broker.Core.Bookings;

/// <summary>Days of bookings as a file that other calendars read (RFC 5545). Pure.</summary>
public static class ICalendar
{
    private const int LongestLine = 75;

    /// <summary>Writes it.</summary>
    /// <param name="entries">The days.</param>
    /// <param name="title">What the reader may read of one.</param>
    /// <param name="description">What more he may read of it.</param>
    /// <param name="now">When it is written.</param>
    public static string Write(IEnumerable<EntryRow> entries, Func<EntryRow, string> title, Func<EntryRow, string?> description, DateTimeOffset now)
    {
        var text = new StringBuilder();
        foreach (var line in (string[])["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Broker//Bookings//EN"]) Add(text, line);
        foreach (var entry in entries)
        {
            Add(text, "BEGIN:VEVENT");
            Add(text, $"UID:booking-{entry.BookingId}-{entry.Id}@broker");
            Add(text, $"DTSTAMP:{Utc(now)}");
            Add(text, $"DTSTART:{Utc(entry.StartsAt)}");
            Add(text, $"DTEND:{Utc(entry.EndsAt)}");
            Add(text, $"SUMMARY:{Escape(title(entry))}");
            if (description(entry) is { } more) Add(text, $"DESCRIPTION:{Escape(more)}");
            Add(text, "END:VEVENT");
        }

        Add(text, "END:VCALENDAR");
        return text.ToString();
    }

    private static string Utc(DateTimeOffset at) => at.UtcDateTime.ToString("yyyyMMdd'T'HHmmss'Z'", CultureInfo.InvariantCulture);

    private static string Escape(string text)
    {
        var escaped = new StringBuilder();
        foreach (var c in text.Replace("\r\n", "\n", StringComparison.Ordinal))
        {
            escaped.Append(c switch
            {
                '\\' or ';' or ',' => $"\\{c}",
                '\n' or '\r' => "\\n",
                _ when char.IsControl(c) => " ",
                _ => c.ToString(),
            });
        }

        return escaped.ToString();
    }

    // a line has at most 75 octets; what is longer goes on after a space, never within a character
    private static void Add(StringBuilder text, string line)
    {
        var length = 0;
        foreach (var rune in line.EnumerateRunes())
        {
            if (length + rune.Utf8SequenceLength > LongestLine)
            {
                text.Append("\r\n ");
                length = 1;
            }

            text.Append(rune);
            length += rune.Utf8SequenceLength;
        }

        text.Append("\r\n");
    }
}
