using System.Globalization;
using Broker.Core.Database;

namespace Broker.Cli.Doctor;

/// <summary>Requests are taken up, and what is in work is held by somebody who lives.</summary>
internal sealed class QueueCheck : IDatabaseCheck
{
    private const int PatienceSeconds = 60;

    public string Id => "queue";

    public string Title => "Queue";

    public Area Area => Area.BackEnds;

    public async Task<Finding> Look(DbSession db, Subject subject)
    {
        var (open, oldest, lost, failed) = await db.First<(long, double, long, long)>(
            """
            SELECT (SELECT COUNT(*) FROM requests WHERE state IN ('requested', 'working')),
              (SELECT COALESCE(MAX(TIMESTAMPDIFF(MICROSECOND, created_at, UTC_TIMESTAMP(6))), 0) / 1e6 FROM requests WHERE state = 'requested' AND at_time IS NULL AND after_id IS NULL),
              (SELECT COUNT(*) FROM requests WHERE state = 'working' AND lease_until < UTC_TIMESTAMP(6) - INTERVAL 5 SECOND),
              (SELECT COUNT(*) FROM requests WHERE state = 'failed' AND ended_at > UTC_TIMESTAMP(6) - INTERVAL 1 DAY)
            """);
        return Judge(open, oldest, lost, failed);
    }

    public static Finding Judge(long open, double oldestSeconds, long lost, long failedLastDay)
    {
        if (lost > 0) return Finding.Failed($"{lost} in work are held by nobody any more.", "systemctl restart broker-backend; broker requests list --state working");
        if (oldestSeconds > PatienceSeconds)
        {
            return Finding.Warning($"{open} open; the oldest has waited {oldestSeconds.ToString("0", CultureInfo.InvariantCulture)} s to be taken up.",
                "broker requests list --state requested; with more than it can do, raise backend.lanes or add a back end");
        }

        return failedLastDay > 0
            ? Finding.Ok($"{open} open, none waits long. {failedLastDay} failed in the last day: broker requests list --state failed.")
            : Finding.Ok($"{open} open, none waits long.");
    }
}
