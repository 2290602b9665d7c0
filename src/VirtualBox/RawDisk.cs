using System.Runtime.CompilerServices;

namespace VirtualBox;

/// <summary>The forms of disk images that can be made from raw bytes.</summary>
public enum DiskFormat
{
    /// <summary>VirtualBox's own.</summary>
    Vdi,

    /// <summary>VMware's.</summary>
    Vmdk,

    /// <summary>Microsoft's, of Virtual PC.</summary>
    Vhd,
}

/// <summary>Disks from raw bytes.</summary>
public static class RawDisk
{
    private const int Piece = 1 << 20;
    private static readonly byte[] zeros = new byte[Piece];

    /// <summary>
    /// Makes a disk image of raw bytes, as they are on a disk. Where they end before the disk does, zeros follow. The file appears when it is whole. Not
    /// yet known to VirtualBox: attaching it will do.
    /// </summary>
    /// <param name="vbox">Runs the command.</param>
    /// <param name="path">Where; its folder is made too.</param>
    /// <param name="capacityMiB">What a machine sees, in MiB.</param>
    /// <param name="raw">The bytes; read to the end.</param>
    /// <param name="format">The form of the image.</param>
    /// <param name="cancel">Ends it, and leaves nothing behind.</param>
    /// <exception cref="ArgumentException">There are more bytes than the disk has room for; VirtualBox would cut them off.</exception>
    /// <exception cref="IOException">The file exists already.</exception>
    /// <exception cref="VBoxManageException">VirtualBox can't write there.</exception>
    public static async Task Create(
        VBoxManage vbox, string path, long capacityMiB, Stream raw, DiskFormat format = DiskFormat.Vdi, CancellationToken cancel = default)
    {
        if (capacityMiB < 1) throw new ArgumentException($"A disk has 1 MiB or more, not {capacityMiB}.", nameof(capacityMiB));
        Names.MediumPath(path);
        if (File.Exists(path)) throw new IOException($"{path} exists already.");
        // In a folder beside it, under its own name: some forms hold it.
        var unfinished = Directory.CreateDirectory($"{path}.{Guid.NewGuid():n}.new");
        try
        {
            var file = Path.Combine(unfinished.FullName, Path.GetFileName(path));
            var command = vbox.Command("convertfromraw", "stdin", file, $"{capacityMiB << 20}", "--format", format.ToString().ToUpperInvariant());
            await vbox.Feed(command with { TimeLimit = TimeSpan.FromHours(6), IsLong = true }, Pieces(raw, capacityMiB << 20, cancel), cancel);
            File.Move(file, path);
        }
        finally
        {
            unfinished.Delete(recursive: true);
        }
    }

    /// <summary>Writes so many zero bytes.</summary>
    public static async Task ZeroFill(Stream stream, long count, CancellationToken cancel = default)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        for (var left = count; left > 0; left -= Piece) await stream.WriteAsync(zeros.AsMemory(0, (int)Math.Min(left, Piece)), cancel);
    }

    /// <summary>
    /// Exactly so many bytes, for VirtualBox takes fewer or more without a word; and in whole pieces: of a part of a sector that comes by itself it makes
    /// zeros in some forms.
    /// </summary>
    private static async IAsyncEnumerable<ReadOnlyMemory<byte>> Pieces(Stream raw, long length, [EnumeratorCancellation] CancellationToken cancel)
    {
        var buffer = new byte[Piece];
        var left = length;
        while (await raw.ReadAtLeastAsync(buffer, Piece, throwOnEndOfStream: false, cancel) is > 0 and var count)
        {
            if (left == 0) throw new ArgumentException($"The raw disk has more than the {length} bytes that the image is to have.", nameof(raw));
            buffer.AsSpan(count).Clear();
            yield return buffer;
            left -= Piece;
        }
        for (; left > 0; left -= Piece) yield return zeros;
    }
}
