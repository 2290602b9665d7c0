using System.ComponentModel;
using Broker.Core.Library;
using Microsoft.Win32.SafeHandles;

namespace Broker.Backend.VmManagers;

/// <summary>
/// The folder of images that may be imported. Its files come from others: they are opened without following links, only plain files count, and what
/// was opened is what is read, whatever happens to the name afterwards.
/// </summary>
public static class LibraryFolder
{
    /// <summary>All files that could be meant as images, what was uploaded among them, each with the reason why it can't be imported.</summary>
    /// <param name="folder">The folder; one that is missing is empty.</param>
    /// <param name="read">Looks into a file.</param>
    public static IReadOnlyList<LibraryImage> List(string folder, Func<SafeFileHandle, ImageHeader> read)
    {
        var own = ListOne(folder, read, isUpload: false);
        // one that is in both is taken from the library itself, into which only those may write who look after the host
        return [.. own.Concat(ListOne(Path.Combine(folder, ImageNames.Uploads), read, isUpload: true)).DistinctBy(i => i.File).OrderBy(i => i.File, StringComparer.Ordinal)];
    }

    private static List<LibraryImage> ListOne(string folder, Func<SafeFileHandle, ImageHeader> read, bool isUpload)
    {
        var images = new List<LibraryImage>();
        if (!Directory.Exists(folder)) return images;
        foreach (var path in Directory.EnumerateFiles(folder).Order(StringComparer.Ordinal))
        {
            var file = Path.GetFileName(path);
            if (file.StartsWith('.')) continue;
            try
            {
                using var handle = OpenOne(folder, file);
                var header = read(handle);
                var isGood = header.Problem == null;
                images.Add(new(file, RandomAccess.GetLength(handle), new(File.GetLastWriteTimeUtc(handle)), isGood ? header.Format : null, header.Problem,
                    isGood ? header.CapacityBytes : null, isUpload));
            }
            catch (VmException e)
            {
                images.Add(new(file, 0, new(File.GetLastWriteTimeUtc(path)), null, e.Message, null, isUpload));
            }
        }
        return images;
    }

    /// <summary>Whether there is a file of this name, in the folder or among what was uploaded.</summary>
    public static bool Has(string folder, string file) => File.Exists(Path.Combine(folder, file)) || File.Exists(Path.Combine(folder, ImageNames.Uploads, file));

    /// <inheritdoc cref="IDisks.FindCd"/>
    public static string? FindCd(string folder, string file)
    {
        if (!Has(folder, file)) return null;
        using var handle = Open(folder, file);
        if (ReadHeader(handle) is not { Format: ImageHeader.Cd, Problem: null }) return null;
        var path = Path.Combine(folder, file);
        // the hypervisor opens it by its name, behind which the front end could put anything else there
        return File.Exists(path) ? path
            : throw new VmException($"'{file}' was uploaded. Have somebody who looks after the host move it from {Path.Combine(folder, ImageNames.Uploads)} to {folder}, then put it in.");
    }

    /// <summary>Opens a file of the folder, or else of what was uploaded, for reading.</summary>
    /// <exception cref="VmException">The name leads elsewhere, there is no such file, it is a link or no plain file, or may not be read.</exception>
    public static SafeFileHandle Open(string folder, string file)
    {
        if (file is "" or "." or ".." || file.AsSpan().IndexOfAny('/', '\0') >= 0)
            throw new VmException($"'{file}' is not the plain name of a file in the library folder. Put the image there and give its name only.");
        var uploads = Path.Combine(folder, ImageNames.Uploads);
        return OpenOne(!File.Exists(Path.Combine(folder, file)) && File.Exists(Path.Combine(uploads, file)) ? uploads : folder, file);
    }

    private static SafeFileHandle OpenOne(string folder, string file) => OpenPlain(folder, file, "library folder");

    /// <summary>Opens a plain file for reading, never what a link leads to.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="file">Its name, which was judged.</param>
    /// <param name="called">What the folder is, for people.</param>
    /// <exception cref="VmException">There is no such file, it is a link or no plain file, or may not be read.</exception>
    public static SafeFileHandle OpenPlain(string folder, string file, string called)
    {
        var path = Path.Combine(folder, file);
        var handle = Posix.OpenWithoutFollowing(path, out var error);
        if (handle == null)
        {
            throw new VmException(error switch
            {
                Posix.NoEntry => $"The {called} has no file '{file}'. Copy it to {folder}.",
                Posix.TooManyLinks => $"'{file}' in the {called} is a link. Copy the file itself there.",
                _ => $"'{file}' in the {called} can't be opened: {new Win32Exception(error).Message}. Let the back end's user read it.",
            });
        }
        if (Posix.IsPlainFile(handle)) return handle;
        handle.Dispose();
        throw new VmException($"'{file}' in the {called} is not a plain file.");
    }

    /// <summary>An opened file, judged.</summary>
    public static ImageHeader ReadHeader(SafeFileHandle handle) => LibraryDisk.Find(handle).Header;
}
