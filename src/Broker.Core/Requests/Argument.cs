using System.ComponentModel;
using System.Reflection;
using System.Text.Json;
using System.Text.Json.Nodes;
using Broker.Core.Devices;

namespace Broker.Core.Requests;

/// <summary>One argument of a command.</summary>
/// <param name="Name">Its name in JSON.</param>
/// <param name="Type">Its .NET type; of a nullable value the value's.</param>
/// <param name="IsRequired">It has to be given.</param>
/// <param name="IsNullable">It may be null.</param>
/// <param name="Default">What it is when it is left out.</param>
/// <param name="IsSetByWriter">Callers leave it out.</param>
/// <param name="Description">What it is, in a sentence for people: the parameter's <see cref="DescriptionAttribute"/>.</param>
public sealed record Argument(string Name, Type Type, bool IsRequired, bool IsNullable, object? Default, bool IsSetByWriter, string Description)
{
    /// <summary>What it has to be, in words for a person.</summary>
    public string Kind => Of(Type).InWords;

    /// <summary>The words it can be; null when it is no word.</summary>
    public IReadOnlyList<string>? Words => Type.IsEnum ? [.. Enum.GetNames(Type).Select(JsonNamingPolicy.SnakeCaseLower.ConvertName)] : null;

    /// <summary>Its JSON schema.</summary>
    public JsonObject Schema()
    {
        var (type, format, _) = Of(Type);
        var schema = new JsonObject { ["type"] = IsNullable ? new JsonArray(type, "null") : type };
        if (type == "array") schema["items"] = new JsonObject { ["type"] = "string" };
        if (format is not null) schema["format"] = format;
        if (Words is { } words) schema["enum"] = new JsonArray([.. words.Select(w => (JsonNode)w), .. IsNullable ? (JsonNode?[])[null] : []]);
        if (type == "object") schema["additionalProperties"] = new JsonObject { ["type"] = new JsonArray("string", "number", "boolean") };
        if (Default is not null) schema["default"] = JsonSerializer.SerializeToNode(Default, Type, Json.Strict);
        return schema;
    }

    /// <summary>Can it be this?</summary>
    public bool Takes(JsonElement value)
    {
        if (value.ValueKind == JsonValueKind.Null) return IsNullable;
        try
        {
            value.Deserialize(Type, Json.Strict);
            return true;
        }
        catch (JsonException)
        {
            return false;
        }
    }

    internal static IReadOnlyList<Argument> AllOf(Type request)
    {
        var nullability = new NullabilityInfoContext();
        var minted = typeof(IMakesDomain).IsAssignableFrom(request) ? nameof(IMakesDomain.Domain) : null;
        return [.. request.GetConstructors().MaxBy(c => c.GetParameters().Length)!.GetParameters().Select(p => new Argument(
            JsonNamingPolicy.SnakeCaseLower.ConvertName(p.Name!),
            Nullable.GetUnderlyingType(p.ParameterType) ?? p.ParameterType,
            !p.HasDefaultValue,
            nullability.Create(p).WriteState == NullabilityState.Nullable,
            p.HasDefaultValue ? p.DefaultValue : null,
            p.Name == minted,
            p.GetCustomAttribute<DescriptionAttribute>()?.Description ?? (p.Name == nameof(IOnDomain.Domain) ? "The machine." : "")))];
    }

    // Only what requests need so far.
    private static (string Type, string? Format, string InWords) Of(Type type) => type switch
    {
        _ when type == typeof(Guid) => ("string", "uuid", "an id, such as 0b8f7c2e-6a0e-4c53-9d0e-3f5a8a1f7c11"),
        _ when type == typeof(string) => ("string", null, "text"),
        _ when type == typeof(IReadOnlyList<string>) => ("array", null, "a list of texts"),
        _ when type == typeof(bool) => ("boolean", null, "true or false"),
        _ when type == typeof(int) => ("integer", "int32", "a whole number"),
        _ when type == typeof(long) => ("integer", "int64", "a whole number"),
        _ when type == typeof(DeviceOptions) => ("object", null, "an object of options, such as {\"model\": \"virtio\"}"),
        _ when type.IsEnum => ("string", null, $"one of {string.Join(", ", Enum.GetNames(type).Select(JsonNamingPolicy.SnakeCaseLower.ConvertName))}"),
        _ when type == typeof(DateTimeOffset) => ("string", "date-time", "a time, such as 2026-11-21T08:30:00Z"),
        _ => throw new InvalidOperationException($"An argument can't be of type {type.Name} yet: say here what its schema is."),
    };
}
