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
    public static async Task<Asked> Ask(DbSession db, Caller caller, Command command, Machines which, Guid? baseId, Func<Guid, IRequest> request, int? priority = null)
    {
        var asked = new Asked();
        var domains = await db.Query<DomainRow>($"SELECT {DomainsTable.Columns} FROM domains d WHERE NOT d.is_base AND (@baseId IS NULL OR d.base_id = @baseId) ORDER BY d.name", new { baseId });
        foreach (var domain in domains.Where(d => Takes(which, d)))
        {
            // what is saved wakes up first, so that it shuts down in order and loses nothing
            var isAsleep = command.ArgumentsType == typeof(ShutdownDomain) && domain is { State: DomainState.Hibernated } && which is Machines.Hibernated;
            if (!isAsleep && command.OfferedOn?.Invoke(domain) != true) continue;
            await asked.Try(async () =>
            {
                var woken = isAsleep ? await RequestWriter.Submit(db, caller, new StartDomain(domain.Id), priority: priority) : null;
                return woken is null
                    ? [await RequestWriter.Submit(db, caller, request(domain.Id), priority: priority)]
                    : [woken, await RequestWriter.Submit(db, caller, request(domain.Id), after: woken.Row.Id, priority: priority)];
            });
        }

        return asked;
    }

    /// <summary>Is this machine one of those? Pure.</summary>
    public static bool Takes(Machines which, DomainRow domain) => !domain.IsBase && which switch
    {
        Machines.All => true,
        Machines.Active => domain.State is DomainState.Active or DomainState.Paused,
        Machines.Hibernated => domain.State is DomainState.Hibernated,
        Machines.Disconnected => domain.State is DomainState.Active or DomainState.Paused && domain.ClientStatus is ClientStatus.Disconnected && !domain.Autostart && domain.PoolUse is not PoolUse.Free,
        Machines.Autostart => domain.Autostart,
    };

    private static async Task<long?> Run(DbSession db, ScheduleRow schedule, DateTimeOffset due, long? by)
    {
        if (await SchedulesTable.Begin(db, schedule.Id, due, by) is not { } run) return null;
        var caller = await UsersTable.System(db);
        var asked = new Asked();
        if (Catalogue.Find(schedule.Command) is not { } command)
            await asked.Try(() => throw new RequestRefusedException("unknown_command", $"This version knows no command '{schedule.Command}'."));
        else if (schedule.Machines is { } which)
            asked = await Ask(db, caller, command, which, schedule.BaseId, id => schedule.Request(id), Priority);
        else
            await asked.Try(async () => [await RequestWriter.Submit(db, caller, schedule.Request(null), priority: Priority)]);
        await SchedulesTable.Asked(db, run, [.. asked.Requests.Select(r => r.Row.Id)], asked.Refused, asked.Problem);
        return run;
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
