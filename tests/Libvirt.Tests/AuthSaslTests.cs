using Libvirt.Testing;

namespace Libvirt.Tests;

[Trait("Needs", "libvirt")]
public class AuthSaslTests
{
    [Fact]
    public async Task ADaemonOnTcpLetsInWhoItsSaslKnows()
    {
        await using var libvirtd = await PrivateLibvirtd.Start("listen_tcp = 1", "auth_tcp = \"sasl\"", "listen_addr = \"127.0.0.1\"");
        var users = Path.Combine(Path.GetDirectoryName(libvirtd.Shares)!, "etc/sasl.db");
        // A user belongs to a realm, which is the host's name: the daemon's.
        Programs.Run("nsenter", "--uts", "--net", "--target", libvirtd.NamespacePid,
            "sh", "-c", "printf '%s' \"$1\" | saslpasswd2 -p -c -f \"$2\" -a libvirt ali", "sh", "Sesam, öffne dich", users);
        using (var connect = await Open("Sesam, öffne dich"))
            Assert.True(connect.IsEncrypted());
        Assert.Equal(ErrorNumber.AuthFailed, (await Assert.ThrowsAsync<LibvirtException>(() => Open("Sesam"))).Code);
        var nobody = await Assert.ThrowsAsync<LibvirtException>(() => libvirtd.Inside(() => Connect.Open("qemu+tcp://127.0.0.1/system")));
        Assert.Equal(ErrorNumber.AuthFailed, nobody.Code);

        Task<Connect> Open(string password) => libvirtd.Inside(() => Connect.OpenAuth("qemu+tcp://127.0.0.1/system", "ali", password));
    }
}
