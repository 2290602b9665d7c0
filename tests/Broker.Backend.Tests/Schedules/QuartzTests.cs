using Broker.Backend.Tests.Requests;
using Broker.Core.Requests.Domains;
using Broker.Core.Schedules;
using Broker.Testing;
using Quartz;

namespace Broker.Backend.Tests.Schedules;

public sealed class QuartzTests() : BackEndTests(isStarted: false)
{
    // a moment before eleven
    private static readonly DateTimeOffset Evening = new(2030, 11, 22, 22, 59, 52, TimeSpan.Zero);

    [Fact]
    public async Task OfTwoBackEndsOneHasAScheduleComeAndOnce()
    {
        var night = await Night();
        var other = await Night("also");
        var clock = new MovedClock(Evening);
        await _b.Start(clock);
        await _b.Start(clock);
        foreach (var id in (long[])[night, other]) Assert.Equal(Evening.AddSeconds(8), Assert.Single(await Runs(id)).DueAt);
    }

    [Fact]
    public async Task WhatWasMissedWhileNoBackEndRanComesOnceWhenOneStarts()
    {
        var night = await Night();
        await _b.Start(new MovedClock(Evening.AddMinutes(-10)));
        await _b.Until(s => s.First<int>("SELECT COUNT(*) FROM QRTZ_CRON_TRIGGERS"), count => count == 2);
        await _b.Stop();

        await _b.Start(new MovedClock(Evening.AddMinutes(20)));
        Assert.Equal(Evening.AddSeconds(8), Assert.Single(await Runs(night)).DueAt);
    }

    [Fact]
    public async Task OneThatCantBeReadKeepsNoOtherFromComing()
    {
        var (bad, night) = (await Night("a-bad-one"), await Night());
        await _b.Db.Transaction(s => s.Execute("UPDATE schedules SET cron = 'when the moon is full' WHERE id = @bad", new { bad }));
        await _b.Start(new MovedClock(Evening));
        Assert.Single(await Runs(night));
    }

    [Theory]
    [InlineData("0 23 * * *")]
    [InlineData("30 2 * * *")]
    [InlineData("*/20 2 * * *")]
    [InlineData("*/15 * * * *")]
    [InlineData("5 * * * *")]
    [InlineData("0 2,3 * * sun")]
    [InlineData("5/20 1-3 * * *")]
    [InlineData("0 22-3 * * fri-mon")]
    [InlineData("0 3 13 * 5")]
    [InlineData("0 3 */2 * 1")]
    [InlineData("0 3 * * 5-7")]
    [InlineData("0 3 * * */2")]
    [InlineData("15,45 6-8 1-7 mar,oct *")]
    [InlineData("0 3 29 2 *")]
    [InlineData("0 12 31 * *")]
    public void QuartzComesWhenWeSayItDoes(string text)
    {
        var zone = TimeZoneInfo.FindSystemTimeZoneById("Europe/Madrid");
        var quartz = CronExpression.Parse(text, CronFormat.Unix).WithTimeZone(zone);
        var cron = Cron.Parse(text);
        foreach (var start in (string[])["2026-03-28T20:00Z", "2026-10-24T20:00Z", "2026-12-31T20:00Z"])
        {
            var at = DateTimeOffset.Parse(start, null);
            // Quartz ends with the century
            foreach (var ours in cron.Coming(at, zone, 40).TakeWhile(t => t.Year < 2090))
            {
                Assert.Equal(quartz.GetNextValidTimeAfter(at)!.Value.ToUniversalTime(), ours);
                at = ours;
            }
        }
    }

    private Task<long> Night(string name = "night") => _b.Db.Transaction(s =>
        SchedulesTable.Insert(s, new ScheduleRow { Name = name, Command = HibernateDomain.Spec.Word, Machines = Machines.Disconnected, Cron = "0 23 * * *", TimeZone = "UTC" }));

    private Task<List<ScheduleRun>> Runs(long schedule) => _b.Until(async s => (await SchedulesTable.Runs(s, [schedule], 9))[schedule].ToList(), runs => runs.Count > 0);
}
