namespace VirtualBox;

public sealed partial class Machine
{
    /// <summary>Sets up a NIC, while the machine is off; <see cref="NicNetwork.None"/> takes it away.</summary>
    /// <param name="number">1 to 8.</param>
    /// <param name="nic">What it is to be. An interface that the host does not have is accepted.</param>
    /// <param name="cancel">Ends it.</param>
    /// <exception cref="ArgumentException">It lacks the name of its network, or its MAC address is none.</exception>
    public Task SetNic(int number, Nic nic, CancellationToken cancel = default) => Write(["modifyvm", Id, .. nic.Arguments(number)], cancel);

    /// <summary>Forwards a port of the host through a NAT NIC. A running machine has it at once, but for that run only.</summary>
    /// <param name="nic">The NIC's number.</param>
    /// <param name="rule">The ports. VirtualBox does not look whether the host's is free.</param>
    /// <param name="cancel">Ends it.</param>
    /// <exception cref="ArgumentException">The rule's name holds a comma or nothing, or a port is 0.</exception>
    /// <exception cref="VBoxManageException">The NIC has a rule of this name, or one for this port (<see cref="ErrorCode.InvalidArgument"/>).</exception>
    public async Task AddForward(int nic, PortForward rule, CancellationToken cancel = default) => await Forward(nic, [rule.ToString()], cancel);

    /// <summary>Takes a forwarded port away.</summary>
    /// <param name="nic">The NIC's number.</param>
    /// <param name="name">The rule's.</param>
    /// <param name="cancel">Ends it.</param>
    /// <exception cref="VBoxManageException">The NIC has no such rule (<see cref="ErrorCode.InvalidArgument"/>).</exception>
    public async Task RemoveForward(int nic, string name, CancellationToken cancel = default) =>
        await Forward(nic, ["delete", Names.Text(name, "A rule's name")], cancel);

    private async Task Forward(int nic, string[] what, CancellationToken cancel)
    {
        var runs = Transitions.Of(await Settled(cancel)) is Condition.Running or Condition.Paused;
        await Write(runs ? ["controlvm", Id, $"natpf{nic}", .. what] : ["modifyvm", Id, $"--natpf{nic}", .. what], cancel);
    }

    /// <summary>Adds a storage controller, while the machine is off.</summary>
    /// <exception cref="ObjectInUseException">It has one of this name, or one on this bus where there can be only one.</exception>
    public Task AddController(StorageController controller, CancellationToken cancel = default) => Write(["storagectl", Id, .. controller.Arguments()], cancel);

    /// <summary>Removes a storage controller with its drives; their media stay.</summary>
    /// <exception cref="VBoxManageException">There is none (<see cref="ErrorCode.ObjectNotFound"/>).</exception>
    public Task RemoveController(string name, CancellationToken cancel = default) => Write(["storagectl", Id, "--name", name, "--remove"], cancel);

    /// <summary>Puts a medium into a controller; what is at that place already is detached. A port above the last one adds ports.</summary>
    /// <param name="controller">The controller's name.</param>
    /// <param name="port">The port, from 0.</param>
    /// <param name="device">The place at that port, from 0.</param>
    /// <param name="drive">The kind of drive.</param>
    /// <param name="path">The medium's path; null for a drive without a medium, which a hard disk can't be.</param>
    /// <param name="cancel">Ends it.</param>
    /// <exception cref="MediaInUseException">Another machine uses this disk and would damage it: VirtualBox itself would not mind.</exception>
    /// <exception cref="VBoxManageException">There is no such controller, port or file.</exception>
    public async Task Attach(string controller, int port, int device, Drive drive, string? path, CancellationToken cancel = default)
    {
        if (path is not null) Names.MediumPath(path);
        if (drive == Drive.HardDisk && path is null) throw new ArgumentException("A hard disk drive can't be empty: give the medium's path.", nameof(path));
        using var turn = await vbox.Locks.Enter($"medium {path}", cancel);
        if (drive == Drive.HardDisk)
        {
            var medium = await Medium.Get(vbox, path!, cancel);
            if (medium.Type is MediumType.Normal or MediumType.Writethrough && medium.Machines.Any(m => m != Uuid))
                throw new MediaInUseException(
                    [medium.Uuid],
                    $"Machine {medium.Machines.First(m => m != Uuid)} uses {path} already, and two would damage it. Make a clone of either.");
        }
        var word = drive switch
        {
            Drive.HardDisk => "hdd",
            Drive.Dvd => "dvddrive",
            Drive.Floppy => "fdd",
        };
        await Write([.. Place(controller, port, device), "--type", word, "--medium", path ?? "emptydrive"], cancel);
    }

    /// <summary>Takes a drive with its medium from a controller; the medium stays.</summary>
    /// <exception cref="VBoxManageException">There is nothing at that place.</exception>
    public Task Detach(string controller, int port, int device, CancellationToken cancel = default) =>
        Write([.. Place(controller, port, device), "--medium", "none"], cancel);

    /// <summary>Lets it see a folder of the host, while it is off.</summary>
    /// <exception cref="ArgumentException">The name has blanks, or the path is not absolute.</exception>
    /// <exception cref="ObjectInUseException">It has one of this name.</exception>
    public Task AddSharedFolder(SharedFolder folder, CancellationToken cancel = default) => Write(["sharedfolder", "add", Id, .. folder.Arguments()], cancel);

    /// <summary>Takes a folder of the host away from it, while it is off.</summary>
    /// <exception cref="VBoxManageException">It has none of this name (<see cref="ErrorCode.ObjectNotFound"/>).</exception>
    public Task RemoveSharedFolder(string name, CancellationToken cancel = default) =>
        Write(["sharedfolder", "remove", Id, "--name", Names.Text(name, "A shared folder's name")], cancel);

    private string[] Place(string controller, int port, int device) =>
        ["storageattach", Id, "--storagectl", controller, "--port", $"{port}", "--device", $"{device}"];
}
