namespace Broker.Core.Limits;

/// <summary>How much people may have, as far as something is said of it: null where nothing is, 0 for any number.</summary>
public sealed record LimitSet
{
    /// <summary>Desktops running at a time; the oldest beyond that are ended.</summary>
    public int? StartLimit { get; init; }

    /// <summary>Desktops made from bases.</summary>
    public int? CloneLimit { get; init; }

    /// <summary>Size of the disks of all own machines together, in GiB.</summary>
    public int? DiskGib { get; init; }

    /// <summary>Memory of the own machines that run, in GiB.</summary>
    public int? MemoryGib { get; init; }

    /// <summary>Nothing is said.</summary>
    public static LimitSet None { get; } = new();

    /// <summary>What is wrong with it, in sentences for people; empty when nothing is.</summary>
    public IEnumerable<string> Problems()
    {
        foreach (var (name, value, most) in ((string, int?, int)[])[
                     ("start_limit", StartLimit, 1000), ("clone_limit", CloneLimit, 100_000), ("disk_gib", DiskGib, 1024 * 1024), ("memory_gib", MemoryGib, 1024 * 1024)])
            if (value < 0 || value > most) yield return $"{name} is between 0 (any number) and {most}.";
    }
}

/// <summary>One limit that holds for somebody.</summary>
/// <param name="Most">How much; 0 for any number.</param>
/// <param name="Source">Where that is said, for people.</param>
public sealed record Limit(int Most, string Source)
{
    /// <summary>It is more than he may have.</summary>
    public bool IsExceededBy(long wanted, long unit = 1) => Most > 0 && wanted > Most * unit;
}

/// <summary>What holds for somebody, and why. Pure.</summary>
/// <param name="Start">Desktops running at a time.</param>
/// <param name="Clones">Desktops made from bases.</param>
/// <param name="Disk">GiB of disks.</param>
/// <param name="Memory">GiB of memory of what runs.</param>
public sealed record PersonLimits(Limit Start, Limit Clones, Limit Disk, Limit Memory)
{
    /// <summary>Something that is taken is limited; how many run is not looked at before, but ended after.</summary>
    public bool LimitWhatIsTaken => Clones.Most > 0 || Disk.Most > 0 || Memory.Most > 0;

    /// <summary>His own; else the largest of his groups'; else everybody's. Administrators have none, whoever may start many no start limit.</summary>
    /// <param name="isAdmin">He is an administrator.</param>
    /// <param name="mayStartMany">He may have any number of desktops running.</param>
    /// <param name="own">What is said of himself.</param>
    /// <param name="groups">What is said of his groups, by their names.</param>
    /// <param name="site">What is said of everybody.</param>
    public static PersonLimits Of(bool isAdmin, bool mayStartMany, LimitSet own, IReadOnlyList<(string Group, LimitSet Limits)> groups, LimitSet site)
    {
        return new(
            mayStartMany && !isAdmin ? new Limit(0, "may have any number running") : One(l => l.StartLimit),
            One(l => l.CloneLimit), One(l => l.DiskGib), One(l => l.MemoryGib));

        Limit One(Func<LimitSet, int?> which)
        {
            if (isAdmin) return new Limit(0, "administrator");
            if (which(own) is { } said) return new Limit(said, "own");
            var most = groups.Where(g => which(g.Limits) is not null)
                .Select(g => new Limit(which(g.Limits)!.Value, $"group {g.Group}"))
                .MaxBy(l => l.Most == 0 ? int.MaxValue : l.Most);
            return most ?? new Limit(which(site) ?? 0, "everybody");
        }
    }
}

/// <summary>What somebody has.</summary>
/// <param name="Running">Desktops that run or are about to.</param>
/// <param name="Clones">Desktops made from bases.</param>
/// <param name="DiskBytes">Size of the disks of his machines, those with what was asked for already.</param>
/// <param name="MemoryKib">Memory of what runs or is about to.</param>
public sealed record Usage(int Running, int Clones, long DiskBytes, long MemoryKib);
