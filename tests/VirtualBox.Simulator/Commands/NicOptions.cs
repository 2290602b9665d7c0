using System.Globalization;
using VirtualBox.Simulator.Server;

namespace VirtualBox.Simulator.Commands;

/// <summary>The options of <c>modifyvm</c> and <c>controlvm</c> for NICs and the ports behind them.</summary>
internal static class NicOptions
{
    private static readonly Dictionary<string, string> hardware = new(StringComparer.OrdinalIgnoreCase)
    {
        ["Am79C970A"] = "Am79C970A",
        ["Am79C973"] = "Am79C973",
        ["Am79C960"] = "Am79C960",
        ["82540EM"] = "82540EM",
        ["82543GC"] = "82543GC",
        ["82545EM"] = "82545EM",
        ["virtio"] = "virtio",
    };

    private static readonly Dictionary<string, string> names = new()
    {
        ["bridgeadapter"] = "bridged",
        ["intnet"] = "intnet",
        ["hostonlyadapter"] = "hostonly",
        ["natnetwork"] = "natnetwork",
        ["nicgenericdrv"] = "generic",
    };

    /// <returns>False if the option is none for NICs.</returns>
    public static bool Apply(Option option, Hardware machine)
    {
        var isName = names.TryGetValue(option.Name, out var kind);
        if (!isName && option.Name is not ("nic" or "nictype" or "macaddress" or "cableconnected" or "nicspeed" or "natpf")) return false;
        if (option.Index is < 1 or > 8) throw new Failure($"Invalid NIC number {option.Index}", exitCode: 0);
        var adapter = machine.Adapters[option.Index - 1];
        if (isName)
        {
            adapter.Names[kind!] = option.Value();
            return true;
        }
        switch (option.Name)
        {
            case "nic":
                var word = option.Value().ToLowerInvariant();
                if (!Adapter.Kinds.Contains(word)) throw new Failure($"Invalid type '{word}' specfied for NIC {option.Index}");
                adapter.Kind = word;
                if (adapter.Mac.Length == 0) adapter.Mac = Adapter.NewMac();
                break;
            case "nictype":
                var chip = option.Value();
                adapter.Type = hardware.GetValueOrDefault(chip) ?? throw new Failure($"Invalid NIC type '{chip}' specified for NIC {option.Index}");
                break;
            case "macaddress":
                var mac = option.Value();
                if (mac == "auto") mac = Adapter.NewMac();
                if (mac.Length != 12 || !mac.All(char.IsAsciiHexDigit))
                    throw new Failure("Invalid MAC address format", Code.NS_ERROR_INVALID_ARG, "NetworkAdapterWrap");
                adapter.Mac = mac.ToUpperInvariant();
                break;
            case "cableconnected": adapter.HasCable = option.IsOn(); break;
            case "nicspeed": adapter.Speed = option.Value(); break;
            case "natpf":
                var rule = option.Value();
                if (rule == "delete") RemoveForward(adapter, option.Next());
                else AddForward(adapter, rule);
                break;
        }
        return true;
    }

    /// <summary>Adds a rule; numbers are read as VirtualBox reads them: without complaint.</summary>
    public static void AddForward(Adapter adapter, string text)
    {
        var parts = text.Split(',');
        if (parts.Length != 6) throw new Failure("Missing or invalid argument to NAT port forwarding", exitCode: 2) { ShowsUsage = true };
        if (parts[1] is not ("tcp" or "udp")) throw new Failure("Invalid protocol", exitCode: 2) { ShowsUsage = true };
        var rule = new Forward(parts[0], parts[1], parts[2], PortOf(parts[3]), parts[4], PortOf(parts[5]));
        if (rule.Name.Length == 0) rule = rule with { Name = $"{rule.Protocol}_{rule.HostPort}_{rule.GuestPort}" };
        if (adapter.Forwards.Exists(f => f.Name == rule.Name)) throw Nat("A NAT rule of this name already exists");
        if (adapter.Forwards.Exists(f => (f.Protocol, f.HostPort, f.HostAddress) == (rule.Protocol, rule.HostPort, rule.HostAddress)))
            throw Nat("A NAT rule for this host port and this host IP already exists");
        adapter.Forwards.Add(rule);

        static int PortOf(string port) => long.TryParse(port, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? (ushort)number : 0;

        static Failure Nat(string text) => new(text, Code.NS_ERROR_INVALID_ARG, "NATEngineWrap");
    }

    public static void RemoveForward(Adapter adapter, string name)
    {
        if (adapter.Forwards.RemoveAll(f => f.Name == name) == 0) throw Failure.Bare();
    }
}
