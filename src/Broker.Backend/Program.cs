using Broker.Backend;
using Broker.Backend.Nodes;
using Broker.Backend.Reconcile;
using Broker.Backend.Requests;
using Broker.Backend.VmManagers;
using Broker.Core.Database;
using Broker.Core.Events;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings { Args = args });
builder.Configuration.AddCommandLine(args);
// The file is shared with the front end and the command line: ours is its section Broker.
if (builder.Configuration["config"] is { } file)
    builder.Configuration.AddConfiguration(new ConfigurationBuilder().AddJsonFile(Path.GetFullPath(file), optional: false).Build().GetSection("Broker"));
builder.Configuration.AddEnvironmentVariables("BROKER_");

var settings = builder.Configuration.Get<BackEndSettings>() ?? new BackEndSettings();
var problems = settings.Problems().ToList();
if (problems.Count > 0)
{
    foreach (var problem in problems) await Console.Error.WriteLineAsync(problem);
    return 2;
}

builder.Logging.AddSimpleConsole(o =>
{
    o.SingleLine = true;
    o.UseUtcTimestamp = true;
    o.TimestampFormat = "yyyy-MM-ddTHH:mm:ss.fffZ ";
});
builder.Logging.SetMinimumLevel(builder.Configuration.GetValue("log", LogLevel.Information));

var doorbell = new Doorbell(settings.DoorbellFolder);
builder.Services
    .AddSingleton(settings)
    .AddSingleton(TimeProvider.System)
    .AddSingleton(doorbell)
    .AddSingleton(new Db(settings.Database, ring: doorbell.Ring, patience: TimeSpan.FromSeconds(30)))
    .AddSingleton(VmManagerList.All)
    .AddSingleton<BackEndIdentity>()
    .AddSingleton<NodeList>()
    .AddSingleton<HandlerList>()
    .AddHostedService<RequestLoop>()
    .AddHostedService<NodeWatch>()
    .Configure<HostOptions>(o => o.ShutdownTimeout = TimeSpan.FromSeconds(settings.StopSeconds + 10));

using var host = builder.Build();
foreach (var migration in await Migrations.Apply(host.Services.GetRequiredService<Db>()))
    Log.Migrated(host.Services.GetRequiredService<ILogger<HandlerList>>(), migration);
await host.RunAsync();
return 0;
