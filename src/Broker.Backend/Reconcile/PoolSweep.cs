using Broker.Core.Database;
using Broker.Core.Domains;
using Broker.Core.Pools;
using Broker.Core.Requests;
using Broker.Core.Requests.Domains;
using Broker.Core.Users;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Broker.Backend.Reconcile;

/// <summary>Looks at all pools once a minute: asks for what is missing, and for the end of desktops that their people have left.</summary>
/// <remarks>Several back ends may do so at once: what they ask for is folded.</remarks>
public sealed class PoolSweep(Db db, TimeProvider clock, ILogger<PoolSweep> logger) : BackgroundService
{
    private static readonly TimeSpan Every = TimeSpan.FromMinutes(1);

    /// <summary>How long somebody may be away from a desktop of a pool before it is shut down, and so goes back; unless the desktop says otherwise.</summary>
    public static readonly TimeSpan Grace = TimeSpan.FromMinutes(10);

    /// <summary>Looks once.</summary>
    public async Task Look(CancellationToken cancel)
    {
        foreach (var origin in await db.Read(Pool.Bases, cancel))
            await db.Transaction(s => Pool.AskToFill(s, origin.Id), cancel);
        foreach (var left in await db.Read(s => Pool.Left(s, Grace), cancel))
        {
            await db.Transaction(async s =>
            {
                // somebody may have come back, or be shutting it down, since
                if (await DomainsTable.Lock(s, left) is not { } domain || !await Pool.IsLeft(s, left, Grace) || !(await RequestsTable.Open(s, [left])).All(r => r.IsParked)) return;
                // the one who could have gone on with its memory has left it
                await RequestWriter.Submit(s, await UsersTable.System(s), domain.State is DomainState.Hibernated ? new ForceShutdownDomain(left) : new ShutdownDomain(left));
            }, cancel);
        }
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Every, clock);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                await Look(stoppingToken);
            }
            catch (Exception e) when (e is not OutOfMemoryException && !stoppingToken.IsCancellationRequested)
            {
                Log.PoolsNotSeen(logger, e.Message);
            }
        }
    }
}
