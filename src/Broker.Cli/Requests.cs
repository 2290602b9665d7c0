using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using Broker.Core;
using Broker.Core.Database;
using Broker.Core.Requests;
using Broker.Core.Users;
using Command = System.CommandLine.Command;

namespace Broker.Cli;

/// <summary><c>broker request</c>.</summary>
internal static class Requests
{
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(100);

    public static Command Command(Terminal terminal) => new("request", "What the back end was asked to do.")
    {
        List(terminal),
        Show(terminal),
        Send(terminal),
        Cancel(terminal),
        Commands(terminal),
    };

    private static Command List(Terminal terminal)
    {
        var state = new Option<string?>("--state") { Description = "Only those in this state." };
        state.AcceptOnlyFromAmong(Enum.GetValues<RequestState>().Select(Word.Of).ToArray());
        var word = new Option<string?>("--command") { Description = "Only those of this command.", HelpName = "COMMAND" };
        var domain = new Option<string?>("--domain") { Description = "Only those about this machine.", HelpName = "NAME|ID" };
        var limit = new Option<int>("--limit") { Description = "At most so many.", HelpName = "N", DefaultValueFactory = _ => 50 };
        var json = Settings.JsonOption();
        var command = new Command("list", "Show requests, the newest first.") { state, word, domain, limit, json };
        command.SetAction(async (parsed, cancel) =>
        {
            var rows = await Settings.Open(parsed, terminal).Read(async s =>
            {
                var about = parsed.GetValue(domain) is { } name ? (await Domains.Find(s, name)).Id : (Guid?)null;
                return await RequestsTable.List(s,
                    state: parsed.GetValue(state) is { } w ? Word.Parse<RequestState>(w) : null,
                    command: parsed.GetValue(word) is { } c ? Known(c).Word : null,
                    domainId: about, limit: Math.Max(1, parsed.GetValue(limit)));
            }, cancel);
            if (parsed.GetValue(json))
                await terminal.WriteJson(rows.Select(View));
            else
                terminal.WriteTable(["ID", "COMMAND", "MACHINE", "USER", "STATE", "PROGRESS", "ASKED", "ERROR"],
                    rows.Select(r => (string?[])[Number(r.Id), r.Command, r.DomainName, r.UserName, Word.Of(r.State), Progress(r), Terminal.When(r.CreatedAt), r.ErrorText]));
            return ExitCode.Done;
        });
        return command;
    }

    private static Command Show(Terminal terminal)
    {
        var id = new Argument<long>("ID") { Description = "The request's number." };
        var json = Settings.JsonOption();
        var command = new Command("show", "Show one request with everything that is known about it.") { id, json };
        command.SetAction(async (parsed, cancel) =>
        {
            var row = await Settings.Open(parsed, terminal).Read(s => Get(s, parsed.GetRequiredValue(id)), cancel);
            if (parsed.GetValue(json))
                await terminal.WriteJson(View(row));
            else
                foreach (var (what, value) in Details(row))
                    if (!string.IsNullOrEmpty(value)) await terminal.Say($"{what,-12} {value}");
            return ExitCode.Done;
        });
        return command;
    }

    private static Command Send(Terminal terminal)
    {
        var word = new Argument<string>("COMMAND") { Description = "What to do; 'broker request commands' lists them." };
        word.CompletionSources.Add(_ => Catalogue.All.Select(c => new System.CommandLine.Completions.CompletionItem(c.Word)));
        var arg = new Option<string[]>("--arg") { Description = "An argument; may be repeated. Machines and owners can be named by name.", HelpName = "KEY=VALUE", DefaultValueFactory = _ => [] };
        var jsonArgs = new Option<string?>("--json-args") { Description = "All arguments as one JSON object; --arg adds to it.", HelpName = "JSON" };
        var by = Settings.AsOption();
        var wait = new Option<bool>("--wait") { Description = "Wait until it has ended, and show how far it is." };
        var timeout = new Option<double?>("--timeout") { Description = "With --wait: at most so many seconds; the request itself goes on. Default: no limit.", HelpName = "SECONDS" };
        var json = new Option<bool>("--json") { Description = "Print the request as JSON." };
        var command = new Command("send", "Ask the back end for something.") { word, arg, jsonArgs, by, wait, timeout, json };
        command.SetAction(async (parsed, cancel) =>
        {
            var db = Settings.Open(parsed, terminal);
            var spec = Known(parsed.GetRequiredValue(word));
            var submitted = await db.Transaction(async s =>
            {
                var caller = await Settings.Caller(s, parsed.GetValue(by));
                var args = await Arguments.Read(s, spec, parsed.GetValue(jsonArgs), parsed.GetValue(arg)!);
                return await RequestWriter.Submit(s, caller, Catalogue.Decode(spec.Word, args));
            }, cancel);
            var row = submitted.Row;
            await terminal.Error.WriteLineAsync(Terminal.Plain(
                submitted.IsFolded ? $"Request {row.Id} ({Title(row)}) was there already." : $"Request {row.Id} ({Title(row)}) is in the queue."));
            if (parsed.GetValue(wait))
                row = await WaitFor(db, row, terminal, parsed.GetValue(timeout) is { } seconds ? TimeSpan.FromSeconds(seconds) : null, cancel);
            if (parsed.GetValue(json)) await terminal.WriteJson(View(row));
            else await terminal.Say(Number(row.Id));
            if (row.State is RequestState.Failed) throw new CommandFailedException($"Request {row.Id} failed: {row.ErrorText} ({row.ErrorCode})");
            if (row.State is RequestState.Cancelled) throw new CommandFailedException($"Request {row.Id} was cancelled.");
            return parsed.GetValue(wait) && !row.HasEnded
                ? throw new CommandFailedException($"Request {row.Id} has not ended in time; it goes on: broker request show {row.Id}.", ExitCode.TimedOut)
                : ExitCode.Done;
        });
        return command;
    }

    private static Command Cancel(Terminal terminal)
    {
        var id = new Argument<long>("ID") { Description = "The request's number." };
        var by = Settings.AsOption();
        var command = new Command("cancel", "Take back a request that nobody has taken up yet.") { id, by };
        command.SetAction(async (parsed, cancel) =>
        {
            var row = await Settings.Open(parsed, terminal).Transaction(async s =>
            {
                var caller = await Settings.Caller(s, parsed.GetValue(by));
                var row = await Get(s, parsed.GetRequiredValue(id));
                if (!caller.IsAdmin && row.UserId != caller.UserId) throw new CommandFailedException($"Request {row.Id} is not {caller.Name}'s.");
                if (!await RequestsTable.Cancel(s, row.Id))
                {
                    var now = await Get(s, row.Id);
                    throw new CommandFailedException(now.HasEnded
                        ? $"Request {row.Id} has ended already: {Word.Of(now.State)}."
                        : $"Request {row.Id} is in work and can't be taken back any more.");
                }

                await UsersTable.Audit(s, caller.UserId, caller.Address, "request_cancelled", Number(row.Id), new { command = row.Command, domain = row.DomainName });
                return row;
            }, cancel);
            await terminal.Say($"Request {row.Id} ({Title(row)}) is cancelled.");
            return ExitCode.Done;
        });
        return command;
    }

    private static Command Commands(Terminal terminal)
    {
        var json = Settings.JsonOption();
        var command = new Command("commands", "Show what can be asked for, with the arguments.") { json };
        command.SetAction(async (parsed, _) =>
        {
            if (parsed.GetValue(json))
                await terminal.WriteJson(Catalogue.All.Select(c => new { command = c.Word, c.Aliases, c.Lane, c.Summary, args = Catalogue.Schema(c) }));
            else
                terminal.WriteTable(["COMMAND", "ARGUMENTS", "WHAT IT DOES"], Catalogue.All.Select(c => (string[])[c.Word, ArgumentList(c), c.Summary]));
            return ExitCode.Done;
        });
        return command;
    }

    private static async Task<RequestRow> WaitFor(Db db, RequestRow row, Terminal terminal, TimeSpan? atMost, CancellationToken cancel)
    {
        var started = Stopwatch.GetTimestamp();
        var shown = "";
        while (true)
        {
            row = await db.Read(s => Get(s, row.Id), cancel);
            var now = row.HasEnded ? $"{Word.Of(row.State)} after {Stopwatch.GetElapsedTime(started).TotalSeconds.ToString("0.0", CultureInfo.InvariantCulture)} s" : $"{Word.Of(row.State)} {Progress(row)}".TrimEnd();
            if (now != shown) await terminal.Error.WriteLineAsync(Terminal.Plain($"  {shown = now}"));
            if (row.HasEnded || Stopwatch.GetElapsedTime(started) > atMost) return row;
            await Task.Delay(Look, cancel);
        }
    }

    private static Core.Requests.Command Known(string word) =>
        Catalogue.Find(word) ?? throw new CommandFailedException($"There is no command '{word}'. 'broker request commands' lists them.", ExitCode.Usage);

    private static async Task<RequestRow> Get(DbSession db, long id) =>
        await RequestsTable.Get(db, id) ?? throw new CommandFailedException($"There is no request {id}. 'broker request list' shows the newest.");

    private static string ArgumentList(Core.Requests.Command command) =>
        string.Join(' ', command.Arguments.Where(a => !a.IsSetByWriter).Select(a => a.IsRequired ? a.Name : $"[{a.Name}]"));

    private static string Title(RequestRow row) => row.DomainName is null ? row.Command : $"{row.Command} {row.DomainName}";

    private static string Number(long id) => id.ToString(CultureInfo.InvariantCulture);

    private static string Progress(RequestRow row) => row.State switch
    {
        RequestState.Working => $"{row.Progress} % {row.ProgressText}",
        RequestState.Waiting when row.AtTime is not null => $"until {Terminal.When(row.AtTime)} {row.ProgressText}",
        RequestState.Waiting => $"for request {row.AfterId}",
        _ => "",
    };

    private static IEnumerable<(string What, string? Value)> Details(RequestRow row) =>
    [
        ("id", Number(row.Id)),
        ("command", row.Command),
        ("arguments", row.Args.GetRawText()),
        ("machine", row.DomainName is null ? null : $"{row.DomainName} ({row.DomainId})"),
        ("user", row.UserName),
        ("state", $"{Word.Of(row.State)} {Progress(row)}".TrimEnd()),
        ("asked", Terminal.When(row.CreatedAt)),
        ("not before", Terminal.When(row.AtTime)),
        ("after", row.AfterId is { } after ? $"request {after}" : null),
        ("started", Terminal.When(row.StartedAt)),
        ("ended", Terminal.When(row.EndedAt)),
        ("attempts", Number(row.Attempts)),
        .. row.AttemptErrors.EnumerateArray().Select(e => ("", (string?)$"{e.GetProperty("at").GetString()} {e.GetProperty("code").GetString()}: {e.GetProperty("message").GetString()}")),
        ("error", row.ErrorCode is null ? null : $"{row.ErrorCode}: {row.ErrorText}"),
        ("result", row.Result?.GetRawText()),
    ];

    private static object View(RequestRow r) => new
    {
        r.Id,
        r.Command,
        r.State,
        user = new { id = r.UserId, name = r.UserName },
        r.DomainId,
        r.DomainName,
        r.CreatedAt,
        at = r.AtTime,
        r.AfterId,
        r.StartedAt,
        r.EndedAt,
        r.Attempts,
        r.AttemptErrors,
        r.Progress,
        r.ProgressText,
        error = r.ErrorCode is null ? null : new { code = r.ErrorCode, message = r.ErrorText },
        r.Result,
        r.Args,
    };
}
