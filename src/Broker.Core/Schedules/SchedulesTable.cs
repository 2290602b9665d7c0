using Broker.Core.Database;
using Broker.Core.Requests;
using Broker.Core.Requests.BackEnds;
using Broker.Core.Requests.Domains;
using Broker.Core.Requests.Pools;

namespace Broker.Core.Schedules;

/// <summary>All writes to <c>schedules</c>, <c>schedule_runs</c> and <c>schedule_requests</c>.</summary>
public static class SchedulesTable
{
    private const string Columns = "id, name, command, args, machines, base_id, most, cron, time_zone, is_enabled, is_seeded, changed_at";

    /// <summary>All, by name.</summary>
    public static Task<IReadOnlyList<ScheduleRow>> All(DbSession db) => db.Query<ScheduleRow>($"SELECT {Columns} FROM schedules ORDER BY name");

    /// <summary>The one with this key.</summary>
    public static Task<ScheduleRow?> Get(DbSession db, long id) => db.First<ScheduleRow>($"SELECT {Columns} FROM schedules WHERE id = @id", new { id });

    /// <summary>The one of this name.</summary>
    public static Task<ScheduleRow?> Find(DbSession db, string name) => db.First<ScheduleRow>($"SELECT {Columns} FROM schedules WHERE name = @name", new { name });

    /// <summary>Writes a new one.</summary>
    /// <returns>Its key.</returns>
    /// <exception cref="RequestRefusedException"><c>bad_arguments</c>, <c>name_taken</c>.</exception>
    public static async Task<long> Insert(DbSession db, ScheduleRow schedule)
    {
        await Check(db, schedule);
        return await db.Insert(
            """
            INSERT INTO schedules (name, command, args, machines, base_id, most, cron, time_zone, is_enabled, is_seeded, changed_at)
            VALUES (@Name, @Command, @Args, @Machines, @BaseId, @Most, @Cron, @TimeZone, @IsEnabled, @IsSeeded, UTC_TIMESTAMP(6))
            """, schedule);
    }

    /// <summary>Changes one to this.</summary>
    /// <exception cref="RequestRefusedException"><c>bad_arguments</c>, <c>name_taken</c>.</exception>
    public static async Task Set(DbSession db, ScheduleRow schedule)
    {
        await Check(db, schedule);
        await db.Execute(
            """
            UPDATE schedules SET name = @Name, command = @Command, args = @Args, machines = @Machines, base_id = @BaseId, most = @Most, cron = @Cron, time_zone = @TimeZone,
              is_enabled = @IsEnabled, changed_at = UTC_TIMESTAMP(6)
            WHERE id = @Id
            """, schedule);
    }

    /// <summary>Removes one with what is known of its runs.</summary>
    /// <exception cref="RequestRefusedException"><c>is_seeded</c>.</exception>
    public static Task Delete(DbSession db, ScheduleRow schedule) =>
        schedule.IsSeeded
            ? throw new RequestRefusedException("is_seeded", $"{schedule.Name} came with Broker and would come back. Switch it off instead.")
            : db.Execute("DELETE FROM schedules WHERE id = @Id", new { schedule.Id });

    /// <summary>Writes what comes with Broker, if it is not there yet.</summary>
    /// <param name="db">A transaction.</param>
    /// <param name="timeZone">The zone of those who use it.</param>
    public static async Task Seed(DbSession db, string timeZone)
    {
        var there = (await All(db)).Select(s => s.Name).ToHashSet(StringComparer.OrdinalIgnoreCase);
        foreach (var seed in Seeds(timeZone).Where(s => !there.Contains(s.Name)))
            await db.Execute(
                """
                INSERT IGNORE INTO schedules (name, command, args, machines, most, cron, time_zone, is_enabled, is_seeded, changed_at)
                VALUES (@Name, @Command, @Args, @Machines, @Most, @Cron, @TimeZone, @IsEnabled, 1, UTC_TIMESTAMP(6))
                """, seed);
    }

    /// <summary>Notes that a schedule came.</summary>
    /// <returns>The key of the run; null when it has come at that time before.</returns>
    internal static async Task<long?> Begin(DbSession db, long schedule, DateTimeOffset dueAt, long? userId)
    {
        // whoever comes second waits here for the first
        var isNew = await db.Execute(
            "INSERT IGNORE INTO schedule_runs (schedule_id, due_at, at, user_id) VALUES (@schedule, @dueAt, UTC_TIMESTAMP(6), @userId)", new { schedule, dueAt, userId }) > 0;
        return isNew ? await db.First<long>("SELECT id FROM schedule_runs WHERE schedule_id = @schedule AND due_at = @dueAt", new { schedule, dueAt }) : null;
    }

    /// <summary>Notes what came of a run.</summary>
    internal static async Task Asked(DbSession db, long run, IReadOnlyCollection<long> requests, int refused, string? problem)
    {
        foreach (var request in requests.Distinct()) await db.Execute("INSERT INTO schedule_requests (run_id, request_id) VALUES (@run, @request)", new { run, request });
        if (refused > 0) await db.Execute("UPDATE schedule_runs SET refused = @refused, problem = @problem WHERE id = @run", new { run, refused, problem });
    }

    /// <summary>The last runs of schedules, newest first.</summary>
    public static async Task<ILookup<long, ScheduleRun>> Runs(DbSession db, IReadOnlyCollection<long> schedules, int each) =>
        schedules.Count == 0 ? Array.Empty<ScheduleRun>().ToLookup(r => r.ScheduleId) : (await db.Query<ScheduleRun>(
            """
            SELECT run.id, run.schedule_id, run.due_at, run.at, u.name AS `by`, run.refused, run.problem, COUNT(r.id) AS requested,
              CAST(COALESCE(SUM(r.state = 'done'), 0) AS SIGNED) AS done, CAST(COALESCE(SUM(r.state = 'failed'), 0) AS SIGNED) AS failed,
              CAST(COALESCE(SUM(r.state = 'cancelled'), 0) AS SIGNED) AS cancelled
            FROM (SELECT *, ROW_NUMBER() OVER (PARTITION BY schedule_id ORDER BY id DESC) AS place FROM schedule_runs WHERE schedule_id IN @schedules) run
            LEFT JOIN users u ON u.id = run.user_id LEFT JOIN schedule_requests q ON q.run_id = run.id LEFT JOIN requests r ON r.id = q.request_id
            WHERE run.place <= @each GROUP BY run.id ORDER BY run.id DESC
            """, new { schedules = schedules.ToArray(), each })).ToLookup(r => r.ScheduleId);

    /// <summary>Forgets runs of long ago.</summary>
    public static Task<int> ForgetRuns(DbSession db, TimeSpan olderThan) =>
        db.Execute("DELETE FROM schedule_runs WHERE at < UTC_TIMESTAMP(6) - INTERVAL @seconds SECOND LIMIT 1000", new { seconds = olderThan.TotalSeconds });

    private static async Task Check(DbSession db, ScheduleRow schedule)
    {
        var problems = schedule.Problems().ToList();
        if (schedule.BaseId is { } id && await Domains.DomainsTable.Get(db, id) is not { IsBase: true }) problems.Add($"There is no base {id}.");
        if (problems.Count > 0) throw new RequestRefusedException("bad_arguments", string.Join(' ', problems)) { Problems = problems };
        if (await Find(db, schedule.Name) is { } other && other.Id != schedule.Id)
            throw new RequestRefusedException("name_taken", $"There is already a schedule called {schedule.Name}. Choose another name.");
    }

    // Nobody's desktop is touched at night until an administrator wants it so.
    private static IEnumerable<ScheduleRow> Seeds(string timeZone) =>
    [
        new() { Name = "nightly-hibernation", Command = HibernateDomain.Spec.Word, Machines = Machines.Disconnected, Cron = "0 23 * * *", TimeZone = timeZone, IsEnabled = false },
        new() { Name = "morning-autostart", Command = StartDomain.Spec.Word, Machines = Machines.Autostart, Cron = "30 6 * * mon-fri", TimeZone = timeZone, IsEnabled = false },
        new() { Name = "morning-pools", Command = FillPool.Spec.Word, Machines = Machines.Pools, Cron = "0 6 * * mon-fri", TimeZone = timeZone, IsEnabled = false },
        new() { Name = "nightly-compaction", Command = CompactDomain.Spec.Word, Machines = Machines.All, Most = 20, Cron = "0 2 * * *", TimeZone = timeZone, IsEnabled = false },
        new() { Name = "retention", Command = Forget.Spec.Word, Cron = "30 3 * * *", TimeZone = timeZone, IsEnabled = true },
    ];
}
