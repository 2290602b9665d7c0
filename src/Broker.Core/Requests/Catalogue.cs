using System.Reflection;
using System.Text.Json;
using System.Text.Json.Nodes;

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
            var problems = Misfits(command, args).ToList();
            if (problems.Count == 0) problems.Add(e.Message);
            throw new RequestRefusedException("bad_arguments", $"The arguments of {command.Word} can't be read: {string.Join(' ', problems)}") { Problems = problems };
        }
    }

    /// <summary>Writes the arguments of a request, as they lie in the database.</summary>
    public static JsonElement Encode(IRequest request) => JsonSerializer.SerializeToElement(request, request.GetType(), Json.Strict);

    /// <summary>The arguments as the caller gave them: without what the writer set.</summary>
    public static JsonElement Asked(string word, JsonElement args)
    {
        var set = Find(word)?.Arguments.Where(a => a.IsSetByWriter).Select(a => a.Name).ToHashSet() ?? [];
        return JsonSerializer.SerializeToElement(args.EnumerateObject().Where(a => !set.Contains(a.Name)).ToDictionary(a => a.Name, a => a.Value));
    }

    /// <summary>The JSON schema of a command's arguments. What the writer sets is left out.</summary>
    public static JsonObject Schema(Command command)
    {
        var asked = command.Arguments.Where(a => !a.IsSetByWriter).ToList();
        var schema = new JsonObject
        {
            ["type"] = "object",
            ["properties"] = new JsonObject(asked.Select(a => KeyValuePair.Create(a.Name, (JsonNode?)a.Schema()))),
            ["additionalProperties"] = false,
        };
        if (asked.Any(a => a.IsRequired)) schema["required"] = new JsonArray([.. asked.Where(a => a.IsRequired).Select(a => (JsonNode)a.Name)]);
        return schema;
    }

    private static Dictionary<string, Command> Load()
    {
        var words = new Dictionary<string, Command>(StringComparer.Ordinal);
        foreach (var type in typeof(Catalogue).Assembly.GetTypes().Where(IsRequest))
        {
            var spec = (Command)type.GetProperty("Spec", BindingFlags.Public | BindingFlags.Static)!.GetValue(null)!;
            var command = spec with { ArgumentsType = type, Arguments = Argument.AllOf(type) };
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

    // The reader's own text speaks of .NET types and stops at the first: here each argument is named.
    private static IEnumerable<string> Misfits(Command command, JsonElement args)
    {
        var given = args.ValueKind == JsonValueKind.Object ? args.EnumerateObject().ToList() : [];
        foreach (var missing in command.Arguments.Where(a => a.IsRequired && !given.Exists(g => g.Name == a.Name)))
            yield return $"'{missing.Name}' is missing.";
        foreach (var one in given)
        {
            if (command.Arguments.FirstOrDefault(a => a.Name == one.Name) is not { } argument)
                yield return $"There is no argument '{one.Name}'; there is {string.Join(", ", command.Arguments.Where(a => !a.IsSetByWriter).Select(a => a.Name))}.";
            else if (!argument.Takes(one.Value))
                yield return $"'{one.Name}' has to be {argument.Kind}.";
        }
    }
}
