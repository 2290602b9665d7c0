using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Broker.Core;
using Broker.Core.Access;
using Broker.Core.Audit;
using Broker.Core.Database;
using Broker.Core.Schedules;
using Command = System.CommandLine.Command;

namespace Broker.Cli;

/// <summary><c>broker schedules</c>: what recurs.</summary>
internal static class Schedules
{
    private const int TimesShown = 5;
    private const int RunsShown = 10;

    public static Command Command(Terminal terminal) => new("schedules", "What recurs: nightly hibernation and the like.")
    {
        Subcommands =
        {
            List(terminal),
            Show(terminal),
            Add(terminal),
            Set(terminal),
            Change(terminal, "enable", "Switch a schedule on.", "schedule_changed", "is switched on", (s, row) => SchedulesTable.Set(s, row with { IsEnabled = true })),
            Change(terminal, "disable", "Switch a schedule off.", "schedule_changed", "is switched off", (s, row) => SchedulesTable.Set(s, row with { IsEnabled = false })),
            Change(terminal, "remove", "Let something recur no more. What came with Broker can only be switched off.", "schedule_removed", "is removed", SchedulesTable.Delete),
            Run(terminal),
        },
    };

    private static async Task<ScheduleRow> Find(DbSession db, string name) =>
        await SchedulesTable.Find(db, name) ?? throw new CommandFailedException($"There is no schedule {name}. 'broker schedules list' shows what there is.", word: "unknown_schedule");

    private static Command List(Terminal terminal)
    {
        var command = new Command("list", "Show all schedules, when they come next and what came of them last.");
        command.SetAction(async (parsed, cancel) =>
        {
            var (schedules, runs) = await Settings.Open(parsed, terminal).Read(async s =>
            {
                var all = await SchedulesTable.All(s);
                return (all, await SchedulesTable.Runs(s, [.. all.Select(r => r.Id)], 1));
            }, cancel);
            await terminal.AnswerTable(parsed, schedules.Select(s => View(s, runs[s.Id])), ["NAME", "WHAT", "WHEN", "ZONE", "NEXT", "LAST"],
                schedules.Select(s => (Cell[])[s.Name, What(s), Cron.Parse(s.Cron).Text, s.TimeZone, s.IsEnabled ? Terminal.When(Next(s)[0]) : new Cell("switched off", Tone.Middling),
                    Outcome(runs[s.Id].FirstOrDefault())]));
            return ExitCode.Done;
        });
        return command;
    }

    private static Command Show(Terminal terminal)
    {
        var name = new Argument<string>("NAME") { Description = "The schedule." };
        var command = new Command("show", "Show one schedule with its next times and what came of the last ones.") { name };
        command.SetAction(async (parsed, cancel) =>
        {
            var (schedule, runs) = await Settings.Open(parsed, terminal).Read(async s =>
            {
                var found = await Find(s, parsed.GetRequiredValue(name));
                return (found, (await SchedulesTable.Runs(s, [found.Id], RunsShown))[found.Id]);
            }, cancel);
            await terminal.AnswerDetails(parsed, View(schedule, runs),
            [
                ("name", schedule.Name),
                ("what", What(schedule)),
                ("when", $"{Cron.Parse(schedule.Cron).Text} ({schedule.Cron})"),
                ("time zone", schedule.TimeZone),
                ("switched on", schedule.IsEnabled ? "yes" : new Cell("no", Tone.Middling)),
                .. Next(schedule).Select(at => ("next", (Cell)Terminal.When(at))),
                .. runs.Select(run => ($"{(run.By is null ? "came" : $"run by {run.By}")}", new Cell($"{Terminal.When(run.At)}: {Outcome(run).Text}", Outcome(run).Tone))),
            ]);
            return ExitCode.Done;
        });
        return command;
    }

    private static Command Add(Terminal terminal)
    {
        var name = new Argument<string>("NAME") { Description = "What it is called." };
        var asked = new Option<string>("--command") { Description = $"What is asked for: {string.Join(", ", ScheduleRow.Commands.Select(c => c.Word))}.", HelpName = "WORD", Required = true };
        var form = new Form(isNew: true);
        var command = new Command("add", "Let something recur.") { name, asked };
        form.AddTo(command);
        command.SetAction((parsed, cancel) => Write(parsed, terminal, "schedule_added", "recurs now", async s =>
        {
            var row = await form.Read(s, parsed, new ScheduleRow { Name = parsed.GetRequiredValue(name), Command = parsed.GetRequiredValue(asked), Cron = "", TimeZone = TimeZoneInfo.Local.Id });
            await SchedulesTable.Insert(s, row);
            return row.Name;
        }, cancel));
        return command;
    }

    private static Command Set(Terminal terminal)
    {
        var name = new Argument<string>("NAME") { Description = "The schedule." };
        var form = new Form(isNew: false);
        var command = new Command("set", "Change a schedule. What is left out stays.") { name };
        form.AddTo(command);
        command.SetAction((parsed, cancel) => Write(parsed, terminal, "schedule_changed", "is changed", async s =>
        {
            var found = await Find(s, parsed.GetRequiredValue(name));
            await SchedulesTable.Set(s, await form.Read(s, parsed, found));
            return found.Name;
        }, cancel));
        return command;
    }

    private static Command Run(Terminal terminal)
    {
        var name = new Argument<string>("NAME") { Description = "The schedule." };
        var command = new Command("run", "Have a schedule come now, out of turn, also one that is switched off.") { name };
        command.SetAction((parsed, cancel) => Write(parsed, terminal, "schedule_run", "has come: what it asks for is in the queue", async (s, caller) =>
        {
            var found = await Find(s, parsed.GetRequiredValue(name));
            await Firing.Now(s, found, caller);
            return found.Name;
        }, cancel));
        return command;
    }

    private static Command Change(Terminal terminal, string verb, string description, string deed, string outcome, Func<DbSession, ScheduleRow, Task> change)
    {
        var name = new Argument<string>("NAME") { Description = "The schedule." };
        var command = new Command(verb, description) { name };
        command.SetAction((parsed, cancel) => Write(parsed, terminal, deed, outcome, async s =>
        {
            var found = await Find(s, parsed.GetRequiredValue(name));
            await change(s, found);
            return found.Name;
        }, cancel));
        return command;
    }

    private static Task<int> Write(ParseResult parsed, Terminal terminal, string deed, string outcome, Func<DbSession, Task<string>> write, CancellationToken cancel) =>
        Write(parsed, terminal, deed, outcome, (s, _) => write(s), cancel);

    private static async Task<int> Write(ParseResult parsed, Terminal terminal, string deed, string outcome, Func<DbSession, Caller, Task<string>> write, CancellationToken cancel)
    {
        var (name, schedule, runs) = await Settings.Open(parsed, terminal).Transaction(async s =>
        {
            var caller = await Settings.Caller(s, null, terminal);
            var called = await write(s, caller);
            await AuditTable.Insert(s, caller.UserId, caller.Address, deed, called, new { by = "command line" });
            var found = await SchedulesTable.Find(s, called);
            return (called, found, found is null ? [] : (await SchedulesTable.Runs(s, [found.Id], 1))[found.Id]);
        }, cancel);
        await terminal.Answer(parsed, schedule is null ? new { name } : View(schedule, runs), $"{name} {outcome}.");
        return ExitCode.Done;
    }

    private static IReadOnlyList<DateTimeOffset> Next(ScheduleRow s) => s.IsEnabled ? Cron.Parse(s.Cron).Coming(TimeProvider.System.GetUtcNow(), s.Zone, TimesShown) : [];

    private static string What(ScheduleRow s) => string.Join(' ', new[] { s.Command, s.Machines is { } which ? $"({Word.Of(which)}{(s.Most is { } most ? $", at most {most}" : "")})" : null }.OfType<string>());

    private static Cell Outcome(ScheduleRun? run) => run is null ? "" : string.Create(CultureInfo.InvariantCulture,
        $"{run.Requested} asked for, {run.Done} done{(run.Failed > 0 ? $", {run.Failed} failed" : "")}{(run.Cancelled > 0 ? $", {run.Cancelled} taken back" : "")}{(run.Refused > 0 ? $", {run.Refused} refused: {run.Problem}" : "")}") is var text
        ? new Cell(text, run.Failed + run.Refused > 0 ? Tone.Bad : Tone.None) : "";

    /// <summary>In the API's words.</summary>
    private static object View(ScheduleRow s, IEnumerable<ScheduleRun> runs) =>
        new { s.Id, s.Name, s.Command, s.Args, s.Machines, s.BaseId, s.Most, s.Cron, when = Cron.Parse(s.Cron).Text, s.TimeZone, s.IsEnabled, s.IsSeeded, next = Next(s), runs };

    /// <summary>What of a schedule can be said by options.</summary>
    private sealed class Form(bool isNew)
    {
        private readonly Option<string?> _cron = new("--cron") { Description = "When: minute, hour, day of month, month, day of week, such as '0 23 * * mon-fri'.", HelpName = "FIELDS", Required = isNew };
        private readonly Option<string?> _zone = new("--time-zone") { Description = "By the clocks of this zone, such as Europe/Madrid. Default: this machine's.", HelpName = "ZONE" };
        private readonly Option<string?> _machines = MachinesOption();
        private readonly Option<string?> _base = Selection.BaseOption();
        private readonly Option<int?> _most = new("--most") { Description = "Of so many machines each time at most, those first to which it was done longest ago; 0 for all.", HelpName = "COUNT" };
        private readonly Option<string?> _args = new("--args") { Description = "The command's arguments as JSON, but for the machine: '{\"timeout_seconds\": 300}'.", HelpName = "JSON" };

        public void AddTo(Command command)
        {
            foreach (var option in (Option[])[_cron, _zone, _machines, _base, _most, _args]) command.Options.Add(option);
        }

        public async Task<ScheduleRow> Read(DbSession db, ParseResult parsed, ScheduleRow row) => row with
        {
            Cron = parsed.GetValue(_cron) ?? row.Cron,
            TimeZone = parsed.GetValue(_zone) ?? row.TimeZone,
            Machines = parsed.GetValue(_machines) is { } which ? Word.Parse<Machines>(which) : row.Machines,
            BaseId = parsed.GetValue(_base) is { } name ? (await Domains.Find(db, name)).Id : row.BaseId,
            Most = parsed.GetValue(_most) is { } most ? most == 0 ? null : most : row.Most,
            Args = parsed.GetValue(_args) is { } json ? Json(json) : row.Args,
        };

        private static Option<string?> MachinesOption()
        {
            var option = new Option<string?>("--machines") { Description = "Of which machines: all, active, hibernated, disconnected, autostart; pools for bases that keep clones ready." };
            option.AcceptOnlyFromAmong([.. Enum.GetValues<Machines>().Select(Word.Of)]);
            option.HelpName = "WHICH";
            return option;
        }

        private static JsonElement Json(string text)
        {
            try
            {
                using var document = JsonDocument.Parse(text);
                return document.RootElement.Clone();
            }
            catch (JsonException e)
            {
                throw new CommandFailedException($"--args is not JSON: {e.Message}", ExitCode.Usage);
            }
        }
    }
}
