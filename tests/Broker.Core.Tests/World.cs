using Broker.Core.Access;
using Broker.Core.Database;
using Broker.Core.Domains;
using Broker.Core.Events;
using Broker.Core.Nodes;
using Broker.Core.Requests;
using Broker.Core.Users;
using Broker.Testing;

namespace Broker.Core.Tests;

/// <summary>A database of its own with an administrator and a node.</summary>
public sealed class World
{
    /// <summary>Room for everything.</summary>
    public static readonly IReadOnlyDictionary<Lane, int> Roomy = Enum.GetValues<Lane>().ToDictionary(l => l, _ => 1000);

    public static readonly TimeSpan Lease = TimeSpan.FromSeconds(30);

    public required Db Db { get; init; }

    public required string ConnectionString { get; init; }

    public Caller Admin { get; private set; } = null!;

    /// <summary>The back end that claims, unless a test names another.</summary>
    public Guid BackEnd { get; } = Guid.NewGuid();

    public static async Task<World> New(Action<Side>? ring = null)
    {
        var connectionString = await (await PrivateMariaDb.Shared).NewDatabase();
        var world = new World { Db = new Db(connectionString, ring: ring, patience: TimeSpan.FromSeconds(30)), ConnectionString = connectionString };
        world.Admin = await world.User("ada", isAdmin: true);
        await world.Db.Transaction(s => NodesTable.Put(s, "here", VmManagerKind.Simulated, "/tmp/simulated"));
        return world;
    }

    public Task<Caller> User(string name, bool isAdmin = false) => Db.Transaction(async s =>
        (await UsersTable.Caller(s, await UsersTable.Insert(s, name, name, null, isAdmin, mustChangePassword: false), address: null))!);

    public async Task<DomainRow> Machine(
        string name, Caller? owner = null, bool isBase = false, bool isPublic = false, DomainState state = DomainState.Shutdown) =>
        await Db.Transaction(async s =>
        {
            var row = DomainsTable.New(name, (owner ?? Admin).UserId, nodeId: 1, memoryKib: 65536, vcpus: 1) with { IsBase = isBase, IsPublic = isPublic, State = state };
            await DomainsTable.Insert(s, row);
            return (await DomainsTable.Get(s, row.Id))!;
        });

    public Task<Submitted> Submit(IRequest request, Caller? caller = null, DateTimeOffset? at = null, long? after = null) =>
        Db.Transaction(s => RequestWriter.Submit(s, caller ?? Admin, request, at, after));

    /// <summary>Writes a request that is expected to be a new one.</summary>
    public async Task<RequestRow> Add(IRequest request, Caller? caller = null, DateTimeOffset? at = null, long? after = null)
    {
        var submitted = await Submit(request, caller, at, after);
        Assert.False(submitted.IsFolded);
        return submitted.Row;
    }

    public Task<IReadOnlyList<RequestRow>> Claim(IReadOnlyDictionary<Lane, int>? room = null, Guid? backEnd = null, TimeSpan? lease = null) =>
        Db.Transaction(async s =>
        {
            await RequestsTable.Promote(s);
            return await RequestsTable.Claim(s, backEnd ?? BackEnd, room ?? Roomy, lease ?? Lease);
        });

    /// <summary>Claims the one request that can be claimed.</summary>
    public async Task<RequestRow> ClaimOne() => Assert.Single(await Claim());

    /// <summary>Ids of what is claimed, one at a time, in that order; none of it ends meanwhile.</summary>
    public async Task<List<long>> ClaimOneByOne(Lane lane)
    {
        var ids = new List<long>();
        while (await Claim(new Dictionary<Lane, int> { [lane] = 1 }) is [var row]) ids.Add(row.Id);
        return ids;
    }

    public Task<bool> Done(RequestRow row) => Db.Transaction(s => RequestsTable.Done(s, row, null));

    public Task<bool> Fail(RequestRow row, string code = "host_refused", string text = "The host said no.") => Db.Transaction(s => RequestsTable.Fail(s, row, code, text));

    /// <summary>Asks for it to be taken back; a back end looks at once.</summary>
    public async Task<bool> Cancel(RequestRow row)
    {
        var asked = await Db.Transaction(s => RequestsTable.Cancel(s, row.Id));
        await Db.Transaction(RequestsTable.TakeBackAsked);
        return asked;
    }

    public async Task<RequestRow> Get(RequestRow row) => (await Db.Read(s => RequestsTable.Get(s, row.Id)))!;

    public async Task<RequestState> State(RequestRow row) => (await Get(row)).State;

    public Task<DomainRow?> Domain(Guid id) => Db.Read(s => DomainsTable.Get(s, id));

    public async Task<RequestRefusedException> Refused(IRequest request, Caller? caller = null, long? after = null) =>
        await Assert.ThrowsAsync<RequestRefusedException>(() => Submit(request, caller, after: after));

    public Task<long> Count(string sql, object? args = null) => Db.Read(s => s.First<long>(sql, args));
}
