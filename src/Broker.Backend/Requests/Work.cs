using Broker.Backend.Nodes;
using Broker.Backend.VmManagers;
using Broker.Core.Access;
using Broker.Core.Database;
using Broker.Core.Domains;
using Broker.Core.Requests;

namespace Broker.Backend.Requests;

/// <summary>One claim, as its handler sees it: who asked, how to write, and whether the claim still holds.</summary>
public sealed class Work
{
    private readonly Db _db;
    private readonly NodeList _nodes;
    private readonly TimeProvider _clock;
    private readonly TimeSpan _lease;
    private readonly List<Func<DbSession, Task>> _atEnd = [];
    private readonly Dictionary<Guid, DomainRow> _known;
    private long _renewedAt;
    private volatile bool _lost;

    /// <param name="row">As claimed.</param>
    /// <param name="caller">As he is now.</param>
    /// <param name="known">The domains that were read along with him.</param>
    /// <param name="db">Where to write.</param>
    /// <param name="nodes">Where to act.</param>
    /// <param name="clock">Goes on while the process is stopped.</param>
    /// <param name="claimedAt">That clock's timestamp from before the claim was written.</param>
    /// <param name="lease">How long the claim holds from then on.</param>
    /// <param name="cancel">Cancelled when the claim is lost or the back end has to stop.</param>
    internal Work(RequestRow row, Caller caller, IReadOnlyList<DomainRow> known, Db db, NodeList nodes, TimeProvider clock, long claimedAt, TimeSpan lease, CancellationToken cancel)
    {
        Row = row;
        Caller = caller;
        _known = known.ToDictionary(d => d.Id);
        Cancel = cancel;
        _db = db;
        _nodes = nodes;
        _clock = clock;
        _lease = lease;
        _renewedAt = claimedAt;
    }

    /// <summary>The request's row when it was claimed.</summary>
    public RequestRow Row { get; }

    /// <summary>Who asked, as he is now.</summary>
    public Caller Caller { get; }

    /// <summary>Cancelled when the claim is lost or the back end has to stop.</summary>
    public CancellationToken Cancel { get; }

    /// <summary>Says what comes next and makes sure that the claim still holds. Every step of a handler begins so.</summary>
    /// <exception cref="ClaimLostException">It does not.</exception>
    public Task Step(int percent, string text) =>
        Write(db =>
        {
            RequestsTable.Progress(db, Row, percent, text);
            return Task.CompletedTask;
        });

    /// <summary>Makes sure, without asking the database, that the claim can't have run out meanwhile.</summary>
    /// <remarks>The clock behind it goes on while the process is stopped.</remarks>
    public void Check()
    {
        Cancel.ThrowIfCancellationRequested();
        if (_lost || _clock.GetElapsedTime(Interlocked.Read(ref _renewedAt)) > _lease) throw new ClaimLostException(Row.Id);
    }

    /// <summary>Calls a host, if the claim still holds when the host's worker comes to it.</summary>
    public Task<T> On<T>(Node node, Gate gate, Func<IVmNode, T> call) =>
        node.Run(gate, vm =>
        {
            Check();
            return call(vm);
        }, Cancel);

    /// <inheritdoc cref="On{T}"/>
    public Task On(Node node, Gate gate, Action<IVmNode> call) =>
        On(node, gate, vm =>
        {
            call(vm);
            return true;
        });

    /// <summary>What a host says about a domain; null when it does not know it.</summary>
    public Task<DomainReport?> Look(Node node, Guid domain) => On(node, Gate.Read, vm => vm.Inventory().FirstOrDefault(r => r.Id == domain));

    /// <summary>Writes to the database in one transaction, if the claim still holds.</summary>
    public Task<T> Write<T>(Func<DbSession, Task<T>> write)
    {
        Check();
        return _db.Transaction(async db => await RequestsTable.Holds(db, Row.Id, Row.Epoch) ? await write(db) : throw new ClaimLostException(Row.Id), Cancel);
    }

    /// <inheritdoc cref="Write{T}"/>
    public Task Write(Func<DbSession, Task> write) =>
        Write(async db =>
        {
            await write(db);
            return true;
        });

    /// <summary>Writes in the same transaction that ends the request well: what came of it and its end are seen together, or neither.</summary>
    public void AtEnd(Func<DbSession, Task> write) => _atEnd.Add(write);

    /// <summary>Reads from the database.</summary>
    public Task<T> Read<T>(Func<DbSession, Task<T>> read) => _db.Read(read, Cancel);

    /// <summary>The domain, or the end of the request when it is gone.</summary>
    /// <remarks>The first time as it was when the request was taken up: that was a moment ago, and this request has it locked.</remarks>
    public async Task<DomainRow> Domain(Guid id) =>
        _known.Remove(id, out var known) ? known : await Read(db => DomainsTable.Get(db, id)) ?? throw new RequestFailedException("unknown_domain", $"There is no machine {id} any more.");

    /// <summary>The host a domain lives on.</summary>
    public Task<Node> NodeOf(DomainRow domain) => _nodes.Get(domain.NodeId, Cancel);

    internal IReadOnlyList<Func<DbSession, Task>> EndWrites => _atEnd;

    internal void Renewed(long at) => Interlocked.Exchange(ref _renewedAt, at);

    internal void Lost() => _lost = true;
}
