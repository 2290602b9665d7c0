using System.Globalization;
using System.Net;

namespace VirtualBox;

/// <summary>What a NIC is connected to.</summary>
public enum NicNetwork
{
    /// <summary>There is no NIC.</summary>
    None,

    /// <summary>A NIC without network.</summary>
    Null,

    /// <summary>The world, behind VirtualBox's own address translation.</summary>
    Nat,

    /// <summary>An interface of the host, as if it were plugged in beside it.</summary>
    Bridged,

    /// <summary>A network among machines (<c>intnet</c>).</summary>
    Internal,

    /// <summary>A network between host and machines.</summary>
    Hostonly,

    /// <summary>A network among machines with one common address translation.</summary>
    NatNetwork,

    /// <summary>A driver that this library does not set up.</summary>
    Generic,
}

/// <summary>The hardware that a machine sees.</summary>
public enum NicHardware
{
    /// <summary>Intel PRO/1000 MT Desktop, VirtualBox's choice for most systems.</summary>
    I82540EM,

    /// <summary>Intel PRO/1000 T Server.</summary>
    I82543GC,

    /// <summary>Intel PRO/1000 MT Server.</summary>
    I82545EM,

    /// <summary>AMD PCnet-PCI II.</summary>
    Am79C970A,

    /// <summary>AMD PCnet-FAST III.</summary>
    Am79C973,

    /// <summary>Paravirtual; fastest, where the guest has a driver.</summary>
    Virtio,
}

/// <summary>A NIC.</summary>
/// <param name="Network">What it is connected to.</param>
/// <param name="Name">The interface's or network's name, for the kinds that have one.</param>
public sealed record Nic(NicNetwork Network, string? Name = null)
{
    /// <summary>Its hardware; null leaves it, or is one that this library does not know.</summary>
    public NicHardware? Hardware { get; init; }

    /// <summary>Whether its cable is plugged in.</summary>
    public bool CableConnected { get; init; } = true;

    /// <summary>Its MAC address, 12 hexadecimal digits; null leaves it.</summary>
    public string? Mac { get; init; }

    /// <summary>The name under which its network may have a <see cref="DhcpServer"/>; null for networks that VirtualBox's servers don't serve.</summary>
    public string? DhcpNetwork => Network switch
    {
        NicNetwork.Hostonly when Name is not null => DhcpServer.OfHostonly(Name),
        NicNetwork.Internal or NicNetwork.NatNetwork => Name,
        _ => null,
    };

    private static readonly (NicNetwork Network, string Word, string? NameOption, string? NameKey)[] kinds =
    [
        (NicNetwork.None, "none", null, null),
        (NicNetwork.Null, "null", null, null),
        (NicNetwork.Nat, "nat", null, null),
        (NicNetwork.Bridged, "bridged", "--bridgeadapter", "bridgeadapter"),
        (NicNetwork.Internal, "intnet", "--intnet", "intnet"),
        (NicNetwork.Hostonly, "hostonly", "--hostonlyadapter", "hostonlyadapter"),
        (NicNetwork.NatNetwork, "natnetwork", "--nat-network", "nat-network"),
        (NicNetwork.Generic, "Generic", null, "generic"),
    ];

    /// <summary>The options of <c>modifyvm</c>.</summary>
    /// <exception cref="ArgumentException">It lacks a name, has one too many, or its MAC address is none.</exception>
    internal IEnumerable<string> Arguments(int number)
    {
        if (number is < 1 or > 8) throw Names.Refused($"NICs are numbered 1 to 8; there is no {number}.");
        var (_, word, option, _) = kinds.First(k => k.Network == Network);
        if (Network == NicNetwork.Generic) throw Names.Refused("A generic NIC can't be set up here.");
        if (option is null && Name is not null) throw Names.Refused($"A NIC on {Network} has no name of a network, such as '{Name}'.");
        yield return $"--nic{number}";
        yield return word;
        if (Network == NicNetwork.None) yield break;
        if (option is not null)
        {
            yield return $"{option}{number}";
            yield return Names.Text(Name ?? "", $"The name of the network of a NIC on {Network}");
        }
        if (Hardware is { } hardware)
        {
            yield return $"--nictype{number}";
            yield return hardware == NicHardware.Virtio ? "virtio" : hardware.ToString().TrimStart('I');
        }
        yield return $"--cableconnected{number}";
        yield return CableConnected ? "on" : "off";
        if (Mac is null) yield break;
        yield return $"--macaddress{number}";
        yield return CheckMac(Mac);
    }

    /// <summary>A MAC address as VirtualBox writes it.</summary>
    /// <exception cref="ArgumentException">It is none.</exception>
    internal static string CheckMac(string mac) => mac.Length == 12 && mac.All(char.IsAsciiHexDigit)
        ? mac
        : throw Names.Refused($"A MAC address has 12 hexadecimal digits and nothing else, unlike '{mac}'.");

    internal static SortedDictionary<int, Nic> Read(MachineReadable report)
    {
        var nics = new SortedDictionary<int, Nic>();
        for (var number = 1; number <= 36; number++)
        {
            if (report[$"nic{number}"] is not ({ } word and not "none")) continue;
            var kind = kinds.FirstOrDefault(k => k.Word == word, (NicNetwork.Generic, word, null, null));
            nics.Add(number, new(kind.Network, kind.NameKey is null ? null : report[$"{kind.NameKey}{number}"])
            {
                Hardware = HardwareOf(report[$"nictype{number}"]),
                CableConnected = report.IsOn($"cableconnected{number}"),
                Mac = report[$"macaddress{number}"],
            });
        }
        return nics;
    }

    private static NicHardware? HardwareOf(string? word) =>
        Enum.TryParse<NicHardware>(word is ['8', ..] ? $"I{word}" : word, ignoreCase: true, out var hardware) && Enum.IsDefined(hardware) ? hardware : null;
}

/// <summary>The protocol of a forwarded port.</summary>
public enum ForwardProtocol
{
    /// <summary>TCP</summary>
    Tcp,

    /// <summary>UDP</summary>
    Udp,
}

/// <summary>A port of the host that leads to one of the machine behind a NAT NIC.</summary>
/// <param name="Name">Its name, one per NIC.</param>
/// <param name="Protocol">TCP or UDP.</param>
/// <param name="HostAddress">The host's address to listen at; null for all of them.</param>
/// <param name="HostPort">The host's port.</param>
/// <param name="GuestAddress">The machine's address; null for the one that VirtualBox gave it.</param>
/// <param name="GuestPort">The machine's port.</param>
public sealed record PortForward(string Name, ForwardProtocol Protocol, IPAddress? HostAddress, ushort HostPort, IPAddress? GuestAddress, ushort GuestPort)
{
    /// <summary>As VBoxManage takes and reports it: <c>ssh,tcp,127.0.0.1,2222,,22</c>.</summary>
    /// <exception cref="ArgumentException">The name holds a comma or nothing; a port is 0.</exception>
    public override string ToString()
    {
        Names.Text(Name, "A rule's name", without: ",");
        if (HostPort == 0 || GuestPort == 0) throw Names.Refused($"Rule '{Name}' has a port 0.");
        return $"{Name},{MachineSettings.Word(Protocol)},{HostAddress},{HostPort},{GuestAddress},{GuestPort}";
    }

    internal static List<(int Nic, PortForward Rule)> Read(MachineReadable report)
    {
        // Rules are numbered anew for each NIC, and come after its "nicN".
        var rules = new List<(int, PortForward)>();
        var nic = 0;
        foreach (var (key, value) in report.Entries)
        {
            var isNic = int.TryParse(key.AsSpan(Math.Min(3, key.Length)), NumberStyles.None, CultureInfo.InvariantCulture, out var number);
            if (isNic && key.StartsWith("nic", StringComparison.Ordinal)) nic = number;
            else if (key.StartsWith("Forwarding(", StringComparison.Ordinal) && Parse(value) is { } rule) rules.Add((nic, rule));
        }
        return rules;
    }

    private static PortForward? Parse(string text)
    {
        var parts = text.Split(',');
        // other programs may have put commas into the name
        if (parts.Length < 6 || !Enum.TryParse<ForwardProtocol>(parts[^5], ignoreCase: true, out var protocol)
            || !ushort.TryParse(parts[^3], NumberStyles.None, CultureInfo.InvariantCulture, out var host)
            || !ushort.TryParse(parts[^1], NumberStyles.None, CultureInfo.InvariantCulture, out var guest)) return null;
        return new(string.Join(',', parts[..^5]), protocol, Address(parts[^4]), host, Address(parts[^2]), guest);

        static IPAddress? Address(string text) => IPAddress.TryParse(text, out var address) ? address : null;
    }
}
