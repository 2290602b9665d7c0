namespace VirtualBox.Tests;

/// <summary>A user's home with settings of VirtualBox, in the shapes that VirtualBox 7.2 writes and that 3.1 and 2.0 wrote.</summary>
public sealed class SettingsFolder : IDisposable
{
    public const string Base = "1f612e6e-d117-4d06-813a-40b39401fa9c";
    public const string Clone = "2a612e6e-d117-4d06-813a-40b39401fa9c";
    public const string Disk = "904d3f49-aacb-42f5-b407-c1898a72405f";
    public const string BaseDiff = "904d3f49-aacb-42f5-b407-c1898a720001";
    public const string CloneDiff = "904d3f49-aacb-42f5-b407-c1898a720002";
    public const string OldMachine = "52e19036-661c-4fbc-b4ce-56648c257230";
    public const string OldDisk = "5471ecdb-1ddb-4012-a801-6d98e226868b";
    public const string OldDiff = "5471ecdb-1ddb-4012-a801-6d98e2260001";

    private const string Snapshot = "904d3f49-aacb-42f5-b407-c1898a72aaaa";
    private const string Changed = "2026-11-21T00:43:29Z";
    private const string Namespace = "http://www.virtualbox.org/";
    private const string OldNamespace = "http://www.innotek.de/VirtualBox-settings";

    public string UserHome { get; } = Directory.CreateTempSubdirectory("vbox-home-").FullName;

    public string Config => Path.Combine(UserHome, ".config", "VirtualBox");

    public string Machines => Path.Combine(UserHome, "VirtualBox VMs");

    public VirtualBoxHome Home => new(Config, UserHome, HostSystem.Linux);

    /// <summary>Today's layout: a base with a snapshot, and a linked clone of it in a group.</summary>
    public void WriteToday()
    {
        Write(".config/VirtualBox/VirtualBox.xml", Global("1.12-linux", Namespace, $$"""
            <MachineRegistry>
              <MachineEntry uuid="{{{Base}}}" src="{{Machines}}/base/base.vbox"/>
              <MachineEntry uuid="{{{Clone}}}" src="{{Machines}}/clones/c1/c1.vbox"/>
            </MachineRegistry>
            <SystemProperties defaultMachineFolder="{{Machines}}" defaultHardDiskFormat="VDI" autostartDatabasePath="/var/lib/vboxautostart"/>
            """));
        Write("VirtualBox VMs/base/base.vbox",
            Machine("1.19-linux", Namespace,
                $$"""uuid="{{{Base}}}" name="base" OSType="Debian_64" currentSnapshot="{{{Snapshot}}}" lastStateChange="{{Changed}}" """,
                $$"""
            <MediaRegistry>
              <HardDisks>
                <HardDisk uuid="{{{Disk}}}" location="base.vdi" format="VDI" type="Normal">
                  <HardDisk uuid="{{{BaseDiff}}}" location="Snapshots/{{{BaseDiff}}}.vdi" format="VDI"/>
                  <HardDisk uuid="{{{CloneDiff}}}" location="{{Machines}}/clones/c1/Snapshots/{{{CloneDiff}}}.vdi" format="VDI"/>
                </HardDisk>
              </HardDisks>
            </MediaRegistry>
            <Snapshot uuid="{904d3f49-aacb-42f5-b407-c1898a72aaaa}" name="s &quot;1&quot;" timeStamp="2026-11-20T10:00:00Z">
              <Hardware><StorageControllers>{{Controller(Disk)}}</StorageControllers></Hardware>
              <Snapshots>
                <Snapshot uuid="{904d3f49-aacb-42f5-b407-c1898a72bbbb}" name="s2" timeStamp="2026-11-20T11:00:00Z"/>
              </Snapshots>
            </Snapshot>
            <Hardware>
              <Memory RAMSize="1024"/>
              <StorageControllers>{{Controller(BaseDiff)}}</StorageControllers>
              <Autostart enabled="true" delay="30" autostop="AcpiShutdown"/>
            </Hardware>
            """));
        Write("VirtualBox VMs/clones/c1/c1.vbox",
            Machine("1.19-linux", Namespace,
                $$"""uuid="{{{Clone}}}" name="c1" stateFile="Snapshots/2026-11-21T00-43-29-000000000Z.sav" aborted="true" """,
                $$"""
            <Hardware><StorageControllers>{{Controller(CloneDiff)}}</StorageControllers></Hardware>
            <Groups><Group name="/clones"/></Groups>
            """));
    }

    /// <summary>The layout of VirtualBox 3.1: settings 1.9, disks in the global registry and below it.</summary>
    public void WriteBefore4(string registered = "Machines/Old/Old.xml")
    {
        Write(".config/VirtualBox/VirtualBox.xml", Global("1.9-linux", OldNamespace, $$"""
            <MachineRegistry><MachineEntry uuid="{{{OldMachine}}}" src="{{registered}}"/></MachineRegistry>
            <MediaRegistry>
              <HardDisks>
                <HardDisk uuid="{{{OldDisk}}}" location="HardDisks/old.vdi" format="VDI" type="Normal">
                  <HardDisk uuid="{{{OldDiff}}}" location="Machines/Old/Snapshots/{{{OldDiff}}}.vdi" format="VDI"/>
                </HardDisk>
              </HardDisks>
              <DVDImages><Image uuid="{5471ecdb-1ddb-4012-a801-6d98e226dddd}" location="/usr/share/virtualbox/VBoxGuestAdditions.iso"/></DVDImages>
              <FloppyImages/>
            </MediaRegistry>
            <SystemProperties defaultMachineFolder="Machines" defaultHardDiskFolder="HardDisks" defaultHardDiskFormat="VDI"/>
            """));
        Write(".config/VirtualBox/Machines/Old/Old.xml",
            Machine("1.9-linux", OldNamespace, $$"""uuid="{{{OldMachine}}}" name="Old" OSType="Other" lastStateChange="2009-12-23T11:19:54Z" """, $$"""
            <Hardware version="2"><Memory RAMSize="64"/></Hardware>
            <StorageControllers>{{Controller(OldDiff)}}</StorageControllers>
            """));
        Directory.CreateDirectory(Path.Combine(Config, "HardDisks"));
    }

    /// <summary>The layout of VirtualBox 2.0: settings 1.3, where each format had an element of its own.</summary>
    public void WriteVersion2()
    {
        Write(".config/VirtualBox/VirtualBox.xml", Global("1.3-linux", OldNamespace, $$"""
            <MachineRegistry><MachineEntry uuid="{{{OldMachine}}}" src="Machines/Old/Old.xml"/></MachineRegistry>
            <DiskRegistry>
              <HardDisks>
                <HardDisk uuid="{{{OldDisk}}}" type="normal">
                  <VirtualDiskImage filePath="VDI/old.vdi"/>
                  <DiffHardDisk uuid="{{{OldDiff}}}"><VirtualDiskImage filePath="Machines/Old/Snapshots/d.vdi"/></DiffHardDisk>
                </HardDisk>
                <HardDisk uuid="{5471ecdb-1ddb-4012-a801-6d98e2260002}" type="writethrough"><VMDKImage filePath="/srv/a.vmdk"/></HardDisk>
                <HardDisk uuid="{5471ecdb-1ddb-4012-a801-6d98e2260003}"><ISCSIHardDisk server="nas" target="iqn.x:disk"/></HardDisk>
                <HardDisk uuid="{5471ecdb-1ddb-4012-a801-6d98e2260004}"><CustomHardDisk location="c.img" format="RAW"/></HardDisk>
              </HardDisks>
              <DVDImages><Image uuid="{5471ecdb-1ddb-4012-a801-6d98e226dddd}" src="/srv/cd.iso"/></DVDImages>
            </DiskRegistry>
            <SystemProperties defaultVDIFolder="VDI" defaultMachineFolder="Machines"/>
            """));
        Write(".config/VirtualBox/Machines/Old/Old.xml",
            Machine("1.3-linux", OldNamespace, $$"""uuid="{{{OldMachine}}}" name="Old" OSType="win" lastStateChange="2008-07-10T11:54:03Z" """, $$"""
            <HardDiskAttachments><HardDiskAttachment hardDisk="{{{OldDiff}}}" bus="ide0" device="master"/></HardDiskAttachments>
            """));
    }

    /// <summary>A global settings file.</summary>
    public static string Global(string version, string space, string content) => $$"""
        <?xml version="1.0"?>
        <!--
        ** DO NOT EDIT THIS FILE.
        -->
        <VirtualBox xmlns="{{space}}" version="{{version}}">
          <Global>
            <ExtraData><ExtraDataItem name="GUI/Name" value="x"/></ExtraData>
            {{content}}
          </Global>
        </VirtualBox>
        """;

    /// <summary>A machine's settings file.</summary>
    public static string Machine(string version, string space, string attributes, string content) => $$"""
        <?xml version="1.0"?>
        <VirtualBox xmlns="{{space}}" version="{{version}}">
          <Machine {{attributes}}>
            {{content}}
          </Machine>
        </VirtualBox>
        """;

    /// <summary>A small machine's settings file, of today.</summary>
    public static string Machine(string attributes, string content = "") => Machine("1.19-linux", Namespace, attributes, content);

    /// <summary>Writes a file below the home; gives its path.</summary>
    public string Write(string relative, string text)
    {
        var path = Path.Combine(UserHome, relative);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, text);
        return path;
    }

    public void Dispose() => Directory.Delete(UserHome, recursive: true);

    private static string Controller(string disk) => $$"""
        <StorageController name="SATA" type="AHCI" PortCount="2" useHostIOCache="false" Bootable="true">
          <AttachedDevice type="HardDisk" hotpluggable="false" port="0" device="0"><Image uuid="{{{disk}}}"/></AttachedDevice>
          <AttachedDevice passthrough="false" type="DVD" port="1" device="0"><Image uuid="{5471ecdb-1ddb-4012-a801-6d98e226dddd}"/></AttachedDevice>
        </StorageController>
        """;
}
