using System.Reflection;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Schema;

namespace Broker.Core.Requests;

/// <summary>All commands, found by type: every record here that implements <see cref="IRequest{TSelf}"/>.</summary>
public static class Catalogue
{
    private static readonly Dictionary<string, Command> ByWord = Load();
    private static readonly Dictionary<Type, Command> ByType = ByWord.Values.Distinct().ToDictionary(c => c.ArgumentsType);

    /// <summary>All commands, in the order of their words.</summary>
    public static IReadOnlyList<Command> All { get; } = [.. ByType.Values.OrderBy(c => c.Word, StringComparer.Ordinal)];

    /// <summary>The command of a word or alias; null when there is none.</summary>
    public static Command? Find(string word) => ByWord.GetValueOrDefault(word);

    /// <summary>The command of a request.</summary>
    public static Command Of(IRequest request) => ByType[request.GetType()];

    /// <summary>Reads the arguments of a command.</summary>
    /// <exception cref="RequestRefusedException"><c>unknown_command</c>, or <c>bad_arguments</c>: one is missing, unknown or of the wrong kind.</exception>
    public static IRequest Decode(string word, JsonElement args)
    {
        var command = Find(word) ?? throw new RequestRefusedException("unknown_command", $"There is no command '{word}'. GET /api/commands lists them.");
        if (args.ValueKind is not (JsonValueKind.Object or JsonValueKind.Undefined or JsonValueKind.Null))
            throw new RequestRefusedException("bad_arguments", $"The arguments of {command.Word} are an object, such as {{\"domain\": \"…\"}}.");
        try
        {
            var text = args.ValueKind == JsonValueKind.Object ? args.GetRawText() : "{}";
            return (IRequest)JsonSerializer.Deserialize(text, command.ArgumentsType, Json.Strict)!;
        }
        catch (JsonException e)
        {
            throw new RequestRefusedException("bad_arguments", $"The arguments of {command.Word} can't be read: {Shorten(e.Message)}");
        }
    }

    /// <summary>Writes the arguments of a request, as they lie in the database.</summary>
    public static JsonElement Encode(IRequest request) => JsonSerializer.SerializeToElement(request, request.GetType(), Json.Strict);

    /// <summary>The JSON schema of a command's arguments. What the writer sets is left out.</summary>
    public static JsonNode Schema(Command command)
    {
        var schema = (JsonObject)Json.Strict.GetJsonSchemaAsNode(command.ArgumentsType, new JsonSchemaExporterOptions { TreatNullObliviousAsNonNullable = true });
        if (typeof(IMakesDomain).IsAssignableFrom(command.ArgumentsType)) ((JsonObject)schema["properties"]!).Remove("domain");
        return schema;
    }

    private static Dictionary<string, Command> Load()
    {
        var words = new Dictionary<string, Command>(StringComparer.Ordinal);
        foreach (var type in typeof(Catalogue).Assembly.GetTypes().Where(IsRequest))
        {
            var spec = (Command)type.GetProperty("Spec", BindingFlags.Public | BindingFlags.Static)!.GetValue(null)!;
            var command = spec with { ArgumentsType = type };
            foreach (var word in command.Aliases.Prepend(command.Word))
            {
                if (!words.TryAdd(word, command))
                    throw new InvalidOperationException($"Both {type.Name} and {words[word].ArgumentsType.Name} are called '{word}'.");
            }
        }

        return words;
    }

    private static bool IsRequest(Type type) =>
        type is { IsClass: true, IsAbstract: false }
        && type.GetInterfaces().Any(i => i.IsGenericType && i.GetGenericTypeDefinition() == typeof(IRequest<>));

    // The reader's own text ends in a path and a byte position that mean nothing to a person.
    private static string Shorten(string message)
    {
        var end = message.IndexOf(" Path:", StringComparison.Ordinal);
        return end < 0 ? message : message[..end];
    }
}
