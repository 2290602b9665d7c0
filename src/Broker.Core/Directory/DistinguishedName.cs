using System.Globalization;
using System.Text;

namespace Broker.Core.Directory;

/// <summary>Names of entries (RFC 4514).</summary>
public static class DistinguishedName
{
    private const string Special = "\"+,;<>\\=#";

    /// <summary>The value as it may stand in a name.</summary>
    public static string Escape(string value)
    {
        var text = new StringBuilder(value.Length + 8);
        for (var i = 0; i < value.Length; i++)
        {
            var c = value[i];
            if (char.IsControl(c)) foreach (var b in Encoding.UTF8.GetBytes([c])) text.Append(CultureInfo.InvariantCulture, $"\\{b:x2}");
            else if (Special.Contains(c) || (c == ' ' && (i == 0 || i == value.Length - 1))) text.Append('\\').Append(c);
            else text.Append(c);
        }
        return text.ToString();
    }

    /// <summary>A spelling by which two names of the same entry are equal: without regard to case, to spaces that mean nothing and to how a letter is escaped.</summary>
    /// <returns>Null when it is no name.</returns>
    public static string? Normal(string name)
    {
        if (Split(name, ',', ';') is not { Count: > 0 } parts) return null;
        var normal = new List<string>();
        foreach (var part in parts)
        {
            if (Split(part, '+') is not { } pairs) return null;
            var values = new List<string>();
            foreach (var pair in pairs)
            {
                var equals = pair.IndexOf('=', StringComparison.Ordinal);
                if (equals < 1) return null;
                var attribute = pair[..equals].Trim();
                if (attribute.Length == 0 || !attribute.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '.') || Value(pair[(equals + 1)..]) is not { } value) return null;
                values.Add($"{attribute.ToLowerInvariant()}={Escape(string.Join(' ', value.Split(' ', StringSplitOptions.RemoveEmptyEntries)).ToLowerInvariant())}");
            }
            normal.Add(string.Join('+', values.Order(StringComparer.Ordinal)));
        }
        return string.Join(',', normal);
    }

    /// <summary>Are these names of the same entry?</summary>
    public static bool Same(string a, string b) => Normal(a) is { } normal && normal == Normal(b);

    // At characters that are neither escaped nor within quotation marks.
    private static List<string>? Split(string text, params ReadOnlySpan<char> at)
    {
        var parts = new List<string>();
        var (begin, quoted) = (0, false);
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] == '\\') i++;
            else if (text[i] == '"') quoted = !quoted;
            else if (!quoted && at.Contains(text[i]))
            {
                parts.Add(text[begin..i]);
                begin = i + 1;
            }
        }
        parts.Add(text[begin..]);
        return quoted || parts.Any(string.IsNullOrWhiteSpace) ? null : parts;
    }

    private static string? Value(string written)
    {
        var text = written.TrimStart(' ');
        while (text.EndsWith(' ') && !text.EndsWith("\\ ", StringComparison.Ordinal)) text = text[..^1];
        if (text.Length >= 2 && text[0] == '"' && text[^1] == '"') text = text[1..^1];
        var bytes = new List<byte>();
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] != '\\')
            {
                var length = char.IsHighSurrogate(text[i]) && i + 1 < text.Length ? 2 : 1;
                bytes.AddRange(Encoding.UTF8.GetBytes(text.Substring(i, length)));
                i += length - 1;
            }
            else if (i + 2 < text.Length && byte.TryParse(text.AsSpan(i + 1, 2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var escaped))
            {
                bytes.Add(escaped);
                i += 2;
            }
            else if (i + 1 < text.Length) bytes.Add((byte)text[++i]);
            else return null;
        }
        return Encoding.UTF8.GetString([.. bytes]);
    }
}
