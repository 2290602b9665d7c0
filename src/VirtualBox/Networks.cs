using System.Net;
using System.Text.RegularExpressions;

namespace VirtualBox;

/// <summary>A network among machines with one common address translation.</summary>
/// <param name="Name">What NICs and its DHCP server refer to.</param>
/// <param name="Network">Its addresses: <c>10.9.0.0/24</c>.</param>
/// <param name="HasDhcp">Whether machines get addresses in it.</param>
public sealed partial record NatNet(string Name, IPNetwork Network, bool HasDhcp)
{
    /// <summary>Whether machines may use it.</summary>
    public bool IsEnabled { get; init; } = true;

    /// <summary>All of them, by name.</summary>
    public static async Task<IReadOnlyDictionary<string, NatNet>> List(VBoxManage vbox, CancellationToken cancel = default) =>
        Parse((await vbox.Run(Listing(vbox), cancel: cancel)).Output);

    /// <summary>Makes one; if VirtualBox refuses, nothing is left of it.</summary>
    /// <exception cref="VBoxManageException">There is one of this name.</exception>
    public async Task Create(VBoxManage vbox, CancellationToken cancel = default)
    {
        Names.Text(Name, "A network's name");
        if ((await List(vbox, cancel)).ContainsKey(Name)) throw new InvalidOperationException($"There is a NAT network '{Name}' already.");
        try
        {
            string[] arguments = ["--netname", Name, "--network", $"{Network}", IsEnabled ? "--enable" : "--disable", "--dhcp", HasDhcp ? "on" : "off"];
            await vbox.Run(vbox.Command(["natnetwork", "add", .. arguments]), cancel: cancel);
        }
        catch (VBoxManageException)
        {
            // VirtualBox adds it first, with an address of its own, and sets it up then.
            await vbox.Run(vbox.Command("natnetwork", "remove", "--netname", Name), cancel: CancellationToken.None);
            throw;
        }
    }

    /// <summary>Removes one.</summary>
    /// <exception cref="VBoxManageException">There is none.</exception>
    public static Task Remove(VBoxManage vbox, string name, CancellationToken cancel = default) =>
        vbox.Run(vbox.Command("natnetwork", "remove", "--netname", name), cancel: cancel);

    /// <summary>In 6.1 the list is always long, and has other keys; <c>natnetwork list</c> has no rules there.</summary>
    internal static IReadOnlyDictionary<string, NatNet> Parse(string output)
    {
        var nets = from block in Blocks.Parse(output, nameKeys.Contains)
                   let name = nameKeys.Select(block.GetValueOrDefault).First(n => n is not null)
                   let dhcp = block.GetValueOrDefault("DHCP Server") ?? block.Required("DHCP Enabled")
                   select new NatNet(name, IPNetwork.Parse(block.Required("Network")), dhcp == "Yes") { IsEnabled = block.Required("Enabled") == "Yes" };
        return nets.ToDictionary(n => n.Name);
    }

    private static readonly string[] nameKeys = ["Name", "NetworkName"];

    private static CommandLine Listing(VBoxManage vbox) => vbox.Command("list", "--long", "natnets");
}

/// <summary>A network between the host and machines, by an interface of the host.</summary>
/// <param name="Name">The interface: <c>vboxnet0</c>.</param>
/// <param name="NetworkName">What its DHCP server refers to: <c>HostInterfaceNetworking-vboxnet0</c>.</param>
/// <param name="Uuid">VirtualBox's id for it.</param>
/// <param name="Address">The host's address in it; null if it has none.</param>
/// <param name="PrefixLength">Of its addresses, in bits.</param>
/// <param name="IsUp">Whether the interface is up.</param>
public sealed partial record HostonlyNet(string Name, string NetworkName, Guid Uuid, IPAddress? Address, int PrefixLength, bool IsUp)
{
    /// <summary>All of them, by <see cref="NetworkName"/>.</summary>
    public static async Task<IReadOnlyDictionary<string, HostonlyNet>> List(VBoxManage vbox, CancellationToken cancel = default) =>
        Parse((await vbox.Run(vbox.Command("list", "hostonlyifs"), cancel: cancel)).Output);

    /// <summary>Makes one; VirtualBox chooses its name.</summary>
    /// <exception cref="HostonlyInterfaceException">VirtualBox's network driver (<c>vboxnetadp</c>) is missing, mostly.</exception>
    public static async Task<HostonlyNet> Create(VBoxManage vbox, CancellationToken cancel = default)
    {
        var output = (await vbox.Run(vbox.Command("hostonlyif", "create"), cancel: cancel)).Output;
        var name = Created().Match(output).Groups["name"].Value;
        return (await List(vbox, cancel)).Values.FirstOrDefault(n => n.Name == name)
            ?? throw new FormatException($"VBoxManage said '{output.Trim()}', and lists no such interface.");
    }

    /// <summary>Sets the host's address in it.</summary>
    /// <exception cref="HostonlyInterfaceException">There is none of this name, or its driver refuses.</exception>
    public static Task Configure(VBoxManage vbox, string name, IPAddress address, int prefixLength, CancellationToken cancel = default) =>
        vbox.Run(vbox.Command("hostonlyif", "ipconfig", name, "--ip", $"{address}", "--netmask", IPv4Mask.Format(prefixLength)), cancel: cancel);

    /// <summary>Removes one.</summary>
    /// <exception cref="HostonlyInterfaceException">There is none of this name.</exception>
    public static Task Remove(VBoxManage vbox, string name, CancellationToken cancel = default) =>
        vbox.Run(vbox.Command("hostonlyif", "remove", name), cancel: cancel);

    internal static IReadOnlyDictionary<string, HostonlyNet> Parse(string output)
    {
        var nets = new Dictionary<string, HostonlyNet>();
        foreach (var block in Blocks.Parse(output, "Name"))
        {
            var address = IPAddress.TryParse(block.GetValueOrDefault("IPAddress"), out var ip) && !ip.Equals(IPAddress.Any) ? ip : null;
            var prefix = IPv4Mask.TryParse(block.GetValueOrDefault("NetworkMask"), out var length) ? length : 0;
            var network = block.Required("VBoxNetworkName");
            nets.TryAdd(network, new(block["Name"], network, Guid.Parse(block.Required("GUID")), address, prefix, block.GetValueOrDefault("Status") == "Up"));
        }
        return nets;
    }

    [GeneratedRegex("Interface '(?<name>[^']+)' was successfully created", RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Created();
}

/// <summary>A server that gives addresses to machines in a network.</summary>
/// <param name="NetworkName">The network's: <see cref="OfHostonly"/> for a host-only interface; its own name for an internal or a NAT network.</param>
/// <param name="Address">The server's own address.</param>
/// <param name="PrefixLength">Of the network's addresses, in bits.</param>
/// <param name="Lowest">The first address it gives.</param>
/// <param name="Highest">The last address it gives.</param>
/// <param name="IsEnabled">Whether it works.</param>
public sealed record DhcpServer(string NetworkName, IPAddress Address, int PrefixLength, IPAddress Lowest, IPAddress Highest, bool IsEnabled = true)
{
    /// <summary>The name of the network of a host-only interface: <c>HostInterfaceNetworking-vboxnet0</c>.</summary>
    public static string OfHostonly(string networkInterface) => $"HostInterfaceNetworking-{networkInterface}";

    /// <summary>All of them, by <see cref="NetworkName"/>. A fresh VirtualBox has one for vboxnet0 before that is there.</summary>
    public static async Task<IReadOnlyDictionary<string, DhcpServer>> List(VBoxManage vbox, CancellationToken cancel = default) =>
        Parse((await vbox.Run(vbox.Command("list", "dhcpservers"), cancel: cancel)).Output);

    /// <summary>Makes it so: adds a server to its network or changes the one that is there. If VirtualBox refuses a new one, nothing is left of it.</summary>
    /// <exception cref="VBoxManageException">The addresses don't fit each other.</exception>
    public async Task Set(VBoxManage vbox, CancellationToken cancel = default)
    {
        var exists = (await List(vbox, cancel)).ContainsKey(Names.Text(NetworkName, "A network's name"));
        string[] arguments =
        [
            "--netname", NetworkName, "--server-ip", $"{Address}", "--netmask", IPv4Mask.Format(PrefixLength),
            "--lower-ip", $"{Lowest}", "--upper-ip", $"{Highest}", IsEnabled ? "--enable" : "--disable",
        ];
        try
        {
            await vbox.Run(vbox.Command(["dhcpserver", exists ? "modify" : "add", .. arguments]), cancel: cancel);
        }
        catch (VBoxManageException) when (!exists)
        {
            // VirtualBox adds it first, without addresses, and sets it up then.
            await Remove(vbox, NetworkName, CancellationToken.None);
            throw;
        }
    }

    /// <summary>Removes the server of a network.</summary>
    /// <exception cref="VBoxManageException">It has none.</exception>
    public static Task Remove(VBoxManage vbox, string networkName, CancellationToken cancel = default) =>
        vbox.Run(vbox.Command("dhcpserver", "remove", "--netname", networkName), cancel: cancel);

    internal static IReadOnlyDictionary<string, DhcpServer> Parse(string output) =>
        Blocks.Parse(output, "NetworkName").ToDictionary(
            b => b["NetworkName"],
            b => new DhcpServer(
                b["NetworkName"], IPAddress.Parse(b.Required("Dhcpd IP")), IPv4Mask.Parse(b.Required("NetworkMask")),
                IPAddress.Parse(b.Required("LowerIPAddress")), IPAddress.Parse(b.Required("UpperIPAddress")), b.Required("Enabled") == "Yes"));
}
