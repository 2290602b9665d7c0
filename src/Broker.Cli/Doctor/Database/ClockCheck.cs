using System.Globalization;
using Broker.Core.Database;

namespace Broker.Cli.Doctor;

/// <summary>This machine and the database have the same time: tickets, leases and times on pages are compared across both.</summary>
internal sealed class ClockCheck : IDatabaseCheck
{
    public string Id => "database_clock";

    public string Title => "Clocks";

    public Area Area => Area.Database;

    public async Task<Finding> Look(DbSession db, Subject subject)
    {
        await db.First<int>("SELECT 1");
        var before = subject.Clock.GetUtcNow();
        var there = await db.First<DateTimeOffset>("SELECT UTC_TIMESTAMP(6)");
        var after = subject.Clock.GetUtcNow();
        return Judge(there - (before + ((after - before) / 2)));
    }

    public static Finding Judge(TimeSpan difference)
    {
        var seconds = difference.TotalSeconds.ToString("+0.00;-0.00;0.00", CultureInfo.InvariantCulture);
        const string remedy = "timedatectl set-ntp true, here and on the database's machine";
        return Math.Abs(difference.TotalSeconds) switch
        {
            > 30 => Finding.Failed($"The database's clock differs by {seconds} s.", remedy),
            > 1 => Finding.Warning($"The database's clock differs by {seconds} s.", remedy),
            _ => Finding.Ok($"The database's clock differs by {seconds} s."),
        };
    }
}
