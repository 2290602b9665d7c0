using Broker.Core.Access;
using Broker.Core.Database;
using Broker.Core.Domains;
using Broker.Core.Requests;
using Broker.Core.Requests.Domains;
using Broker.Core.Users;

namespace Broker.Core.Schedules;

/// <summary>What happens when a schedule comes: requests in Broker's name, and nothing else.</summary>
public static class Firing
{
    /// <summary>What was missed longer ago, because no back end ran, is not made up for.</summary>
    public static readonly TimeSpan Recent = TimeSpan.FromHours(1);

    // people come first
    private const int Priority = 500;

    /// <summary>Asks for what is due by now, if that has not been done.</summary>
    /// <returns>The run; null when nothing was due, or another was quicker.</returns>
    public static async Task<long?> WhatIsDue(DbSession db, long id, DateTimeOffset now) =>
        await SchedulesTable.Get(db, id) is { IsEnabled: true } schedule
        && Cron.Parse(schedule.Cron).Last(now, schedule.Zone) is { } due && now - due <= Recent && due >= schedule.ChangedAt
            ? await Run(db, schedule, due, by: null)
            : null;

    /// <summary>Asks for it now, because somebody wants it.</summary>
    public static async Task<long> Now(DbSession db, ScheduleRow schedule, Caller by) =>
        await Run(db, schedule, await db.First<DateTimeOffset>("SELECT UTC_TIMESTAMP(6)"), by.UserId)
        ?? throw new RequestRefusedException("just_run", $"{schedule.Name} was run this very moment.");

    /// <summary>Asks for a command on each of some machines on which it can be done. Whatever is refused does not keep the others.</summary>
    public static async Task<Asked> Ask(
        DbSession db, Caller caller, Command command, Machines which, Guid? baseId, Func<Guid, IRequest> request, int? most = null, int? priority = null)
    {
        var asked = new Asked();
        IEnumerable<DomainRow> domains = await db.Query<DomainRow>(
            $"SELECT {DomainsTable.Columns} FROM domains d WHERE (@baseId IS NULL OR d.base_id = @baseId OR d.id = @baseId) ORDER BY d.name", new { baseId });
        domains = domains.Where(d => Takes(which, d) && (IsAsleep(d) || command.OfferedOn?.Invoke(d) != false));
        if (command.IsOncePerRun || most is not null)
        {
            var last = await LastTimes(db, command);
            if (command.IsOncePerRun) domains = domains.Where(d => d.StartedAt > (last.GetValueOrDefault(d.Id)?.DoneAt ?? DateTimeOffset.MinValue));
            domains = domains.OrderBy(d => last.GetValueOrDefault(d.Id)?.EndedAt).Take(most ?? int.MaxValue);
        }

        foreach (var domain in domains)
        {
            var isAsleep = IsAsleep(domain);
            await asked.Try(async () =>
            {
                var woken = isAsleep ? await RequestWriter.Submit(db, caller, new StartDomain(domain.Id), priority: priority) : null;
                return woken is null
                    ? [await RequestWriter.Submit(db, caller, request(domain.Id), priority: priority)]
                    : [woken, await RequestWriter.Submit(db, caller, request(domain.Id), after: woken.Row.Id, priority: priority)];
            });
        }

        return asked;

        // what is saved wakes up first, so that it shuts down in order and loses nothing
        bool IsAsleep(DomainRow domain) => command.ArgumentsType == typeof(ShutdownDomain) && domain is { State: DomainState.Hibernated } && which is Machines.Hibernated;
    }

    /// <summary>Is this machine one of those? Pure.</summary>
    public static bool Takes(Machines which, DomainRow domain) => domain.IsBase == (which is Machines.Pools) && which switch
    {
        Machines.All => true,
        Machines.Active => domain.State is DomainState.Active or DomainState.Paused,
        Machines.Hibernated => domain.State is DomainState.Hibernated,
        Machines.Disconnected => domain.State is DomainState.Active or DomainState.Paused && domain.ClientStatus is ClientStatus.Disconnected && !domain.Autostart && domain.PoolUse is not PoolUse.Free,
        Machines.Autostart => domain.Autostart,
        Machines.Pools => domain.PoolClones > 0,
    };

    private static async Task<long?> Run(DbSession db, ScheduleRow schedule, DateTimeOffset due, long? by)
    {
        if (await SchedulesTable.Begin(db, schedule.Id, due, by) is not { } run) return null;
        var caller = await UsersTable.System(db);
        var asked = new Asked();
        if (Catalogue.Find(schedule.Command) is not { } command)
            await asked.Try(() => throw new RequestRefusedException("unknown_command", $"This version knows no command '{schedule.Command}'."));
        else if (schedule.Machines is { } which)
            asked = await Ask(db, caller, command, which, schedule.BaseId, id => schedule.Request(id), schedule.Most, Priority);
        else
            await asked.Try(async () => [await RequestWriter.Submit(db, caller, schedule.Request(null), priority: Priority)]);
        await SchedulesTable.Asked(db, run, [.. asked.Requests.Select(r => r.Row.Id)], asked.Refused, asked.Problem);
        return run;
    }

    private static async Task<Dictionary<Guid, LastTime>> LastTimes(DbSession db, Command command) =>
        (await db.Query<LastTime>(
            """
            SELECT r.domain_id AS domain, MAX(r.ended_at) AS ended_at, MAX(IF(r.state = 'done', r.ended_at, NULL)) AS done_at
            FROM requests r FORCE INDEX (requests_ended) WHERE r.command = @Word AND r.state IN ('done', 'failed') AND r.domain_id IS NOT NULL GROUP BY r.domain_id
            """, new { command.Word })).ToDictionary(t => t.Domain);

    // when a command last ended on a machine, well or badly, as far as that is kept
    private sealed record LastTime
    {
        public required Guid Domain { get; init; }

        public required DateTimeOffset EndedAt { get; init; }

        public DateTimeOffset? DoneAt { get; init; }
    }
}

/// <summary>What came of asking for many things at once.</summary>
public sealed class Asked
{
    private readonly List<Submitted> _requests = [];

    /// <summary>What is in the queue.</summary>
    public IReadOnlyList<Submitted> Requests => _requests;

    /// <summary>How many were refused.</summary>
    public int Refused { get; private set; }

    /// <summary>Why, of the first.</summary>
    public string? Problem { get; private set; }

    internal async Task Try(Func<Task<IReadOnlyList<Submitted>>> submit)
    {
        try
        {
            _requests.AddRange(await submit());
        }
        catch (RequestRefusedException e)
        {
            Refused++;
            Problem ??= e.Message;
        }
    }
}
