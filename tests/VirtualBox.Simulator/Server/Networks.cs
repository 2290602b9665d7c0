using System.Globalization;
using System.Net;
using System.Xml.Linq;

namespace VirtualBox.Simulator.Server;

/// <summary>A NAT network.</summary>
internal sealed class NatNetwork(string name)
{
    public string Name { get; } = name;

    public IPNetwork Network { get; set; } = IPNetwork.Parse("10.0.2.0/24");

    public bool IsEnabled { get; set; } = true;

    public bool HasDhcp { get; set; } = true;

    public bool HasIPv6 { get; set; }

    /// <summary>As they are told and shown: <c>ssh:tcp:[127.0.0.1]:1022:[10.9.0.5]:22</c>.</summary>
    public List<string> Forwards { get; } = [];

    public List<string> Forwards6 { get; } = [];

    /// <summary>One of its addresses: its first, second, …, or counted from the end.</summary>
    public string Address(int number)
    {
        var bytes = Network.BaseAddress.GetAddressBytes();
        var at = BitConverter.ToUInt32([.. bytes.Reverse()]);
        at += number >= 0 ? (uint)number : (uint)((1L << (32 - Network.PrefixLength)) + number);
        return new IPAddress([.. BitConverter.GetBytes(at).Reverse()]).ToString();
    }

    public string Mask
    {
        get
        {
            var bits = Network.PrefixLength == 0 ? 0 : uint.MaxValue << (32 - Network.PrefixLength);
            return new IPAddress([.. BitConverter.GetBytes(bits).Reverse()]).ToString();
        }
    }

    public XElement ToXml()
    {
        var space = Settings.Namespace;
        return new(space + "NATNetwork", new XAttribute("networkName", Name), new XAttribute("network", Network), new XAttribute("ipv6", HasIPv6 ? 1 : 0),
            new XAttribute("needDhcp", HasDhcp ? 1 : 0), new XAttribute("enabled", IsEnabled ? 1 : 0),
            Forwards.Select(f => new XElement(space + "PortForwarding4", new XAttribute("rule", f))),
            Forwards6.Select(f => new XElement(space + "PortForwarding6", new XAttribute("rule", f))));
    }

    public static NatNetwork FromXml(XElement element)
    {
        var result = new NatNetwork(element.Attribute("networkName")!.Value)
        {
            Network = IPNetwork.Parse(element.Attribute("network")!.Value),
            HasIPv6 = element.Attribute("ipv6")?.Value == "1",
            HasDhcp = element.Attribute("needDhcp")?.Value == "1",
            IsEnabled = element.Attribute("enabled")?.Value == "1",
        };
        foreach (var rule in element.Elements())
            (rule.Name.LocalName == "PortForwarding6" ? result.Forwards6 : result.Forwards).Add(rule.Attribute("rule")!.Value);
        return result;
    }
}

/// <summary>A server that gives addresses.</summary>
internal sealed class DhcpServer(string network, string address, string mask, string lowest, string highest, bool isEnabled)
{
    public const string Unset = "0.0.0.0";

    public string Network { get; } = network;

    public string Address { get; set; } = address;

    public string Mask { get; set; } = mask;

    public string Lowest { get; set; } = lowest;

    public string Highest { get; set; } = highest;

    public bool IsEnabled { get; set; } = isEnabled;

    /// <summary>Options that it sends besides the mask.</summary>
    public List<(string Number, string Value)> Options { get; } = [];

    public XElement ToXml()
    {
        var space = Settings.Namespace;
        return new(space + "DHCPServer", new XAttribute("networkName", Network), new XAttribute("IPAddress", Address), new XAttribute("networkMask", Mask),
            new XAttribute("lowerIP", Lowest), new XAttribute("upperIP", Highest), new XAttribute("enabled", IsEnabled ? 1 : 0),
            Options.Count == 0 ? null : new XElement(space + "Options", Options.Select(o =>
                new XElement(space + "Option", new XAttribute("name", o.Number), new XAttribute("value", o.Value)))));
    }

    public static DhcpServer FromXml(XElement element)
    {
        var result = new DhcpServer(Text("networkName"), Text("IPAddress"), Text("networkMask"), Text("lowerIP"), Text("upperIP"), Text("enabled") == "1");
        foreach (var option in element.Elements().Elements()) result.Options.Add((option.Attribute("name")!.Value, option.Attribute("value")!.Value));
        return result;

        string Text(string name) => element.Attribute(name)!.Value;
    }
}

/// <summary>An interface of the host for machines: here it is only said to be there.</summary>
internal sealed class HostInterface(int number)
{
    public int Number { get; } = number;

    public string Name => $"vboxnet{Number}";

    public string Address { get; set; } = string.Create(CultureInfo.InvariantCulture, $"192.168.{56 + number}.1");

    public string Mask { get; set; } = "255.255.255.0";

    public static string NetworkOf(string name) => $"HostInterfaceNetworking-{name}";

    public XElement ToXml() =>
        new(Settings.Namespace + "HostInterface", new XAttribute("number", Number), new XAttribute("address", Address), new XAttribute("mask", Mask));

    public static HostInterface FromXml(XElement element) => new(int.Parse(element.Attribute("number")!.Value, CultureInfo.InvariantCulture))
    {
        Address = element.Attribute("address")!.Value,
        Mask = element.Attribute("mask")!.Value,
    };
}
