using System.Net;

namespace VirtualBox.Tests;

public sealed class NatForwardTests
{
    private static readonly PortForward good = new("ssh", ForwardProtocol.Tcp, IPAddress.Loopback, 2222, IPAddress.Parse("10.9.0.5"), 22);

    public static TheoryData<string, PortForward> Refused => new()
    {
        { "empty", good with { Name = " " } },
        { "':'", good with { Name = "a:b" } },
        { "63 bytes", good with { Name = new('é', 32) } },
        { "port 0", good with { HostPort = 0 } },
        { "port 0", good with { GuestPort = 0 } },
        { "lacks the machine's address", good with { GuestAddress = null } },
        { "one is IPv4", good with { HostAddress = IPAddress.IPv6Loopback } },
        { "one is IPv4", good with { GuestAddress = IPAddress.Parse("fd17::5") } },
    };

    [Theory]
    [MemberData(nameof(Refused))]
    public async Task ARuleThatVirtualBoxWouldTakeWronglyIsRefused(string why, PortForward rule)
    {
        using var fake = new FakeVBoxManage("");
        var error = await Assert.ThrowsAsync<ArgumentException>(() => NatNet.AddForward(fake.Runner, "n", rule));
        Assert.Contains(why, error.Message, StringComparison.Ordinal);
        Assert.Equal(0, fake.Runs);
    }

    /// <summary>From the real 7.2; some rules were made by other programs that look at nothing.</summary>
    private const string Listed = """
        Name:         n1
        Enabled:      No
        Network:      10.9.0.0/24
        Gateway:      10.9.0.1
        DHCP Server:  Yes
        IPv6:         Yes
        IPv6 Prefix:  fd17:625c:f037:2::/64
        IPv6 Default: No
        Port-forwarding (ipv4)
                a b,c"'é名:tcp:[]:2227:[10.9.0.6]:22
                bad5:tcp:[::1]:2225:[10.9.0.6]:22
                hn:tcp:[nonsense]:3005:[what]:22
                tcp_[]%2228_[10.9.0.6]%22:tcp:[]:2228:[10.9.0.6]:22
                x[y]:udp:[127.0.0.1]:2229:[10.9.0.6]:53
        Port-forwarding (ipv6)
                six:tcp:[]:2230:[fd17:625c:f037:2::5]:22
        loopback mappings (ipv4)
                127.0.0.1=5

        Name:         b"b  x
        Enabled:      No
        Network:      10.19.0.0/24
        loopback mappings (ipv4)
                127.0.0.1=2


        """;

    [Fact]
    public void RulesAreReadWhateverTheirNamesHold()
    {
        var rules = NatNet.ParseForwards(Listed);
        var guest = IPAddress.Parse("10.9.0.6");
        Assert.Equal(
            [
                new("a b,c\"'é名", ForwardProtocol.Tcp, null, 2227, guest, 22),
                new("bad5", ForwardProtocol.Tcp, IPAddress.IPv6Loopback, 2225, guest, 22),
                new("tcp_[]%2228_[10.9.0.6]%22", ForwardProtocol.Tcp, null, 2228, guest, 22),
                new("x[y]", ForwardProtocol.Udp, IPAddress.Loopback, 2229, guest, 53),
                new("six", ForwardProtocol.Tcp, null, 2230, IPAddress.Parse("fd17:625c:f037:2::5"), 22),
            ],
            rules["n1"]);
        Assert.Empty(rules["b\"b  x"]);
        Assert.Equal(2, rules.Count);
        Assert.Empty(NatNet.ParseForwards(""));
    }
}
