using System.Buffers.Binary;

namespace Broker.Core.Library;

/// <summary>QEMU's own format, as docs/interop/qcow2.txt of QEMU describes it.</summary>
internal static class Qcow2Header
{
    private const string Format = "qcow2";
    private const int OldLength = 72;
    private const int NewLength = 104;
    private const ulong Corrupt = 1 << 1;
    private const ulong ExternalDataFile = 1 << 2;
    private const ulong CompressionType = 1 << 3;
    private const ulong ExtendedL2 = 1 << 4;
    private const ulong KnownFeatures = 0b11111;
    private const uint DataFileExtension = 0x44415441;
    private const uint CryptoExtension = 0x0537BE77;
    // QEMU's own limits
    private const ulong MostL1Bytes = 32 << 20;
    private const ulong MostRefcountBytes = 8 << 20;
    private const uint MostSnapshots = 1024;
    private const uint SmallestSnapshot = 40;

    private const string Flatten = "Flatten it with: qemu-img convert -O qcow2";

    public static ImageHeader Read(ReadOnlySpan<byte> start, long sizeBytes)
    {
        if (start.Length < OldLength) return ImageHeader.Damaged(Format, "its header ends too early");
        var version = Number(start, 4);
        if (version is not (2 or 3)) return ImageHeader.Refused(Format, $"It is a qcow2 image of version {version}; only versions 2 and 3 are known.");
        if (Long(start, 8) != 0 || Number(start, 16) != 0) return ImageHeader.Refused(Format, $"It is an overlay on another file (a backing file). {Flatten}");
        if (Number(start, 32) != 0) return ImageHeader.Refused(Format, "It is encrypted.");
        var clusterBits = Number(start, 20);
        if (clusterBits is < 9 or > 21) return ImageHeader.Damaged(Format, $"clusters of 2^{clusterBits} bytes can't be");
        return (version == 3 ? Features(start, 1L << (int)clusterBits) : null)
            ?? Tables(start, sizeBytes, (int)clusterBits, version == 3 && (Long(start, 72) & ExtendedL2) != 0)
            ?? ImageHeader.Judged(Format, Long(start, 24));
    }

    private static ImageHeader? Features(ReadOnlySpan<byte> start, long clusterBytes)
    {
        if (start.Length < NewLength) return ImageHeader.Damaged(Format, "its header ends too early");
        var features = Long(start, 72);
        var headerLength = Number(start, 100);
        if ((features & ~KnownFeatures) != 0) return ImageHeader.Refused(Format, $"It uses features of qcow2 that are not known here ({features & ~KnownFeatures:x}).");
        if ((features & ExternalDataFile) != 0) return KeepsDataElsewhere();
        if ((features & Corrupt) != 0) return ImageHeader.Refused(Format, "It is marked as damaged. Repair it with: qemu-img check -r all");
        if (Number(start, 96) > 6) return ImageHeader.Damaged(Format, "the width of its counters can't be");
        if (headerLength < NewLength || headerLength % 8 != 0 || headerLength > clusterBytes) return ImageHeader.Damaged(Format, "the length of its header can't be");
        if ((features & CompressionType) != 0 && (headerLength == NewLength || start.Length <= NewLength || start[NewLength] > 1))
            return ImageHeader.Refused(Format, "It is compressed in a way that is not known here.");
        return Extensions(start, headerLength);
    }

    private static ImageHeader? Extensions(ReadOnlySpan<byte> start, long at)
    {
        while (at + 8 <= start.Length)
        {
            var kind = Number(start, (int)at);
            if (kind == 0) return null;
            if (kind == DataFileExtension) return KeepsDataElsewhere();
            if (kind == CryptoExtension) return ImageHeader.Refused(Format, "It is encrypted.");
            at += 8 + (Number(start, (int)at + 4) + 7L) / 8 * 8;
        }

        return ImageHeader.Damaged(Format, "its header does not end");
    }

    private static ImageHeader? Tables(ReadOnlySpan<byte> start, long sizeBytes, int clusterBits, bool isExtended)
    {
        var clusterBytes = 1UL << clusterBits;
        var capacity = Long(start, 24);
        var l1Entries = (ulong)Number(start, 36);
        var l1At = Long(start, 40);
        var refcountsAt = Long(start, 48);
        var refcountClusters = (ulong)Number(start, 56);
        var snapshots = Number(start, 60);
        if (ImageHeader.Judged(Format, capacity) is { Problem: not null } size) return size;
        // each entry of the first table stands for a table of a cluster's size, each of whose entries stands for a cluster
        var bytesPerEntry = clusterBytes * (clusterBytes / (isExtended ? 16UL : 8UL));
        if (l1Entries * 8 > MostL1Bytes) return ImageHeader.Damaged(Format, $"a first table of {l1Entries} entries can't be");
        if (l1Entries < (capacity + bytesPerEntry - 1) / bytesPerEntry) return ImageHeader.Damaged(Format, "its first table is too small for its size");
        if (l1At % clusterBytes != 0 || !ImageHeader.LiesWithin(l1At, l1Entries * 8, sizeBytes)) return ImageHeader.Damaged(Format, "its first table lies beyond its end");
        if (refcountClusters == 0 || refcountClusters * clusterBytes > MostRefcountBytes) return ImageHeader.Damaged(Format, $"a table of counters of {refcountClusters} clusters can't be");
        if (refcountsAt == 0 || refcountsAt % clusterBytes != 0 || !ImageHeader.LiesWithin(refcountsAt, refcountClusters * clusterBytes, sizeBytes))
            return ImageHeader.Damaged(Format, "its table of counters lies beyond its end");
        if (snapshots > MostSnapshots) return ImageHeader.Refused(Format, $"It says it has {snapshots} snapshots; at most {MostSnapshots} are taken. {Flatten}");
        var snapshotsAt = Long(start, 64);
        if (snapshots > 0 && (snapshotsAt == 0 || snapshotsAt % clusterBytes != 0 || !ImageHeader.LiesWithin(snapshotsAt, snapshots * (ulong)SmallestSnapshot, sizeBytes)))
            return ImageHeader.Damaged(Format, "its snapshots lie beyond its end");
        return null;
    }

    private static ImageHeader KeepsDataElsewhere() => ImageHeader.Refused(Format, $"It keeps its data in another file. {Flatten}");

    private static uint Number(ReadOnlySpan<byte> start, int at) => BinaryPrimitives.ReadUInt32BigEndian(start[at..]);

    private static ulong Long(ReadOnlySpan<byte> start, int at) => BinaryPrimitives.ReadUInt64BigEndian(start[at..]);
}
