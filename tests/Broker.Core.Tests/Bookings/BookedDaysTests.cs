using System.Globalization;
using Broker.Core.Bookings;

namespace Broker.Core.Tests.Bookings;

/// <summary>Days and times of a clock on the wall, as times that there are.</summary>
public class BookedDaysTests
{
    private static readonly TimeZoneInfo Madrid = TimeZoneInfo.FindSystemTimeZoneById("Europe/Madrid");

    [Theory]
    // summer, winter
    [InlineData("2026-07-01", "08:00", "10:00", "2026-07-01T06:00Z", "2026-07-01T08:00Z")]
    [InlineData("2026-01-15", "08:00", "10:00", "2026-01-15T07:00Z", "2026-01-15T09:00Z")]
    // midnight is the end of a day; what ends earlier than it begins ends on the next day; twice the same is a whole day
    [InlineData("2026-01-15", "22:00", "00:00", "2026-01-15T21:00Z", "2026-01-15T23:00Z")]
    [InlineData("2026-01-15", "22:00", "02:00", "2026-01-15T21:00Z", "2026-01-16T01:00Z")]
    [InlineData("2026-01-15", "00:00", "00:00", "2026-01-14T23:00Z", "2026-01-15T23:00Z")]
    // on 29 March 2026 the clocks go from 02:00 to 03:00: a day of 23 hours
    [InlineData("2026-03-29", "00:00", "00:00", "2026-03-28T23:00Z", "2026-03-29T22:00Z")]
    [InlineData("2026-03-29", "01:30", "03:30", "2026-03-29T00:30Z", "2026-03-29T01:30Z")]
    [InlineData("2026-03-29", "02:30", "03:30", "2026-03-29T01:00Z", "2026-03-29T01:30Z")]
    [InlineData("2026-03-29", "01:00", "02:30", "2026-03-29T00:00Z", "2026-03-29T01:00Z")]
    // on 25 October 2026 they go from 03:00 to 02:00: a day of 25 hours, and 02:30 comes twice
    [InlineData("2026-10-25", "00:00", "00:00", "2026-10-24T22:00Z", "2026-10-25T23:00Z")]
    [InlineData("2026-10-25", "02:30", "04:00", "2026-10-25T00:30Z", "2026-10-25T03:00Z")]
    [InlineData("2026-10-25", "01:00", "02:30", "2026-10-24T23:00Z", "2026-10-25T01:30Z")]
    public void ADayIsWhatTheClocksOfTheZoneShow(string day, string from, string until, string starts, string ends) =>
        Assert.Equal(new Period(At(starts), At(ends)), Assert.Single(Days(day, day, from, until).In(Madrid)));

    [Fact]
    public void WhatTheClocksJumpOverIsNotThere()
    {
        var periods = Days("2026-03-28", "2026-03-30", "02:00", "03:00").In(Madrid);
        Assert.Equal([At("2026-03-28T01:00Z"), At("2026-03-30T00:00Z")], periods.Select(p => p.Start));
    }

    [Fact]
    public void ItBeginsAtTheSameTimeOfTheClockBeforeAndAfterTheyAreChanged()
    {
        var periods = Days("2026-10-19", "2026-11-01", "08:00", "09:00", DayOfWeek.Monday).In(Madrid);
        Assert.Equal([At("2026-10-19T06:00Z"), At("2026-10-26T07:00Z")], periods.Select(p => p.Start));
    }

    [Fact]
    public void OnlyTheDaysOfTheWeekThatAreSaid()
    {
        var periods = Days("2026-11-01", "2026-11-30", "08:00", "09:00", DayOfWeek.Tuesday, DayOfWeek.Friday).In(TimeZoneInfo.Utc);
        Assert.Equal([3, 6, 10, 13, 17, 20, 24, 27], periods.Select(p => p.Start.Day));
    }

    [Theory]
    [InlineData("2026-11-02", "2026-11-01", "not before first_day")]
    [InlineData("2026-11-01", "2029-11-01", "731 days")]
    [InlineData("2026-11-02", "2026-11-03", "days of the week")]
    public void WhatCanBeNoBookingIsTold(string first, string last, string says) =>
        Assert.Contains(Days(first, last, "08:00", "09:00", DayOfWeek.Sunday).Problems(), p => p.Contains(says, StringComparison.Ordinal));

    [Theory]
    [InlineData("08:00", true)]
    [InlineData("09:59:59.999", true)]
    [InlineData("10:00", false)]
    [InlineData("07:59:59.999", false)]
    public void ItHasItsStartAndNotItsEnd(string time, bool has) =>
        Assert.Equal(has, new Period(At("2026-11-02T08:00Z"), At("2026-11-02T10:00Z")).Has(At($"2026-11-02T{time}Z")));

    [Theory]
    [InlineData(8, 10, Overlap.Same)]
    [InlineData(7, 9, Overlap.Before)]
    [InlineData(9, 11, Overlap.After)]
    [InlineData(8, 9, Overlap.Inside)]
    [InlineData(9, 10, Overlap.Inside)]
    [InlineData(7, 10, Overlap.Around)]
    [InlineData(8, 11, Overlap.Around)]
    [InlineData(7, 11, Overlap.Around)]
    [InlineData(6, 8, null)]        // one ends when the other begins
    [InlineData(10, 12, null)]
    [InlineData(5, 6, null)]
    public void TwoTimesOverlap(int from, int until, Overlap? how) => Assert.Equal(how, Hours(from, until).With(Hours(8, 10)));

    private static Period Hours(int from, int until) => new(At("2026-11-02T00:00Z").AddHours(from), At("2026-11-02T00:00Z").AddHours(until));

    private static BookedDays Days(string first, string last, string from, string until, params DayOfWeek[] on) =>
        new(DateOnly.Parse(first, CultureInfo.InvariantCulture), DateOnly.Parse(last, CultureInfo.InvariantCulture), on,
            TimeOnly.Parse(from, CultureInfo.InvariantCulture), TimeOnly.Parse(until, CultureInfo.InvariantCulture));

    private static DateTimeOffset At(string text) => DateTimeOffset.Parse(text, CultureInfo.InvariantCulture);
}
