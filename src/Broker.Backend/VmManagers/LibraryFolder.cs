using System.Buffers.Binary;
using System.ComponentModel;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Broker.Backend.VmManagers;

/// <summary>
/// The folder of images that may be imported. Its files come from others: they are opened without following links, only plain files count, and what
/// was opened is what is read, whatever happens to the name afterwards.
/// </summary>
public static partial class LibraryFolder
{
    /// <summary>All files that could be meant as images, each with the reason why it can't be imported.</summary>
    /// <param name="folder">The folder; one that is missing is empty.</param>
    /// <param name="read">Looks into a file.</param>
    public static IReadOnlyList<LibraryImage> List(string folder, Func<SafeFileHandle, ImageHeader> read)
    {
        if (!Directory.Exists(folder)) return [];
        var images = new List<LibraryImage>();
        foreach (var path in Directory.EnumerateFiles(folder).Order(StringComparer.Ordinal))
        {
            var file = Path.GetFileName(path);
            if (file.StartsWith('.')) continue;
            try
            {
                using var handle = Open(folder, file);
                var header = read(handle);
                images.Add(new(file, RandomAccess.GetLength(handle), new(File.GetLastWriteTimeUtc(handle)), header.Problem == null ? header.Format : null, header.Problem));
            }
            catch (VmException e)
            {
                images.Add(new(file, 0, new(File.GetLastWriteTimeUtc(path)), null, e.Message));
            }
        }
        return images;
    }

    /// <summary>Opens a file of the folder for reading.</summary>
    /// <exception cref="VmException">The name leads elsewhere, there is no such file, it is a link or no plain file, or may not be read.</exception>
    public static SafeFileHandle Open(string folder, string file)
    {
        if (file is "" or "." or ".." || file.AsSpan().IndexOfAny('/', '\0') >= 0)
            throw new VmException($"'{file}' is not the plain name of a file in the library folder. Put the image there and give its name only.");
        var path = Path.Combine(folder, file);
        var descriptor = Native.Open(path, Native.ReadOnly | Native.NoFollow | Native.NonBlocking | Native.CloseOnExec | Native.NoTerminal);
        if (descriptor < 0)
        {
            throw new VmException(Marshal.GetLastPInvokeError() switch
            {
                Native.NoEntry => $"The library folder has no file '{file}'. Copy the image to {folder}.",
                Native.TooManyLinks => $"'{file}' in the library folder is a link. Copy the image itself there.",
                var error => $"'{file}' in the library folder can't be opened: {new Win32Exception(error).Message}. Let the back end's user read it.",
            });
        }
        var handle = new SafeFileHandle(descriptor, ownsHandle: true);
        if (IsPlainFile(handle)) return handle;
        handle.Dispose();
        throw new VmException($"'{file}' in the library folder is not a plain file.");
    }

    /// <summary>The start of an opened file, judged.</summary>
    public static ImageHeader ReadHeader(SafeFileHandle handle)
    {
        var start = new byte[ImageHeader.Length];
        return ImageHeader.Read(start.AsSpan(0, RandomAccess.Read(handle, start, 0)), RandomAccess.GetLength(handle));
    }

    private static bool IsPlainFile(SafeFileHandle handle)
    {
        Span<byte> result = stackalloc byte[256];       // struct statx, whose layout is the same everywhere
        const int mode = 28;
        if (Native.Statx(handle, "", Native.EmptyPath, Native.Type, result) != 0) return false;
        return (BinaryPrimitives.ReadUInt16LittleEndian(result[mode..]) & Native.TypeMask) == Native.PlainFile;
    }

    private static partial class Native
    {
        public const int ReadOnly = 0;
        public const int NoTerminal = 0x100;
        public const int NonBlocking = 0x800;
        public const int NoFollow = 0x20000;
        public const int CloseOnExec = 0x80000;
        public const int EmptyPath = 0x1000;
        public const uint Type = 1;
        public const int TypeMask = 0xF000;
        public const int PlainFile = 0x8000;
        public const int NoEntry = 2;
        public const int TooManyLinks = 40;

        [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
        public static partial int Open(string path, int flags);

        [LibraryImport("libc", EntryPoint = "statx", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
        public static partial int Statx(SafeFileHandle file, string path, int flags, uint mask, Span<byte> result);
    }
}
