using System.Collections.Concurrent;
using Broker.Backend.Domains;
using Broker.Backend.Nodes;
using Broker.Backend.VmManagers;
using Broker.Core.Audit;
using Broker.Core.Database;
using Broker.Core.Domains;
using Broker.Core.Requests;
using Broker.Core.Requests.Domains;
using Broker.Core.Users;
using Microsoft.Extensions.Logging;

namespace Broker.Backend.Reconcile;

/// <summary>
/// What somebody did on its host to what a machine is: gave it another name, took its definition away, changed it. What a request
/// did itself is not told: where one was at it since the rows were read, it is looked at once more.
/// </summary>
internal sealed class HostDefinitions(Db db, Node node, ILogger logger)
{
    private static readonly TimeSpan AfterFailure = TimeSpan.FromMinutes(1);

    private readonly ConcurrentDictionary<Guid, bool> _redefined = [];
    private DateTimeOffset? _lookBefore;

    /// <summary>The host reported that a definition is another one.</summary>
    public void Note(Guid domain) => _redefined[domain] = true;

    /// <summary>Holds what the host said against the rows that were read before.</summary>
    /// <param name="rows">The rows.</param>
    /// <param name="readAt">When they were read, by the database's clock.</param>
    /// <param name="reports">What the host said then.</param>
    /// <param name="stop">Ends it.</param>
    public async Task Keep(IReadOnlyList<DomainRow> rows, DateTimeOffset readAt, IReadOnlyDictionary<Guid, DomainReport> reports, CancellationToken stop)
    {
        var ours = rows.Select(r => r.Id).ToHashSet();
        foreach (var foreign in _redefined.Keys.Where(id => !ours.Contains(id))) _redefined.TryRemove(foreign, out _);
        var odd = rows.Where(r => r.IsWhole && (IsOdd(r, reports.GetValueOrDefault(r.Id)) || _redefined.ContainsKey(r.Id))).ToList();
        var busy = await db.Read(s => RequestsTable.InWorkSince(s, [.. odd.Select(r => r.Id)], readAt), stop);
        foreach (var row in odd.Where(r => !busy.Contains(r.Id)))
        {
            var report = reports.GetValueOrDefault(row.Id);
            if (row.IsKnown != report is not null) await Know(row, readAt, report is not null, stop);
            if (report is not null && report.Name != row.Name) await Name(row, readAt, report, stop);
            // one that was started since the look before was made what its row says by that start, which is what its host reported
            if (_redefined.TryRemove(row.Id, out _) && report is not null && !(row.StartedAt >= _lookBefore)) await Compare(row, readAt, stop);
        }

        _lookBefore = readAt;
    }

    private static bool IsOdd(DomainRow row, DomainReport? report) => row.IsKnown != report is not null || (report is not null && report.Name != row.Name);

    private async Task Know(DomainRow seen, DateTimeOffset readAt, bool isKnown, CancellationToken stop)
    {
        List<string> missing = [];
        if (!isKnown)
        {
            var volumes = await db.Read(s => VolumesTable.Of(s, seen.Id), stop);
            missing = await node.Run(Gate.Read, vm => volumes.Where(v => vm.Disks.SizeOf(v.Path) is null).Select(v => v.Path).ToList(), stop);
        }

        await db.Transaction(async s =>
        {
            if (await Free(s, seen, readAt) is not { } row) return;
            await DomainsTable.SetKnown(s, row.Id, isKnown);
            if (isKnown) return;
            Log.RemovedOnHost(logger, row.Name);
            await DomainsTable.SetState(s, row.Id, row.State, missing.Count == 0
                ? "It was removed on its host. Its disks are there, and its next start tells its host of it again."
                : $"It was removed on its host, and {(missing.Count == 1 ? "one of its disks" : $"{missing.Count} of its disks")} with it: restore that, or remove the machine.");
            await Audit(s, "removed_on_host", row.Name, new { domain = row.Id, missing });
        }, stop);
    }

    // Its files are called by ids, so that a name is nothing but a name: whoever gave it a new one on its host is followed where that can be.
    private Task Name(DomainRow seen, DateTimeOffset readAt, DomainReport report, CancellationToken stop) => db.Transaction(async s =>
    {
        if (await Free(s, seen, readAt) is not { } row || row.Name != seen.Name) return;
        if (!DomainNames.Problems(report.Name).Any() && (await DomainsTable.Find(s, report.Name) is not { } other || other.Id == row.Id))
        {
            Log.RenamedOnHost(logger, row.Name, report.Name);
            await DomainsTable.Rename(s, row.Id, report.Name, row.Alias);
            await DomainsTable.SetState(s, row.Id, row.State, $"It was called {row.Name} until somebody renamed it on its host.");
            await Audit(s, "renamed_on_host", report.Name, new { domain = row.Id, from = row.Name });
        }
        else if (report.Power is Power.Off && (await RequestsTable.Open(s, [row.Id])).Count == 0 && !await RequestsTable.FailedWithin(s, row.Id, RenameDomain.Spec, AfterFailure))
        {
            await RequestWriter.Submit(s, await UsersTable.System(s), new RenameDomain(row.Id, row.Name));
            await Audit(s, "renamed_back", row.Name, new { domain = row.Id, from = report.Name });
        }
    }, stop);

    private async Task Compare(DomainRow seen, DateTimeOffset readAt, CancellationToken stop)
    {
        if (await node.Run(Gate.Read, vm => vm.Describe(seen.Id), stop) is not { } found) return;
        await db.Transaction(async s =>
        {
            if (await Free(s, seen, readAt) is not { } row) return;
            var changes = HostChanges.Of(row, await Specs.Of(s, row, node), found);
            if (changes == row.HostChanges) return;
            await DomainsTable.SetHostChanges(s, row.Id, changes);
            if (changes is null) return;
            Log.ChangedOnHost(logger, row.Name, changes);
            await Audit(s, "changed_on_host", row.Name, new { domain = row.Id, changes });
        }, stop);
    }

    /// <summary>The row, if it is as it was seen and no request was at it since.</summary>
    private static async Task<DomainRow?> Free(DbSession s, DomainRow seen, DateTimeOffset readAt) =>
        await DomainsTable.Lock(s, seen.Id) is { IsWhole: true } row && (await RequestsTable.InWorkSince(s, [row.Id], readAt)).Count == 0 ? row : null;

    private static async Task Audit(DbSession s, string action, string name, object details) => await AuditTable.Insert(s, (await UsersTable.System(s)).UserId, null, action, name, details);
}
