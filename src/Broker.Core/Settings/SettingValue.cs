using System.Collections;
using System.Globalization;
using System.Reflection;
using System.Text.Json;

namespace Broker.Core.Settings;

/// <summary>One value as it stands in the file or in a variable, turned into what its property holds.</summary>
internal static class SettingValue
{
    /// <summary>Reads a text.</summary>
    /// <returns>What is wrong with it, without a subject and a full stop; null when nothing is.</returns>
    public delegate string? Reader(string text, out object value);

    /// <summary>Reads a value of the file.</summary>
    /// <returns>What is wrong with it, without a subject and a full stop; null when nothing is.</returns>
    public static string? Read(PropertyInfo property, JsonElement json, out object value)
    {
        var type = property.PropertyType;
        var wrong = $"is {Describe(json)}, but wants {Wanted(property, type)}";
        value = "";
        if (type == typeof(IReadOnlyList<string>))
        {
            if (json.ValueKind != JsonValueKind.Array || json.EnumerateArray().Any(e => e.ValueKind != JsonValueKind.String)) return wrong;
            value = json.EnumerateArray().Select(e => e.GetString()!).ToList();
            return null;
        }

        if (type == typeof(IReadOnlyDictionary<string, string>))
        {
            if (json.ValueKind != JsonValueKind.Object || json.EnumerateObject().Any(e => e.Value.ValueKind != JsonValueKind.String)) return wrong;
            var names = json.EnumerateObject().ToList();
            value = names.DistinctBy(n => n.Name).ToDictionary(n => n.Name, n => n.Value.GetString()!);
            return names.Select(n => n.Name).Distinct().Count() == names.Count ? null : "has a name twice";
        }

        if (Counted(type) is { } counted)
        {
            if (json.ValueKind != JsonValueKind.Object) return wrong;
            var counts = NewCounts(counted);
            value = counts;
            foreach (var entry in json.EnumerateObject())
            {
                if (!TryWord(counted, entry.Name, out var word)) return $"has \"{entry.Name}\", but knows only {Words(counted)}";
                if (entry.Value.ValueKind != JsonValueKind.Number || !entry.Value.TryGetInt32(out var count)) return $"has {Describe(entry.Value)} for \"{entry.Name}\", but wants a whole number, such as 4";
                counts[word] = count;
            }
            return null;
        }

        var fits = type == typeof(bool) ? json.ValueKind is JsonValueKind.True or JsonValueKind.False
            : type == typeof(string) || type.IsEnum ? json.ValueKind == JsonValueKind.String
            : json.ValueKind == JsonValueKind.Number;
        return fits && TryParse(type, json.ValueKind == JsonValueKind.String ? json.GetString()! : json.GetRawText(), out value) ? null : wrong;
    }

    /// <summary>The variables that set a property, each with its reader: one, or one per word (<c>BROKER_LANES__DISK</c>).</summary>
    public static IEnumerable<(string Name, Reader Read)> Variables(string name, PropertyInfo property)
    {
        if (Counted(property.PropertyType) is not { } counted) return [(name, One)];
        return Enum.GetValues(counted).Cast<object>().Select(member => ($"{name}__{WordOf(member).ToUpperInvariant()}", CountOf(member)));

        string? One(string text, out object value)
        {
            var type = property.PropertyType;
            if (type == typeof(IReadOnlyList<string>))
            {
                value = text.Split([',', ';'], StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
                return null;
            }
            if (type == typeof(IReadOnlyDictionary<string, string>))
            {
                var names = text.Split([',', ';'], StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Select(e => e.Split('=', 2)).ToList();
                value = names.Where(n => n.Length == 2).DistinctBy(n => n[0]).ToDictionary(n => n[0], n => n[1]);
                return ((Dictionary<string, string>)value).Count == names.Count ? null : $"is \"{text}\", but wants texts such as name=text, each name once";
            }
            return TryParse(type, text, out value) ? null : $"is \"{text}\", but wants {Wanted(property, type)}";
        }

        Reader CountOf(object member)
        {
            return Read;

            string? Read(string text, out object value)
            {
                var counts = NewCounts(counted);
                value = counts;
                if (!TryParse(typeof(int), text, out var count)) return $"is \"{text}\", but wants a whole number, such as 4";
                counts[member] = count;
                return null;
            }
        }
    }

    /// <summary>A new value over an older one: what a list of counts does not name stays.</summary>
    public static object Over(object? older, object value)
    {
        if (older is not IDictionary before || value is not IDictionary counts || Counted(value.GetType()) is not { } word) return value;
        var both = NewCounts(word);
        foreach (DictionaryEntry entry in before) both[entry.Key] = entry.Value;
        foreach (DictionaryEntry entry in counts) both[entry.Key] = entry.Value;
        return both;
    }

    /// <summary>A value as it is named in an error.</summary>
    public static string Describe(JsonElement json) => json.ValueKind switch
    {
        JsonValueKind.String => $"the text \"{json.GetString()}\"",
        JsonValueKind.Object => "an object",
        JsonValueKind.Array => "a list",
        _ => json.GetRawText(),
    };

    private static string Wanted(PropertyInfo property, Type type)
    {
        if (type == typeof(bool)) return "true or false";
        if (type == typeof(string)) return "a text in quotation marks";
        if (type == typeof(IReadOnlyList<string>)) return "a list of texts, such as [\"…\", \"…\"]";
        if (type == typeof(IReadOnlyDictionary<string, string>)) return "an object of texts, such as { \"name\": \"…\" }";
        if (type.IsEnum) return $"one of {Words(type)}";
        if (Counted(type) is { } counted) return $"an object with a number for each of {Words(counted)}";
        var unit = property.Name switch
        {
            var n when n.EndsWith("Seconds", StringComparison.Ordinal) => " of seconds",
            var n when n.EndsWith("Minutes", StringComparison.Ordinal) => " of minutes",
            var n when n.EndsWith("Hours", StringComparison.Ordinal) => " of hours",
            var n when n.EndsWith("Days", StringComparison.Ordinal) => " of days",
            var n when n.EndsWith("Kib", StringComparison.Ordinal) => " of KiB",
            var n when n.EndsWith("Mib", StringComparison.Ordinal) => " of MiB",
            var n when n.EndsWith("Bytes", StringComparison.Ordinal) => " of bytes",
            var n when n.EndsWith("Percent", StringComparison.Ordinal) => " of percent",
            _ => "",
        };
        return type == typeof(double) ? $"a number{unit} without its unit, such as 15" : $"a whole number{unit}{(unit.Length > 0 ? " without its unit" : "")}, such as 15";
    }

    private static bool TryParse(Type type, string text, out object value)
    {
        value = text;
        if (type == typeof(string)) return true;
        if (type.IsEnum) return TryWord(type, text.ToLowerInvariant(), out value);
        if (type == typeof(bool) && bool.TryParse(text, out var flag)) value = flag;
        else if (type == typeof(int) && int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var small)) value = small;
        else if (type == typeof(long) && long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var large)) value = large;
        else if (type == typeof(double) && double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var real) && double.IsFinite(real)) value = real;
        else return false;
        return true;
    }

    // IReadOnlyDictionary<SomeEnum, int>
    private static Type? Counted(Type type) =>
        type.IsGenericType && type.GetGenericArguments() is [{ IsEnum: true } word, var count] && count == typeof(int) ? word : null;

    private static IDictionary NewCounts(Type word) => (IDictionary)Activator.CreateInstance(typeof(Dictionary<,>).MakeGenericType(word, typeof(int)))!;

    private static string WordOf(object member) => JsonNamingPolicy.SnakeCaseLower.ConvertName(member.ToString()!);

    private static string Words(Type type) => string.Join(", ", Enum.GetValues(type).Cast<object>().Select(WordOf));

    private static bool TryWord(Type type, string word, out object member)
    {
        member = Enum.GetValues(type).Cast<object>().FirstOrDefault(m => WordOf(m) == word)!;
        return member is not null;
    }
}
