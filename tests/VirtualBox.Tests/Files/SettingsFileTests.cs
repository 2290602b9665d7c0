using System.Globalization;
using System.Security;

namespace VirtualBox.Tests;

/// <summary>What is read from the files, and what becomes of files that can't be.</summary>
public sealed class SettingsFileTests : IDisposable
{
    private const string Opened = "<VirtualBox version='1.19-linux'>\n<Machine uuid='{1f612e6e-d117-4d06-813a-40b39401fa9c}' name='m'";
    private static readonly Guid uuid = Guid.Parse(SettingsFolder.Base);
    private readonly SettingsFolder folder = new();

    [Fact]
    public void AMachineSaysWhatItIsAndWhatItDoesWithTheHost()
    {
        folder.WriteToday();
        var machine = MachineFile.Load($"{folder.Machines}/base/base.vbox");
        Assert.Equal((uuid, "base", "Debian_64", new SettingsVersion(1, 19, "linux")), (machine.Uuid, machine.Name, machine.OsType, machine.Version));
        Assert.Equal(DateTimeOffset.Parse("2026-11-21T00:43:29Z", CultureInfo.InvariantCulture), machine.LastStateChange);
        Assert.Equal(new MachineAutostart(true, TimeSpan.FromSeconds(30), AutostopType.AcpiShutdown), machine.Autostart);
        Assert.Equal(Guid.Parse("904d3f49-aacb-42f5-b407-c1898a72aaaa"), machine.CurrentSnapshot);
        var snapshot = Assert.Single(machine.Snapshots);
        Assert.Equal(("s \"1\"", "s2"), (snapshot.Name, Assert.Single(snapshot.Children).Name));
        Assert.Equal([Guid.Parse(SettingsFolder.BaseDiff)], machine.AttachedDisks);
        Assert.Equal((false, null), (machine.IsAborted, machine.StateFile));
    }

    [Fact]
    public async Task APipeInAFilesPlaceIsNotWaitedFor()
    {
        folder.WriteToday();
        var file = $"{folder.Machines}/base/base.vbox";
        File.Delete(file);
        await Fifo.Make(file);

        var error = await Assert.ThrowsAsync<SettingsFileException>(() => Task.Run(() => MachineFile.Load(file)).WaitAsync(TimeSpan.FromSeconds(30)));

        Assert.Contains("can't be read", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void ASavedOrAbortedMachineInAGroupSaysSo()
    {
        folder.WriteToday();
        var machine = MachineFile.Load($"{folder.Machines}/clones/c1/c1.vbox");
        Assert.Equal($"{folder.Machines}/clones/c1/Snapshots/2026-11-21T00-43-29-000000000Z.sav", machine.StateFile);
        Assert.True(machine.IsAborted);
        Assert.Equal(["/clones"], machine.Groups);
        Assert.Equal(new MachineAutostart(false, TimeSpan.Zero, AutostopType.Disabled), machine.Autostart);
        Assert.Empty(machine.Snapshots);
        Assert.Null(machine.CurrentSnapshot);
    }

    [Theory]
    [InlineData("a \"b\" \\c")]
    [InlineData("../x")]
    [InlineData("-dash")]
    [InlineData("名前 ñ é")]
    [InlineData("two\nlines\tand a tab")]
    [InlineData("<inaccessible> & 'co'")]
    [InlineData("@file")]
    [InlineData(" ")]
    [InlineData("\ufffd")]
    [InlineData("1f612e6e-d117-4d06-813a-40b39401fa9c")]
    public void NastyNamesAreReadAsTheyAre(string name)
    {
        var written = string.Concat(SecurityElement.Escape(name).Select(c => c is > '~' or '\n' or '\t'
            ? string.Create(CultureInfo.InvariantCulture, $"&#x{(int)c:X};") : c.ToString()));
        var path = folder.Write("m/m.vbox", SettingsFolder.Machine($"uuid=\"{{{uuid}}}\" name=\"{written}\"",
            $"<Snapshot uuid=\"{{{uuid}}}\" name=\"{written}\"/>"
            + $"<MediaRegistry><HardDisks><HardDisk uuid=\"{{{uuid}}}\" location=\"{written}.vdi\" format=\"VDI\"/></HardDisks></MediaRegistry>"));
        var machine = MachineFile.Load(path);
        Assert.Equal(name, machine.Name);
        Assert.Equal(name, machine.Snapshots[0].Name);
        Assert.Equal(Path.GetFullPath($"{name}.vdi", Path.GetDirectoryName(path)!), machine.Media.Disks[0].Location);
    }

    [Theory]
    [InlineData("location='a.vdi' format='VDI'", "{0}/a.vdi")]
    [InlineData("location='../x/a.vdi' format='VDI'", "{1}/x/a.vdi")]
    [InlineData("location='/srv/a.vdi' format='VDI'", "/srv/a.vdi")]
    [InlineData(@"location='C:\VMs\a.vdi' format='VDI'", @"C:\VMs\a.vdi")]
    [InlineData(@"location='\\nas\vms\a.vdi' format='VDI'", @"\\nas\vms\a.vdi")]
    [InlineData("location='iscsi://u@nas:3260/iqn.x/1' format='iSCSI'", "iscsi://u@nas:3260/iqn.x/1")]
    public void PathsCountFromTheFolderOfTheFile(string attributes, string expected)
    {
        var path = folder.Write("vms/m/m.vbox",
            SettingsFolder.Machine($"uuid='{uuid}' name='m'", $"<MediaRegistry><HardDisks><HardDisk uuid='{uuid}' {attributes}/></HardDisks></MediaRegistry>"));
        var (own, parent) = (Path.GetDirectoryName(path), Path.GetDirectoryName(Path.GetDirectoryName(path)));
        Assert.Equal(string.Format(CultureInfo.InvariantCulture, expected, own, parent), MachineFile.Load(path).Media.Disks[0].Location);
    }

    [Fact]
    public void SettingsOfVersion2AreReadToo()
    {
        folder.WriteVersion2();
        var inventory = folder.Home.Read();
        Assert.Equal(
            [("VDI", $"{folder.Config}/VDI/old.vdi"), ("VDI", $"{folder.Config}/Machines/Old/Snapshots/d.vdi"), ("VMDK", "/srv/a.vmdk"),
                ("iSCSI", "iscsi://nas/iqn.x:disk"), ("RAW", $"{folder.Config}/c.img")],
            inventory.Disks.Select(d => (d.Medium.Format, d.Medium.Location)));
        Assert.Equal("/srv/cd.iso", inventory.Settings.Media.Dvds[0].Location);
        Assert.Equal($"{folder.Config}/VDI", inventory.Settings.DefaultHardDiskFolder);
        Assert.Equal(Guid.Parse(SettingsFolder.OldDiff), Assert.Single(inventory.DisksOf(inventory.Machines[0])).Medium.Uuid);
    }

    [Fact]
    public void ALaterVersionIsReadAsFarAsItIsKnown()
    {
        var path = folder.Write("m.vbox", SettingsFolder.Machine("1.42-linux", "http://example.org/next", $"uuid='{{{uuid}}}' name='m' novel='x'", "<Novel/>"));
        Assert.Equal("m", MachineFile.Load(path).Name);
    }

    [Theory]
    [InlineData("", 0, "is empty")]
    [InlineData("<VirtualBox version='1.19-linux'>\n<Machine", 2, "no XML that VirtualBox writes")]
    [InlineData("not xml", 1, "no XML that VirtualBox writes")]
    [InlineData("<?xml version='1.0'?>\n<domain type='kvm'/>", 2, "root element is 'domain'")]
    [InlineData("<VirtualBox/>", 1, "has no version")]
    [InlineData("<VirtualBox version='new'/>", 1, "'new' is no version")]
    [InlineData("<VirtualBox version='1.0-linux'/>", 1, "too old")]
    [InlineData("<VirtualBox version='1.19-linux'>\n<Global/>\n</VirtualBox>", 1, "no machine in it")]
    [InlineData("<VirtualBox version='1.19-linux'>\n<MachineEncrypted uuid='x'/>\n</VirtualBox>", 2, "encrypted")]
    [InlineData("<VirtualBox version='1.19-linux'>\n<Machine name='m'/>\n</VirtualBox>", 2, "no attribute 'uuid'")]
    [InlineData("<VirtualBox version='1.19-linux'>\n<Machine uuid='42' name='m'/>\n</VirtualBox>", 2, "'42' in the attribute 'uuid' is no UUID")]
    [InlineData("<VirtualBox version='1.19-linux'>\n<Machine uuid='{1f612e6e-d117-4d06-813a-40b39401fa9c}'/>\n</VirtualBox>", 2, "no attribute 'name'")]
    [InlineData(Opened + " lastStateChange='now'/>\n</VirtualBox>", 2,
        "'now' in the attribute 'lastStateChange' is no time")]
    [InlineData(Opened + ">\n<Hardware><Autostart delay='soon'/></Hardware></Machine>\n</VirtualBox>", 3, "'soon' is no delay")]
    [InlineData(Opened + ">\n<Autostart autostop='7'/></Machine>\n</VirtualBox>", 3, "'7' is no type of autostop")]
    [InlineData("<VirtualBox version='1.3-linux'>\n<Machine uuid='{1f612e6e-d117-4d06-813a-40b39401fa9c}' name='m'>\n<MediaRegistry><HardDisks>"
        + "<HardDisk uuid='{1f612e6e-d117-4d06-813a-40b39401fa9c}'/></HardDisks></MediaRegistry></Machine>\n</VirtualBox>", 3, "no 'VirtualDiskImage'")]
    public void WhatCantBeReadIsToldWithFileAndLine(string text, int line, string reason)
    {
        var path = folder.Write("m/m.vbox", text);
        var error = Assert.Throws<SettingsFileException>(() => MachineFile.Load(path));
        Assert.Equal((path, line), (error.File, error.Line));
        Assert.StartsWith(line == 0 ? $"{path}: " : string.Create(CultureInfo.InvariantCulture, $"{path}, line {line}: "), error.Message,
            StringComparison.Ordinal);
        Assert.Contains(reason, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void AMissingFileIsToldByItsName()
    {
        var error = Assert.Throws<SettingsFileException>(() => GlobalFile.Load($"{folder.Config}/VirtualBox.xml"));
        Assert.Contains($"{folder.Config}/VirtualBox.xml", error.Message, StringComparison.Ordinal);
        Assert.Throws<SettingsFileException>(() => GlobalFile.Load(folder.UserHome));
    }

    [Fact]
    public void OneKindOfFileIsNotTakenForTheOther()
    {
        folder.WriteToday();
        Assert.Contains("MachineFile", Assert.Throws<SettingsFileException>(() => GlobalFile.Load($"{folder.Machines}/base/base.vbox")).Message,
            StringComparison.Ordinal);
        Assert.Contains("GlobalFile", Assert.Throws<SettingsFileException>(() => MachineFile.Load(folder.Home.SettingsFile)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void TheLastGoodCopyIsNamedWhereTheFileIsBroken()
    {
        folder.Write("m/m.vbox", "<VirtualBox");
        Assert.DoesNotContain("-prev", Assert.Throws<SettingsFileException>(() => MachineFile.Load($"{folder.UserHome}/m/m.vbox")).Message,
            StringComparison.Ordinal);
        var previous = folder.Write("m/m.vbox-prev", "");
        Assert.Contains($"last good copy is {previous}", Assert.Throws<SettingsFileException>(() => MachineFile.Load($"{folder.UserHome}/m/m.vbox")).Message,
            StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("<!DOCTYPE VirtualBox>")]
    [InlineData("<!DOCTYPE VirtualBox SYSTEM 'file:///etc/passwd'>")]
    [InlineData("<!DOCTYPE VirtualBox SYSTEM 'http://127.0.0.1:1/x.dtd'>")]
    [InlineData("<!DOCTYPE VirtualBox [<!ENTITY e SYSTEM 'file:///etc/passwd'>]>")]
    [InlineData("<!DOCTYPE VirtualBox [<!ENTITY a 'aaaaaaaaaa'><!ENTITY e '&a;&a;&a;&a;&a;&a;&a;&a;&a;'>]>")]
    public void DocumentTypesAndTheirEntitiesAreRefused(string type)
    {
        var name = type.Contains("ENTITY", StringComparison.Ordinal) ? "&e;" : "m";
        var root = $"<VirtualBox version='1.19-linux'><Machine uuid='{uuid}' name='{name}'/></VirtualBox>";
        var path = folder.Write("m.vbox", $"<?xml version='1.0'?>\n{type}\n{root}");
        var error = Assert.Throws<SettingsFileException>(() => MachineFile.Load(path));
        Assert.Equal(2, error.Line);
        Assert.Contains("document type", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void ElementsWithoutEndAreRefusedNotFollowed()
    {
        const int Many = 200_000;
        var disks = string.Concat(Enumerable.Repeat($"<HardDisk uuid='{uuid}' location='a' format='VDI'>", Many))
            + string.Concat(Enumerable.Repeat("</HardDisk>", Many));
        var path = folder.Write("m.vbox", SettingsFolder.Machine($"uuid='{uuid}' name='m'", $"<MediaRegistry><HardDisks>{disks}</HardDisks></MediaRegistry>"));
        Assert.Contains("nested too deep", Assert.Throws<SettingsFileException>(() => MachineFile.Load(path)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void AsDeepAsVirtualBoxNestsIsFollowed()
    {
        var disks = string.Concat(Enumerable.Range(0, 300).Select(i => $"<HardDisk uuid='{Guid.NewGuid()}' location='{i}.vdi' format='VDI'>"))
            + string.Concat(Enumerable.Repeat("</HardDisk>", 300));
        var snapshots = string.Concat(Enumerable.Range(0, 250).Select(i => $"<Snapshot uuid='{uuid}' name='{i}'><Snapshots>"))
            + string.Concat(Enumerable.Repeat("</Snapshots></Snapshot>", 250));
        var path = folder.Write("m.vbox",
            SettingsFolder.Machine($"uuid='{uuid}' name='m'", $"<MediaRegistry><HardDisks>{disks}</HardDisks></MediaRegistry>{snapshots}"));
        Assert.Equal(300, MachineFile.Load(path).Media.Disks.SelectMany(d => d.WithDescendants()).Count());
    }

    [Fact]
    public void AFileLargerThanAnySettingsIsRefusedUnread()
    {
        var path = Path.Combine(folder.UserHome, "m.vbox");
        using (var file = File.Create(path)) file.SetLength((64 << 20) + 1);
        Assert.Contains("larger than 67108864 bytes", Assert.Throws<SettingsFileException>(() => MachineFile.Load(path)).Message, StringComparison.Ordinal);
    }

    public void Dispose() => folder.Dispose();
}
