using Broker.Core.Database;
using Broker.Core.Schedules;
using Microsoft.Extensions.Logging;
using Quartz;

namespace Broker.Backend.Schedules;

/// <summary>What Quartz calls when a schedule comes: asks for what is due and does nothing itself. Called once too often, it finds nothing due.</summary>
[DisallowConcurrentExecution]
public sealed class ScheduleJob(Db db, ILogger<ScheduleJob> logger) : IJob
{
    /// <summary>Quartz's name of a schedule's job.</summary>
    public static JobKey KeyOf(long schedule) => new($"{schedule}");

    /// <inheritdoc/>
    public async ValueTask Execute(IJobExecutionContext context, CancellationToken cancellationToken = default)
    {
        var schedule = long.Parse(context.JobDetail.Key.Name, null);
        if (await db.Transaction(s => Firing.WhatIsDue(s, schedule, context.Scheduler.TimeProvider.GetUtcNow()), cancellationToken) is not null) Log.Fired(logger, schedule);
    }
}
