namespace Broker.Core.Bookings;

/// <summary>Which entries of a booking a change is about.</summary>
public enum Entries
{
    /// <summary>The one alone.</summary>
    This,

    /// <summary>The one and those after it.</summary>
    Following,

    /// <summary>The one and those after it on the same day of the week.</summary>
    FollowingOfWeekday,

    /// <summary>All of the booking.</summary>
    All,
}

/// <summary>What is booked twice.</summary>
/// <param name="Period">When the new one is.</param>
/// <param name="Entry">The one that is there.</param>
/// <param name="How">How the new one lies to it.</param>
public sealed record Conflict(Period Period, EntryRow Entry, Overlap How);

/// <summary>The entries of a booking together, and against others. Pure.</summary>
public static class Series
{
    /// <summary>Those of a booking that a change is about.</summary>
    public static IReadOnlyList<EntryRow> Pick(IEnumerable<EntryRow> all, EntryRow one, Entries which) =>
        [.. all.Where(e => e.BookingId == one.BookingId).OrderBy(e => e.StartsAt).Where(e => which switch
        {
            Entries.This => e.Id == one.Id,
            Entries.Following => e.StartsAt >= one.StartsAt,
            Entries.FollowingOfWeekday => e.StartsAt >= one.StartsAt && e.Day.DayOfWeek == one.Day.DayOfWeek,
            Entries.All => true,
        })];

    /// <summary>Where entries that are to be would be booked twice: at the same time, and on the same base or on all. An entry is never in its own way.</summary>
    public static IReadOnlyList<Conflict> Conflicts(IEnumerable<EntryRow> wanted, IReadOnlyCollection<EntryRow> there) =>
        [.. from one in wanted
            from other in there
            where other.Id != one.Id && (one.OnBases.Count == 0 || other.OnBases.Count == 0 || one.OnBases.Intersect(other.OnBases).Any())
            let how = one.Period.With(other.Period)
            where how is not null
            orderby one.StartsAt, other.StartsAt, other.Id
            select new Conflict(one.Period, other, how.Value)];
}
