using System.Text;
using VirtualBox.Simulator.Media;
using VirtualBox.Simulator.Server;

namespace VirtualBox.Simulator.Commands;

/// <summary>Machines come, are taken in and go.</summary>
internal static class MachineCommands
{
    /// <summary><c>VBoxManage createvm</c></summary>
    public static void Create(Call call, VirtualBoxHome home)
    {
        var (name, id, type, baseFolder, groups, isRegistered, hasDevices) = ((string?)null, Guid.NewGuid(), "", (string?)null, "/", false, false);
        foreach (var (option, value) in call.Options("register", "default"))
        {
            switch (option)
            {
                case "name": name = value; break;
                case "uuid": id = IdOf(value!); break;
                case "ostype" or "os-type": type = value!; break;
                case "basefolder": baseFolder = call.PathOf(value!); break;
                case "groups": groups = value!; break;
                case "register": isRegistered = true; break;
                case "default": hasDevices = true; break;
                case "platform-architecture": break;
                default: throw Failure.Usage($"Unknown option: --{option}");
            }
        }
        if (name is null) throw Failure.Usage("Parameter --name is required");
        var system = type.Length == 0 ? "Other" : OSTypes.Find(type) ?? throw new Failure("Unknown or invalid guest OS type given.");
        var machine = New(home, name, id, groups, baseFolder);
        machine.OsType = system;
        machine.Hardware.Memory = system == "Other" ? 64 : 1024;
        var nic = machine.Hardware.Adapters[0];
        (nic.Kind, nic.Mac) = ("nat", Adapter.NewMac());
        if (hasDevices) AddDevices(machine.Hardware);
        machine.Save(null);
        if (isRegistered)
        {
            if (home.Machines.Exists(m => m.Id == id))
                throw new Failure($"Trying to open a VM config '{machine.SettingsFile}' which has the same UUID as an existing virtual machine",
                    Code.VBOX_E_OBJECT_IN_USE, "VirtualBoxWrap");
            home.Machines.Add(machine);
            home.Save();
        }
        call.Say($"Virtual machine '{name}' is created{(isRegistered ? " and registered" : "")}.");
        call.Say($"UUID: {id}");
        call.Say($"Settings file: '{machine.SettingsFile}'");
    }

    /// <summary>A machine with a place of its own, which nothing else has.</summary>
    public static Machine New(VirtualBoxHome home, string name, Guid id, string groups, string? baseFolder)
    {
        var all = groups.Split(',');
        var folder = $"{baseFolder ?? home.Properties["defaultMachineFolder"]}{all[0].TrimEnd('/')}/{FileName(name)}";
        var file = $"{folder}/{FileName(name)}.vbox";
        if (Encoding.UTF8.GetByteCount(Path.GetFileName(file)) > 254)
            throw new Failure($"Could not create the settings file '{file}' (VERR_FILENAME_TOO_LONG)", Code.VBOX_E_FILE_ERROR, "MachineWrap");
        if (File.Exists(file)) throw new Failure($"Machine settings file '{file}' already exists", Code.VBOX_E_FILE_ERROR, "MachineWrap");
        var machine = new Machine(id, name, file);
        machine.Groups.Clear();
        machine.Groups.AddRange(all);
        return machine;
    }

    public static Guid IdOf(string text) =>
        Guid.TryParseExact(text, "D", out var id) || Guid.TryParseExact(text, "B", out id) ? id : throw Failure.Usage($"Invalid UUID format: {text}");

    /// <summary><c>VBoxManage registervm</c></summary>
    public static void Register(Call call, VirtualBoxHome home)
    {
        home.Register(call.PathOf(call.Next("file name")));
        home.Save();
    }

    /// <summary><c>VBoxManage unregistervm</c></summary>
    public static void Unregister(Call call, VirtualBoxHome home)
    {
        var (name, isDelete) = ((string?)null, false);
        foreach (var (option, value) in call.Options("delete", "delete-all"))
        {
            if (option.Length == 0) name = value;
            else isDelete = true;
        }
        var machine = home.Find(name ?? throw Failure.Usage("VM name required"));
        if (machine.Trouble is not null && isDelete) throw new Failure("The object is not ready", Code.E_ACCESSDENIED, "MachineWrap");
        if (machine.IsLocked || home.Knobs.Take(Knobs.Lock))
            throw new Failure($"Cannot unregister the machine '{machine.Name}' while it is locked", Code.VBOX_E_INVALID_OBJECT_STATE, "MachineWrap");

        var used = home.Media.All.Where(m => home.Media.UsersOf(m).Any(u => u.Machine == machine)).ToArray();
        home.Machines.Remove(machine);
        if (isDelete) call.WithProgress(() => Delete(home, machine, used), "Machine delete failed");
        else Forget(home, machine);
        home.SaveAll();
    }

    /// <summary>Its media are known no more, but for those that others need.</summary>
    private static void Forget(VirtualBoxHome home, Machine machine)
    {
        foreach (var medium in home.Media.All.Where(m => m.Owner == machine.Id).OrderByDescending(Depth).ToArray())
        {
            var users = medium.WithDescendants().SelectMany(home.Media.UsersOf).Select(u => u.Machine.Id).ToArray();
            if (users.Length > 0) medium.Owner = users[0];
            else if (medium.Children.Count == 0) home.Media.Remove(medium);
            else medium.Owner = null;
        }
    }

    /// <summary>Deletes what it can, and stops where something is in the way: by then the machine is gone.</summary>
    private static void Delete(VirtualBoxHome home, Machine machine, Medium[] used)
    {
        try
        {
            foreach (var medium in used.Where(m => m.Kind == "HardDisk").OrderByDescending(Depth))
            {
                if (medium.Children.Count > 0)
                    throw new Failure($"Cannot close medium '{medium.Location}' because it has {medium.Children.Count} child media",
                        Code.VBOX_E_OBJECT_IN_USE, "MediumWrap");
                if (home.Media.UsersOf(medium).Any()) continue;
                home.Media.Remove(medium);
                File.Delete(medium.Location);
            }
        }
        finally
        {
            Forget(home, machine);
        }
        foreach (var state in machine.Snapshots.Select(s => s.StateFile).Append(machine.StateFile))
            if (state is not null && File.Exists(state)) File.Delete(state);
        var stem = Path.ChangeExtension(machine.SettingsFile, null);
        foreach (var file in (string[])[machine.SettingsFile, $"{machine.SettingsFile}-prev", $"{stem}.nvram", .. LogsOf(machine)]) File.Delete(file);
        foreach (var folder in (string[])[$"{machine.Folder}/Logs", machine.SnapshotFolder, machine.Folder])
            if (Directory.Exists(folder) && !Directory.EnumerateFileSystemEntries(folder).Any()) Directory.Delete(folder);

        static string[] LogsOf(Machine machine) => Directory.Exists($"{machine.Folder}/Logs") ? Directory.GetFiles($"{machine.Folder}/Logs", "VBox.log*") : [];
    }

    private static int Depth(Medium medium) => medium.Parent is null ? 0 : Depth(medium.Parent) + 1;

    /// <summary>What VirtualBox makes of a name for files.</summary>
    public static string FileName(string name)
    {
        var text = new StringBuilder();
        foreach (var letter in name)
        {
            var isPlain = letter is ' ' or '(' or ')' or '-' or '.' or '_' or >= '\u00a0' || char.IsAsciiLetterOrDigit(letter);
            text.Append(isPlain ? letter : '_');
        }
        if (text.Length > 0 && text[0] is '.' or '-' or ' ') text[0] = '_';
        if (text[^1] is '.' or ' ') text[^1] = '_';
        return text.ToString();
    }

    private static void AddDevices(Hardware hardware)
    {
        hardware.Memory = 2048;
        hardware.VideoMemory = 16;
        (hardware.Switches["graphicscontroller"], hardware.Switches["hidpointing"]) = ("vmsvga", "usbtablet");
        foreach (var key in (string[])["audio_out", "usb", "ehci"]) hardware.Switches[key] = "on";
        hardware.Controllers.Add(new("IDE", "PIIX4", 2));
        hardware.Controllers.Add(new("SATA", "IntelAhci", 1));
    }
}
