using System.Net;

namespace VirtualBox.Tests;

public abstract class NetworkContract(Installation tried)
{
    private readonly VBoxManage vbox = tried.Another();

    [ContractFact]
    public async Task NatNetworksAreMadeListedAndRemoved()
    {
        Assert.Empty(await NatNet.List(vbox));
        NatNet[] nets = [new("plain", IPNetwork.Parse("10.9.0.0/24"), true), new("my \"n\" \\x", IPNetwork.Parse("10.10.0.0/16"), false)];
        foreach (var net in nets) await net.Create(vbox);
        Assert.Equal(nets.ToDictionary(n => n.Name), await NatNet.List(vbox));
        await Assert.ThrowsAsync<InvalidOperationException>(() => nets[0].Create(vbox));

        await NatNet.Remove(vbox, "plain");
        Assert.Equal([nets[1].Name], (await NatNet.List(vbox)).Keys);
        await Assert.ThrowsAsync<VBoxManageException>(() => NatNet.Remove(vbox, "plain"));
    }

    [ContractFact]
    public async Task ANatNetworkThatCanNotBeLeavesNothing()
    {
        await Assert.ThrowsAsync<VBoxManageException>(() => new NatNet("bad", IPNetwork.Parse("fd17::/64"), true).Create(vbox));
        Assert.Empty(await NatNet.List(vbox));
    }

    [ContractFact]
    public async Task DhcpServersAreSetChangedAndRemoved()
    {
        var fresh = Assert.Single(await DhcpServer.List(vbox)).Value;
        Assert.Equal((DhcpServer.OfHostonly("vboxnet0"), 24), (fresh.NetworkName, fresh.PrefixLength));
        Assert.True(fresh.IsEnabled);

        var server = new DhcpServer("intnet \"1\"", IPAddress.Parse("10.5.0.1"), 16, IPAddress.Parse("10.5.0.10"), IPAddress.Parse("10.5.9.99"));
        await server.Set(vbox);
        await (server with { NetworkName = "other" }).Set(vbox);
        Assert.Equal(server, (await DhcpServer.List(vbox))[server.NetworkName]);
        await (server with { IsEnabled = false, Highest = IPAddress.Parse("10.5.0.20") }).Set(vbox);
        var changed = await DhcpServer.List(vbox);
        Assert.Equal(3, changed.Count);
        Assert.Equal(server with { IsEnabled = false, Highest = IPAddress.Parse("10.5.0.20") }, changed[server.NetworkName]);

        await DhcpServer.Remove(vbox, server.NetworkName);
        Assert.Equal(2, (await DhcpServer.List(vbox)).Count);
        await Assert.ThrowsAsync<VBoxManageException>(() => DhcpServer.Remove(vbox, server.NetworkName));
    }

    [ContractFact]
    public async Task ADhcpServerThatCanNotBeLeavesNothing()
    {
        var server = new DhcpServer("bad", IPAddress.IPv6Loopback, 24, IPAddress.Parse("10.5.0.10"), IPAddress.Parse("10.5.0.99"));
        await Assert.ThrowsAsync<VBoxManageException>(() => server.Set(vbox));
        Assert.DoesNotContain("bad", (await DhcpServer.List(vbox)).Keys);
    }

    [ContractFact]
    public async Task WithoutTheDriverAHostonlyInterfaceSaysWhatIsMissing()
    {
        var driverless = tried.WithoutDriver();
        Assert.Empty(await HostonlyNet.List(driverless));
        var error = await Assert.ThrowsAsync<HostonlyInterfaceException>(() => HostonlyNet.Create(driverless));
        Assert.Contains("/dev/vboxnetctl", error.Result.Errors, StringComparison.Ordinal);
        await Assert.ThrowsAsync<HostonlyInterfaceException>(() => HostonlyNet.Configure(driverless, "vboxnet9", IPAddress.Parse("10.1.0.1"), 24));
        await Assert.ThrowsAsync<HostonlyInterfaceException>(() => HostonlyNet.Remove(driverless, "vboxnet9"));
    }
}
