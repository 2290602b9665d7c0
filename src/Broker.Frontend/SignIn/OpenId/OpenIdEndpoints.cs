using Broker.Core.Database;
using Broker.Core.Settings;
using Broker.Frontend.Hosting;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.WebUtilities;

namespace Broker.Frontend.SignIn.OpenId;

/// <summary>How somebody can sign in.</summary>
/// <param name="OpenId">By an OpenID provider; null when there is none.</param>
public sealed record WaysToSignIn(OpenIdWay? OpenId);

/// <summary>Signing in by an OpenID provider.</summary>
/// <param name="Label">What the button says behind "Sign in with".</param>
/// <param name="SignInUrl">Where the browser goes to sign in; with <c>return</c>, a page of the portal to come back to.</param>
/// <param name="SignOutUrl">Where the browser goes after it has signed out here; null when there is nothing to do there.</param>
public sealed record OpenIdWay(string Label, string SignInUrl, string? SignOutUrl);

/// <summary>
/// Signing in by an OpenID provider: the code flow with PKCE. The browser goes there and comes back to <see cref="CallbackPath"/>, and a session begins as for
/// everybody else.
/// </summary>
public static class OpenIdEndpoints
{
    /// <summary>Where the provider sends the browser back to; it has to be told so.</summary>
    public const string CallbackPath = "/api/session/openid/callback";

    private const string SchemeName = "openid";
    private const string SignInPath = "/api/session/openid";
    private const string SignOutPath = "/api/session/openid/sign-out";
    private const int LongestReason = 300;
    private static readonly TimeSpan TimeToSignInThere = TimeSpan.FromMinutes(15);

    /// <summary>What the provider knows this Broker by; empty when it gave no secret, or there is none.</summary>
    /// <exception cref="SettingsException">The file can't be read, or others may.</exception>
    public static string ReadSecret(OpenIdSettings settings) =>
        settings is { IsOn: true, ClientSecretFile.Length: > 0 } ? SecretFile.Read(settings.ClientSecretFile, "client_secret_file of section openid") : "";

    /// <summary>Adds what it needs.</summary>
    /// <param name="builder">Where to.</param>
    /// <param name="settings">Who the provider is.</param>
    /// <param name="secret">What <see cref="ReadSecret"/> gave.</param>
    public static void AddOpenId(this WebApplicationBuilder builder, OpenIdSettings settings, string secret)
    {
        builder.Services.AddSingleton(settings);
        if (!settings.IsOn) return;
        var provider = new OpenIdProvider(settings, TimeProvider.System);
        builder.Services.AddSingleton(provider);
        builder.Services.AddSingleton<OpenIdAccounts>();
        builder.Services.AddAuthentication().AddOAuth<OpenIdOptions, OpenIdHandler>(SchemeName, options =>
        {
            options.ClientId = settings.ClientId;
            options.ClientSecret = secret;
            options.CallbackPath = CallbackPath;
            options.UsePkce = true;
            options.Backchannel = provider.Http;
            options.RemoteAuthenticationTimeout = TimeToSignInThere;
            foreach (var scope in settings.Scopes) options.Scope.Add(scope);
            // The provider sends the browser back by a link from its site: Strict would leave the cookie at home. The session's own is read only by calls of
            // our page.
            options.CorrelationCookie.SameSite = SameSiteMode.Lax;
            options.CorrelationCookie.HttpOnly = true;
            options.CorrelationCookie.SecurePolicy = CookieSecurePolicy.SameAsRequest;
            options.CorrelationCookie.Path = CallbackPath;
            options.Events.OnTicketReceived = Finish;
            options.Events.OnRemoteFailure = Fail;
        });
    }

    /// <summary>Adds the routes.</summary>
    public static void MapOpenId(this IEndpointRouteBuilder app)
    {
        app.MapGet("/api/session/ways", Ways).Anybody().WithTags("session").WithName("ways_to_sign_in")
            .WithSummary("How somebody can sign in besides by name and password");
        app.MapGet(SignInPath, Begin).Anybody().WithTags("session").WithName("sign_in_by_openid")
            .WithSummary("Go to the OpenID provider and come back signed in")
            .Produces(StatusCodes.Status302Found).Refuses(404, 503);
        app.MapGet(SignOutPath, SignOutThere).Anybody().WithTags("session").WithName("sign_out_of_openid")
            .WithSummary("Go to the OpenID provider to sign out there, too, and come back")
            .Produces(StatusCodes.Status302Found).Refuses(404);
    }

    /// <summary>A page of the portal, and nothing else: who could have another one opened here would have people sign in and then be elsewhere.</summary>
    internal static string PageOf(string? path) =>
        path is ['/', ..] && !path.StartsWith("//", StringComparison.Ordinal) && !path.StartsWith("/api", StringComparison.OrdinalIgnoreCase)
        && path.Length <= 500 && !path.Any(c => c == '\\' || char.IsControl(c) || !char.IsAscii(c)) ? path : "/";

    private static Ok<WaysToSignIn> Ways(OpenIdSettings settings) => TypedResults.Ok(new WaysToSignIn(
        settings.IsOn ? new OpenIdWay(settings.Label, SignInPath, settings.SignOutThere ? SignOutPath : null) : null));

    private static async Task Begin(HttpContext http, OpenIdSettings settings, ILoggerFactory logs, string? @return)
    {
        if (!settings.IsOn) throw NoProvider();
        try
        {
            await http.ChallengeAsync(SchemeName, new AuthenticationProperties { RedirectUri = PageOf(@return) });
        }
        catch (AuthenticationFailureException e)
        {
            Log.OpenIdFailed(logs.CreateLogger(typeof(OpenIdEndpoints)), e.Message);
            throw new RefusedException(StatusCodes.Status503ServiceUnavailable, "openid_unavailable",
                $"{settings.Label} does not answer at the moment. Try again in a while.");
        }
    }

    // Signing out here was a call of its own; from here on it is between browser and provider.
    private static async Task<RedirectHttpResult> SignOutThere(HttpContext http, OpenIdSettings settings, IServiceProvider services, CancellationToken cancel)
    {
        if (!settings.IsOn || !settings.SignOutThere) throw NoProvider();
        try
        {
            var found = await services.GetRequiredService<OpenIdProvider>().Discover(cancel);
            if (!Uri.TryCreate(found.EndSessionEndpoint, UriKind.Absolute, out var end) || end.Scheme is not ("https" or "http"))
                return TypedResults.Redirect("/");
            return TypedResults.Redirect(QueryHelpers.AddQueryString(found.EndSessionEndpoint, new Dictionary<string, string?>
            {
                ["client_id"] = settings.ClientId,
                ["post_logout_redirect_uri"] = $"{http.Request.Scheme}://{http.Request.Host}/",
            }));
        }
        catch (AuthenticationFailureException)
        {
            return TypedResults.Redirect("/");
        }
    }

    private static async Task Finish(TicketReceivedContext context)
    {
        var http = context.HttpContext;
        var services = http.RequestServices;
        try
        {
            var claims = http.Features.Get<OpenIdClaims>()!;
            var user = await services.GetRequiredService<OpenIdAccounts>().Find(claims, Cookies.AddressOf(http), http.RequestAborted);
            await services.GetRequiredService<SignInFlow>().Finish(http, user, Core.Users.Proof.Oidc, cancel: http.RequestAborted);
            context.Response.Redirect(PageOf(context.ReturnUri));
        }
        catch (Exception e) when (e is RefusedException or DatabaseUnavailableException)
        {
            Log.OpenIdFailed(services.GetRequiredService<ILoggerFactory>().CreateLogger(typeof(OpenIdEndpoints)), e.Message);
            context.Response.Redirect(PageThatTells((e as RefusedException)?.Code ?? "database_unavailable"));
        }

        context.HandleResponse();
    }

    private static Task Fail(RemoteFailureContext context)
    {
        var isTheirs = context.Failure?.Data.Contains("error") == true && context.Failure.Data["error"] as string == "access_denied";
        Log.OpenIdFailed(context.HttpContext.RequestServices.GetRequiredService<ILoggerFactory>().CreateLogger(typeof(OpenIdEndpoints)),
            context.Failure is { } failure ? Cleaned($"{failure.Message} {failure.InnerException?.GetType().Name}") : "no reason given");
        context.Response.Redirect(PageThatTells(isTheirs ? "openid_cancelled" : "openid_failed"));
        context.HandleResponse();
        return Task.CompletedTask;
    }

    /// <summary>A line for the log: the address that the browser came back to holds the provider's words, or anybody's.</summary>
    internal static string Cleaned(string text)
    {
        var clean = new string([.. text.Take(LongestReason).Select(c => char.IsControl(c) ? ' ' : c)]).Trim();
        return text.Length > LongestReason ? $"{clean}…" : clean;
    }

    // What went wrong is a fixed word: what the provider sent is nothing to be shown.
    private static string PageThatTells(string code) => $"/?sign_in_failed={Uri.EscapeDataString(code)}";

    private static RefusedException NoProvider() => new(StatusCodes.Status404NotFound, "no_openid", "Nobody signs in by OpenID here.");
}
