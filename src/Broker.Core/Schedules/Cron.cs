using System.Globalization;

namespace Broker.Core.Schedules;

/// <summary>
/// When something recurs, in the five fields of a crontab: minute, hour, day of month, month, day of week (0 and 7 are Sunday, or names).
/// A field is <c>*</c> or a list of numbers and ranges, each with a step if need be: <c>30 7 * * mon-fri</c>, <c>*/10 * * * *</c>.
/// </summary>
/// <remarks>
/// When both days are given either will do, as ever in crontabs. What falls into the hour that a zone leaves out in spring comes when it is over;
/// what falls into the one that comes twice in autumn comes twice only when it has no fixed time of day. Quartz does the same, which a test holds.
/// </remarks>
public sealed class Cron
{
    // the longest there is between two 29th of February
    private const int MostDaysApart = 366 * 8;

    private static readonly string[] DayNames = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"];
    private static readonly string[] MonthNames = ["", "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];

    private readonly SortedSet<int> _minutes, _hours, _days, _months, _weekdays;
    private readonly bool _isAnyDay, _isAnyWeekday, _comesTwice;

    private Cron(string[] fields)
    {
        _minutes = Read(fields[0], "minute", 0, 59, []);
        _hours = Read(fields[1], "hour", 0, 23, []);
        _days = Read(fields[2], "day of month", 1, 31, []);
        _months = Read(fields[3], "month", 1, 12, MonthNames);
        _weekdays = [.. Read(fields[4], "day of week", 0, 7, DayNames).Select(d => d % 7)];
        (_isAnyDay, _isAnyWeekday) = (fields[2] == "*", fields[4] == "*");
        _comesTwice = fields[0].AsSpan().ContainsAny('*', '/', '-') || fields[1].AsSpan().ContainsAny('*', '/', '-');
    }

    /// <summary>The minutes of an hour; null for every one.</summary>
    public IReadOnlyList<int>? Minutes => _minutes.Count == 60 ? null : [.. _minutes];

    /// <summary>The hours of a day; null for every one.</summary>
    public IReadOnlyList<int>? Hours => _hours.Count == 24 ? null : [.. _hours];

    /// <summary>The days of a month; null for every one. With days of the week: either.</summary>
    public IReadOnlyList<int>? DaysOfMonth => _isAnyDay ? null : [.. _days];

    /// <summary>The months; null for every one.</summary>
    public IReadOnlyList<int>? Months => _months.Count == 12 ? null : [.. _months];

    /// <summary>The days of a week, Sunday is 0; null for every one.</summary>
    public IReadOnlyList<int>? DaysOfWeek => _isAnyWeekday ? null : [.. _weekdays];

    /// <summary>The same in English.</summary>
    public string Text => $"{Times()}{Days()}{(Months is { } months ? $" in {List(months.Select(m => CultureInfo.InvariantCulture.DateTimeFormat.GetMonthName(m)))}" : "")}";

    /// <summary>Reads the five fields.</summary>
    /// <exception cref="FormatException">They can't be read, or never come; the message says which and why.</exception>
    public static Cron Parse(string text)
    {
        var fields = text.Split(' ', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        if (fields.Length != 5)
            throw new FormatException($"'{text}' has {fields.Length} fields. It takes five: minute, hour, day of month, month, day of week, such as '0 23 * * *' for every day at 23:00.");
        var cron = new Cron(fields);
        if (cron.Next(DateTimeOffset.UnixEpoch, TimeZoneInfo.Utc) is null) throw new FormatException($"'{text}' never comes: no such month has that day.");
        return cron;
    }

    /// <summary>The first time after that; null when there is none.</summary>
    public DateTimeOffset? Next(DateTimeOffset after, TimeZoneInfo zone)
    {
        var day = DateOnly.FromDateTime(TimeZoneInfo.ConvertTime(after, zone).Date);
        for (var i = 0; i <= MostDaysApart; i++)
            if (On(day.AddDays(i), zone).FirstOrDefault(at => at > after) is { Ticks: > 0 } next) return next;
        return null;
    }

    /// <summary>The last time that has come by then; null when there is none.</summary>
    public DateTimeOffset? Last(DateTimeOffset now, TimeZoneInfo zone)
    {
        var day = DateOnly.FromDateTime(TimeZoneInfo.ConvertTime(now, zone).Date);
        for (var i = 0; i <= MostDaysApart; i++)
            if (On(day.AddDays(-i), zone).LastOrDefault(at => at <= now) is { Ticks: > 0 } last) return last;
        return null;
    }

    /// <summary>The next times after that.</summary>
    public IReadOnlyList<DateTimeOffset> Coming(DateTimeOffset after, TimeZoneInfo zone, int count)
    {
        var coming = new List<DateTimeOffset>();
        while (coming.Count < count && Next(coming is [.., var last] ? last : after, zone) is { } next) coming.Add(next);
        return coming;
    }

    /// <summary>The times of a day by the zone's clock, in order.</summary>
    private IEnumerable<DateTimeOffset> On(DateOnly day, TimeZoneInfo zone)
    {
        if (!_months.Contains(day.Month) || !IsDay(day)) return [];
        return (from hour in _hours from minute in _minutes from at in At(day.ToDateTime(new TimeOnly(hour, minute)), zone) select at).Distinct().Order();
    }

    private bool IsDay(DateOnly day) => (_isAnyDay, _isAnyWeekday) switch
    {
        (true, _) => _weekdays.Contains((int)day.DayOfWeek),
        (_, true) => _days.Contains(day.Day),
        _ => _days.Contains(day.Day) || _weekdays.Contains((int)day.DayOfWeek),
    };

    private IEnumerable<DateTimeOffset> At(DateTime local, TimeZoneInfo zone)
    {
        while (zone.IsInvalidTime(local)) local = local.AddMinutes(1);
        TimeSpan[] offsets = zone.IsAmbiguousTime(local) ? [.. zone.GetAmbiguousTimeOffsets(local).OrderDescending()] : [zone.GetUtcOffset(local)];
        return offsets.Take(_comesTwice ? offsets.Length : 1).Select(offset => new DateTimeOffset(local, offset).ToUniversalTime());
    }

    private static SortedSet<int> Read(string field, string what, int least, int most, string[] names)
    {
        var values = new SortedSet<int>();
        foreach (var part in field.ToLowerInvariant().Split(','))
        {
            var step = part.Split('/');
            var range = step[0].Split('-');
            var (from, to) = range switch
            {
                ["*"] => (least, least == 0 && most == 7 ? 6 : most),
                [var one] when step.Length == 2 => (Number(one), most == 7 ? 6 : most),
                [var one] => (Number(one), Number(one)),
                [var a, var b] => (Number(a), Number(b)),
                _ => throw Bad(),
            };
            var by = step.Length switch
            {
                1 => 1,
                2 when int.TryParse(step[1], NumberStyles.None, CultureInfo.InvariantCulture, out var n) && n > 0 => n,
                _ => throw Bad(),
            };
            // 22-3 and fri-mon go over the end
            if (to < from && range.Length == 2) to += most - least + (most == 7 ? 0 : 1);
            for (var value = from; value <= to; value += by) values.Add(value > most ? value - (most - least + (most == 7 ? 0 : 1)) : value);
        }

        return values;

        int Number(string text)
        {
            if (Array.IndexOf(names, text) is var index && index >= least && text.Length > 0) return index;
            return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= least && number <= most ? number : throw Bad();
        }

        FormatException Bad() => new($"'{field}' is no {what}: write *, or numbers from {least} to {most}, ranges as 1-5 and steps as */2, with commas between them.");
    }

    private string Times()
    {
        if (Minutes is null && Hours is null) return "every minute";
        if (Hours is null && EveryMinutes() is { } apart) return $"every {apart} minutes";
        if (Hours is null) return $"every hour at minute {List(_minutes.Select(Two))}";
        if (_minutes.Count * _hours.Count <= 6) return $"at {List(from hour in _hours from minute in _minutes select $"{Two(hour)}:{Two(minute)}")}";
        return $"{(Minutes is null ? "every minute" : EveryMinutes() is { } each ? $"every {each} minutes" : $"at minute {List(_minutes.Select(Two))}")} of the hours {List(_hours.Select(Two))}";
    }

    private string Days()
    {
        var month = DaysOfMonth is { } days ? $" on day {List(days.Select(d => d.ToString(CultureInfo.InvariantCulture)))} of the month" : null;
        var week = DaysOfWeek is { } weekdays ? $" on {List(weekdays.Select(d => ((DayOfWeek)d).ToString()))}" : null;
        return (month, week) switch
        {
            (null, null) => Hours is null ? "" : " every day",
            ({ }, { }) => $"{month} and{week}",
            _ => month ?? week!,
        };
    }

    private int? EveryMinutes() =>
        _minutes.Count > 1 && _minutes.Min == 0 && 60 % _minutes.Count == 0 && _minutes.SequenceEqual(Enumerable.Range(0, _minutes.Count).Select(i => i * (60 / _minutes.Count)))
            ? 60 / _minutes.Count : null;

    private static string Two(int number) => number.ToString("00", CultureInfo.InvariantCulture);

    private static string List(IEnumerable<string> items) => items.ToList() is [.. { Count: > 0 } most, var last] ? $"{string.Join(", ", most)} and {last}" : items.Single();
}
