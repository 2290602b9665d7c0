using System.Text.Json;
using Broker.Core.Access;
using Broker.Core.Audit;
using Broker.Core.Database;
using Broker.Core.Schedules;
using Broker.Frontend.Hosting;
using Broker.Frontend.SignIn;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;

namespace Broker.Frontend.Schedules;

/// <summary>What recurs, as it is to be.</summary>
/// <param name="Name">How people call it; unique.</param>
/// <param name="Command">What is asked for; one of <see cref="SchedulesView.Commands"/>.</param>
/// <param name="Cron">Minute, hour, day of month, month, day of week (0 is Sunday), as in a crontab.</param>
/// <param name="TimeZone">By the clocks of this zone, such as Europe/Madrid.</param>
/// <param name="Args">The command's arguments, but for the machine.</param>
/// <param name="Machines">Of which machines; left out when the command is about none.</param>
/// <param name="BaseId">Only of clones of this base, or of its pool.</param>
/// <param name="IsEnabled">It is not switched off.</param>
/// <param name="Most">Of so many machines each time at most, those first to which it was done longest ago; left out for all.</param>
public sealed record ScheduleToBe(
    string Name, string Command, string Cron, string TimeZone, JsonElement? Args = null, Machines? Machines = null, Guid? BaseId = null, bool IsEnabled = true, int? Most = null);

/// <summary>When something recurs. Null of a list is every one.</summary>
/// <param name="Text">In English.</param>
/// <param name="Minutes">The minutes of an hour.</param>
/// <param name="Hours">The hours of a day.</param>
/// <param name="DaysOfMonth">The days of a month; with days of the week: either.</param>
/// <param name="Months">The months, January is 1.</param>
/// <param name="DaysOfWeek">The days of a week, Sunday is 0.</param>
/// <param name="Next">The next five times.</param>
public sealed record When(
    string Text, IReadOnlyList<int>? Minutes, IReadOnlyList<int>? Hours, IReadOnlyList<int>? DaysOfMonth, IReadOnlyList<int>? Months, IReadOnlyList<int>? DaysOfWeek,
    IReadOnlyList<DateTimeOffset> Next);

/// <summary>What recurs.</summary>
/// <param name="Id">Key.</param>
/// <param name="Name">How people call it.</param>
/// <param name="Command">What is asked for.</param>
/// <param name="Args">The command's arguments, but for the machine.</param>
/// <param name="Machines">Of which machines; null when the command is about none.</param>
/// <param name="BaseId">Only of clones of this base, or of its pool.</param>
/// <param name="BaseName">That base's name.</param>
/// <param name="Cron">When, as in a crontab.</param>
/// <param name="TimeZone">By the clocks of this zone.</param>
/// <param name="IsEnabled">It is not switched off.</param>
/// <param name="IsSeeded">It came with Broker: it can be changed and switched off, but not removed.</param>
/// <param name="When">When that is, and when next. It is told also while it is switched off.</param>
/// <param name="Most">Of so many machines each time at most, those first to which it was done longest ago; null for all.</param>
/// <param name="Runs">The last ten times it came, newest first.</param>
public sealed record ScheduleView(
    long Id, string Name, string Command, JsonElement Args, Machines? Machines, Guid? BaseId, string? BaseName, string Cron, string TimeZone, bool IsEnabled, bool IsSeeded,
    When When, int? Most, IReadOnlyList<ScheduleRun> Runs);

/// <summary>All that recurs, by name.</summary>
/// <param name="Schedules">The schedules.</param>
/// <param name="Commands">What can be scheduled.</param>
public sealed record SchedulesView(IReadOnlyList<ScheduleView> Schedules, IReadOnlyList<string> Commands);

/// <summary>Schedules: for administrators alone, since what comes of them is asked for in Broker's own name.</summary>
public static class SchedulesEndpoints
{
    private const int RunsShown = 10;
    private const int TimesShown = 5;

    /// <summary>Adds the routes.</summary>
    public static void MapSchedules(this IEndpointRouteBuilder app)
    {
        var schedules = app.MapGroup("/api/schedules").WithTags("schedules");
        schedules.MapGet("", List).Granted(Grant.Operate).WithName("list_schedules").WithSummary("What recurs").Refuses(401, 403);
        schedules.MapGet("/when", Preview).Granted(Grant.Operate).WithName("preview_schedule").WithSummary("When five fields of a crontab would come").Refuses(400, 401, 403);
        schedules.MapGet("/{id:long}", Get).Granted(Grant.Operate).WithName("get_schedule").WithSummary("One schedule").Refuses(401, 403, 404);
        schedules.MapPost("", Create).Granted(Grant.Operate).WithName("create_schedule").WithSummary("Let something recur").Refuses(400, 401, 403, 409);
        schedules.MapPut("/{id:long}", Set).Granted(Grant.Operate).WithName("set_schedule").WithSummary("Change a schedule").Refuses(400, 401, 403, 404, 409);
        schedules.MapDelete("/{id:long}", Delete).Granted(Grant.Operate).WithName("delete_schedule").WithSummary("Let something recur no more").Refuses(401, 403, 404, 409);
        schedules.MapPost("/{id:long}/run", Run).Granted(Grant.Operate).WithName("run_schedule").WithSummary("Have a schedule come now, out of turn").Refuses(401, 403, 404, 409);
    }

    private static async Task<Ok<SchedulesView>> List(Db db, TimeProvider clock, CancellationToken cancel) =>
        TypedResults.Ok(new SchedulesView(await db.Read(async s => await Views(s, await SchedulesTable.All(s), clock), cancel), [.. ScheduleRow.Commands.Select(c => c.Word)]));

    private static async Task<Ok<ScheduleView>> Get(long id, Db db, TimeProvider clock, CancellationToken cancel) =>
        TypedResults.Ok(await db.Read(async s => await View(s, await Find(s, id), clock), cancel));

    private static Ok<When> Preview(string cron, [FromQuery(Name = "time_zone")] string timeZone, TimeProvider clock)
    {
        if (!TimeZoneInfo.TryFindSystemTimeZoneById(timeZone, out var zone))
            throw new RefusedException(StatusCodes.Status400BadRequest, "bad_arguments", $"There is no time zone '{timeZone}'. They are called as Europe/Madrid or UTC.");
        try
        {
            return TypedResults.Ok(Of(Cron.Parse(cron), zone, clock));
        }
        catch (FormatException e)
        {
            throw new RefusedException(StatusCodes.Status400BadRequest, "bad_arguments", e.Message);
        }
    }

    private static async Task<Created<ScheduleView>> Create(ScheduleToBe form, SignedIn who, Db db, TimeProvider clock, CancellationToken cancel)
    {
        MustBeAdmin(who);
        var view = await db.Transaction(async s =>
        {
            var id = await SchedulesTable.Insert(s, Row(form));
            await AuditTable.Insert(s, who.Id, who.Caller.Address, "schedule_added", form.Name, form);
            return await View(s, await Find(s, id), clock);
        }, cancel);
        return TypedResults.Created($"/api/schedules/{view.Id}", view);
    }

    private static async Task<Ok<ScheduleView>> Set(long id, ScheduleToBe form, SignedIn who, Db db, TimeProvider clock, CancellationToken cancel)
    {
        MustBeAdmin(who);
        return TypedResults.Ok(await db.Transaction(async s =>
        {
            await Find(s, id);
            await SchedulesTable.Set(s, Row(form) with { Id = id });
            await AuditTable.Insert(s, who.Id, who.Caller.Address, "schedule_changed", form.Name, form);
            return await View(s, await Find(s, id), clock);
        }, cancel));
    }

    private static async Task<NoContent> Delete(long id, SignedIn who, Db db, CancellationToken cancel)
    {
        MustBeAdmin(who);
        await db.Transaction(async s =>
        {
            var schedule = await Find(s, id);
            await SchedulesTable.Delete(s, schedule);
            await AuditTable.Insert(s, who.Id, who.Caller.Address, "schedule_removed", schedule.Name);
        }, cancel);
        return TypedResults.NoContent();
    }

    private static async Task<Accepted<ScheduleView>> Run(long id, SignedIn who, Db db, TimeProvider clock, CancellationToken cancel)
    {
        MustBeAdmin(who);
        return TypedResults.Accepted((string?)null, await db.Transaction(async s =>
        {
            var schedule = await Find(s, id);
            await Firing.Now(s, schedule, who.Caller);
            await AuditTable.Insert(s, who.Id, who.Caller.Address, "schedule_run", schedule.Name);
            return await View(s, schedule, clock);
        }, cancel));
    }

    private static void MustBeAdmin(SignedIn who)
    {
        // nor does a token of theirs: it is good for single grants, and Broker may do everything
        if (who.Caller is not { IsAdmin: true, Scopes: null }) throw new RefusedException(StatusCodes.Status403Forbidden, "not_allowed", "Only administrators change schedules: what comes of them is done in Broker's own name.");
    }

    private static async Task<ScheduleRow> Find(DbSession db, long id) =>
        await SchedulesTable.Get(db, id) ?? throw new RefusedException(StatusCodes.Status404NotFound, "unknown_schedule", $"There is no schedule {id}.");

    private static ScheduleRow Row(ScheduleToBe form) => new()
    {
        Name = form.Name.Trim(),
        Command = form.Command,
        Args = form.Args ?? JsonSerializer.SerializeToElement(new { }),
        Machines = form.Machines,
        BaseId = form.BaseId,
        Most = form.Most,
        Cron = form.Cron.Trim(),
        TimeZone = form.TimeZone,
        IsEnabled = form.IsEnabled,
    };

    private static async Task<ScheduleView> View(DbSession db, ScheduleRow schedule, TimeProvider clock) => (await Views(db, [schedule], clock))[0];

    private static async Task<IReadOnlyList<ScheduleView>> Views(DbSession db, IReadOnlyList<ScheduleRow> schedules, TimeProvider clock)
    {
        var runs = await SchedulesTable.Runs(db, [.. schedules.Select(s => s.Id)], RunsShown);
        var bases = (await Core.Domains.DomainsTable.Get(db, [.. schedules.Select(s => s.BaseId).OfType<Guid>()])).ToDictionary(d => d.Id, d => d.Name);
        return [.. schedules.Select(s => new ScheduleView(
            s.Id, s.Name, s.Command, s.Args, s.Machines, s.BaseId, s.BaseId is { } id ? bases.GetValueOrDefault(id) : null, s.Cron, s.TimeZone, s.IsEnabled, s.IsSeeded,
            Of(Cron.Parse(s.Cron), s.Zone, clock), s.Most, [.. runs[s.Id]]))];
    }

    private static When Of(Cron cron, TimeZoneInfo zone, TimeProvider clock) =>
        new(cron.Text, cron.Minutes, cron.Hours, cron.DaysOfMonth, cron.Months, cron.DaysOfWeek, cron.Coming(clock.GetUtcNow(), zone, TimesShown));
}
