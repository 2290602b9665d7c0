using System.Globalization;
using VirtualBox.Simulator.Server;

namespace VirtualBox.Simulator.Commands;

/// <summary><c>VBoxManage modifyvm</c>: all options or none.</summary>
internal static class ModifyCommand
{
    /// <summary>Options that only switch something that is shown, by their letters and digits.</summary>
    private static readonly Dictionary<string, string> switches = new()
    {
        ["pagefusion"] = "pagefusion",
        ["cpuexecutioncap"] = "cpuexecutioncap",
        ["cpuprofile"] = "cpu-profile",
        ["chipset"] = "chipset",
        ["firmware"] = "firmware",
        ["hpet"] = "hpet",
        ["x86hpet"] = "hpet",
        ["pae"] = "pae",
        ["x86pae"] = "pae",
        ["longmode"] = "longmode",
        ["x86longmode"] = "longmode",
        ["triplefaultreset"] = "triplefaultreset",
        ["apic"] = "apic",
        ["x2apic"] = "x2apic",
        ["x86x2apic"] = "x2apic",
        ["nestedhwvirt"] = "nested-hw-virt",
        ["hwvirtex"] = "hwvirtex",
        ["nestedpaging"] = "nestedpaging",
        ["largepages"] = "largepages",
        ["vtxvpid"] = "vtxvpid",
        ["x86vtxvpid"] = "vtxvpid",
        ["vtxux"] = "vtxux",
        ["x86vtxux"] = "vtxux",
        ["virtvmsavevmload"] = "virtvmsavevmload",
        ["cpuidportabilitylevel"] = "cpuid-portability-level",
        ["biosbootmenu"] = "bootmenu",
        ["firmwarebootmenu"] = "bootmenu",
        ["acpi"] = "acpi",
        ["ioapic"] = "ioapic",
        ["rtcuseutc"] = "rtcuseutc",
        ["iommu"] = "iommu",
        ["paravirtprovider"] = "paravirtprovider",
        ["graphicscontroller"] = "graphicscontroller",
        ["monitorcount"] = "monitorcount",
        ["accelerate3d"] = "accelerate3d",
        ["mouse"] = "hidpointing",
        ["keyboard"] = "hidkeyboard",
        ["audiodriver"] = "audio",
        ["audio"] = "audio",
        ["audioout"] = "audio_out",
        ["audioin"] = "audio_in",
        ["clipboardmode"] = "clipboard",
        ["clipboard"] = "clipboard",
        ["clipboardfiletransfers"] = "clipboard_file_transfers",
        ["draganddrop"] = "draganddrop",
        ["usb"] = "usb",
        ["usbohci"] = "usb",
        ["usbehci"] = "ehci",
        ["usbxhci"] = "xhci",
        ["cpuhotplug"] = "cpuhotplug",
        ["vmprocesspriority"] = "vmprocpriority",
    };

    /// <summary>Options that are taken and do nothing that is shown.</summary>
    private static readonly HashSet<string> ignored =
    [
        "audioenabled", "audiocontroller", "audiocodec", "bioslogofadein", "bioslogofadeout", "bioslogodisplaytime", "bioslogoimagepath", "firmwarelogofadein",
        "firmwarelogofadeout", "firmwarelogodisplaytime", "firmwarelogoimagepath", "vrdevideochannel", "vrdereusecon", "hardwareuuid", "iconfile", "tpmtype",
        "nicbootprio", "nicpromisc", "nicspeed", "nictrace", "nicbandwidthgroup", "natdnspassdomain", "natdnsproxy", "natdnshostresolver", "natnet",
        "natbindip", "natsettings", "nataliasmode","natlocalhostreachable", "recording", "snapshotfolder", "defaultfrontend", "usbcardreader",
        "lpt", "lptmode", "guestmemoryballoon", "teleporter", "accelerate2dvideo", "natpf6",
    ];

    /// <summary>Options for a machine that is saved, too.</summary>
    private static readonly HashSet<string> whileSaved =
    [
        "name", "description", "groups", "autostartenabled", "autostartdelay", "autostoptype", "vrde", "vrdeport", "vrdeports", "vrdeaddress", "vrdeauthtype",
        "vrdemulticon", "vrdeextpack", "vrdeproperty", "cableconnected", "bridgeadapter", "intnet", "hostonlyadapter", "natnetwork", "natpf",
    ];

    public static void Run(Call call, VirtualBoxHome home)
    {
        var machine = home.Lock(call.Next("the machine's name"));
        var hardware = machine.Hardware.Copy();
        var change = new Change();
        while (call.NextOrNull() is { } word)
        {
            if (!word.StartsWith("--", StringComparison.Ordinal)) throw Failure.Usage($"Invalid parameter '{word}'");
            var equals = word.IndexOf('=', StringComparison.Ordinal);
            var option = new Option(call, (equals < 0 ? word : word[..equals]).ToLowerInvariant(), equals < 0 ? null : word[(equals + 1)..]);
            Apply(option, machine, hardware, change, home);
            var isKept = option.Name is "nic" && hardware.Adapters[option.Index - 1].Kind == machine.Hardware.Adapters[option.Index - 1].Kind;
            if (whileSaved.Contains(option.Name) || isKept) continue;
            VirtualBoxHome.CheckMutable(machine, option.Name.StartsWith("clipboard", StringComparison.Ordinal) ? "mutable or running" : "mutable");
        }
        CountAutostart(home, machine.Hardware.Autostart, hardware.Autostart);
        machine.Hardware = hardware;
        machine.Description = change.Description ?? machine.Description;
        machine.OsType = change.System ?? machine.OsType;
        if (change.Groups is not null)
        {
            machine.Groups.Clear();
            machine.Groups.AddRange(change.Groups.Split(','));
        }
        home.Save(machine);
        if (change.Name is not null || change.Groups is not null) Move(home, machine, change.Name ?? machine.Name, change.OldGroups);
    }

    private static void Apply(Option option, Machine machine, Hardware hardware, Change change, VirtualBoxHome home)
    {
        switch (option.Name)
        {
            case "name": change.Name = option.Value(); return;
            case "description": change.Description = option.Value(); return;
            case "groups":
                (change.Groups, change.OldGroups) = (option.Value(), machine.Groups[0]);
                return;
            case "ostype": change.System = option.Value() is var type ? OSTypes.Find(type) ?? type : null; return;
            case "cpus": hardware.Cpus = option.Number(1, 64, (n, l, h) => $"Invalid virtual CPU count: {n} (must be in range [{l}, {h}])"); return;
            case "memory": hardware.Memory = option.Number(4, 2097152, (n, l, h) => $"Invalid RAM size: {n} MB (must be in range [{l}, {h}] MB)"); return;
            case "vram":
                hardware.VideoMemory = option.Number(1, 256, (n, l, h) => $"Invalid VRAM size: {n} MB (must be in range [{l}, {h}] MB)", "GraphicsAdapterWrap");
                return;
            case "boot":
                var device = option.Value();
                if (device is not ("none" or "floppy" or "dvd" or "disk" or "net")) throw new Failure($"Invalid boot device '{device}'", exitCode: 2);
                hardware.Boot[option.Index - 1] = device;
                return;
            case "vrde": hardware.HasDisplayServer = option.IsOn(); return;
            case "vrdeport" or "vrdeports": hardware.DisplayProperties["TCP/Ports"] = PortsOf(option.Value()); return;
            case "vrdeaddress": SetOrRemove(hardware.DisplayProperties, "TCP/Address", option.Value()); return;
            case "vrdeauthtype": hardware.DisplayAuthentication = option.Value(); return;
            case "vrdemulticon": hardware.DisplayTakesMany = option.IsOn(); return;
            case "vrdeextpack":
                var pack = option.Value();
                if (pack is not ("VNC" or "default"))
                    throw new Failure($"No extension pack by the name '{pack}' was found", Code.VBOX_E_OBJECT_NOT_FOUND, "ExtPackManagerWrap");
                hardware.DisplayExtensionPack = pack == "VNC" ? pack : null;
                return;
            case "vrdeproperty":
                var pair = option.Value().Split('=', 2);
                SetOrRemove(hardware.DisplayProperties, pair[0], pair.Length == 2 ? pair[0] == "TCP/Ports" ? PortsOf(pair[1]) : pair[1] : "");
                return;
            case "uart":
                var io = option.Value();
                hardware.Serials[option.Index - 1] = io == "off" ? null : new(NumberOf(io), NumberOf(option.Next()), "disconnected", "");
                return;
            case "uartmode":
                var mode = option.Value();
                if (hardware.Serials[option.Index - 1] is { } port)
                    hardware.Serials[option.Index - 1] = port with { Mode = mode, Path = mode is "disconnected" ? "" : option.Next() };
                return;
            case "uarttype": option.Value(); return;
            case "autostartenabled":
                var isOn = option.IsOn();
                if (!home.Properties.ContainsKey("autostartDatabasePath"))
                    throw new Failure("The path to the autostart database is not set", Code.NS_ERROR_FAILURE);
                hardware.Autostart = hardware.Autostart with { IsEnabled = isOn };
                return;
            case "autostartdelay":
                hardware.Autostart = hardware.Autostart with { Delay = (uint)option.Number(0, int.MaxValue, (n, _, _) => $"Invalid delay {n}") };
                return;
            case "autostoptype":
                hardware.Autostart = hardware.Autostart with
                {
                    Stop = option.Value() switch
                    {
                        "disabled" => "Disabled",
                        "savestate" => "SaveState",
                        "poweroff" => "PowerOff",
                        "acpishutdown" => "AcpiShutdown",
                        var other => throw new Failure($"Invalid autostop type '{other}'"),
                    },
                };
                return;
            default:
                if (switches.TryGetValue(option.Whole, out var key)) hardware.Switches[key] = SwitchValue(key, option.Value());
                else if (NicOptions.Apply(option, hardware)) return;
                else if (ignored.Contains(option.Name) || ignored.Contains(option.Whole)) option.Value();
                else throw new Failure($"Unknown option: {option.Word}") { ShowsUsage = true, IsRepeated = true };
                return;
        }
    }

    private static string SwitchValue(string key, string value) => key == "firmware" ? value.ToUpperInvariant() : value;

    /// <summary>Ports as the display server takes them.</summary>
    public static string PortsOf(string text)
    {
        if (text is "default" or "0") return "3389";
        foreach (var end in text.Split(',', '-'))
            if (!ushort.TryParse(end, NumberStyles.None, CultureInfo.InvariantCulture, out _)) throw Failure.Bare();
        return text;
    }

    public static void SetOrRemove(OrderedDictionary<string, string> properties, string key, string value)
    {
        if (value.Length == 0) properties.Remove(key);
        else properties[key] = value;
    }

    private static int NumberOf(string text)
    {
        var isHex = text.StartsWith("0x", StringComparison.OrdinalIgnoreCase);
        return int.TryParse(isHex ? text[2..] : text, isHex ? NumberStyles.HexNumber : NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? number
            : throw new Failure("") { ShowsUsage = true };
    }

    /// <summary>The plain counts of machines that start and stop with the host; they drift as VirtualBox's do.</summary>
    private static void CountAutostart(VirtualBoxHome home, (bool IsEnabled, uint Delay, string Stop) before, (bool IsEnabled, uint Delay, string Stop) after)
    {
        if (!home.Properties.TryGetValue("autostartDatabasePath", out var folder) || !Directory.Exists(folder)) return;
        if (before.IsEnabled != after.IsEnabled) Count("start", after.IsEnabled ? 1 : -1);
        if (before.Stop != after.Stop) Count("stop", after.Stop == "Disabled" ? -1 : 1);

        void Count(string which, int by)
        {
            var file = Path.Combine(folder, $"{Environment.UserName}.{which}");
            var count = (File.Exists(file) ? int.Parse(File.ReadAllText(file), CultureInfo.InvariantCulture) : 0) + by;
            if (count > 0) File.WriteAllText(file, $"{count}");
            else File.Delete(file);
        }
    }

    /// <summary>A new name or group moves the folder, whatever the name leads to.</summary>
    private static void Move(VirtualBoxHome home, Machine machine, string name, string? oldGroup)
    {
        var (oldFolder, oldStem) = (machine.Folder, Path.GetFileNameWithoutExtension(machine.SettingsFile));
        var parent = Path.GetDirectoryName(oldFolder)!;
        if (oldGroup is not null)
        {
            var root = oldGroup != "/" && parent.EndsWith(oldGroup, StringComparison.Ordinal) ? parent[..^oldGroup.Length] : parent;
            parent = root + machine.Groups[0].TrimEnd('/');
        }
        var stem = name == machine.Name ? oldStem : name;
        var folder = Path.GetFullPath($"{parent}/{stem}");
        machine.Name = name;
        if (folder != oldFolder)
        {
            Directory.CreateDirectory(Path.GetDirectoryName(folder)!);
            Directory.Move(oldFolder, folder);
        }
        machine.SettingsFile = $"{folder}/{stem}.vbox";
        foreach (var ending in (string[])[".vbox", ".vbox-prev"])
            if (stem != oldStem && File.Exists($"{folder}/{oldStem}{ending}")) File.Move($"{folder}/{oldStem}{ending}", $"{folder}/{stem}{ending}");
        foreach (var medium in home.Media.All.Where(m => m.Location.StartsWith($"{oldFolder}/", StringComparison.Ordinal)).ToArray())
            medium.Location = folder + medium.Location[oldFolder.Length..];
        home.SaveAll();
    }

    /// <summary>What changes outside of the hardware.</summary>
    private sealed class Change
    {
        public string? Name { get; set; }

        public string? Description { get; set; }

        public string? Groups { get; set; }

        public string? OldGroups { get; set; }

        public string? System { get; set; }
    }
}

/// <summary>An option of <c>modifyvm</c>, in whichever spelling: <c>--nic-type1</c> is <c>--nictype1</c>.</summary>
internal sealed class Option
{
    private readonly Call call;
    private string? value;

    public Option(Call call, string word, string? value)
    {
        (this.call, this.value, Word) = (call, value, word);
        Whole = word[2..].Replace("-", "", StringComparison.Ordinal);
        Name = Whole.TrimEnd("0123456789".ToCharArray());
        Index = Name.Length < Whole.Length ? int.Parse(Whole.AsSpan(Name.Length), CultureInfo.InvariantCulture) : 0;
    }

    public string Word { get; }

    /// <summary>Its letters and digits.</summary>
    public string Whole { get; }

    /// <summary>Without the number at its end.</summary>
    public string Name { get; }

    public int Index { get; }

    public string Value()
    {
        var result = value ?? call.NextOrNull() ?? throw new Failure($"Missing argument to '{Word}'", exitCode: 2) { ShowsUsage = true };
        value = null;
        return result;
    }

    public string Next() => call.NextOrNull() ?? throw new Failure($"Missing argument to '{Word}'", exitCode: 2) { ShowsUsage = true };

    public bool IsOn() => Value() switch
    {
        "on" or "yes" or "1" or "true" => true,
        "off" or "no" or "0" or "false" => false,
        var other => throw Failure.Usage($"Invalid value '{other}' for {Word}"),
    };

    public int Number(int lowest, int highest, Func<long, int, int, string> refusal, string component = "SessionMachine")
    {
        if (!long.TryParse(Value(), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number)) throw new Failure("") { ShowsUsage = true };
        return number >= lowest && number <= highest ? (int)number : throw new Failure(refusal(number, lowest, highest), Code.NS_ERROR_INVALID_ARG, component);
    }
}
