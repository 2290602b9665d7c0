using Broker.Core.Database;

namespace Broker.Core.Limits;

/// <summary>One limit, and what is used of it.</summary>
/// <param name="Most">How much; 0 for any number.</param>
/// <param name="Source">Where that is said: own, group and its name, everybody, administrator.</param>
/// <param name="Used">What is used, with what was asked for already.</param>
public sealed record LimitUse(int Most, string Source, double Used);

/// <summary>What somebody may have, and has.</summary>
/// <param name="StartLimit">Desktops running at a time; the oldest beyond that are ended.</param>
/// <param name="CloneLimit">Desktops made from bases.</param>
/// <param name="DiskGib">Size of the disks of all his machines together, in GiB.</param>
/// <param name="MemoryGib">Memory of his machines that run, in GiB.</param>
/// <param name="Own">What is said of himself; null where nothing is.</param>
public sealed record LimitsReport(LimitUse StartLimit, LimitUse CloneLimit, LimitUse DiskGib, LimitUse MemoryGib, LimitSet Own)
{
    private const double Gib = 1L << 30;
    private const double KibOfGib = 1L << 20;

    /// <summary>As it is now.</summary>
    public static async Task<LimitsReport> Of(DbSession db, long userId)
    {
        var (limits, used) = (await LimitsTable.Of(db, userId), await Quota.Used(db, userId));
        return new LimitsReport(
            Use(limits.Start, used.Running), Use(limits.Clones, used.Clones), Use(limits.Disk, used.DiskBytes / Gib), Use(limits.Memory, used.MemoryKib / KibOfGib), await LimitsTable.OfUser(db, userId));

        static LimitUse Use(Limit limit, double used) => new(limit.Most, limit.Source, Math.Round(used, 2));
    }
}
