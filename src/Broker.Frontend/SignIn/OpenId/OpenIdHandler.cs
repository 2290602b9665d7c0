using System.Security.Claims;
using System.Security.Cryptography;
using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.OAuth;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Extensions.Options;
using Microsoft.IdentityModel.Tokens;

namespace Broker.Frontend.SignIn.OpenId;

/// <summary>Options of <see cref="OpenIdHandler"/>. Its addresses are the provider's to say.</summary>
public sealed class OpenIdOptions : OAuthOptions
{
    /// <summary>The settings have been judged when they were read; a client without a secret, and addresses that are not known yet, are fine.</summary>
    public override void Validate()
    {
    }
}

/// <summary>The framework's OAuth with what OpenID Connect asks for besides: addresses by discovery, a nonce, an id token that holds.</summary>
public sealed class OpenIdHandler(OpenIdProvider provider, IOptionsMonitor<OpenIdOptions> options, ILoggerFactory logger, UrlEncoder encoder)
    : OAuthHandler<OpenIdOptions>(options, logger, encoder)
{
    private const string Nonce = "nonce";

    /// <inheritdoc/>
    protected override async Task HandleChallengeAsync(AuthenticationProperties properties)
    {
        await Discover();
        properties.Items[Nonce] = Base64UrlEncoder.Encode(RandomNumberGenerator.GetBytes(32));
        await base.HandleChallengeAsync(properties);
    }

    /// <inheritdoc/>
    protected override string BuildChallengeUrl(AuthenticationProperties properties, string redirectUri) =>
        QueryHelpers.AddQueryString(base.BuildChallengeUrl(properties, redirectUri), Nonce, properties.Items[Nonce]!);

    /// <inheritdoc/>
    protected override async Task<HandleRequestResult> HandleRemoteAuthenticateAsync()
    {
        try
        {
            return await base.HandleRemoteAuthenticateAsync();
        }
        catch (Exception e) when (e is AuthenticationFailureException or HttpRequestException or InvalidOperationException or System.Text.Json.JsonException
            || (e is OperationCanceledException && !Context.RequestAborted.IsCancellationRequested))
        {
            return HandleRequestResult.Fail(e);
        }
    }

    /// <summary>Whoever comes here has brought a state of ours: strangers can't have the provider asked.</summary>
    protected override async Task<OAuthTokenResponse> ExchangeCodeAsync(OAuthCodeExchangeContext context)
    {
        await Discover();
        return await base.ExchangeCodeAsync(context);
    }

    /// <inheritdoc/>
    protected override async Task<AuthenticationTicket> CreateTicketAsync(ClaimsIdentity identity, AuthenticationProperties properties,
        OAuthTokenResponse tokens)
    {
        if (properties.Items.TryGetValue(Nonce, out var nonce) && nonce is { Length: > 0 }
            && tokens.Response?.RootElement.TryGetProperty("id_token", out var idToken) == true && idToken.GetString() is { } token)
        {
            var claims = await provider.Read(token, nonce, Context.RequestAborted);
            Context.Features.Set(claims);
            identity.AddClaim(new Claim(ClaimTypes.NameIdentifier, claims.ExternalId));
            return new AuthenticationTicket(new ClaimsPrincipal(identity), properties, Scheme.Name);
        }

        throw new AuthenticationFailureException("The provider's answer has no id token.");
    }

    private async Task Discover()
    {
        var found = await provider.Discover(Context.RequestAborted);
        (Options.AuthorizationEndpoint, Options.TokenEndpoint) = (found.AuthorizationEndpoint, found.TokenEndpoint);
        // who answers when there are several providers (RFC 9207)
        if (Request.Query.TryGetValue("iss", out var issuer) && issuer != found.Issuer)
            throw new AuthenticationFailureException("Another provider has answered.");
    }
}
