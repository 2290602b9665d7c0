using Broker.Core.Access;
using Broker.Core.Database;
using Broker.Core.Domains;
using Broker.Core.Limits;
using Broker.Core.Requests;
using Broker.Core.Requests.Domains;
using Broker.Core.Requests.Pools;
using Broker.Core.Users;

namespace Broker.Core.Pools;

/// <summary>The clones of a base that are kept ready for whoever opens it.</summary>
public static class Pool
{
    // The soonest usable first. One that is just being made is better than none.
    private static readonly DomainState[] InThisOrder =
        [DomainState.Active, DomainState.Starting, DomainState.Shutdown, DomainState.Hibernated, DomainState.Creating];

    /// <summary>Says how many clones of a base are kept ready, and how many of them running, and sees to it.</summary>
    public static async Task Set(DbSession db, Guid baseId, int clones, int start)
    {
        await DomainsTable.SetPool(db, baseId, clones, start);
        await AskToFill(db, baseId);
    }

    /// <summary>
    /// A base's clones are to be another's: so is its pool, unless that one has a pool of its own. Nothing is made for it while clones are on their way
    /// (<see cref="AwaitsClones"/>).
    /// </summary>
    public static async Task Move(DbSession db, DomainRow from, DomainRow to)
    {
        if (from.PoolClones == 0) return;
        await DomainsTable.SetPool(db, from.Id, 0, 0);
        await DomainsTable.SetPoolProblem(db, from, null);
        if (to.PoolClones == 0) await DomainsTable.SetPool(db, to.Id, from.PoolClones, from.PoolStart);
    }

    /// <summary>Are clones of another base about to become this one's?</summary>
    public static async Task<bool> AwaitsClones(DbSession db, Guid baseId) =>
        await db.First<int>(
            "SELECT 1 FROM requests r FORCE INDEX (requests_ended) WHERE r.command = @Word AND r.state IN ('requested', 'waiting', 'working') AND JSON_VALUE(r.args, '$.base') = @baseId LIMIT 1",
            new { RebaseDomain.Spec.Word, baseId }) == 1;

    /// <summary>Asks, in Broker's name, for what is missing; does nothing for a base that has no pool.</summary>
    public static async Task AskToFill(DbSession db, Guid baseId)
    {
        if (await DomainsTable.Lock(db, baseId) is { IsBase: true, PoolClones: > 0 }) await RequestWriter.Submit(db, await UsersTable.System(db), new FillPool(baseId));
    }

    /// <summary>The bases that have a pool.</summary>
    public static Task<IReadOnlyList<DomainRow>> Bases(DbSession db) =>
        db.Query<DomainRow>($"SELECT {DomainsTable.Columns} FROM domains d WHERE d.is_base AND d.pool_clones > 0 ORDER BY d.name");

    /// <summary>What a base's pool has.</summary>
    public static async Task<PoolCounts> Count(DbSession db, Guid baseId)
    {
        var (members, free, up, off) = await db.First<(long, long, long, long)>(
            """
            SELECT COUNT(*), COALESCE(SUM(m.is_free), 0), COALESCE(SUM(m.is_free AND m.is_up), 0), COALESCE(SUM(m.is_free AND m.is_off AND NOT m.is_up), 0)
            FROM (SELECT d.pool_use = 'free' AS is_free,
                d.state IN ('shutdown', 'hibernated') AND NOT (d.is_volatile AND d.started_at IS NOT NULL) AS is_off,
                d.state IN ('active', 'starting', 'down') OR (d.pool_use = 'free' AND d.state IN ('creating', 'shutdown', 'hibernated') AND EXISTS (
                  SELECT 1 FROM requests r FORCE INDEX (requests_domain) WHERE r.domain_id = d.id AND r.command = @Start AND r.ended_at IS NULL AND NOT r.is_later)) AS is_up
              FROM domains d WHERE d.base_id = @baseId AND d.pool_use IS NOT NULL AND NOT d.is_base) m
            """, new { baseId, Start = StartDomain.Spec.Word });
        return new PoolCounts((int)members, (int)free, (int)up, (int)off);
    }

    /// <summary>
    /// Gives the best free clone of a base's pool to somebody: one that runs, else one that is off, else one that is being made. No two get the same:
    /// it is locked until the transaction ends. One that became a base itself is nobody's.
    /// </summary>
    /// <returns>Its id; null when there is no pool, or none is free.</returns>
    /// <exception cref="RequestRefusedException"><c>not_allowed</c>, <c>limit_reached</c>.</exception>
    public static async Task<Guid?> HandOut(DbSession db, Caller caller, DomainRow origin)
    {
        // what a guest leaves is removed, and goes to nobody
        if (origin is not { IsBase: true, PoolClones: > 0 } || caller.GuestOf is not null) return null;
        if (May.Do(caller, Grant.Clone, origin) is { IsAllowed: false } no) throw new RequestRefusedException("not_allowed", no.Reason);
        if (await FirstFree(db, origin.Id) is not { } free) return null;
        await Quota.Check(db, new Take(caller.UserId, free) { IsClone = true, DiskBytes = await VolumesTable.Capacity(db, free) });
        var forGood = await IsForGood(db, origin.Id);
        await DomainsTable.HandOut(db, free, caller, forGood);
        if (forGood || origin.PoolStart > 0) await AskToFill(db, origin.Id);
        return free;
    }

    /// <summary>Free clones of a base's pool that are off and can be started; those that others are just handing out are passed over.</summary>
    public static Task<IReadOnlyList<Guid>> FreeOff(DbSession db, Guid baseId, int most) =>
        db.Query<Guid>(
            """
            SELECT d.id FROM domains d
            WHERE d.base_id = @baseId AND d.pool_use = 'free' AND d.state IN ('shutdown', 'hibernated') AND NOT d.is_base AND NOT (d.is_volatile AND d.started_at IS NOT NULL)
              AND NOT EXISTS (SELECT 1 FROM requests r FORCE INDEX (requests_domain) WHERE r.domain_id = d.id AND r.ended_at IS NULL AND NOT r.is_later)
            ORDER BY d.created_at LIMIT @most FOR UPDATE SKIP LOCKED
            """, new { baseId, most });

    /// <summary>
    /// Clones of pools that are somebody's, at which nobody has been for as long as they say, or else for this long: they run, stand still, or have had their memory
    /// saved that long ago. To save it keeps none for anybody, or the pool would be empty after the first night.
    /// </summary>
    public static Task<IReadOnlyList<Guid>> Left(DbSession db, TimeSpan grace) =>
        db.Query<Guid>($"SELECT d.id FROM domains d WHERE {IsLeftNow} ORDER BY d.id", new { seconds = grace.TotalSeconds });

    /// <summary>Is this one of them?</summary>
    public static async Task<bool> IsLeft(DbSession db, Guid id, TimeSpan grace) =>
        await db.First<int>($"SELECT 1 FROM domains d WHERE d.id = @id AND {IsLeftNow}", new { id, seconds = grace.TotalSeconds }) == 1;

    /// <summary>That all clones of the pool are somebody's.</summary>
    public static RequestRefusedException Exhausted(DomainRow origin) => new("pool_exhausted",
        $"There are no free desktops in this pool: all {origin.PoolClones} of {origin.Alias ?? origin.Name} are taken. Try again in a while, or ask your administrator for a larger pool.");

    /// <summary>Does a clone of this base leave the pool when it is handed out? One with a disk for data: what is on that is its owner's and stays so.</summary>
    internal static async Task<bool> IsForGood(DbSession db, Guid baseId) => (await VolumesTable.Of(db, baseId)).Any(v => v.Kind is VolumeKind.Data);

    private static async Task<Guid?> FirstFree(DbSession db, Guid baseId)
    {
        foreach (var state in InThisOrder)
        {
            // First without waiting for those that others are just handing out; then with, for what is locked need not be taken, and a worse one is only for when it is.
            foreach (var locked in (string[])["SKIP LOCKED", ""])
            {
                // in the order of the index, so that no others are locked
                var free = await db.First<Guid?>(
                    $"""
                     SELECT d.id FROM domains d FORCE INDEX (domains_pool)
                     WHERE d.base_id = @baseId AND d.pool_use = 'free' AND d.state = @state AND NOT d.is_base
                       AND NOT (d.is_volatile AND d.state = 'shutdown' AND d.started_at IS NOT NULL)
                       AND NOT EXISTS (SELECT 1 FROM requests r FORCE INDEX (requests_domain)
                         WHERE r.domain_id = d.id AND r.ended_at IS NULL AND NOT r.is_later AND r.command IN @going)
                     ORDER BY d.created_at LIMIT 1 FOR UPDATE {locked}
                     """, new { baseId, state, going = Going });
                if (free is not null) return free;
            }
        }

        return null;
    }

    private const string IsLeftNow =
        """
        d.pool_use = 'handed_out' AND NOT d.is_base
        AND (CASE WHEN d.state = 'hibernated' THEN d.state_since WHEN d.state IN ('active', 'paused') AND d.client_status = 'disconnected' THEN d.client_since END)
          < UTC_TIMESTAMP(6) - INTERVAL COALESCE(d.disconnect_grace_seconds, @seconds) SECOND
        """;

    // What is about to go off, or away, is not handed out.
    private static readonly string[] Going =
        [.. new[] { ShutdownDomain.Spec, ForceShutdownDomain.Spec, HibernateDomain.Spec, PauseDomain.Spec, RemoveDomain.Spec, PrepareBase.Spec }.Select(c => c.Word)];
}
