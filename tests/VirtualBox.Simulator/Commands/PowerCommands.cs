using VirtualBox.Simulator.Guests;
using VirtualBox.Simulator.Media;
using VirtualBox.Simulator.Server;

namespace VirtualBox.Simulator.Commands;

/// <summary>Machines run, and stop to.</summary>
internal static class PowerCommands
{
    /// <summary><c>VBoxManage startvm</c></summary>
    public static void Start(Call call, VirtualBoxHome home)
    {
        var (names, type) = (new List<string>(), "gui");
        foreach (var (option, value) in call.Options())
        {
            if (option.Length == 0) names.Add(value!);
            else if (option == "type") type = value!;
            else if (option is not ("putenv" or "password" or "password-id")) throw Failure.Usage($"Unknown option: --{option}");
        }
        if (names.Count == 0) throw Failure.Usage("at least one VM name or uuid required");
        foreach (var name in names)
        {
            var machine = home.Lock(name);
            if (type == "gui")
                throw new Failure($"Could not launch the VM process for the machine '{machine.Name}' (VERR_FILE_NOT_FOUND)", Code.VBOX_E_IPRT_ERROR,
                    "MachineWrap");
            call.Say($"Waiting for VM \"{machine.Name}\" to power on...");
            if (home.Knobs.IsOn(Knobs.NoDriver))
            {
                throw new Failure($"The virtual machine '{machine.Name}' has terminated unexpectedly during startup with exit code 1 (0x1)",
                    Code.NS_ERROR_FAILURE, "MachineWrap")
                {
                    IsLate = true,
                };
            }
            CheckMedia(home, machine);
            foreach (var drive in machine.Hardware.Disks.Where(_ => machine.StateFile is null))
            {
                var medium = home.Media.ById(drive.Medium!.Value);
                if (!medium.IsReset || medium.Parent is null) continue;
                File.Delete(medium.Location);
                Vdi.Create(medium.Location, medium.Parent.Capacity, medium.Id, Vdi.Kind.Difference, medium.Parent.Id);
            }
            Guest.Start(home, machine);
            call.Say($"VM \"{machine.Name}\" has been successfully started.");
        }
    }

    /// <summary><c>VBoxManage controlvm</c></summary>
    public static void Control(Call call, VirtualBoxHome home)
    {
        var machine = home.Accessible(call.Next("the machine's name"));
        if (machine.Guest is not { } guest) throw new Failure($"Machine '{machine.Name}' is not currently running.");
        var word = call.Next("a subcommand");
        switch (word)
        {
            case "pause":
                Only("running");
                machine.Become("paused");
                break;
            case "resume":
                if (machine.State != "paused")
                    throw new Failure($"Cannot resume the machine as it is not paused (machine state: {machine.StateText})", Code.VBOX_E_INVALID_VM_STATE,
                        "ConsoleWrap");
                machine.Become("running");
                break;
            case "reset" or "reboot" or "shutdown":
                Only("running");
                if (word == "shutdown") guest.PressButton();
                else guest.Reset();
                break;
            case "acpipowerbutton":
                Only("running");
                guest.PressButton();
                break;
            case "acpisleepbutton": Only("running"); break;
            case "poweroff": call.WithProgress(() => guest.End("poweroff"), "Failed to power off machine"); break;
            case "savestate":
                Only("running", "paused");
                call.WithProgress(() =>
                {
                    machine.StateFile = guest.Save();
                    guest.End("saved");
                }, "Failed to save machine state");
                break;
            case "screenshotpng":
                Only("running", "paused");
                var file = call.PathOf(call.Next("the file"));
                if (!Directory.Exists(Path.GetDirectoryName(file))) throw new Failure($"Failed to create file '{file}' (VERR_PATH_NOT_FOUND)");
                File.WriteAllBytes(file, guest.Picture);
                break;
            case "vrde":
                machine.Hardware.HasDisplayServer = call.Next("on or off") == "on";
                guest.ServeDisplay();
                home.Save(machine);
                break;
            case "vrdeport" or "vrdeports":
                machine.Hardware.DisplayProperties["TCP/Ports"] = ModifyCommand.PortsOf(call.Next("ports"));
                guest.ServeDisplay();
                home.Save(machine);
                break;
            case "vrdeproperty":
                var pair = call.Next("name=value").Split('=', 2);
                ModifyCommand.SetOrRemove(machine.Hardware.DisplayProperties, pair[0], pair.Length == 2 ? pair[1] : "");
                guest.ServeDisplay();
                home.Save(machine);
                break;
            case "keyboardputstring":
                while (call.NextOrNull() is { } text) guest.Type(text);
                break;
            case "setvideomodehint" or "clipboard" or "draganddrop" or "setcredentials" or "keyboardputscancode" or "vmprocesspriority" or "cpuexecutioncap":
                break;
            case var _ when word.StartsWith("setlinkstate", StringComparison.Ordinal) && word[^1] is >= '1' and <= '8':
                machine.Hardware.Adapters[word[^1] - '1'].HasCable = call.Next("on or off") == "on";
                break;
            case var _ when word.StartsWith("natpf", StringComparison.Ordinal) && word[^1] is >= '1' and <= '8':
                var adapter = machine.Hardware.Adapters[word[^1] - '1'];
                var rule = call.Next("the rule");
                if (rule == "delete") NicOptions.RemoveForward(adapter, call.Next("the rule's name"));
                else NicOptions.AddForward(adapter, rule);
                break;
            default: throw Failure.Usage($"Invalid parameter '{word}'");
        }

        void Only(params string[] states)
        {
            if (!states.Contains(machine.State)) throw new Failure($"Invalid machine state: {machine.StateText}", Code.VBOX_E_INVALID_VM_STATE, "ConsoleWrap");
        }
    }

    /// <summary><c>VBoxManage discardstate</c>: its error ends with 0.</summary>
    public static void Discard(Call call, VirtualBoxHome home)
    {
        var machine = home.Lock(call.Next("the machine's name"));
        if (machine.State is not ("saved" or "aborted-saved"))
        {
            throw new Failure($"Cannot discard the saved state as the machine is not in the Saved or Aborted-Saved state (machine state: {machine.StateText})",
                Code.VBOX_E_INVALID_VM_STATE, exitCode: 0);
        }
        if (machine.StateFile is { } file && !machine.Snapshots.Any(s => s.StateFile == file)) File.Delete(file);
        machine.StateFile = null;
        machine.Become("poweroff");
        home.Save(machine);
    }

    /// <summary><c>VBoxManage adoptstate</c>: the file need not be there; its error ends with 0.</summary>
    public static void Adopt(Call call, VirtualBoxHome home)
    {
        var machine = home.Lock(call.Next("the machine's name"));
        if (machine.StateFile is not null)
            throw new Failure($"The machine is not mutable (state is {machine.StateText})", Code.VBOX_E_INVALID_VM_STATE, exitCode: 0);
        machine.StateFile = call.PathOf(call.Next("the file"));
        machine.Become("saved");
        home.Save(machine);
    }

    private static void CheckMedia(VirtualBoxHome home, Machine machine)
    {
        foreach (var (_, drive) in machine.Hardware.Drives)
        {
            if (drive.Medium is not { } id) continue;
            for (var medium = home.Media.ById(id); medium is not null; medium = medium.Parent)
            {
                if (File.Exists(medium.Location)) continue;
                throw new Failure($"Could not open the medium '{medium.Location}'.\n" +
                    $"VD: error VERR_FILE_NOT_FOUND opening image file '{medium.Location}' (VERR_FILE_NOT_FOUND)",
                    Code.VBOX_E_FILE_ERROR, "MediumWrap");
            }
        }
    }
}
