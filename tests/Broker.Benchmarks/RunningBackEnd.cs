using Broker.Backend;
using Broker.Backend.Nodes;
using Broker.Backend.Requests;
using Broker.Backend.VmManagers;
using Broker.Core.Access;
using Broker.Core.Database;
using Broker.Core.Events;
using Broker.Core.Requests;
using Broker.Core.Users;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Broker.Benchmarks;

/// <summary>A claim loop with its handlers in this process, on a database of its own.</summary>
internal sealed class RunningBackEnd : IAsyncDisposable
{
    private readonly IHost _host;
    private readonly Door _door;

    private RunningBackEnd(IHost host, Db db, Doorbell doorbell, Caller caller)
    {
        _host = host;
        Db = db;
        Caller = caller;
        _door = doorbell.Open(Side.FrontEnd);
    }

    public Db Db { get; }

    public Caller Caller { get; }

    public static async Task<RunningBackEnd> Start(string connectionString, BackEndSettings settings)
    {
        var doorbell = new Doorbell(settings.DoorbellFolder);
        var db = new Db(connectionString, ring: doorbell.Ring);
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Logging.AddConsole().SetMinimumLevel(LogLevel.Warning);
        builder.Services
            .AddSingleton(settings).AddSingleton(TimeProvider.System).AddSingleton(doorbell).AddSingleton(db).AddSingleton(VmManagerList.All)
            .AddSingleton<BackEndIdentity>().AddSingleton<NodeList>().AddSingleton<HandlerList>().AddHostedService<RequestLoop>();
        var host = builder.Build();
        await host.StartAsync();
        var id = await db.Transaction(s => UsersTable.Insert(s, "bench", "Bench", null, isAdmin: true, mustChangePassword: false));
        return new RunningBackEnd(host, db, doorbell, (await db.Read(s => UsersTable.Caller(s, id, null)))!);
    }

    /// <summary>Writes a request and waits, as a front end would, until it has ended.</summary>
    public async Task<RequestRow> Ask(IRequest request)
    {
        var (row, _) = await Db.Transaction(s => RequestWriter.Submit(s, Caller, request));
        while (!row.HasEnded)
        {
            await _door.Rung(TimeSpan.FromSeconds(1), CancellationToken.None);
            row = (await Db.Read(s => RequestsTable.Get(s, row.Id)))!;
        }

        return row.State == RequestState.Done ? row : throw new InvalidOperationException($"{row.Command} failed: {row.ErrorText}");
    }

    public async ValueTask DisposeAsync()
    {
        await _host.StopAsync();
        _host.Dispose();
        _door.Dispose();
    }
}
