using System.Security.Cryptography;
using Broker.Core.Library;
using Microsoft.Win32.SafeHandles;

namespace Broker.Backend.VmManagers;

/// <summary>The disk image in an opened file of the library: the whole file, or the one within an .ova.</summary>
/// <param name="Header">What the file is, and why it can't be imported.</param>
/// <param name="Image">What the image is.</param>
/// <param name="Bytes">Where the image lies.</param>
/// <param name="Sum">What its bytes have to come to; null when nobody has said.</param>
public sealed record LibraryDisk(ImageHeader Header, ImageHeader Image, FilePart Bytes, Checksum? Sum)
{
    private const int PieceBytes = 1 << 20;

    /// <summary>Looks for it.</summary>
    /// <param name="file">The opened file. It has to stay open while the disk is read.</param>
    public static LibraryDisk Find(SafeFileHandle file)
    {
        var whole = FilePart.Whole(file);
        var header = whole.ReadHeader();
        return header is { Format: "ova", Problem: null } ? OvaFile.FindDisk(whole, header) : new(header, header, whole, null);
    }

    /// <summary>Reads it from its beginning to its end.</summary>
    /// <param name="take">Gets each piece: where it begins, and its bytes.</param>
    /// <param name="percent">Told how far it is.</param>
    /// <param name="cancel">Ends it.</param>
    /// <exception cref="InvalidDataException">It became shorter or has another sum than it should; the message is a sentence.</exception>
    public void Read(Action<long, ReadOnlyMemory<byte>> take, IProgress<int> percent, CancellationToken cancel)
    {
        using var hash = Sum is null ? null : IncrementalHash.CreateHash(Sum.Kind);
        var buffer = new byte[PieceBytes];
        for (long at = 0; at < Bytes.Length;)
        {
            cancel.ThrowIfCancellationRequested();
            var count = Bytes.Read(at, buffer);
            if (count == 0) throw new InvalidDataException("It became shorter while it was read.");
            take(at, buffer.AsMemory(0, count));
            hash?.AppendData(buffer, 0, count);
            at += count;
            percent.Report((int)(at * 100 / Bytes.Length));
        }

        if (hash is not null && !Sum!.Is(hash.GetHashAndReset()))
            throw new InvalidDataException($"It is damaged: its disk does not have the {Sum.Kind.Name} sum that its manifest (.mf) says. Copy or export it again.");
    }
}
