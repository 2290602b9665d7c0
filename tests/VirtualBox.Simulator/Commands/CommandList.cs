using VirtualBox.Simulator.Server;

namespace VirtualBox.Simulator.Commands;

/// <summary>VBoxManage's words.</summary>
internal static class CommandList
{
    /// <summary>Runs a command; the caller holds the gate.</summary>
    /// <exception cref="Failure">It failed.</exception>
    public static async Task Run(Call call, VirtualBoxHome home)
    {
        call.ReadResponseFile();
        while (call.Peek() is "-q" or "--nologo") call.NextOrNull();
        if (call.NextOrNull() is not { } word) throw Failure.Usage("Missing command");
        switch (word)
        {
            case "list": ListCommand.Run(call, home); break;
            case "showvminfo": ShowCommand.Run(call, home); break;
            case "createvm": MachineCommands.Create(call, home); break;
            case "registervm": MachineCommands.Register(call, home); break;
            case "unregistervm": MachineCommands.Unregister(call, home); break;
            case "modifyvm": ModifyCommand.Run(call, home); break;
            case "storagectl": StorageCommands.Controller(call, home); break;
            case "storageattach": StorageCommands.Attach(call, home); break;
            case "createmedium" or "createhd": MediumCommands.Create(call, home); break;
            case "clonemedium" or "clonehd": await MediumCommands.Clone(call, home); break;
            case "modifymedium" or "modifyhd": MediumCommands.Modify(call, home); break;
            case "closemedium": MediumCommands.Close(call, home); break;
            case "showmediuminfo" or "showhdinfo": MediumCommands.Show(call, home); break;
            case "convertfromraw": await MediumCommands.ConvertFromRaw(call); break;
            case "internalcommands": MediumCommands.Internal(call, home); break;
            case "snapshot": SnapshotCommands.Run(call, home); break;
            case "clonevm": await CloneCommand.Run(call, home); break;
            case "startvm": PowerCommands.Start(call, home); break;
            case "controlvm": PowerCommands.Control(call, home); break;
            case "discardstate": PowerCommands.Discard(call, home); break;
            case "adoptstate": PowerCommands.Adopt(call, home); break;
            case "setextradata": NoteCommands.SetExtra(call, home); break;
            case "getextradata": NoteCommands.GetExtra(call, home); break;
            case "guestproperty": await NoteCommands.GuestProperties(call, home); break;
            case "sharedfolder": SharedFolderCommand.Run(call, home); break;
            case "natnetwork": NetworkCommands.NatNetworks(call, home); break;
            case "dhcpserver": NetworkCommands.DhcpServers(call, home); break;
            case "hostonlyif": NetworkCommands.HostInterfaces(call, home); break;
            case "setproperty": PropertyCommand.Run(call, home); break;
            default: throw Failure.Usage($"Invalid command '{word}'", isRepeated: true);
        }
    }
}
