using Broker.Core.Database;

namespace Broker.Cli.Doctor;

/// <summary>The server's NOW() is UTC, as everything Broker writes is: whoever looks at the tables by hand is not misled.</summary>
internal sealed class TimeZoneCheck : IDatabaseCheck
{
    public string Id => "database_time_zone";

    public string Title => "Time zone";

    public Area Area => Area.Database;

    public async Task<Finding> Look(DbSession db, Subject subject) =>
        Judge(await db.First<int>("SELECT ROUND(TIMESTAMPDIFF(SECOND, UTC_TIMESTAMP(), NOW()) / 60)"));

    public static Finding Judge(int minutesFromUtc) => minutesFromUtc == 0
        ? Finding.Ok("NOW() is UTC, as Broker's times are.")
        : Finding.Warning($"NOW() is {minutesFromUtc} minutes off UTC. Broker does not care; whoever compares its times with NOW() by hand is misled.",
            "SET GLOBAL time_zone = '+00:00'; and default_time_zone = '+00:00' in the server's settings");
}
