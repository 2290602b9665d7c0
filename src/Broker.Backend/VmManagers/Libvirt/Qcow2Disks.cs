namespace Broker.Backend.VmManagers.Libvirt;

/// <summary>
/// Disk images as qcow2 files <c>UUID.qcow2</c> in a folder of this host. A frozen one can't be written and has a template beside it: an empty overlay that clones
/// are copies of, because all overlays of one image are alike and a copy is fifty times quicker than another qemu-img.
/// Each file appears under its name whole or not at all.
/// </summary>
internal sealed class Qcow2Disks(NodeSettings settings) : IDisks
{
    private const UnixFileMode Writable = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private const UnixFileMode Frozen = UnixFileMode.UserRead | UnixFileMode.GroupRead | UnixFileMode.OtherRead;

    private readonly PoolFiles _files = new(settings.PoolFolder, ".qcow2");
    private readonly ImageImport _import = new(settings, "qcow2");

    public string Format => "qcow2";

    public string PathOf(Guid volume) => _files.PathOf(volume);

    public IReadOnlyList<LibraryImage> Library() => LibraryFolder.List(settings.LibraryFolder, LibraryFolder.ReadHeader);

    public long Import(string libraryFile, string target, IProgress<int> percent, CancellationToken cancel) => _import.Run(libraryFile, target, percent, cancel);

    public void Freeze(string path)
    {
        PoolFiles.CheckExists(path);
        File.SetUnixFileMode(path, Frozen);
        var template = PoolFiles.TemplateOf(path);
        if (File.Exists(template)) return;
        var part = template + ".part";
        File.Delete(part);
        QemuImg.CreateOverlay(path, part);
        File.SetUnixFileMode(part, Writable);       // clones inherit it
        ImageImport.Settle(part, template);
    }

    public void Thaw(string path)
    {
        PoolFiles.CheckExists(path);
        File.Delete(PoolFiles.TemplateOf(path));
        File.SetUnixFileMode(path, Writable);
    }

    public void Clone(string frozen, string target)
    {
        if (File.Exists(target))
        {
            if (Qcow2Overlay.BackingOf(target) == frozen) return;
            throw new VmException($"{target} is in the way: it is not an overlay on {frozen}. It is left as it is; move it away.");
        }
        var part = target + ".part";
        try
        {
            File.Copy(PoolFiles.TemplateOf(frozen), part, overwrite: true);
        }
        catch (FileNotFoundException e)
        {
            throw new VmException($"{frozen} is not frozen: it has no template. Prepare the base again.", e);
        }
        ImageImport.Settle(part, target);
    }

    public void Flatten(string path, IReadOnlyList<string> backing, IProgress<int> percent, CancellationToken cancel)
    {
        PoolFiles.CheckExists(path);
        if (IsFrozen(path)) throw new VmException($"{path} is a base image and stays as it is. Only what is no base can be made to stand alone.");
        if (Qcow2Overlay.BackingOf(path) == null)
        {
            percent.Report(100);
            return;
        }

        CheckLiesOn(path, backing);
        _import.Flatten(path, backing, percent, cancel);
    }

    public void Copy(string path, IReadOnlyList<string> backing, string target, IProgress<int> percent, CancellationToken cancel)
    {
        PoolFiles.CheckExists(path);
        if (IsFrozen(path)) throw new VmException($"{path} is a base image: it is not copied but cloned.");
        CheckLiesOn(path, backing);
        if (File.Exists(target))
        {
            if (Qcow2Overlay.BackingOf(target) != (backing is [var below, ..] ? below : null)) throw new VmException($"{target} is in the way: it is no copy of {path}. It is left as it is; move it away.");
            percent.Report(100);
            return;
        }

        _import.Copy(path, target, _ => { }, percent, cancel);
    }

    // A guest that had QEMU in its hands could have made the file name any other.
    private void CheckLiesOn(string path, IReadOnlyList<string> backing)
    {
        foreach (var (above, below) in new[] { path }.Concat(backing).Zip(backing.Append(null)))
        {
            if (below != null) PoolFiles.CheckExists(below);
            if (Qcow2Overlay.BackingOf(above) != below || (below != null && (!IsFrozen(below) || Path.GetDirectoryName(below) != Path.GetFullPath(settings.PoolFolder))))
                throw new VmException($"{above} does not lie on what it should ({below ?? "nothing"}). It is left as it is: look into it with qemu-img info.");
        }
    }

    public void Delete(string path)
    {
        foreach (var file in (string[])[PoolFiles.TemplateOf(path), PoolFiles.TemplateOf(path) + ".part", .. ImageImport.Leftovers(path), path]) File.Delete(file);
    }

    public IReadOnlyList<Guid> List() => _files.List();

    private static bool IsFrozen(string path) => !File.GetUnixFileMode(path).HasFlag(UnixFileMode.UserWrite);
}
