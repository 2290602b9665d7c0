using Broker.Core.Database;

namespace Broker.Cli.Doctor;

/// <summary>A back end is there: hosts are watched by one.</summary>
internal sealed class BackEndsCheck : IDatabaseCheck
{
    public string Id => "back_ends";

    public string Title => "Back ends";

    public Area Area => Area.BackEnds;

    public async Task<Finding> Look(DbSession db, Subject subject)
    {
        var (watching, nodes) = await db.First<(long, long)>(
            "SELECT COUNT(DISTINCT IF(lease_until > UTC_TIMESTAMP(6), lease_owner, NULL)), COUNT(*) FROM nodes WHERE is_enabled");
        return Judge(watching, nodes);
    }

    public static Finding Judge(long watching, long nodes)
    {
        if (nodes == 0) return Finding.NotApplicable("There is no host to be watched.");
        return watching > 0 ? Finding.Ok($"{watching} watching hosts.") : Finding.Failed("None watches a host.", "systemctl start broker-backend; journalctl -u broker-backend -n 50");
    }
}
