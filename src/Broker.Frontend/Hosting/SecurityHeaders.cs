namespace Broker.Frontend.Hosting;

/// <summary>What every answer tells the browser not to do.</summary>
public static class SecurityHeaders
{
    // An API answer is nothing to be shown: no script, no style, no frame.
    private const string ForData = "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'";

    private const string Permissions =
        "accelerometer=(), autoplay=(), camera=(), display-capture=(), geolocation=(), gyroscope=(), magnetometer=(), microphone=(), midi=(), payment=(), usb=(), fullscreen=(self), clipboard-read=(self), clipboard-write=(self)";

    /// <summary>Sets them on all answers.</summary>
    public static void UseSecurityHeaders(this WebApplication app) => app.Use((context, next) =>
    {
        Set(context);
        return next(context);
    });

    /// <summary>Sets them on one answer.</summary>
    public static void Set(HttpContext context)
    {
        var headers = context.Response.Headers;
        headers.ContentSecurityPolicy = ForData;
        headers.XContentTypeOptions = "nosniff";
        headers["Referrer-Policy"] = "no-referrer";
        headers["Permissions-Policy"] = Permissions;
        headers["Cross-Origin-Opener-Policy"] = "same-origin";
        headers["Cross-Origin-Resource-Policy"] = "same-origin";
        headers.XFrameOptions = "DENY";
        if (context.Request.IsHttps) headers.StrictTransportSecurity = "max-age=31536000";
        if (context.Request.Path.StartsWithSegments("/api", StringComparison.Ordinal)) headers.CacheControl = "no-cache, no-store";
    }

    /// <summary>The policy of the portal's page: scripts and styles are files from here and nothing else. The portal keeps its components from making style elements; what they set on elements by script is no matter of the policy.</summary>
    public const string ForPage =
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; connect-src 'self'; font-src 'self'; "
        + "frame-ancestors 'none'; base-uri 'none'; form-action 'self'";
}
