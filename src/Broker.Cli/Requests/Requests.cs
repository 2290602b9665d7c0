using System.CommandLine;
using Broker.Core;
using Broker.Core.Audit;
using Broker.Core.Database;
using Broker.Core.Requests;
using Command = System.CommandLine.Command;

namespace Broker.Cli;

/// <summary><c>broker requests</c>.</summary>
internal static class Requests
{
    public static Command Command(Terminal terminal) => new("requests", "What the back ends were asked to do.")
    {
        Subcommands = { List(terminal), Show(terminal), Watch(terminal), Cancel(terminal), Retry(terminal), Ask(terminal), Commands(terminal) },
    };

    /// <summary>The request of this number.</summary>
    /// <exception cref="CommandFailedException">There is none.</exception>
    public static async Task<RequestRow> Get(DbSession db, long id) =>
        await RequestsTable.Get(db, id) ?? throw new CommandFailedException($"There is no request {id}. 'broker requests list' shows the newest.");

    private static Command List(Terminal terminal)
    {
        var state = new Option<RequestState[]>("--state")
        {
            Description = "Only those in this state; may be repeated.",
            HelpName = "STATE",
            DefaultValueFactory = _ => [],
            CustomParser = result => [.. result.Tokens.Select(t => t.Value).Where(w => Word.TryParse<RequestState>(w, out _) || Wrong(result, w)).Select(Word.Parse<RequestState>)],
        };
        state.CompletionSources.Add([.. Enum.GetValues<RequestState>().Select(Word.Of)]);
        var word = new Option<string?>("--command") { Description = "Only those of this command.", HelpName = "COMMAND" };
        word.CompletionSources.Add([.. Catalogue.All.Select(c => c.Word)]);
        var user = new Option<string?>("--user") { Description = "Only those that this user asked for.", HelpName = "USER" };
        var domain = new Option<string?>("--domain") { Description = "Only those about this machine.", HelpName = "NAME|ID" };
        var before = new Option<long?>("--before") { Description = "Only those older than this request, to read on.", HelpName = "ID" };
        var limit = new Option<int>("--limit") { Description = "At most so many.", HelpName = "N", DefaultValueFactory = _ => 50 };
        var command = new Command("list", "Show requests, the newest first.") { state, word, user, domain, before, limit };
        command.SetAction(async (parsed, cancel) =>
        {
            var states = parsed.GetValue(state)!;
            var most = Math.Max(1, parsed.GetValue(limit));
            var (rows, waits) = await Settings.Open(parsed, terminal).Read(async s =>
            {
                var about = parsed.GetValue(domain) is { } name ? (await Domains.Find(s, name)).Id : (Guid?)null;
                var by = parsed.GetValue(user) is { } person ? (await Users.Find(s, person)).Id : (long?)null;
                var found = await RequestsTable.List(s, by, states, parsed.GetValue(word) is { } c ? Known(c).Word : null, about, parsed.GetValue(before), most);
                return (found, await Waiting.Of(s, found));
            }, cancel);
            await terminal.AnswerTable(parsed, rows.Select(r => RequestText.View(r, waits.GetValueOrDefault(r.Id))), ["ID", "COMMAND", "MACHINE", "USER", "STATE", "PROGRESS", "ASKED", "ERROR"],
                rows.Select(r => (Cell[])[RequestText.Number(r.Id), r.Command, r.DomainName, r.UserName, RequestText.State(r), RequestText.Progress(r, waits.GetValueOrDefault(r.Id)), Terminal.When(r.CreatedAt), r.ErrorText]));
            return ExitCode.Done;
        });
        return command;

        static bool Wrong(System.CommandLine.Parsing.ArgumentResult result, string word)
        {
            result.AddError($"There is no state '{word}'; there is {string.Join(", ", Enum.GetValues<RequestState>().Select(Word.Of))}.");
            return false;
        }
    }

    private static Command Show(Terminal terminal)
    {
        var id = new Argument<long>("ID") { Description = "The request's number." };
        var command = new Command("show", "Show one request with everything that is known about it.") { id };
        command.SetAction(async (parsed, cancel) =>
        {
            var (row, wait, steps) = await Settings.Open(parsed, terminal).Read(async s =>
            {
                var found = await Get(s, parsed.GetRequiredValue(id));
                return (found, (await Waiting.Of(s, [found])).GetValueOrDefault(found.Id), await RequestsTable.Steps(s, found));
            }, cancel);
            await terminal.AnswerDetails(parsed, RequestText.View(row, wait, steps), RequestText.Details(row, wait, steps));
            return ExitCode.Done;
        });
        return command;
    }

    private static Command Watch(Terminal terminal)
    {
        var ids = new Argument<long[]>("ID") { Description = "The requests' numbers.", Arity = ArgumentArity.OneOrMore };
        var timeout = Asking.TimeoutOption();
        var command = new Command("watch", "Show how far requests are until they have ended. The exit code tells how.") { ids, timeout };
        command.SetAction(async (parsed, cancel) =>
        {
            var settings = Settings.Read(parsed, terminal);
            var db = Settings.Open(settings);
            var rows = await db.Read(async s =>
            {
                var found = new List<RequestRow>();
                foreach (var id in parsed.GetRequiredValue(ids).Distinct()) found.Add(await Get(s, id));
                return found;
            }, cancel);
            rows = await new Watching(db, settings.DoorbellFolder, terminal, IsQuiet: Settings.IsJson(parsed)).UntilEnded(rows, parsed.GetValue(timeout), cancel);
            if (Settings.IsJson(parsed)) await terminal.WriteJson(await db.Read(s => RequestText.Views(s, rows), cancel));
            return Watching.Outcome(rows);
        });
        return command;
    }

    private static Command Cancel(Terminal terminal)
    {
        var id = new Argument<long>("ID") { Description = "The request's number." };
        var by = Settings.AsOption();
        var command = new Command("cancel", "Take back a request; what was done for it is undone.") { id, by };
        command.SetAction(async (parsed, cancel) =>
        {
            var row = await Settings.Open(parsed, terminal).Transaction(async s =>
            {
                var caller = await Settings.Caller(s, parsed.GetValue(by), terminal);
                var row = await Get(s, parsed.GetRequiredValue(id));
                if (!caller.IsAdmin && row.UserId != caller.UserId) throw new CommandFailedException($"Request {row.Id} is not {caller.Name}'s.", word: "not_allowed");
                if (!await RequestsTable.Cancel(s, row.Id, caller.UserId))
                    throw new CommandFailedException($"Request {row.Id} has ended already: {Word.Of(row.State)}.", word: "ended");
                // also when no back end is there
                await RequestsTable.TakeBackAsked(s);
                await AuditTable.Insert(s, caller.UserId, caller.Address, "request_cancelled", RequestText.Number(row.Id), new { command = row.Command, domain = row.DomainName });
                return await Get(s, row.Id);
            }, cancel);
            await terminal.Answer(parsed, RequestText.View(row, wait: null), $"Request {row.Id} ({RequestText.Title(row)}) is {(row.HasEnded ? "cancelled" : "being taken back")}.");
            return ExitCode.Done;
        });
        return command;
    }

    private static Command Retry(Terminal terminal)
    {
        var id = new Argument<long>("ID") { Description = "The request's number." };
        var asking = new Asking(terminal);
        var command = new Command("retry", "Ask once more for what failed or was cancelled.") { id };
        asking.AddWaitTo(command);
        command.SetAction((parsed, cancel) => asking.Submit(parsed,
            async (s, caller) => [await RequestWriter.Retry(s, caller, await Get(s, parsed.GetRequiredValue(id)))], isOne: true, cancel));
        return command;
    }

    private static Command Ask(Terminal terminal)
    {
        var word = new Argument<string>("COMMAND") { Description = "What to do; 'broker requests commands' lists them.", HelpName = "COMMAND" };
        word.CompletionSources.Add([.. Catalogue.All.Select(c => c.Word)]);
        var pairs = new Argument<string[]>("KEY=VALUE") { Description = "Its arguments. Machines and owners can be named by name.", Arity = ArgumentArity.ZeroOrMore };
        var jsonArgs = new Option<string?>("--json-args") { Description = "All arguments as one JSON object; KEY=VALUE adds to it.", HelpName = "JSON" };
        var asking = new Asking(terminal);
        var command = new Command("ask", "Ask for any command of the catalogue.") { word, pairs, jsonArgs };
        asking.AddTo(command);
        command.SetAction((parsed, cancel) =>
        {
            var spec = Known(parsed.GetRequiredValue(word));
            return asking.Ask(parsed, async s => [Catalogue.Decode(spec.Word, await Arguments.Read(s, spec, parsed.GetValue(jsonArgs), parsed.GetValue(pairs)!))], isOne: true, cancel);
        });
        return command;
    }

    private static Command Commands(Terminal terminal)
    {
        var command = new Command("commands", "Show what can be asked for, with the arguments.");
        command.SetAction(async (parsed, _) =>
        {
            await terminal.AnswerTable(parsed, Catalogue.All.Select(c => new { command = c.Word, c.Aliases, c.Lane, c.Summary, args = Catalogue.Schema(c) }),
                ["COMMAND", "ARGUMENTS", "WHAT IT DOES"], Catalogue.All.Select(c => (Cell[])[c.Word, ArgumentList(c), c.Summary]));
            return ExitCode.Done;
        });
        return command;
    }

    private static Core.Requests.Command Known(string word) =>
        Catalogue.Find(word) ?? throw new CommandFailedException($"There is no command '{word}'. 'broker requests commands' lists them.", ExitCode.Usage, "unknown_command");

    private static string ArgumentList(Core.Requests.Command command) =>
        string.Join(' ', command.Arguments.Where(a => !a.IsSetByWriter).Select(a => a.IsRequired ? a.Name : $"[{a.Name}]"));
}
