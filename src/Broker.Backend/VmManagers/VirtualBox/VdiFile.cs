using System.Buffers.Binary;

namespace Broker.Backend.VmManagers.VirtualBox;

/// <summary>
/// What identifies a VDI file of our own: its UUID, that of the image it holds differences from, and its capacity. The header is of version 1.1, the only
/// one since 2008; VirtualBox knows disks by these UUIDs alone.
/// </summary>
/// <param name="Id">Its UUID.</param>
/// <param name="Parent">That of the image below it; empty for one that stands alone.</param>
/// <param name="CapacityBytes">How big the guest sees it.</param>
internal sealed record VdiFile(Guid Id, Guid Parent, long CapacityBytes)
{
    private const uint Signature = 0xBEDA107F;
    private const uint Version = 0x00010001;
    private const int SignatureAt = 64;
    private const int VersionAt = 68;
    private const int CapacityAt = 368;
    private const int IdAt = 392;
    private const int ParentAt = 424;
    private const int HeaderBytes = 456;
    private const int MapAt = 340;
    private const int DataAt = 344;
    private const int BlockBytesAt = 376;
    private const int ExtraBytesAt = 380;
    private const int BlocksAt = 384;
    private const int AllocatedAt = 388;
    private const uint Zero = 0xFFFFFFFE;           // a block of zeros, whatever is below it; the next number: what is below it

    /// <summary>Where a file's UUID is, in which a copy differs.</summary>
    public static Range IdBytes => IdAt..(IdAt + 16);

    /// <summary>Reads a file's header.</summary>
    /// <returns>Null when it is no such file.</returns>
    public static VdiFile? Read(string path)
    {
        using var file = File.OpenHandle(path);
        Span<byte> header = stackalloc byte[HeaderBytes];
        if (RandomAccess.Read(file, header, 0) < header.Length || BinaryPrimitives.ReadUInt32LittleEndian(header[SignatureAt..]) != Signature ||
            BinaryPrimitives.ReadUInt32LittleEndian(header[VersionAt..]) != Version) return null;
        return new(new(header.Slice(IdAt, 16)), new(header.Slice(ParentAt, 16)), BinaryPrimitives.ReadInt64LittleEndian(header[CapacityAt..]));
    }

    /// <summary>Makes a file that is a copy of another one a disk of its own.</summary>
    public static void GiveNewId(string path)
    {
        using var file = File.OpenHandle(path, FileMode.Open, FileAccess.Write);
        // .NET and VirtualBox write the bytes of a UUID in the same order
        RandomAccess.Write(file, Guid.NewGuid().ToByteArray(), IdAt);
    }

    /// <summary>Copies a file without its blocks of zeros, and without what no block of the disk is in any more. The copy is the same disk: it has the same UUIDs.</summary>
    /// <exception cref="VmException">Its map is none.</exception>
    public static void Compact(string path, string target, IProgress<int> percent, CancellationToken cancel)
    {
        using var from = File.OpenHandle(path);
        var head = new byte[HeaderBytes];
        if (Read(path) is null || RandomAccess.Read(from, head, 0) < head.Length) throw new VmException($"{path} is no VDI file.");
        var (mapAt, dataAt) = (Number(MapAt), Number(DataAt));
        var (size, count) = ((long)Number(BlockBytesAt) + Number(ExtraBytesAt), Number(BlocksAt));
        if (size is < 4096 or > 64 << 20 || count > (uint)Array.MaxLength / 4 || mapAt + (4L * count) > dataAt || dataAt > RandomAccess.GetLength(from))
            throw new VmException($"{path} is damaged: its map can't be read.");

        var front = new byte[dataAt];
        RandomAccess.Read(from, front, 0);
        using var to = File.OpenHandle(target, FileMode.Create, FileAccess.Write);
        var block = new byte[size];
        uint kept = 0;
        for (uint i = 0; i < count; i++)
        {
            cancel.ThrowIfCancellationRequested();
            percent.Report((int)(100L * i / count));
            var entry = front.AsSpan((int)(mapAt + (4 * i)), 4);
            var place = BinaryPrimitives.ReadUInt32LittleEndian(entry);
            if (place >= Zero) continue;
            if (RandomAccess.Read(from, block, dataAt + (place * size)) < block.Length) throw new VmException($"{path} is damaged: it ends too early.");
            var isZero = !block.AsSpan().ContainsAnyExcept((byte)0);
            if (!isZero) RandomAccess.Write(to, block, dataAt + (kept * size));
            BinaryPrimitives.WriteUInt32LittleEndian(entry, isZero ? Zero : kept++);
        }

        BinaryPrimitives.WriteUInt32LittleEndian(front.AsSpan(AllocatedAt), kept);
        RandomAccess.Write(to, front, 0);

        uint Number(int at) => BinaryPrimitives.ReadUInt32LittleEndian(head.AsSpan(at));
    }
}
