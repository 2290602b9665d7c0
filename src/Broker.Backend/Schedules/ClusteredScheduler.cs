using Broker.Core.Database;
using Microsoft.Extensions.DependencyInjection;
using Quartz;

namespace Broker.Backend.Schedules;

/// <summary>Quartz as Broker uses it.</summary>
public static class ClusteredScheduler
{
    private static readonly TimeSpan Late = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan SignOfLife = TimeSpan.FromSeconds(5);

    /// <summary>Adds the clustered scheduler, whose tables lie in Broker's database, and what keeps it in line.</summary>
    public static IServiceCollection AddSchedules(this IServiceCollection services, Db db) => services
        .AddQuartz(quartz => quartz
            .ConfigureScheduler(o => (o.InstanceName, o.GenerateInstanceId) = ("broker", true))
            .UseDefaultThreadPool(2)
            .UsePersistentStore(store => store
                .UseMySql(Db.Provider, db.ConnectionString)
                .ConfigureStore(o => (o.StoreJobDataAsStrings, o.MisfireThreshold) = (true, Late))
                .UseClustering(o => o.CheckinInterval = SignOfLife)))
        .AddQuartzHostedService(o => o.WaitForJobsToComplete = true)
        .AddHostedService<QuartzInLine>();
}
