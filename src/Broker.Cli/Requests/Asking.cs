using System.CommandLine;
using Broker.Core.Access;
using Broker.Core.Database;
using Broker.Core.Requests;
using Command = System.CommandLine.Command;

namespace Broker.Cli;

/// <summary>What all verbs that ask a back end for something have in common: for whom, when, and whether to wait.</summary>
internal sealed class Asking(Terminal terminal)
{
    private readonly Option<string?> _by = Settings.AsOption();
    private readonly Option<string?> _at = new("--at") { Description = "Not before this time: 2026-11-21T22:00Z, or +30m from now (s, m, h, d).", HelpName = "TIME" };
    private readonly Option<long?> _after = new("--after") { Description = "Not before this request has ended well.", HelpName = "ID" };
    private readonly Option<long?> _afterAny = new("--after-any") { Description = "Not before this request has ended, well or not.", HelpName = "ID" };
    private readonly Option<int?> _priority = new("--priority") { Description = "Instead of the command's own, 0 to 1000, lower first; only for administrators.", HelpName = "N" };
    private readonly Option<bool> _force = new("--force") { Description = "Ask anew, also when an equal request is there already." };
    private readonly Option<bool> _wait = new("--wait") { Description = "Wait until it has ended, and show how far it is. The exit code tells how it ended." };
    private readonly Option<double?> _timeout = TimeoutOption();

    /// <summary>How long to wait for requests.</summary>
    public static Option<double?> TimeoutOption() =>
        new("--timeout") { Description = "Wait at most so many seconds; the request itself goes on. Default: no limit.", HelpName = "SECONDS" };

    /// <summary>Gives a verb these options.</summary>
    public void AddTo(Command command)
    {
        foreach (var option in (Option[])[_by, _at, _after, _afterAny, _priority, _force, _wait, _timeout]) command.Options.Add(option);
    }

    /// <summary>Gives a verb that asks once more what was asked before those that are about its caller and the wait.</summary>
    public void AddWaitTo(Command command)
    {
        foreach (var option in (Option[])[_by, _wait, _timeout]) command.Options.Add(option);
    }

    /// <summary>Writes requests, all or none of them, and waits for them if that is wanted. Prints their numbers.</summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="requests">What to ask for, read in the transaction that writes it.</param>
    /// <param name="isOne">There is always one: its JSON is an object, not a list.</param>
    /// <param name="cancel">Ends the wait; what was asked for goes on.</param>
    public Task<int> Ask(ParseResult parsed, Func<DbSession, Task<IReadOnlyList<IRequest>>> requests, bool isOne, CancellationToken cancel) =>
        Submit(parsed, async (s, caller) =>
        {
            var (after, afterAny) = (parsed.GetValue(_after), parsed.GetValue(_afterAny));
            if (after is not null && afterAny is not null) throw new CommandFailedException("--after and --after-any: a request follows one other.", ExitCode.Usage);
            var at = parsed.GetValue(_at) is { } text ? await Time(s, text) : (DateTimeOffset?)null;
            var all = new List<Submitted>();
            foreach (var request in await requests(s))
                all.Add(await RequestWriter.Submit(s, caller, request, at, after ?? afterAny, afterOk: afterAny is null, parsed.GetValue(_force), parsed.GetValue(_priority)));
            return all;
        }, isOne, cancel);

    /// <summary>Writes requests, and waits for them if that is wanted. Prints their numbers.</summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="submit">Writes them, for this caller.</param>
    /// <param name="isOne">There is always one: its JSON is an object, not a list.</param>
    /// <param name="cancel">Ends the wait; what was asked for goes on.</param>
    public async Task<int> Submit(ParseResult parsed, Func<DbSession, Caller, Task<List<Submitted>>> submit, bool isOne, CancellationToken cancel)
    {
        var settings = Settings.Read(parsed, terminal);
        var db = Settings.Open(settings);
        var isJson = Settings.IsJson(parsed);
        var submitted = await db.Transaction(async s => await submit(s, await Settings.Caller(s, parsed.GetValue(_by), terminal)), cancel);
        var rows = submitted.ConvertAll(s => s.Row);
        if (!isJson)
        {
            foreach (var (row, isFolded) in submitted)
                await terminal.Error.WriteLineAsync(Terminal.Plain($"Request {row.Id} ({RequestText.Title(row)}) {(isFolded ? "was there already" : "is in the queue")}."));
        }

        var waits = parsed.GetValue(_wait);
        if (waits) rows = await new Watching(db, settings.DoorbellFolder, terminal, IsQuiet: isJson).UntilEnded(rows, parsed.GetValue(_timeout), cancel);
        if (isJson)
        {
            var views = await db.Read(s => RequestText.Views(s, rows), cancel);
            await terminal.WriteJson(isOne ? views[0] : views);
        }
        else
        {
            foreach (var row in rows) await terminal.Out.WriteLineAsync(RequestText.Number(row.Id));
        }

        return waits ? Watching.Outcome(rows) : ExitCode.Done;
    }

    private static async Task<DateTimeOffset> Time(DbSession db, string text) =>
        // the database's clock is the one that is looked at later
        Instant.Read(text, await db.First<DateTimeOffset>("SELECT UTC_TIMESTAMP(6)"))
        ?? throw new CommandFailedException($"'{text}' is no time. Write 2026-11-21T22:00Z, or +30m for half an hour from now.", ExitCode.Usage);
}
