namespace VirtualBox.Tests;

public sealed class HomeInventoryTests : IDisposable
{
    private readonly SettingsFolder folder = new();

    [Fact]
    public void DisksAreListedParentsFirstWithTheMachinesThatUseThem()
    {
        folder.WriteToday();
        Assert.Equal(
            [
                (SettingsFolder.Disk, $"{folder.Machines}/base/base.vdi", ""),
                (SettingsFolder.BaseDiff, $"{folder.Machines}/base/Snapshots/{{{SettingsFolder.BaseDiff}}}.vdi", SettingsFolder.Base),
                (SettingsFolder.CloneDiff, $"{folder.Machines}/clones/c1/Snapshots/{{{SettingsFolder.CloneDiff}}}.vdi", SettingsFolder.Clone),
            ],
            folder.Home.Read().Disks.Select(d => (d.Medium.Uuid.ToString(), d.Medium.Location, string.Concat(d.Machines))));
    }

    [Fact]
    public void TheDiskOfALinkedCloneIsFoundInTheRegistryOfItsBase()
    {
        folder.WriteToday();
        var inventory = folder.Home.Read();
        var disk = Assert.Single(inventory.DisksOf(inventory.Machines[1]));
        Assert.Equal((Guid.Parse(SettingsFolder.CloneDiff), $"{folder.Machines}/base/base.vbox"), (disk.Medium.Uuid, disk.Registry));
    }

    [Fact]
    public void AMachineThatCantBeReadHidesNoOther()
    {
        folder.WriteToday();
        File.Delete($"{folder.Machines}/clones/c1/c1.vbox");
        var inventory = folder.Home.Read();
        Assert.Equal([null, $"{folder.Machines}/clones/c1/c1.vbox"], inventory.Machines.Select(m => m.Problem?.File));
        Assert.Null(inventory.Machines[1].Settings);
        Assert.Equal(Guid.Parse(SettingsFolder.Clone), inventory.Machines[1].Uuid);
        Assert.Empty(inventory.DisksOf(inventory.Machines[1]));
        Assert.Equal(3, inventory.Disks.Count);
    }

    [Fact]
    public void BrokenGlobalSettingsAreToldWithTheirLastGoodCopy()
    {
        folder.WriteToday();
        File.Copy(folder.Home.SettingsFile, folder.Home.SettingsFile + "-prev");
        File.WriteAllText(folder.Home.SettingsFile, "");
        var error = Assert.Throws<SettingsFileException>(folder.Home.Read);
        Assert.Contains("VirtualBox.xml-prev", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void TheAutostartDatabaseIsAmongTheGlobalSettings()
    {
        folder.WriteToday();
        Assert.Equal("/var/lib/vboxautostart", folder.Home.Read().Settings.AutostartDatabase);
    }

    [Fact]
    public void LogsAreListedFromTheLatestRunBack()
    {
        folder.WriteToday();
        string[] names = ["VBox.log.10", "VBox.log", "VBox.log.2", "VBox.log.1", "VBox.log.old", "VBox.logx", "VBoxHardening.log"];
        foreach (var name in names) folder.Write($"VirtualBox VMs/base/Logs/{name}", "");
        Assert.Equal(["VBox.log", "VBox.log.1", "VBox.log.2", "VBox.log.10"], folder.Home.Read().Machines[0].Folder.Logs.Select(Path.GetFileName));
    }

    [Fact]
    public void CopiesOfASettingsFileAreFoundBesideIt()
    {
        folder.WriteToday();
        var file = $"{folder.Machines}/base/base.vbox";
        var none = SettingsBackups.Of(file);
        Assert.Equal((null, null), (none.Previous, none.Unfinished));
        Assert.Empty(none.OldVersions);

        folder.Write("VirtualBox VMs/base/base.vbox-prev", "");
        folder.Write("VirtualBox VMs/base/base.vbox-tmp", "");
        folder.Write("VirtualBox VMs/base/base-1.16-linux.vbox", "");
        var found = SettingsBackups.Of(file);
        Assert.Equal((file + "-prev", file + "-tmp"), (found.Previous, found.Unfinished));
        Assert.Equal([$"{folder.Machines}/base/base-1.16-linux.vbox"], found.OldVersions);
        Assert.Empty(SettingsBackups.Of($"{folder.UserHome}/nowhere/x.vbox").OldVersions);
    }

    public void Dispose() => folder.Dispose();
}
