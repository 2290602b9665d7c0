using System.Globalization;
using Broker.Core.Access;
using Broker.Core.Audit;
using Broker.Core.Database;
using Broker.Core.Domains;
using Broker.Core.Requests;
using Broker.Core.Users;

namespace Broker.Core.Bookings;

/// <summary>A booking, as it is to be.</summary>
/// <param name="Title">What it is for.</param>
/// <param name="FirstDay">The first day.</param>
/// <param name="LastDay">The last day.</param>
/// <param name="From">When it begins on each day, such as 08:00.</param>
/// <param name="Until">When it ends: on the next day when that is not later. 00:00 is the end of the day.</param>
/// <param name="TimeZone">By the clocks of this zone, such as Europe/Madrid.</param>
/// <param name="Description">More about it.</param>
/// <param name="Colour">Its colour in a calendar, such as #2b8a3e.</param>
/// <param name="DaysOfWeek">Only these days, Sunday is 0; every day when left out.</param>
/// <param name="Visibility">Who may read what it is for.</param>
/// <param name="ForUsers">Sign-in names of those for whom it is, besides whoever books.</param>
/// <param name="ForGroups">Names of the groups for whom it is.</param>
/// <param name="OnBases">Desktops of these bases are booked; all machines when left out, which only those do who change everybody's bookings.</param>
/// <param name="DespiteConflicts">Also what is booked already.</param>
public sealed record BookingToBe(
    string Title, DateOnly FirstDay, DateOnly LastDay, string From, string Until, string TimeZone, string? Description = null, string? Colour = null,
    IReadOnlyList<int>? DaysOfWeek = null, Visibility Visibility = Visibility.Public, IReadOnlyList<string>? ForUsers = null, IReadOnlyList<string>? ForGroups = null,
    IReadOnlyList<Guid>? OnBases = null, bool DespiteConflicts = false);

/// <summary>What is changed of days of a booking. What is left out stays.</summary>
/// <param name="Title">What it is for.</param>
/// <param name="Description">More about it; nothing when empty.</param>
/// <param name="Day">Another day, of one entry alone.</param>
/// <param name="From">When it begins, such as 08:00, by the clocks of the booking's zone.</param>
/// <param name="Until">When it ends.</param>
/// <param name="Visibility">Who may read what it is for.</param>
/// <param name="ForUsers">Sign-in names of those for whom it is.</param>
/// <param name="ForGroups">Names of the groups for whom it is.</param>
/// <param name="OnBases">Desktops of these bases are booked; all machines when empty.</param>
/// <param name="DespiteConflicts">Also what is booked already.</param>
public sealed record EntryChange(
    string? Title = null, string? Description = null, DateOnly? Day = null, string? From = null, string? Until = null, Visibility? Visibility = null,
    IReadOnlyList<string>? ForUsers = null, IReadOnlyList<string>? ForGroups = null, IReadOnlyList<Guid>? OnBases = null, bool DespiteConflicts = false);

/// <summary>Days of a booking as they are to be, and what is in their way.</summary>
public sealed record BookingPlan(IReadOnlyList<EntryRow> Entries, IReadOnlyList<Conflict> Conflicts);

/// <summary>Making, changing and removing bookings: judged, written and audited in the caller's transaction.</summary>
public static class Booking
{
    /// <summary>The colour of a booking of which none is said.</summary>
    public const string UsualColour = "#1971c2";

    private const int LongestTitle = 190;
    private const int LongestDescription = 4000;
    private const int MostNames = 500;

    /// <summary>What a booking would be.</summary>
    /// <exception cref="RequestRefusedException"><c>bad_arguments</c>, <c>not_allowed</c>, <c>unknown_…</c>.</exception>
    public static async Task<BookingPlan> Plan(DbSession db, Caller caller, BookingToBe form)
    {
        if (May.Do(caller, Grant.Book, null) is { IsAllowed: false } no) throw new RequestRefusedException("not_allowed", no.Reason);
        var zone = TimeZoneInfo.TryFindSystemTimeZoneById(form.TimeZone, out var found) && found.HasIanaId ? found : null;
        var (from, until) = (Time(form.From), Time(form.Until));
        var problems = TextProblems(form.Title, form.Description).ToList();
        if (zone is null) problems.Add($"There is no time zone '{form.TimeZone}'. They are called as Europe/Madrid or UTC.");
        if (from is null) problems.Add("from is a time such as 08:00.");
        if (until is null) problems.Add("until is a time such as 10:30.");
        if (form.Colour is { } colour && !IsColour(colour)) problems.Add($"colour is something like {UsualColour}.");
        if (form.DaysOfWeek?.Any(d => d is < 0 or > 6) == true) problems.Add("days_of_week are between 0 (Sunday) and 6 (Saturday).");
        var days = new BookedDays(form.FirstDay, form.LastDay, [.. (form.DaysOfWeek ?? []).Select(d => (DayOfWeek)d)], from ?? default, until ?? default);
        problems.AddRange(days.Problems());
        Refuse(problems);

        var periods = days.In(zone!);
        if (periods.Count == 0) Refuse(["The clocks jump over that time on each of these days."]);
        var entry = new EntryRow
        {
            OwnerId = caller.UserId,
            OwnerName = caller.Name,
            Colour = form.Colour?.ToLowerInvariant() ?? UsualColour,
            TimeZone = form.TimeZone,
            Title = form.Title.Trim(),
            Description = Text(form.Description),
            Visibility = form.Visibility,
            ForUsers = await Users(db, form.ForUsers ?? []),
            ForGroups = await Groups(db, form.ForGroups ?? []),
            OnBases = await Bases(db, caller, form.OnBases ?? []),
            StartsAt = default,
            EndsAt = default,
        };
        return await Against(db, [.. periods.Select(p => entry with { StartsAt = p.Start, EndsAt = p.End })]);
    }

    /// <summary>Books.</summary>
    /// <returns>The booking's key, and what was booked twice for it.</returns>
    /// <exception cref="RequestRefusedException">As <see cref="Plan(DbSession, Caller, BookingToBe)"/>; <c>booking_conflict</c>.</exception>
    public static async Task<(long Id, IReadOnlyList<Conflict> Conflicts)> Make(DbSession db, Caller caller, BookingToBe form)
    {
        await BookingsTable.InTurn(db);
        var plan = await Plan(db, caller, form);
        MustNotConflict(caller, plan, form.DespiteConflicts);
        var id = await BookingsTable.Insert(db, plan.Entries);
        await AuditTable.Insert(db, caller.UserId, caller.Address, "booking_added", plan.Entries[0].Title, new { booking = id, form });
        return (id, plan.Conflicts);
    }

    /// <summary>What days of a booking would be.</summary>
    /// <exception cref="RequestRefusedException"><c>bad_arguments</c>, <c>not_allowed</c>, <c>unknown_…</c>.</exception>
    public static async Task<BookingPlan> Plan(DbSession db, Caller caller, long entryId, Entries which, EntryChange change)
    {
        var (one, picked) = await Mine(db, caller, entryId, which);
        var (from, until) = (change.From is null ? null : Time(change.From), change.Until is null ? null : Time(change.Until));
        var problems = TextProblems(change.Title ?? one.Title, change.Description).ToList();
        if (change.From is not null && from is null) problems.Add("from is a time such as 08:00.");
        if (change.Until is not null && until is null) problems.Add("until is a time such as 10:30.");
        if (change.Day is not null && which is not Entries.This) problems.Add("Only one entry alone is moved to another day.");
        Refuse(problems);

        var (users, groups, bases) = (change.ForUsers is { } u ? await Users(db, u) : null, change.ForGroups is { } g ? await Groups(db, g) : null, change.OnBases is { } b ? await Bases(db, caller, b) : null);
        var entries = picked.Select(e =>
        {
            var (starts, ends) = (Wall(e.StartsAt), Wall(e.EndsAt));
            var isMoved = change.Day is not null || from is not null || until is not null;
            var day = change.Day ?? DateOnly.FromDateTime(starts);
            var period = isMoved ? new BookedDays(day, day, [], from ?? TimeOnly.FromDateTime(starts), until ?? TimeOnly.FromDateTime(ends)).On(day, e.Zone) : e.Period;
            return e with
            {
                StartsAt = period.Start,
                EndsAt = period.End,
                Title = change.Title?.Trim() ?? e.Title,
                Description = change.Description is null ? e.Description : Text(change.Description),
                Visibility = change.Visibility ?? e.Visibility,
                ForUsers = users ?? e.ForUsers,
                ForGroups = groups ?? e.ForGroups,
                OnBases = bases ?? e.OnBases,
            };

            DateTime Wall(DateTimeOffset at) => TimeZoneInfo.ConvertTime(at, e.Zone).DateTime;
        }).ToList();
        if (entries.Any(e => e.StartsAt >= e.EndsAt)) Refuse(["The clocks jump over that time on one of these days."]);
        return await Against(db, entries);
    }

    /// <summary>Changes days of a booking.</summary>
    /// <exception cref="RequestRefusedException">As <see cref="Plan(DbSession, Caller, long, Entries, EntryChange)"/>; <c>booking_conflict</c>.</exception>
    public static async Task<BookingPlan> Change(DbSession db, Caller caller, long entryId, Entries which, EntryChange change)
    {
        await BookingsTable.InTurn(db);
        var plan = await Plan(db, caller, entryId, which, change);
        MustNotConflict(caller, plan, change.DespiteConflicts);
        await BookingsTable.Set(db, plan.Entries);
        await AuditTable.Insert(db, caller.UserId, caller.Address, "booking_changed", plan.Entries[0].Title, new { booking = plan.Entries[0].BookingId, entry = entryId, which, change });
        return plan;
    }

    /// <summary>Forgets days of a booking.</summary>
    /// <returns>How many.</returns>
    /// <exception cref="RequestRefusedException"><c>not_allowed</c>, <c>unknown_booking</c>.</exception>
    public static async Task<int> Remove(DbSession db, Caller caller, long entryId, Entries which)
    {
        await BookingsTable.InTurn(db);
        var (one, picked) = await Mine(db, caller, entryId, which);
        await BookingsTable.Delete(db, picked);
        await AuditTable.Insert(db, caller.UserId, caller.Address, "booking_removed", one.Title, new { booking = one.BookingId, entry = entryId, which, days = picked.Count });
        return picked.Count;
    }

    /// <summary>May he change it? Pure.</summary>
    public static bool MayChange(Caller caller, EntryRow entry) => caller.Reach(Grant.Book) is Reach.All || (entry.OwnerId == caller.UserId && May.Do(caller, Grant.Book, null).IsAllowed);

    private static async Task<(EntryRow One, IReadOnlyList<EntryRow> Picked)> Mine(DbSession db, Caller caller, long entryId, Entries which)
    {
        var one = await BookingsTable.Entry(db, entryId) ?? throw new RequestRefusedException("unknown_booking", $"There is no day {entryId} of a booking.");
        if (!MayChange(caller, one)) throw new RequestRefusedException("not_allowed", $"That is booked by {one.OwnerName}: only who books, and those who change everybody's bookings, change it.");
        return (one, Series.Pick(await BookingsTable.Of(db, one.BookingId), one, which));
    }

    private static async Task<BookingPlan> Against(DbSession db, IReadOnlyList<EntryRow> entries)
    {
        var changed = entries.Select(e => e.Id).ToHashSet();
        var there = await BookingsTable.Within(db, new Period(entries.Min(e => e.StartsAt), entries.Max(e => e.EndsAt)));
        return new BookingPlan(entries, Series.Conflicts(entries, [.. there.Where(e => !changed.Contains(e.Id))]));
    }

    private static void MustNotConflict(Caller caller, BookingPlan plan, bool despite)
    {
        if (plan.Conflicts.Count == 0) return;
        var others = plan.Conflicts.Where(c => !MayChange(caller, c.Entry)).ToList();
        if (despite && others.Count == 0) return;
        var first = others.Count > 0 ? others[0] : plan.Conflicts[0];
        var at = TimeZoneInfo.ConvertTime(first.Entry.StartsAt, first.Entry.Zone);
        var what = string.Create(CultureInfo.InvariantCulture,
            $"{(Booked.MaySee(first.Entry, caller) ? first.Entry.Title : "Something")}, booked by {first.Entry.OwnerName} from {at:yyyy-MM-dd HH:mm} ({first.Entry.TimeZone}), has time and machines in common with it{(plan.Conflicts.Count > 1 ? $", and {plan.Conflicts.Count - 1} more" : "")}.");
        throw new RequestRefusedException("booking_conflict", others.Count > 0
            ? $"{what} Choose another time; only those who change everybody's bookings book what others have."
            : $"{what} If that may be so, ask with despite_conflicts.");
    }

    private static void Refuse(List<string> problems)
    {
        if (problems.Count > 0) throw new RequestRefusedException("bad_arguments", string.Join(' ', problems)) { Problems = problems };
    }

    private static IEnumerable<string> TextProblems(string title, string? description)
    {
        if (title.Trim().Length is 0 or > LongestTitle) yield return $"title has 1 to {LongestTitle} characters.";
        if (title.Any(char.IsControl)) yield return "title has no control characters.";
        if (description?.Length > LongestDescription) yield return $"description has at most {LongestDescription} characters.";
        if (description?.Any(c => char.IsControl(c) && c is not ('\n' or '\r' or '\t')) == true) yield return "description has no control characters but line ends.";
    }

    private static bool IsColour(string text) => text.Length == 7 && text[0] == '#' && text.Skip(1).All(char.IsAsciiHexDigit);

    private static TimeOnly? Time(string text) => TimeOnly.TryParseExact(text, "HH:mm", CultureInfo.InvariantCulture, DateTimeStyles.None, out var time) ? time : null;

    private static string? Text(string? text) => string.IsNullOrWhiteSpace(text) ? null : text.Trim();

    private static async Task<IReadOnlyList<long>> Users(DbSession db, IReadOnlyList<string> names)
    {
        if (names.Count == 0) return [];
        if (names.Count > MostNames) Refuse([$"A booking names at most {MostNames} people: make a group of them."]);
        var found = await UsersTable.Find(db, names);
        var unknown = names.Where(n => !found.Any(u => string.Equals(u.Name, n.Trim(), StringComparison.OrdinalIgnoreCase))).ToList();
        if (unknown.Count > 0) throw new RequestRefusedException("unknown_user", $"There is nobody called {string.Join(", ", unknown.Take(10))}.");
        return [.. found.Select(u => u.Id)];
    }

    private static async Task<IReadOnlyList<long>> Groups(DbSession db, IReadOnlyList<string> names)
    {
        var ids = new List<long>();
        foreach (var name in names.Distinct().Take(MostNames))
            ids.Add((await UserGroupsTable.Find(db, name) ?? throw new RequestRefusedException("unknown_group", $"There is no group called {name}.")).Id);
        return ids;
    }

    // to book is to keep others out: what one may not have oneself, and everything, book those who look after all bookings
    private static async Task<IReadOnlyList<Guid>> Bases(DbSession db, Caller caller, IReadOnlyList<Guid> ids)
    {
        if (ids.Count == 0 && caller.Reach(Grant.Book) is not Reach.All)
            throw new RequestRefusedException("not_allowed", "Say which bases are booked: only those who change everybody's bookings book all machines.");
        var bases = (await DomainsTable.Get(db, [.. ids.Distinct()])).ToDictionary(d => d.Id);
        foreach (var id in ids)
        {
            if (bases.GetValueOrDefault(id) is not { IsBase: true } origin || !May.Do(caller, Grant.View, origin).IsAllowed) throw new RequestRefusedException("unknown_domain", $"There is no base {id}.");
            if (caller.Reach(Grant.Book) is not Reach.All && May.Do(caller, Grant.Clone, origin) is { IsAllowed: false } no) throw new RequestRefusedException("not_allowed", no.Reason);
        }

        return [.. ids.Distinct()];
    }
}
