using Broker.Backend.Nodes;
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
    private long _renewedAt;
    private volatile bool _lost;

    internal Work(RequestRow row, Caller caller, Db db, NodeList nodes, TimeProvider clock, TimeSpan lease, CancellationToken cancel)
    {
        Row = row;
        Caller = caller;
        Cancel = cancel;
        _db = db;
        _nodes = nodes;
        _clock = clock;
        _lease = lease;
        _renewedAt = clock.GetTimestamp();
    }

    /// <summary>The request's row when it was claimed.</summary>
    public RequestRow Row { get; }

    /// <summary>Who asked, as he is now.</summary>
    public Caller Caller { get; }

    /// <summary>Cancelled when the claim is lost or the back end has to stop.</summary>
    public CancellationToken Cancel { get; }

    /// <summary>Says what comes next and makes sure that the claim still holds. Every step of a handler begins so.</summary>
    /// <exception cref="ClaimLostException">It does not.</exception>
    public Task Step(int percent, string text) => Write(db => RequestsTable.Progress(db, Row, percent, text));

    /// <summary>Makes sure, without asking the database, that the claim can't have run out meanwhile.</summary>
    /// <remarks>The clock behind it goes on while the process is stopped.</remarks>
    public void Check()
    {
        Cancel.ThrowIfCancellationRequested();
        if (_lost || _clock.GetElapsedTime(Interlocked.Read(ref _renewedAt)) > _lease) throw new ClaimLostException(Row.Id);
    }

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

    /// <summary>Reads from the database.</summary>
    public Task<T> Read<T>(Func<DbSession, Task<T>> read) => _db.Read(read, Cancel);

    /// <summary>The domain, or the end of the request when it is gone.</summary>
    public async Task<DomainRow> Domain(Guid id) =>
        await Read(db => DomainsTable.Get(db, id)) ?? throw new RequestFailedException("unknown_domain", $"There is no machine {id} any more.");

    /// <summary>The host a domain lives on.</summary>
    public Task<Node> NodeOf(DomainRow domain) => _nodes.Get(domain.NodeId, Cancel);

    internal void Renewed() => Interlocked.Exchange(ref _renewedAt, _clock.GetTimestamp());

    internal void Lost() => _lost = true;
}
