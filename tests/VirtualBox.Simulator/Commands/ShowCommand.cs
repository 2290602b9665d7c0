using System.Globalization;
using VirtualBox.Simulator.Server;

namespace VirtualBox.Simulator.Commands;

/// <summary><c>VBoxManage showvminfo</c></summary>
internal static class ShowCommand
{
    public static void Run(Call call, VirtualBoxHome home)
    {
        var (forPrograms, name) = (false, (string?)null);
        foreach (var (option, value) in call.Options("machinereadable", "details"))
        {
            forPrograms |= option == "machinereadable";
            if (option.Length == 0) name = value;
        }
        var machine = home.Accessible(name ?? throw Failure.Usage("VM name or UUID required"));
        if (forPrograms) ForPrograms(call, home, machine);
        else ForPeople(call, machine);
    }

    /// <summary>The text for people; programs read the other one, so it is short.</summary>
    public static void ForPeople(Call call, Machine machine)
    {
        call.Say($"Name:                        {machine.Name}");
        call.Say($"Groups:                      {string.Join(',', machine.Groups)}");
        call.Say($"Guest OS:                    {OSTypes.Describe(machine.OsType)}");
        call.Say($"UUID:                        {machine.Id}");
        call.Say($"Config file:                 {machine.SettingsFile}");
        call.Say($"Memory size:                 {machine.Hardware.Memory}MB");
        call.Say($"Number of CPUs:              {machine.Hardware.Cpus}");
        call.Say($"State:                       {machine.State} (since {Time(machine.Changed)})");
    }

    private static void ForPrograms(Call call, VirtualBoxHome home, Machine machine)
    {
        var hardware = machine.Hardware;
        Text("name", machine.Name);
        Raw("encryption", "disabled");
        Raw("groups", string.Join(',', machine.Groups));
        Raw("platformArchitecture", "x86");
        Raw("ostype", OSTypes.Describe(machine.OsType));
        Raw("UUID", $"{machine.Id}");
        Text("CfgFile", machine.SettingsFile);
        Text("SnapFldr", machine.SnapshotFolder);
        Text("LogFldr", $"{machine.Folder}/Logs");
        Raw("hardwareuuid", $"{machine.Id}");
        Number("memory", hardware.Memory);
        Switch("pagefusion");
        Number("vram", hardware.VideoMemory);
        Bare("cpuexecutioncap");
        foreach (var key in (string[])["cpu-profile", "chipset", "firmware"]) Switch(key);
        Number("cpus", hardware.Cpus);
        foreach (var key in (string[])["hpet", "pae", "longmode", "triplefaultreset", "apic", "x2apic", "nested-hw-virt", "hwvirtex", "nestedpaging",
            "largepages", "vtxvpid", "vtxux", "virtvmsavevmload"]) Switch(key);
        Bare("cpuid-portability-level");
        Switch("bootmenu");
        for (var place = 1; place <= 4; place++) Raw($"boot{place}", hardware.Boot[place - 1]);
        foreach (var key in (string[])["acpi", "ioapic", "biosapic"]) Switch(key);
        Bare("biossystemtimeoffset");
        Text("NvramFile", Path.ChangeExtension(machine.SettingsFile, ".nvram"));
        foreach (var key in (string[])["rtcuseutc", "iommu", "paravirtprovider"]) Switch(key);
        Raw("effparavirtprovider", hardware.Switches["paravirtprovider"] is "default" ? "kvm" : hardware.Switches["paravirtprovider"]);
        Raw("VMState", machine.State);
        Raw("VMStateChangeTime", Time(machine.Changed));
        if (machine.StateFile is { } saved) Text("VMStateFile", saved);
        Switch("graphicscontroller");
        Bare("monitorcount");
        Switch("accelerate3d");
        foreach (var line in (string[])["teleporterenabled=\"off\"", "teleporterport=0", "teleporteraddress=\"\"", "teleporterpassword=\"\"",
            "tracing-enabled=\"off\"", "tracing-allow-vm-access=\"off\"", "tracing-config=\"\""]) call.Say(line);
        Raw("autostart-enabled", hardware.Autostart.IsEnabled ? "on" : "off");
        Number("autostart-delay", hardware.Autostart.Delay);
        Raw("defaultfrontend", "");
        Switch("vmprocpriority");
        Controllers(call, home, hardware);
        for (var nic = 1; nic <= 8; nic++) Nic(call, nic, hardware.Adapters[nic - 1]);
        if (hardware.Switches["chipset"] == "ich9")
            for (var nic = 9; nic <= 36; nic++) call.Say($"nic{nic}=\"none\"");
        Switch("hidpointing");
        Switch("hidkeyboard");
        for (var port = 1; port <= 4; port++) Serial(call, port, hardware.Serials[port - 1]);
        foreach (var line in (string[])["lpt1=\"off\"", "lpt2=\"off\""]) call.Say(line);
        foreach (var key in (string[])["audio", "audio_out", "audio_in", "clipboard", "clipboard_file_transfers", "draganddrop"]) Switch(key);
        if (machine.Guest is not null) Raw("SessionName", "headless");
        Display(call, machine);
        foreach (var key in (string[])["usb", "ehci", "xhci"]) Switch(key);
        var shared = 1;
        foreach (var (folder, path) in hardware.SharedFolders)
        {
            Text($"SharedFolderNameMachineMapping{shared}", folder);
            Text($"SharedFolderPathMachineMapping{shared++}", path);
        }
        if (machine.Guest is not null) call.Say("VideoMode=\"640,480,32\"@0,0 1");
        foreach (var line in (string[])["recording_started=\"off\"", "recording_enabled=\"off\"", "recording_screens=1", " rec_screen0",
            "rec_screen_enabled=\"on\"", "rec_screen_id=0", "rec_screen_video_enabled=\"on\"", "rec_screen_audio_enabled=\"off\"", "rec_screen_dest=\"File\""])
            call.Say(line);
        Text("rec_screen_dest_filename", $"{machine.Folder}/{Path.GetFileNameWithoutExtension(machine.SettingsFile)}-screen0.webm");
        foreach (var line in (string[])["rec_screen_opts=\"ac_profile=med\"", "rec_screen_video_res_xy=\"1024x768\"", "rec_screen_video_rate_kbps=512",
            "rec_screen_video_fps=25"]) call.Say(line);
        if (machine.Description.Length > 0) Text("description", machine.Description);
        if (machine.FirstSnapshot is not null) SnapshotCommands.ForPrograms(call, machine);
        call.Say("GuestMemoryBalloon=0");
        if (machine.Guest is not null) call.Say("GuestAdditionsRunLevel=2");

        void Text(string key, string value) => call.Say($"{key}=\"{Escaped(value)}\"");

        void Raw(string key, string value) => call.Say($"{key}=\"{value}\"");

        void Switch(string key) => Raw(key, hardware.Switches[key]);

        void Bare(string key) => call.Say($"{key}={hardware.Switches[key]}");

        void Number(string key, long value) => call.Say($"{key}={value}");
    }

    private static void Controllers(Call call, VirtualBoxHome home, Hardware hardware)
    {
        var number = 0;
        foreach (var controller in hardware.Controllers)
        {
            var (_, _, _, most, _) = Controller.Chips[controller.Chip];
            call.Say($"storagecontrollername{number}=\"{Escaped(controller.Name)}\"");
            call.Say($"storagecontrollertype{number}=\"{controller.Chip}\"");
            call.Say($"storagecontrollerinstance{number}=\"0\"");
            call.Say($"storagecontrollermaxportcount{number}=\"{most}\"");
            call.Say($"storagecontrollerportcount{number}=\"{controller.Ports}\"");
            call.Say($"storagecontrollerbootable{number}=\"{(controller.IsBootable ? "on" : "off")}\"");
            number++;
        }
        foreach (var controller in hardware.Controllers)
        {
            var name = Escaped(controller.Name);
            for (var port = 0; port < controller.Ports; port++)
                for (var device = 0; device < Controller.Chips[controller.Chip].Devices; device++)
                {
                    var drive = controller.At(port, device);
                    var place = $"{port}-{device}";
                    if (drive?.Medium is not { } id)
                    {
                        call.Say($"\"{name}-{place}\"=\"{(drive is null ? "none" : "emptydrive")}\"");
                        if (drive?.Kind == "DVD") call.Say($"\"{name}-IsEjected-{place}\"=\"off\"");
                        continue;
                    }
                    call.Say($"\"{name}-{place}\"=\"{Escaped(home.Media.ById(id).Location)}\"");
                    call.Say($"\"{name}-ImageUUID-{place}\"=\"{id}\"");
                    string[] more = drive.Kind == "DVD" ? ["tempeject", "IsEjected", "nonrotational", "discard"] : ["nonrotational", "discard"];
                    foreach (var word in more) call.Say($"\"{name}-{word}-{place}\"=\"off\"");
                }
        }
    }

    private static void Nic(Call call, int number, Adapter adapter)
    {
        if (adapter.Kind == "none")
        {
            call.Say($"nic{number}=\"none\"");
            return;
        }
        var (key, name) = adapter.Kind switch
        {
            "nat" => ($"natnet{number}", "nat"),
            "bridged" => ($"bridgeadapter{number}", adapter.Names["bridged"]),
            "intnet" => ($"intnet{number}", adapter.Names["intnet"]),
            "hostonly" => ($"hostonlyadapter{number}", adapter.Names["hostonly"]),
            "natnetwork" => ($"nat-network{number}", adapter.Names["natnetwork"]),
            "generic" => ($"generic{number}", adapter.Names["generic"]),
            _ => ("", ""),
        };
        if (key.Length > 0) call.Say($"{key}=\"{name}\"");
        call.Say($"macaddress{number}=\"{adapter.Mac}\"");
        call.Say($"cableconnected{number}=\"{(adapter.HasCable ? "on" : "off")}\"");
        call.Say($"nic{number}=\"{(adapter.Kind == "generic" ? "Generic" : adapter.Kind)}\"");
        call.Say($"nictype{number}=\"{adapter.Type}\"");
        call.Say($"nicspeed{number}=\"{adapter.Speed}\"");
        if (adapter.Kind != "nat") return;
        foreach (var line in (string[])["mtu=\"0\"", "sockSnd=\"64\"", "sockRcv=\"64\"", "tcpWndSnd=\"64\"", "tcpWndRcv=\"64\"", "localhostReachable=\"0\"",
            "forwardBroadcast=\"0\"", "enableTFTP=\"0\""]) call.Say(line);
        var rule = 0;
        foreach (var forward in adapter.Forwards) call.Say($"Forwarding({rule++})=\"{forward}\"");
    }

    private static void Serial(Call call, int number, SerialPort? port)
    {
        if (port is null)
        {
            call.Say($"uart{number}=\"off\"");
            return;
        }
        call.Say(string.Create(CultureInfo.InvariantCulture, $"uart{number}=\"0x{port.Io:x4},{port.Irq}\""));
        call.Say($"uartmode{number}=\"{port.Mode}{(port.Mode == "disconnected" ? "" : $",{port.Path}")}\"");
        call.Say($"uarttype{number}=\"16550A\"");
    }

    private static void Display(Call call, Machine machine)
    {
        var hardware = machine.Hardware;
        call.Say($"vrde=\"{(hardware.HasDisplayServer ? "on" : "off")}\"");
        if (!hardware.HasDisplayServer) return;
        var ports = hardware.DisplayProperties.GetValueOrDefault("TCP/Ports", "3389");
        var address = hardware.DisplayProperties.GetValueOrDefault("TCP/Address", "");
        call.Say($"vrdeport={machine.Guest?.DisplayPort ?? -1}");
        call.Say($"vrdeports=\"{ports}\"");
        call.Say($"vrdeaddress=\"{address}\"");
        call.Say($"vrdeauthtype=\"{hardware.DisplayAuthentication}\"");
        call.Say($"vrdemulticon=\"{(hardware.DisplayTakesMany ? "on" : "off")}\"");
        call.Say("vrdereusecon=\"off\"");
        call.Say("vrdevideochannel=\"off\"");
        call.Say($"vrdeproperty[TCP/Ports]=\"{ports}\"");
        call.Say(address.Length == 0 ? "vrdeproperty[TCP/Address]=<not set>" : $"vrdeproperty[TCP/Address]=\"{address}\"");
    }

    private static string Escaped(string text) => text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal);

    private static string Time(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ss.fff000000", CultureInfo.InvariantCulture);
}
