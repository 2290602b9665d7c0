using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Libvirt.Testing;

namespace Libvirt.Tests;

/// <summary>The transports that leave the machine, as far as its own loopback.</summary>
[Trait("Needs", "libvirt")]
public sealed class RemoteTests : IDisposable
{
    private readonly string _pki = Directory.CreateTempSubdirectory("libvirt-pki-").FullName;

    [Fact]
    public async Task ADaemonOnTlsIsReachedWithItsCertificates()
    {
        WriteCertificates();
        await using var libvirtd = await PrivateLibvirtd.Start("listen_tls = 1", "auth_tls = \"none\"", "listen_addr = \"127.0.0.1\"",
            $"ca_file = \"{_pki}/cacert.pem\"", $"cert_file = \"{_pki}/servercert.pem\"", $"key_file = \"{_pki}/serverkey.pem\"");
        var uri = new ConnectUri { Driver = "qemu", Transport = ConnectTransport.Tls, Host = "127.0.0.1", Path = "/system", PkiPath = _pki };
        using (var connect = await libvirtd.Inside(() => Connect.Open(uri.ToString())))
        {
            Assert.True(connect.IsEncrypted());
            using var network = connect.LookupNetworkByName("default");
            Assert.True(network.IsActive());
        }
        File.Delete($"{_pki}/clientcert.pem");
        File.Delete($"{_pki}/clientkey.pem");
        var error = await Assert.ThrowsAsync<LibvirtException>(() => libvirtd.Inside(() => Connect.Open(uri.ToString())));
        Assert.Equal(ErrorNumber.SystemError, error.Code);      // the daemon hangs up on who shows none
    }

    [Fact]
    public async Task ADaemonIsReachedThroughSsh()
    {
        await using var libvirtd = await PrivateLibvirtd.Start();
        // Stands for the program ssh: runs where the daemon is what ssh would run there, and notes whom it was asked for.
        var ssh = Path.Combine(_pki, "ssh");
        await File.WriteAllTextAsync(ssh, $"""
            #!/bin/sh
            echo "$@" >>{_pki}/calls
            for last; do :; done
            exec nsenter --mount --net --target {libvirtd.NamespacePid} sh -c "$last"

            """);
        File.SetUnixFileMode(ssh, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        var uri = new ConnectUri
        {
            Driver = "qemu",
            Transport = ConnectTransport.Ssh,
            User = "root",
            Host = "node7",
            Port = 2222,
            Path = "/system",
            Command = ssh,
            KeyFile = "/keys/node7",
            NoTty = true,
            Proxy = ConnectProxy.Native,
        };
        using (var direct = Connect.Open(libvirtd.Uri))
        using (var connect = Connect.Open(uri.ToString()))
        {
            using var network = direct.LookupNetworkByName("default");
            using var same = connect.LookupNetworkByUUID(network.GetUUID());
            Assert.True(same.IsActive());
        }
        var call = await File.ReadAllTextAsync($"{_pki}/calls");
        Assert.All(["-p 2222", "-l root", "-i /keys/node7", "BatchMode=yes", "node7"], part => Assert.Contains(part, call));
    }

    public void Dispose() => Directory.Delete(_pki, recursive: true);

    private void WriteCertificates()
    {
        using var authority = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=Test", authority, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign, true));
        using var ca = request.CreateSelfSigned(Now.AddDays(-1), Now.AddDays(1));
        File.WriteAllText($"{_pki}/cacert.pem", ca.ExportCertificatePem());
        Write("server", "1.3.6.1.5.5.7.3.1");
        Write("client", "1.3.6.1.5.5.7.3.2");

        void Write(string name, string use)
        {
            using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
            var signed = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
            signed.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature | X509KeyUsageFlags.KeyEncipherment, true));
            signed.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid(use)], true));
            var names = new SubjectAlternativeNameBuilder();
            names.AddIpAddress(IPAddress.Loopback);
            signed.CertificateExtensions.Add(names.Build());
            using var certificate = signed.Create(ca, Now.AddDays(-1).AddMinutes(1), Now.AddDays(1).AddMinutes(-1), RandomNumberGenerator.GetBytes(8));
            File.WriteAllText($"{_pki}/{name}cert.pem", certificate.ExportCertificatePem());
            File.WriteAllText($"{_pki}/{name}key.pem", key.ExportPkcs8PrivateKeyPem());
        }
    }

    private static DateTimeOffset Now => TimeProvider.System.GetUtcNow();
}
