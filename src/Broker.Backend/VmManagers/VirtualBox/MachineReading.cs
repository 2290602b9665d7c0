using VirtualBox;

namespace Broker.Backend.VmManagers.VirtualBox;

/// <summary>A machine of VirtualBox in Broker's words. What others made is not adopted: its disks belong to VirtualBox's list of media, with snapshots and formats of its own.</summary>
internal static class MachineReading
{
    /// <summary>Reads one.</summary>
    public static async Task<FoundDomain> Read(VBoxManage vbox, MachineReport report, bool isOurs)
    {
        var (disks, cds) = (new List<FoundDisk>(), new List<CdSpec>());
        foreach (var place in report.Attachments.Where(a => a.Location is not null))
        {
            if (place.Medium is { } medium && await Disk(vbox, medium) is { } disk)
                disks.Add(new($"vd{(char)('a' + disks.Count)}", place.Location!, Path.GetExtension(place.Location!).TrimStart('.').ToLowerInvariant(), [], disk.CapacityMiB << 20));
            else cds.Add(new($"hd{(char)('a' + cds.Count)}", Path.GetFileName(place.Location)));
        }

        return new(report.Uuid, report.Name, Lifecycle.Read(report.State).Power, report.MemoryMiB * 1024L, report.Cpus)
        {
            Mac = report.Nics.GetValueOrDefault(1)?.Mac is { } mac ? string.Join(':', mac.Chunk(2).Select(two => new string(two))).ToLowerInvariant() : null,
            Disks = disks,
            Cds = cds,
            Obstacles = isOurs ? [] : [$"Machines of VirtualBox are not adopted but imported, as a copy: import_domain with the file {report.Name}.vbox."],
        };
    }

    private static async Task<Medium?> Disk(VBoxManage vbox, Guid id)
    {
        try
        {
            return await Medium.Get(vbox, $"{id}");
        }
        catch (VBoxManageException e) when (!VirtualBoxCalls.IsLost(e))
        {
            return null;        // a CD
        }
    }
}
