using Libvirt.Generated;
using static Libvirt.Generated.Native;
using static Libvirt.LibvirtException;

namespace Libvirt;

/// <summary>Memory: its use and contents.</summary>
public sealed unsafe partial class Domain
{
    /// <summary>What it may have, in KiB. (virDomainGetMaxMemory)</summary>
    public ulong GetMaxMemory()
    {
        using var self = Handle.Use();
        var memory = virDomainGetMaxMemory(self.Pointer);
        return memory != 0 ? memory : throw Last();
    }

    /// <summary>How a running domain uses its memory. (virDomainMemoryStats)</summary>
    /// <exception cref="LibvirtException"><see cref="ErrorNumber.OperationInvalid"/>: it doesn't run.</exception>
    public DomainMemoryStats MemoryStats()
    {
        const int room = 64;            // a newer libvirt has more than the 14 of today
        using var self = Handle.Use();
        var stats = stackalloc virDomainMemoryStatStruct[room];
        var count = Check(virDomainMemoryStats(self.Pointer, stats, room, 0));
        return DomainMemoryStats.Read(new(stats, count));
    }

    /// <summary>Reads from the memory of a running domain. (virDomainMemoryPeek)</summary>
    /// <param name="start">Where to begin.</param>
    /// <param name="size">How many bytes; the protocol carries 4 MiB at a time.</param>
    /// <param name="flags">How <paramref name="start"/> is meant: C wants one of them.</param>
    public byte[] MemoryPeek(ulong start, int size, DomainMemoryFlags flags)
    {
        using var self = Handle.Use();
        var bytes = new byte[size];
        fixed (byte* buffer = bytes)
            Check(virDomainMemoryPeek(self.Pointer, start, (nuint)size, buffer, flags));
        return bytes;
    }
}

/// <summary>
/// How a domain uses its memory, in KiB where it is memory. What the driver or the guest doesn't say is null. (virDomainMemoryStatStruct)
/// </summary>
public sealed record DomainMemoryStats
{
    /// <summary>Read from swap space.</summary>
    public ulong? SwapIn { get; init; }

    /// <summary>Written to swap space.</summary>
    public ulong? SwapOut { get; init; }

    /// <summary>Page faults that needed a disk.</summary>
    public ulong? MajorFault { get; init; }

    /// <summary>Page faults that needed none.</summary>
    public ulong? MinorFault { get; init; }

    /// <summary>Used for nothing.</summary>
    public ulong? Unused { get; init; }

    /// <summary>All that the guest's system has.</summary>
    public ulong? Available { get; init; }

    /// <summary>What the balloon holds.</summary>
    public ulong? ActualBalloon { get; init; }

    /// <summary>What the domain's process takes on the host.</summary>
    public ulong? Rss { get; init; }

    /// <summary>What the guest could give without swapping.</summary>
    public ulong? Usable { get; init; }

    /// <summary>When the guest last said so, in seconds of Unix time.</summary>
    public ulong? LastUpdate { get; init; }

    /// <summary>What the guest could give without reading or writing.</summary>
    public ulong? DiskCaches { get; init; }

    /// <summary>Huge pages the guest got.</summary>
    public ulong? HugetlbPgalloc { get; init; }

    /// <summary>Huge pages the guest wanted and didn't get.</summary>
    public ulong? HugetlbPgfail { get; init; }

    /// <summary>What has no member here, by the number of its tag.</summary>
    public IReadOnlyDictionary<int, ulong> Others { get; init; } = new Dictionary<int, ulong>();

    internal static DomainMemoryStats Read(ReadOnlySpan<virDomainMemoryStatStruct> stats)
    {
        var values = new Dictionary<int, ulong>();
        foreach (var stat in stats)
            values[stat.tag] = stat.val;
        return new()
        {
            SwapIn = Take(DomainMemoryStatTags.SwapIn),
            SwapOut = Take(DomainMemoryStatTags.SwapOut),
            MajorFault = Take(DomainMemoryStatTags.MajorFault),
            MinorFault = Take(DomainMemoryStatTags.MinorFault),
            Unused = Take(DomainMemoryStatTags.Unused),
            Available = Take(DomainMemoryStatTags.Available),
            ActualBalloon = Take(DomainMemoryStatTags.ActualBalloon),
            Rss = Take(DomainMemoryStatTags.Rss),
            Usable = Take(DomainMemoryStatTags.Usable),
            LastUpdate = Take(DomainMemoryStatTags.LastUpdate),
            DiskCaches = Take(DomainMemoryStatTags.DiskCaches),
            HugetlbPgalloc = Take(DomainMemoryStatTags.HugetlbPgalloc),
            HugetlbPgfail = Take(DomainMemoryStatTags.HugetlbPgfail),
            Others = values,
        };

        ulong? Take(DomainMemoryStatTags tag) => values.Remove((int)tag, out var value) ? value : null;
    }
}
