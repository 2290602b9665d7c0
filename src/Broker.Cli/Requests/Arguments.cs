using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Broker.Core.Database;
using Broker.Core.Devices;

namespace Broker.Cli;

/// <summary>Arguments of a request as people write them: <c>key=value</c> or JSON, machines and owners by name.</summary>
internal static class Arguments
{
    private const string Snapshot = "snapshot";

    /// <summary>The arguments as the catalogue reads them. What it does not know is left as it is: the catalogue says what is wrong with it.</summary>
    /// <exception cref="CommandFailedException">Not <c>key=value</c>, not JSON, or a machine or user that is not there.</exception>
    public static Task<JsonElement> Read(DbSession db, Core.Requests.Command command, string? json, IEnumerable<string> pairs) =>
        Read(db, command, Parse(json), pairs.Select(pair => pair.Split('=', 2) is [{ Length: > 0 } key, var value]
            ? (key, value)
            : throw new CommandFailedException($"'{pair}' is not key=value, such as domain=linux.", ExitCode.Usage)));

    /// <inheritdoc cref="Read(DbSession, Core.Requests.Command, string?, IEnumerable{string})"/>
    public static async Task<JsonElement> Read(DbSession db, Core.Requests.Command command, JsonObject args, IEnumerable<(string Key, string Value)> pairs)
    {
        var types = command.Arguments.ToDictionary(a => a.Name, a => a.Type);
        foreach (var (key, value) in pairs) args[key] = types.TryGetValue(key, out var type) ? Value(type, value) : value;
        foreach (var (key, type) in types)
        {
            if (args[key] is not JsonValue value || !value.TryGetValue<string>(out var text)) continue;
            // a machine's, so after it
            if (key == Snapshot) args[key] = (await Snapshots.Find(db, args["domain"]!.GetValue<Guid>(), text)).Id;
            else if (type == typeof(Guid)) args[key] = (await Domains.Find(db, text)).Id;
            else if (IsUser(key, type)) args[key] = (await Users.Find(db, text)).Id;
        }

        return JsonSerializer.SerializeToElement(args);
    }

    /// <summary>An argument that is somebody's account.</summary>
    public static bool IsUser(string name, Type type) => name is "owner" or "user" or "heir" && type == typeof(long);

    private static JsonObject Parse(string? json)
    {
        try
        {
            return json is null ? [] : JsonNode.Parse(json) as JsonObject
                ?? throw new CommandFailedException("--json-args is an object, such as '{\"domain\": \"linux\"}'.", ExitCode.Usage);
        }
        catch (JsonException e)
        {
            throw new CommandFailedException($"--json-args is not JSON: {e.Message}", ExitCode.Usage);
        }
    }

    private static DeviceOptions OptionsOf(string text)
    {
        try
        {
            return DeviceOptions.Parse(text);
        }
        catch (FormatException e)
        {
            throw new CommandFailedException(e.Message, ExitCode.Usage);
        }
    }

    private static JsonNode Value(Type type, string text)
    {
        if (type == typeof(DeviceOptions)) return JsonSerializer.SerializeToNode(OptionsOf(text))!;
        if (type == typeof(bool) && bool.TryParse(text, out var flag)) return flag;
        if ((type == typeof(int) || type == typeof(long)) && long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number)) return number;
        if (type == typeof(IReadOnlyList<string>) && text.StartsWith('[')) return JsonNode.Parse(text)!;
        if (type == typeof(IReadOnlyList<string>)) return new JsonArray([.. text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Select(t => JsonValue.Create(t))]);
        return text;
    }
}
