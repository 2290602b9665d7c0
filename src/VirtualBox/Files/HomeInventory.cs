namespace VirtualBox;

/// <summary>
/// All machines and disks that a user's settings know, of the layout before VirtualBox 4.0 and of today's, as the files were when they were read.
/// </summary>
public sealed record HomeInventory
{
    private readonly Dictionary<Guid, FoundDisk> byId;

    private HomeInventory(VirtualBoxHome home)
    {
        Home = home;
        Settings = GlobalFile.Load(home.SettingsFile);
        Machines = [.. Settings.Machines.Select(FoundMachine.Read)];

        // A disk may stand in two registries while VirtualBox moves it; the machine's own is the newer.
        var known = Machines.Where(m => m.Settings is not null).Select(m => (m.Settings!.File, m.Settings.Media)).Append((Settings.File, Settings.Media));
        var users = (from m in Machines from disk in m.Settings?.AttachedDisks ?? [] select (disk, m.Uuid)).ToLookup(u => u.disk, u => u.Uuid);
        var disks = from registry in known
                    from root in registry.Media.Disks
                    from disk in root.WithDescendants()
                    select new FoundDisk(disk, registry.File, [.. users[disk.Uuid].Distinct()]);
        Disks = [.. disks.DistinctBy(d => d.Medium.Uuid)];
        byId = Disks.ToDictionary(d => d.Medium.Uuid);
        SignsOfOldLayout = [.. Signs()];
    }

    /// <summary>Whose it is.</summary>
    public VirtualBoxHome Home { get; }

    /// <summary>The global settings.</summary>
    public GlobalFile Settings { get; }

    /// <summary>The registered machines, in the order of the global settings.</summary>
    public IReadOnlyList<FoundMachine> Machines { get; }

    /// <summary>All hard disks, those of snapshots and clones included: parents before what depends on them.</summary>
    public IReadOnlyList<FoundDisk> Disks { get; }

    /// <summary>What shows that a VirtualBox before 4.0 was here, in sentences for people; none where all is as today.</summary>
    public IReadOnlyList<string> SignsOfOldLayout { get; }

    /// <summary>The hard disks attached to a machine, whichever registry has them. One that no registry has is left out, as VirtualBox would.</summary>
    public IReadOnlyList<FoundDisk> DisksOf(FoundMachine machine) =>
        [.. from id in machine.Settings?.AttachedDisks ?? [] where byId.ContainsKey(id) select byId[id]];

    internal static HomeInventory Read(VirtualBoxHome home) => new(home);

    private IEnumerable<string> Signs()
    {
        if (Settings.Version.IsBefore4) yield return $"{Settings.File} has version {Settings.Version}, of a VirtualBox before 4.0.";
        if (Settings.DefaultHardDiskFolder is { } folder) yield return $"{Settings.File} has a default folder for disks, {folder}, which 4.0 gave up.";
        foreach (var disk in Disks.Where(d => d.Registry == Settings.File && d.Machines.Count > 0))
            yield return $"The disk {disk.Medium.Location} belongs to a machine, but stands in the registry of all, in {Settings.File}.";
        foreach (var machine in Machines.Where(m => m.Folder.Layout == FileLayout.Before4))
            yield return $"The settings of a machine are in {machine.Folder.SettingsFile}; since 4.0 they end in .vbox.";
        if (Directory.Exists(Home.OldMachineFolder)) yield return $"There is a folder {Home.OldMachineFolder}.";
        if (Directory.Exists(Home.OldHardDiskFolder)) yield return $"There is a folder {Home.OldHardDiskFolder}.";
    }
}

/// <summary>A registered machine and what its settings file says.</summary>
/// <param name="Uuid">Its UUID.</param>
/// <param name="Folder">Where its files are.</param>
/// <param name="Settings">Its settings; null if they can't be read: for VirtualBox it is then inaccessible.</param>
/// <param name="Problem">Why they can't be read; null if they can.</param>
public sealed record FoundMachine(Guid Uuid, MachineFolder Folder, MachineFile? Settings, SettingsFileException? Problem)
{
    internal static FoundMachine Read(RegisteredMachine machine)
    {
        var folder = new MachineFolder(machine.SettingsFile);
        try
        {
            return new(machine.Uuid, folder, folder.Read(), null);
        }
        catch (SettingsFileException e)
        {
            return new(machine.Uuid, folder, null, e);
        }
    }
}

/// <summary>A hard disk, and who uses it.</summary>
/// <param name="Medium">The disk.</param>
/// <param name="Registry">The settings file that has it.</param>
/// <param name="Machines">The UUIDs of the machines that it is attached to as they are now; none for the parents of such disks.</param>
public sealed record FoundDisk(RegisteredMedium Medium, string Registry, IReadOnlyList<Guid> Machines);
