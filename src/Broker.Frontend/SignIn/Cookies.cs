using Broker.Core.Users;
using Broker.Frontend.Hosting;
using Microsoft.AspNetCore.Antiforgery;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.Cookies;

namespace Broker.Frontend.SignIn;

/// <summary>The session cookie and the token that every change has to carry besides it.</summary>
public static class Cookies
{
    /// <summary>Name of the session cookie, and of the way to sign in by it.</summary>
    public const string Scheme = "broker";

    /// <summary>The header with the token.</summary>
    public const string CsrfHeader = "X-CSRF-Token";

    /// <summary>Adds sign-in by cookie and the guard against forged calls.</summary>
    public static void AddCookies(this WebApplicationBuilder builder)
    {
        builder.Services.AddSingleton<Sessions>();
        builder.Services.AddAuthentication(Scheme).AddCookie(Scheme, options =>
        {
            options.Cookie.Name = Scheme;
            options.Cookie.HttpOnly = true;
            options.Cookie.SameSite = SameSiteMode.Strict;
            options.Cookie.SecurePolicy = CookieSecurePolicy.SameAsRequest;
            options.ExpireTimeSpan = SessionsTable.Lifetime;
            options.SlidingExpiration = true;
            options.Events = new CookieAuthenticationEvents
            {
                OnValidatePrincipal = Validate,
                OnRedirectToLogin = context => Problems.Write(context.HttpContext, Tokens.Of(context.Request) is null
                    ? new RefusedException(StatusCodes.Status401Unauthorized, "not_signed_in", "Sign in first.")
                    : new RefusedException(StatusCodes.Status401Unauthorized, "bad_token", "The token is wrong, was taken away or has ended, or its owner may not sign in. Make another in the portal.")),
                OnRedirectToAccessDenied = context => Problems.Write(context.HttpContext, Callers.WhyNot(context.HttpContext)),
            };
        });
        builder.Services.AddAntiforgery(options =>
        {
            options.HeaderName = CsrfHeader;
            options.SuppressReadingTokenFromFormBody = true;
            options.SuppressXFrameOptionsHeader = true; // SecurityHeaders sets a stricter one
            options.Cookie.Name = Scheme + "-csrf";
            options.Cookie.HttpOnly = true;
            options.Cookie.SameSite = SameSiteMode.Strict;
            options.Cookie.SecurePolicy = CookieSecurePolicy.SameAsRequest;
        });
    }

    /// <summary>Refuses each change that does not carry the token, whatever it is about.</summary>
    public static void UseCsrfGuard(this WebApplication app)
    {
        var antiforgery = app.Services.GetRequiredService<IAntiforgery>();
        app.Use(async (context, next) =>
        {
            var method = context.Request.Method;
            // no page of somebody else can send a token along: it is in no browser
            if (SignedIn.Of(context)?.Token is null && !HttpMethods.IsGet(method) && !HttpMethods.IsHead(method) && !HttpMethods.IsOptions(method) && !await antiforgery.IsRequestValidAsync(context))
                throw new RefusedException(StatusCodes.Status400BadRequest, "bad_csrf_token", $"The header {CsrfHeader} is missing or old. GET /api/session gives the token.");
            await next(context);
        });
    }

    /// <summary>Gives the browser the cookie of a session and makes its person the caller of the rest of the call.</summary>
    internal static async Task SignIn(HttpContext context, SignedIn who)
    {
        var principal = SignedIn.Principal(who.Id, who.Session);
        await context.SignInAsync(Scheme, principal);
        context.User = principal;
    }

    /// <summary>The address a call comes from, as it is written down.</summary>
    internal static string? AddressOf(HttpContext context)
    {
        var address = context.Connection.RemoteIpAddress;
        return (address is { IsIPv4MappedToIPv6: true } ? address.MapToIPv4() : address)?.ToString();
    }

    private static async Task Validate(CookieValidatePrincipalContext context)
    {
        var http = context.HttpContext;
        var sessions = http.RequestServices.GetRequiredService<Sessions>();
        if (await sessions.Find(context.Principal, AddressOf(http), http.RequestAborted) is { } who)
        {
            SignedIn.Set(http, who);
            return;
        }

        context.RejectPrincipal();
        await http.SignOutAsync(Scheme);
    }
}
