using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.RegularExpressions;

namespace VirtualBox;

public sealed partial record NatNet
{
    // With one more VirtualBox takes the name for broken.
    private const int MaxNameBytes = 63;

    /// <summary>The ports of the host that lead to machines in a NAT network, IPv4's first; what other programs set up and can't be is left out.</summary>
    /// <exception cref="InvalidOperationException">There is no such network.</exception>
    public static async Task<IReadOnlyList<PortForward>> ListForwards(VBoxManage vbox, string network, CancellationToken cancel = default)
    {
        var all = ParseForwards((await vbox.Run(Listing(vbox), cancel: cancel)).Output);
        return all.TryGetValue(network, out var rules) ? rules : throw new InvalidOperationException($"There is no NAT network '{network}'.");
    }

    /// <summary>Forwards a port of the host to a machine in a NAT network, also while machines run in it.</summary>
    /// <param name="vbox">Runs the command.</param>
    /// <param name="network">The network's name.</param>
    /// <param name="rule">
    /// The ports. The machine's address must be given; whether it is IPv4 or IPv6 says to which of the network's two lists the rule belongs. VirtualBox looks
    /// neither whether it lies in the network nor whether the host's port is free.
    /// </param>
    /// <param name="cancel">Ends it.</param>
    /// <exception cref="ArgumentException">
    /// The name is too long, empty or holds a colon; a port is 0; there is no guest's address, or the host's is of the other kind.
    /// </exception>
    /// <exception cref="VBoxManageException">
    /// There is no such network, or it has a rule of this name, or one for this port (<see cref="ErrorCode.InvalidArgument"/>).
    /// </exception>
    public static async Task AddForward(VBoxManage vbox, string network, PortForward rule, CancellationToken cancel = default) =>
        await Modify(vbox, network, [Option(rule.GuestAddress?.AddressFamily == AddressFamily.InterNetworkV6), Text(rule)], cancel);

    /// <summary>Takes a forwarded port away.</summary>
    /// <param name="vbox">Runs the command.</param>
    /// <param name="network">The network's name.</param>
    /// <param name="name">The rule's.</param>
    /// <param name="isIPv6">Whether it is one of IPv6: there the same names may be.</param>
    /// <param name="cancel">Ends it.</param>
    /// <exception cref="VBoxManageException">There is no such network, or it has no such rule (<see cref="ErrorCode.InvalidArgument"/>).</exception>
    public static async Task RemoveForward(VBoxManage vbox, string network, string name, bool isIPv6 = false, CancellationToken cancel = default) =>
        await Modify(vbox, network, [Option(isIPv6), "delete", Names.Text(name, "A rule's name")], cancel);

    /// <summary>Starts a NAT network. VirtualBox does so by itself with the first machine in it, and says nothing if it can't.</summary>
    /// <exception cref="VBoxManageException">There is none.</exception>
    public static Task Start(VBoxManage vbox, string name, CancellationToken cancel = default) =>
        vbox.Run(vbox.Command("natnetwork", "start", "--netname", name), cancel: cancel);

    /// <summary>Stops a NAT network, whoever uses it. One that does not run stays as it is.</summary>
    /// <exception cref="VBoxManageException">There is none.</exception>
    public static Task Stop(VBoxManage vbox, string name, CancellationToken cancel = default) =>
        vbox.Run(vbox.Command("natnetwork", "stop", "--netname", name), cancel: cancel);

    internal static IReadOnlyDictionary<string, IReadOnlyList<PortForward>> ParseForwards(string output)
    {
        var networks = new Dictionary<string, IReadOnlyList<PortForward>>();
        List<PortForward>? rules = null;
        foreach (var line in output.Split('\n').Select(l => l.TrimEnd('\r')))
        {
            if (line.Split(':', 2) is [var key, var name] && nameKeys.Contains(key)) networks.TryAdd(name.Trim(), rules = []);
            if (rules is null || Rule().Match(line) is not { Success: true } match) continue;
            if (Port("host") is not { } host || Port("guest") is not { } guest || !IPAddress.TryParse(match.Groups["to"].Value, out var to)) continue;
            var protocol = match.Groups["protocol"].Value == "tcp" ? ForwardProtocol.Tcp : ForwardProtocol.Udp;
            var from = IPAddress.TryParse(match.Groups["from"].Value, out var address) ? address : null;
            rules.Add(new(match.Groups["name"].Value, protocol, from, host, to, guest));

            ushort? Port(string group) =>
                ushort.TryParse(match.Groups[group].ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture, out var port) ? port : null;
        }
        return networks;
    }

    private static Task<VBoxManageResult> Modify(VBoxManage vbox, string network, string[] what, CancellationToken cancel) =>
        vbox.Run(vbox.Command(["natnetwork", "modify", "--netname", Names.Text(network, "A network's name"), .. what]), cancel: cancel);

    private static string Option(bool isIPv6) => isIPv6 ? "--port-forward-6" : "--port-forward-4";

    /// <summary>As VirtualBox takes and lists it: <c>ssh:tcp:[127.0.0.1]:2222:[10.9.0.5]:22</c>.</summary>
    private static string Text(PortForward rule)
    {
        Names.Text(rule.Name, "A rule's name", without: ":");
        if (Encoding.UTF8.GetByteCount(rule.Name) > MaxNameBytes)
            throw Names.Refused($"A rule's name may have {MaxNameBytes} bytes; '{rule.Name[..20]}…' has more.");
        if (rule.HostPort == 0 || rule.GuestPort == 0) throw Names.Refused($"Rule '{rule.Name}' has a port 0.");
        if (rule.GuestAddress is null) throw Names.Refused($"Rule '{rule.Name}' lacks the machine's address, which a NAT network does not know by itself.");
        if (rule.HostAddress is { } host && host.AddressFamily != rule.GuestAddress.AddressFamily)
            throw Names.Refused($"Rule '{rule.Name}' leads from {host} to {rule.GuestAddress}: one is IPv4 and one is IPv6.");
        return $"{rule.Name}:{MachineSettings.Word(rule.Protocol)}:[{rule.HostAddress}]:{rule.HostPort}:[{rule.GuestAddress}]:{rule.GuestPort}";
    }

    [GeneratedRegex(@"\A\s+(?<name>[^:]*):(?<protocol>tcp|udp):\[(?<from>[^\]]*)\]:(?<host>[0-9]+):\[(?<to>[^\]]*)\]:(?<guest>[0-9]+)\s*\z",
        RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Rule();
}
