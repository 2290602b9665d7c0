using Broker.Core.Library;
using Microsoft.Win32.SafeHandles;

namespace Broker.Backend.VmManagers.Simulated;

/// <summary>Disks of a simulated node: small files that keep what a guest wrote, not its blocks. Real images can be imported; they come out empty.</summary>
internal sealed class SimulatedDisks(NodeSettings settings, Faults faults) : IDisks
{
    private const UnixFileMode Writable = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead;
    private const UnixFileMode Frozen = UnixFileMode.UserRead | UnixFileMode.GroupRead | UnixFileMode.OtherRead;

    private readonly PoolFiles _files = new(settings.PoolFolder, ".sim");

    public string Format => "simulated";

    public string PathOf(Guid volume) => _files.PathOf(volume);

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

    public void Freeze(string path)
    {
        faults.Meet("freeze");
        var disk = SimulatedDisk.Read(Existing(path));
        File.SetUnixFileMode(path, Frozen);
        if (!File.Exists(PoolFiles.TemplateOf(path))) new SimulatedDisk(disk.CapacityBytes, path, "").Write(PoolFiles.TemplateOf(path));
    }

    public void Thaw(string path)
    {
        faults.Meet("thaw");
        File.Delete(PoolFiles.TemplateOf(path));
        File.SetUnixFileMode(Existing(path), Writable);
    }

    public void Clone(string frozen, string target)
    {
        faults.Meet("clone");
        if (File.Exists(target))
        {
            if (SimulatedDisk.Read(target).Backing != frozen)
                throw new VmException($"{target} is in the way: it is not an overlay on {frozen}. It is left as it is.");
            return;
        }
        var template = PoolFiles.TemplateOf(Existing(frozen));
        if (!File.Exists(template)) throw new VmException($"{frozen} is not frozen. Prepare the base again.");
        SimulatedDisk.Read(template).Write(target);
    }

    public void Flatten(string path, IReadOnlyList<string> backing, IProgress<int> percent, CancellationToken cancel)
    {
        faults.Meet("flatten");
        var disk = SimulatedDisk.Read(Existing(path));
        if (!File.GetUnixFileMode(path).HasFlag(UnixFileMode.UserWrite))
            throw new VmException($"{path} is a base image and stays as it is. Only what is no base can be made to stand alone.");
        percent.Report(0);
        if (disk.Backing != null)
        {
            if (backing is not [var below, ..] || disk.Backing != below) throw new VmException($"{path} does not lie on what it should. It is left as it is.");
            var all = SimulatedDisk.ReadAll(path);
            percent.Report(50);
            cancel.ThrowIfCancellationRequested();
            new SimulatedDisk(disk.CapacityBytes, null, all).Write(path);
        }

        percent.Report(100);
    }

    public void Copy(string path, IReadOnlyList<string> backing, string target, IProgress<int> percent, CancellationToken cancel)
    {
        faults.Meet("copy");
        var disk = SimulatedDisk.Read(Existing(path));
        if (!File.GetUnixFileMode(path).HasFlag(UnixFileMode.UserWrite)) throw new VmException($"{path} is a base image: it is not copied but cloned.");
        if (disk.Backing != (backing is [var below, ..] ? below : null)) throw new VmException($"{path} does not lie on what it should. It is left as it is.");
        percent.Report(0);
        cancel.ThrowIfCancellationRequested();
        if (!File.Exists(target)) disk.Write(target);
        else if (SimulatedDisk.Read(target).Backing != disk.Backing) throw new VmException($"{target} is in the way: it is no copy of {path}. It is left as it is.");
        percent.Report(100);
    }

    public void Delete(string path)
    {
        faults.Meet("delete");
        foreach (var file in (string[])[PoolFiles.TemplateOf(path), path + ".part", path]) File.Delete(file);
    }

    public IReadOnlyList<Guid> List()
    {
        faults.Meet("list");
        return _files.List();
    }

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
