namespace VirtualBox.Tests;

/// <summary>A VirtualBox against which the contract is held: the real one, or the simulator. Where they differ, the simulator is wrong.</summary>
public abstract class Installation : IAsyncLifetime
{
    /// <summary>Runs it, for all tests.</summary>
    public abstract VBoxManage VBox { get; }

    /// <summary>A folder that VirtualBox sees under the same path.</summary>
    public abstract string NewFolder();

    /// <summary>VirtualBox with a server and settings of its own, in a new folder or a given one.</summary>
    public abstract VBoxManage Another(string? userHome = null);

    /// <summary>VirtualBox on a host without its kernel driver.</summary>
    /// <param name="isNew">With a server of its own.</param>
    public abstract VBoxManage WithoutDriver(bool isNew = false);

    /// <summary>VirtualBox by the script that Debian has in <c>/usr/bin</c>, on a host without the driver.</summary>
    public abstract VBoxManage WithWrapper();

    /// <summary>VirtualBox that takes some time to copy a disk of <see cref="LargeMiB"/>.</summary>
    public abstract VBoxManage WithSlowCopies();

    /// <summary>A disk that it takes some time to copy, in MiB.</summary>
    public abstract int LargeMiB { get; }

    /// <summary>Ends VBoxManage as a crash would.</summary>
    public abstract void Kill(System.Diagnostics.Process program);

    /// <summary>Ends a server as a crash would.</summary>
    public abstract Task KillServer(VBoxManage vbox);

    public abstract Task InitializeAsync();

    public abstract Task DisposeAsync();

    /// <summary>A new machine without devices in a folder of its own.</summary>
    public Task<Machine> NewMachine(string name = "m", VBoxManage? vbox = null) =>
        Machine.Create(vbox ?? VBox, new(name) { BaseFolder = NewFolder(), OSType = "Debian_64" });

    /// <summary>A new machine with a disk.</summary>
    public async Task<Machine> NewMachineWithDisk(string name = "m", VBoxManage? vbox = null)
    {
        var machine = await NewMachine(name, vbox);
        var disk = $"{(await machine.Read()).Folder}/disk.vdi";
        await Medium.Create(vbox ?? VBox, disk, 8);
        await machine.AddController(new("SATA", StorageBus.Sata));
        await machine.Attach("SATA", 0, 0, Drive.HardDisk, disk);
        return machine;
    }
}
