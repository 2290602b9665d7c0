namespace Broker.Backend.VmManagers;

/// <summary>How the files of disk images are called in a node's pool folder, whatever their format: <c>UUID.extension</c>, and a base image's template beside it.</summary>
/// <param name="folder">The pool folder.</param>
/// <param name="extension">How the images' names end.</param>
internal sealed class PoolFiles(string folder, string extension)
{
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

    /// <summary>Says which file is missing.</summary>
    /// <exception cref="VmException">It is.</exception>
    public static void CheckExists(string path)
    {
        if (!File.Exists(path)) throw new VmException($"The disk image {path} is missing. Restore the file.");
    }
}
