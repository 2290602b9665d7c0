using System.Globalization;
using Broker.Core.Schedules;

namespace Broker.Core.Tests.Schedules;

public class CronTests
{
    private static readonly TimeZoneInfo Madrid = TimeZoneInfo.FindSystemTimeZoneById("Europe/Madrid");

    [Theory]
    [InlineData("0 23 * * *", "at 23:00 every day")]
    [InlineData("30 7 * * mon-fri", "at 07:30 on Monday, Tuesday, Wednesday, Thursday and Friday")]
    [InlineData("*/10 * * * *", "every 10 minutes")]
    [InlineData("* * * * *", "every minute")]
    [InlineData("5 * * * *", "every hour at minute 05")]
    [InlineData("0 3 1,15 * *", "at 03:00 on day 1 and 15 of the month")]
    [InlineData("0 3 1 jan,jul *", "at 03:00 on day 1 of the month in January and July")]
    [InlineData("0 8,20 * * 0", "at 08:00 and 20:00 on Sunday")]
    [InlineData("0 3 1 * 1", "at 03:00 on day 1 of the month and on Monday")]
    public void ItSaysWhatItMeans(string cron, string text) => Assert.Equal(text, Cron.Parse(cron).Text);

    [Theory]
    [InlineData("0 23 * *", "five")]
    [InlineData("60 * * * *", "minute")]
    [InlineData("0 24 * * *", "hour")]
    [InlineData("0 0 0 * *", "day of month")]
    [InlineData("0 0 * 13 *", "month")]
    [InlineData("0 0 * * 8", "day of week")]
    [InlineData("0 0 * * noday", "day of week")]
    [InlineData("*/0 * * * *", "minute")]
    [InlineData("1-2-3 * * * *", "minute")]
    [InlineData(", * * * *", "minute")]
    [InlineData("0 3 31 4 *", "never")]
    public void WhatCantBeReadIsRefusedByTheNameOfTheField(string cron, string word) =>
        Assert.Contains(word, Assert.Throws<FormatException>(() => Cron.Parse(cron)).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("0 23 * * *", "2026-11-22T12:00Z", "2026-11-22T22:00Z")]
    [InlineData("0 23 * * *", "2026-11-22T22:00Z", "2026-11-23T22:00Z")]
    [InlineData("0 23 * * mon-fri", "2026-11-20T23:00Z", "2026-11-23T22:00Z")]
    [InlineData("0 4 29 2 *", "2026-11-22T12:00Z", "2028-02-29T03:00Z")]
    [InlineData("30 2 * * *", "2026-03-28T12:00Z", "2026-03-29T01:00Z")]       // an hour that is left out is over
    [InlineData("30 2 * * *", "2026-10-25T00:30Z", "2026-10-26T01:30Z")]       // one that comes twice counts once
    [InlineData("*/30 * * * *", "2026-10-25T00:30Z", "2026-10-25T01:00Z")]     // but not for what has no fixed hour
    public void ItComesByTheClocksOfItsZone(string cron, string after, string next) => Assert.Equal(At(next), Cron.Parse(cron).Next(At(after), Madrid));

    [Fact]
    public void TheLastTimeIsTheOneBeforeTheNext()
    {
        var cron = Cron.Parse("0 23 * * *");
        Assert.Equal(At("2026-11-21T22:00Z"), cron.Last(At("2026-11-22T21:59Z"), Madrid));
        Assert.Equal(At("2026-11-22T22:00Z"), cron.Last(At("2026-11-22T22:00Z"), Madrid));
    }

    private static DateTimeOffset At(string text) => DateTimeOffset.Parse(text, CultureInfo.InvariantCulture);
}
