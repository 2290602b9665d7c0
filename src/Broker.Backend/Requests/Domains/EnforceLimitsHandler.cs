using Broker.Core.Access;
using Broker.Core.Database;
using Broker.Core.Domains;
using Broker.Core.Messages;
using Broker.Core.Nodes;
using Broker.Core.Requests;
using Broker.Core.Requests.Domains;
using Broker.Core.Settings;
using Broker.Core.Users;

namespace Broker.Backend.Requests.Domains;

/// <summary>Asks, in Broker's own name, for the end of what people have running beyond what they may.</summary>
public sealed class EnforceLimitsHandler : IHandler<EnforceLimits>
{
    /// <inheritdoc/>
    public async Task<object?> Handle(EnforceLimits request, Work work)
    {
        var owners = await work.Read(async db => request.Owner is { } one ? [one] : await DomainsTable.OwnersOfMany(db));
        var ended = new List<Guid>();
        foreach (var owner in owners) ended.AddRange(await work.Write(db => Enforce(db, owner)));
        return new { ended };
    }

    /// <summary>Asks for <see cref="EnforceLimits"/> if somebody may have too many running, now that one more does.</summary>
    public static async Task AfterStart(DbSession db, long owner)
    {
        // one of its own: one that is in the queue may have looked before this start is seen
        if (await DomainsTable.Running(db, owner) > 1 && !await MayRunMany(db, owner)) await RequestWriter.Submit(db, await UsersTable.System(db), new EnforceLimits(owner), force: true);
    }

    private static async Task<bool> MayRunMany(DbSession db, long owner) =>
        await UsersTable.Caller(db, owner, address: null) is { } person && May.Do(person, Grant.StartMany, null).IsAllowed;

    private static async Task<List<Guid>> Enforce(DbSession db, long owner)
    {
        var limit = (await SiteSettingsTable.Read(db)).StartLimit;
        if (limit == 0 || await MayRunMany(db, owner)) return [];
        var running = await DomainsTable.RunningOf(db, owner);
        var ending = await RequestsTable.BeingEnded(db, [.. running.Select(d => d.Id)]);
        var counted = running.Where(d => !ending.Contains(d.Id)).ToList();
        var ended = new List<Guid>();
        foreach (var domain in counted.Take(Math.Max(0, counted.Count - limit)))
        {
            var isSaved = !domain.IsVolatile && domain.PoolUse is null && await NodesTable.Get(db, domain.NodeId) is { } node && node.Capabilities.Contains(HibernateDomain.Spec.Needs!);
            // another one of these may have ended it, and told so
            if ((await RequestWriter.Submit(db, await UsersTable.System(db), isSaved ? new HibernateDomain(domain.Id) : new ShutdownDomain(domain.Id))).IsFolded) continue;
            MessagesTable.Tell(db, domain, new DesktopEnded(EndReason.StartLimit, isSaved, limit));
            ended.Add(domain.Id);
        }

        return ended;
    }
}
