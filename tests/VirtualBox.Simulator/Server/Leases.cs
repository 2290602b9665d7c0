using System.Globalization;
using System.Xml.Linq;

namespace VirtualBox.Simulator.Server;

/// <summary>The notes of a DHCP server, as VirtualBox's keeps them.</summary>
internal static class Leases
{
    private const int Seconds = 600;

    /// <summary>A MAC address as it is there: <c>08:00:27:f1:ea:85</c>.</summary>
    public static string Colons(string mac) => string.Join(':', mac.ToLowerInvariant().Chunk(2).Select(c => new string(c)));

    public static (string Mac, string Address, long Issued, long Seconds)? Find(string file, string mac)
    {
        var lease = XElement.Load(file).Elements().LastOrDefault(l => l.Attribute("mac")!.Value == Colons(mac));
        if (lease is null) return null;
        var (address, time) = (lease.Element("Address")!, lease.Element("Time")!);
        return (Colons(mac), address.Attribute("value")!.Value, Number("issued"), Number("expiration"));

        long Number(string attribute) => long.Parse(time.Attribute(attribute)!.Value, CultureInfo.InvariantCulture);
    }

    public static void Add(string file, string mac, string address)
    {
        var all = File.Exists(file) ? XElement.Load(file) : new("Leases", new XAttribute("version", "1.0"));
        all.Elements().Where(l => l.Attribute("mac")!.Value == Colons(mac)).Remove();
        all.Add(new XElement("Lease", new XAttribute("mac", Colons(mac)), new XAttribute("id", $"01{mac.ToLowerInvariant()}"),
            new XAttribute("network", "0.0.0.0"),
            new XAttribute("state", "acked"), new XElement("Address", new XAttribute("value", address)),
            new XElement("Time", new XAttribute("issued", TimeProvider.System.GetUtcNow().ToUnixTimeSeconds()), new XAttribute("expiration", Seconds))));
        all.Save(file);
    }
}
