using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Broker.Core.Settings;
using Microsoft.AspNetCore.Server.Kestrel.Https;

namespace Broker.Frontend.Hosting;

/// <summary>The certificate of https addresses. Read at start: a renewed one wants a restart.</summary>
internal static class Certificate
{
    /// <summary>Shows it to whoever connects, with those that lead to its authority.</summary>
    /// <exception cref="SettingsException">One of the files is missing, not readable, or they don't belong together.</exception>
    public static void Use(HttpsConnectionAdapterOptions https, FrontEndSettings settings)
    {
        const string remedy = "Name both in certificate_file and key_file (PEM), or listen on http:// behind a proxy.";
        var key = SecretFile.Read(settings.KeyFile, "key_file");
        try
        {
            var pem = File.ReadAllText(settings.CertificateFile);
            var certificate = X509Certificate2.CreateFromPem(pem, key);
            var chain = new X509Certificate2Collection();
            chain.ImportFromPem(pem);
            https.ServerCertificate = certificate;
            https.ServerCertificateChain = chain;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new SettingsException($"The certificate can't be read: {e.Message} {remedy}");
        }
        catch (CryptographicException e)
        {
            throw new SettingsException($"{settings.CertificateFile} and {settings.KeyFile} are no certificate and its key: {e.Message} {remedy}");
        }
    }
}
