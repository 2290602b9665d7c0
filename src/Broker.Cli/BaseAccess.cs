using System.CommandLine;
using System.Globalization;
using Broker.Core;
using Broker.Core.Access;
using Broker.Core.Database;
using Broker.Core.Domains;
using Broker.Core.Users;
using Command = System.CommandLine.Command;

namespace Broker.Cli;

/// <summary><c>broker access</c>: the access rules of bases.</summary>
internal static class BaseAccess
{
    private const string Numbers = "Rules about people are called by their numbers, those about clients c1, c2 and so on.";

    public static Command Command(Terminal terminal) => new("access", "Access rules of bases: who may have desktops of a published base.")
    {
        Subcommands = { List(terminal), Add(terminal), Set(terminal), Remove(terminal), Move(terminal), Default(terminal), Who(terminal), Why(terminal) },
    };

    private static Argument<string> Base() => new("BASE") { Description = "The base, by name or id." };

    private static Option<string?> From(string description) => new("--from") { Description = description, HelpName = "ADDRESS" };

    private static Argument<string> Rule() => new("RULE") { Description = $"The rule. {Numbers}" };

    private static Command List(Terminal terminal)
    {
        var name = Base();
        var command = new Command("list", "Show the access rules of a base, in order.") { name };
        command.SetAction(async (parsed, cancel) =>
        {
            var (origin, rules, names) = await Settings.Open(parsed, terminal).Read(async s =>
            {
                var found = await Find(s, parsed.GetRequiredValue(name));
                var its = found.Access ?? AccessRules.None;
                return (found, its, await BaseRules.Names(s, its));
            }, cancel);
            var rows = ((RuleList[])[RuleList.People, RuleList.Clients]).SelectMany(list => rules[list].Select((rule, i) => (Cell[])[
                Number(list, i + 1), rule.Text(names), rule.Allowed ? new Cell("allowed", Tone.Good) : new Cell("denied", Tone.Bad), rule.Last ? "last" : null]));
            await terminal.AnswerTable(parsed, View(origin, rules, names), ["RULE", "ASKS", "SAYS", ""], rows);
            foreach (var warning in rules.Warnings().Concat(origin.IsPublic ? [] : [$"{origin.Name} is not published: as long as it is not, no rule lets anybody in."])) await terminal.Error.WriteLineAsync(warning);
            return ExitCode.Done;
        });
        return command;
    }

    private static Command Add(Terminal terminal)
    {
        var attribute = new Option<string?>("--attribute") { Description = "Whom the directory knows with this value, * for any.", HelpName = "NAME=VALUE" };
        var group = new Option<string?>("--group") { Description = "Members of this group.", HelpName = "NAME" };
        var user = new Option<string?>("--user") { Description = "This person.", HelpName = "NAME" };
        var client = new Option<string?>("--client") { Description = $"Programs that send this header with this value, * for any. Headers: {string.Join(", ", ClientFacts.Names)}.", HelpName = "HEADER=VALUE" };
        var deny = new Option<bool>("--deny") { Description = "Deny instead of allow." };
        var last = new Option<bool>("--last") { Description = "Look at no rule after it for those whom it is about." };
        var at = new Option<int?>("--at") { Description = "Its place, from 1; before the default when left out.", HelpName = "N" };
        return Change(terminal, "add", "Add an access rule to a base. With the first one about clients comes a default that denies.", [attribute, group, user, client, deny, last, at], async (s, parsed, rules) =>
        {
            var (list, rule) = (parsed.GetValue(attribute), parsed.GetValue(group), parsed.GetValue(user), parsed.GetValue(client)) switch
            {
                ({ } pair, null, null, null) => (RuleList.People, Pair(RuleKind.Attribute, pair)),
                (null, { } name, null, null) => (RuleList.People, new AccessRule(RuleKind.Group, true) { Id = await BaseRules.Find(s, RuleKind.Group, name) }),
                (null, null, { } name, null) => (RuleList.People, new AccessRule(RuleKind.User, true) { Id = await BaseRules.Find(s, RuleKind.User, name) }),
                (null, null, null, { } pair) => (RuleList.Clients, Pair(RuleKind.Header, pair)),
                _ => throw new CommandFailedException("Say whom the rule is about: one of --attribute, --group, --user and --client.", ExitCode.Usage),
            };
            return rules.With(list, rule with { Allowed = !parsed.GetValue(deny), Last = parsed.GetValue(last) }, parsed.GetValue(at));
        });
    }

    private static Command Set(Terminal terminal)
    {
        var number = Rule();
        var says = new Argument<string>("allow|deny") { Description = "What it says of those whom it is about." };
        says.AcceptOnlyFromAmong("allow", "deny");
        var last = new Option<bool>("--last") { Description = "Look at no rule after it for those whom it is about." };
        return Change(terminal, "set", "Let an access rule of a base say something else of those whom it is about.", [number, says, last], (_, parsed, rules) =>
        {
            var (list, which) = Parse(rules, parsed.GetRequiredValue(number));
            return Task.FromResult(rules.Saying(list, which, parsed.GetRequiredValue(says) == "allow", parsed.GetValue(last)));
        });
    }

    private static Command Remove(Terminal terminal)
    {
        var number = Rule();
        return Change(terminal, "remove", "Remove an access rule of a base.", [number], (_, parsed, rules) =>
        {
            var (list, which) = Parse(rules, parsed.GetRequiredValue(number));
            return Task.FromResult(rules.Without(list, which));
        });
    }

    private static Command Move(Terminal terminal)
    {
        var number = Rule();
        var to = new Argument<int>("PLACE") { Description = "Its new place, from 1." };
        return Change(terminal, "move", "Give an access rule of a base another place.", [number, to], (_, parsed, rules) =>
        {
            var (list, which) = Parse(rules, parsed.GetRequiredValue(number));
            return Task.FromResult(rules.Moved(list, which, parsed.GetRequiredValue(to)));
        });
    }

    private static Command Default(Terminal terminal)
    {
        var says = new Argument<string>("allow|deny|none") { Description = "What is said of whomever no rule is about." };
        says.AcceptOnlyFromAmong("allow", "deny", "none");
        var clients = new Option<bool>("--clients") { Description = "The default about clients, not the one about people." };
        return Change(terminal, "default", "Say what holds for whomever no access rule of a base is about.", [says, clients], (_, parsed, rules) =>
            Task.FromResult(rules.WithDefault(parsed.GetValue(clients) ? RuleList.Clients : RuleList.People, parsed.GetRequiredValue(says) switch { "allow" => true, "deny" => false, _ => null })));
    }

    private static Command Who(Terminal terminal)
    {
        var name = Base();
        var search = new Option<string?>("--search") { Description = "Only those in whose names this occurs.", HelpName = "TEXT" };
        var from = From("From this address, as far as networks of clients are asked.");
        var command = new Command("who", "Show who may have desktops of a base, and why.") { name, search, from };
        command.SetAction(async (parsed, cancel) =>
        {
            var (people, closed) = await Settings.Open(parsed, terminal).Read(async s =>
                await BaseRules.Allowed(s, await Find(s, parsed.GetRequiredValue(name)), parsed.GetValue(search), after: null, int.MaxValue, parsed.GetValue(from)), cancel);
            await terminal.AnswerTable(parsed, new { people = people.Select(p => new { p.Id, p.Name, p.DisplayName, p.Why }), closed_from = closed }, ["NAME", "DISPLAY NAME", "WHY"], people.Select(p => (Cell[])[p.Name, p.DisplayName, p.Why]));
            if (closed.Count > 0) await terminal.Error.WriteLineAsync($"From {string.Join(", ", closed)} only administrators and whose base it is can use it.");
            return ExitCode.Done;
        });
        return command;
    }

    private static Command Why(Terminal terminal)
    {
        var name = Base();
        var user = new Argument<string>("USER") { Description = "Who." };
        var client = new Option<string[]>("--client") { Description = "As if he asked with a program that sends this header; can be given several times.", HelpName = "HEADER=VALUE" };
        var from = From("As if he asked from this address.");
        var command = new Command("why", "Show why somebody may have a desktop of a base, or not.") { name, user, client, from };
        command.SetAction(async (parsed, cancel) =>
        {
            var said = (parsed.GetValue(client) ?? []).Select(c => Pair(RuleKind.Header, c)).ToList();
            var (person, reasons) = await Settings.Open(parsed, terminal).Read(async s =>
            {
                var (origin, who) = (await Find(s, parsed.GetRequiredValue(name)), await Users.Find(s, parsed.GetRequiredValue(user)));
                var program = said.Count == 0 ? null : ClientFacts.Of(header => said.Find(h => header.Equals(h.Name, StringComparison.OrdinalIgnoreCase))?.Value);
                return (who, await BaseRules.Explain(s, origin, who, program, parsed.GetValue(from)));
            }, cancel);
            var isAllowed = reasons.All(r => r.IsAllowed);
            await terminal.AnswerDetails(parsed, new { user = person.Name, is_allowed = isAllowed, reasons, facts_at = person.FactsAt },
            [
                (person.Name, isAllowed ? new Cell("allowed", Tone.Good) : new Cell("denied", Tone.Bad)), .. reasons.Select(r => (Word.Of(r.Step), new Cell(r.Text, r.IsAllowed ? Tone.None : Tone.Bad))),
                .. person.Source is AccountSource.Local ? [] : (IEnumerable<(string, Cell)>)[("told", person.FactsAt is { } at ? $"attributes and groups are as they were told at {at:u}" : "nothing is known of him there any more")],
            ]);
            return ExitCode.Done;
        });
        return command;
    }

    private static Command Change(Terminal terminal, string verb, string description, IReadOnlyList<Symbol> symbols, Func<DbSession, ParseResult, AccessRules, Task<AccessRules>> change)
    {
        var name = Base();
        var by = Settings.AsOption();
        var command = new Command(verb, description) { name };
        foreach (var symbol in symbols)
        {
            if (symbol is Argument argument) command.Arguments.Add(argument);
            else command.Options.Add((Option)symbol);
        }

        command.Options.Add(by);
        command.SetAction(async (parsed, cancel) =>
        {
            var (origin, rules, names) = await Settings.Open(parsed, terminal).Transaction(async s =>
            {
                var caller = await Settings.Caller(s, parsed.GetValue(by), terminal);
                var found = await Domains.Find(s, parsed.GetRequiredValue(name));
                var locked = await DomainsTable.Lock(s, found.Id) ?? throw new CommandFailedException($"{found.Name} has just been removed.", word: "unknown_domain");
                var now = await BaseRules.Change(s, caller, locked, await change(s, parsed, locked.IsBase ? locked.Access ?? AccessRules.None : AccessRules.None), seen: null);
                return (locked, now, await BaseRules.Names(s, now));
            }, cancel);
            var lines = ((RuleList[])[RuleList.People, RuleList.Clients]).SelectMany(list => rules[list].Select((rule, i) => $"{Number(list, i + 1)}: {(rule.Allowed ? "allowed" : "denied")}{(rule.Last ? ", last" : "")}: {rule.Text(names)}"));
            await terminal.Answer(parsed, View(origin, rules, names), [$"The access rules of {origin.Name} are:", .. rules.IsEmpty ? ["none"] : lines, .. rules.Warnings()]);
            return ExitCode.Done;
        });
        return command;
    }

    private static async Task<DomainRow> Find(DbSession db, string nameOrId) => await Domains.Find(db, nameOrId) is { IsBase: true } origin
        ? origin
        : throw new CommandFailedException($"{nameOrId} is not a base. Prepare it first: broker bases prepare {nameOrId} --wait.", word: "not_a_base");

    private static object View(DomainRow origin, AccessRules rules, Func<AccessRule, string?> names)
    {
        return new { origin.Id, origin.Name, origin.IsPublic, people = rules.People.Select(One), clients = rules.Clients.Select(One), warnings = rules.Warnings() };

        object One(AccessRule rule) => new { rule.Kind, name = rule.Name ?? names(rule), rule.Value, rule.Id, rule.Allowed, rule.Last, text = rule.Text(names) };
    }

    private static string Number(RuleList list, int number) => (list == RuleList.Clients ? "c" : "") + number.ToString(CultureInfo.InvariantCulture);

    private static (RuleList List, int Number) Parse(AccessRules rules, string text)
    {
        var list = text.StartsWith('c') ? RuleList.Clients : RuleList.People;
        return int.TryParse(text.AsSpan(list == RuleList.Clients ? 1 : 0), NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= 1 && number <= rules[list].Count
            ? (list, number)
            : throw new CommandFailedException($"There is no rule {text}. 'broker access list' shows what there is. {Numbers}", word: "unknown_rule");
    }

    private static AccessRule Pair(RuleKind kind, string pair) => pair.Split('=', 2) is [var name, var value]
        ? new AccessRule(kind, Allowed: true) { Name = name, Value = value }
        : throw new CommandFailedException($"'{pair}' has no =. Write {(kind == RuleKind.Header ? "HEADER=VALUE, as in User-Agent=Firefox" : "NAME=VALUE, as in department=physics")}.", ExitCode.Usage);
}
