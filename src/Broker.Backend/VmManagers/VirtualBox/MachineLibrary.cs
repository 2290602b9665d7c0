using System.Collections.Concurrent;
using VirtualBox;

namespace Broker.Backend.VmManagers.VirtualBox;

/// <summary>
/// Machines that somebody made with VirtualBox himself, as images that may be imported, named <c>NAME.vbox</c>: the present content of the disk that they
/// boot from. They stay as they are.
/// </summary>
internal sealed class MachineLibrary(VBoxManage vbox, MachineWatch watch)
{
    private const string Extension = ".vbox";

    // by machine, what was read of its disk when its settings file was this old
    private readonly ConcurrentDictionary<Guid, (DateTime WrittenAt, BootDisk? Disk)> _disks = [];

    /// <summary>Whether the name of an image is that of a machine.</summary>
    public static bool IsMachine(string file) => file.EndsWith(Extension, StringComparison.Ordinal);

    /// <summary>All of them, each with the reason why it can't be imported.</summary>
    public async Task<IReadOnlyList<LibraryImage>> List()
    {
        var images = new List<LibraryImage>();
        foreach (var machines in (await watch.Look()).Where(m => !m.IsOurs).GroupBy(m => FileOf(m)))
            images.Add(await Describe(machines.Key, [.. machines]));
        return [.. images.OrderBy(i => i.File, StringComparer.Ordinal)];
    }

    /// <summary>Copies a machine's disk into a file, which VirtualBox then knows.</summary>
    /// <exception cref="VmException">There is no such machine, or it can't be imported.</exception>
    public async Task CopyDisk(string file, string target, IProgress<int> percent, CancellationToken cancel)
    {
        Seen[] machines = [.. (await watch.Look()).Where(m => !m.IsOurs && FileOf(m) == file)];
        if (machines.Length == 0)
            throw new VmException($"There is no machine '{file[..^Extension.Length]}' in this VirtualBox, nor a file '{file}' in the library folder.");
        if ((await Describe(file, machines)).Problem is { } problem) throw new VmException($"'{file}' can't be imported. {problem}");
        var disk = await DiskOf(machines[0]);
        PoolFiles.CheckRoomFor(target, $"'{file}'", disk!.MostBytes);
        await Medium.Copy(vbox, disk.Uuid, target, percent, cancel);
    }

    private static string FileOf(Seen machine) => machine.Name + Extension;

    private async Task<LibraryImage> Describe(string file, Seen[] machines)
    {
        var changedAt = machines.Max(m => m.WrittenAt);
        if (machines.Length > 1) return Refused($"{machines.Length} machines have this name. Rename all but one of them.");
        if (machines[0] is not { State: { } state }) return Refused("VirtualBox can't read its settings.");
        // a name is a file's name to whoever asks for the import
        if (file.AsSpan().IndexOfAny('/', '\0') >= 0 || file.StartsWith('.')) return Refused("A machine of such a name can't be asked for. Rename it.");
        if (state is MachineState.Saved or MachineState.AbortedSaved) return Refused("Its memory is saved: start it and shut it down first.");
        if (state is not (MachineState.PowerOff or MachineState.Aborted)) return Refused("It is running. Shut it down first.");
        if (await DiskOf(machines[0]) is not { } disk) return Refused("It has no hard disk.");
        return new(file, disk.SizeBytes, new(changedAt), "vbox", null, disk.CapacityBytes, IsUpload: false);

        LibraryImage Refused(string problem) => new(file, 0, new(changedAt), null, problem, null, IsUpload: false);
    }

    private async Task<BootDisk?> DiskOf(Seen machine)
    {
        if (_disks.TryGetValue(machine.Id, out var known) && known.WrittenAt == machine.WrittenAt) return known.Disk;
        var disk = await ReadDisk((await new Machine(vbox, machine.Id).Read()).Attachments);
        _disks[machine.Id] = (machine.WrittenAt, disk);
        return disk;
    }

    private async Task<BootDisk?> ReadDisk(IReadOnlyList<Attachment> attachments)
    {
        foreach (var id in attachments.Select(a => a.Medium).OfType<Guid>())
        {
            try
            {
                var disk = await Medium.Get(vbox, $"{id}");
                var (capacity, size) = (disk.CapacityMiB << 20, File.Exists(disk.Location) ? new FileInfo(disk.Location).Length : 0);
                // of one with snapshots the file has only what was written since the last
                return new(id, capacity, size, disk.Parent is null ? Math.Min(size, capacity) : capacity);
            }
            catch (VBoxManageException e) when (!VirtualBoxCalls.IsLost(e))
            {
                // a CD, which is no disk
            }
        }
        return null;
    }

    private sealed record BootDisk(Guid Uuid, long CapacityBytes, long SizeBytes, long MostBytes);
}
