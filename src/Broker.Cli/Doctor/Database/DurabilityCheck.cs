using Broker.Core.Database;

namespace Broker.Cli.Doctor;

/// <summary>What was committed survives a power failure: a back end has acted on it by then.</summary>
internal sealed class DurabilityCheck : IDatabaseCheck
{
    public string Id => "database_durability";

    public string Title => "Durability";

    public Area Area => Area.Database;

    public async Task<Finding> Look(DbSession db, Subject subject)
    {
        var (flush, doublewrite, hasBinlog, sync) = await db.First<(int, int, int, long)>(
            "SELECT @@innodb_flush_log_at_trx_commit, @@innodb_doublewrite, @@log_bin, @@sync_binlog");
        return Judge(flush, doublewrite == 1, hasBinlog == 1, sync);
    }

    public static Finding Judge(int flush, bool hasDoublewrite, bool hasBinlog, long syncBinlog)
    {
        if (!hasDoublewrite) return Finding.Warning("innodb_doublewrite is off: a power failure can tear pages.", "take innodb_doublewrite out of the server's settings and restart it");
        if (flush != 1)
            return Finding.Warning($"innodb_flush_log_at_trx_commit is {flush}: a crash can forget what was done last.", "SET GLOBAL innodb_flush_log_at_trx_commit = 1; and in the server's settings");
        return hasBinlog && syncBinlog != 1
            ? Finding.Warning($"sync_binlog is {syncBinlog}: a crash can leave replicas with other data.", "SET GLOBAL sync_binlog = 1; and in the server's settings")
            : Finding.Ok("Each commit is on disk before it is answered.");
    }
}
