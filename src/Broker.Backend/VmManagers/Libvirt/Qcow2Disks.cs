namespace Broker.Backend.VmManagers.Libvirt;

/// <summary>
/// Disk images as qcow2 files <c>UUID.qcow2</c> in a folder of this host. A frozen one can't be written and has a template beside it: an empty overlay that clones
/// are copies of, because all overlays of one image are alike and a copy is fifty times quicker than another qemu-img.
/// Each file appears under its name whole or not at all.
/// </summary>
internal sealed class Qcow2Disks(NodeSettings settings) : IDisks, ICanBackup
{
    private const UnixFileMode Writable = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private const UnixFileMode Frozen = UnixFileMode.UserRead | UnixFileMode.GroupRead | UnixFileMode.OtherRead;

    private readonly PoolFiles _files = new(settings, ".qcow2");
    private readonly ImageImport _import = new(settings, "qcow2");

    public string Format => "qcow2";

    public string PathOf(Guid volume, string? storage = null) => _files.PathOf(volume, storage);

    public IReadOnlyList<StorageLook> Storage() =>
        [.. _files.Storage().Select(s => s.Problem is null && !File.GetUnixFileMode(s.Folder).HasFlag(UnixFileMode.OtherExecute)
            ? s with { Problem = $"QEMU's user can't reach the disk images in {s.Folder}. Open the folder: chmod o+x {s.Folder}" } : s)];

    public IReadOnlyList<LibraryImage> Library() => LibraryFolder.List(settings.LibraryFolder, LibraryFolder.ReadHeader);

    public long Import(string libraryFile, string target, IProgress<int> percent, CancellationToken cancel) => _import.Run(libraryFile, target, percent, cancel);

    public string? FindCd(string libraryFile) => LibraryFolder.FindCd(settings.LibraryFolder, libraryFile);

    public void Create(string target, long capacityBytes)
    {
        if (!File.Exists(target)) PoolFiles.CheckRoomFor(target, "the new disk", capacityBytes);
        _import.Create(target, capacityBytes);
    }

    public void Grow(string path, long capacityBytes)
    {
        CheckWritable(path);
        ImageImport.Grow(path, capacityBytes);
    }

    public long? SizeOf(string path) => PoolFiles.SizeOf(path);

    public void Freeze(params IReadOnlyList<string> paths)
    {
        PoolFiles.CheckFreezable(paths, IsTemplateOf);
        foreach (var path in paths)
        {
            File.SetUnixFileMode(path, Frozen);
            var template = PoolFiles.TemplateOf(path);
            if (File.Exists(template)) continue;
            var part = template + ".part";
            File.Delete(part);
            QemuImg.CreateOverlay(path, part);
            File.SetUnixFileMode(part, Writable);       // clones inherit it
            ImageImport.Settle(part, template);
        }
    }

    public void Thaw(string path)
    {
        PoolFiles.CheckExists(path);
        var template = PoolFiles.TemplateOf(path);
        if (File.Exists(template) && IsTemplateOf(template, path)) File.Delete(template);
        File.SetUnixFileMode(path, Writable);
    }

    public void Clone(string frozen, string target)
    {
        if (!File.Exists(target)) CopyTemplate(frozen, target);
        else if (Qcow2Overlay.BackingOf(target) != frozen) throw PoolFiles.InTheWay(target, $"an overlay on {frozen}");
    }

    public void Renew(string path, string? frozen, long capacityBytes)
    {
        if (File.Exists(path)) CheckWritable(path);
        if (frozen == null) _import.Create(path, capacityBytes, overwrite: true);
        else CopyTemplate(frozen, path, capacityBytes);
    }

    public string? BackingOf(string path)
    {
        PoolFiles.CheckExists(path);
        return Qcow2Overlay.BackingOf(path);
    }

    public void Flatten(string path, IReadOnlyList<string> backing, IProgress<int> percent, CancellationToken cancel)
    {
        CheckWritable(path);
        if (Qcow2Overlay.BackingOf(path) == null)
        {
            percent.Report(100);
            return;
        }

        CheckLiesOn(path, backing);
        _import.Flatten(path, backing, percent, cancel);
    }

    public void Copy(string path, IReadOnlyList<string> backing, string target, bool isExact, IProgress<int> percent, CancellationToken cancel)
    {
        PoolFiles.CheckExists(path);
        if (PoolFiles.IsFrozen(path)) throw new VmException($"{path} is a base image: it is not copied but cloned.");
        CheckLiesOn(path, backing);
        if (File.Exists(target))
        {
            if (Qcow2Overlay.BackingOf(target) != (backing is [var below, ..] ? below : null)) throw new VmException($"{target} is in the way: it is no copy of {path}. It is left as it is; move it away.");
            percent.Report(100);
            return;
        }

        ImageImport.Copy(path, target, isExact ? _ => { } : Qcow2Snapshots.RemoveAll, percent, cancel);
    }

    public void Rebase(string path, IReadOnlyList<string> backing, IReadOnlyList<string> onto, IProgress<int> percent, CancellationToken cancel)
    {
        CheckWritable(path);
        CheckChain(onto);
        if (Qcow2Overlay.BackingOf(path) == onto[0])
        {
            percent.Report(100);
            return;
        }

        CheckLiesOn(path, backing);
        _import.Rebase(path, backing, onto, percent, cancel);
    }

    public long Compact(string path, IReadOnlyList<string> backing, IProgress<int> percent, CancellationToken cancel)
    {
        CheckWritable(path);
        CheckLiesOn(path, backing);
        return _import.Compact(path, backing, percent, cancel);
    }

    public void Save(string path, IReadOnlyList<string> backing, bool isWhole, string target, IProgress<int> percent, CancellationToken cancel)
    {
        PoolFiles.CheckExists(path);
        CheckLiesOn(path, backing);
        _import.Save(path, backing, isWhole, target, percent, cancel);
    }

    public string? Problem(BackedUpDisk disk) => ImageImport.Problem(disk);

    public void Restore(BackedUpDisk disk, string target, IReadOnlyList<string> backing, IProgress<int> percent, CancellationToken cancel)
    {
        CheckChain(backing);
        if (!File.Exists(target)) _import.Restore(disk, target, backing, percent, cancel);
        percent.Report(100);
    }

    public void Verify(string path, string copy, IProgress<int> percent, CancellationToken cancel) => SameContent.Check(path, copy, default, percent, cancel);

    /// <inheritdoc cref="ICanAdopt.CopyDisk"/>
    public long CopyIn(FoundDisk disk, string target, IProgress<int> percent, CancellationToken cancel) => _import.CopyIn(disk, target, percent, cancel);

    public void Delete(string path)
    {
        _files.CheckOurs(path);
        PoolFiles.CheckFolder(path);
        foreach (var file in (string[])[PoolFiles.TemplateOf(path), PoolFiles.TemplateOf(path) + ".part", .. ImageImport.Leftovers(path), path]) File.Delete(file);
    }

    public IReadOnlyList<Guid> List() => _files.List();

    public void DeleteUnused(string file, string? storage = null) => File.Delete(_files.InFolder(file, storage));

    public IReadOnlyList<UnusedFile> Unused(IReadOnlySet<string> used, string? storage = null) => _files.Unused(used, Qcow2Overlay.BackingOf, storage);

    private static void CopyTemplate(string frozen, string target, long? capacityBytes = null)
    {
        var part = PoolFiles.CopyOfTemplate(frozen, target);
        try
        {
            if (capacityBytes is { } bytes) ImageImport.Resize(part, bytes);
            ImageImport.Settle(part, target, overwrite: capacityBytes is not null);
        }
        finally
        {
            File.Delete(part);
        }
    }

    private static void CheckWritable(string path)
    {
        PoolFiles.CheckExists(path);
        if (PoolFiles.IsFrozen(path)) throw new VmException($"{path} is a base image and stays as it is. Only what is no base can be changed.");
    }

    // a guest that had QEMU in its hands could have made the file name any other
    private void CheckLiesOn(string path, IReadOnlyList<string> backing)
    {
        var below = backing.Count == 0 ? null : backing[0];
        if (Qcow2Overlay.BackingOf(path) != below) throw Elsewhere(path, below);
        CheckChain(backing);
    }

    private void CheckChain(IReadOnlyList<string> chain)
    {
        for (var i = 0; i < chain.Count; i++)
        {
            PoolFiles.CheckExists(chain[i]);
            var below = i + 1 < chain.Count ? chain[i + 1] : null;
            if (!PoolFiles.IsFrozen(chain[i]) || !_files.IsIn(chain[i])) throw Elsewhere(i == 0 ? chain[i] : chain[i - 1], chain[i]);
            if (Qcow2Overlay.BackingOf(chain[i]) != below) throw Elsewhere(chain[i], below);
        }
    }

    /// <summary>Refuses disks whose files lie on something else than is said: a guest would find other bytes than its own.</summary>
    public static void CheckBacking(IEnumerable<DiskSpec> disks)
    {
        foreach (var disk in disks.Where(d => d.Format == "qcow2" && File.Exists(d.Path)))
        {
            var below = disk.Backing is [var nearest, ..] ? nearest : null;
            if (Qcow2Overlay.BackingOf(disk.Path) != below) throw Elsewhere(disk.Path, below);
        }
    }

    private static VmException Elsewhere(string path, string? below) =>
        new($"{path} does not lie on what it should ({below ?? "nothing"}). It is left as it is: look into it with qemu-img info.");

    private static bool IsTemplateOf(string template, string path) => Qcow2Overlay.BackingOf(template) == path;
}
