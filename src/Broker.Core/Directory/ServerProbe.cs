using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using Broker.Core.Settings;

namespace Broker.Core.Directory;

/// <summary>What a server shows when one only connects.</summary>
/// <param name="Problem">What is wrong, in a sentence; null when nothing is.</param>
/// <param name="Remedy">What to do about it.</param>
/// <param name="Certificate">For whom its certificate is and who vouches for it; null without one.</param>
/// <param name="ExpiresAt">Until when its certificate counts.</param>
public sealed record ProbeResult(string? Problem, string? Remedy, string? Certificate, DateTimeOffset? ExpiresAt);

/// <summary>Looks at a server's certificate and says why it is not believed: the driver only says that the server can't be reached.</summary>
public static class ServerProbe
{
    /// <summary>A certificate that ends within this time should be renewed.</summary>
    public static readonly TimeSpan ExpiresSoon = TimeSpan.FromDays(21);

    // The extended request for StartTLS (RFC 4511, 4.14) as message 1: its object identifier is all that is in it.
    private static readonly byte[] StartTls = [0x30, 0x1d, 0x02, 0x01, 0x01, 0x77, 0x18, 0x80, 0x16, .. "1.3.6.1.4.1.1466.20037"u8];

    /// <summary>Connects, encrypts as the settings say, and goes.</summary>
    public static async Task<ProbeResult> Look(LdapSettings settings, string server, TimeProvider clock, CancellationToken cancel = default)
    {
        var address = LdapAddress.Parse(server)!;
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        limit.CancelAfter(settings.Timeout);
        using var client = new TcpClient();
        try
        {
            await client.ConnectAsync(address.Host, address.Port, limit.Token);
        }
        catch (Exception e) when (e is SocketException || (e is OperationCanceledException && !cancel.IsCancellationRequested))
        {
            return new($"{address} can't be reached: {(e is SocketException ? e.Message : "it does not answer")}.", $"Look whether the directory runs there and whether a firewall lets this machine through: nc -vz {address.Host} {address.Port}", null, null);
        }
        if (!address.IsTls && !settings.StartTls) return new(null, null, null, null);

        try
        {
            var stream = client.GetStream();
            if (!address.IsTls && await Refuses(stream, limit.Token))
                return new($"{address} offers no StartTLS.", "Give the directory a certificate, or name its ldaps:// address in ldap.servers.", null, null);
            return await Handshake(stream, address, settings, clock, limit.Token);
        }
        catch (Exception e) when (e is IOException or AuthenticationException or SocketException || (e is OperationCanceledException && !cancel.IsCancellationRequested))
        {
            return new($"{address} speaks no TLS: {(e is OperationCanceledException ? "it does not answer" : e.Message)}", address.IsTls ? "Is that the port of ldaps://? Usually it is 636." : "Look into the directory's log.", null, null);
        }
    }

    private static async Task<bool> Refuses(NetworkStream stream, CancellationToken cancel)
    {
        await stream.WriteAsync(StartTls, cancel);
        // message 1, extended response, result code 0: within the first few bytes, whatever follows
        var answer = new byte[512];
        var length = await stream.ReadAtLeastAsync(answer, 14, throwOnEndOfStream: false, cancel);
        return answer.AsSpan(0, length).IndexOf((byte[])[0x0a, 0x01, 0x00]) < 0;
    }

    private static async Task<ProbeResult> Handshake(NetworkStream stream, LdapAddress address, LdapSettings settings, TimeProvider clock, CancellationToken cancel)
    {
        X509Certificate2? shown = null;
        var (errors, chainSays) = (SslPolicyErrors.None, "");
        var policy = new X509ChainPolicy { RevocationMode = X509RevocationMode.NoCheck };
        if (settings.CaFile.Length > 0)
        {
            policy.TrustMode = X509ChainTrustMode.CustomRootTrust;
            policy.CustomTrustStore.ImportFromPemFile(settings.CaFile);
        }
        await using var tls = new SslStream(stream, leaveInnerStreamOpen: true);
        await tls.AuthenticateAsClientAsync(new SslClientAuthenticationOptions
        {
            TargetHost = address.Host,
            CertificateChainPolicy = policy,
            EnabledSslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13,
            // only looked at: nothing is said over this connection
            RemoteCertificateValidationCallback = (_, certificate, chain, found) =>
            {
                if (certificate is not null) shown = X509CertificateLoader.LoadCertificate(certificate.GetRawCertData());
                (errors, chainSays) = (found, string.Join(' ', chain?.ChainStatus.Select(s => s.StatusInformation.Trim()) ?? []));
                return true;
            },
        }, cancel);
        using (shown)
        {
            var names = string.Join(", ", shown!.Extensions.OfType<X509SubjectAlternativeNameExtension>().SelectMany(a => a.EnumerateDnsNames().Concat(a.EnumerateIPAddresses().Select(i => i.ToString()))));
            var certificate = $"{(names.Length > 0 ? names : shown.Subject)}, vouched for by {shown.Issuer}";
            var expires = new DateTimeOffset(shown.NotAfter).ToUniversalTime();
            if (errors.HasFlag(SslPolicyErrors.RemoteCertificateNameMismatch))
                return new($"{address} shows a certificate for {(names.Length > 0 ? names : shown.Subject)}, not for {address.Host}.", "Name the server in ldap.servers as its certificate does.", certificate, expires);
            if (expires < clock.GetUtcNow())
                return new($"The certificate of {address} expired on {expires:yyyy-MM-dd}.", "Have the directory's certificate renewed.", certificate, expires);
            if (errors != SslPolicyErrors.None)
                return new($"The certificate of {address} is not believed: {chainSays}", $"It is vouched for by {shown.Issuer}: put that authority's certificate (PEM) into a file and name it in ldap.ca_file.", certificate, expires);
            return new(null, null, certificate, expires);
        }
    }
}
