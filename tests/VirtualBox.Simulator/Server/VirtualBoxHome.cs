using System.Xml.Linq;
using VirtualBox.Simulator.Media;

namespace VirtualBox.Simulator.Server;

/// <summary>All that one VirtualBox knows. Changed by one command at a time; what it must keep is in its files after each.</summary>
internal sealed class VirtualBoxHome
{
    private const string Version = "1.14-linux";

    private VirtualBoxHome(string folder, string socket, SemaphoreSlim gate)
    {
        (Folder, Socket, Gate) = (folder, socket, gate);
        Knobs = new(folder);
        Media = new(this);
    }

    public string Folder { get; }

    /// <summary>The server's socket; those of displays are beside it.</summary>
    public string Socket { get; }

    public Knobs Knobs { get; }

    public MediaRegistry Media { get; }

    /// <summary>In the order in which they were registered.</summary>
    public List<Machine> Machines { get; } = [];

    public OrderedDictionary<string, string> Extra { get; } = [];

    public List<NatNetwork> NatNetworks { get; } = [];

    public List<DhcpServer> DhcpServers { get; } = [];

    public List<HostInterface> HostInterfaces { get; } = [];

    /// <summary>Attributes of the element of that name: <c>defaultMachineFolder</c>, <c>autostartDatabasePath</c>.</summary>
    public Dictionary<string, string> Properties { get; } = [];

    /// <summary>Held by the command or guest whose turn it is.</summary>
    public SemaphoreSlim Gate { get; }

    /// <summary>Whether whoever made the home for a test still lives; who makes one by hand notes nothing.</summary>
    public bool HasOwner => !File.Exists(OwnerFile) || Directory.Exists($"/proc/{File.ReadAllText(OwnerFile).Trim()}");

    private string OwnerFile => Path.Combine(Folder, "owner.pid");

    public bool HasRunning => Machines.Exists(m => m.IsOnline);

    private string SettingsFile => Path.Combine(Folder, "VirtualBox.xml");

    /// <summary>Machines that run: they are aborted if we are gone.</summary>
    private string RunningFile => Path.Combine(Folder, "running-machines");

    /// <summary>Reads all of it, or begins a new one.</summary>
    /// <exception cref="Failure">The global settings are broken.</exception>
    public static VirtualBoxHome Load(string folder, string socket, SemaphoreSlim gate)
    {
        var home = new VirtualBoxHome(folder, socket, gate);
        Directory.CreateDirectory(folder);
        File.WriteAllText(Path.Combine(folder, "VBoxSVC.pid"), $"{Environment.ProcessId}");
        if (!File.Exists(home.SettingsFile))
        {
            var user = Environment.GetFolderPath(Environment.SpecialFolder.UserProfile);
            home.Properties["defaultMachineFolder"] = Path.Combine(user, "VirtualBox VMs");
            home.DhcpServers.Add(new(HostInterface.NetworkOf("vboxnet0"), "192.168.56.100", "255.255.255.0", "192.168.56.101", "192.168.56.254", true));
            home.Save();
            return home;
        }
        XElement root;
        try
        {
            root = Settings.Read(home.SettingsFile);
        }
        catch (Failure e)
        {
            throw new Failure(e.Message, e.Code, "VirtualBoxWrap") { First = "Failed to create the VirtualBox object!" };
        }
        var global = root.Elements().First(e => e.Name.LocalName == "Global");
        foreach (var attribute in Children(global, "SystemProperties", null).Attributes()) home.Properties[attribute.Name.LocalName] = attribute.Value;
        foreach (var item in Children(global, "ExtraData", "ExtraDataItem")) home.Extra[Text(item, "name")] = Text(item, "value");
        foreach (var registry in Children(global, "MediaRegistry", null)) home.Media.Read(registry, folder, null);
        foreach (var entry in Children(global, "MachineRegistry", "MachineEntry")) home.Register(Text(entry, "src"), Guid.Parse(Text(entry, "uuid")));
        foreach (var services in Children(global, "NetserviceRegistry", null))
        {
            home.DhcpServers.AddRange(Children(services, "DHCPServers", "DHCPServer").Select(DhcpServer.FromXml));
            home.NatNetworks.AddRange(Children(services, "NATNetworks", "NATNetwork").Select(NatNetwork.FromXml));
            home.HostInterfaces.AddRange(Children(services, "HostInterfaces", "HostInterface").Select(HostInterface.FromXml));
        }
        home.Recover();
        return home;

        static string Text(XElement element, string attribute) => element.Attribute(attribute)!.Value;

        static IEnumerable<XElement> Children(XElement parent, string list, string? name)
        {
            var lists = parent.Elements().Where(e => e.Name.LocalName == list);
            return name is null ? lists : lists.Elements().Where(e => e.Name.LocalName == name);
        }
    }

    /// <summary>Writes the global settings.</summary>
    public void Save()
    {
        if (!Directory.Exists(Folder)) return; // it was removed while we ran
        var space = Settings.Namespace;
        Settings.Write(SettingsFile, new(space + "Global",
            Extra.Count == 0 ? null : new XElement(space + "ExtraData", Extra.Select(e =>
                new XElement(space + "ExtraDataItem", new XAttribute("name", e.Key), new XAttribute("value", e.Value)))),
            new XElement(space + "MachineRegistry", Machines.Select(m =>
                new XElement(space + "MachineEntry", new XAttribute("uuid", $"{{{m.Id}}}"), new XAttribute("src", m.SettingsFile)))),
            Media.ToXml(null, Folder),
            new XElement(space + "NetserviceRegistry",
                new XElement(space + "DHCPServers", DhcpServers.Select(d => d.ToXml())),
                new XElement(space + "NATNetworks", NatNetworks.Select(n => n.ToXml())),
                new XElement(space + "HostInterfaces", HostInterfaces.Select(h => h.ToXml()))),
            new XElement(space + "SystemProperties", Properties.Select(p => new XAttribute(p.Key, p.Value)))), Version);
    }

    /// <summary>Writes a machine's settings, and those of the owners of its disks.</summary>
    public void Save(Machine machine)
    {
        if (machine.Trouble is not null) return;
        machine.Save(Media.ToXml(machine.Id, machine.Folder));
    }

    /// <summary>Writes all that changed: the files of those that did not stay as they are.</summary>
    public void SaveAll()
    {
        foreach (var machine in Machines) Save(machine);
        Save();
    }

    public Machine Find(string nameOrId)
    {
        Machine? found;
        if (Guid.TryParseExact(nameOrId, "D", out var id) || Guid.TryParseExact(nameOrId, "B", out id)) found = Machines.Find(m => m.Id == id);
        else found = Machines.Find(m => m.Name == nameOrId && m.Trouble is null);
        if (found is null) throw Failure.NotFound(nameOrId);
        return found;
    }

    /// <summary>A machine whose file could be read.</summary>
    public Machine Accessible(string nameOrId)
    {
        var machine = Find(nameOrId);
        return machine.Trouble is null ? machine : throw new Failure("The object functionality is limited", Code.E_ACCESSDENIED, "MachineWrap");
    }

    /// <summary>A machine of which nobody else holds the lock.</summary>
    public Machine Lock(string nameOrId)
    {
        var machine = Accessible(nameOrId);
        if (machine.IsLocked || Knobs.Take(Knobs.Lock))
            throw new Failure($"The machine '{machine.Name}' is already locked for a session (or being unlocked)", Code.VBOX_E_INVALID_OBJECT_STATE,
                "MachineWrap");
        return machine;
    }

    /// <summary>A machine that may be changed.</summary>
    public Machine LockMutable(string nameOrId)
    {
        var machine = Lock(nameOrId);
        CheckMutable(machine, "mutable");
        return machine;
    }

    /// <summary>What was saved goes with the machine as it was.</summary>
    public static void CheckMutable(Machine machine, string what)
    {
        if (machine.State is "saved" or "aborted-saved")
            throw new Failure($"The machine is not {what} (state is {machine.StateText})", Code.VBOX_E_INVALID_VM_STATE);
    }

    /// <summary>Reads a machine's file and adds it; one that is already there, or can't be read, is told where an id is given.</summary>
    public Machine Register(string path, Guid? known = null)
    {
        var full = Path.GetFullPath(path, Folder);
        Machine machine;
        try
        {
            var registries = new List<XElement>();
            machine = Machine.Load(full, registries.Add);
            if (Machines.Exists(m => m.Id == machine.Id))
                throw new Failure($"Trying to open a VM config '{path}' which has the same UUID as an existing virtual machine", Code.NS_ERROR_FAILURE,
                    "MachineWrap");
            foreach (var registry in registries) Media.Read(registry, machine.Folder, machine.Id);
        }
        catch (Failure e) when (known is { } id)
        {
            machine = new(id, "<inaccessible>", full) { Trouble = e.Message };
        }
        Machines.Add(machine);
        return machine;
    }

    /// <summary>The file in which a DHCP server keeps its leases.</summary>
    public string LeasesOf(string network) => Path.Combine(Folder, $"{network}-Dhcpd.leases");

    /// <summary>A NAT network gets its DHCP server when it first starts, and does not take it away when it goes.</summary>
    public void StartDhcp(NatNetwork net)
    {
        if (!net.HasDhcp || DhcpServers.Exists(d => d.Network == net.Name)) return;
        var server = new DhcpServer(net.Name, net.Address(2), net.Mask, net.Address(3), net.Address(-2), true);
        server.Options.AddRange([("3", net.Address(1)), ("6", "10.255.255.53")]);
        DhcpServers.Add(server);
        Save();
    }

    /// <summary>Notes which machines run, for whoever comes after a crash.</summary>
    public void NoteRunning()
    {
        if (!Directory.Exists(Folder)) return;
        var running = Machines.Where(m => m.IsOnline).Select(m => m.Id.ToString()).ToArray();
        if (running.Length > 0) File.WriteAllLines(RunningFile, running);
        else File.Delete(RunningFile);
    }

    /// <summary>Ends all guests: we are told to go.</summary>
    public void Shutdown()
    {
        foreach (var machine in Machines.Where(m => m.IsOnline).ToArray())
        {
            machine.Guest?.Dispose();
            machine.Become("aborted");
            if (Directory.Exists(machine.Folder)) Save(machine);
        }
        NoteRunning();
    }

    private void Recover()
    {
        if (!File.Exists(RunningFile)) return;
        foreach (var id in File.ReadAllLines(RunningFile))
        {
            if (Machines.Find(m => m.Id.ToString() == id) is not { Trouble: null } machine) continue;
            machine.Become(machine.StateFile is null ? "aborted" : "aborted-saved");
            Save(machine);
        }
        File.Delete(RunningFile);
    }
}
