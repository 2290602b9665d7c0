using System.Globalization;
using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;
using System.Text.RegularExpressions;
using VirtualBox.Simulator.Server;

namespace VirtualBox.Simulator.Commands;

/// <summary>NAT networks, DHCP servers, interfaces of the host.</summary>
internal static partial class NetworkCommands
{
    /// <summary><c>VBoxManage natnetwork</c>: adds first and looks then, as VirtualBox does.</summary>
    public static void NatNetworks(Call call, VirtualBoxHome home)
    {
        var word = call.Next("a subcommand");
        if (word == "list")
        {
            call.Say("NAT Networks:");
            call.Say("");
            foreach (var one in home.NatNetworks) Describe(call, one, isFull: true);
            call.Say($"{home.NatNetworks.Count} network{(home.NatNetworks.Count == 1 ? "" : "s")} found");
            return;
        }
        var options = call.Options("enable", "disable").ToList();
        var name = options.Find(o => o.Name == "netname").Value ?? throw Failure.Usage("You need to specify the --netname option");
        var net = home.NatNetworks.Find(n => n.Name == name);
        if (word == "add")
        {
            if (net is not null) throw new Failure("NATNetwork server already exists", exitCode: 2);
            if (!options.Exists(o => o.Name == "network")) throw Failure.Usage("You need to specify the --network option");
            net = new(name);
            home.NatNetworks.Add(net);
        }
        if (net is null) throw new Failure("NATNetwork server does not exist", exitCode: 2);
        switch (word)
        {
            case "add" or "modify":
                try
                {
                    Set(net, options);
                }
                finally
                {
                    home.Save();
                }
                break;
            case "remove":
                home.NatNetworks.Remove(net);
                home.Save();
                break;
            case "start": home.StartDhcp(net); break;
            case "stop": break;
            default: throw Failure.Usage($"Unknown subcommand '{word}'");
        }
    }

    public static void Describe(Call call, NatNetwork net, bool isFull)
    {
        call.Say($"Name:         {net.Name}");
        if (isFull) call.Say($"Enabled:      {YesNo(net.IsEnabled)}");
        call.Say($"Network:      {net.Network}");
        call.Say($"Gateway:      {net.Address(1)}");
        call.Say($"DHCP Server:  {YesNo(net.HasDhcp)}");
        call.Say($"IPv6:         {YesNo(net.HasIPv6)}");
        call.Say("IPv6 Prefix:  fd17:625c:f037:2::/64");
        call.Say("IPv6 Default: No");
        if (isFull)
        {
            foreach (var (title, rules) in new[] { ("ipv4", net.Forwards), ("ipv6", net.Forwards6) })
            {
                if (rules.Count > 0) call.Say($"Port-forwarding ({title})");
                foreach (var rule in rules.Order(StringComparer.Ordinal)) call.Say($"        {rule}");
            }
            call.Say("loopback mappings (ipv4)");
            call.Say("        127.0.0.1=2");
        }
        call.Say("");
    }

    /// <summary><c>VBoxManage dhcpserver</c></summary>
    public static void DhcpServers(Call call, VirtualBoxHome home)
    {
        var word = call.Next("a subcommand");
        var options = call.Options("enable", "disable").ToList();
        var name = One("netname") ?? One("network")
            ?? (One("interface") is { } of ? HostInterface.NetworkOf(of) : throw Failure.Usage("You need to specify either --netname or --interface"));
        var server = home.DhcpServers.Find(d => d.Network == name);
        switch (word)
        {
            case "add" or "modify":
                if (word == "add")
                {
                    if (server is not null) throw new Failure("DHCP server already exists", exitCode: 2);
                    server = new(name, DhcpServer.Unset, DhcpServer.Unset, DhcpServer.Unset, DhcpServer.Unset, false);
                    home.DhcpServers.Add(server);
                }
                if (server is null) throw new Failure("DHCP server does not exist", exitCode: 2);
                try
                {
                    if (options.Exists(o => o.Name is "enable" or "disable")) server.IsEnabled = options.Exists(o => o.Name == "enable");
                    var (address, mask) = (One("server-ip") ?? One("ip") ?? server.Address, One("netmask") ?? server.Mask);
                    var (lowest, highest) = (One("lower-ip") ?? One("lowerip") ?? server.Lowest, One("upper-ip") ?? One("upperip") ?? server.Highest);
                    var all = $"Failed to set configuration ({address}, {mask}, {lowest}, {highest})";
                    if (!IsAddress(address)) throw Wrong($"Invalid server address: {address}", all);
                    if (!IsAddress(mask) || !IsMask(mask)) throw Wrong($"Invalid netmask: {mask}", all);
                    if (!IsAddress(lowest)) throw Wrong($"Invalid lower address: {lowest}", all);
                    if (!IsAddress(highest)) throw Wrong($"Invalid upper address: {highest}", all);
                    (server.Address, server.Mask, server.Lowest, server.Highest) = (address, mask, lowest, highest);
                }
                finally
                {
                    home.Save();
                }
                break;
            case "remove":
                if (server is null) throw new Failure($"Failed to find DHCP server for network '{name}'");
                home.DhcpServers.Remove(server);
                home.Save();
                break;
            case "findlease": FindLease(call, home, name, (One("mac-address") ?? "").Replace(":", "", StringComparison.Ordinal)); break;
            case "start" or "stop" or "restart": break;
            default: throw Failure.Usage($"Unknown subcommand '{word}'");
        }

        string? One(string option) => options.Find(o => o.Name == option).Value;

        static Failure Wrong(string text, string last) => new(text, Code.NS_ERROR_INVALID_ARG, "DHCPServerWrap", exitCode: 2) { Last = last };
    }

    public static void List(Call call, List<DhcpServer> servers)
    {
        foreach (var server in servers)
        {
            if (server != servers[0]) call.Say("");
            call.Say($"NetworkName:    {server.Network}");
            call.Say($"Dhcpd IP:       {server.Address}");
            call.Say($"LowerIPAddress: {server.Lowest}");
            call.Say($"UpperIPAddress: {server.Highest}");
            call.Say($"NetworkMask:    {server.Mask}");
            call.Say($"Enabled:        {YesNo(server.IsEnabled)}");
            call.Say("Global Configuration:");
            foreach (var line in (string[])["minLeaseTime:     default", "defaultLeaseTime: default", "maxLeaseTime:     default", "Forced options:   None",
                "Suppressed opts.: None"])
                call.Say($"    {line}");
            call.Say($"        1/legacy: {server.Mask}");
            foreach (var (number, value) in server.Options) call.Say($"        {number}/legacy: {value}");
            call.Say("Groups:               None");
            call.Say("Individual Configs:   None");
        }
    }

    /// <summary><c>VBoxManage hostonlyif</c></summary>
    public static void HostInterfaces(Call call, VirtualBoxHome home)
    {
        var word = call.Next("a subcommand");
        if (word == "create")
        {
            var number = Enumerable.Range(0, 128).First(n => !home.HostInterfaces.Exists(h => h.Number == n));
            call.WithProgress(() =>
            {
                if (home.Knobs.IsOn(Knobs.NoDriver))
                {
                    throw new Failure("VBoxNetAdpCtl: Error while adding new interface: failed to open /dev/vboxnetctl: No such file or directory",
                        Code.NS_ERROR_FAILURE, "HostNetworkInterfaceWrap");
                }
                home.HostInterfaces.Add(new(number));
            }, "Failed to create the host-only adapter");
            home.Save();
            call.Say($"Interface 'vboxnet{number}' was successfully created");
            return;
        }
        var name = call.Next("the interface");
        var net = home.HostInterfaces.Find(h => h.Name == name)
            ?? throw new Failure($"The host network interface named '{name}' could not be found", Code.NS_ERROR_INVALID_ARG, "HostWrap");
        switch (word)
        {
            case "remove": call.WithProgress(() => { home.HostInterfaces.Remove(net); }, "Failed to remove the host-only adapter"); break;
            case "ipconfig":
                foreach (var (option, value) in call.Options("dhcp"))
                {
                    if (option == "ip") net.Address = value!;
                    else if (option == "netmask") net.Mask = value!;
                }
                break;
            default: throw Failure.Usage($"Unknown subcommand '{word}'");
        }
        home.Save();
    }

    public static void Describe(Call call, HostInterface net) => Describe(
        call, net.Name, string.Create(CultureInfo.InvariantCulture, $"786f6276-656e-4{net.Number:x}74-8000-0a00270000{net.Number:x2}"), net.Address, net.Mask,
        string.Create(CultureInfo.InvariantCulture, $"0a:00:27:00:00:{net.Number:x2}"), isUp: true);

    /// <summary>The host's own interfaces, without the loopback.</summary>
    public static void Bridged(Call call)
    {
        var number = 0;
        foreach (var net in NetworkInterface.GetAllNetworkInterfaces().Where(n => n.NetworkInterfaceType != NetworkInterfaceType.Loopback))
        {
            var address = net.GetIPProperties().UnicastAddresses.FirstOrDefault(a => a.Address.AddressFamily == AddressFamily.InterNetwork);
            var mac = net.GetPhysicalAddress().GetAddressBytes().Select(b => b.ToString("x2", CultureInfo.InvariantCulture));
            Describe(call, net.Name, string.Create(CultureInfo.InvariantCulture, $"effffff9-0000-4000-8000-{number++:x12}"),
                $"{address?.Address ?? IPAddress.Any}", $"{address?.IPv4Mask ?? IPAddress.Any}", string.Join(':', mac),
                net.OperationalStatus == OperationalStatus.Up);
        }
    }

    private static void Describe(Call call, string name, string id, string address, string mask, string mac, bool isUp)
    {
        call.Say($"Name:            {name}");
        call.Say($"GUID:            {id}");
        call.Say("DHCP:            Disabled");
        call.Say($"IPAddress:       {address}");
        call.Say($"NetworkMask:     {mask}");
        call.Say("IPV6Address:     ");
        call.Say("IPV6NetworkMaskPrefixLength: 0");
        call.Say($"HardwareAddress: {mac}");
        call.Say("MediumType:      Ethernet");
        call.Say("Wireless:        No");
        call.Say($"Status:          {(isUp ? "Up" : "Down")}");
        call.Say($"VBoxNetworkName: {HostInterface.NetworkOf(name)}");
        call.Say("");
    }

    private static void Set(NatNetwork net, List<(string Name, string? Value)> options)
    {
        var (isDelete, rules) = (false, net.Forwards);
        foreach (var (option, value) in options)
        {
            switch (option)
            {
                case "network":
                    var isV4 = IPNetwork.TryParse(value, out var parsed) && parsed.BaseAddress.AddressFamily == AddressFamily.InterNetwork;
                    net.Network = isV4
                        ? parsed
                        : throw new Failure($"{value} is not a valid IPv4 CIDR notation", Code.NS_ERROR_FAILURE, "NATNetworkWrap", exitCode: 2)
                        {
                            Last = "Failed to set configuration",
                        };
                    break;
                case "enable": net.IsEnabled = true; break;
                case "disable": net.IsEnabled = false; break;
                case "dhcp": net.HasDhcp = value is "on" or "yes"; break;
                case "ipv6": net.HasIPv6 = value is "on" or "yes"; break;
                case "port-forward-4" or "port-forward-6":
                    rules = option[^1] == '4' ? net.Forwards : net.Forwards6;
                    if (value == "delete") isDelete = true;
                    else AddRule(rules, value!);
                    break;
                case "" when isDelete:
                    if (rules.RemoveAll(r => r.StartsWith($"{value}:", StringComparison.Ordinal)) == 0)
                        throw new Failure("", Code.NS_ERROR_INVALID_ARG, exitCode: 2) { IsBare = true, Last = "Failed to delete pf" };
                    break;
            }
        }
    }

    private static void AddRule(List<string> rules, string rule)
    {
        if (!Rule().IsMatch(rule)) throw new Failure($"Invalid port-forward rule {rule}", exitCode: 2) { ShowsUsage = true };
        if (rules.Exists(r => r.Split(':')[0] == rule.Split(':')[0]))
            throw Taken("A NAT rule of this name already exists");
        if (rules.Exists(r => r.Split(':', 3)[1] == rule.Split(':', 3)[1] && HostSide(r) == HostSide(rule)))
            throw Taken("A NAT rule for this host port and this host IP already exists");
        rules.Add(rule);

        static Failure Taken(string text) => new(text, Code.NS_ERROR_INVALID_ARG, "NATNetworkWrap", exitCode: 2) { Last = "Failed to add pf" };

        static string HostSide(string rule) => rule[..(rule.IndexOf("]:", StringComparison.Ordinal) + 2)][rule.IndexOf('[', StringComparison.Ordinal)..]
            + rule[(rule.IndexOf("]:", StringComparison.Ordinal) + 2)..].Split(':')[0];
    }

    /// <summary>What a DHCP server gave, by its notes.</summary>
    private static void FindLease(Call call, VirtualBoxHome home, string network, string mac)
    {
        if (mac.Length != 12 || !mac.All(char.IsAsciiHexDigit)) throw Failure.Usage("");
        if (!home.DhcpServers.Exists(d => d.Network == network)) throw new Failure($"Failed to find DHCP server for network '{network}'");
        var file = home.LeasesOf(network);
        if (!File.Exists(file))
        {
            throw new Failure($"Reading '{file}' failed: VERR_FILE_NOT_FOUND - " +
                $"Runtime error opening '{file}' for reading VERR_FILE_NOT_FOUND (File not found.)",
                Code.VBOX_E_FILE_ERROR, "DHCPServerWrap");
        }
        var (colons, address, issued, seconds) = Leases.Find(file, mac)
            ?? throw new Failure($"Could not find a lease for {Leases.Colons(mac)}", Code.VBOX_E_OBJECT_NOT_FOUND, "DHCPServerWrap");
        var now = TimeProvider.System.GetUtcNow().ToUnixTimeSeconds();
        var left = issued + seconds - now;
        call.Say($"IP Address:  {address}");
        call.Say($"MAC Address: {colons}");
        call.Say($"State:       {(left > 0 ? "acked" : "expired")}");
        call.Say($"Issued:      {Time(issued)} ({issued})");
        call.Say($"Expire:      {Time(issued + seconds)} ({issued + seconds})");
        call.Say($"TTL:         {seconds} sec, currently {Math.Max(0, left)} sec left");

        static string Time(long at) => DateTimeOffset.FromUnixTimeSeconds(at).ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture);
    }

    private static bool IsAddress(string text) => IPAddress.TryParse(text, out var address) && address.AddressFamily == AddressFamily.InterNetwork;

    private static bool IsMask(string text)
    {
        var bits = BitConverter.ToUInt32([.. IPAddress.Parse(text).GetAddressBytes().Reverse()]);
        return (~bits & ~bits + 1) == 0;
    }

    private static string YesNo(bool value) => value ? "Yes" : "No";

    [GeneratedRegex(@"\A[^:]+:(tcp|udp):\[[^\]]*\]:[0-9]+:\[[^\]]+\]:[0-9]+\z", RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Rule();
}
