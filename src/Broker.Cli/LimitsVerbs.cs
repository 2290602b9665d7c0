using System.CommandLine;
using System.Globalization;
using Broker.Core.Database;
using Broker.Core.Limits;
using Broker.Core.Users;
using Command = System.CommandLine.Command;

namespace Broker.Cli;

/// <summary><c>broker limits</c>: how much people may have.</summary>
internal static class LimitsVerbs
{
    public static Command Command(Terminal terminal) =>
        new("limits", "How much people may have: running desktops, desktops, disks, memory. What holds for everybody is among the settings.") { Subcommands = { Show(terminal), Set(terminal) } };

    private static Command Show(Terminal terminal)
    {
        var (name, group) = Whom();
        var command = new Command("show", "Show what somebody may have, why, and what he has of it; or what is said of a group's people.") { name, group };
        command.SetAction(async (parsed, cancel) =>
        {
            var called = parsed.GetRequiredValue(name);
            var db = Settings.Open(parsed, terminal);
            if (parsed.GetValue(group)) await Answer(terminal, parsed, await db.Read(async s => await LimitsTable.OfGroup(s, (await Group(s, called)).Id), cancel));
            else await Answer(terminal, parsed, await db.Read(async s => await LimitsReport.Of(s, (await Users.Find(s, called)).Id), cancel));
            return ExitCode.Done;
        });
        return command;
    }

    private static Command Set(Terminal terminal)
    {
        var (name, group) = Whom();
        var start = Number("--start", "Desktops running at a time; the oldest beyond that are ended.");
        var clones = Number("--clones", "Desktops made from bases.");
        var disk = Number("--disk", "Size of the disks of all machines together, in GiB.");
        var memory = Number("--memory", "Memory of the machines that run, in GiB.");
        var by = Settings.AsOption();
        var command = new Command("set", "Say how much somebody may have, or each of a group's people. What is left out stays.") { name, group, start, clones, disk, memory, by };
        command.SetAction(async (parsed, cancel) =>
        {
            var called = parsed.GetRequiredValue(name);
            var db = Settings.Open(parsed, terminal);
            if (parsed.GetValue(group))
            {
                await Answer(terminal, parsed, await db.Transaction(async s =>
                {
                    var found = await Group(s, called);
                    var limits = Changed(await LimitsTable.OfGroup(s, found.Id), parsed);
                    await LimitsTable.SetGroup(s, await Settings.Caller(s, parsed.GetValue(by), terminal), found.Id, found.Name, limits);
                    return limits;
                }, cancel));
                return ExitCode.Done;
            }

            await Answer(terminal, parsed, await db.Transaction(async s =>
            {
                var found = await Users.Find(s, called);
                await LimitsTable.SetUser(s, await Settings.Caller(s, parsed.GetValue(by), terminal), found.Id, found.Name, Changed(await LimitsTable.OfUser(s, found.Id), parsed));
                return await LimitsReport.Of(s, found.Id);
            }, cancel));
            return ExitCode.Done;
        });
        return command;

        LimitSet Changed(LimitSet now, ParseResult parsed) => new()
        {
            StartLimit = Value(parsed.GetValue(start), now.StartLimit),
            CloneLimit = Value(parsed.GetValue(clones), now.CloneLimit),
            DiskGib = Value(parsed.GetValue(disk), now.DiskGib),
            MemoryGib = Value(parsed.GetValue(memory), now.MemoryGib),
        };
    }

    private static (Argument<string> Name, Option<bool> IsGroup) Whom() =>
        (new Argument<string>("USER|GROUP") { Description = "Whose." }, new Option<bool>("--group") { Description = "It is the name of a group." });

    private static Option<string?> Number(string name, string description) => new(name) { Description = $"{description} 0: any number; usual: as his groups have it, or everybody.", HelpName = "NUMBER" };

    private static int? Value(string? text, int? now) => text switch
    {
        null => now,
        "usual" => null,
        _ when int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) => number,
        _ => throw new CommandFailedException($"'{text}' is neither a number nor 'usual'.", ExitCode.Usage),
    };

    private static async Task<UserGroupRow> Group(DbSession db, string name) =>
        await UserGroupsTable.Find(db, name) ?? throw new CommandFailedException($"There is no group called {name}.", word: "unknown_group");

    private static Task Answer(Terminal terminal, ParseResult parsed, LimitsReport report) =>
        terminal.AnswerTable(parsed, report, ["LIMIT", "MAY HAVE", "HAS", "SAID OF"],
        [
            Row("running desktops", report.StartLimit), Row("desktops", report.CloneLimit), Row("GiB of disks", report.DiskGib), Row("GiB of running memory", report.MemoryGib),
        ]);

    private static Cell[] Row(string what, LimitUse use) =>
        [what, Most(use.Most), new Cell(use.Used.ToString(CultureInfo.InvariantCulture), use.Most > 0 && use.Used > use.Most ? Tone.Bad : Tone.None), use.Source];

    private static Task Answer(Terminal terminal, ParseResult parsed, LimitSet limits) =>
        terminal.AnswerTable(parsed, limits, ["LIMIT", "MAY HAVE"],
        [
            ["running desktops", Most(limits.StartLimit)], ["desktops", Most(limits.CloneLimit)], ["GiB of disks", Most(limits.DiskGib)], ["GiB of running memory", Most(limits.MemoryGib)],
        ]);

    private static string Most(int? most) => most switch { null => "as everybody", 0 => "any", { } number => number.ToString(CultureInfo.InvariantCulture) };
}
