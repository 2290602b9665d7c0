using System.Security.Cryptography;
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

    /// <summary>Reads all of it, from its beginning to its end.</summary>
    /// <param name="take">Gets each piece: where it begins, and its bytes.</param>
    /// <param name="percent">Told how far it is.</param>
    /// <param name="cancel">Ends it.</param>
    /// <returns>Its SHA-256, in hexadecimal digits.</returns>
    /// <exception cref="InvalidDataException">It became shorter; the message is a sentence.</exception>
    public string ReadAll(Action<long, ReadOnlyMemory<byte>>? take, IProgress<int> percent, CancellationToken cancel)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var buffer = new byte[1 << 20];
        for (long at = 0; at < Length;)
        {
            cancel.ThrowIfCancellationRequested();
            var count = Read(at, buffer);
            if (count == 0) throw new InvalidDataException("It became shorter while it was read.");
            hash.AppendData(buffer, 0, count);
            take?.Invoke(at, buffer.AsMemory(0, count));
            at += count;
            percent.Report((int)(at * 100 / Length));
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    /// <summary>Reads what fits, less at its end, and says how much it was.</summary>
    public int Read(long at, Span<byte> bytes) => RandomAccess.Read(File, bytes[..(int)Math.Clamp(Length - at, 0, bytes.Length)], Offset + at);
}
