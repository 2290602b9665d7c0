using Broker.Backend.Nodes;
using Broker.Backend.VmManagers;
using Broker.Core.Access;
using Broker.Core.Database;
using Broker.Core.Domains;
using Broker.Core.Requests;
using Microsoft.Extensions.Logging;

namespace Broker.Backend.Requests;

/// <summary>One claim, as its handler sees it: who asked, how to write, and whether the claim still holds.</summary>
public sealed class Work : IDisposable
{
    private readonly Db _db;
    private readonly NodeList _nodes;
    private readonly TimeProvider _clock;
    private readonly TimeSpan _lease;
    private readonly ILogger _logger;
    private readonly List<Func<DbSession, Task>> _atEnd = [];
    private readonly Dictionary<Guid, DomainRow> _known;
    private readonly CancellationTokenSource _asked = new();
    private readonly CancellationTokenSource _interrupt;
    private long _renewedAt;
    private volatile bool _lost;
    private volatile bool _undoing;

    /// <param name="row">As claimed.</param>
    /// <param name="caller">As he is now.</param>
    /// <param name="known">The domains that were read along with him.</param>
    /// <param name="db">Where to write.</param>
    /// <param name="nodes">Where to act.</param>
    /// <param name="clock">Goes on while the process is stopped.</param>
    /// <param name="claimedAt">That clock's timestamp from before the claim was written.</param>
    /// <param name="lease">How long the claim holds from then on.</param>
    /// <param name="logger">Is told of calls to hosts.</param>
    /// <param name="cancel">Cancelled when the claim is lost or the back end has to stop.</param>
    internal Work(RequestRow row, Caller caller, IReadOnlyList<DomainRow> known, Db db, NodeList nodes, TimeProvider clock, long claimedAt, TimeSpan lease, ILogger logger, CancellationToken cancel)
    {
        Row = row;
        Caller = caller;
        _known = known.ToDictionary(d => d.Id);
        Cancel = cancel;
        _db = db;
        _nodes = nodes;
        _clock = clock;
        _lease = lease;
        _logger = logger;
        _renewedAt = claimedAt;
        _interrupt = CancellationTokenSource.CreateLinkedTokenSource(cancel, _asked.Token);
    }

    /// <summary>The request's row when it was claimed.</summary>
    public RequestRow Row { get; }

    /// <summary>Who asked, as he is now.</summary>
    public Caller Caller { get; }

    /// <summary>Cancelled when the claim is lost or the back end has to stop.</summary>
    public CancellationToken Cancel { get; }

    /// <summary>Cancelled also when somebody wants the request taken back: for work that can be broken off anywhere, such as a copy.</summary>
    public CancellationToken Interrupt => _interrupt.Token;

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
        if (IsTakenBack && !_undoing) throw new TakenBackException(Row.Id);
        CheckClaim();
    }

    /// <summary>The same for whoever has come to his end: what is done is done, also when somebody has just taken it back.</summary>
    internal void CheckClaim()
    {
        Cancel.ThrowIfCancellationRequested();
        if (_lost || _clock.GetElapsedTime(Interlocked.Read(ref _renewedAt)) > _lease) throw new ClaimLostException(Row.Id);
    }

    /// <summary>Calls a host, if the claim still holds when the host's worker comes to it.</summary>
    public async Task<T> On<T>(Node node, Gate gate, Func<IVmNode, T> call)
    {
        using var activity = RequestTelemetry.BeginCall(node, gate);
        var began = _clock.GetTimestamp();
        try
        {
            return await node.Run(gate, vm =>
            {
                Check();
                return call(vm);
            }, Cancel);
        }
        finally
        {
            var took = _clock.GetElapsedTime(began);
            RequestTelemetry.EndCall(node, gate, took);
            Log.HostCalled(_logger, Row.Id, gate, node.Row.Name, (long)took.TotalMilliseconds);
        }
    }

    /// <inheritdoc cref="On{T}"/>
    public Task On(Node node, Gate gate, Action<IVmNode> call) =>
        On(node, gate, vm =>
        {
            call(vm);
            return true;
        });

    /// <summary>Calls a host for what takes long, such as a copy, and says how far it is. It can be broken off anywhere.</summary>
    /// <param name="node">The host.</param>
    /// <param name="text">What is being done, in a sentence.</param>
    /// <param name="from">The request's percentage when it begins.</param>
    /// <param name="to">And when it is done.</param>
    /// <param name="call">Reports its own percentage, and ends when it is cancelled.</param>
    public async Task<T> OnLong<T>(Node node, string text, int from, int to, Func<IVmNode, IProgress<int>, CancellationToken, T> call)
    {
        var percent = new Latest();
        await Step(from, text);
        var running = On(node, Gate.Copy, vm => call(vm, percent, Interrupt));
        var told = 0;
        try
        {
            while (await Task.WhenAny(running, Task.Delay(TimeSpan.FromSeconds(0.5), _clock, Interrupt)) != running)
            {
                if (Interrupt.IsCancellationRequested) break;
                if (percent.Value == told) continue;
                told = percent.Value;
                await Step(from + (told * (to - from) / 100), text);
            }

            return await running;
        }
        finally
        {
            // nothing is undone while it still writes
            await ((Task)running).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

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

    /// <summary>Somebody wants it taken back: the next step is not begun.</summary>
    internal bool IsTakenBack => _asked.IsCancellationRequested;

    internal void TakeBack()
    {
        try
        {
            _asked.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // it has just ended
        }
    }

    /// <summary>From here on, steps are those of undoing.</summary>
    internal void Undoing() => _undoing = true;

    /// <inheritdoc/>
    public void Dispose()
    {
        _interrupt.Dispose();
        _asked.Dispose();
    }

    private sealed class Latest : IProgress<int>
    {
        public volatile int Value;

        public void Report(int value) => Value = value;
    }
}
