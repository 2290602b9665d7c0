using System.Globalization;
using Broker.Core.Access;
using Broker.Core.Database;
using Broker.Core.Domains;
using Broker.Core.Requests;
using Broker.Core.Requests.Domains;
using Broker.Core.Requests.Volumes;
using Broker.Core.Users;

namespace Broker.Core.Limits;

/// <summary>Whether somebody may have what he asks for besides what he has. What is his counts for him, whoever asked for it.</summary>
public static class Quota
{
    private const long Gib = 1L << 30;
    private const long KibOfGib = 1L << 20;

    /// <summary>Whether anything is limited for whoever gets what is asked for. If not, what it takes need not be read.</summary>
    /// <param name="db">Where to look.</param>
    /// <param name="asked">What is asked for.</param>
    /// <param name="about">The machine that it is about.</param>
    /// <param name="caller">Who asks.</param>
    public static async Task<bool> Concerns(DbSession db, ITakes asked, DomainRow about, Caller caller) =>
        (await LimitsTable.Of(db, asked.TakesFor(about), caller)).LimitWhatIsTaken;

    /// <summary>Refuses what is beyond somebody's limits. Until the transaction ends nobody else takes anything for him.</summary>
    /// <param name="db">The transaction that writes it down.</param>
    /// <param name="take">What is taken.</param>
    /// <param name="request">The request that is being handled; what was asked for after it does not count. Null when it is only being asked for.</param>
    /// <exception cref="RequestRefusedException"><c>limit_reached</c>.</exception>
    public static async Task Check(DbSession db, Take take, long? request = null)
    {
        var limits = await LimitsTable.Of(db, take.UserId);
        var isFree = (!take.IsClone || limits.Clones.Most == 0) && (take.DiskBytes is null || limits.Disk.Most == 0) && (take.MemoryKib is null || limits.Memory.Most == 0);
        if (isFree) return;
        // two that are asked for at once meet here: the second finds what the first has taken
        await UsersTable.Lock(db, take.UserId);
        var who = await UsersTable.Get(db, take.UserId);
        var whose = who is null ? "" : $" ({who.Name})";
        var but = take.Domain ?? Guid.Empty;

        if (take.IsClone && await Clones(db, take.UserId, but) + 1 is var clones && limits.Clones.IsExceededBy(clones))
            throw Reached($"clone_limit is {limits.Clones.Most} ({limits.Clones.Source}){whose}: as many desktops are there already. Remove one that is not needed any more, or ask your administrator for more.");
        if (take.DiskBytes is { } bytes && await DiskBytes(db, take.UserId, but, request) is var others && limits.Disk.IsExceededBy(others + bytes, Gib))
            throw Reached(
                $"disk_gib is {limits.Disk.Most} ({limits.Disk.Source}){whose}: the disks that are there have {InGib(others, Gib)} GiB, and this needs {InGib(bytes, Gib)} GiB. Remove a disk or a machine that is not needed any more, or ask your administrator for more.");
        if (take.MemoryKib is { } kib)
        {
            var running = await Running(db, take.UserId, but, request);
            // those that will be ended for this one make room
            var stay = running.Skip(StartLimit.Beyond(running.Count + 1, limits.Start)).ToList();
            var used = stay.Sum(d => d.MemoryKib);
            if (limits.Memory.IsExceededBy(used + kib, KibOfGib))
            {
                var names = string.Join(", ", stay.Take(5).Select(d => d.Alias ?? d.Name)) + (stay.Count > 5 ? $" and {stay.Count - 5} more" : "");
                var (runs, remedy) = stay.Count == 0 ? ("nothing else runs", "Give it less memory") : ($"{names} run with {InGib(used, KibOfGib)} GiB", "Shut one of them down");
                throw Reached($"memory_gib is {limits.Memory.Most} ({limits.Memory.Source}){whose}: {runs}, and this one needs {InGib(kib, KibOfGib)} GiB. {remedy}, or ask your administrator for more.");
            }
        }
    }

    /// <summary>What somebody has, with what was asked for.</summary>
    public static async Task<Usage> Used(DbSession db, long userId)
    {
        var running = await Running(db, userId, Guid.Empty, null);
        return new Usage(running.Count, await Clones(db, userId, Guid.Empty), await DiskBytes(db, userId, Guid.Empty, null), running.Sum(d => d.MemoryKib));
    }

    /// <summary>Machines of somebody that run or are about to and that nobody is ending: those first that began first, those last that have not begun.</summary>
    /// <param name="db">Where to look.</param>
    /// <param name="userId">Whose.</param>
    /// <param name="but">Not this one.</param>
    /// <param name="before">Of those that have not begun, those that were asked for before this request; all when null.</param>
    public static async Task<IReadOnlyList<DomainRow>> Running(DbSession db, long userId, Guid but, long? before)
    {
        var running = await db.Query<DomainRow>(
            $"""
            SELECT {DomainsTable.Columns} FROM domains d
            WHERE d.owner_id = @userId AND d.id <> @but AND NOT d.is_base AND (d.state IN ('active', 'paused', 'starting') OR EXISTS (
              SELECT 1 FROM requests r FORCE INDEX (requests_domain)
              WHERE r.domain_id = d.id AND r.command = @start AND r.ended_at IS NULL AND NOT r.is_later AND (@before IS NULL OR r.id < @before)))
            ORDER BY d.state IN ('active', 'paused') DESC, d.started_at, d.id
            """, new { userId, but, before, start = StartDomain.Spec.Word });
        var ending = await RequestsTable.BeingEnded(db, [.. running.Select(d => d.Id)]);
        return [.. running.Where(d => !ending.Contains(d.Id))];
    }

    // what is on its way out, was not made well, or stays only until it is removed does not count
    private static Task<int> Clones(DbSession db, long userId, Guid but) =>
        db.First<int>(
            """
            SELECT COUNT(*) FROM domains WHERE owner_id = @userId AND id <> @but AND base_id IS NOT NULL AND NOT is_base
              AND state NOT IN ('removing', 'broken') AND NOT (is_volatile AND state = 'shutdown' AND started_at IS NOT NULL)
            """, new { userId, but });

    private static async Task<long> DiskBytes(DbSession db, long userId, Guid but, long? before) =>
        (long)await db.First<decimal>(
            """
            SELECT
              (SELECT COALESCE(SUM(v.capacity_bytes), 0) FROM domains d JOIN volumes v ON v.domain_id = d.id WHERE d.owner_id = @userId AND d.id <> @but AND d.state <> 'removing')
              # machines whose disks are not written down yet: as those that they are made from
              + (SELECT COALESCE(SUM(v.capacity_bytes), 0) FROM domains d JOIN requests r ON r.domain_id = d.id JOIN volumes v ON v.domain_id = COALESCE(JSON_VALUE(r.args, '$.base'), JSON_VALUE(r.args, '$.source'))
                 WHERE d.owner_id = @userId AND d.id <> @but AND d.state = 'creating' AND r.command IN @making AND r.ended_at IS NULL AND (@before IS NULL OR r.id < @before)
                   AND NOT EXISTS (SELECT 1 FROM volumes o WHERE o.domain_id = d.id))
              # disks that are being made or made larger
              + (SELECT COALESCE(SUM(JSON_VALUE(r.args, '$.size_mib') * 1048576 - COALESCE(v.capacity_bytes, 0)), 0)
                 FROM domains d JOIN requests r ON r.domain_id = d.id LEFT JOIN volumes v ON v.domain_id = d.id AND v.target = JSON_VALUE(r.args, '$.target')
                 WHERE d.owner_id = @userId AND d.id <> @but AND r.command IN @growing AND r.ended_at IS NULL AND NOT r.is_later AND (@before IS NULL OR r.id < @before))
            """, new { userId, but, before, making = new[] { Clone.Spec.Word, CopyDomain.Spec.Word }, growing = new[] { AddDisk.Spec.Word, GrowDisk.Spec.Word } });

    private static string InGib(long amount, long unit) => ((double)amount / unit).ToString("0.##", CultureInfo.InvariantCulture);

    private static RequestRefusedException Reached(string text) => new("limit_reached", text);
}

/// <summary>How many desktops of somebody's are ended for the start of another one: those that have run longest.</summary>
public static class StartLimit
{
    /// <summary>How many of so many are too many.</summary>
    public static int Beyond(int running, Limit limit) => limit.Most == 0 ? 0 : Math.Max(0, running - limit.Most);

    /// <summary>Those that a start would end, in the order in which they began; none when it runs already.</summary>
    public static async Task<IReadOnlyList<DomainRow>> WouldEnd(DbSession db, DomainRow starting)
    {
        if (starting.State is DomainState.Active or DomainState.Paused or DomainState.Starting) return [];
        var running = await Quota.Running(db, starting.OwnerId, starting.Id, null);
        return running.Count == 0 ? [] : [.. running.Take(Beyond(running.Count + 1, (await LimitsTable.Of(db, starting.OwnerId)).Start))];
    }
}
