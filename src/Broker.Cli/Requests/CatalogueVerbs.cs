using System.CommandLine;
using System.Text.Json;
using System.Text.Json.Nodes;
using Broker.Core.Access;
using Broker.Core.Devices;
using Broker.Core.Requests;
using Command = System.CommandLine.Command;

namespace Broker.Cli;

/// <summary>
/// Verbs made from the catalogue: <c>start_domain</c> is <c>broker domains start NAME</c>. Required arguments are positional, the others are options;
/// a command that is about one existing machine takes several, or those that <see cref="Selection"/> picks.
/// </summary>
internal static class CatalogueVerbs
{
    /// <summary>The verbs of a noun, in the order of the catalogue.</summary>
    public static IEnumerable<Command> Of(string noun, Terminal terminal) =>
        Catalogue.All.Select(c => (Spec: c, Place: Place(c))).Where(v => v.Place?.Noun == noun).Select(v => Verb(v.Spec, v.Place!.Value.Verb, terminal));

    /// <summary>Where a command is found: by what its word ends with. Null when only <c>requests ask</c> knows it.</summary>
    public static (string Noun, string Verb)? Place(Core.Requests.Command command) => command.Word.Replace('_', '-') switch
    {
        // what is removed there is not the machine
        "remove-base" => ("bases", "unprepare"),
        "fill-pool" => ("bases", "fill"),
        "rebase-clones" => ("bases", "rebase"),
        "backup-domain" => ("backups", "take"),
        "restore-backup" => ("backups", "restore"),
        "remove-backup" => ("backups", "remove"),
        "list-unused-volumes" => ("nodes", "list-unused"),
        "remove-unused-volumes" => ("nodes", "remove-unused"),
        "remove-user" => ("users", "remove"),
        "discover-domains" => ("nodes", "discover"),
        var word when word.EndsWith("-base", StringComparison.Ordinal) => ("bases", word[..^"-base".Length]),
        var word when word.EndsWith("-hardware", StringComparison.Ordinal) => ("hardware", word[..^"-hardware".Length]),
        var word when word.EndsWith("-snapshot", StringComparison.Ordinal) => ("snapshots", word[..^"-snapshot".Length]),
        var word when word.EndsWith("-node", StringComparison.Ordinal) => ("nodes", word[..^"-node".Length]),
        var word when word.EndsWith("-domain", StringComparison.Ordinal) => ("domains", word[..^"-domain".Length]),
        var word when word.EndsWith("-machine", StringComparison.Ordinal) => ("domains", word[..^"-machine".Length]),
        var word when IsOnDomain(command) || typeof(IMakesDomain).IsAssignableFrom(command.ArgumentsType) => ("domains", word),
        _ => null,
    };

    private static Command Verb(Core.Requests.Command spec, string verb, Terminal terminal)
    {
        var command = new Command(verb, spec.Summary);
        var asked = spec.Arguments.Where(a => !a.IsSetByWriter).ToList();
        var takesMany = IsOnDomain(spec) && asked.Count(a => a.IsRequired) == 1;
        var given = new List<Func<ParseResult, (string Key, string Value)?>>();
        // Whoever removes says what.
        var selection = takesMany ? new Selection(spec.OfferedOn is not null && spec.Grant is not Grant.Remove) : null;
        selection?.AddTo(command);
        foreach (var argument in asked.Where(a => !takesMany || !a.IsRequired))
            given.Add(!argument.IsRequired ? Optional(command, argument) : argument.Type == typeof(IReadOnlyList<string>) ? Several(command, argument) : Positional(command, argument));

        var asking = new Asking(terminal);
        asking.AddTo(command);
        command.SetAction((parsed, cancel) => asking.Ask(parsed, async s =>
        {
            var pairs = given.Select(read => read(parsed)).OfType<(string Key, string Value)>().ToList();
            if (selection is null) return [Catalogue.Decode(spec.Word, await Arguments.Read(s, spec, [], pairs))];
            var requests = new List<IRequest>();
            foreach (var domain in await selection.Read(s, parsed, d => spec.OfferedOn?.Invoke(d) == true))
                requests.Add(Catalogue.Decode(spec.Word, await Arguments.Read(s, spec, new JsonObject { ["domain"] = domain.Id }, pairs)));
            return requests;
        }, isOne: !takesMany, cancel));
        return command;
    }

    private static bool IsOnDomain(Core.Requests.Command command) => typeof(IOnDomain).IsAssignableFrom(command.ArgumentsType);

    private static Func<ParseResult, (string Key, string Value)?> Positional(Command command, Core.Requests.Argument argument)
    {
        // of two machines the second is called by what it is
        var isFirst = command.Arguments.Count == 0;
        var symbol = new Argument<string>(argument.Type == typeof(Guid) && isFirst ? "NAME|ID" : argument.Name.ToUpperInvariant()) { Description = argument.Description };
        if (argument.Words is { } words) symbol.AcceptOnlyFromAmong([.. words]);
        command.Arguments.Add(symbol);
        return parsed => (argument.Name, parsed.GetRequiredValue(symbol));
    }

    private static Func<ParseResult, (string Key, string Value)?> Several(Command command, Core.Requests.Argument argument)
    {
        var symbol = new Argument<string[]>(argument.Name.ToUpperInvariant()) { Description = argument.Description, Arity = ArgumentArity.OneOrMore };
        command.Arguments.Add(symbol);
        return parsed => (argument.Name, JsonSerializer.Serialize(parsed.GetRequiredValue(symbol)));
    }

    private static Func<ParseResult, (string Key, string Value)?> Optional(Command command, Core.Requests.Argument argument)
    {
        var name = "--" + argument.Name.Replace('_', '-');
        if (argument.Type == typeof(bool))
        {
            var flag = new Option<bool>(name) { Description = argument.Description };
            command.Options.Add(flag);
            return parsed => parsed.GetValue(flag) ? (argument.Name, "true") : null;
        }

        var option = new Option<string?>(name)
        {
            Description = argument.Default is not null ? $"{argument.Description} Default: {argument.Schema()["default"]}." : argument.Description,
            HelpName = argument.Type switch
            {
                var type when type == typeof(Guid) => "NAME|ID",
                var type when Arguments.IsUser(argument.Name, type) => "USER",
                var type when type == typeof(int) || type == typeof(long) => "N",
                var type when type == typeof(DateTimeOffset) => "TIME",
                var type when type == typeof(DeviceOptions) => "NAME=WORD,…",
                var type when type == typeof(IReadOnlyList<string>) => "TEXT,TEXT…",
                var type when type.IsEnum => string.Join('|', argument.Words!),
                _ => "TEXT",
            },
        };
        if (argument.Words is { } words) option.AcceptOnlyFromAmong([.. words]);
        command.Options.Add(option);
        return parsed => parsed.GetValue(option) is { } value ? (argument.Name, value) : null;
    }
}
