namespace Broker.Backend.VmManagers;

/// <summary>How the files of disk images are called in a node's pool folder, whatever their format: <c>UUID.extension</c>, and a base image's template beside it.</summary>
/// <param name="folder">The pool folder.</param>
/// <param name="extension">How the images' names end.</param>
internal sealed class PoolFiles(string folder, string extension)
{
    private const long RoomToLeave = 256L << 20;

    // an empty overlay on the largest image that can be imported, and half of it once more
    private const long MostOfATemplate = 1 << 20;

    /// <inheritdoc cref="IDisks.PathOf"/>
    public string PathOf(Guid volume) => Path.Combine(folder, volume.ToString("D") + extension);

    /// <inheritdoc cref="IDisks.List"/>
    public IReadOnlyList<Guid> List() =>
    [
        .. Directory.EnumerateFiles(folder, "*" + extension)
            .Select(file => Guid.TryParseExact(Path.GetFileNameWithoutExtension(file), "D", out var id) ? id : Guid.Empty)
            .Where(id => id != Guid.Empty),
    ];

    /// <inheritdoc cref="IDisks.Unused"/>
    /// <param name="used">Full paths of files that somebody needs.</param>
    /// <param name="below">What an image says lies below it; null for none, and for what is no image.</param>
    public IReadOnlyList<UnusedFile> Unused(IReadOnlySet<string> used, Func<string, string?> below)
    {
        var entries = new DirectoryInfo(folder).EnumerateFiles().Where(e => !e.Name.StartsWith('.')).ToList();
        var links = entries.Where(e => e.LinkTarget is not null).Select(e => e.ResolveLinkTarget(returnFinalTarget: true)?.FullName ?? "").ToList();
        // By their names alone, wherever they are said to lie: folders have other paths through links and mounts, and what is kept by mistake does no harm.
        var (names, others, seen) = (new HashSet<string>(), new List<string>(), new HashSet<string>());
        foreach (var path in used.Concat(links))
        {
            for (var image = path; image != null && seen.Add(image);)
            {
                names.Add(Path.GetFileName(image));
                if (image.Contains(':', StringComparison.Ordinal)) others.Add(image);      // QEMU's other ways to say a file: json:{…}, file:…
                image = File.Exists(image) && below(image) is { } lower ? Path.Combine(Path.GetDirectoryName(image)!, lower) : null;
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
    public string InFolder(string file) => file is "" or "." or ".." || file.AsSpan().IndexOfAny('/', '\0') >= 0
        ? throw new VmException($"'{file}' is not the plain name of a file in {folder}.")
        : Path.Combine(folder, file);

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

    /// <summary>Makes sure that there is room in the pool folder.</summary>
    /// <param name="folder">The pool folder.</param>
    /// <param name="name">For what, for people.</param>
    /// <param name="needed">How many bytes.</param>
    /// <exception cref="VmException">There is none.</exception>
    public static void CheckRoom(string folder, string name, long needed)
    {
        var free = new DriveInfo(folder).AvailableFreeSpace;
        if (free - needed < RoomToLeave)
        {
            throw new VmException($"There is no room for {name} in {folder}: it takes {needed >> 20} MiB, {free >> 20} MiB are free and " +
                $"{RoomToLeave >> 20} MiB have to stay free. Make room or use a larger disk.");
        }
    }

    /// <summary>The empty image on a base image, of which clones are copies.</summary>
    public static string TemplateOf(string path) => path + ".template";

    /// <inheritdoc cref="IDisks.SizeOf"/>
    public static long? SizeOf(string path) => new FileInfo(path) is { Exists: true } file ? file.Length : null;

    /// <summary>Whether it is a base image: it may not be written.</summary>
    public static bool IsFrozen(string path) => File.Exists(path) && !File.GetUnixFileMode(path).HasFlag(UnixFileMode.UserWrite);

    /// <summary>Says which file is in the way of what.</summary>
    public static VmException InTheWay(string target, string what) => new($"{target} is in the way: it is not {what}. It is left as it is; move it away.");

    /// <summary>Looks whether images can be frozen before any of them is: all are there, nothing is in the way of a template, and there is room for the templates.</summary>
    /// <param name="paths">The images.</param>
    /// <param name="isTemplateOf">Whether a file that has a template's name is the template of an image.</param>
    /// <exception cref="VmException">One can't.</exception>
    public void CheckFreezable(IReadOnlyList<string> paths, Func<string, string, bool> isTemplateOf)
    {
        foreach (var path in paths)
        {
            CheckExists(path);
            var template = TemplateOf(path);
            if (File.Exists(template) ? !isTemplateOf(template, path) : Directory.Exists(template)) throw InTheWay(template, $"the template of {path}");
        }

        var (needed, free) = (paths.Count * MostOfATemplate, new DriveInfo(folder).AvailableFreeSpace);
        if (free < needed) throw new VmException($"There is no room in {folder}: {paths.Count} base images take {needed >> 10} KiB more, {free >> 10} KiB are free. Make room.");
    }

    /// <summary>Says which file is missing.</summary>
    /// <exception cref="VmException">It is.</exception>
    public static void CheckExists(string path)
    {
        if (!File.Exists(path)) throw new VmException($"The disk image {path} is missing. Restore the file.");
    }
}
