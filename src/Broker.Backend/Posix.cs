using System.Buffers.Binary;
using System.ComponentModel;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Broker.Backend;

/// <summary>What the C library can do with files and .NET can't. The only file that calls it.</summary>
internal static partial class Posix
{
    /// <summary>No such file.</summary>
    public const int NoEntry = 2;

    /// <summary>A link where none may be.</summary>
    public const int TooManyLinks = 40;

    private const int ReadOnly = 0;
    private const int NoTerminal = 0x100;
    private const int NonBlocking = 0x800;
    private const int DirectoryOnly = 0x10000;
    private const int NoFollow = 0x20000;
    private const int CloseOnExec = 0x80000;
    private const int EmptyPath = 0x1000;
    private const int CurrentFolder = -100;
    private const uint TypeAndMode = 3;
    private const uint OwnerAndMode = 0x1A;
    private const uint Blocks = 0x400;
    private const int DontNeed = 4;
    private const int StatxBytes = 256;       // struct statx, which is laid out alike on all processors
    private const int PlainFile = 0x8000;
    private const int BlockDevice = 0x6000;

    /// <summary>True for root.</summary>
    public static bool IsRoot => Environment.IsPrivilegedProcess;

    /// <summary>Opens for reading what lies under this very name: a link is an error, and a pipe doesn't make us wait.</summary>
    /// <param name="path">What to open.</param>
    /// <param name="error">Why it failed, an errno.</param>
    /// <returns>Null when it failed.</returns>
    public static SafeFileHandle? OpenWithoutFollowing(string path, out int error)
    {
        var descriptor = open(path, ReadOnly | NoFollow | NonBlocking | CloseOnExec | NoTerminal);
        error = descriptor < 0 ? Marshal.GetLastPInvokeError() : 0;
        return descriptor < 0 ? null : new SafeFileHandle(descriptor, ownsHandle: true);
    }

    /// <summary>Whether an open file is a plain one: no folder, device, pipe or socket.</summary>
    public static bool IsPlainFile(SafeFileHandle file)
    {
        Span<byte> result = stackalloc byte[StatxBytes];
        return statx(file, "", EmptyPath, TypeAndMode, result) == 0 && TypeOf(result) == PlainFile;
    }

    /// <summary>Whether a plain file or a disk lies under a path, links followed: what can be read at any place, which a terminal or pipe can't.</summary>
    public static bool IsFileOrDisk(string path)
    {
        Span<byte> result = stackalloc byte[StatxBytes];
        return statx(CurrentFolder, path, 0, TypeAndMode, result) == 0 && TypeOf(result) is PlainFile or BlockDevice;
    }

    /// <summary>How many bytes of its disk a file takes: holes are none.</summary>
    /// <exception cref="IOException">Its file system does not tell.</exception>
    public static long RoomOf(string path)
    {
        using var file = File.OpenHandle(path);
        Span<byte> result = stackalloc byte[StatxBytes];
        const int blocks = 48;
        const int blockBytes = 512;
        if (statx(file, "", EmptyPath, Blocks, result) != 0) throw new IOException($"{path}: {new Win32Exception(Marshal.GetLastPInvokeError()).Message}");
        return BinaryPrimitives.ReadInt64LittleEndian(result[blocks..]) * blockBytes;
    }

    /// <summary>Whose a file or folder is, and its mode; null when it is not there, or not for us to see. Links are followed.</summary>
    public static (uint User, uint Group, UnixFileMode Mode)? OwnerOf(string path)
    {
        Span<byte> result = stackalloc byte[StatxBytes];
        if (statx(CurrentFolder, path, 0, OwnerAndMode, result) != 0) return null;
        return (BinaryPrimitives.ReadUInt32LittleEndian(result[20..]), BinaryPrimitives.ReadUInt32LittleEndian(result[24..]),
            (UnixFileMode)(ModeOf(result) & 0xFFF));
    }

    /// <summary>Lets go of what is kept of an open file in memory and is on the disk already, so that it is read from there.</summary>
    public static void ForgetPages(SafeFileHandle file) => posix_fadvise(file, 0, 0, DontNeed);

    /// <summary>Gives an open file to another user and group.</summary>
    /// <exception cref="IOException">We may not.</exception>
    public static void ChangeOwner(SafeFileHandle file, uint user, uint group)
    {
        if (fchown(file, user, group) != 0) throw new IOException(new Win32Exception(Marshal.GetLastPInvokeError()).Message);
    }

    /// <summary>Brings what happened to a folder's names, a rename say, to the disk.</summary>
    /// <exception cref="IOException">The disk failed.</exception>
    public static void FlushFolder(string path)
    {
        var descriptor = open(path, ReadOnly | DirectoryOnly | CloseOnExec);
        if (descriptor < 0) throw new IOException($"{path}: {new Win32Exception(Marshal.GetLastPInvokeError()).Message}");
        using var folder = new SafeFileHandle(descriptor, ownsHandle: true);
        if (fsync(folder) != 0) throw new IOException($"{path}: {new Win32Exception(Marshal.GetLastPInvokeError()).Message}");
    }

    private static int TypeOf(ReadOnlySpan<byte> statx) => ModeOf(statx) & 0xF000;

    private static int ModeOf(ReadOnlySpan<byte> statx) => BinaryPrimitives.ReadUInt16LittleEndian(statx[28..]);

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int open(string path, int flags);

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int statx(SafeFileHandle file, string path, int flags, uint mask, Span<byte> result);

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int statx(int folder, string path, int flags, uint mask, Span<byte> result);

    [LibraryImport("libc")]
    private static partial int posix_fadvise(SafeFileHandle file, long offset, long length, int advice);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int fchown(SafeFileHandle file, uint user, uint group);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int fsync(SafeFileHandle file);
}
