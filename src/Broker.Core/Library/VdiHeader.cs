using System.Buffers.Binary;

namespace Broker.Core.Library;

/// <summary>VirtualBox's format, dynamic or of fixed size.</summary>
internal static class VdiHeader
{
    private const string Format = "vdi";
    private const uint Signature = 0xBEDA107F;
    private const int HeaderLength = 456;
    private const uint Dynamic = 1;
    private const uint Fixed = 2;
    private const uint BlockBytes = 1 << 20;        // the only size that QEMU takes

    public static bool IsOne(ReadOnlySpan<byte> start) => start.Length >= 68 && Number(start, 64) == Signature;

    public static ImageHeader Read(ReadOnlySpan<byte> start, long sizeBytes)
    {
        if (start.Length < HeaderLength) return ImageHeader.Damaged(Format, "its header ends too early");
        if (Number(start, 68) != 0x00010001) return ImageHeader.Refused(Format, "It is a vdi image of a version that is not known; only 1.1 is.");
        var kind = Number(start, 76);
        if (kind is not (Dynamic or Fixed) || start[424..456].ContainsAnyExcept((byte)0))
            return ImageHeader.Refused(Format, "It is a snapshot on another disk. Clone it into one file with: VBoxManage clonemedium");
        var capacity = BinaryPrimitives.ReadUInt64LittleEndian(start[368..]);
        if (ImageHeader.Judged(Format, capacity) is { Problem: not null } size) return size;
        if (capacity % 512 != 0 || Number(start, 360) != 512) return ImageHeader.Damaged(Format, "the size of its sectors can't be");
        if (Number(start, 376) != BlockBytes || Number(start, 380) != 0) return ImageHeader.Refused(Format, "Its blocks are not of 1 MiB. Clone it with: VBoxManage clonemedium");
        var (map, data, blocks, used) = (Number(start, 340), Number(start, 344), (ulong)Number(start, 384), (ulong)Number(start, 388));
        if (blocks != (capacity + BlockBytes - 1) / BlockBytes || used > blocks) return ImageHeader.Damaged(Format, "the number of its blocks does not go with its size");
        if (map % 512 != 0 || data % 512 != 0 || map < 512 || map + (blocks * 4) > data) return ImageHeader.Damaged(Format, "its map does not lie where it should");
        // the guest's last block may be cut off
        if (!ImageHeader.LiesWithin(data, used == 0 ? 0 : ((used - 1) * BlockBytes) + 512, sizeBytes)) return ImageHeader.Damaged(Format, "it ends too early");
        return ImageHeader.Judged(Format, capacity);
    }

    private static uint Number(ReadOnlySpan<byte> start, int at) => BinaryPrimitives.ReadUInt32LittleEndian(start[at..]);
}
