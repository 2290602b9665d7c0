using System.Security.Cryptography;
using Broker.Core.Access;
using Broker.Core.Database;
using Broker.Core.Events;
using Broker.Core.Requests;

namespace Broker.Core.Domains;

/// <summary>All writes to <c>domains</c>, each with its event.</summary>
public static class DomainsTable
{
    /// <summary>The columns of a <see cref="DomainRow"/>, of the table called d.</summary>
    public const string Columns =
        """
        d.id, d.name, d.alias, d.description,
        d.owner_id, d.base_id, (SELECT o.owner_id FROM domains o WHERE o.id = d.base_id) AS base_owner_id, d.node_id,
        COALESCE((SELECT JSON_ARRAYAGG(s.user_id) FROM domain_shares s WHERE s.domain_id = d.id), '[]') AS shared_with,
        d.is_base, d.is_public, IF(d.is_base, d.access, (SELECT b.access FROM domains b WHERE b.id = d.base_id AND b.is_base)) AS access,
        d.is_volatile, d.volatile_clones,
        d.pool_clones, d.pool_start, d.pool_problem, d.pool_use, d.pool_use_since,
        d.state, d.state_since, d.state_detail, d.saved_at,
        d.memory_kib, d.vcpus, d.hardware, d.needs_restart, d.mac, d.address,
        d.client_status, d.client_address, d.client_since,
        d.started_at, d.created_at,
        d.autostart, d.run_timeout_seconds, d.shutdown_timeout_seconds, d.shutdown_disconnected, d.disconnect_grace_seconds, d.snapshot_limit,
        d.ends_at, d.end_warned_seconds,
        d.is_known, d.host_changes
        """;

    /// <summary>The domain with this id.</summary>
    public static Task<DomainRow?> Get(DbSession db, Guid id) => db.First<DomainRow>($"SELECT {Columns} FROM domains d WHERE d.id = @id", new { id });

    /// <summary>Those of these domains that are there.</summary>
    public static async Task<IReadOnlyList<DomainRow>> Get(DbSession db, IReadOnlyCollection<Guid> ids) =>
        ids.Count == 0 ? [] : await db.Query<DomainRow>($"SELECT {Columns} FROM domains d WHERE d.id IN @ids", new { ids = ids.Select(id => id.ToString()).ToArray() });

    /// <summary>The domain with this id, kept as it is until the transaction ends.</summary>
    public static Task<DomainRow?> Lock(DbSession db, Guid id) =>
        db.First<DomainRow>($"SELECT {Columns} FROM domains d WHERE d.id = @id FOR UPDATE", new { id });

    /// <summary>The domain with this name, without regard to case.</summary>
    public static Task<DomainRow?> Find(DbSession db, string name) => db.First<DomainRow>($"SELECT {Columns} FROM domains d WHERE d.name = @name", new { name });

    /// <summary>All domains of a node.</summary>
    public static Task<IReadOnlyList<DomainRow>> OnNode(DbSession db, long nodeId) =>
        db.Query<DomainRow>($"SELECT {Columns} FROM domains d WHERE d.node_id = @nodeId", new { nodeId });

    /// <summary>The clones of a base, by name.</summary>
    public static Task<IReadOnlyList<DomainRow>> ClonesOf(DbSession db, Guid id) =>
        db.Query<DomainRow>($"SELECT {Columns} FROM domains d WHERE d.base_id = @id ORDER BY d.name", new { id });

    /// <summary>Somebody's machines that run or stand still, the one first that was started first.</summary>
    public static Task<IReadOnlyList<DomainRow>> RunningOf(DbSession db, long ownerId) =>
        db.Query<DomainRow>($"SELECT {Columns} FROM domains d WHERE d.owner_id = @ownerId AND d.state IN ('active', 'paused') ORDER BY d.started_at, d.id", new { ownerId });

    /// <summary>How many that are.</summary>
    public static Task<int> Running(DbSession db, long ownerId) =>
        db.First<int>("SELECT COUNT(*) FROM domains WHERE owner_id = @ownerId AND state IN ('active', 'paused')", new { ownerId });

    /// <summary>Who has more than one of them.</summary>
    public static Task<IReadOnlyList<long>> OwnersOfMany(DbSession db) =>
        db.Query<long>("SELECT owner_id FROM domains WHERE state IN ('active', 'paused') GROUP BY owner_id HAVING COUNT(*) > 1 ORDER BY owner_id");

    /// <summary>How many clones a base has, and others that have a disk on one of its disks.</summary>
    public static Task<int> Clones(DbSession db, Guid id) =>
        db.First<int>(
            """
            SELECT COUNT(*) FROM (
              SELECT id FROM domains WHERE base_id = @id
              UNION
              SELECT v.domain_id FROM volumes b JOIN volumes v ON v.base_volume_id = b.id WHERE b.domain_id = @id) c
            """, new { id });

    /// <summary>A row for a domain to be made, with a new id and network address.</summary>
    public static DomainRow New(string name, long ownerId, long nodeId, long memoryKib, int vcpus) => new()
    {
        Id = Guid.NewGuid(),
        Name = name,
        OwnerId = ownerId,
        NodeId = nodeId,
        State = DomainState.Creating,
        MemoryKib = memoryKib,
        Vcpus = vcpus,
        Mac = NewMac(),
    };

    /// <summary>Writes a new row.</summary>
    /// <exception cref="RequestRefusedException"><c>name_taken</c>.</exception>
    public static async Task Insert(DbSession db, DomainRow domain)
    {
        try
        {
            await db.Execute(
                """
                INSERT INTO domains (id, name, alias, description, owner_id, base_id, node_id, is_base, is_public, is_volatile, state, state_since, memory_kib, vcpus, mac, created_at,
                  autostart, run_timeout_seconds, shutdown_timeout_seconds, shutdown_disconnected, disconnect_grace_seconds, snapshot_limit, pool_use, pool_use_since, hardware)
                VALUES (@Id, @Name, @Alias, @Description, @OwnerId, @BaseId, @NodeId, @IsBase, @IsPublic, @IsVolatile, @State, UTC_TIMESTAMP(6), @MemoryKib, @Vcpus, @Mac, UTC_TIMESTAMP(6),
                  @Autostart, @RunTimeoutSeconds, @ShutdownTimeoutSeconds, @ShutdownDisconnected, @DisconnectGraceSeconds, @SnapshotLimit, @PoolUse, IF(@PoolUse IS NULL, NULL, UTC_TIMESTAMP(6)), @Hardware)
                """, domain);
        }
        catch (Exception e) when (Db.IsDuplicateKey(e))
        {
            throw NameTaken(domain.Name);
        }

        EventsTable.DomainState(db, domain);
    }

    /// <summary>Writes what the domain is doing now, and into its history when that is new. Off or gone, it has no address any more.</summary>
    public static Task SetState(DbSession db, Guid id, DomainState state, string? detail = null) => Change(db, id, state, detail,
        """
        state_since = IF(state = @state, state_since, UTC_TIMESTAMP(6)), state = @state, state_detail = @detail,
        saved_at = CASE WHEN @state = 'hibernated' THEN COALESCE(saved_at, UTC_TIMESTAMP(6)) WHEN @state IN ('starting', 'down') THEN saved_at END,
        address = IF(@state IN ('active', 'paused', 'shutting_down', 'down'), address, NULL),
        needs_restart = IF(@state = 'shutdown', 0, needs_restart),
        ends_at = IF(@state IN ('active', 'paused', 'shutting_down', 'down'), ends_at, NULL),
        client_status = IF(@state IN ('starting', 'active', 'paused', 'shutting_down'), client_status, NULL),
        client_address = IF(client_status IS NULL, NULL, client_address), client_since = IF(client_status IS NULL, NULL, client_since)
        """);

    /// <summary>It runs, since now: the time that it may run begins; of one that is nobody's yet when it is handed out.</summary>
    public static Task SetStarted(DbSession db, Guid id, string? detail = null) => Change(db, id, DomainState.Active, detail,
        """
        state = @state, state_since = UTC_TIMESTAMP(6), state_detail = @detail, saved_at = NULL, started_at = UTC_TIMESTAMP(6), address = NULL, is_known = 1, host_changes = NULL,
        ends_at = IF(pool_use <=> 'free', NULL, UTC_TIMESTAMP(6) + INTERVAL run_timeout_seconds SECOND), end_warned_seconds = NULL
        """);

    /// <summary>Its hardware as of this row.</summary>
    /// <param name="db">Where to.</param>
    /// <param name="domain">The domain as it is to be.</param>
    /// <param name="needsRestart">It runs without some of it.</param>
    public static Task SetHardware(DbSession db, DomainRow domain, bool needsRestart) =>
        Update(db, "memory_kib = @MemoryKib, vcpus = @Vcpus, hardware = @Hardware, needs_restart = @needsRestart",
            new { domain.Id, domain.MemoryKib, domain.Vcpus, domain.Hardware, needsRestart });

    /// <summary>What it is made of and how it runs is as this row says. It belongs to no pool, and stays whose it is.</summary>
    public static Task Restore(DbSession db, DomainRow domain) => Update(db,
        """
        alias = @Alias, description = @Description, base_id = @BaseId, memory_kib = @MemoryKib, vcpus = @Vcpus, hardware = @Hardware, mac = @Mac, needs_restart = 0,
        pool_use = NULL, pool_use_since = NULL, autostart = @Autostart, volatile_clones = @VolatileClones, run_timeout_seconds = @RunTimeoutSeconds,
        shutdown_timeout_seconds = @ShutdownTimeoutSeconds, shutdown_disconnected = @ShutdownDisconnected, disconnect_grace_seconds = @DisconnectGraceSeconds
        """, domain);

    /// <summary>Whether no machine but this one has a network address.</summary>
    public static async Task<bool> IsFree(DbSession db, string mac, Guid? but = null) =>
        await db.First<int>("SELECT COUNT(*) FROM domains WHERE mac = @mac AND id <> COALESCE(@but, '')", new { mac, but }) == 0;

    /// <summary>It runs with the hardware that was chosen.</summary>
    public static Task SetUpToDate(DbSession db, Guid id) => Update(db, "needs_restart = 0", new { id });

    /// <summary>Whether somebody is at it. It is news only when that has changed.</summary>
    public static Task SetClient(DbSession db, Guid id, Client client) =>
        Update(db, "client_status = @Status, client_address = @Address, client_since = @Since", new { id, client.Status, client.Address, client.Since });

    /// <summary>Somebody is about to come to it, from there: it was handed out to him, or is started for him.</summary>
    public static Task SetConnecting(DbSession db, Guid id, string? address) =>
        Update(db, "client_status = 'connecting', client_address = @address, client_since = UTC_TIMESTAMP(6)", new { id, address });

    /// <summary>Its IP address.</summary>
    public static Task SetAddress(DbSession db, Guid id, string? address) => Update(db, "address = @address", new { id, address });

    /// <summary>It is a base now, or none any more; the latter is never published and has no pool, the former never started nor handed out.</summary>
    public static Task SetBase(DbSession db, Guid id, bool isBase, bool isPublic) => Update(db,
        """
        is_base = @isBase, is_public = @isPublic, autostart = autostart AND NOT @isBase,
        pool_clones = IF(@isBase, pool_clones, 0), pool_start = IF(@isBase, pool_start, 0), pool_problem = NULL,
        pool_use = IF(@isBase, NULL, pool_use), pool_use_since = IF(@isBase, NULL, pool_use_since)
        """, new { id, isBase, isPublic = isBase && isPublic }, wasBase: true);

    /// <summary>It is a clone of this base now; null when it is no clone any more, and so of no pool.</summary>
    public static Task SetBaseId(DbSession db, Guid id, Guid? baseId) => Update(db,
        "base_id = @baseId, pool_use = IF(@baseId IS NULL, NULL, pool_use), pool_use_since = IF(@baseId IS NULL, NULL, pool_use_since)", new { id, baseId });

    /// <summary>Everybody may clone it, or only its owner.</summary>
    public static Task SetPublic(DbSession db, Guid id, bool isPublic) => Update(db, "is_public = @isPublic", new { id, isPublic });

    /// <summary>Its access rules; null for none. They stay with a machine that is no base for a while, and count only as long as it is one. <see cref="BaseRules"/> judges them.</summary>
    internal static Task SetAccess(DbSession db, Guid id, AccessRules? access) => Update(db, "access = @access", new { id, access });

    /// <summary>New clones of it are volatile, or last; those that are there stay what they are.</summary>
    public static Task SetVolatileClones(DbSession db, Guid id, bool volatileClones) => Update(db, "volatile_clones = @volatileClones", new { id, volatileClones });

    /// <summary>Somebody else's now, for good: it leaves its pool, and who shared it with the former owner does no more. Both their pages learn of it.</summary>
    public static async Task SetOwner(DbSession db, DomainRow domain, long ownerId)
    {
        await UnshareAll(db, domain.Id);
        await Update(db, "owner_id = @ownerId, pool_use = NULL, pool_use_since = NULL", new { domain.Id, ownerId });
        EventsTable.Domain(db, domain);
    }

    /// <summary>Lets somebody use it, or no more. He learns of it in both cases.</summary>
    public static async Task SetShared(DbSession db, DomainRow domain, long userId, bool isShared)
    {
        await db.Execute(isShared
            ? "INSERT IGNORE INTO domain_shares (domain_id, user_id, shared_at) VALUES (@Id, @userId, UTC_TIMESTAMP(6))"
            : "DELETE FROM domain_shares WHERE domain_id = @Id AND user_id = @userId", new { domain.Id, userId });
        EventsTable.Domain(db, domain with { SharedWith = [.. domain.SharedWith.Append(userId).Distinct()] });
    }

    /// <summary>Takes the next numbers for clones of a base, which nobody gets again.</summary>
    /// <returns>The first of them.</returns>
    internal static async Task<int> NextNumber(DbSession db, Guid id, int count) =>
        await db.First<int>("UPDATE domains SET clones_numbered = clones_numbered + @count WHERE id = @id; SELECT clones_numbered FROM domains WHERE id = @id", new { id, count }) - count + 1;

    /// <summary>How many clones of a base are kept ready, and how many of them running. <see cref="Pools.Pool.Set"/> also sees to it.</summary>
    internal static Task SetPool(DbSession db, Guid id, int clones, int start) => Update(db, "pool_clones = @clones, pool_start = @start", new { id, clones, start });

    /// <summary>Why a base's pool is not as it should be; null when it is.</summary>
    public static async Task SetPoolProblem(DbSession db, DomainRow origin, string? problem)
    {
        if (origin.PoolProblem != problem) await Update(db, "pool_problem = @problem", new { origin.Id, problem });
    }

    /// <summary>A free clone of a pool is somebody's now, and he is about to come to it. <see cref="Pools.Pool.HandOut"/> says whose.</summary>
    /// <param name="db">A transaction in which the clone is locked.</param>
    /// <param name="id">The clone.</param>
    /// <param name="to">Who gets it.</param>
    /// <param name="forGood">It leaves the pool, unless it is removed at its end anyway.</param>
    internal static Task HandOut(DbSession db, Guid id, Caller to, bool forGood) => Update(db,
        """
        owner_id = @UserId, pool_use = IF(@forGood AND NOT is_volatile, NULL, 'handed_out'), pool_use_since = UTC_TIMESTAMP(6),
        client_status = IF(state IN ('starting', 'active'), 'connecting', NULL),
        client_address = IF(client_status IS NULL, NULL, @Address), client_since = IF(client_status IS NULL, NULL, UTC_TIMESTAMP(6)),
        ends_at = IF(state IN ('active', 'paused', 'down'), UTC_TIMESTAMP(6) + INTERVAL run_timeout_seconds SECOND, NULL), end_warned_seconds = NULL
        """, new { id, to.UserId, to.Address, forGood });

    /// <summary>A clone of a pool is nobody's any more: it belongs to Broker, and shows nothing of whoever had it.</summary>
    public static async Task TakeBack(DbSession db, DomainRow member)
    {
        await UnshareAll(db, member.Id);
        await db.Execute("DELETE FROM screenshots WHERE domain_id = @Id", new { member.Id });
        await SnapshotsTable.DeleteAll(db, member.Id);
        await Update(db,
            """
            owner_id = (SELECT id FROM users WHERE is_system), pool_use = 'returned', pool_use_since = UTC_TIMESTAMP(6), state_detail = NULL,
            alias = (SELECT b.alias FROM domains b WHERE b.id = @BaseId), description = (SELECT b.description FROM domains b WHERE b.id = @BaseId)
            """, new { member.Id, member.BaseId });
        // whoever had it sees it go
        EventsTable.Domain(db, member);
    }

    /// <summary>A clone is none of a pool any more: it stays whose it is, with what is on its disks.</summary>
    public static Task LeavePool(DbSession db, Guid id) => Update(db, "pool_use = NULL, pool_use_since = NULL", new { id });

    /// <summary>A clone of a pool is as good as new: whoever opens the base next may get it.</summary>
    public static Task SetFree(DbSession db, Guid id) => Update(db, "pool_use = 'free', pool_use_since = UTC_TIMESTAMP(6)", new { id });

    /// <summary>Whether its host knows it.</summary>
    public static Task SetKnown(DbSession db, Guid id, bool isKnown) => Update(db, "is_known = @isKnown", new { id, isKnown });

    /// <summary>How it differs on its host from its row; null when it does not.</summary>
    public static Task SetHostChanges(DbSession db, Guid id, string? changes) => Update(db, "host_changes = @changes", new { id, changes });

    /// <summary>Another name, and the alias with it.</summary>
    /// <exception cref="RequestRefusedException"><c>name_taken</c>.</exception>
    public static async Task Rename(DbSession db, Guid id, string name, string? alias)
    {
        try
        {
            await Update(db, "name = @name, alias = @alias", new { id, name, alias });
        }
        catch (Exception e) when (Db.IsDuplicateKey(e))
        {
            throw NameTaken(name);
        }
    }

    /// <summary>What people read of it.</summary>
    public static Task Describe(DbSession db, Guid id, string? alias, string? description) =>
        Update(db, "alias = @alias, description = @description", new { id, alias, description });

    /// <summary>
    /// Changes how long it runs, how it ends and how many snapshots it may have. What its clones inherit is changed on them, too, and on the clones of those; a run that goes on
    /// ends at another time from now on, but nobody's within the next two minutes, so that he can be warned.
    /// </summary>
    public static async Task Set(DbSession db, DomainRow domain, DomainSettingsChange settings)
    {
        if (settings.Autostart is { } autostart) await db.Execute("UPDATE domains SET autostart = @autostart WHERE id = @Id", new { domain.Id, autostart });
        var all = await db.Query<DomainRow>(
            $"""
            WITH RECURSIVE tree AS (SELECT id FROM domains WHERE id = @Id UNION SELECT c.id FROM tree JOIN domains c ON c.base_id = tree.id)
            SELECT {Columns} FROM tree JOIN domains d ON d.id = tree.id FOR UPDATE
            """, new { domain.Id });
        await db.Execute(
            """
            UPDATE domains SET
              run_timeout_seconds = IF(@RunTimeoutSeconds IS NULL, run_timeout_seconds, NULLIF(@RunTimeoutSeconds, 0)),
              shutdown_timeout_seconds = IF(@ShutdownTimeoutSeconds IS NULL, shutdown_timeout_seconds, NULLIF(@ShutdownTimeoutSeconds, 0)),
              shutdown_disconnected = COALESCE(@ShutdownDisconnected, shutdown_disconnected),
              disconnect_grace_seconds = IF(@DisconnectGraceSeconds IS NULL, disconnect_grace_seconds, NULLIF(@DisconnectGraceSeconds, 0)),
              snapshot_limit = IF(@SnapshotLimit IS NULL, snapshot_limit, NULLIF(@SnapshotLimit, @UsualSnapshots)),
              end_warned_seconds = IF(@RunTimeoutSeconds IS NULL, end_warned_seconds, NULL),
              ends_at = CASE
                WHEN @RunTimeoutSeconds IS NULL THEN ends_at
                WHEN state IN ('active', 'paused', 'down') AND NOT pool_use <=> 'free' THEN
                  GREATEST(GREATEST(started_at, COALESCE(pool_use_since, started_at)) + INTERVAL run_timeout_seconds SECOND, UTC_TIMESTAMP(6) + INTERVAL 120 SECOND)
              END
            WHERE id IN @ids
            """,
            new
            {
                settings.RunTimeoutSeconds,
                settings.ShutdownTimeoutSeconds,
                settings.ShutdownDisconnected,
                settings.DisconnectGraceSeconds,
                settings.SnapshotLimit,
                DomainSettingsChange.UsualSnapshots,
                ids = all.Select(d => d.Id.ToString()).ToArray(),
            });
        // people see the change on what they look at: the machine itself, and a countdown that runs
        foreach (var each in all.Where(d => d.Id == domain.Id || (settings.RunTimeoutSeconds is not null && d.StartedAt is not null && !d.IsBase))) EventsTable.Domain(db, each);
    }

    /// <summary>This run of it ends in so many seconds.</summary>
    /// <returns>When that is.</returns>
    public static Task<DateTimeOffset> PutEndOff(DbSession db, Guid id, int seconds) =>
        db.First<DateTimeOffset>(
            "UPDATE domains SET ends_at = UTC_TIMESTAMP(6) + INTERVAL @seconds SECOND WHERE id = @id; SELECT ends_at FROM domains WHERE id = @id", new { id, seconds });

    /// <summary>Its owner has been warned that it ends in so many seconds.</summary>
    public static Task SetEndWarned(DbSession db, Guid id, int seconds) => db.Execute("UPDATE domains SET end_warned_seconds = @seconds WHERE id = @id", new { id, seconds });

    /// <summary>Forgets the domain, its volumes and whatever else hangs on it.</summary>
    public static async Task Delete(DbSession db, Guid id)
    {
        if (await Get(db, id) is not { } domain) return;
        await db.Execute("DELETE FROM volumes WHERE domain_id = @id", new { id });
        await db.Execute("DELETE FROM domains WHERE id = @id", new { id });
        EventsTable.Domain(db, domain);
    }

    /// <summary>The last picture of its screen.</summary>
    public static async Task SetScreenshot(DbSession db, Guid id, byte[] png)
    {
        await db.Execute("REPLACE INTO screenshots (domain_id, taken_at, png) VALUES (@id, UTC_TIMESTAMP(6), @png)", new { id, png });
        EventsTable.Domain(db, (await Get(db, id))!);
    }

    private static Task<int> UnshareAll(DbSession db, Guid id) => db.Execute("DELETE FROM domain_shares WHERE domain_id = @id", new { id });

    private static RequestRefusedException NameTaken(string name) => new("name_taken", $"There is already a machine called {name}. Choose another name.");

    private static async Task Change(DbSession db, Guid id, DomainState state, string? detail, string assignments)
    {
        var sql = $"SELECT {Columns} FROM domains d WHERE d.id = @id FOR UPDATE; UPDATE domains SET {assignments} WHERE id = @id";
        if (await db.First<DomainRow>(sql, new { id, state, detail }) is not { } before) return;
        var after = before with { State = state, StateDetail = detail };
        if (before.State == state && before.StateDetail == detail) EventsTable.Domain(db, after);
        else EventsTable.DomainState(db, after);
    }

    private static async Task Update(DbSession db, string assignments, object args, bool wasBase = false)
    {
        if (await db.First<DomainRow>($"UPDATE domains SET {assignments} WHERE id = @id; SELECT {Columns} FROM domains d WHERE d.id = @id", args) is { } domain)
            EventsTable.Domain(db, domain, wasBase);
    }

    // 52 is a locally administered unicast prefix; five random bytes make a clash in one network improbable, the unique key makes it impossible.
    private static string NewMac() => "52:" + string.Join(':', RandomNumberGenerator.GetBytes(5).Select(b => b.ToString("x2", null)));
}
