using Broker.Core.Library;
using Microsoft.Win32.SafeHandles;

namespace Broker.Backend.VmManagers.Simulated;

/// <summary>Disks of a simulated node: small files that keep what a guest wrote, not its blocks. Real images can be imported; they come out empty.</summary>
internal sealed class SimulatedDisks(NodeSettings settings, Faults faults) : IDisks, ICanBackup
{
    private const UnixFileMode Writable = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead;
    private const UnixFileMode Frozen = UnixFileMode.UserRead | UnixFileMode.GroupRead | UnixFileMode.OtherRead;

    private const int MostBytes = 1 << 20;

    private readonly PoolFiles _files = new(settings, ".sim");

    public string Format => "simulated";

    public string PathOf(Guid volume, string? storage = null) => _files.PathOf(volume, storage);

    public IReadOnlyList<StorageLook> Storage() => _files.Storage();

    public IReadOnlyList<LibraryImage> Library()
    {
        faults.Meet("library");
        return LibraryFolder.List(settings.LibraryFolder, handle => Look(handle).Header);
    }

    public long Import(string libraryFile, string target, IProgress<int> percent, CancellationToken cancel)
    {
        using var handle = LibraryFolder.Open(settings.LibraryFolder, libraryFile);
        var (header, disk) = Look(handle);
        if (header.Problem != null) throw Refused(libraryFile, header.Problem);
        if (header.Format == ImageHeader.Cd) throw Refused(libraryFile, "It is a CD. Put it into a machine's drive, or make a machine with an empty disk from it.");
        if (File.Exists(target)) return SimulatedDisk.Read(target).CapacityBytes;
        percent.Report(0);
        CheckSum(libraryFile, handle, cancel);
        faults.Meet("import");
        percent.Report(50);
        cancel.ThrowIfCancellationRequested();
        (disk ?? new SimulatedDisk(header.CapacityBytes, null, "")).Write(target);
        percent.Report(100);
        return header.CapacityBytes;
    }

    public string? FindCd(string libraryFile)
    {
        faults.Meet("find_cd");
        return LibraryFolder.FindCd(settings.LibraryFolder, libraryFile);
    }

    public void Create(string target, long capacityBytes)
    {
        faults.Meet("create");
        if (File.Exists(target)) return;
        PoolFiles.CheckRoomFor(target, "the new disk", capacityBytes);
        new SimulatedDisk(capacityBytes, null, "").Write(target);
    }

    public void Grow(string path, long capacityBytes)
    {
        faults.Meet("grow");
        var disk = Changeable(path);
        if (disk.CapacityBytes >= capacityBytes) return;
        PoolFiles.CheckRoomFor(path, $"what is added to {Path.GetFileName(path)}", capacityBytes - disk.CapacityBytes);
        (disk with { CapacityBytes = capacityBytes }).Write(path);
    }

    public long? SizeOf(string path) => PoolFiles.SizeOf(path);

    public void Freeze(params IReadOnlyList<string> paths)
    {
        faults.Meet("freeze");
        PoolFiles.CheckFreezable(paths, IsTemplateOf);
        foreach (var path in paths)
        {
            var disk = SimulatedDisk.Read(path);
            File.SetUnixFileMode(path, Frozen);
            if (!File.Exists(PoolFiles.TemplateOf(path))) new SimulatedDisk(disk.CapacityBytes, path, "").Write(PoolFiles.TemplateOf(path));
        }
    }

    public void Thaw(string path)
    {
        faults.Meet("thaw");
        var template = PoolFiles.TemplateOf(Existing(path));
        if (File.Exists(template) && IsTemplateOf(template, path)) File.Delete(template);
        File.SetUnixFileMode(path, Writable);
    }

    public void Clone(string frozen, string target)
    {
        faults.Meet("clone");
        if (File.Exists(target))
        {
            if (SimulatedDisk.Read(target).Backing != frozen) throw PoolFiles.InTheWay(target, $"an overlay on {frozen}");
            return;
        }
        Template(frozen).Write(target);
    }

    public void Renew(string path, string? frozen, long capacityBytes)
    {
        faults.Meet("renew");
        if (File.Exists(path)) Changeable(path);
        ForgetSnapshots(path);
        (frozen == null ? new SimulatedDisk(capacityBytes, null, "") : Template(frozen) with { CapacityBytes = capacityBytes }).Write(path);
    }

    public string? BackingOf(string path) => SimulatedDisk.Read(Existing(path)).Backing;

    public void Flatten(string path, IReadOnlyList<string> backing, IProgress<int> percent, CancellationToken cancel)
    {
        faults.Meet("flatten");
        Detach(path, backing, percent, cancel);
    }

    public void Rebase(string path, IReadOnlyList<string> backing, IReadOnlyList<string> onto, IProgress<int> percent, CancellationToken cancel)
    {
        faults.Meet("rebase");
        Template(onto[0]);
        var disk = Changeable(path);
        if (disk.Backing != onto[0])
        {
            CheckLiesOn(path, disk, backing);
            // a text that begins with another can be written as its difference; any other takes all of itself
            var (all, below) = (SimulatedDisk.ReadAll(path), SimulatedDisk.ReadAll(onto[0]));
            percent.Report(50);
            cancel.ThrowIfCancellationRequested();
            (all.StartsWith(below, StringComparison.Ordinal) ? disk with { Backing = onto[0], Content = all[below.Length..] } : disk with { Backing = null, Content = all }).Write(path);
        }

        percent.Report(100);
    }

    public long Compact(string path, IReadOnlyList<string> backing, IProgress<int> percent, CancellationToken cancel)
    {
        faults.Meet("compact");
        var disk = Changeable(path);
        CheckLiesOn(path, disk, backing);
        percent.Report(50);
        cancel.ThrowIfCancellationRequested();
        var left = disk.Content.Replace("\0", "", StringComparison.Ordinal);
        (disk with { Content = left }).Write(path);
        percent.Report(100);
        return disk.Content.Length - left.Length;
    }

    /// <summary>Makes a disk stand alone, whether its guest goes on or not.</summary>
    public static void Detach(string path, IReadOnlyList<string> backing, IProgress<int> percent, CancellationToken cancel)
    {
        var disk = Changeable(path);
        percent.Report(0);
        if (disk.Backing != null)
        {
            CheckLiesOn(path, disk, backing);
            var all = SimulatedDisk.ReadAll(path);
            percent.Report(50);
            cancel.ThrowIfCancellationRequested();
            new SimulatedDisk(disk.CapacityBytes, null, all).Write(path);
        }

        percent.Report(100);
    }

    public void Copy(string path, IReadOnlyList<string> backing, string target, bool isExact, IProgress<int> percent, CancellationToken cancel)
    {
        faults.Meet("copy");
        var disk = SimulatedDisk.Read(Existing(path));
        if (!File.GetUnixFileMode(path).HasFlag(UnixFileMode.UserWrite)) throw new VmException($"{path} is a base image: it is not copied but cloned.");
        if (disk.Backing != (backing is [var below, ..] ? below : null)) throw new VmException($"{path} does not lie on what it should. It is left as it is.");
        percent.Report(0);
        cancel.ThrowIfCancellationRequested();
        if (!File.Exists(target))
        {
            PoolFiles.CheckRoomFor(target, path, Posix.RoomOf(path));
            disk.Write(target);
        }
        else if (SimulatedDisk.Read(target).Backing != disk.Backing) throw new VmException($"{target} is in the way: it is no copy of {path}. It is left as it is.");
        percent.Report(100);
    }

    public void Save(string path, IReadOnlyList<string> backing, bool isWhole, string target, IProgress<int> percent, CancellationToken cancel)
    {
        faults.Meet("save");
        var disk = SimulatedDisk.Read(Existing(path));
        CheckLiesOn(path, disk, backing);
        percent.Report(50);
        cancel.ThrowIfCancellationRequested();
        (isWhole ? disk with { Backing = null, Content = SimulatedDisk.ReadAll(path) } : disk).Write(target);
        percent.Report(100);
    }

    public string? Problem(BackedUpDisk disk) => (disk.Format, Parse(disk)) switch
    {
        (not "simulated", _) => $"It is of a host whose disks are {disk.Format}.",
        (_, null) => "It is no simulated disk.",
        (_, { Backing: not null }) when !disk.IsOverlay => "It is an overlay on another file (a backing file).",
        (_, { CapacityBytes: var bytes }) when bytes != disk.CapacityBytes => $"It has {bytes} bytes, and was to have {disk.CapacityBytes}.",
        _ => null,
    };

    public void Restore(BackedUpDisk disk, string target, IReadOnlyList<string> backing, IProgress<int> percent, CancellationToken cancel)
    {
        faults.Meet("restore");
        if (Problem(disk) is { } problem) throw new VmException($"'{disk.Name}' can't be restored. {problem}");
        if (backing is [var nearest, ..]) Template(nearest);
        if (disk.Bytes.ReadAll(null, percent, cancel) != disk.Sum.Hex) throw new VmException($"'{disk.Name}' can't be restored. It is damaged.");
        if (!File.Exists(target)) (Parse(disk)! with { Backing = backing is [var below, ..] ? below : null }).Write(target);
        percent.Report(100);
    }

    private static SimulatedDisk? Parse(BackedUpDisk disk) => disk.Bytes.Length > MostBytes
        ? null
        : SimulatedDisk.Parse(System.Text.Encoding.UTF8.GetString(disk.Bytes.Read(0, MostBytes)));

    public void Verify(string path, string copy, IProgress<int> percent, CancellationToken cancel)
    {
        faults.Meet("verify");
        SameContent.Check(Existing(path), Existing(copy), default, percent, cancel);
    }

    /// <summary>Where a disk's content is kept for a snapshot.</summary>
    public static string SnapshotOf(string path, Guid snapshot) => $"{path}.{snapshot:D}.snapshot";

    public void Delete(string path)
    {
        faults.Meet("delete");
        _files.CheckOurs(path);
        PoolFiles.CheckFolder(path);
        ForgetSnapshots(path);
        foreach (var file in (string[])[PoolFiles.TemplateOf(path), path + ".part", path]) File.Delete(file);
    }

    public IReadOnlyList<Guid> List()
    {
        faults.Meet("list");
        return _files.List();
    }

    public void DeleteUnused(string file, string? storage = null) => File.Delete(_files.InFolder(file, storage));

    public IReadOnlyList<UnusedFile> Unused(IReadOnlySet<string> used, string? storage = null)
    {
        faults.Meet("unused");
        return _files.Unused(used, path => SimulatedDisk.Find(path)?.Backing, storage);
    }

    private static void ForgetSnapshots(string path)
    {
        foreach (var file in Directory.EnumerateFiles(Path.GetDirectoryName(path)!, Path.GetFileName(path) + ".*.snapshot")) File.Delete(file);
    }

    private static SimulatedDisk Changeable(string path) =>
        File.GetUnixFileMode(Existing(path)).HasFlag(UnixFileMode.UserWrite)
            ? SimulatedDisk.Read(path)
            : throw new VmException($"{path} is a base image and stays as it is. Only what is no base can be changed.");

    private static void CheckLiesOn(string path, SimulatedDisk disk, IReadOnlyList<string> backing)
    {
        var below = backing is [var nearest, ..] ? nearest : null;
        if (disk.Backing != below) throw new VmException($"{path} does not lie on what it should ({below ?? "nothing"}). It is left as it is.");
    }

    private static SimulatedDisk Template(string frozen)
    {
        var template = PoolFiles.TemplateOf(Existing(frozen));
        return File.Exists(template) ? SimulatedDisk.Read(template) : throw new VmException($"{frozen} is not frozen: it has no template. Prepare the base again.");
    }

    private static bool IsTemplateOf(string template, string path) => SimulatedDisk.Parse(File.ReadAllText(template))?.Backing == path;

    // Nothing is copied; what is damaged is refused all the same.
    private static void CheckSum(string libraryFile, SafeFileHandle handle, CancellationToken cancel)
    {
        var disk = LibraryDisk.Find(handle);
        try
        {
            if (disk.Sum != null) disk.Read((_, _) => { }, new Progress<int>(), cancel);
        }
        catch (InvalidDataException e)
        {
            throw Refused(libraryFile, e.Message, e);
        }
    }

    private static VmException Refused(string libraryFile, string problem, Exception? inner = null) => new($"'{libraryFile}' can't be imported. {problem}", inner);

    private static string Existing(string path) => File.Exists(path) ? path : throw new VmException($"The disk {path} is missing. Restore the file.");

    private static (ImageHeader Header, SimulatedDisk? Disk) Look(SafeFileHandle handle)
    {
        var header = LibraryFolder.ReadHeader(handle);
        if (header.Format != null || RandomAccess.GetLength(handle) > 1 << 20) return (header, null);
        var bytes = new byte[RandomAccess.GetLength(handle)];
        var count = RandomAccess.Read(handle, bytes, 0);
        if (SimulatedDisk.Parse(System.Text.Encoding.UTF8.GetString(bytes, 0, count)) is not { } disk) return (header, null);
        return (new("simulated", disk.CapacityBytes, disk.Backing == null ? null : "It is an overlay on another file (a backing file)."), disk);
    }
}
