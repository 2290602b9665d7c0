using VirtualBox;

namespace Broker.Backend.VmManagers.VirtualBox;

/// <summary>
/// Disk images as VDI files <c>UUID.vdi</c> in a folder of this host. A frozen one can't be written and has a template beside it: an empty difference that
/// clones are copies of, each with a UUID of its own. VirtualBox knows those disks only that a machine has, and those below them
/// (<see cref="ImageRegistry"/>). Each file appears under its name whole or not at all.
/// </summary>
internal sealed class VdiDisks(NodeSettings settings, VBoxManage vbox, ImageRegistry registry, MachineLibrary machines, VirtualBoxCalls calls) : IDisks
{
    /// <summary>How the files' names end.</summary>
    public const string Extension = ".vdi";

    private const long MiB = 1 << 20;
    private const UnixFileMode Writable = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private const UnixFileMode Frozen = UnixFileMode.UserRead | UnixFileMode.GroupRead | UnixFileMode.OtherRead;

    private readonly PoolFiles _files = new(settings, Extension);
    private readonly ImageImport _import = new(settings, "vdi");

    public string Format => "vdi";

    public string PathOf(Guid volume, string? storage = null) => _files.PathOf(volume, storage);

    public IReadOnlyList<StorageLook> Storage() => _files.Storage();

    public IReadOnlyList<LibraryImage> Library()
    {
        var images = LibraryFolder.List(settings.LibraryFolder, LibraryFolder.ReadHeader);
        // a file of such a name in the library is one that people put there
        var files = images.Select(i => i.File).ToHashSet();
        return [.. images, .. calls.Ask("The machines that could be imported could not be listed", machines.List).Where(m => !files.Contains(m.File))];
    }

    public long Import(string libraryFile, string target, IProgress<int> percent, CancellationToken cancel)
    {
        if (!MachineLibrary.IsMachine(libraryFile) || LibraryFolder.Has(settings.LibraryFolder, libraryFile))
            return _import.Run(libraryFile, target, percent, cancel);
        if (File.Exists(target)) return VdiFile.Read(target)?.CapacityBytes ?? throw PoolFiles.InTheWay(target, "a disk image of ours");
        var part = target + ".part";
        return calls.Ask($"'{libraryFile}' could not be imported", async () =>
        {
            percent.Report(0);
            await ForgetAndDelete(part);
            try
            {
                await machines.CopyDisk(libraryFile, part, new UpTo99(percent), cancel);
                await Forget(part);
                ImageImport.Settle(part, target);
            }
            finally
            {
                await ForgetAndDelete(part);
            }
            percent.Report(100);
            return VdiFile.Read(target)!.CapacityBytes;
        });
    }

    public string? FindCd(string libraryFile) => LibraryFolder.FindCd(settings.LibraryFolder, libraryFile);

    public void Create(string target, long capacityBytes)
    {
        if (!File.Exists(target)) PoolFiles.CheckRoomFor(target, "the new disk", capacityBytes);
        _import.Create(target, capacityBytes);
    }

    public void Grow(string path, long capacityBytes)
    {
        CheckChangeable(path);
        var capacity = VdiFile.Read(path)?.CapacityBytes ?? throw PoolFiles.InTheWay(path, "a disk image of ours");
        if (capacity >= capacityBytes) return;
        PoolFiles.CheckRoomFor(path, $"what is added to {Path.GetFileName(path)}", capacityBytes - capacity);
        calls.Ask($"The disk {path} could not be made larger", async () =>
        {
            var medium = await registry.Look(path);
            await Medium.Resize(vbox, medium.Uuid, (capacityBytes + MiB - 1) / MiB);
            if (medium.Machines.Count == 0) await Forget(path);
        });
    }

    public long? SizeOf(string path) => PoolFiles.SizeOf(path);

    public void Freeze(params IReadOnlyList<string> paths) => calls.Ask("The disks could not be frozen", async () =>
    {
        PoolFiles.CheckFreezable(paths, IsTemplateOf);
        foreach (var path in paths) await FreezeNow(path);
    });

    private async Task FreezeNow(string path)
    {
        File.SetUnixFileMode(path, Frozen);
        if (File.Exists(PoolFiles.TemplateOf(path))) return;
        var part = PoolFiles.TemplateOf(path) + ".part";
        await ForgetAndDelete(part);
        // VirtualBox lays no difference on what a machine could write
        var medium = await registry.Look(path);
        foreach (var machine in medium.Machines) await Detach(new(vbox, machine), path);
        await Medium.CreateDifference(vbox, part, medium.Uuid);
        await Forget(part);
        await Forget(path);
        File.SetUnixFileMode(part, Writable);       // clones inherit it
        ImageImport.Settle(part, PoolFiles.TemplateOf(path));
    }

    public void Thaw(string path) => calls.Ask($"The disk {path} could not be made writable", async () =>
    {
        PoolFiles.CheckExists(path);
        await ForgetAndDelete(PoolFiles.TemplateOf(path) + ".part");
        if (IsFrozen(path))
        {
            // fails while disks of machines hang on it, and before anything has changed
            await Forget(path);
            if (IsTemplateOf(PoolFiles.TemplateOf(path), path)) File.Delete(PoolFiles.TemplateOf(path));
        }
        File.SetUnixFileMode(path, Writable);
    });

    public void Clone(string frozen, string target)
    {
        if (File.Exists(target))
        {
            if (VdiFile.Read(target)?.Parent is { } parent && parent == VdiFile.Read(frozen)?.Id) return;
            throw PoolFiles.InTheWay(target, $"an overlay on {frozen}");
        }
        ImageImport.Settle(CopyOfTemplate(frozen, target), target);
    }

    public void Renew(string path, string? frozen, long capacityBytes)
    {
        calls.Ask($"The disk {path} could not be made new", async () =>
        {
            var isThere = File.Exists(path);
            if (isThere) CheckChangeable(path);
            var part = path + ".part";
            await ForgetAndDelete(part);
            if (frozen == null) _import.Create(part, capacityBytes);
            else CopyOfTemplate(frozen, path);
            if (isThere) await Replace(path, part);
            else ImageImport.Settle(part, path);
        });
        Grow(path, capacityBytes);
    }

    public string? BackingOf(string path)
    {
        PoolFiles.CheckExists(path);
        return VdiFile.Read(path) is { Parent: var parent } && parent != Guid.Empty
            ? _files.Paths().FirstOrDefault(file => VdiFile.Read(file)?.Id == parent) ?? $"{parent}"
            : null;
    }

    public void Flatten(string path, IReadOnlyList<string> backing, IProgress<int> percent, CancellationToken cancel) =>
        calls.Ask($"The disk {path} could not be made to stand alone", () => FlattenNow(path, backing, percent, cancel));

    private async Task FlattenNow(string path, IReadOnlyList<string> backing, IProgress<int> percent, CancellationToken cancel)
    {
        CheckChangeable(path);
        percent.Report(0);
        if (VdiFile.Read(path) is { Parent: var parent } && parent != Guid.Empty)
        {
            CheckLiesOn(path, backing);
            PoolFiles.CheckRoomFor(path, path, Math.Min(VdiFile.Read(path)!.CapacityBytes, backing.Append(path).Sum(Posix.RoomOf)));
            var part = path + ".part";
            await ForgetAndDelete(part);
            try
            {
                var medium = await registry.Look(path);
                await Medium.Copy(vbox, medium.Uuid, part, new UpTo99(percent), cancel);
                await Forget(part);
                await Replace(path, part);
            }
            finally
            {
                await ForgetAndDelete(part);
            }
        }
        percent.Report(100);
    }

    public void Copy(string path, IReadOnlyList<string> backing, string target, bool isExact, IProgress<int> percent, CancellationToken cancel)
    {
        PoolFiles.CheckExists(path);
        if (IsFrozen(path)) throw new VmException($"{path} is a base image: it is not copied but cloned.");
        CheckLiesOn(path, backing);
        if (File.Exists(target))
        {
            if (VdiFile.Read(target)?.Parent != VdiFile.Read(path)!.Parent) throw PoolFiles.InTheWay(target, $"a copy of {path}");
            percent.Report(100);
            return;
        }

        calls.Ask($"The disk {path} could not be looked at", async () =>
        {
            var medium = await registry.Look(path);
            // what was written since lies in differences of VirtualBox's
            foreach (var machine in medium.Machines) await CheckHasNoSnapshot(new(vbox, machine));
        });
        ImageImport.Copy(path, target, VdiFile.GiveNewId, percent, cancel);
    }

    // differences are VirtualBox's to make, and it makes them for what is written, not between two images
    public void Rebase(string path, IReadOnlyList<string> backing, IReadOnlyList<string> onto, IProgress<int> percent, CancellationToken cancel) =>
        Flatten(path, backing, percent, cancel);

    public long Compact(string path, IReadOnlyList<string> backing, IProgress<int> percent, CancellationToken cancel)
    {
        CheckChangeable(path);
        CheckLiesOn(path, backing);
        var part = path + ".part";
        try
        {
            var before = Posix.RoomOf(path);
            VdiFile.Compact(path, part, new UpTo99(percent), cancel);
            File.SetUnixFileMode(part, File.GetUnixFileMode(path));
            // it keeps its UUID, so that it is the same disk to VirtualBox
            if (Posix.RoomOf(part) < before) ImageImport.Settle(part, path, overwrite: true);
            percent.Report(100);
            return before - Posix.RoomOf(path);
        }
        finally
        {
            File.Delete(part);
        }
    }

    public void Verify(string path, string copy, IProgress<int> percent, CancellationToken cancel) => SameContent.Check(path, copy, VdiFile.IdBytes, percent, cancel);

    public void Delete(string path) => calls.Ask($"The disk {path} could not be deleted", async () =>
    {
        _files.CheckOurs(path);
        PoolFiles.CheckFolder(path);
        foreach (var part in (string[])[PoolFiles.TemplateOf(path) + ".part", path + ".part"])
            if (File.Exists(part)) await ForgetAndDelete(part);
        await Forget(path);
        // else its server remembers the disk when it is started anew, and no base image can go before that
        await registry.Write();
        foreach (var file in (string[])[PoolFiles.TemplateOf(path), .. ImageImport.Leftovers(path), path]) File.Delete(file);
    });

    public IReadOnlyList<Guid> List() => _files.List();

    public void DeleteUnused(string file, string? storage = null) => calls.Ask($"{file} could not be deleted", () => ForgetAndDelete(_files.InFolder(file, storage)));

    public IReadOnlyList<UnusedFile> Unused(IReadOnlySet<string> used, string? storage = null) => _files.Unused(used, BackingOf, storage);

    /// <summary>Whether it is a base image, which no machine may have.</summary>
    public static bool IsFrozen(string path) => File.Exists(PoolFiles.TemplateOf(path));

    /// <summary>Whether a path is that of a disk of ours. Differences of snapshots lie elsewhere.</summary>
    public bool IsOfPool(string path) => Path.GetExtension(path) == Extension && _files.IsIn(path);

    /// <summary>Gives a disk to a machine.</summary>
    public async Task Attach(Machine machine, string controller, int port, DiskSpec disk)
    {
        PoolFiles.CheckExists(disk.Path);
        if (disk.Backing.Count > 0) await registry.Enter(disk.Path);
        await machine.Attach(controller, port, 0, Drive.HardDisk, disk.Path);
    }

    private static bool IsTemplateOf(string template, string path) => VdiFile.Read(template)?.Parent is { } parent && parent == VdiFile.Read(path)?.Id;

    private static void CheckChangeable(string path)
    {
        PoolFiles.CheckExists(path);
        if (IsFrozen(path)) throw new VmException($"{path} is a base image and stays as it is. Only what is no base can be changed.");
    }

    private static string CopyOfTemplate(string frozen, string target)
    {
        var part = PoolFiles.CopyOfTemplate(frozen, target);
        VdiFile.GiveNewId(part);
        return part;
    }

    // the new one is another disk to VirtualBox: its machine gets it when it is defined the next time, before it starts
    private async Task Replace(string path, string part)
    {
        var medium = await registry.Look(path);
        foreach (var machine in medium.Machines) await Detach(new(vbox, machine), path);
        await Forget(path);
        await registry.Write();
        ImageImport.Settle(part, path, overwrite: true);
    }

    private static void CheckLiesOn(string path, IReadOnlyList<string> backing)
    {
        foreach (var (above, below) in new[] { path }.Concat(backing).Zip(backing.Append(null)))
        {
            if (below != null) PoolFiles.CheckExists(below);
            if (VdiFile.Read(above)?.Parent != (below == null ? Guid.Empty : VdiFile.Read(below)?.Id) || (below != null && !IsFrozen(below)))
            {
                throw new VmException($"{above} does not lie on what it should ({below ?? "nothing"}). It is left as it is: look into it with " +
                    "VBoxManage showmediuminfo.");
            }
        }
    }

    private static async Task CheckHasNoSnapshot(Machine machine)
    {
        var report = await machine.Read();
        if (report.CurrentSnapshot is null) return;
        throw new VmException($"{report.Name} has snapshots, so that its disk is not all of its content. Remove them first; those that were taken with VirtualBox itself it lists " +
            $"with: VBoxManage snapshot {report.Uuid} list");
    }

    private static async Task Detach(Machine machine, string path)
    {
        var places = (await machine.Read()).Attachments.Where(a => a.Location == path).ToList();
        // one that lies below a difference, or is in a snapshot alone
        if (places.Count == 0) await CheckHasNoSnapshot(machine);
        foreach (var place in places) await machine.Detach(place.Controller, place.Port, place.Device);
    }

    private async Task ForgetAndDelete(string path)
    {
        await Forget(path);
        File.Delete(path);
    }

    /// <summary>Takes a disk from VirtualBox's lists, file or no file.</summary>
    /// <exception cref="VmException">A machine has it, or disks of machines hang on it.</exception>
    private async Task Forget(string path)
    {
        try
        {
            await vbox.Run(vbox.Command("closemedium", "disk", path));
        }
        catch (ObjectInUseException e)
        {
            throw new VmException($"{e.Message}. Remove what needs it first.", e);
        }
        catch (VBoxManageException e) when (!VirtualBoxCalls.IsLost(e) && e is not MachineLockedException)
        {
            // it knows no such disk: no file, one that it can't read, or one whose image below it doesn't know
        }
    }

    /// <summary>The last percent is what comes after VirtualBox.</summary>
    private sealed class UpTo99(IProgress<int> percent) : IProgress<int>
    {
        public void Report(int value) => percent.Report(Math.Min(value, 99));
    }
}
