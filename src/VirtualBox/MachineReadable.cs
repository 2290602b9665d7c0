using System.Text;
using System.Text.RegularExpressions;

namespace VirtualBox;

/// <summary>
/// What <c>showvminfo --machinereadable</c> says: <c>key="text"</c>, <c>key=123</c>, <c>"SATA-0-0"="path"</c>. Most texts come with backslashes before
/// quotes and backslashes, some raw; line breaks are raw in both. In 6.1 names of controllers and paths of media are raw, too.
/// </summary>
internal sealed partial class MachineReadable
{
    private const string VideoMode = "VideoMode"; // its line goes on behind its text: "720,400,0"@0,0 1

    private static readonly string[] rawKeys =
        ["Forwarding(", "intnet", "nat-network", "generic", "bridgeadapter", "hostonlyadapter", "uartmode", "Snapshot", "CurrentSnapshot"];

    private readonly List<KeyValuePair<string, string>> entries = [];
    private readonly Dictionary<string, string> first = [];

    private MachineReadable()
    {
    }

    /// <summary>All of it, in order.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Entries => entries;

    /// <summary>
    /// The value of a key, null if it isn't there. The first one counts: a name that somebody chose badly can pretend further lines, but the names come
    /// after what they could imitate.
    /// </summary>
    public string? this[string key] => first.GetValueOrDefault(key);

    /// <summary>Whether a key is <c>on</c>.</summary>
    public bool IsOn(string key) => this[key] == "on";

    /// <summary>Reads it.</summary>
    /// <exception cref="FormatException">A text has no end.</exception>
    public static MachineReadable Parse(string report)
    {
        var result = new MachineReadable();
        for (var at = 0; at < report.Length;)
        {
            var end = LineEnd(report, at);
            if (ReadKey(report, at, end) is not var (key, value))
            {
                at = end + 1; // some lines are no entry: " rec_screen0"
                continue;
            }
            string text;
            if (value >= report.Length || report[value] != '"')
            {
                text = report[value..end].TrimEnd('\r');
                at = end + 1;
            }
            else
            {
                var close = EscapedEnd(report, value + 1);
                var isRaw = IsRaw(key) || close >= 0 && !EndsLine(report, close) && key != VideoMode;
                if (isRaw) close = RawEnd(report, value + 1);
                if (close < 0) throw new FormatException($"VBoxManage's report breaks off in the value of {key}.");
                text = report[(value + 1)..close];
                if (!isRaw) text = Unescape(text);
                at = LineEnd(report, close) + 1;
            }
            result.entries.Add(new(key, text));
            result.first.TryAdd(key, text);
        }
        return result;
    }

    /// <summary>The key that begins at a place and where its value begins; null if the line is no entry.</summary>
    private static (string Key, int Value)? ReadKey(string report, int at, int end)
    {
        if (report[at] == '"')
        {
            var close = EscapedEnd(report, at + 1);
            if (close >= 0 && close + 1 < report.Length && report[close + 1] == '=') return (Unescape(report[(at + 1)..close]), close + 2);
            close = report.IndexOf("\"=\"", at + 1, end - at - 1, StringComparison.Ordinal);
            return close >= 0 ? (report[(at + 1)..close], close + 2) : null;
        }
        var equals = report.IndexOf('=', at, end - at);
        return equals > at && report[at] != ' ' ? (report[at..equals], equals + 1) : null;
    }

    /// <summary>Where VBoxManage 7.2 writes texts as they are.</summary>
    private static bool IsRaw(string key) => rawKeys.Any(k => key.StartsWith(k, StringComparison.Ordinal));

    /// <summary>A raw text ends with a quote that ends its line, where the next line is an entry again.</summary>
    private static int RawEnd(string report, int at)
    {
        for (var quote = report.IndexOf('"', at); quote >= 0; quote = report.IndexOf('"', quote + 1))
        {
            if (!EndsLine(report, quote)) continue;
            var end = LineEnd(report, quote);
            if (end == report.Length || Entry().IsMatch(report, end + 1)) return quote;
        }
        return -1;
    }

    /// <summary>Whether there is nothing behind a quote in its line.</summary>
    private static bool EndsLine(string report, int quote) => report.AsSpan(quote + 1, LineEnd(report, quote) - quote - 1) is "" or "\r";

    private static int EscapedEnd(string report, int at)
    {
        while (at < report.Length && report[at] != '"') at += report[at] == '\\' ? 2 : 1;
        return at < report.Length ? at : -1;
    }

    private static string Unescape(string text)
    {
        if (!text.Contains('\\')) return text;
        var plain = new StringBuilder(text.Length);
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] == '\\' && i + 1 < text.Length && text[i + 1] is '\\' or '"') i++;
            plain.Append(text[i]);
        }
        return plain.ToString();
    }

    private static int LineEnd(string report, int at) => report.IndexOf('\n', at) is >= 0 and var end ? end : report.Length;

    [GeneratedRegex(@"\G([A-Za-z][^\s=""]*=|""(\\.|[^""\\\n])*""=|""[^\n]*""=""|[ ]rec_|\z)",
        RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex Entry();
}
