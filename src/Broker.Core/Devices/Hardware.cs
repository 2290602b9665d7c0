using System.Text.Json;
using System.Text.Json.Serialization;

namespace Broker.Core.Devices;

/// <summary>Devices by kind. In a domain's row only what somebody chose; a kind that is not in it is as it usually is with the VM manager.</summary>
[JsonConverter(typeof(Converter))]
public sealed class Hardware : IEquatable<Hardware>
{
    private readonly SortedDictionary<DeviceKind, IReadOnlyList<DeviceOptions>> _devices;

    private Hardware(SortedDictionary<DeviceKind, IReadOnlyList<DeviceOptions>> devices) => _devices = devices;

    /// <summary>Nothing was chosen.</summary>
    public static Hardware Usual { get; } = new([]);

    /// <summary>The devices of a kind; null when nothing was chosen of it.</summary>
    public IReadOnlyList<DeviceOptions>? this[DeviceKind kind] => _devices.GetValueOrDefault(kind);

    /// <summary>Reads what <see cref="ToString"/> wrote.</summary>
    public static Hardware Parse(string json) => JsonSerializer.Deserialize<Hardware>(json, Json.Options)!;

    /// <summary>With exactly these devices of a kind.</summary>
    public Hardware With(DeviceKind kind, IReadOnlyList<DeviceOptions> devices) =>
        new(new SortedDictionary<DeviceKind, IReadOnlyList<DeviceOptions>>(_devices) { [kind] = devices });

    /// <inheritdoc/>
    public bool Equals(Hardware? other) => other is not null && ToString() == other.ToString();

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as Hardware);

    /// <inheritdoc/>
    public override int GetHashCode() => ToString().GetHashCode(StringComparison.Ordinal);

    /// <summary>As JSON: <c>{"network":[{"model":"e1000e"}]}</c>.</summary>
    public override string ToString() => JsonSerializer.Serialize(this, Json.Options);

    private sealed class Converter : JsonConverter<Hardware>
    {
        public override Hardware Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            new(JsonSerializer.Deserialize<SortedDictionary<DeviceKind, IReadOnlyList<DeviceOptions>>>(ref reader, options)!);

        public override void Write(Utf8JsonWriter writer, Hardware value, JsonSerializerOptions options) => JsonSerializer.Serialize(writer, value._devices, options);
    }
}
