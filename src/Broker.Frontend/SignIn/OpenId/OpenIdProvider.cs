using System.Text.Json;
using Broker.Core.Settings;
using Broker.Frontend.Health;
using Microsoft.AspNetCore.Authentication;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Protocols;
using Microsoft.IdentityModel.Protocols.OpenIdConnect;
using Microsoft.IdentityModel.Tokens;

namespace Broker.Frontend.SignIn.OpenId;

/// <summary>The provider: what it says of itself, and whether what is said in its name comes from it.</summary>
public sealed class OpenIdProvider : IDisposable
{
    private const int LargestAnswer = 1024 * 1024;
    private static readonly TimeSpan Remembered = TimeSpan.FromHours(12);
    private static readonly TimeSpan AskedAgainAfter = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan NotAskedAfterFailure = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan Skew = TimeSpan.FromMinutes(1);

    // None that is made with a secret both sides know, and not "none".
    private static readonly string[] Algorithms =
    [
        SecurityAlgorithms.RsaSha256, SecurityAlgorithms.RsaSha384, SecurityAlgorithms.RsaSha512, SecurityAlgorithms.RsaSsaPssSha256,
        SecurityAlgorithms.RsaSsaPssSha384,
        SecurityAlgorithms.RsaSsaPssSha512, SecurityAlgorithms.EcdsaSha256, SecurityAlgorithms.EcdsaSha384, SecurityAlgorithms.EcdsaSha512,
    ];

    private readonly JsonWebTokenHandler _tokens = new() { MapInboundClaims = false };
    private readonly Lock _lock = new();
    private readonly OpenIdSettings _settings;
    private readonly TimeProvider _clock;
    private (OpenIdConnectConfiguration What, long At)? _known;
    private (string Why, long At)? _failed;
    private Task<OpenIdConnectConfiguration>? _asking;

    /// <summary>The provider that the settings name.</summary>
    public OpenIdProvider(OpenIdSettings settings, TimeProvider clock)
    {
        (_settings, _clock) = (settings, clock);
        Http = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false, PooledConnectionLifetime = TimeSpan.FromMinutes(5) })
        {
            Timeout = settings.Timeout,
            MaxResponseContentBufferSize = LargestAnswer,
        };
    }

    /// <summary>What is asked of the provider goes through here.</summary>
    public HttpClient Http { get; }

    /// <summary>
    /// Its addresses and keys. They are remembered for hours, and asked for again at most once a minute when a key is missing. Those who want them at the same time
    /// wait for one answer, no longer than the settings let the provider take; for some seconds after a failure it is not asked again.
    /// </summary>
    /// <param name="cancel">Ends the wait.</param>
    /// <param name="again">A key is missing.</param>
    /// <exception cref="AuthenticationFailureException">It does not say, or says what can't be.</exception>
    public async Task<OpenIdConnectConfiguration> Discover(CancellationToken cancel, bool again = false)
    {
        Task<OpenIdConnectConfiguration> asked;
        lock (_lock)
        {
            if (IsFresh(again) is { } fresh) return fresh;
            if (_failed is var (why, at) && _clock.GetElapsedTime(at) < NotAskedAfterFailure) throw new AuthenticationFailureException(why);
            asked = _asking ??= Ask();
        }

        return await asked.WaitAsync(cancel);
    }

    /// <summary>How it is, for those who look after the server. Asks it when it was not asked within a minute.</summary>
    public async Task<HealthCheck> Health(CancellationToken cancel)
    {
        try
        {
            await Discover(cancel, again: true);
            return new HealthCheck("openid", HealthState.Ok, $"Sign-in by {_settings.Label}", "The provider answers.", null);
        }
        catch (AuthenticationFailureException e)
        {
            return new HealthCheck("openid", HealthState.Failed, $"Sign-in by {_settings.Label}", $"{e.Message} Nobody can sign in by it.",
                $"Look whether this server reaches {_settings.Authority}, and at section openid of broker.json.");
        }
    }

    /// <summary>What an id token says, once it is clear that the provider wrote it, for us, just now, for this sign-in.</summary>
    /// <exception cref="AuthenticationFailureException">It did not.</exception>
    public async Task<OpenIdClaims> Read(string idToken, string nonce, CancellationToken cancel)
    {
        var provider = await Discover(cancel);
        var result = await Validate(idToken, provider);
        if (result.Exception is SecurityTokenSignatureKeyNotFoundException)
        {
            // it may have a new one
            provider = await Discover(cancel, again: true);
            result = await Validate(idToken, provider);
        }

        if (!result.IsValid || result.SecurityToken is not JsonWebToken token)
            throw new AuthenticationFailureException("The provider's answer does not hold.", result.Exception);
        using var payload = JsonDocument.Parse(Base64UrlEncoder.Decode(token.EncodedPayload));
        var claims = new OpenIdClaims(token.Issuer, payload.RootElement.Clone());
        if (claims.Subject.Length is 0 or > 255) throw new AuthenticationFailureException("The provider's answer does not say whom it is about.");
        if (claims.One("nonce") != nonce) throw new AuthenticationFailureException("The provider's answer belongs to another sign-in.");
        // one that is for several says for whom it was made
        if ((claims.One("azp") ?? (token.Audiences.Count() > 1 ? "" : _settings.ClientId)) != _settings.ClientId)
            throw new AuthenticationFailureException("The provider's answer was made for somebody else.");
        return claims;
    }

    /// <inheritdoc/>
    public void Dispose() => Http.Dispose();

    // Nobody's call ends it: others wait for it, too.
    private async Task<OpenIdConnectConfiguration> Ask()
    {
        await Task.Yield(); // out of the lock
        using var limit = new CancellationTokenSource(_settings.Timeout, _clock);
        try
        {
            var address = _settings.Authority.TrimEnd('/') + "/.well-known/openid-configuration";
            var documents = new HttpDocumentRetriever(Http) { RequireHttps = _settings.Authority.StartsWith("https://", StringComparison.Ordinal) };
            var found = await OpenIdConnectConfigurationRetriever.GetAsync(address, documents, limit.Token);
            if (Problem(found) is { } problem) throw new AuthenticationFailureException(problem);
            lock (_lock) (_known, _failed, _asking) = ((found, _clock.GetTimestamp()), null, null);
            return found;
        }
        catch (Exception e)
        {
            var failure = e as AuthenticationFailureException
                ?? new AuthenticationFailureException($"What {_settings.Authority} says of itself can't be read: {(e is OperationCanceledException ? "it does not answer in time." : (e.InnerException ?? e).Message)}", e);
            lock (_lock) (_failed, _asking) = ((failure.Message, _clock.GetTimestamp()), null);
            throw failure;
        }
    }

    private OpenIdConnectConfiguration? IsFresh(bool again) =>
        _known is var (what, at) && _clock.GetElapsedTime(at) < (again ? AskedAgainAfter : Remembered) ? what : null;

    private Task<TokenValidationResult> Validate(string idToken, OpenIdConnectConfiguration provider) =>
        _tokens.ValidateTokenAsync(idToken, new TokenValidationParameters
        {
            ValidIssuer = provider.Issuer,
            ValidAudience = _settings.ClientId,
            IssuerSigningKeys = provider.SigningKeys,
            ValidAlgorithms = Algorithms,
            RequireSignedTokens = true,
            RequireExpirationTime = true,
            ClockSkew = Skew,
        });

    private string? Problem(OpenIdConnectConfiguration provider)
    {
        if (provider.Issuer?.TrimEnd('/') != _settings.Authority.TrimEnd('/'))
            return $"{_settings.Authority} calls itself {provider.Issuer}. Write that into authority of section openid.";
        var needsTls = _settings.Authority.StartsWith("https://", StringComparison.Ordinal);
        return new[] { provider.AuthorizationEndpoint, provider.TokenEndpoint }.All(e =>
            Uri.TryCreate(e, UriKind.Absolute, out var uri) && (uri.Scheme == "https" || (!needsTls && uri.Scheme == "http")))
            ? null : $"{_settings.Authority} names no https addresses for signing in.";
    }
}
