using System.Globalization;
using VirtualBox.Simulator.Server;

namespace VirtualBox.Simulator.Commands;

/// <summary><c>VBoxManage list</c></summary>
internal static class ListCommand
{
    public static void Run(Call call, VirtualBoxHome home)
    {
        var (isLong, isSorted, word) = (false, false, "");
        foreach (var (name, value) in call.Options("long", "l", "sorted", "s"))
        {
            isLong |= name is "long" or "l";
            isSorted |= name is "sorted" or "s";
            if (name.Length == 0) word = value!;
        }
        switch (word)
        {
            case "vms" or "runningvms":
                var machines = home.Machines.Where(m => word == "vms" || m.IsOnline);
                foreach (var machine in isSorted ? machines.OrderBy(m => m.Name, StringComparer.Ordinal) : machines)
                {
                    if (isLong && machine.Trouble is null)
                    {
                        ShowCommand.ForPeople(call, machine);
                        call.Say("");
                    }
                    else
                    {
                        call.Say($"\"{machine.Name}\" {{{machine.Id}}}");
                    }
                }
                break;
            case "hdds":
                foreach (var medium in home.Media.HardDisks) MediumCommands.Describe(call, home, medium, isLong, endsWithLine: true);
                break;
            case "dvds" or "floppies":
                foreach (var medium in home.Media.All.Where(m => m.Kind == (word == "dvds" ? "DVD" : "Floppy")))
                    MediumCommands.Describe(call, home, medium, isLong, endsWithLine: true);
                break;
            case "ostypes": OSTypes.List(call, isLong); break;
            case "groups":
                foreach (var group in home.Machines.SelectMany(m => m.Groups.Prepend("/")).Distinct()) call.Say($"\"{group}\"");
                break;
            case "natnets" or "natnetworks":
                foreach (var net in home.NatNetworks) NetworkCommands.Describe(call, net, isFull: isLong);
                break;
            case "dhcpservers": NetworkCommands.List(call, home.DhcpServers); break;
            case "hostonlyifs":
                foreach (var net in home.HostInterfaces) NetworkCommands.Describe(call, net);
                break;
            case "bridgedifs": NetworkCommands.Bridged(call); break;
            case "intnets":
                var used = from m in home.Machines from a in m.Hardware.Adapters where a.Kind == "intnet" select a.Names["intnet"];
                foreach (var net in used.Append("intnet").Distinct()) call.Say($"Name:        {net}");
                break;
            case "hostinfo": HostInfo(call); break;
            case "systemproperties": PropertyCommand.List(call, home); break;
            case "extpacks":
                call.Write("""
                    Extension Packs: 1
                    Pack no. 0:   VNC
                    Version:        7.2.22
                    Revision:       175245
                    Edition:        
                    Description:    VNC plugin module
                    VRDE Module:    VBoxVNC
                    Crypto Module:  
                    Usable:         true
                    Why unusable:   

                    """);
                break;
            default: throw Failure.Usage($"Unknown subcommand \"{word}\".");
        }
    }

    private static void HostInfo(Call call)
    {
        var cpus = Environment.ProcessorCount;
        var memory = File.ReadLines("/proc/meminfo").Select(l => l.Split([' ', ':', '\t'], StringSplitOptions.RemoveEmptyEntries))
            .ToDictionary(p => p[0], p => long.Parse(p[1], CultureInfo.InvariantCulture));
        var model = File.ReadLines("/proc/cpuinfo").FirstOrDefault(l => l.StartsWith("model name", StringComparison.Ordinal))?.Split(':')[1].Trim() ?? "";
        call.Say("Host Information:");
        call.Say("");
        call.Say($"Host time: {TimeProvider.System.GetUtcNow().UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ss.fff000000Z", CultureInfo.InvariantCulture)}");
        foreach (var line in (string[])["Processor online count", "Processor count", "Processor online core count", "Processor core count"])
            call.Say($"{line}: {cpus}");
        call.Say("Processor supports HW virtualization: yes");
        call.Say("Processor supports PAE: yes");
        call.Say("Processor supports long mode: yes");
        call.Say("Processor supports nested paging: yes");
        for (var cpu = 0; cpu < cpus; cpu++)
        {
            call.Say($"Processor#{cpu} speed: 2596 MHz");
            call.Say($"Processor#{cpu} description: {model}");
        }
        call.Say($"Memory size: {memory["MemTotal"] / 1024} MByte");
        call.Say($"Memory available: {memory["MemAvailable"] / 1024} MByte");
        call.Say("Operating system: Linux");
        call.Say($"Operating system version: {Environment.OSVersion.Version}");
    }
}

/// <summary>The systems that machines can be made for.</summary>
internal static class OSTypes
{
    private static readonly string[][] all = Load();

    /// <summary>How it is shown; an unknown one as its id.</summary>
    public static string Describe(string id) => Array.Find(all, t => t[0] == id)?[1] ?? id;

    /// <summary>Its id, by that or by what it is shown as.</summary>
    public static string? Find(string text) => Array.Find(all, t => t[0].Equals(text, StringComparison.OrdinalIgnoreCase) || t[1] == text)?[0];

    public static void List(Call call, bool isLong)
    {
        call.Say("Supported guest OS types:");
        call.Say("");
        foreach (var type in all)
        {
            var (id, description, family, familyText, subtype, architecture, is64) = (type[0], type[1], type[2], type[3], type[4], type[5], type[6]);
            if (isLong)
            {
                call.Say($"ID:               {id}");
                call.Say($"Description:      {description}");
                call.Say($"Family ID:        {family}");
                call.Say($"Family Desc:      {familyText}");
                if (subtype.Length > 0) call.Say($"OS Subtype:       {subtype}");
                call.Say($"Architecture:     {architecture}");
                call.Say($"64 bit:           {is64}");
            }
            else
            {
                call.Say($"ID / Description: {id} -- {description}");
                call.Say($"Family:           {family}{(subtype.Length > 0 ? $" / {subtype}" : "")} ({familyText})");
                call.Say($"Architecture:     {architecture}{(is64 == "true" ? " (64-bit)" : "")}");
            }
            call.Say("");
        }
    }

    private static string[][] Load()
    {
        using var reader = new StreamReader(typeof(OSTypes).Assembly.GetManifestResourceStream("ostypes.txt")!);
        return [.. reader.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(l => l.Split('|'))];
    }
}
