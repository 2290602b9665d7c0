using System.Net;
using System.Net.Sockets;
using System.Xml.Linq;

namespace Libvirt;

/// <summary>A virtual network, for <see cref="Connect.NetworkDefineXML"/>.</summary>
public sealed class NetworkDescription : Description
{
    /// <summary>What it is called.</summary>
    public required string Name { get; init; }

    /// <summary>Null: libvirt makes one.</summary>
    public Guid? UUID { get; init; }

    /// <summary>Where its traffic goes: <c>nat</c>, <c>route</c>, <c>open</c>, <c>bridge</c>; null: nowhere, it is on its own.</summary>
    public string? Forward { get; init; }

    /// <summary>The bridge's name on the host; null: libvirt makes one.</summary>
    public string? Bridge { get; init; }

    /// <summary>The DNS domain of its guests.</summary>
    public string? Domain { get; init; }

    /// <summary>The host's addresses on it.</summary>
    public IReadOnlyList<NetworkAddressDescription> Addresses { get; init; } = [];

    private protected override XElement Write() => new("network",
        new XElement("name", Name),
        Element("uuid", UUID?.ToString("D")),
        Attributes("forward", ("mode", Forward)),
        Attributes("bridge", ("name", Bridge)),
        Attributes("domain", ("name", Domain)),
        Addresses.Select(a => a.ToXml()));
}

/// <summary>The host's address on a network, and what it gives to guests by DHCP.</summary>
public sealed class NetworkAddressDescription : Description
{
    /// <summary>The host's address.</summary>
    public required IPAddress Address { get; init; }

    /// <summary>How many bits of it are the network's.</summary>
    public required int Prefix { get; init; }

    /// <summary>First and last address for guests; null: no DHCP.</summary>
    public (IPAddress First, IPAddress Last)? Dhcp { get; init; }

    /// <summary>Guests whose address is fixed.</summary>
    public IReadOnlyList<(string Mac, IPAddress Address)> Hosts { get; init; } = [];

    private protected override XElement Write() => new("ip",
        Address.AddressFamily == AddressFamily.InterNetworkV6 ? new XAttribute("family", "ipv6") : null,
        new XAttribute("address", Address),
        new XAttribute("prefix", Prefix),
        Dhcp == null && Hosts.Count == 0 ? null : new XElement("dhcp",
            Dhcp is { } range ? Attributes("range", ("start", range.First), ("end", range.Last)) : null,
            Hosts.Select(h => Attributes("host", ("mac", h.Mac), ("ip", h.Address)))));
}
