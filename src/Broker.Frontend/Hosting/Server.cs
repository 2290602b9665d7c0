using System.Text.Json.Serialization;
using System.Threading.RateLimiting;
using Broker.Core.Database;
using Broker.Core.Events;
using Broker.Core.Settings;
using Broker.Frontend.Audit;
using Broker.Frontend.Settings;
using Broker.Frontend.SignIn;
using Broker.Frontend.SignIn.OpenId;
using Microsoft.AspNetCore.HttpOverrides;

namespace Broker.Frontend.Hosting;

/// <summary>The server itself: where it listens, how it reads and writes JSON, how much of anything it takes.</summary>
public static class Server
{
    private const int LargestBody = 256 * 1024;

    /// <summary>Adds it.</summary>
    public static void AddServer(this WebApplicationBuilder builder, FrontEndSettings settings, Certificate? certificate)
    {
        builder.WebHost.UseUrls([.. settings.Urls]);
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = LargestBody;
            kestrel.Limits.MaxConcurrentUpgradedConnections = 5000;
            if (certificate is not null) kestrel.ConfigureHttpsDefaults(certificate.Use);
        });
        builder.Services.AddSingleton(settings);
        builder.Services.AddSingleton(TimeProvider.System);
        if (settings.Run.Length > 0) builder.Services.AddSingleton(new Doorbell(settings.DoorbellFolder));
        builder.Services.AddSingleton(services =>
        {
            var doorbell = services.GetService<Doorbell>();
            return new Db(settings.Database, ring: doorbell is null ? null : doorbell.Ring);
        });
        builder.Services.ConfigureHttpJsonOptions(json =>
        {
            Core.Json.Configure(json.SerializerOptions);
            json.SerializerOptions.NumberHandling = JsonNumberHandling.Strict;
            json.SerializerOptions.UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow;
        });
        builder.Services.Configure<RouteHandlerOptions>(routes => routes.ThrowOnBadRequest = true);
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = TimeSpan.FromSeconds(10));
        builder.Services.Configure<ForwardedHeadersOptions>(forwarded => Trust(forwarded, settings.TrustedProxies));
        builder.Services.AddRateLimiter(limits =>
        {
            limits.GlobalLimiter = PartitionedRateLimiter.Create<HttpContext, string>(Share);
            limits.OnRejected = async (rejected, _) =>
            {
                var wait = rejected.Lease.TryGetMetadata(MetadataName.RetryAfter, out var after) ? after : TimeSpan.FromSeconds(1);
                await Problems.Write(rejected.HttpContext, new RefusedException(StatusCodes.Status429TooManyRequests, "too_many_calls", "That were too many calls at once. Try again in a moment.") { RetryAfter = wait });
            };
        });
    }

    /// <summary>What every call goes through, in order.</summary>
    public static void UseServer(this WebApplication app, FrontEndSettings settings)
    {
        if (settings.TrustedProxies.Count > 0) app.UseForwardedHeaders();
        app.UseSecurityHeaders();
        app.UseRefusedDeeds();
        app.UseProblems();
        app.UsePortalFiles(settings);
        app.UseRouting();
        app.UseTokens();
        // where an OpenID provider sends browsers back to is answered by the authentication itself
        app.UseWhen(c => c.Request.Path == OpenIdEndpoints.CallbackPath, callback => callback.UseRateLimiter());
        app.UseAuthentication();
        app.UseRateLimiter();
        app.UseMaintenance();
        app.UseAuthorization();
        app.UseCsrfGuard();
        app.UseWebSockets();
    }

    private static void Trust(ForwardedHeadersOptions forwarded, IReadOnlyList<string> networks)
    {
        forwarded.ForwardedHeaders = ForwardedHeaders.XForwardedFor | ForwardedHeaders.XForwardedProto | ForwardedHeaders.XForwardedHost;
        forwarded.ForwardLimit = null; // as many as are trusted, one after the other
        forwarded.KnownProxies.Clear();
        forwarded.KnownIPNetworks.Clear();
        foreach (var network in networks) forwarded.KnownIPNetworks.Add(FrontEndSettings.Network(network)!.Value);
    }

    // One person can't take what others need; many behind one address can sign in at the same time.
    private static RateLimitPartition<string> Share(HttpContext context)
    {
        if (!context.Request.Path.StartsWithSegments("/api", StringComparison.Ordinal)) return RateLimitPartition.GetNoLimiter("");
        return SignedIn.Of(context) is { } who
            ? Bucket($"user {who.Id}", 600, 100)
            : Bucket($"address {Cookies.AddressOf(context)}", 3000, 300);
    }

    private static RateLimitPartition<string> Bucket(string whose, int atOnce, int perSecond) => RateLimitPartition.GetTokenBucketLimiter(whose, _ => new TokenBucketRateLimiterOptions
    {
        TokenLimit = atOnce,
        TokensPerPeriod = perSecond,
        ReplenishmentPeriod = TimeSpan.FromSeconds(1),
        QueueLimit = 0,
        AutoReplenishment = true,
    });
}
