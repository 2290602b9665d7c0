using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace VirtualBox;

/// <summary>
/// Reads files that somebody else may have put where they are. Opening a pipe waits until somebody writes, and a device may have no end: in a file's place
/// they would stop their reader for ever.
/// </summary>
internal static partial class PlainFile
{
    // Linux's numbers
    private const int NoTerminal = 0x100;
    private const int NonBlocking = 0x800;
    private const int CloseOnExec = 0x80000;

    /// <summary>Reads all of it.</summary>
    /// <param name="path">Its path; links are followed.</param>
    /// <param name="most">The largest size, in bytes.</param>
    /// <exception cref="IOException">It is not there, may not be read, is larger, or is no file of bytes.</exception>
    public static byte[] Read(string path, long most)
    {
        using var file = Open(path);
        long length;
        try
        {
            length = RandomAccess.GetLength(file);
        }
        catch (NotSupportedException e)
        {
            throw new IOException("It is no plain file.", e);
        }
        if (length > most) throw new IOException($"It is larger than {most} bytes.");
        var bytes = new byte[length];
        var read = 0;
        while (read < bytes.Length && RandomAccess.Read(file, bytes.AsSpan(read), read) is > 0 and var count) read += count;
        return bytes[..read];
    }

    private static SafeFileHandle Open(string path)
    {
        // elsewhere the flags have other numbers, and nobody has been seen to run this
        if (!OperatingSystem.IsLinux()) return File.OpenHandle(path, share: FileShare.ReadWrite | FileShare.Delete);
        var descriptor = open(path, NonBlocking | NoTerminal | CloseOnExec);
        return descriptor >= 0 ? new SafeFileHandle(descriptor, ownsHandle: true) : throw new IOException($"{Marshal.GetLastPInvokeErrorMessage()}.");
    }

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int open(string path, int flags);
}
