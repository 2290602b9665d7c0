using Broker.Core.Database;
using Broker.Core.Events;
using Broker.Core.Requests;
using Broker.Core.Settings;

namespace Broker.Core.Domains;

/// <summary>All writes to <c>snapshots</c>, each with its domain's event.</summary>
public static class SnapshotsTable
{
    private const string Columns = "n.id, n.domain_id, n.name, n.description, n.taken_at, n.taken_by, n.size_bytes, n.request_id";

    /// <summary>The snapshots of a domain, the oldest first.</summary>
    public static Task<IReadOnlyList<SnapshotRow>> Of(DbSession db, Guid domainId) =>
        db.Query<SnapshotRow>($"SELECT {Columns} FROM snapshots n WHERE n.domain_id = @domainId ORDER BY n.taken_at, n.id", new { domainId });

    /// <summary>How many a domain has, one that is being taken included.</summary>
    public static Task<int> Count(DbSession db, Guid domainId) => db.First<int>("SELECT COUNT(*) FROM snapshots WHERE domain_id = @domainId", new { domainId });

    /// <summary>A snapshot of a domain that is whole.</summary>
    /// <exception cref="RequestRefusedException"><c>unknown_snapshot</c>.</exception>
    public static async Task<SnapshotRow> Get(DbSession db, DomainRow domain, Guid id) =>
        await Find(db, domain, id) is { IsWhole: true } whole ? whole : throw Unknown(domain, id);

    /// <summary>A snapshot of a domain, whole or not.</summary>
    /// <exception cref="RequestRefusedException"><c>unknown_snapshot</c>.</exception>
    public static async Task<SnapshotRow> Find(DbSession db, DomainRow domain, Guid id) =>
        await db.First<SnapshotRow>($"SELECT {Columns} FROM snapshots n WHERE n.id = @id AND n.domain_id = @domain", new { id, domain = domain.Id }) ?? throw Unknown(domain, id);

    /// <summary>The snapshot that a request is taking; null when it has not begun.</summary>
    public static Task<SnapshotRow?> TakenBy(DbSession db, long requestId) =>
        db.First<SnapshotRow>($"SELECT {Columns} FROM snapshots n WHERE n.request_id = @requestId", new { requestId });

    /// <summary>How many snapshots a domain may have.</summary>
    public static async Task<int> Limit(DbSession db, DomainRow domain) => domain.SnapshotLimit ?? (await SiteSettingsTable.Read(db)).SnapshotLimit;

    /// <summary>Looks whether a domain, which the caller has locked, may get one more.</summary>
    /// <param name="db">A transaction.</param>
    /// <param name="domain">The domain.</param>
    /// <param name="name">What it is to be called; null when it has no name yet.</param>
    /// <exception cref="RequestRefusedException"><c>snapshot_limit</c>, <c>name_taken</c>.</exception>
    public static async Task CheckRoom(DbSession db, DomainRow domain, string? name)
    {
        var (has, limit) = (await Count(db, domain.Id), await Limit(db, domain));
        if (limit == 0) throw new RequestRefusedException("snapshot_limit", $"{domain.Name} may have no snapshots. An administrator can allow some.");
        if (has >= limit)
        {
            throw new RequestRefusedException("snapshot_limit",
                $"{domain.Name} has {has} snapshot{(has == 1 ? "" : "s")}, and may have {limit}. Remove one that is not needed any more, or ask an administrator for more.");
        }

        if (name is not null && await db.First<bool>("SELECT EXISTS (SELECT 1 FROM snapshots WHERE domain_id = @Id AND name = @name)", new { domain.Id, name }))
            throw NameTaken(domain, name);
    }

    /// <summary>Writes down one that is about to be taken.</summary>
    /// <param name="db">A transaction that has the domain locked.</param>
    /// <param name="domain">The domain.</param>
    /// <param name="name">What it is called; null for the time.</param>
    /// <param name="description">What it is for.</param>
    /// <param name="by">Whoever takes it.</param>
    /// <param name="requestId">The request that takes it.</param>
    public static async Task<SnapshotRow> Begin(DbSession db, DomainRow domain, string? name, string? description, long by, long requestId)
    {
        var id = Guid.NewGuid();
        await db.Execute(
            """
            INSERT INTO snapshots (id, domain_id, name, description, taken_at, taken_by, request_id)
            VALUES (@id, @domain, COALESCE(@name, DATE_FORMAT(UTC_TIMESTAMP(), '%Y-%m-%d %H:%i:%s')), @description, UTC_TIMESTAMP(6), @by, @requestId)
            """, new { id, domain = domain.Id, name, description, by, requestId });
        EventsTable.Domain(db, domain);
        return (await TakenBy(db, requestId))!;
    }

    /// <summary>It is whole.</summary>
    public static async Task Finish(DbSession db, SnapshotRow snapshot, long? sizeBytes)
    {
        await db.Execute("UPDATE snapshots SET request_id = NULL, size_bytes = @sizeBytes WHERE id = @Id", new { snapshot.Id, sizeBytes });
        await Tell(db, snapshot.DomainId);
    }

    /// <summary>Another name and another description.</summary>
    /// <exception cref="RequestRefusedException"><c>name_taken</c>.</exception>
    public static async Task Rename(DbSession db, DomainRow domain, Guid id, string name, string? description)
    {
        try
        {
            await db.Execute("UPDATE snapshots SET name = @name, description = @description WHERE id = @id", new { id, name, description });
        }
        catch (Exception e) when (Db.IsDuplicateKey(e))
        {
            throw NameTaken(domain, name);
        }

        EventsTable.Domain(db, domain);
    }

    /// <summary>Forgets one that is gone from its host.</summary>
    public static async Task Delete(DbSession db, SnapshotRow snapshot)
    {
        await db.Execute("DELETE FROM snapshots WHERE id = @Id", new { snapshot.Id });
        await Tell(db, snapshot.DomainId);
    }

    /// <summary>Forgets all of a domain, whose disks are to be made new.</summary>
    public static Task DeleteAll(DbSession db, Guid domainId) => db.Execute("DELETE FROM snapshots WHERE domain_id = @domainId", new { domainId });

    private static async Task Tell(DbSession db, Guid domainId)
    {
        if (await DomainsTable.Get(db, domainId) is { } domain) EventsTable.Domain(db, domain);
    }

    private static RequestRefusedException Unknown(DomainRow domain, Guid id) => new("unknown_snapshot", $"{domain.Name} has no snapshot {id}.");

    private static RequestRefusedException NameTaken(DomainRow domain, string name) =>
        new("name_taken", $"{domain.Name} has a snapshot called {name} already. Choose another name, or remove that one.");
}
