using System.Buffers.Binary;

namespace Broker.Backend.VmManagers;

/// <summary>What the first bytes of an image say. The only place that decides on a format: programs are told, they never guess.</summary>
/// <param name="Format"><c>qcow2</c> or <c>raw</c>; null when it is neither.</param>
/// <param name="CapacityBytes">How big the guest sees it.</param>
/// <param name="Problem">Why it must not be imported, as a sentence; null when nothing speaks against it.</param>
public sealed record ImageHeader(string? Format, long CapacityBytes, string? Problem)
{
    /// <summary>Bytes of the file that <see cref="Read"/> wants to see.</summary>
    public const int Length = 4096;

    /// <summary>The largest disk that is believed: 8 TiB.</summary>
    public const long MostCapacityBytes = 8L << 40;

    private const ulong ExternalDataFile = 1 << 2;
    private const uint DataFileExtension = 0x44415441;

    /// <summary>Judges a file by its start and its size.</summary>
    /// <param name="start">Its first bytes, <see cref="Length"/> of them or the whole file.</param>
    /// <param name="sizeBytes">Its size.</param>
    public static ImageHeader Read(ReadOnlySpan<byte> start, long sizeBytes)
    {
        if (start.StartsWith("QFI"u8) && start.Length >= 4 && start[3] == 0xFB) return ReadQcow2(start);
        // A disk without a header of its own: its boot sector is the only sign.
        if (start.Length >= 512 && start[510] == 0x55 && start[511] == 0xAA && sizeBytes % 512 == 0)
            return new("raw", sizeBytes, Judge(sizeBytes));
        return new(null, 0, "It is neither a qcow2 image nor a raw disk with a boot sector.");
    }

    private static ImageHeader ReadQcow2(ReadOnlySpan<byte> start)
    {
        if (start.Length < 72) return Refuse("It is a damaged qcow2 image.");
        var version = BinaryPrimitives.ReadUInt32BigEndian(start[4..]);
        var capacity = BinaryPrimitives.ReadUInt64BigEndian(start[24..]);
        if (version is not (2 or 3)) return Refuse($"It is a qcow2 image of version {version}; only versions 2 and 3 are known.");
        if (BinaryPrimitives.ReadUInt64BigEndian(start[8..]) != 0)
            return Refuse("It is an overlay on another file (a backing file). Flatten it with: qemu-img convert -O qcow2");
        if (BinaryPrimitives.ReadUInt32BigEndian(start[32..]) != 0) return Refuse("It is encrypted.");
        if (version == 3)
        {
            if (start.Length < 104) return Refuse("It is a damaged qcow2 image.");
            if ((BinaryPrimitives.ReadUInt64BigEndian(start[72..]) & ExternalDataFile) != 0 || HasDataFile(start))
                return Refuse("It keeps its data in another file. Flatten it with: qemu-img convert -O qcow2");
        }
        if (capacity > long.MaxValue) return Refuse("It is a damaged qcow2 image.");
        return new("qcow2", (long)capacity, Judge((long)capacity));

        static ImageHeader Refuse(string problem) => new("qcow2", 0, problem);
    }

    private static bool HasDataFile(ReadOnlySpan<byte> start)
    {
        var at = (long)BinaryPrimitives.ReadUInt32BigEndian(start[100..]);
        while (at + 8 <= start.Length)
        {
            var kind = BinaryPrimitives.ReadUInt32BigEndian(start[(int)at..]);
            if (kind == 0) return false;
            if (kind == DataFileExtension) return true;
            at += 8 + (BinaryPrimitives.ReadUInt32BigEndian(start[(int)(at + 4)..]) + 7L) / 8 * 8;
        }
        return false;
    }

    private static string? Judge(long capacity) => capacity switch
    {
        <= 0 => "It is empty.",
        > MostCapacityBytes => $"It says it is {capacity >> 30} GiB big; at most {MostCapacityBytes >> 30} GiB are taken.",
        _ => null,
    };
}
