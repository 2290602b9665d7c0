using Broker.Core.Nodes;

namespace Broker.Backend.VmManagers;

/// <summary>How the files of disk images are called in a node's folders of them, whatever their format: <c>UUID.extension</c>, and a base image's template beside it.</summary>
/// <param name="settings">The node.</param>
/// <param name="extension">How the images' names end.</param>
internal sealed class PoolFiles(NodeSettings settings, string extension)
{
    private const long RoomToLeave = 256L << 20;

    // an empty overlay on the largest image that can be imported, and half of it once more
    private const long MostOfATemplate = 1 << 20;

    // well below what a question to a host may take
    private static readonly TimeSpan LongestLook = TimeSpan.FromSeconds(3);

    private readonly StorageLooks _looks = new(settings.Storage, Look, LongestLook);

    /// <inheritdoc cref="IDisks.PathOf"/>
    public string PathOf(Guid volume, string? storage) => Path.Combine(FolderOf(storage), volume.ToString("D") + extension);

    /// <summary>Makes sure that a volume is one that Broker made: those are called by their ids. What others made it neither deletes nor changes.</summary>
    /// <exception cref="VmException">Somebody else made it.</exception>
    public void CheckOurs(string path)
    {
        if (Path.GetExtension(path) != extension || !Guid.TryParseExact(Path.GetFileNameWithoutExtension(path), "D", out _))
            throw new VmException($"{path} was not made by Broker: it stays as it is.");
    }

    /// <inheritdoc cref="IDisks.List"/>
    public IReadOnlyList<Guid> List() => [.. Paths().Select(IdOf).Distinct()];

    /// <summary>Full paths of all volumes. A folder that is not there has none.</summary>
    public IReadOnlyList<string> Paths() =>
        [.. settings.Storage.Values.Where(Directory.Exists).SelectMany(folder => Directory.EnumerateFiles(folder, "*" + extension)).Where(file => IdOf(file) != Guid.Empty)];

    /// <summary>Whether a file lies in one of the folders.</summary>
    public bool IsIn(string path) => settings.Storage.Values.Any(folder => Path.GetDirectoryName(path) == Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder)));

    /// <inheritdoc cref="IDisks.Storage"/>
    public IReadOnlyList<StorageLook> Storage() => _looks.All();

    /// <inheritdoc cref="IDisks.Unused"/>
    /// <param name="used">Full paths of files that somebody needs.</param>
    /// <param name="below">What an image says lies below it; null for none, and for what is no image.</param>
    /// <param name="storage">Which folder.</param>
    public IReadOnlyList<UnusedFile> Unused(IReadOnlySet<string> used, Func<string, string?> below, string? storage)
    {
        var entries = new DirectoryInfo(FolderOf(storage)).EnumerateFiles().Where(e => !e.Name.StartsWith('.')).ToList();
        var links = entries.Where(e => e.LinkTarget is not null).Select(e => e.ResolveLinkTarget(returnFinalTarget: true)?.FullName ?? "").ToList();
        // By their names alone, wherever they are said to lie: folders have other paths through links and mounts, and what is kept by mistake does no harm.
        var (names, others, seen) = (new HashSet<string>(), new List<string>(), new HashSet<string>());
        foreach (var path in used.Concat(links))
        {
            for (var image = path; image != null && seen.Add(image);)
            {
                names.Add(Path.GetFileName(image));
                if (image.Contains(':', StringComparison.Ordinal)) others.Add(image);      // QEMU's other ways to say a file: json:{…}, file:…
                image = Posix.IsFileOrDisk(image) && below(image) is { } lower ? Path.Combine(Path.GetDirectoryName(image)!, lower) : null;
            }
        }

        return
        [
            .. entries
                .Where(e => e.LinkTarget is null && !Owners(e.Name).Any(names.Contains) && !others.Exists(o => o.Contains(e.Name, StringComparison.Ordinal)) && IsPlain(e.FullName))
                .OrderBy(e => e.Name, StringComparer.Ordinal)
                .Select(e => new UnusedFile(e.Name, e.Length, new(e.LastWriteTimeUtc))),
        ];
    }

    /// <summary>Full path of a plain name in the folder.</summary>
    /// <exception cref="VmException">The name leads elsewhere.</exception>
    public string InFolder(string file, string? storage) => file is "" or "." or ".." || file.AsSpan().IndexOfAny('/', '\0') >= 0
        ? throw new VmException($"'{file}' is not the plain name of a file in {FolderOf(storage)}.")
        : Path.Combine(FolderOf(storage), file);

    private string FolderOf(string? storage) => settings.Storage.TryGetValue(storage ?? StorageRow.Default, out var folder)
        ? folder
        : throw new VmException($"{settings.Name} has no storage '{storage}'. It has {string.Join(", ", settings.Storage.Keys)}.");

    private static Guid IdOf(string path) => Guid.TryParseExact(Path.GetFileNameWithoutExtension(path), "D", out var id) ? id : Guid.Empty;

    private static StorageLook Look(string name, string folder)
    {
        try
        {
            var drive = Drive(folder);
            return new(name, folder, drive.TotalSize, drive.AvailableFreeSpace, null);
        }
        catch (Exception e) when (e is VmException or IOException or UnauthorizedAccessException)
        {
            return new(name, folder, 0, 0, e.Message);
        }
    }

    private static DriveInfo Drive(string folder) =>
        Directory.Exists(folder) ? new(folder) : throw new VmException($"The folder {folder} is not there. Mount its disk, or make the folder.");

    // What is called like a volume and something behind a dot belongs to it: a base's template, what a copy is being made of.
    private static IEnumerable<string> Owners(string name)
    {
        yield return name;
        for (var dot = name.LastIndexOf('.'); dot > 0; dot = name.LastIndexOf('.', dot - 1)) yield return name[..dot];
    }

    private static bool IsPlain(string path)
    {
        using var file = Posix.OpenWithoutFollowing(path, out _);
        return file != null && Posix.IsPlainFile(file);
    }

    /// <summary>Makes sure that there is room where a file is to be.</summary>
    /// <param name="path">The file.</param>
    /// <param name="name">For what, for people.</param>
    /// <param name="needed">How many bytes.</param>
    /// <exception cref="VmException">There is none.</exception>
    public static void CheckRoomFor(string path, string name, long needed) => CheckRoom(Path.GetDirectoryName(path)!, name, needed);

    /// <summary>Makes sure that there is room in a folder.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="name">For what, for people.</param>
    /// <param name="needed">How many bytes.</param>
    /// <exception cref="VmException">There is none.</exception>
    public static void CheckRoom(string folder, string name, long needed)
    {
        var free = Drive(folder).AvailableFreeSpace;
        if (free - needed < RoomToLeave)
        {
            throw new VmException($"There is no room for {name} in {folder}: it takes {needed >> 20} MiB, {free >> 20} MiB are free and " +
                $"{RoomToLeave >> 20} MiB have to stay free. Make room or use a larger disk.");
        }
    }

    /// <summary>The empty image on a base image, of which clones are copies.</summary>
    public static string TemplateOf(string path) => path + ".template";

    /// <summary>Copies a base image's template to a file beside that which it is to become, over what an earlier try left there.</summary>
    /// <returns>The file.</returns>
    /// <exception cref="VmException">There is no template, or no room.</exception>
    public static string CopyOfTemplate(string frozen, string target)
    {
        var part = target + ".part";
        try
        {
            File.Copy(TemplateOf(frozen), part, overwrite: true);
            return part;
        }
        catch (FileNotFoundException e)
        {
            throw new VmException($"{frozen} is not frozen: it has no template. Prepare the base again.", e);
        }
        catch (IOException e)
        {
            File.Delete(part);
            throw NotWritten(target, e);
        }
    }

    /// <inheritdoc cref="IDisks.SizeOf"/>
    public static long? SizeOf(string path) => new FileInfo(path) is { Exists: true } file ? file.Length : null;

    /// <summary>Whether it is a base image: it may not be written.</summary>
    public static bool IsFrozen(string path) => File.Exists(path) && !File.GetUnixFileMode(path).HasFlag(UnixFileMode.UserWrite);

    /// <summary>Says which file could not be made, because its file system is full, say.</summary>
    private static VmException NotWritten(string target, IOException why) => new($"{target} could not be made: {why.Message} Make room on its disk and try again.", why);

    /// <summary>Says which file is in the way of what.</summary>
    public static VmException InTheWay(string target, string what) => new($"{target} is in the way: it is not {what}. It is left as it is; move it away.");

    /// <summary>Looks whether images can be frozen before any of them is: all are there, nothing is in the way of a template, and there is room for the templates.</summary>
    /// <param name="paths">The images.</param>
    /// <param name="isTemplateOf">Whether a file that has a template's name is the template of an image.</param>
    /// <exception cref="VmException">One can't.</exception>
    public static void CheckFreezable(IReadOnlyList<string> paths, Func<string, string, bool> isTemplateOf)
    {
        foreach (var path in paths)
        {
            CheckExists(path);
            var template = TemplateOf(path);
            if (File.Exists(template) ? !isTemplateOf(template, path) : Directory.Exists(template)) throw InTheWay(template, $"the template of {path}");
        }

        foreach (var images in paths.GroupBy(p => Path.GetDirectoryName(p)!))
        {
            var (needed, free) = (images.Count() * MostOfATemplate, Drive(images.Key).AvailableFreeSpace);
            if (free < needed)
                throw new VmException($"There is no room in {images.Key}: {images.Count()} base images take {needed >> 10} KiB more, {free >> 10} KiB are free. Make room.");
        }
    }

    /// <summary>Makes sure that the folder of a file is there: what is on a disk that is not mounted is not gone.</summary>
    /// <exception cref="VmException">It is not.</exception>
    public static void CheckFolder(string path) => Drive(Path.GetDirectoryName(path)!);

    /// <summary>Says which file is missing.</summary>
    /// <exception cref="VmException">It is.</exception>
    public static void CheckExists(string path)
    {
        if (!File.Exists(path)) throw new VmException($"The disk image {path} is missing. Restore the file.");
    }
}
