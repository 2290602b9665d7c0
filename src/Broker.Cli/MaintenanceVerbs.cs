using System.CommandLine;
using Broker.Core.Database;
using Broker.Core.Settings;
using Command = System.CommandLine.Command;

namespace Broker.Cli;

/// <summary><c>broker maintenance</c>: times in which only those who look after the hosts sign in and are served.</summary>
internal static class MaintenanceVerbs
{
    public static Command Command(Terminal terminal) =>
        new("maintenance", "Times in which only administrators and those who look after the hosts sign in and are served. What runs goes on.")
        {
            Subcommands = { Show(terminal), Set(terminal), End(terminal) },
        };

    private static Command Show(Terminal terminal)
    {
        var command = new Command("show", "Show the time of maintenance that there is, or will be.");
        command.SetAction(async (parsed, cancel) =>
        {
            var (maintenance, now) = await Settings.Open(parsed, terminal).Read(async s => (await SiteSettingsTable.ReadMaintenance(s), await Now(s)), cancel);
            if (maintenance?.IsOverAt(now) == true) maintenance = null;
            var text = maintenance is null ? "There is no maintenance, and none is announced." : Text(maintenance, now);
            await terminal.Answer(parsed, new { maintenance }, text);
            return ExitCode.Done;
        });
        return command;
    }

    private static Command Set(Terminal terminal)
    {
        var from = Time("--from", "Its begin, such as 2026-11-21T22:00Z, or +30m for half an hour from now. Default: at once.");
        var until = Time("--until", "Its end. Default: until it is ended.");
        var message = new Option<string?>("--message") { Description = "What the others are told.", HelpName = "TEXT" };
        var by = Settings.AsOption();
        var command = new Command("set", "Announce a time of maintenance, or begin it.") { from, until, message, by };
        command.SetAction(async (parsed, cancel) =>
        {
            var (maintenance, now) = await Settings.Open(parsed, terminal).Transaction(async s =>
            {
                var now = await Now(s);
                var announced = new Maintenance(Read(parsed.GetValue(from), now) ?? now, Read(parsed.GetValue(until), now), parsed.GetValue(message));
                await Maintenance.Set(s, await Settings.Caller(s, parsed.GetValue(by), terminal), announced, now);
                return (announced, now);
            }, cancel);
            await terminal.Answer(parsed, new { maintenance }, Text(maintenance, now));
            return ExitCode.Done;
        });
        return command;
    }

    private static Command End(Terminal terminal)
    {
        var by = Settings.AsOption();
        var command = new Command("end", "End maintenance, or take its announcement back.") { by };
        command.SetAction(async (parsed, cancel) =>
        {
            await Settings.Open(parsed, terminal).Transaction(async s =>
                await Maintenance.Set(s, await Settings.Caller(s, parsed.GetValue(by), terminal), null, await Now(s)), cancel);
            await terminal.Answer(parsed, new { maintenance = (Maintenance?)null }, "Everybody is served.");
            return ExitCode.Done;
        });
        return command;
    }

    private static string Text(Maintenance maintenance, DateTimeOffset now) =>
        $"Only administrators and those who look after the hosts {(maintenance.IsAt(now) ? "are" : "will be")} served from {Terminal.When(maintenance.From)} "
        + (maintenance.Until is { } until ? $"until {Terminal.When(until)}." : "until 'broker maintenance end'.")
        + (maintenance.Message is { } message ? $"\nThe others are told: {message}" : "");

    private static Option<string?> Time(string name, string description) => new(name) { Description = description, HelpName = "TIME" };

    private static DateTimeOffset? Read(string? text, DateTimeOffset now) =>
        text is null ? null
        : Instant.Read(text, now) ?? throw new CommandFailedException($"'{text}' is no time. Write 2026-11-21T22:00Z, or +30m for half an hour from now.", ExitCode.Usage);

    private static Task<DateTimeOffset> Now(DbSession db) => db.First<DateTimeOffset>("SELECT UTC_TIMESTAMP(6)");
}
