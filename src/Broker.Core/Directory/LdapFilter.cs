using System.Globalization;
using System.Text;

namespace Broker.Core.Directory;

/// <summary>Filters of searches (RFC 4515). Values are written only by these functions, so that nothing that somebody typed becomes part of a filter.</summary>
public static class LdapFilter
{
    /// <summary>The value as it may stand in a filter.</summary>
    public static string Escape(string value) => Escape(Encoding.UTF8.GetBytes(value));

    /// <summary>A value that is no text.</summary>
    public static string Escape(ReadOnlySpan<byte> value)
    {
        var text = new StringBuilder(value.Length + 8);
        foreach (var b in value)
        {
            if (b is >= 0x20 and < 0x7f && b is not ((byte)'*' or (byte)'(' or (byte)')' or (byte)'\\')) text.Append((char)b);
            else text.Append(CultureInfo.InvariantCulture, $"\\{b:x2}");
        }
        return text.ToString();
    }

    /// <summary>The attribute has this value.</summary>
    public static string Is(string attribute, string value) => $"({attribute}={Escape(value)})";

    /// <summary>The attribute has a value with this in it.</summary>
    public static string Has(string attribute, string part) => part.Length == 0 ? $"({attribute}=*)" : $"({attribute}=*{Escape(part)}*)";

    /// <summary>All of them.</summary>
    public static string And(params IEnumerable<string> filters) => $"(&{string.Concat(filters)})";

    /// <summary>One of them.</summary>
    public static string Or(params IEnumerable<string> filters) => $"(|{string.Concat(filters)})";
}
