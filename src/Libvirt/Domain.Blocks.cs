using Libvirt.Generated;
using static Libvirt.Generated.Native;
using static Libvirt.LibvirtException;

namespace Libvirt;

/// <summary>Disks: size, traffic, jobs, contents. A disk is named by its target, <c>vda</c>, or by its source.</summary>
public sealed unsafe partial class Domain
{
    /// <summary>What was read and written; drivers that know more have <see cref="BlockStatsFlags"/>. (virDomainBlockStats)</summary>
    /// <param name="disk">Target or source; with some drivers empty for all disks together.</param>
    public DomainBlockStats BlockStats(string disk)
    {
        using var self = Handle.Use();
        using var text = new Text(disk);
        virDomainBlockStatsStruct stats;
        Check(virDomainBlockStats(self.Pointer, text.Pointer, &stats, (nuint)sizeof(virDomainBlockStatsStruct)));
        return new(Known(stats.rd_req), Known(stats.rd_bytes), Known(stats.wr_req), Known(stats.wr_bytes), Known(stats.errs));
    }

    /// <summary>How large a disk is. (virDomainGetBlockInfo)</summary>
    /// <param name="disk">Target or source.</param>
    public DomainBlockInfo GetBlockInfo(string disk)
    {
        using var self = Handle.Use();
        using var text = new Text(disk);
        virDomainBlockInfo info;
        Check(virDomainGetBlockInfo(self.Pointer, text.Pointer, &info, 0));
        return new(info.capacity, info.allocation, info.physical);
    }

    /// <summary>The job at work on a disk; null if there is none. (virDomainGetBlockJobInfo)</summary>
    /// <param name="disk">Target or source.</param>
    /// <param name="flags">The unit of the bandwidth.</param>
    public DomainBlockJobInfo? GetBlockJobInfo(string disk, DomainBlockJobInfoFlags flags = default)
    {
        using var self = Handle.Use();
        using var text = new Text(disk);
        virDomainBlockJobInfo info;
        return Check(virDomainGetBlockJobInfo(self.Pointer, text.Pointer, &info, flags)) == 0
            ? null
            : new((DomainBlockJobType)info.type, info.bandwidth, info.cur, info.end);
    }

    /// <summary>Reads from a disk as the guest sees it. (virDomainBlockPeek)</summary>
    /// <param name="disk">Target or source.</param>
    /// <param name="offset">Where to begin, in bytes.</param>
    /// <param name="size">How many bytes; the protocol carries 4 MiB at a time.</param>
    public byte[] BlockPeek(string disk, ulong offset, int size)
    {
        using var self = Handle.Use();
        using var text = new Text(disk);
        var bytes = new byte[size];
        fixed (byte* buffer = bytes)
            Check(virDomainBlockPeek(self.Pointer, text.Pointer, offset, (nuint)size, buffer, 0));
        return bytes;
    }

    /// <summary>The disks that had an error, and which. (virDomainGetDiskErrors)</summary>
    public IReadOnlyList<DomainDiskError> GetDiskErrors()
    {
        using var self = Handle.Use();
        var errors = new virDomainDiskError[Check(virDomainGetDiskErrors(self.Pointer, null, 0, 0))];
        if (errors.Length == 0)
            return [];
        int count;
        fixed (virDomainDiskError* list = errors)
            count = Check(virDomainGetDiskErrors(self.Pointer, list, (uint)errors.Length, 0));
        return [.. errors.Take(count).Select(e => new DomainDiskError(Text.Take(e.disk), (DomainDiskErrorCode)e.error))];
    }

    /// <summary>C says -1 of a counter that the driver doesn't have.</summary>
    private static long? Known(long counter) => counter < 0 ? null : counter;
}

/// <summary>What was read from and written to a disk; null is what the driver doesn't count. (virDomainBlockStatsStruct)</summary>
/// <param name="RdReq">Reads.</param>
/// <param name="RdBytes">Bytes read.</param>
/// <param name="WrReq">Writes.</param>
/// <param name="WrBytes">Bytes written.</param>
/// <param name="Errs">Errors; with Xen something else.</param>
public sealed record DomainBlockStats(long? RdReq, long? RdBytes, long? WrReq, long? WrBytes, long? Errs);

/// <summary>How large a disk is, in bytes. (virDomainBlockInfo)</summary>
/// <param name="Capacity">What the guest sees.</param>
/// <param name="Allocation">What it takes on the host.</param>
/// <param name="Physical">Where its file or device ends.</param>
public sealed record DomainBlockInfo(ulong Capacity, ulong Allocation, ulong Physical);

/// <summary>A job at work on a disk. (virDomainBlockJobInfo)</summary>
/// <param name="Type">What it does.</param>
/// <param name="Bandwidth">Its limit in MiB/s, or in bytes/s if that was asked for; 0 is none.</param>
/// <param name="Cur">How far it is.</param>
/// <param name="End">Where it is done.</param>
public sealed record DomainBlockJobInfo(DomainBlockJobType Type, ulong Bandwidth, ulong Cur, ulong End);

/// <summary>A disk that had an error. (virDomainDiskError)</summary>
/// <param name="Disk">Its target.</param>
/// <param name="Error">What happened.</param>
public sealed record DomainDiskError(string Disk, DomainDiskErrorCode Error);
