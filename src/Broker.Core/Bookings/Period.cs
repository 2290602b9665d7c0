namespace Broker.Core.Bookings;

/// <summary>A time from its start, inclusive, to its end, exclusive.</summary>
public sealed record Period(DateTimeOffset Start, DateTimeOffset End)
{
    /// <summary>It is going on then.</summary>
    public bool Has(DateTimeOffset at) => Start <= at && at < End;

    /// <summary>How it lies to another one with which it has time in common; null when it has none.</summary>
    public Overlap? With(Period other)
    {
        if (Start >= other.End || other.Start >= End) return null;
        return (Start.CompareTo(other.Start), End.CompareTo(other.End)) switch
        {
            (0, 0) => Overlap.Same,
            ( >= 0, <= 0) => Overlap.Inside,
            ( <= 0, >= 0) => Overlap.Around,
            ( < 0, _) => Overlap.Before,
            _ => Overlap.After,
        };
    }
}

/// <summary>How a time lies to another one with which it has some in common.</summary>
public enum Overlap
{
    /// <summary>Both are the same.</summary>
    Same,

    /// <summary>It begins before the other one, and ends in it.</summary>
    Before,

    /// <summary>It begins in the other one, and ends after it.</summary>
    After,

    /// <summary>It is a part of the other one.</summary>
    Inside,

    /// <summary>The other one is a part of it.</summary>
    Around,
}

/// <summary>Days of a calendar and times of a clock on the wall, in a zone, as times that there are. Pure.</summary>
/// <param name="FirstDay">The first day.</param>
/// <param name="LastDay">The last one.</param>
/// <param name="DaysOfWeek">Only these; every day when there is none.</param>
/// <param name="From">When it begins, by the clocks of the zone.</param>
/// <param name="Until">When it ends: on the next day when that is not later. So midnight is the end of the day, and twice the same time a whole day.</param>
public sealed record BookedDays(DateOnly FirstDay, DateOnly LastDay, IReadOnlyCollection<DayOfWeek> DaysOfWeek, TimeOnly From, TimeOnly Until)
{
    /// <summary>The longest that can be booked at once.</summary>
    public const int MostDays = 731;

    /// <summary>What is wrong with it, in sentences for people; empty when nothing is.</summary>
    public IEnumerable<string> Problems()
    {
        if (FirstDay.Year is < 2000 or > 2200) yield return "first_day is no day of our time.";
        if (LastDay < FirstDay) yield return "last_day is not before first_day.";
        else if (LastDay.DayNumber - FirstDay.DayNumber >= MostDays) yield return $"A booking is for {MostDays} days at most.";
        else if (DaysOfWeek.Count > 0 && !Days().Any()) yield return "None of these days of the week is between first_day and last_day.";
        if (From.Ticks % TimeSpan.TicksPerMinute != 0 || Until.Ticks % TimeSpan.TicksPerMinute != 0) yield return "Bookings begin and end with a full minute.";
    }

    /// <summary>One for each day. What the clocks jump over in spring is not there, what they show twice in autumn is there with both.</summary>
    public IReadOnlyList<Period> In(TimeZoneInfo zone) => [.. Days().Select(day => On(day, zone)).Where(p => p.Start < p.End)];

    /// <summary>What it is on one day.</summary>
    public Period On(DateOnly day, TimeZoneInfo zone) =>
        new(Instant(day.ToDateTime(From), zone, isEnd: false), Instant((Until > From ? day : day.AddDays(1)).ToDateTime(Until), zone, isEnd: true));

    private IEnumerable<DateOnly> Days() => Enumerable.Range(0, LastDay.DayNumber - FirstDay.DayNumber + 1).Select(FirstDay.AddDays)
        .Where(day => DaysOfWeek.Count == 0 || DaysOfWeek.Contains(day.DayOfWeek));

    private static DateTimeOffset Instant(DateTime onTheWall, TimeZoneInfo zone, bool isEnd)
    {
        if (zone.IsAmbiguousTime(onTheWall))
        {
            var offsets = zone.GetAmbiguousTimeOffsets(onTheWall);
            return new DateTimeOffset(onTheWall, isEnd ? offsets.Min() : offsets.Max()).ToUniversalTime();
        }

        // the moment at which the clocks jump
        while (zone.IsInvalidTime(onTheWall))
        {
            var before = onTheWall.AddMinutes(-1);
            if (!zone.IsInvalidTime(before)) return new DateTimeOffset(before, zone.GetUtcOffset(before)).AddMinutes(1).ToUniversalTime();
            onTheWall = before;
        }

        return new DateTimeOffset(onTheWall, zone.GetUtcOffset(onTheWall)).ToUniversalTime();
    }
}
