using System.Text.Json;

namespace Broker.Core.Access;

/// <summary>
/// What the program of whoever asks says of itself. Anybody can say anything: access rules sort people by it ("not from a phone"), they don't keep out whoever lies.
/// </summary>
/// <param name="Headers">Values by the name of the request header; of lists each by itself, without its weight.</param>
public sealed record ClientFacts(IReadOnlyDictionary<string, IReadOnlyList<string>> Headers)
{
    /// <summary>The name of the program; a rule asks whether its value occurs in it.</summary>
    public const string UserAgent = "User-Agent";

    /// <summary>Languages; a rule for <c>ca</c> is also one for <c>ca-ES</c>.</summary>
    public const string AcceptLanguage = "Accept-Language";

    private const int MostCharacters = 500;
    private const int MostValues = 20;

    /// <summary>The headers that rules may ask about; no other is looked at.</summary>
    public static IReadOnlyList<string> Names { get; } = [UserAgent, "Accept", AcceptLanguage, "Accept-Encoding", "Accept-Charset"];

    /// <summary>It said nothing.</summary>
    public static ClientFacts Silent { get; } = new(new Dictionary<string, IReadOnlyList<string>>());

    /// <summary>Takes what rules may ask about, and not too much of it.</summary>
    /// <param name="header">The value of a header; null or empty when it was not sent.</param>
    public static ClientFacts Of(Func<string, string?> header)
    {
        var headers = new Dictionary<string, IReadOnlyList<string>>(StringComparer.OrdinalIgnoreCase);
        foreach (var name in Names)
        {
            if (header(name) is not { Length: > 0 } text) continue;
            if (text.Length > MostCharacters) text = text[..MostCharacters];
            string[] values = name == UserAgent ? [text.Trim()] : [.. text.Split(',', MostValues + 1).Take(MostValues).Select(v => v.Split(';', 2)[0].Trim())];
            values = [.. values.Where(v => v.Length > 0)];
            if (values.Length > 0) headers[name] = values;
        }

        return new ClientFacts(headers);
    }

    /// <summary>Reads what <see cref="ToJson"/> wrote; what can't be read said nothing.</summary>
    public static ClientFacts? Read(JsonElement? json)
    {
        if (json is not { } there) return null;
        try
        {
            var read = there.Deserialize<Dictionary<string, IReadOnlyList<string>>>(Json.Options);
            return read is null ? Silent : new ClientFacts(new Dictionary<string, IReadOnlyList<string>>(read, StringComparer.OrdinalIgnoreCase));
        }
        catch (Exception e) when (e is JsonException or ArgumentException)
        {
            return Silent;
        }
    }

    /// <summary>As it is written with a request.</summary>
    public JsonElement ToJson() => JsonSerializer.SerializeToElement(Headers, Json.Options);

    /// <summary>Does it say this of itself?</summary>
    internal bool Says(string name, string value)
    {
        if (!Headers.TryGetValue(name, out var said)) return false;
        if (value == AccessRule.AnyValue) return true;
        foreach (var one in said)
        {
            var matches = name switch
            {
                UserAgent => one.Contains(value, StringComparison.OrdinalIgnoreCase),
                AcceptLanguage => one.StartsWith(value, StringComparison.OrdinalIgnoreCase) && (one.Length == value.Length || one[value.Length] == '-'),
                _ => one.Equals(value, StringComparison.OrdinalIgnoreCase),
            };
            if (matches) return true;
        }

        return false;
    }
}
