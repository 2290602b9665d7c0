namespace VirtualBox.Tests;

/// <summary>Chapter 10.1 of VirtualBox's manual, "Where VirtualBox stores its files", sentence by sentence.</summary>
public sealed class FilesManualTests : IDisposable
{
    private readonly SettingsFolder folder = new();

    /// <summary>"each virtual machine has one directory on your host computer where all the files of that machine are stored"</summary>
    [Fact]
    public void SinceVersion4AMachineHasOneFolder()
    {
        folder.WriteToday();
        var machine = folder.Home.Read().Machines[0];
        Assert.Equal(FileLayout.Since4, machine.Folder.Layout);
        Assert.Equal($"{folder.Machines}/base", machine.Folder.FullPath);
        Assert.Equal($"{folder.Machines}/base/base.vbox", machine.Folder.SettingsFile);
        Assert.Equal($"{folder.Machines}/base/base.vdi", machine.Settings!.Media.Disks[0].Location);
    }

    /// <summary>"placed in a common folder called 'VirtualBox VMs'": on Windows in %HOMEDRIVE%%HOMEPATH%, on Mac OS X in /Users/username, on Linux and Solaris
    /// in /home/username</summary>
    [Theory]
    [InlineData(HostSystem.Linux, "/home/bob", "/home/bob/VirtualBox VMs")]
    [InlineData(HostSystem.Solaris, "/home/bob/", "/home/bob/VirtualBox VMs")]
    [InlineData(HostSystem.MacOS, "/Users/bob", "/Users/bob/VirtualBox VMs")]
    [InlineData(HostSystem.Windows, @"C:\Documents and Settings\Bob\", @"C:\Documents and Settings\Bob\VirtualBox VMs")]
    public void TheDefaultMachineFolderIsInTheUsersHome(HostSystem host, string home, string machines)
    {
        Assert.Equal(machines, VirtualBoxHome.Find(host, home, _ => null, _ => false).MachineFolder);
        var variables = new Dictionary<string, string> { ["HOME"] = "/home/bob", ["HOMEDRIVE"] = "C:", ["HOMEPATH"] = @"\Documents and Settings\Bob\" };
        Assert.Equal(host == HostSystem.Windows ? home : "/home/bob",
            VirtualBoxHome.UserHomeOf(host, false, "/listed", variables.GetValueOrDefault, _ => true));
    }

    /// <summary>"you will find log files in a subfolder called Logs, and once you have taken snapshots, they will appear in a Snapshots subfolder"</summary>
    [Fact]
    public void LogsAndSnapshotsAreInSubfolders()
    {
        folder.WriteToday();
        var machine = folder.Home.Read().Machines[0];
        Assert.Equal($"{folder.Machines}/base/Logs", machine.Folder.LogFolder);
        Assert.Empty(machine.Folder.Logs);
        Assert.Equal($"{folder.Machines}/base/Snapshots", machine.Settings!.SnapshotFolder);
    }

    /// <summary>"For each VM, you can change the location of its snapshots folder in the VM settings."</summary>
    [Theory]
    [InlineData("", "/vm/Snapshots")]
    [InlineData("snapshotFolder=''", "/vm/Snapshots")]
    [InlineData("snapshotFolder='S 2'", "/vm/S 2")]
    [InlineData("snapshotFolder='/srv/snapshots'", "/srv/snapshots")]
    public void TheSnapshotFolderCanBeChanged(string attribute, string expected)
    {
        var path = folder.Write("vm/m.vbox", SettingsFolder.Machine($"uuid='{SettingsFolder.Base}' name='m' {attribute}"));
        Assert.Equal(expected.Replace("/vm", Path.GetDirectoryName(path), StringComparison.Ordinal), MachineFile.Load(path).SnapshotFolder);
    }

    /// <summary>"You can change the default machine folder … use VBoxManage setproperty machinefolder"</summary>
    [Fact]
    public void TheDefaultMachineFolderCanBeChanged()
    {
        folder.WriteToday();
        Assert.Equal(folder.Machines, folder.Home.Read().Settings.DefaultMachineFolder);
        folder.Write(".config/VirtualBox/VirtualBox.xml", SettingsFolder.Global("1.12-linux", "http://www.virtualbox.org/", "<SystemProperties/>"));
        Assert.Null(folder.Home.Read().Settings.DefaultMachineFolder);
    }

    /// <summary>"The machine settings files had an .xml file extension and resided in a folder called 'Machines' under the global VirtualBox configuration
    /// directory"</summary>
    [Fact]
    public void BeforeVersion4SettingsWereInMachines()
    {
        folder.WriteBefore4();
        var machine = Assert.Single(folder.Home.Read().Machines);
        Assert.Equal(FileLayout.Before4, machine.Folder.Layout);
        Assert.Equal($"{folder.Config}/Machines/Old/Old.xml", machine.Folder.SettingsFile);
        Assert.Equal(("Old", new SettingsVersion(1, 9, "linux")), (machine.Settings!.Name, machine.Settings.Version));
        Assert.Equal($"{folder.Config}/Machines", folder.Home.OldMachineFolder);
    }

    /// <summary>"The default hard disks folder was called 'HardDisks' and resided in the .VirtualBox folder as well. Both locations could be changed"</summary>
    [Fact]
    public void BeforeVersion4DisksWereInHardDisks()
    {
        folder.WriteBefore4();
        var settings = folder.Home.Read().Settings;
        Assert.Equal($"{folder.Config}/HardDisks", folder.Home.OldHardDiskFolder);
        Assert.Equal($"{folder.Config}/HardDisks", settings.DefaultHardDiskFolder);
        Assert.Equal($"{folder.Config}/HardDisks/old.vdi", settings.Media.Disks[0].Location);
    }

    /// <summary>"the virtual media of all machines were registered with a global registry in the central VirtualBox settings file"</summary>
    [Fact]
    public void BeforeVersion4AllMediaWereInTheGlobalRegistry()
    {
        folder.WriteBefore4();
        var inventory = folder.Home.Read();
        Assert.All(inventory.Disks, d => Assert.Equal($"{folder.Config}/VirtualBox.xml", d.Registry));
        Assert.Empty(inventory.Machines[0].Settings!.Media.Disks);
        Assert.Equal(Guid.Parse(SettingsFolder.OldDiff), Assert.Single(inventory.DisksOf(inventory.Machines[0])).Medium.Uuid);
        Assert.Equal("/usr/share/virtualbox/VBoxGuestAdditions.iso", Assert.Single(inventory.Settings.Media.Dvds).Location);
    }

    /// <summary>"old VMs are not converted to the new layout": a newer VirtualBox raises the version of an old file, and it stays where it is</summary>
    [Fact]
    public void OldMachinesKeepTheirLayoutWhateverTheirVersion()
    {
        folder.WriteBefore4();
        var file = $"{folder.Config}/Machines/Old/Old.xml";
        File.WriteAllText(file, File.ReadAllText(file).Replace("1.9-linux", "1.19-linux", StringComparison.Ordinal));
        var machine = Assert.Single(folder.Home.Read().Machines);
        Assert.Equal(FileLayout.Before4, machine.Folder.Layout);
        Assert.False(machine.Settings!.Version.IsBefore4);
    }

    /// <summary>"On Windows, Linux and Solaris, this is in $HOME/.VirtualBox …, whereas on a Mac this resides in $HOME/Library/VirtualBox."</summary>
    [Theory]
    [InlineData(HostSystem.Linux, "/home/bob", "/home/bob/.VirtualBox")]
    [InlineData(HostSystem.Solaris, "/home/bob", "/home/bob/.VirtualBox")]
    [InlineData(HostSystem.Windows, @"C:\Users\Bob", @"C:\Users\Bob\.VirtualBox")]
    [InlineData(HostSystem.MacOS, "/Users/bob", "/Users/bob/Library/VirtualBox")]
    public void TheGlobalSettingsAreInTheUsersHome(HostSystem host, string home, string expected)
    {
        var found = VirtualBoxHome.Find(host, home, _ => null, path => path == expected);
        Assert.Equal(expected, found.Folder);
        Assert.Equal(expected + (host == HostSystem.Windows ? '\\' : '/') + "VirtualBox.xml", found.SettingsFile);
    }

    /// <summary>"you can supply an alternate configuration directory by setting the VBOX_USER_HOME environment variable"</summary>
    [Theory]
    [InlineData(HostSystem.Linux)]
    [InlineData(HostSystem.Solaris)]
    [InlineData(HostSystem.MacOS)]
    [InlineData(HostSystem.Windows)]
    public void VBoxUserHomeCountsFirst(HostSystem host)
    {
        var found = VirtualBoxHome.Find(host, "/home/bob", name => name == "VBOX_USER_HOME" ? "/srv/cfg" : null, _ => true);
        Assert.Equal("/srv/cfg", found.Folder);
        Assert.StartsWith("/home/bob", found.MachineFolder, StringComparison.Ordinal);
    }

    /// <summary>"the list of registered virtual machines with pointers to their XML settings files"</summary>
    [Fact]
    public void TheGlobalSettingsPointToTheMachines()
    {
        folder.WriteToday();
        Assert.Equal(
            [new(Guid.Parse(SettingsFolder.Base), $"{folder.Machines}/base/base.vbox"),
                new RegisteredMachine(Guid.Parse(SettingsFolder.Clone), $"{folder.Machines}/clones/c1/c1.vbox")],
            folder.Home.Read().Settings.Machines);
    }

    /// <summary>"If you have no such machines, then there will be no global media registry; with VirtualBox 4.0, each machine XML file has its own media
    /// registry."</summary>
    [Fact]
    public void SinceVersion4EachMachineHasItsOwnRegistry()
    {
        folder.WriteToday();
        var inventory = folder.Home.Read();
        Assert.Empty(inventory.Settings.Media.Disks);
        Assert.All(inventory.Disks, d => Assert.Equal($"{folder.Machines}/base/base.vbox", d.Registry));
        Assert.Empty(inventory.SignsOfOldLayout);
    }

    /// <summary>"For compatibility, this media registry still exists if you upgrade VirtualBox and there are media from machines which were created with a
    /// version before 4.0."</summary>
    [Fact]
    public void MachinesOfBothLayoutsLiveSideBySide()
    {
        folder.WriteToday();
        var today = File.ReadAllText(folder.Home.SettingsFile);
        folder.WriteBefore4();
        var old = File.ReadAllText(folder.Home.SettingsFile);
        var start = today.IndexOf("<MachineEntry", StringComparison.Ordinal);
        var entry = today[start..(today.IndexOf("/>", start, StringComparison.Ordinal) + 2)];
        File.WriteAllText(folder.Home.SettingsFile, old.Replace("<MachineRegistry>", "<MachineRegistry>" + entry, StringComparison.Ordinal));

        var inventory = folder.Home.Read();
        Assert.Equal([FileLayout.Since4, FileLayout.Before4], inventory.Machines.Select(m => m.Folder.Layout));
        Assert.Equal(["base.vbox", "base.vbox", "base.vbox", "VirtualBox.xml", "VirtualBox.xml"], inventory.Disks.Select(d => Path.GetFileName(d.Registry)));
        Assert.All(inventory.Machines, m => Assert.Single(inventory.DisksOf(m)));
    }

    /// <summary>"files in these directories are not automatically moved": what shows that an older VirtualBox was here</summary>
    [Fact]
    public void TheOldLayoutIsToldByItsSigns()
    {
        folder.WriteBefore4();
        Assert.Equal(
            [
                $"{folder.Config}/VirtualBox.xml has version 1.9-linux, of a VirtualBox before 4.0.",
                $"{folder.Config}/VirtualBox.xml has a default folder for disks, {folder.Config}/HardDisks, which 4.0 gave up.",
                $"The disk {folder.Config}/Machines/Old/Snapshots/{{{SettingsFolder.OldDiff}}}.vdi belongs to a machine, "
                    + $"but stands in the registry of all, in {folder.Config}/VirtualBox.xml.",
                $"The settings of a machine are in {folder.Config}/Machines/Old/Old.xml; since 4.0 they end in .vbox.",
                $"There is a folder {folder.Config}/Machines.",
                $"There is a folder {folder.Config}/HardDisks.",
            ],
            folder.Home.Read().SignsOfOldLayout);
    }

    /// <summary>"All VirtualBox XML files are versioned."</summary>
    [Theory]
    [InlineData("1.19-linux", 1, 19, "linux", false)]
    [InlineData("1.11-macosx", 1, 11, "macosx", false)]
    [InlineData("1.10-windows", 1, 10, "windows", true)]
    [InlineData("1.3-solaris", 1, 3, "solaris", true)]
    [InlineData("2.0", 2, 0, "", false)]
    public void FilesHaveVersions(string text, int major, int minor, string platform, bool isBefore4)
    {
        Assert.True(SettingsVersion.TryParse(text, out var version));
        Assert.Equal(new SettingsVersion(major, minor, platform), version);
        Assert.Equal(text, version.ToString());
        Assert.Equal(isBefore4, version.IsBefore4);
    }

    /// <summary>"VirtualBox backs up the old settings file in the virtual machine's configuration directory. If you need to go back …, you will need to
    /// manually copy these backup files back."</summary>
    [Fact]
    public void TheFileBeforeItsVersionWasRaisedIsKept()
    {
        folder.WriteBefore4();
        string[] names = ["Old-1.9-linux.xml", "Old-1.16-linux.xml", "Old-x.xml", "Older-1.9-linux.xml", "Old-1.9-linux.xml.txt"];
        foreach (var name in names) folder.Write($".config/VirtualBox/Machines/Old/{name}", "");
        Assert.Equal(["Old-1.9-linux.xml", "Old-1.16-linux.xml"], folder.Home.Read().Machines[0].Folder.Backups.OldVersions.Select(Path.GetFileName));
    }

    /// <summary>"We therefore strongly suggest that you do not edit these files manually."</summary>
    [Fact]
    public void ReadingChangesNothing()
    {
        folder.WriteToday();
        folder.WriteBefore4();
        folder.Write(".config/VirtualBox/VirtualBox.xml-prev", "<x/>");
        var before = State();
        var inventory = folder.Home.Read();
        Assert.All(inventory.Machines, m => Assert.Equal((0, m.Uuid), (m.Folder.Logs.Count, m.Folder.Read().Uuid)));
        Assert.NotNull(SettingsBackups.Of(folder.Home.SettingsFile).Previous);
        Assert.Equal(before, State());

        List<(string, DateTime, string)> State() =>
        [
            .. from path in Directory.EnumerateFileSystemEntries(folder.UserHome, "*", SearchOption.AllDirectories)
               orderby path
               select (path, File.GetLastWriteTimeUtc(path), File.Exists(path) ? File.ReadAllText(path) : ""),
        ];
    }

    public void Dispose() => folder.Dispose();
}
