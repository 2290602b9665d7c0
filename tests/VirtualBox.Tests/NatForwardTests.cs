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

[Collection("real VirtualBox")]
[Trait("Category", "Long")]
public sealed class RealNatForwardTests(RealVirtualBox real)
{
    private readonly VBoxManage vbox = real.Another();

    [RealFact]
    public async Task PortsAreForwardedToMachinesInANatNetworkAndTakenBack()
    {
        await new NatNet("n 1", IPNetwork.Parse("10.9.0.0/24"), true).Create(vbox);
        Assert.Empty(await NatNet.ListForwards(vbox, "n 1"));
        PortForward[] rules =
        [
            new("all \"q\" 名", ForwardProtocol.Udp, null, 5353, IPAddress.Parse("10.9.0.5"), 53),
            new(new('n', 63), ForwardProtocol.Tcp, IPAddress.Loopback, 2222, IPAddress.Parse("10.9.0.5"), 22),
            new("delete", ForwardProtocol.Tcp, IPAddress.IPv6Loopback, 2222, IPAddress.Parse("fd17:625c:f037:2::5"), 22),
        ];
        foreach (var rule in rules) await NatNet.AddForward(vbox, "n 1", rule);
        Assert.Equal(rules, await NatNet.ListForwards(vbox, "n 1"));

        var taken = await Assert.ThrowsAsync<VBoxManageException>(() => NatNet.AddForward(vbox, "n 1", rules[1] with { Name = "other" }));
        Assert.Equal((ErrorCode.InvalidArgument, "A NAT rule for this host port and this host IP already exists"), (taken.Code, taken.Message));
        var same = await Assert.ThrowsAsync<VBoxManageException>(() => NatNet.AddForward(vbox, "n 1", rules[0] with { HostPort = 1 }));
        Assert.Equal("A NAT rule of this name already exists", same.Message);

        await Assert.ThrowsAsync<VBoxManageException>(() => NatNet.RemoveForward(vbox, "n 1", "delete"));
        await NatNet.RemoveForward(vbox, "n 1", "delete", isIPv6: true);
        foreach (var rule in rules[..2]) await NatNet.RemoveForward(vbox, "n 1", rule.Name);
        Assert.Empty(await NatNet.ListForwards(vbox, "n 1"));
        await NatNet.Remove(vbox, "n 1");
    }

    [RealFact]
    public async Task WhatIsNoNetworkHasNoRulesAndDoesNotStart()
    {
        var rule = new PortForward("r", ForwardProtocol.Tcp, null, 1, IPAddress.Loopback, 1);
        await Assert.ThrowsAsync<InvalidOperationException>(() => NatNet.ListForwards(vbox, "none"));
        await Assert.ThrowsAsync<VBoxManageException>(() => NatNet.AddForward(vbox, "none", rule));
        await Assert.ThrowsAsync<VBoxManageException>(() => NatNet.RemoveForward(vbox, "none", "r"));
        await Assert.ThrowsAsync<VBoxManageException>(() => NatNet.Start(vbox, "none"));
        await Assert.ThrowsAsync<VBoxManageException>(() => NatNet.Stop(vbox, "none"));
    }

    [RealFact]
    public async Task ANetworkIsStartedAndStoppedHoweverOften()
    {
        await new NatNet("n2", IPNetwork.Parse("10.8.0.0/24"), false).Create(vbox);
        for (var i = 0; i < 2; i++) await NatNet.Start(vbox, "n2");
        for (var i = 0; i < 2; i++) await NatNet.Stop(vbox, "n2");
        await NatNet.Remove(vbox, "n2");
    }

    [RealFact]
    public async Task ALeaseIsFoundByTheNicAndOnlyWhileItIsHeld()
    {
        var home = vbox.UserHome!;
        await new NatNet("n3", IPNetwork.Parse("10.7.0.0/24"), true).Create(vbox);
        await Assert.ThrowsAsync<VBoxManageException>(() => DhcpLease.Find(vbox, "n3", "080027F1EA85"));
        await NatNet.Start(vbox, "n3");
        Assert.Null(await DhcpLease.Find(vbox, "n3", "080027F1EA85"));
        var now = TimeProvider.System.GetUtcNow().ToUnixTimeSeconds();
        await File.WriteAllTextAsync(Path.Combine(home, "n3-Dhcpd.leases"), $"""
            <?xml version="1.0"?>
            <Leases version="1.0">
              <Lease mac="08:00:27:f1:ea:85" id="01080027f1ea85" network="0.0.0.0" state="acked">
                <Address value="10.7.0.15"/><Time issued="{now}" expiration="600"/>
              </Lease>
              <Lease mac="08:00:27:f1:ea:86" id="01080027f1ea86" network="0.0.0.0" state="acked">
                <Address value="10.7.0.16"/><Time issued="{now - 9000}" expiration="600"/>
              </Lease>
            </Leases>
            """);
        var expires = DateTimeOffset.FromUnixTimeSeconds(now + 600);
        Assert.Equal(new(IPAddress.Parse("10.7.0.15"), expires, true), await DhcpLease.Find(vbox, "n3", "080027f1ea85"));
        Assert.Equal(new(IPAddress.Parse("10.7.0.16"), expires.AddSeconds(-9000), false), await DhcpLease.Find(vbox, "n3", "080027F1EA86"));
        Assert.Null(await DhcpLease.Find(vbox, "n3", "080027F1EA87"));
        await Assert.ThrowsAsync<VBoxManageException>(() => DhcpLease.Find(vbox, "none", "080027F1EA87"));
        await Assert.ThrowsAsync<ArgumentException>(() => DhcpLease.Find(vbox, "n3", "08:00:27:F1:EA:87"));
        await NatNet.Remove(vbox, "n3");
    }
}
