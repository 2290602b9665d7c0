using System.Net;

namespace Broker.Core.Settings;

/// <summary>Settings of the front end, section <c>frontend</c>.</summary>
public sealed record FrontEndSettings : SharedSettings
{
    /// <inheritdoc/>
    public override string DatabaseUser { get; init; } = "broker_frontend";

    /// <inheritdoc/>
    public override string DatabasePasswordFile { get; init; } = "secrets/frontend-database-password";

    /// <summary>Addresses to listen on.</summary>
    public IReadOnlyList<string> Urls { get; init; } = ["https://*:443"];

    /// <summary>Certificate for https addresses, PEM, with those that lead to its authority behind it.</summary>
    public string CertificateFile { get; init; } = "tls/certificate.pem";

    /// <summary>The certificate's private key, PEM.</summary>
    public string KeyFile { get; init; } = "tls/key.pem";

    /// <summary>Networks (CIDR) or addresses of the proxies whose X-Forwarded-For, -Proto and -Host are believed.</summary>
    public IReadOnlyList<string> TrustedProxies { get; init; } = [];

    /// <summary>Origins from which displays may be opened besides the portal's own.</summary>
    public IReadOnlyList<string> PublicOrigins { get; init; } = [];

    /// <summary>Folder of the built portal. Empty: <c>wwwroot</c> beside the program, else <c>frontend/dist</c> of the checkout.</summary>
    public string Portal { get; init; } = "";

    /// <summary>Folder into which images are uploaded: <c>uploads</c> within the back end's library. Nothing can be uploaded while it is not there.</summary>
    public string Uploads { get; init; } = "/var/lib/broker/library/uploads";

    /// <summary>The largest file that may be uploaded, in GiB.</summary>
    public int LargestUploadGib { get; init; } = 64;

    /// <summary>Is any address https?</summary>
    public bool HasTls => Urls.Any(u => u.StartsWith("https://", StringComparison.OrdinalIgnoreCase));

    /// <summary>The network that an entry of <see cref="TrustedProxies"/> means; null when it means none.</summary>
    public static IPNetwork? Network(string text) =>
        IPNetwork.TryParse(text.Contains('/') ? text : text + (text.Contains(':') ? "/128" : "/32"), out var network) ? network : null;

    /// <inheritdoc/>
    public override IEnumerable<(string Key, string Problem)> Problems()
    {
        foreach (var problem in base.Problems()) yield return problem;
        if (Urls.Count == 0) yield return ("urls", "is empty, but the front end has to listen somewhere, such as https://*:443");
        foreach (var url in Urls.Where(u => !u.StartsWith("http://", StringComparison.OrdinalIgnoreCase) && !u.StartsWith("https://", StringComparison.OrdinalIgnoreCase)))
            yield return ("urls", $"has '{url}', which is no address such as https://*:443 or http://127.0.0.1:8080");
        if (LargestUploadGib is < 1 or > 8192) yield return ("largest_upload_gib", "is between 1 and 8192 GiB");
        foreach (var proxy in TrustedProxies.Where(p => Network(p) is null))
            yield return ("trusted_proxies", $"has '{proxy}', which is no network such as 10.0.0.0/8");
        foreach (var origin in PublicOrigins.Where(o => !(Uri.TryCreate(o, UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https" && uri.GetLeftPart(UriPartial.Authority) == o)))
            yield return ("public_origins", $"has '{origin}', which is no origin such as https://broker.example.org (no slash at its end)");
    }
}
