using Broker.Backend;
using Broker.Backend.Nodes;
using Broker.Backend.Reconcile;
using Broker.Backend.Requests;
using Broker.Backend.Schedules;
using Broker.Backend.VmManagers;
using Broker.Core.Database;
using Broker.Core.Events;
using Broker.Core.Settings;
using Broker.Core.Telemetry;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

BackEndSettings settings;
try
{
    settings = SettingsFile.Read<BackEndSettings>(SettingsFile.Named(args), Environment.GetEnvironmentVariable);
}
catch (SettingsException e)
{
    await Console.Error.WriteLineAsync(e.Message);
    return 2;
}

var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
builder.AddTelemetry("broker-backend", settings);

var doorbell = new Doorbell(settings.DoorbellFolder);
var db = new Db(settings.Database, ring: doorbell.Ring, patience: TimeSpan.FromSeconds(30));
builder.Services
    .AddSingleton(settings)
    .AddSingleton(TimeProvider.System)
    .AddSingleton(doorbell)
    .AddSingleton(db)
    .AddSingleton(VmManagerList.Of(settings))
    .AddSingleton<BackEndIdentity>()
    .AddSingleton<NodeList>()
    .AddSingleton<HandlerList>()
    .AddHostedService<RequestLoop>()
    .AddHostedService<NodeWatch>()
    .AddHostedService<PoolSweep>()
    .AddHostedService<Retention>()
    .AddSchedules(db)
    .Configure<HostOptions>(o => o.ShutdownTimeout = TimeSpan.FromSeconds(settings.StopSeconds + 10));

using var host = builder.Build();
foreach (var migration in await Migrations.Apply(db))
    Log.Migrated(host.Services.GetRequiredService<ILogger<HandlerList>>(), migration);
await host.RunAsync();
return 0;
