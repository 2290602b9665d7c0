using System.Runtime.InteropServices;
using System.Text;

namespace VirtualBox.Simulator.Client;

/// <summary>System calls.</summary>
internal static unsafe partial class Native
{
    /// <summary>Nobody listens at a socket that is there.</summary>
    public const int Refused = 111;

    private const int Interrupted = 4;
    private const int UnixFamily = 1;
    private const int Stream = 1;
    private const int CloseOnExec = 0x80000;

    /// <summary>Connects to a Unix socket; 0 or the error.</summary>
    public static int Connect(string path, out int connection)
    {
        var address = stackalloc byte[110];
        new Span<byte>(address, 110).Clear();
        address[0] = UnixFamily;
        Encoding.UTF8.GetBytes(path, new Span<byte>(address + 2, 107));
        connection = socket(UnixFamily, Stream | CloseOnExec, 0);
        if (connect(connection, address, 110) == 0) return 0;
        var error = Marshal.GetLastSystemError();
        _ = close(connection);
        return error;
    }

    /// <summary>Waits some milliseconds.</summary>
    public static void Wait(int milliseconds) => _ = poll(null, 0, milliseconds);

    /// <summary>Reads what there is; 0 at the end.</summary>
    public static int Read(int file, Span<byte> buffer)
    {
        fixed (byte* at = buffer)
        {
            while (true)
            {
                var count = (int)read(file, at, (nuint)buffer.Length);
                if (count >= 0 || Marshal.GetLastSystemError() != Interrupted) return count;
            }
        }
    }

    /// <summary>Fills the buffer; false when it ends before.</summary>
    public static bool ReadFully(int file, Span<byte> buffer)
    {
        while (buffer.Length > 0)
        {
            var count = Read(file, buffer);
            if (count <= 0) return false;
            buffer = buffer[count..];
        }
        return true;
    }

    /// <summary>Writes all of it; what nobody reads is dropped.</summary>
    public static void WriteFully(int file, ReadOnlySpan<byte> data)
    {
        fixed (byte* start = data)
        {
            for (var at = 0; at < data.Length;)
            {
                var count = (int)write(file, start + at, (nuint)(data.Length - at));
                if (count > 0) at += count;
                else if (Marshal.GetLastSystemError() != Interrupted) return;
            }
        }
    }

    /// <summary>Leaves the terminal, the working directory's disk and the streams of whoever started us.</summary>
    public static void Detach()
    {
        _ = setsid();
        var nothing = open("/dev/null"u8, 2);
        for (var stream = 0; stream < 3; stream++) _ = dup2(nothing, stream);
    }

    /// <summary>Takes a file's lock, for as long as this process lives; null if another has it.</summary>
    public static bool Lock(string path, bool isTest)
    {
        var file = open(Encoding.UTF8.GetBytes(path + "\0"), 2 | 0x40 | CloseOnExec, 0x180);
        if (file < 0) return false;
        var locked = flock(file, 2 | 4) == 0;
        if (!locked || isTest) _ = close(file);
        return locked;
    }

    private static int open(ReadOnlySpan<byte> path, int flags, int mode = 0)
    {
        fixed (byte* at = path) return open(at, flags, mode);
    }

    [LibraryImport("libc")]
    private static partial int socket(int family, int type, int protocol);

    [LibraryImport("libc")]
    private static partial int connect(int socket, byte* address, int length);

    [LibraryImport("libc")]
    private static partial nint read(int file, byte* buffer, nuint count);

    [LibraryImport("libc")]
    private static partial nint write(int file, byte* buffer, nuint count);

    [LibraryImport("libc")]
    private static partial int close(int file);

    [LibraryImport("libc")]
    private static partial int poll(void* files, ulong count, int timeout);

    [LibraryImport("libc")]
    private static partial int open(byte* path, int flags, int mode);

    [LibraryImport("libc")]
    private static partial int dup2(int from, int to);

    [LibraryImport("libc")]
    private static partial int setsid();

    [LibraryImport("libc")]
    private static partial int flock(int file, int operation);
}
