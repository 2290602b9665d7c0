using System.CommandLine;
using System.Globalization;
using Broker.Core;
using Broker.Core.Bookings;
using Command = System.CommandLine.Command;

namespace Broker.Cli;

/// <summary><c>broker bookings</c>: the calendar of what is booked.</summary>
internal static class Bookings
{
    private const int UsualDays = 14;

    public static Command Command(Terminal terminal) =>
        new("bookings", "What is booked: while it is, only those for whom it is start desktops.") { Subcommands = { List(terminal), Add(terminal), Remove(terminal) } };

    private static Command List(Terminal terminal)
    {
        var from = Day("--from", "The first day. Default: today.");
        var days = new Option<int>("--days") { Description = $"How many days. Default: {UsualDays}.", HelpName = "COUNT", DefaultValueFactory = _ => UsualDays };
        var command = new Command("list", "Show what is booked, day by day.") { from, days };
        command.SetAction(async (parsed, cancel) =>
        {
            var first = parsed.GetValue(from) ?? DateOnly.FromDateTime(TimeProvider.System.GetUtcNow().UtcDateTime);
            var start = new DateTimeOffset(first.ToDateTime(default), TimeSpan.Zero);
            var entries = await Settings.Open(parsed, terminal).Read(s => BookingsTable.Within(s, new Period(start, start.AddDays(Math.Clamp(parsed.GetValue(days), 1, BookedDays.MostDays)))), cancel);
            await terminal.AnswerTable(parsed, entries.Select(View), ["ID", "DAY", "FROM", "UNTIL", "ZONE", "BY", "WHAT"],
                entries.Select(e => (Cell[])[e.Id.ToString(CultureInfo.InvariantCulture), Wall(e, e.StartsAt, "ddd yyyy-MM-dd"), Wall(e, e.StartsAt, "HH:mm"), Wall(e, e.EndsAt, "HH:mm"), e.TimeZone, e.OwnerName, e.Title]));
            return ExitCode.Done;
        });
        return command;
    }

    private static Command Add(Terminal terminal)
    {
        var title = new Argument<string>("TITLE") { Description = "What it is for." };
        var from = new Option<string>("--from") { Description = "When it begins on each day, such as 08:00.", HelpName = "TIME", Required = true };
        var until = new Option<string>("--until") { Description = "When it ends: on the next day when that is not later than --from.", HelpName = "TIME", Required = true };
        var day = Day("--day", "The day, or the first one. Default: today.");
        var last = Day("--last-day", "The last day. Default: the first one.");
        var week = new Option<string[]>("--on") { Description = "Only on this day of the week, such as mon; can be given several times.", HelpName = "DAY" };
        var zone = new Option<string>("--time-zone") { Description = "By the clocks of this zone, such as Europe/Madrid. Default: this machine's.", HelpName = "ZONE", DefaultValueFactory = _ => TimeZoneInfo.Local.Id };
        var users = new Option<string[]>("--user") { Description = "For whom; can be given several times.", HelpName = "USER" };
        var groups = new Option<string[]>("--group") { Description = "For which group; can be given several times.", HelpName = "GROUP" };
        var bases = new Option<string[]>("--base") { Description = "Desktops of this base; can be given several times. Default: all machines.", HelpName = "NAME|ID" };
        var isPrivate = new Option<bool>("--private") { Description = "Others see that it is booked, but not for what." };
        var despite = new Option<bool>("--despite-conflicts") { Description = "Also what is booked already." };
        var dryRun = new Option<bool>("--dry-run") { Description = "Only tell what it would be, and what is in its way." };
        var by = Settings.AsOption();
        var command = new Command("add", "Book.") { title, from, until, day, last, week, zone, users, groups, bases, isPrivate, despite, dryRun, by };
        command.SetAction(async (parsed, cancel) =>
        {
            var first = parsed.GetValue(day) ?? DateOnly.FromDateTime(TimeProvider.System.GetUtcNow().UtcDateTime);
            var form = new BookingToBe(
                parsed.GetRequiredValue(title), first, parsed.GetValue(last) ?? first, parsed.GetRequiredValue(from), parsed.GetRequiredValue(until), parsed.GetRequiredValue(zone),
                DaysOfWeek: [.. (parsed.GetValue(week) ?? []).Select(DayOfWeekOf)], Visibility: parsed.GetValue(isPrivate) ? Visibility.Private : Visibility.Public,
                ForUsers: parsed.GetValue(users), ForGroups: parsed.GetValue(groups), DespiteConflicts: parsed.GetValue(despite));
            var (plan, id) = await Settings.Open(parsed, terminal).Transaction(async s =>
            {
                var caller = await Settings.Caller(s, parsed.GetValue(by), terminal);
                var on = new List<Guid>();
                foreach (var name in parsed.GetValue(bases) ?? []) on.Add((await Domains.Find(s, name)).Id);
                var whole = form with { OnBases = on };
                if (parsed.GetValue(dryRun)) return (await Booking.Plan(s, caller, whole), (long?)null);
                var (made, conflicts) = await Booking.Make(s, caller, whole);
                return (new BookingPlan(await BookingsTable.Of(s, made), conflicts), made);
            }, cancel);
            await terminal.Answer(parsed, new { booking = id, entries = plan.Entries.Select(View), conflicts = plan.Conflicts.Select(c => new { c.How, with = View(c.Entry) }) },
            [
                $"{form.Title} {(id is null ? "would be" : "is")} booked for {plan.Entries.Count} {(plan.Entries.Count == 1 ? "day" : "days")}, first from {Wall(plan.Entries[0], plan.Entries[0].StartsAt, "yyyy-MM-dd HH:mm")} until {Wall(plan.Entries[0], plan.Entries[0].EndsAt, "HH:mm")} ({form.TimeZone}).",
                .. plan.Conflicts.Select(c => $"In its way ({Word.Of(c.How)}): {c.Entry.Title}, by {c.Entry.OwnerName}, from {Wall(c.Entry, c.Entry.StartsAt, "yyyy-MM-dd HH:mm")} until {Wall(c.Entry, c.Entry.EndsAt, "HH:mm")}."),
            ]);
            return ExitCode.Done;
        });
        return command;
    }

    private static Command Remove(Terminal terminal)
    {
        var id = new Argument<long>("ID") { Description = "A day of a booking, as 'broker bookings list' shows it." };
        var which = new Option<string>("--which") { Description = "It alone, it and those after it, those after it on its day of the week, or all of its booking.", DefaultValueFactory = _ => Word.Of(Entries.This) };
        which.AcceptOnlyFromAmong([.. Enum.GetValues<Entries>().Select(Word.Of)]);
        which.HelpName = "WHICH";
        var by = Settings.AsOption();
        var command = new Command("remove", "Book a day no more, or more of its booking.") { id, which, by };
        command.SetAction(async (parsed, cancel) =>
        {
            var days = await Settings.Open(parsed, terminal).Transaction(async s =>
                await Booking.Remove(s, await Settings.Caller(s, parsed.GetValue(by), terminal), parsed.GetRequiredValue(id), Word.Parse<Entries>(parsed.GetRequiredValue(which))), cancel);
            await terminal.Answer(parsed, new { removed = days }, $"{days} {(days == 1 ? "day is" : "days are")} not booked any more.");
            return ExitCode.Done;
        });
        return command;
    }

    private static Option<DateOnly?> Day(string name, string description) => new(name) { Description = description, HelpName = "YYYY-MM-DD" };

    private static int DayOfWeekOf(string text) =>
        Enum.GetValues<DayOfWeek>().Where(d => text.Length >= 3 && d.ToString().StartsWith(text, StringComparison.OrdinalIgnoreCase)).Select(d => (int?)d).SingleOrDefault()
        ?? throw new CommandFailedException($"'{text}' is no day of the week, such as mon.", ExitCode.Usage);

    private static string Wall(EntryRow entry, DateTimeOffset at, string format) => TimeZoneInfo.ConvertTime(at, entry.Zone).ToString(format, CultureInfo.InvariantCulture);

    private static object View(EntryRow e) =>
        new { e.Id, e.BookingId, owner = e.OwnerName, e.StartsAt, e.EndsAt, e.TimeZone, e.Colour, e.Title, e.Description, e.Visibility, e.ForUsers, e.ForGroups, e.OnBases };
}
