using Broker.Core.Database;
using Broker.Core.Schedules;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Quartz;

namespace Broker.Backend.Schedules;

/// <summary>Brings Quartz in line with the table of schedules, which people change. Every back end does; what is right already is left alone.</summary>
public sealed class QuartzInLine(Db db, ISchedulerFactory schedulers, TimeProvider clock, ILogger<QuartzInLine> logger) : BackgroundService
{
    private static readonly TimeSpan Every = TimeSpan.FromSeconds(2);

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var scheduler = await schedulers.GetScheduler(stoppingToken);
        var known = new Dictionary<long, DateTimeOffset>();
        using var timer = new PeriodicTimer(Every, clock);
        do
        {
            try
            {
                if (known.Count == 0) await db.Transaction(s => SchedulesTable.Seed(s, LocalZone()), stoppingToken);
                var schedules = (await db.Read(SchedulesTable.All, stoppingToken)).ToDictionary(s => s.Id);
                foreach (var gone in known.Keys.Where(id => !schedules.ContainsKey(id)).ToList())
                {
                    await scheduler.DeleteJob(ScheduleJob.KeyOf(gone), stoppingToken);
                    known.Remove(gone);
                }

                foreach (var schedule in schedules.Values.Where(s => known.GetValueOrDefault(s.Id) != s.ChangedAt))
                {
                    try
                    {
                        await Align(scheduler, schedule, stoppingToken);
                        known[schedule.Id] = schedule.ChangedAt;
                    }
                    catch (Exception e) when (e is FormatException or TimeZoneNotFoundException)
                    {
                        // written by another version, or on a machine with other zones: the others come all the same
                        Log.ScheduleNotRead(logger, schedule.Name, e.Message);
                    }
                }
            }
            catch (Exception e) when (e is not OutOfMemoryException && !stoppingToken.IsCancellationRequested)
            {
                Log.ScheduleNotAligned(logger, e.Message);
            }
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    private static async Task Align(IScheduler scheduler, ScheduleRow schedule, CancellationToken cancel)
    {
        var (job, trigger) = (ScheduleJob.KeyOf(schedule.Id), new TriggerKey($"{schedule.Id}"));
        if (!schedule.IsEnabled)
        {
            await scheduler.DeleteJob(job, cancel);
            return;
        }

        var cron = CronExpression.Parse(schedule.Cron, CronFormat.Unix).WithTimeZone(schedule.Zone);
        // Set anew, it would forget what was missed while no back end ran.
        if (await scheduler.GetTrigger(trigger, cancel) is ICronTrigger there && there.CronExpressionString == cron.CronExpressionString && there.TimeZone.Id == schedule.Zone.Id) return;
        await scheduler.ScheduleJob(
            JobBuilder.Create<ScheduleJob>().WithIdentity(job).RequestRecovery().Build(),
            [TriggerBuilder.Create(scheduler.TimeProvider).WithIdentity(trigger).ForJob(job)
                .WithSchedule(CronScheduleBuilder.Create(cron).InTimeZone(schedule.Zone).WithMisfireInstruction(CronTriggerMisfireInstruction.FireAndProceed)).Build()],
            new ScheduleJobOptions { Replace = true }, cancel);
    }

    // A zone that has no name on other machines is none.
    private static string LocalZone() => TimeZoneInfo.TryFindSystemTimeZoneById(TimeZoneInfo.Local.Id, out var zone) ? zone.Id : TimeZoneInfo.Utc.Id;
}
