namespace Broker.Core.Library;

/// <summary>What the start of a disk image says. The only place that decides on a format: programs are told, they never guess.</summary>
/// <remarks>
/// Everything that names another file, and every size that the file itself can't bear out, is refused here, before a program with a larger parser opens it.
/// Pure, so that the front end can judge what is being uploaded.
/// </remarks>
/// <param name="Format"><c>qcow2</c>, <c>raw</c>, <c>vmdk</c>, <c>vdi</c>, <c>ova</c>, a machine with a vmdk in it, or <c>iso</c>, a CD; null when it is none of them.</param>
/// <param name="CapacityBytes">How big the guest sees it.</param>
/// <param name="Problem">Why it must not be imported, as a sentence; null when nothing speaks against it.</param>
public sealed record ImageHeader(string? Format, long CapacityBytes, string? Problem)
{
    /// <summary>Bytes of the file that <see cref="Read"/> wants to see.</summary>
    public const int Length = 256 * 1024;

    /// <summary>Bytes of its end that <see cref="Read"/> wants to see.</summary>
    public const int EndLength = 3 * 512;

    /// <summary>The format of a CD's image (ISO 9660), which is put into a machine's drive and not imported.</summary>
    public const string Cd = "iso";

    /// <summary>The largest disk that is believed: 8 TiB.</summary>
    public const long MostCapacityBytes = 8L << 40;

    // behind the first 16 sectors of 2048 bytes, and the kind of what is described there
    private const int CdSignAt = (16 * 2048) + 1;

    /// <summary>Judges a file by its start, its end and its size.</summary>
    /// <param name="start">Its first bytes, <see cref="Length"/> of them or the whole file.</param>
    /// <param name="sizeBytes">Its size.</param>
    /// <param name="end">Its last bytes, <see cref="EndLength"/> of them or the whole file; empty where they are not there yet.</param>
    public static ImageHeader Read(ReadOnlySpan<byte> start, long sizeBytes, ReadOnlySpan<byte> end = default)
    {
        if (start.StartsWith("QFI"u8) && start.Length > 3 && start[3] == 0xFB) return Qcow2Header.Read(start, sizeBytes);
        if (VmdkHeader.IsOne(start)) return VmdkHeader.Read(start, sizeBytes, end);
        if (VdiHeader.IsOne(start)) return VdiHeader.Read(start, sizeBytes);
        if (OvaHeader.IsOne(start)) return OvaHeader.Read(start, sizeBytes);
        // before what follows: one that also boots from a stick has the boot sector of a disk
        if (start.Length >= CdSignAt + 5 && start[CdSignAt..].StartsWith("CD001"u8)) return Judged(Cd, (ulong)sizeBytes);
        // A disk without a header of its own: its boot sector is the only sign.
        if (start.Length >= 512 && start[510] == 0x55 && start[511] == 0xAA && sizeBytes % 512 == 0) return Judged("raw", (ulong)sizeBytes);
        return new(null, 0, "It is neither a qcow2, vmdk or vdi image, a machine in an .ova, a CD, nor a raw disk with a boot sector.");
    }

    internal static ImageHeader Judged(string format, ulong capacity) => capacity switch
    {
        0 => Refused(format, "It is empty."),
        > long.MaxValue => Refused(format, $"It is a damaged {format} image: its size can't be."),
        > (ulong)MostCapacityBytes => Refused(format, $"It says it is {capacity >> 30} GiB big; at most {MostCapacityBytes >> 30} GiB are taken."),
        _ => new(format, (long)capacity, null),
    };

    internal static ImageHeader Refused(string format, string problem) => new(format, 0, problem);

    internal static ImageHeader Damaged(string format, string what) => Refused(format, $"It is a damaged {format} image: {what}.");

    /// <summary>Whether a piece of so many bytes lies within a file.</summary>
    internal static bool LiesWithin(ulong offset, ulong length, long sizeBytes) => length <= (ulong)sizeBytes && offset <= (ulong)sizeBytes - length;
}
