namespace Broker.Backend.VmManagers;

/// <summary>How the files of disk images are called in a node's pool folder, whatever their format: <c>UUID.extension</c>, and a base image's template beside it.</summary>
/// <param name="folder">The pool folder.</param>
/// <param name="extension">How the images' names end.</param>
internal sealed class PoolFiles(string folder, string extension)
{
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

    /// <summary>The empty image on a base image, of which clones are copies.</summary>
    public static string TemplateOf(string path) => path + ".template";

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
