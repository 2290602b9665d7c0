using Libvirt.Testing;

namespace Libvirt.Tests;

[Trait("Needs", "libvirt")]
public class PrivateLibvirtdTests
{
    [Fact]
    public async Task ListensOnTcpInItsOwnNetworkAndLeavesNothingBehind()
    {
        await using var libvirtd = await PrivateLibvirtd.Start("listen_tcp = 1", "auth_tcp = \"none\"", "listen_addr = \"127.0.0.1\"");
        using (var connect = await libvirtd.Inside(() => Connect.Open("qemu+tcp://127.0.0.1/system")))
        {
            using var domain = connect.DomainCreateXML(Qemu.Guest(libvirtd));
            Assert.Equal(DomainState.Running, domain.GetState().State);
        }
        // with the first process of a process namespace all others end, guests included
        var first = $"/proc/{libvirtd.NamespacePid}";
        var folder = Path.GetDirectoryName(libvirtd.Shares)!;
        var run = Path.GetDirectoryName(libvirtd.Displays)!;
        Assert.True(Directory.Exists(first));

        await libvirtd.DisposeAsync();

        Assert.False(Directory.Exists(first));
        Assert.False(Directory.Exists(folder));
        Assert.False(Directory.Exists(run));
    }
}
