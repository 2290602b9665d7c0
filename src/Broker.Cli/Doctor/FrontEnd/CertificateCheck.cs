using System.Globalization;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Broker.Cli.Doctor;

/// <summary>The certificate is valid for long enough and names this machine, or the names by which the portal is asked for.</summary>
internal sealed class CertificateCheck : ILocalCheck
{
    private static readonly TimeSpan Soon = TimeSpan.FromDays(21);

    public string Id => "certificate";

    public string Title => "Certificate";

    public Area Area => Area.FrontEnd;

    public Finding Look(Subject subject)
    {
        if (subject.FrontEnd is not { } settings) return Finding.NotApplicable(subject.SettingsFile is null ? "The front end's settings are in no file." : "The settings have to be right first.");
        if (!settings.HasTls) return Finding.NotApplicable("It listens without TLS, behind a proxy.");
        try
        {
            using var certificate = X509Certificate2.CreateFromPem(File.ReadAllText(settings.CertificateFile));
            return Judge(settings.CertificateFile, certificate, [.. settings.PublicOrigins.Select(o => new Uri(o).Host).DefaultIfEmpty(Environment.MachineName)], subject.Clock.GetUtcNow());
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or CryptographicException)
        {
            return Finding.Failed($"{settings.CertificateFile} can't be read: {e.Message}", "name the right file in frontend.certificate_file, or listen on http:// behind a proxy");
        }
    }

    public static Finding Judge(string file, X509Certificate2 certificate, IReadOnlyList<string> hosts, DateTimeOffset now)
    {
        var until = new DateTimeOffset(certificate.NotAfter.ToUniversalTime());
        var day = until.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
        const string remedy = "renew it, then: systemctl restart broker-frontend";
        if (now < new DateTimeOffset(certificate.NotBefore.ToUniversalTime())) return Finding.Failed($"{file} is not valid yet.", "timedatectl; or " + remedy);
        if (now > until) return Finding.Failed($"{file} ended on {day}.", remedy);
        // the whole name or its first part: a machine often knows itself only by that
        var others = hosts.Where(h => !certificate.MatchesHostname(h) && !Names(certificate).Any(n => n.Split('.')[0].Equals(h, StringComparison.OrdinalIgnoreCase))).ToList();
        if (others.Count > 0)
            return Finding.Warning($"{file} is for {string.Join(", ", Names(certificate).DefaultIfEmpty("no host"))}, not for {string.Join(", ", others)}.", "have one made for that name, or name the portal's address in frontend.public_origins");
        return until - now < Soon ? Finding.Warning($"{file} ends on {day}.", remedy) : Finding.Ok($"{file} is valid until {day}.");
    }

    private static IEnumerable<string> Names(X509Certificate2 certificate) =>
        certificate.Extensions.OfType<X509SubjectAlternativeNameExtension>().SelectMany(e => e.EnumerateDnsNames());
}
