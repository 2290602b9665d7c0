using System.Threading.Channels;
using Broker.Backend.Displays;
using Broker.Backend.Domains;
using Broker.Backend.Nodes;
using Broker.Backend.Requests;
using Broker.Backend.Requests.Domains;
using Broker.Backend.VmManagers;
using Broker.Core;
using Broker.Core.Database;
using Broker.Core.Displays;
using Broker.Core.Domains;
using Broker.Core.Messages;
using Broker.Core.Nodes;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Broker.Backend.Reconcile;

/// <summary>
/// Keeps the database true: of each node, one back end reads the inventory every few seconds, and at once when the host
/// reports a change, and corrects the rows of domains that no request is working on.
/// </summary>
public sealed class NodeWatch(Db db, NodeList nodes, BackEndIdentity me, TimeProvider clock, ILogger<NodeWatch> logger) : BackgroundService
{
    private static readonly TimeSpan Lease = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan Sweep = TimeSpan.FromSeconds(2);
    // A class that starts at once reports hundreds of changes a second: one look serves many.
    private static readonly TimeSpan Settle = TimeSpan.FromSeconds(0.2);
    private static readonly TimeSpan LibraryEvery = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan PictureEvery = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan PictureAge = TimeSpan.FromSeconds(60);

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var watched = new Dictionary<Node, Task>();
        try
        {
            while (true)
            {
                try
                {
                    foreach (var node in await nodes.All(stoppingToken))
                        if (!watched.ContainsKey(node)) watched[node] = Watch(node, stoppingToken);
                    foreach (var node in (await nodes.Undriven(stoppingToken)).Where(n => n.State != NodeState.Down))
                        await db.Transaction(s => NodesTable.SetDown(s, node.Id, $"This back end can't drive {Word.Of(node.Manager)} hosts."), stoppingToken);
                }
                catch (DatabaseUnavailableException e)
                {
                    Log.QueueUnreadable(logger, e.Message);
                }

                await Task.Delay(Sweep, clock, stoppingToken);
            }
        }
        catch (OperationCanceledException)
        {
            await Task.WhenAll(watched.Values);
            await db.Transaction(s => NodesTable.Release(s, me.Id), CancellationToken.None);
        }
    }

    private async Task Watch(Node node, CancellationToken stop)
    {
        var changes = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
        var definitions = new HostDefinitions(db, node, logger);
        node.Changed += _ => changes.Writer.TryWrite(true);
        node.Redefined += id =>
        {
            definitions.Note(id);
            changes.Writer.TryWrite(true);
        };
        var known = NodeState.Unknown;
        long library = 0, pictures = clock.GetTimestamp();
        while (!stop.IsCancellationRequested)
        {
            try
            {
                if (await db.Transaction(s => NodesTable.Lease(s, node.Row.Id, me.Id, Lease), stop))
                {
                    known = await Look(node, definitions, known, stop);
                    if (known == NodeState.Up && (library == 0 || clock.GetElapsedTime(library) > LibraryEvery))
                    {
                        library = clock.GetTimestamp();
                        await ReadLibrary(node, stop);
                        await ReadStorage(node, stop);
                    }

                    if (known == NodeState.Up && clock.GetElapsedTime(pictures) > PictureEvery)
                    {
                        pictures = clock.GetTimestamp();
                        await TakePictures(node, stop);
                    }
                }
                else
                {
                    known = NodeState.Unknown;
                }

                await Task.Delay(Settle, clock, stop);
                await ChangeOrTime(changes.Reader, stop);
            }
            catch (OperationCanceledException) when (stop.IsCancellationRequested)
            {
                return;
            }
            catch (Exception e) when (e is not OutOfMemoryException)
            {
                Log.WatchFailed(logger, node.Row.Name, e.Message);
                await Task.Delay(Sweep, clock, CancellationToken.None);
            }
        }
    }

    private async Task<NodeState> Look(Node node, HostDefinitions definitions, NodeState known, CancellationToken stop)
    {
        // Read first: what the host says is never older than the row it is held against.
        var (readAt, rows) = await db.Read(async s => (await s.First<DateTimeOffset>("SELECT UTC_TIMESTAMP(6)"), await DomainsTable.OnNode(s, node.Row.Id)), stop);
        IReadOnlyList<DomainReport> reports;
        IReadOnlyDictionary<string, string>? addresses;
        IReadOnlyList<string> capabilities;
        IReadOnlyDictionary<string, string> facts;
        try
        {
            (reports, addresses, capabilities, facts) = await node.Run(Gate.Read, vm =>
                (vm.Inventory(), vm.As<ICanReportAddresses>()?.Addresses(), known == NodeState.Up ? [] : CapabilitiesOf(vm), vm.Facts), stop);
        }
        catch (VmException e)
        {
            if (known != NodeState.Down)
            {
                Log.NodeDown(logger, node.Row.Name, e.Message);
                await db.Transaction(async s =>
                {
                    await NodesTable.SetDown(s, node.Row.Id, e.Message);
                    foreach (var row in await DomainsTable.OnNode(s, node.Row.Id))
                        if (row.State is DomainState.Active or DomainState.Paused or DomainState.ShuttingDown) await DomainsTable.SetState(s, row.Id, DomainState.Down, e.Message);
                }, stop);
            }

            return NodeState.Down;
        }

        if (known != NodeState.Up)
        {
            Log.NodeUp(logger, node.Row.Name);
            await db.Transaction(async s =>
            {
                await Autostart.Ask(s, node.Row.Id, facts);
                await NodesTable.SetUp(s, node.Row.Id, capabilities, facts);
            }, stop);
        }

        var byId = reports.ToDictionary(r => r.Id);
        foreach (var row in rows)
        {
            var report = byId.GetValueOrDefault(row.Id);
            var address = report?.Power is Power.Running or Power.Paused && addresses is not null ? addresses.GetValueOrDefault(row.Mac) ?? row.Address : row.Address;
            if (Observed.Next(row, report) is not null || address != row.Address) await Correct(node, row, report, address, stop);
            else if (EndedDesktops.IsOne(row)) await db.Transaction(s => EndedDesktops.See(s, row.Id), stop);
        }

        await definitions.Keep(rows, readAt, byId, stop);
        await RunTimes.Keep(db, node.Row.Id, stop);
        await BookedMachines.Keep(db, node.Row.Id, stop);
        await Clients.Look(db, node, rows, stop);
        foreach (var clone in await db.Read(s => VolumesTable.WithUsedSwap(s, node.Row.Id), stop)) await db.Transaction(s => UsedSwap.Free(s, clone), stop);
        return NodeState.Up;
    }

    private Task Correct(Node node, DomainRow seen, DomainReport? report, string? address, CancellationToken stop) => db.Transaction(async s =>
    {
        if (await DomainsTable.Lock(s, seen.Id) is not { } row || row.State != seen.State || row.StateSince != seen.StateSince) return;
        // A request that is working on it writes down itself what comes of it; what was read may be older than that.
        if (await s.First<int>("SELECT 1 FROM request_locks l JOIN requests r ON r.id = l.request_id WHERE l.resource = @resource AND l.is_exclusive AND r.state = 'working' LIMIT 1", new { resource = Core.Requests.LockSet.Resource(row.Id) }) == 1) return;
        if (Observed.Next(row, report) is { } next)
        {
            Log.Corrected(logger, row.Name, Word.Of(row.State), Word.Of(next.State));
            if (next.State is DomainState.Active && row.State is DomainState.Shutdown or DomainState.Hibernated) await Started(s, node, row, next.Detail);
            else await DomainsTable.SetState(s, row.Id, next.State, next.Detail);
            if (next.Detail == Observed.MemoryLost) MessagesTable.Tell(s, row, new MemoryLost());
            if (next.State is DomainState.Shutdown)
            {
                await Core.Requests.RequestsTable.CallOffForcedShutdown(s, row.Id);
                // one that its host does not list is looked at once more first: what is removed does not come back
                if (report is not null) await EndedDesktops.See(s, row.Id);
            }
        }

        if (report?.Power is Power.Running && address != row.Address) await DomainsTable.SetAddress(s, row.Id, address);
    }, stop);

    // Somebody started it on its host: this run begins here, with all that belongs to one.
    private static async Task Started(DbSession s, Node node, DomainRow row, string? detail)
    {
        await DomainsTable.SetStarted(s, row.Id, detail);
        await DisplaysTable.Set(s, row.Id, DisplayKind.Vnc, node.DisplaySocketOf(row.Id));
        await VolumesTable.SetUsed(s, row.Id);
        await EnforceLimitsHandler.AfterStart(s, row.OwnerId);
    }

    private async Task ReadLibrary(Node node, CancellationToken stop)
    {
        try
        {
            var images = await node.Run(Gate.Disk, vm => vm.Disks.Library(), stop);
            await db.Transaction(s => NodesTable.SetLibrary(s, node.Row.Id, [.. images.Select(i => new LibraryImageRow
            {
                NodeId = node.Row.Id, File = i.File, SizeBytes = i.SizeBytes, ChangedAt = Microseconds(i.ChangedAt), Format = i.Format, Problem = i.Problem,
                CapacityBytes = i.CapacityBytes, IsUpload = i.IsUpload,
            })]), stop);
        }
        catch (VmException e)
        {
            Log.WatchFailed(logger, node.Row.Name, e.Message);
        }
    }

    private async Task ReadStorage(Node node, CancellationToken stop)
    {
        var storage = await node.Run(Gate.Read, vm => vm.Disks.Storage(), stop);
        await db.Transaction(s => StorageTable.Set(s, node.Row.Id, [.. storage.Select(l => new StorageRow
        {
            NodeId = node.Row.Id, Name = l.Name, Folder = l.Folder, TotalBytes = l.TotalBytes, FreeBytes = l.FreeBytes, Problem = l.Problem,
        })]), stop);
    }

    private async Task TakePictures(Node node, CancellationToken stop)
    {
        var due = await db.Read(s => s.Query<DomainRow>(
            $"""
            SELECT {DomainsTable.Columns} FROM domains d LEFT JOIN screenshots p ON p.domain_id = d.id
            WHERE d.node_id = @node AND d.state = 'active' AND (p.taken_at IS NULL OR p.taken_at < UTC_TIMESTAMP(6) - INTERVAL @age SECOND)
            ORDER BY p.taken_at LIMIT 4
            """, new { node = node.Row.Id, age = PictureAge.TotalSeconds }), stop);
        foreach (var domain in due)
        {
            try
            {
                if (await Picture.Take(domain.Id, node, stop) is { } png) await db.Transaction(s => DomainsTable.SetScreenshot(s, domain.Id, png), stop);
            }
            catch (VmException e)
            {
                Log.NoPicture(logger, domain.Name, e.Message);
            }
        }
    }

    private static async Task ChangeOrTime(ChannelReader<bool> changes, CancellationToken stop)
    {
        using var time = CancellationTokenSource.CreateLinkedTokenSource(stop);
        time.CancelAfter(Sweep);
        try
        {
            await changes.ReadAsync(time.Token);
        }
        catch (OperationCanceledException) when (!stop.IsCancellationRequested)
        {
            // nothing was reported: look all the same
        }
    }

    private static IReadOnlyList<string> CapabilitiesOf(IVmNode vm) =>
        [.. from type in typeof(ICapability).Assembly.GetTypes()
            where type.IsInterface && type != typeof(ICapability) && typeof(ICapability).IsAssignableFrom(type)
            where typeof(IVmNode).GetMethod(nameof(IVmNode.As))!.MakeGenericMethod(type).Invoke(vm, null) is not null
            orderby type.Name
            select System.Text.Json.JsonNamingPolicy.SnakeCaseLower.ConvertName(type.Name["ICan".Length..])];

    // what datetime(6) keeps
    private static DateTimeOffset Microseconds(DateTimeOffset at) => new(at.Ticks - (at.Ticks % 10), at.Offset);
}
