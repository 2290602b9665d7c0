using Broker.Core.Database;

namespace Broker.Cli.Doctor;

/// <summary>The server takes pictures of screens, refuses what does not fit instead of cutting it, and knows all letters.</summary>
internal sealed class LimitsCheck : IDatabaseCheck
{
    private const long LargestPacket = 16 << 20;

    public string Id => "database_limits";

    public string Title => "Server settings";

    public Area Area => Area.Database;

    public async Task<Finding> Look(DbSession db, Subject subject)
    {
        var (packet, mode, charset) = await db.First<(long, string, string)>("SELECT @@max_allowed_packet, @@sql_mode, @@character_set_database");
        return Judge(packet, mode, charset);
    }

    public static Finding Judge(long packet, string mode, string charset)
    {
        if (!mode.Contains("STRICT_TRANS_TABLES", StringComparison.Ordinal) && !mode.Contains("STRICT_ALL_TABLES", StringComparison.Ordinal))
            return Finding.Failed($"sql_mode is '{mode}': what is too long is cut without a word.", "SET GLOBAL sql_mode = CONCAT(@@sql_mode, ',STRICT_TRANS_TABLES'); and in the server's settings");
        if (charset != "utf8mb4") return Finding.Warning($"The database's letters are {charset}.", "ALTER DATABASE broker CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci");
        return packet < LargestPacket
            ? Finding.Warning($"max_allowed_packet is {packet >> 20} MiB: large pictures of screens are refused.", "SET GLOBAL max_allowed_packet = 16777216; and in the server's settings")
            : Finding.Ok($"Strict, {charset}, packets of up to {packet >> 20} MiB.");
    }
}
