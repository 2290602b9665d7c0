using Broker.Core.Library;
using Microsoft.Win32.SafeHandles;

namespace Broker.Backend.VmManagers;

/// <summary>A part of an opened file.</summary>
/// <param name="File">The file. Whoever opened it closes it.</param>
/// <param name="Offset">Where it begins.</param>
/// <param name="Length">How many bytes it has.</param>
public readonly record struct FilePart(SafeFileHandle File, long Offset, long Length)
{
    /// <summary>All of a file.</summary>
    public static FilePart Whole(SafeFileHandle file) => new(file, 0, RandomAccess.GetLength(file));

    /// <summary>Judges the image that it is.</summary>
    public ImageHeader ReadHeader() =>
        ImageHeader.Read(Read(0, ImageHeader.Length), Length, Read(Math.Max(0, Length - ImageHeader.EndLength), ImageHeader.EndLength));

    /// <summary>Reads so many bytes, fewer at its end.</summary>
    public byte[] Read(long at, int count)
    {
        var bytes = new byte[Math.Clamp(Length - at, 0, count)];
        var read = Read(at, bytes.AsSpan());
        return read == bytes.Length ? bytes : bytes[..read];
    }

    /// <summary>Reads what fits, less at its end, and says how much it was.</summary>
    public int Read(long at, Span<byte> bytes) => RandomAccess.Read(File, bytes[..(int)Math.Clamp(Length - at, 0, bytes.Length)], Offset + at);
}
