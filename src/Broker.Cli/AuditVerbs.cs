using System.CommandLine;
using System.Globalization;
using Broker.Core;
using Broker.Core.Audit;
using Command = System.CommandLine.Command;

namespace Broker.Cli;

/// <summary><c>broker audit</c>: who did what.</summary>
internal static class AuditVerbs
{
    private const int PieceOfExport = 2000;

    public static Command Command(Terminal terminal) => new("audit", "Who did what to what, from where, and what came of it.") { Subcommands = { List(terminal), Export(terminal) } };

    private static Command List(Terminal terminal)
    {
        var which = new Which();
        var before = new Option<long?>("--before") { Description = "Only what is older than this entry, to read on.", HelpName = "ID" };
        var limit = new Option<int>("--limit") { Description = "At most so many.", HelpName = "N", DefaultValueFactory = _ => 50 };
        var command = new Command("list", "Show what people did, the newest first.") { before, limit };
        which.AddTo(command);
        command.SetAction(async (parsed, cancel) =>
        {
            var rows = await Settings.Open(parsed, terminal).Read(async s =>
                await AuditTable.List(s, which.Filter(parsed), parsed.GetValue(before), Math.Max(1, parsed.GetValue(limit))), cancel);
            await terminal.AnswerTable(parsed, rows, ["ID", "WHEN", "WHO", "FROM", "DID", "TO", "OUTCOME", "WHY NOT"],
                rows.Select(r => (Cell[])[r.Id.ToString(CultureInfo.InvariantCulture), Terminal.When(r.At), r.UserName, r.Address, r.Action, r.Subject, Outcome(r.Outcome), r.Code]));
            return ExitCode.Done;
        });
        return command;
    }

    private static Command Export(Terminal terminal)
    {
        var which = new Which();
        var command = new Command("export", "Write what people did as CSV, the newest first.");
        which.AddTo(command);
        command.SetAction(async (parsed, cancel) =>
        {
            var (db, filter) = (Settings.Open(parsed, terminal), which.Filter(parsed));
            await AuditCsv.Write(terminal.Out, (last, token) => db.Read(s => AuditTable.List(s, filter, last, PieceOfExport), token), cancel);
            return ExitCode.Done;
        });
        return command;
    }

    private static Cell Outcome(AuditOutcome outcome) => new(Word.Of(outcome), outcome switch
    {
        AuditOutcome.Done => Tone.None,
        AuditOutcome.Cancelled => Tone.Middling,
        _ => Tone.Bad,
    });

    // What both commands take to say which entries.
    private sealed class Which
    {
        private readonly Option<string?> _user = new("--user") { Description = "Only what this user did, also when the account is gone.", HelpName = "USER" };
        private readonly Option<string?> _action = new("--action") { Description = "Only this.", HelpName = "WORD" };
        private readonly Option<string?> _outcome = new("--outcome") { Description = "Only what ended like this: done, refused, failed, cancelled.", HelpName = "OUTCOME" };
        private readonly Option<string?> _text = new("--text") { Description = "Only what has this in the name of what it was done to, or at the beginning of the address.", HelpName = "TEXT" };
        private readonly Option<DateTimeOffset?> _from = Time("--from", "Not before this time, such as 2026-11-22 or 2026-11-22T08:30Z; UTC where no zone is named.");
        private readonly Option<DateTimeOffset?> _until = Time("--until", "Before this time.");

        public Which()
        {
            _outcome.CompletionSources.Add([.. Enum.GetValues<AuditOutcome>().Select(Word.Of)]);
            _outcome.Validators.Add(result =>
            {
                if (result.Tokens is [var word] && !Word.TryParse<AuditOutcome>(word.Value, out _)) result.AddError($"There is no outcome '{word.Value}'; there is {string.Join(", ", Enum.GetValues<AuditOutcome>().Select(Word.Of))}.");
            });
        }

        public void AddTo(Command command)
        {
            foreach (var option in (Option[])[_user, _action, _outcome, _text, _from, _until]) command.Options.Add(option);
        }

        public AuditFilter Filter(ParseResult parsed) => new()
        {
            User = parsed.GetValue(_user),
            Action = parsed.GetValue(_action),
            Outcome = parsed.GetValue(_outcome) is { } word ? Word.Parse<AuditOutcome>(word) : null,
            Text = parsed.GetValue(_text),
            From = parsed.GetValue(_from),
            Until = parsed.GetValue(_until),
        };

        private static Option<DateTimeOffset?> Time(string name, string description) => new(name)
        {
            Description = description,
            HelpName = "TIME",
            CustomParser = result =>
            {
                if (DateTimeOffset.TryParse(result.Tokens[0].Value, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var at)) return at;
                result.AddError($"'{result.Tokens[0].Value}' is no time such as 2026-11-22 or 2026-11-22T08:30Z.");
                return null;
            },
        };
    }
}
