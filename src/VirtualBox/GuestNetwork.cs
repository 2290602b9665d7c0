using System.Net;
using System.Net.Sockets;
using System.Text.RegularExpressions;

namespace VirtualBox;

/// <summary>
/// A NIC as the machine's own system sees it. Only Guest Additions tell it, and whoever rules the machine can make them say anything. What they said stays when
/// the machine is off or loses its network.
/// </summary>
/// <param name="Mac">Its MAC address, 12 hexadecimal digits, by which it is one of <see cref="MachineReport.Nics"/>; null if not told.</param>
/// <param name="Name">What the system calls it; null if not told, as by Windows.</param>
/// <param name="IPv4">Its IPv4 address; null if it has none.</param>
/// <param name="IPv6">Its IPv6 address; null where not told: VirtualBox's own Guest Additions tell none.</param>
/// <param name="IsUp">Whether it is up.</param>
public sealed partial record GuestNetwork(string? Mac, string? Name, IPAddress? IPv4, IPAddress? IPv6, bool IsUp)
{
    internal const string Properties = "/VirtualBox/GuestInfo/Net/*";

    internal static IReadOnlyList<GuestNetwork> Read(IReadOnlyDictionary<string, string> properties)
    {
        // Numbers above the count are of NICs that went.
        var count = int.TryParse(properties.GetValueOrDefault("/VirtualBox/GuestInfo/Net/Count"), out var told) ? told : int.MaxValue;
        var numbers = properties.Keys.Select(k => Key().Match(k)).Where(m => m.Success)
            .Select(m => int.Parse(m.Groups["number"].ValueSpan, System.Globalization.CultureInfo.InvariantCulture)).Where(n => n < count).Distinct().Order();
        return
        [
            .. from number in numbers
               select new GuestNetwork(
                   Value(number, "MAC"), Value(number, "Name"), Address(number, "V4/IP", AddressFamily.InterNetwork),
                   Address(number, "V6/IP", AddressFamily.InterNetworkV6), Value(number, "Status") == "Up"),
        ];

        string? Value(int number, string what) =>
            properties.GetValueOrDefault($"/VirtualBox/GuestInfo/Net/{number}/{what}") is { Length: > 0 } value ? value : null;
        IPAddress? Address(int number, string what, AddressFamily family) =>
            IPAddress.TryParse(Value(number, what), out var address) && address.AddressFamily == family ? address : null;
    }

    [GeneratedRegex(@"\A/VirtualBox/GuestInfo/Net/(?<number>[0-9]{1,3})/", RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Key();
}
