using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Broker.Core.Settings;
using Broker.Frontend.Hosting;

namespace Broker.Frontend.Tests.Hosting;

public sealed class TlsTests(FrontendHost host) : IClassFixture<FrontendHost>
{
    [Fact]
    public async Task It_answers_with_the_certificate_that_the_settings_name()
    {
        var (certificate, key) = Write("own", UnixFileMode.UserRead);
        var (factory, address) = host.Start(("urls", (string[])["https://127.0.0.1:0"]), ("certificate_file", certificate), ("key_file", key));
        await using var own = factory;
        using var trusted = X509CertificateLoader.LoadCertificateFromFile(certificate);
        // nothing else is trusted
        using var handler = new SocketsHttpHandler
        {
            SslOptions = { CertificateChainPolicy = new() { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck, CustomTrustStore = { trusted } } },
        };
        using var http = new HttpClient(handler);
        Assert.Equal("https", address.Scheme);
        Assert.True((await http.GetAsync(new Uri(address, "healthz"))).IsSuccessStatusCode);
    }

    [Fact]
    public void A_key_that_others_may_read_is_refused()
    {
        var (certificate, key) = Write("open", UnixFileMode.UserRead | UnixFileMode.OtherRead);
        Assert.Contains($"chmod 600 {key}", Refused(certificate, key), StringComparison.Ordinal);
    }

    [Fact]
    public void A_missing_certificate_and_one_that_is_not_the_keys_are_named_with_their_settings()
    {
        var (certificate, _) = Write("one", UnixFileMode.UserRead);
        var (_, key) = Write("other", UnixFileMode.UserRead);
        Assert.Contains("certificate_file and key_file", Refused(certificate, key), StringComparison.Ordinal);
        Assert.Contains("listen on http:// behind a proxy", Refused("/nowhere/certificate.pem", key), StringComparison.Ordinal);
        Assert.Contains("key_file", Refused(certificate, "/nowhere/key.pem"), StringComparison.Ordinal);
    }

    [Fact]
    public void Without_https_no_certificate_is_wanted() => Assert.Null(Certificate.Read(new FrontEndSettings { Urls = ["http://127.0.0.1:1"] }));

    private static string Refused(string certificate, string key) =>
        Assert.Throws<SettingsException>(() => Certificate.Read(new FrontEndSettings { CertificateFile = certificate, KeyFile = key })).Message;

    private (string Certificate, string Key) Write(string name, UnixFileMode mode)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={name}.example", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddIpAddress(System.Net.IPAddress.Loopback);
        request.CertificateExtensions.Add(names.Build());
        using var made = request.CreateSelfSigned(DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch.AddYears(200));
        var (certificatePath, keyPath) = (Path.Combine(host.Folder, name + ".pem"), Path.Combine(host.Folder, name + "-key.pem"));
        File.WriteAllText(certificatePath, made.ExportCertificatePem());
        File.WriteAllText(keyPath, key.ExportPkcs8PrivateKeyPem());
        File.SetUnixFileMode(keyPath, mode);
        return (certificatePath, keyPath);
    }
}
