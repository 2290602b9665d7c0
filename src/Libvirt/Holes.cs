using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Libvirt;

/// <summary>Parts of a file that take no room on its disk and read as zeros.</summary>
internal static partial class Holes
{
    private const int SeekData = 3, SeekHole = 4;       // Linux
    private const int NoMore = 6;                       // ENXIO: no data up to the end

    private static readonly byte[] Zeros = new byte[64 * 1024];

    /// <summary>What comes next in a stream: data or a hole, and how much of it. A stream that isn't a file has no holes; (data, 0) is the end.</summary>
    public static (bool IsData, long Length) Next(System.IO.Stream source)
    {
        if (!source.CanSeek)
            return (true, long.MaxValue);
        var at = source.Position;
        var rest = Math.Max(0, source.Length - at);
        if (rest == 0 || source is not FileStream file || !OperatingSystem.IsLinux())
            return (true, rest);
        var data = lseek(file.SafeFileHandle, at, SeekData);
        if (data < 0)
            return (Marshal.GetLastPInvokeError() != NoMore, rest);
        if (data > at)
            return (false, Math.Min(data - at, rest));
        var hole = lseek(file.SafeFileHandle, at, SeekHole);
        return (true, hole > at ? Math.Min(hole - at, rest) : rest);
    }

    /// <summary>Makes a hole; zeros where the destination can't seek, or holds something already.</summary>
    public static void Write(System.IO.Stream destination, long length)
    {
        var zeros = Begin(destination, length);
        for (var left = zeros; left > 0; left -= Zeros.Length)
            destination.Write(Zeros, 0, (int)Math.Min(left, Zeros.Length));
        if (length > zeros)
            destination.Seek(length - zeros, SeekOrigin.Current);
    }

    /// <summary>The same.</summary>
    public static async Task WriteAsync(System.IO.Stream destination, long length, CancellationToken cancellationToken)
    {
        var zeros = Begin(destination, length);
        for (var left = zeros; left > 0; left -= Zeros.Length)
            await destination.WriteAsync(Zeros.AsMemory(0, (int)Math.Min(left, Zeros.Length)), cancellationToken).ConfigureAwait(false);
        if (length > zeros)
            destination.Seek(length - zeros, SeekOrigin.Current);
    }

    /// <returns>How much of it must be written as zeros.</returns>
    private static long Begin(System.IO.Stream destination, long length)
    {
        if (!destination.CanSeek)
            return length;
        var zeros = Math.Clamp(destination.Length - destination.Position, 0, length);
        var end = destination.Position + length;
        if (zeros < length)
            destination.SetLength(end);
        return destination.Length < end ? length : zeros;       // a disk has no length that it tells or that can be set, and holds something already
    }

    [LibraryImport("libc", SetLastError = true)]
    private static partial long lseek(SafeFileHandle file, long offset, int whence);
}
