using System.Collections;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Broker.Core.Devices;

/// <summary>Options of a device by their names, in the words of <see cref="Drivers"/>. In JSON an object; a number or a truth value is taken as its text.</summary>
[JsonConverter(typeof(Converter))]
public sealed class DeviceOptions : IEquatable<DeviceOptions>, IEnumerable<KeyValuePair<string, string>>
{
    private const int MostOptions = 32;
    private const int LongestWord = 500;
    private const int MostDevices = 64;

    private readonly SortedDictionary<string, string> _values;

    private DeviceOptions(SortedDictionary<string, string> values) => _values = values;

    /// <summary>No option.</summary>
    public static DeviceOptions None { get; } = new(new(StringComparer.Ordinal));

    /// <summary>What an option says; null when nothing is said of it.</summary>
    public string? this[string name] => _values.GetValueOrDefault(name);

    /// <summary>Reads <c>model=e1000e,cores=2</c>.</summary>
    /// <exception cref="FormatException">A part has no equals sign.</exception>
    public static DeviceOptions Parse(string text) => Of(text.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
        .Select(part => part.Split('=', 2) is [{ Length: > 0 } name, var word]
            ? KeyValuePair.Create(name, word)
            : throw new FormatException($"'{part}' is not name=value, such as model=virtio.")));

    /// <summary>These options; of one that is there twice the last.</summary>
    public static DeviceOptions Of(IEnumerable<KeyValuePair<string, string>> options)
    {
        var values = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var (name, word) in options) values[name] = word;
        return new(values);
    }

    /// <summary>With this option.</summary>
    public DeviceOptions With(string name, string word) => Of(this.Append(KeyValuePair.Create(name, word)));

    /// <summary>With all of these in place of its own; one that is empty is not said any more.</summary>
    public DeviceOptions With(DeviceOptions changes) => Of(this.Concat(changes).Where(o => changes[o.Key] != ""));

    /// <summary>Without these.</summary>
    public DeviceOptions Without(params IReadOnlyCollection<string> names) => Of(this.Where(o => !names.Contains(o.Key)));

    /// <summary>What can't be options of any device.</summary>
    public IEnumerable<string> Problems()
    {
        if (_values.Count > MostOptions) yield return $"A device has at most {MostOptions} options.";
        if (_values.Any(o => o.Value.Length > LongestWord)) yield return $"An option has at most {LongestWord} characters.";
    }

    /// <summary>What can't be the number of a device.</summary>
    public static IEnumerable<string> NumberProblems(int number)
    {
        if (number is < 1 or > MostDevices) yield return $"number is between 1 and {MostDevices}: the first of its kind is 1.";
    }

    /// <inheritdoc/>
    public bool Equals(DeviceOptions? other) => other is not null && _values.SequenceEqual(other._values);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as DeviceOptions);

    /// <inheritdoc/>
    public override int GetHashCode() => _values.Aggregate(0, (hash, option) => HashCode.Combine(hash, option.Key, option.Value));

    /// <summary>As <see cref="Parse"/> reads it.</summary>
    public override string ToString() => string.Join(',', _values.Select(o => $"{o.Key}={o.Value}"));

    /// <inheritdoc/>
    public IEnumerator<KeyValuePair<string, string>> GetEnumerator() => _values.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    private sealed class Converter : JsonConverter<DeviceOptions>
    {
        public override DeviceOptions Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
        {
            using var document = JsonDocument.ParseValue(ref reader);
            if (document.RootElement.ValueKind != JsonValueKind.Object) throw new JsonException("Options are an object of names and words.");
            return Of(document.RootElement.EnumerateObject().Select(option => KeyValuePair.Create(option.Name, option.Value.ValueKind switch
            {
                JsonValueKind.String => option.Value.GetString()!,
                JsonValueKind.Number => option.Value.GetRawText(),
                JsonValueKind.True => "on",
                JsonValueKind.False => "off",
                _ => throw new JsonException($"The option {option.Name} is a word or a number."),
            })).ToList());
        }

        public override void Write(Utf8JsonWriter writer, DeviceOptions value, JsonSerializerOptions options)
        {
            writer.WriteStartObject();
            foreach (var (name, word) in value._values) writer.WriteString(name, word);
            writer.WriteEndObject();
        }
    }
}
