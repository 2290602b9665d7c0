using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Broker.Core.Settings;
using Microsoft.AspNetCore.Server.Kestrel.Https;

namespace Broker.Frontend.Hosting;

/// <summary>The certificate of https addresses, with those that lead to its authority. Read at start: a renewed one wants a restart.</summary>
/// <param name="Own">With its private key.</param>
/// <param name="Chain">What leads to its authority.</param>
public sealed record Certificate(X509Certificate2 Own, X509Certificate2Collection Chain)
{
    /// <summary>Reads it; null when no address is https.</summary>
    /// <exception cref="SettingsException">One of the files is missing, not readable, or they don't belong together.</exception>
    public static Certificate? Read(FrontEndSettings settings)
    {
        if (!settings.HasTls) return null;
        const string remedy = "Name both in certificate_file and key_file (PEM), or listen on http:// behind a proxy.";
        var key = SecretFile.Read(settings.KeyFile, "key_file");
        try
        {
            var pem = File.ReadAllText(settings.CertificateFile);
            var certificate = X509Certificate2.CreateFromPem(pem, key);
            var chain = new X509Certificate2Collection();
            chain.ImportFromPem(pem);
            return new(certificate, chain);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new SettingsException($"The certificate can't be read: {e.Message} {remedy}");
        }
        catch (Exception e) when (e is CryptographicException or ArgumentException)
        {
            throw new SettingsException($"{settings.CertificateFile} and {settings.KeyFile} are no certificate and its key: {e.Message} {remedy}");
        }
    }

    /// <summary>Shows it to whoever connects.</summary>
    public void Use(HttpsConnectionAdapterOptions https)
    {
        https.ServerCertificate = Own;
        https.ServerCertificateChain = Chain;
    }
}
