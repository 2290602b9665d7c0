namespace VirtualBox.Tests;

/// <summary>Files that the real VirtualBox wrote, read without it.</summary>
public abstract class FilesContract(Installation tried)
{
    [ContractFact]
    public async Task MachinesAndDisksAreReadAsVirtualBoxListsThem()
    {
        var vbox = tried.Another();
        var (folder, database) = (tried.NewFolder(), tried.NewFolder());
        await vbox.Run(vbox.Command("setproperty", "machinefolder", folder));
        var first = await Machine.Create(vbox, new("base") { OSType = "Debian_64", Group = "/lab" });
        var disk = $"{(await first.Read()).Folder}/base.vdi";
        await Medium.Create(vbox, disk, 8);
        await first.AddController(new("SATA", StorageBus.Sata));
        await first.Attach("SATA", 0, 0, Drive.HardDisk, disk);
        var snapshot = await first.TakeSnapshot("s \"1\"");
        var clone = await first.CloneLinked(new("名前 ñ <x> & y"), snapshot.Uuid);
        var autostart = new Autostart(vbox);
        await autostart.SetDatabase(database);
        await autostart.Enable(clone.Uuid, TimeSpan.FromSeconds(30), AutostopType.AcpiShutdown);

        var inventory = new VirtualBoxHome(vbox.UserHome!, folder, HostSystem.Linux).Read();

        Assert.Equal((await Machine.List(vbox)).Select(m => (m.Uuid, m.Name)), inventory.Machines.Select(m => (m.Uuid, m.Settings?.Name)));
        Assert.Equal((folder, database), (inventory.Settings.DefaultMachineFolder, inventory.Settings.AutostartDatabase));
        Assert.Empty(inventory.SignsOfOldLayout);
        foreach (var machine in inventory.Machines)
        {
            var report = await new Machine(vbox, machine.Uuid).Read();
            Assert.Equal((report.Folder, FileLayout.Since4), (machine.Folder.FullPath, machine.Folder.Layout));
            var attached = Assert.Single(report.Attachments);
            Assert.Equal([(attached.Medium!.Value, attached.Location!)], inventory.DisksOf(machine).Select(d => (d.Medium.Uuid, d.Medium.Location)));
        }
        Assert.Equal([disk], inventory.Disks.Where(d => d.Machines.Count == 0).Select(d => d.Medium.Location));
        Assert.Equal(3, inventory.Disks.Count);
        var (source, copy) = (inventory.Machines[0].Settings!, inventory.Machines[1].Settings!);
        Assert.Equal(("/lab", snapshot.Uuid, "s \"1\""), (Assert.Single(source.Groups), source.CurrentSnapshot!.Value, source.Snapshots[0].Name));
        Assert.Equal(new MachineAutostart(true, TimeSpan.FromSeconds(30), AutostopType.AcpiShutdown), copy.Autostart);
        Assert.Equal(1, Assert.Single(new AutostartDatabase(database).Starting()).Value);

        await autostart.Disable(clone.Uuid);
        Assert.False(MachineFile.Load(copy.File).Autostart.IsEnabled);
        Assert.Empty(new AutostartDatabase(database).Starting());
    }

    [ContractFact]
    public async Task AFileOfVersion3IsReadBeforeAndAfterVirtualBoxRaisesIt()
    {
        using var old = new SettingsFolder();
        old.WriteBefore4();
        var vbox = tried.Another(old.Config);
        var before = Assert.Single(old.Home.Read().Machines);
        Assert.Equal([(before.Uuid, before.Settings!.Name)], (await Machine.List(vbox)).Select(m => (m.Uuid, m.Name!)));

        await vbox.Run(vbox.Command("modifyvm", before.Uuid.ToString(), "--description", "x"));

        var after = Assert.Single(old.Home.Read().Machines);
        Assert.Equal((FileLayout.Before4, false), (after.Folder.Layout, after.Settings!.Version.IsBefore4));
        Assert.Equal([$"{old.Config}/Machines/Old/Old-1.9-linux.xml"], after.Folder.Backups.OldVersions);
        Assert.NotNull(after.Folder.Backups.Previous);
        Assert.Equal(before.Settings.AttachedDisks, after.Settings.AttachedDisks);
    }
}
