using System.Net;
using System.Text.RegularExpressions;

namespace VirtualBox;

/// <summary>An address that a DHCP server gave to a machine.</summary>
/// <param name="Address">The address.</param>
/// <param name="Expires">Until when, in UTC.</param>
/// <param name="IsHeld">Whether the machine took it and its time is not over. It may have been switched off since.</param>
public sealed partial record DhcpLease(IPAddress Address, DateTimeOffset Expires, bool IsHeld)
{
    /// <summary>
    /// What the DHCP server of a network gave to a NIC; null if nothing yet. The way to a machine's address where no Guest Additions tell it; not for NICs on
    /// <see cref="NicNetwork.Nat"/>, which have a server each, nor <see cref="NicNetwork.Bridged"/> ones.
    /// </summary>
    /// <param name="vbox">Runs the command.</param>
    /// <param name="networkName">The network's name, <see cref="Nic.DhcpNetwork"/>.</param>
    /// <param name="mac">The NIC's MAC address, 12 hexadecimal digits.</param>
    /// <param name="cancel">Ends it.</param>
    /// <exception cref="VBoxManageException">The network has no DHCP server; a NAT network gets its own when it first starts.</exception>
    public static async Task<DhcpLease?> Find(VBoxManage vbox, string networkName, string mac, CancellationToken cancel = default)
    {
        try
        {
            string[] arguments = ["--network", Names.Text(networkName, "A network's name"), "--mac-address", Nic.CheckMac(mac)];
            return Parse((await vbox.Run(vbox.Command(["dhcpserver", "findlease", .. arguments]), cancel: cancel)).Output);
        }
        catch (VBoxManageException e) when (e.Code == ErrorCode.ObjectNotFound
            || e.Code == ErrorCode.FileError && e.Message.Contains("VERR_FILE_NOT_FOUND", StringComparison.Ordinal))
        {
            return null; // none for this NIC, or none for anybody so far
        }
    }

    internal static DhcpLease Parse(string output)
    {
        var lease = Blocks.One(output);
        var expires = Seconds().Match(lease.GetValueOrDefault("Expire") ?? "");
        if (!IPAddress.TryParse(lease.GetValueOrDefault("IP Address"), out var address) || !expires.Success)
            throw new FormatException($"VBoxManage says '{output.Trim()}' instead of a lease.");
        return new(
            address, DateTimeOffset.FromUnixTimeSeconds(long.Parse(expires.Groups["seconds"].ValueSpan, System.Globalization.CultureInfo.InvariantCulture)),
            lease.GetValueOrDefault("State") == "acked");
    }

    [GeneratedRegex(@"\((?<seconds>[0-9]{1,11})\)", RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Seconds();
}
