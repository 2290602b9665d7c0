using System.Globalization;
using Broker.Core.Access;
using Broker.Core.Database;
using Broker.Core.Domains;
using Broker.Core.Requests;
using Broker.Core.Requests.Domains;
using Broker.Frontend.Displays;

namespace Broker.Frontend.Domains;

/// <summary>Which machines are meant. Each filter that is null lets everything through.</summary>
public sealed record DomainFilter
{
    /// <summary>Only this one.</summary>
    public Guid? Id { get; init; }

    /// <summary>Only of this owner.</summary>
    public long? Owner { get; init; }

    /// <summary>Only what this user reaches (<see cref="Reach"/>), or what is shared with him.</summary>
    public long? User { get; init; }

    /// <summary>How far he does.</summary>
    public Reach Reach { get; init; } = Reach.Own;

    /// <summary>Only clones of this base.</summary>
    public Guid? Base { get; init; }

    /// <summary>Only bases, or only what is none.</summary>
    public bool? IsBase { get; init; }

    /// <summary>Only in this state of the database.</summary>
    public DomainState? State { get; init; }

    /// <summary>Only with this in name, alias, owner or address.</summary>
    public string? Text { get; init; }
}

/// <summary>Reads machines for people: a few queries, however many there are.</summary>
public static class DomainReads
{
    private const string From =
        """
         FROM domains d JOIN users o ON o.id = d.owner_id JOIN nodes n ON n.id = d.node_id
        LEFT JOIN domains b ON b.id = d.base_id LEFT JOIN screenshots p ON p.domain_id = d.id
        WHERE (@Id IS NULL OR d.id = @Id) AND (@Owner IS NULL OR d.owner_id = @Owner) AND (@Base IS NULL OR d.base_id = @Base)
          AND (@User IS NULL OR d.owner_id = @User OR (@Reach = 'clones' AND b.owner_id = @User) OR (@Reach = 'all_clones' AND d.base_id IS NOT NULL) OR @Reach = 'all' OR EXISTS (SELECT 1 FROM domain_shares s WHERE s.domain_id = d.id AND s.user_id = @User))
          AND (@IsBase IS NULL OR d.is_base = @IsBase) AND (@State IS NULL OR d.state = @State)
          AND (@Text IS NULL OR LOCATE(@Text, d.name) > 0 OR LOCATE(@Text, d.alias) > 0 OR LOCATE(@Text, o.name) > 0 OR LOCATE(@Text, d.address) > 0)
        ORDER BY d.name
        """;

    private static readonly string[] Endings = [ShutdownDomain.Spec.Word, ForceShutdownDomain.Spec.Word, HibernateDomain.Spec.Word, RemoveDomain.Spec.Word];

    /// <summary>The machines, as this caller may see them, by name. Judges nothing: the filter says whose.</summary>
    public static async Task<IReadOnlyList<DomainView>> Read(DbSession db, Caller caller, DomainFilter filter)
    {
        var args = new { filter.Id, filter.Owner, filter.User, filter.Reach, filter.Base, filter.IsBase, State = filter.State is { } s ? Core.Word.Of(s) : null, filter.Text };
        var rows = await db.Query<DomainRow>($"SELECT {DomainsTable.Columns}{From}", args);
        if (rows.Count == 0) return [];
        var around = (await db.Query<Around>(
            $"""
            SELECT d.id, o.name AS owner_name, b.name AS base_name, n.name AS node_name, n.capabilities, p.taken_at AS screenshot_at,
              (SELECT COUNT(*) FROM domains c WHERE c.base_id = d.id) AS clones,
              (SELECT COUNT(*) FROM domains m WHERE m.base_id = d.id AND m.pool_use IS NOT NULL AND NOT m.is_base) AS members,
              (SELECT COUNT(*) FROM domains m WHERE m.base_id = d.id AND m.pool_use = 'free' AND NOT m.is_base) AS free,
              (SELECT COUNT(*) FROM domains m WHERE m.base_id = d.id AND m.pool_use = 'free' AND m.state = 'active' AND NOT m.is_base) AS free_running{From}
            """, args)).ToDictionary(a => a.Id);
        var people = await People(db, caller, rows);
        Guid[] ids = [.. rows.Select(r => r.Id)];
        var pending = (await RequestsTable.Open(db, ids)).ToLookup(r => r.DomainId!.Value);
        var holding = await RequestsTable.Holding(db, ids);
        // one that came or went between the two reads is left out
        return [.. rows.Where(r => around.ContainsKey(r.Id)).Select(r => View(caller, r, around[r.Id], [.. pending[r.Id]], holding.GetValueOrDefault(r.Id), people))];
    }

    /// <summary>One machine; null when it isn't there.</summary>
    public static async Task<DomainView?> One(DbSession db, Caller caller, Guid id) => await Read(db, caller, new DomainFilter { Id = id }) is [var one] ? one : null;

    /// <summary>Where the last picture of a screen is; a new picture has a new address.</summary>
    public static string? PictureUrl(string what, Guid id, DateTimeOffset? takenAt) =>
        takenAt is { } at ? string.Create(CultureInfo.InvariantCulture, $"/api/{what}?v={at.UtcTicks / TimeSpan.TicksPerMillisecond}").Replace("{id}", id.ToString(), StringComparison.Ordinal) : null;

    private static DomainView View(Caller caller, DomainRow d, Around around, IReadOnlyList<RequestRow> pending, RequestRow? holding, IReadOnlyDictionary<long, string> people)
    {
        // what it may run ends as if somebody had asked for it
        var coming = pending.Where(r => r is { State: RequestState.Waiting, AtTime: not null, CancelAskedAt: null }).Select(r => new NextAction(r.Command, r.AtTime!.Value))
            .Concat(d.EndsAt is { } end ? [new NextAction(ShutdownDomain.Spec.Word, end)] : []).OrderBy(n => n.At).ToList();
        return new DomainView(
            d.Id, d.Name, d.Alias, d.Description, new Person(d.OwnerId, around.OwnerName), [.. d.SharedWith.Where(people.ContainsKey).Select(id => new Person(id, people[id]))], d.BaseId, around.BaseName, around.NodeName,
            DomainView.StateOf(d), d.StateSince, d.StateDetail, coming.FirstOrDefault(),
            d.IsBase, d.IsPublic, d.IsVolatile, d.VolatileClones,
            d is { IsBase: true, PoolClones: > 0 } ? new PoolView(d.PoolClones, d.PoolStart, around.Members, around.Free, around.FreeRunning, d.PoolProblem) : null, d.PoolUse,
            d.MemoryKib, d.Vcpus, d.NeedsRestart, d.Address, Client.Of(d),
            PictureUrl("domains/{id}/screenshot", d.Id, around.ScreenshotAt), around.ScreenshotAt,
            around.Clones, d.CreatedAt, d.StartedAt, coming.Find(n => Endings.Contains(n.Action))?.At,
            new DomainSettingsView(d.Autostart, d.RunTimeoutSeconds, d.ShutdownTimeoutSeconds, d.ShutdownDisconnected, d.DisconnectGraceSeconds, d.SnapshotLimit),
            Offered(caller, d, around.Capabilities), [.. pending.Select(r => PendingRequest.Of(r, caller))],
            holding is null ? null : PendingRequest.Of(holding, caller), d.IsKnown,
            // it names files of the host
            May.Do(caller, Grant.Operate, null).IsAllowed ? d.HostChanges : null);
    }

    // Names of those with whom something is shared, as far as they are this caller's to know: of what is shared with him, only his own.
    private static async Task<IReadOnlyDictionary<long, string>> People(DbSession db, Caller caller, IReadOnlyList<DomainRow> domains)
    {
        var ids = domains.Where(d => May.Do(caller, Grant.Share, d).IsAllowed).SelectMany(d => d.SharedWith).Append(caller.UserId).Distinct().ToArray();
        return ids.Length == 1
            ? new Dictionary<long, string> { [caller.UserId] = caller.Name }
            : (await db.Query<(long Id, string Name)>("SELECT id, name FROM users WHERE id IN @ids", new { ids })).ToDictionary(u => u.Id, u => u.Name);
    }

    private static List<string> Offered(Caller caller, DomainRow domain, IReadOnlyList<string> capabilities)
    {
        var may = Catalogue.All.Where(c => c.OfferedOn?.Invoke(domain) == true && (c.Needs is null || capabilities.Contains(c.Needs)) && May.Do(caller, c.Grant, domain).IsAllowed).Select(c => c.Word).ToList();
        if (domain.IsBase ? domain.IsWhole && May.Do(caller, Grant.Clone, domain).IsAllowed : DisplaysEndpoints.HasScreen(domain.State) && May.Do(caller, Grant.View, domain).IsAllowed && May.FromHere(caller, domain).IsAllowed) may.Add("open");
        if (domain.IsBase && May.Do(caller, Grant.CreateBase, domain).IsAllowed) may.Add("publish");
        if (May.Do(caller, Grant.ChangeSettings, domain).IsAllowed) may.Add("describe");
        if (!domain.IsBase && May.Do(caller, Grant.Share, domain).IsAllowed) may.Add("share");
        if (May.Do(caller, Grant.Operate, null).IsAllowed) may.Add("set");
        return may;
    }

    private sealed record Around
    {
        public required Guid Id { get; init; }

        public required string OwnerName { get; init; }

        public string? BaseName { get; init; }

        public required string NodeName { get; init; }

        public IReadOnlyList<string> Capabilities { get; init; } = [];

        public DateTimeOffset? ScreenshotAt { get; init; }

        public int Clones { get; init; }

        public int Members { get; init; }

        public int Free { get; init; }

        public int FreeRunning { get; init; }
    }
}
