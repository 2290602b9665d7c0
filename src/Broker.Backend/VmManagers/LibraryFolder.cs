using System.ComponentModel;
using Microsoft.Win32.SafeHandles;

namespace Broker.Backend.VmManagers;

/// <summary>
/// The folder of images that may be imported. Its files come from others: they are opened without following links, only plain files count, and what
/// was opened is what is read, whatever happens to the name afterwards.
/// </summary>
public static class LibraryFolder
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
        var handle = Posix.OpenWithoutFollowing(path, out var error);
        if (handle == null)
        {
            throw new VmException(error switch
            {
                Posix.NoEntry => $"The library folder has no file '{file}'. Copy the image to {folder}.",
                Posix.TooManyLinks => $"'{file}' in the library folder is a link. Copy the image itself there.",
                _ => $"'{file}' in the library folder can't be opened: {new Win32Exception(error).Message}. Let the back end's user read it.",
            });
        }
        if (Posix.IsPlainFile(handle)) return handle;
        handle.Dispose();
        throw new VmException($"'{file}' in the library folder is not a plain file.");
    }

    /// <summary>The start of an opened file, judged.</summary>
    public static ImageHeader ReadHeader(SafeFileHandle handle)
    {
        var start = new byte[ImageHeader.Length];
        return ImageHeader.Read(start.AsSpan(0, RandomAccess.Read(handle, start, 0)), RandomAccess.GetLength(handle));
    }
}
