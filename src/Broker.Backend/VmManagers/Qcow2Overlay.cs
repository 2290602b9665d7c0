using System.Buffers.Binary;
using System.Text;
using Broker.Core.Library;
using Microsoft.Win32.SafeHandles;

namespace Broker.Backend.VmManagers;

/// <summary>What the header of a qcow2 file says of the image below it, and of snapshots. All else in it is <see cref="ImageHeader"/>'s business.</summary>
internal static class Qcow2Overlay
{
    // where its name is, as eight bytes, and how long that is, as four
    private const int NamedAt = 8;
    private const int NamedLength = 12;
    private const int LongestName = 1023;

    // how many there are, as four bytes, and where their list is, as eight
    private const int SnapshotsAt = 60;
    private const int MostSnapshots = 65536;

    /// <summary>The file that an image names as the one below it; null when it names none, or is no qcow2.</summary>
    public static string? BackingOf(string path)
    {
        using var file = File.OpenHandle(path);
        Span<byte> start = stackalloc byte[NamedAt + NamedLength];
        if (RandomAccess.Read(file, start, 0) < start.Length || !start.StartsWith("QFI"u8) || start[3] != 0xFB) return null;
        var named = start[NamedAt..];
        var offset = BinaryPrimitives.ReadInt64BigEndian(named);
        var length = BinaryPrimitives.ReadInt32BigEndian(named[8..]);
        if (offset <= 0 || length is <= 0 or > LongestName) return null;
        var name = new byte[length];
        return RandomAccess.Read(file, name, offset) == length ? Encoding.UTF8.GetString(name) : null;
    }

    /// <summary>Names of the snapshots in an image, which QEMU may have open meanwhile; none in what is no qcow2.</summary>
    /// <exception cref="VmException">Their list is damaged.</exception>
    public static IReadOnlyList<string> Snapshots(string path)
    {
        using var file = File.OpenHandle(path);
        Span<byte> start = stackalloc byte[SnapshotsAt + sizeof(int) + sizeof(long)];
        if (RandomAccess.Read(file, start, 0) < start.Length || !start.StartsWith("QFI"u8) || start[3] != 0xFB) return [];
        var count = BinaryPrimitives.ReadUInt32BigEndian(start[SnapshotsAt..]);
        var at = BinaryPrimitives.ReadInt64BigEndian(start[(SnapshotsAt + sizeof(int))..]);
        var isWhole = count <= MostSnapshots;
        List<string> names = [];
        // each has a head, more of the head, an id and a name, and begins at a multiple of eight
        Span<byte> head = stackalloc byte[40];
        while (isWhole && names.Count < count)
        {
            isWhole = at > 0 && RandomAccess.Read(file, head, at) == head.Length;
            var idLength = BinaryPrimitives.ReadUInt16BigEndian(head[12..]);
            var name = new byte[BinaryPrimitives.ReadUInt16BigEndian(head[14..])];
            at += head.Length + BinaryPrimitives.ReadUInt32BigEndian(head[36..]) + idLength;
            isWhole = isWhole && RandomAccess.Read(file, name, at) == name.Length;
            names.Add(Encoding.UTF8.GetString(name));
            at = (at + name.Length + 7) & ~7L;
        }

        return isWhole ? names : throw new VmException($"The list of the snapshots in {path} is damaged. Look into it with qemu-img check.");
    }

    /// <summary>Judges an image as if nothing were below it.</summary>
    public static ImageHeader ReadHeader(FilePart image)
    {
        var start = image.Read(0, ImageHeader.Length);
        if (start.Length >= NamedAt + NamedLength) start.AsSpan(NamedAt, NamedLength).Clear();
        return ImageHeader.Read(start, image.Length);
    }

    /// <summary>Makes an image forget what is below it; what it didn't have itself is zeros then.</summary>
    public static void CutOff(SafeFileHandle image) => RandomAccess.Write(image, new byte[NamedLength], NamedAt);
}
