using System.Globalization;
using VirtualBox;

namespace Broker.Backend.VmManagers.VirtualBox;

/// <summary>Ports that lead to a machine, as rules of its first NIC. Ours are known by their names; those of others are left alone.</summary>
internal static class Forwards
{
    private const int Nic = 1;
    private const string Mark = "broker-";

    /// <summary>Adds and removes rules until ours are those that are wanted. What the machine has otherwise is never closed for it, not for a moment.</summary>
    public static async Task Bring(Machine machine, MachineReport report, IReadOnlyList<ForwardedPort> wanted)
    {
        PortForward[] rules = [.. wanted.Select(RuleOf)];
        PortForward[] there = [.. report.Forwards.Where(f => f.Nic == Nic && f.Rule.Name.StartsWith(Mark, StringComparison.Ordinal)).Select(f => f.Rule)];
        foreach (var rule in there.Except(rules)) await machine.RemoveForward(Nic, rule.Name);
        foreach (var rule in rules.Except(there)) await machine.AddForward(Nic, rule);
    }

    private static PortForward RuleOf(ForwardedPort port) =>
        new(Mark + port.GuestPort.ToString(CultureInfo.InvariantCulture), ForwardProtocol.Tcp, port.HostAddress, port.HostPort, null, port.GuestPort);
}
