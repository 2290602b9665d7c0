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
}
