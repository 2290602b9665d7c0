using Broker.Core.Bookings;
using Broker.Core.Database;
using Broker.Core.Domains;
using Broker.Core.Limits;
using Broker.Core.Messages;
using Broker.Core.Nodes;
using Broker.Core.Requests;
using Broker.Core.Requests.Domains;
using Broker.Core.Users;

namespace Broker.Backend.Requests.Domains;

/// <summary>Asks, in Broker's own name, for the end of what people have running beyond what they may.</summary>
public sealed class EnforceLimitsHandler : IHandler<EnforceLimits>
{
    /// <inheritdoc/>
    public async Task<object?> Handle(EnforceLimits request, Work work)
    {
        var owners = await work.Read(async db => request.Owner is { } one ? [one] : (IReadOnlyCollection<long>)[.. (await DomainsTable.OwnersOfMany(db)).Union(await BookingsTable.OwnersOfDue(db))]);
        var ended = new List<Guid>();
        foreach (var owner in owners) ended.AddRange(await work.Write(db => Enforce(db, owner)));
        return new { ended };
    }

    /// <summary>Asks for <see cref="EnforceLimits"/> if somebody may have too many running, now that one more does.</summary>
    public static async Task AfterStart(DbSession db, long owner)
    {
        // one of its own: one that is in the queue may have looked before this start is seen
        if (await DomainsTable.Running(db, owner) is > 1 and var running && StartLimit.Beyond(running, (await LimitsTable.Of(db, owner)).Start) > 0) await RequestWriter.Submit(db, await UsersTable.System(db), new EnforceLimits(owner), force: true);
    }

    private static async Task<List<Guid>> Enforce(DbSession db, long owner)
    {
        var limit = (await LimitsTable.Of(db, owner)).Start;
        var running = await DomainsTable.RunningOf(db, owner);
        var ending = await RequestsTable.BeingEnded(db, [.. running.Select(d => d.Id)]);
        var ended = new List<Guid>();
        var counted = new List<DomainRow>();
        foreach (var domain in running.Where(d => !ending.Contains(d.Id)))
        {
            if (!await IsBookedByOthers(db, domain)) counted.Add(domain);
            else await End(domain, EndReason.Booked);
        }

        foreach (var domain in counted.Take(StartLimit.Beyond(counted.Count, limit))) await End(domain, EndReason.StartLimit, limit.Most);
        return ended;

        async Task End(DomainRow domain, EndReason reason, int? most = null)
        {
            var isSaved = !domain.IsVolatile && domain.PoolUse is null && await NodesTable.Get(db, domain.NodeId) is { } node && node.Capabilities.Contains(HibernateDomain.Spec.Needs!);
            // another one of these may have ended it, and told so
            if ((await RequestWriter.Submit(db, await UsersTable.System(db), isSaved ? new HibernateDomain(domain.Id) : new ShutdownDomain(domain.Id))).IsFolded) return;
            MessagesTable.Tell(db, domain, new DesktopEnded(reason, isSaved, most));
            ended.Add(domain.Id);
        }
    }

    // and the time has come that its owner was told
    private static async Task<bool> IsBookedByOthers(DbSession db, DomainRow domain) =>
        await BookingsTable.Now(db) is { Count: > 0 } entries && await UsersTable.Caller(db, domain.OwnerId, address: null) is { } owner
        && Booked.Against(owner, domain, entries) is { } entry && await BookingsTable.IsDue(db, entry.Id, domain.Id);
}
