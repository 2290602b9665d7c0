using Broker.Backend.Nodes;
using Broker.Backend.Reconcile;
using Broker.Backend.Requests;
using Broker.Backend.Schedules;
using Broker.Backend.VmManagers;
using Broker.Core.Access;
using Broker.Core.Database;
using Broker.Core.Domains;
using Broker.Core.Events;
using Broker.Core.Nodes;
using Broker.Core.Requests;
using Broker.Core.Settings;
using Broker.Core.Users;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Broker.Testing;

/// <summary>A back end in this process with folders and a host of its own, and an administrator who asks it for things.</summary>
internal sealed class RunningBackEnd : IAsyncDisposable
{
    private readonly Doorbell _doorbell;
    private readonly List<IHost> _hosts = [];

    private RunningBackEnd(BackEndSettings settings)
    {
        Settings = settings;
        _doorbell = new Doorbell(settings.DoorbellFolder);
        Db = new Db(settings.Database, ring: _doorbell.Ring);
    }

    public BackEndSettings Settings { get; }

    public Db Db { get; }

    public Caller Caller { get; private set; } = null!;

    /// <summary>Folder of the simulated host's domains.</summary>
    public string NodeFolder => Path.Combine(Settings.Run, "node");

    /// <summary>Prepares everything but does not take requests yet.</summary>
    /// <param name="connectionString">A migrated database.</param>
    /// <param name="run">An empty folder.</param>
    /// <param name="adjust">Other settings than the usual.</param>
    /// <param name="manager">What drives the one host.</param>
    /// <param name="uri">Where the host is; a simulated one's is <see cref="NodeFolder"/>.</param>
    public static async Task<RunningBackEnd> Prepare(
        string connectionString, string run, Func<BackEndSettings, BackEndSettings>? adjust = null, VmManagerKind manager = VmManagerKind.Simulated, string? uri = null)
    {
        var settings = new BackEndSettings
        {
            Database = connectionString,
            Run = run,
            Pool = Path.Combine(run, "pool"),
            Library = Path.Combine(run, "library"),
            Backups = Path.Combine(run, "backups"),
            LeaseSeconds = 3,
        };
        var backEnd = new RunningBackEnd(adjust?.Invoke(settings) ?? settings);
        foreach (var folder in (string[])[backEnd.Settings.Pool, backEnd.Settings.Library, backEnd.Settings.Backups, backEnd.Settings.DisplayFolder, backEnd.NodeFolder]) Directory.CreateDirectory(folder);
        backEnd.Caller = await backEnd.Person("admin", isAdmin: true);
        await backEnd.Db.Transaction(s => NodesTable.Put(s, "host", manager, uri ?? backEnd.NodeFolder));
        return backEnd;
    }

    /// <summary>Puts a small raw disk with a boot sector into the library.</summary>
    public Task AddImage(string name)
    {
        var disk = new byte[1 << 20];
        (disk[510], disk[511]) = (0x55, 0xAA);
        return File.WriteAllBytesAsync(Path.Combine(Settings.Library, name), disk);
    }

    /// <summary>Starts to take requests; a second time, with one more back end on the same database.</summary>
    /// <param name="schedules">By this clock schedules come; without one they don't.</param>
    public async Task Start(TimeProvider? schedules = null)
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Logging.AddConsole().SetMinimumLevel(LogLevel.Error);
        builder.Services
            .AddSingleton(Settings).AddSingleton(schedules ?? TimeProvider.System).AddSingleton(_doorbell).AddSingleton(Db).AddSingleton(VmManagerList.Of(Settings))
            .AddSingleton<BackEndIdentity>().AddSingleton<NodeList>().AddSingleton<HandlerList>().AddHostedService<RequestLoop>().AddHostedService<NodeWatch>();
        if (schedules is not null) builder.Services.AddSchedules(Db);
        var host = builder.Build();
        _hosts.Add(host);
        await host.StartAsync();
    }

    /// <summary>The identities of those that were started, in that order.</summary>
    public IReadOnlyList<Guid> Identities => [.. _hosts.Select(h => h.Services.GetRequiredService<BackEndIdentity>().Id)];

    /// <summary>All of them end as on SIGTERM.</summary>
    public async Task Stop()
    {
        while (_hosts.Count > 0) await StopFirst();
    }

    /// <summary>The first of them ends as on SIGTERM.</summary>
    public async Task StopFirst()
    {
        var host = _hosts[0];
        _hosts.RemoveAt(0);
        await host.StopAsync();
        host.Dispose();
    }

    /// <summary>Makes an account.</summary>
    public async Task<Caller> Person(string name, bool isAdmin = false)
    {
        var id = await Db.Transaction(s => UsersTable.Insert(s, name, name, null, isAdmin, mustChangePassword: false));
        return (await Db.Read(s => UsersTable.Caller(s, id, "192.0.2.7")))!;
    }

    /// <summary>Writes a request.</summary>
    public async Task<RequestRow> Submit(IRequest request, Caller? caller = null, DateTimeOffset? at = null, long? after = null) =>
        (await Db.Transaction(s => RequestWriter.Submit(s, caller ?? Caller, request, at, after))).Row;

    /// <summary>Waits, as a front end would, until a request has ended.</summary>
    public async Task<RequestRow> Ended(long id)
    {
        using var door = _doorbell.Open(Side.FrontEnd);
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while (true)
        {
            if (await Db.Read(s => RequestsTable.Get(s, id)) is { HasEnded: true } ended) return ended;
            await door.Rung(TimeSpan.FromSeconds(1), limit.Token);
        }
    }

    /// <summary>Writes a request and waits until it has ended.</summary>
    public async Task<RequestRow> Ask(IRequest request, Caller? caller = null) => await Ended((await Submit(request, caller)).Id);

    /// <summary>Writes a request and waits until it has ended well.</summary>
    /// <returns>The domain it is about, as it is now.</returns>
    public async Task<DomainRow> Do(IRequest request, Caller? caller = null)
    {
        var row = await Ask(request, caller);
        if (row.State != RequestState.Done) throw new InvalidOperationException($"{row.Command} is {row.State}: {row.ErrorText}");
        return (await Db.Read(s => DomainsTable.Get(s, row.DomainId!.Value)))!;
    }

    /// <summary>Waits until something in the database is as it should be.</summary>
    public async Task<T> Until<T>(Func<DbSession, Task<T>> read, Func<T, bool> fits, int patienceSeconds = 60)
    {
        using var door = _doorbell.Open(Side.FrontEnd);
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(patienceSeconds));
        while (true)
        {
            var value = await Db.Read(read);
            if (fits(value)) return value;
            if (limit.IsCancellationRequested) throw new TimeoutException($"After {patienceSeconds} s still: {value}");
            await door.Rung(TimeSpan.FromSeconds(0.2), CancellationToken.None);
        }
    }

    public async ValueTask DisposeAsync() => await Stop();
}
