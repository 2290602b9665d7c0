using System.Net;

namespace VirtualBox.Tests;

public abstract class NatForwardContract(Installation tried)
{
    private readonly VBoxManage vbox = tried.Another();

    [ContractFact]
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

    [ContractFact]
    public async Task WhatIsNoNetworkHasNoRulesAndDoesNotStart()
    {
        var rule = new PortForward("r", ForwardProtocol.Tcp, null, 1, IPAddress.Loopback, 1);
        await Assert.ThrowsAsync<InvalidOperationException>(() => NatNet.ListForwards(vbox, "none"));
        await Assert.ThrowsAsync<VBoxManageException>(() => NatNet.AddForward(vbox, "none", rule));
        await Assert.ThrowsAsync<VBoxManageException>(() => NatNet.RemoveForward(vbox, "none", "r"));
        await Assert.ThrowsAsync<VBoxManageException>(() => NatNet.Start(vbox, "none"));
        await Assert.ThrowsAsync<VBoxManageException>(() => NatNet.Stop(vbox, "none"));
    }

    [ContractFact]
    public async Task ANetworkIsStartedAndStoppedHoweverOften()
    {
        await new NatNet("n2", IPNetwork.Parse("10.8.0.0/24"), false).Create(vbox);
        for (var i = 0; i < 2; i++) await NatNet.Start(vbox, "n2");
        for (var i = 0; i < 2; i++) await NatNet.Stop(vbox, "n2");
        await NatNet.Remove(vbox, "n2");
    }

    [ContractFact]
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
