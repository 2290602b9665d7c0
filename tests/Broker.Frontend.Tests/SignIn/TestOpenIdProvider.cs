using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Broker.Testing;

/// <summary>An id token before it is signed. Tests forge it.</summary>
public sealed class TestIdToken
{
    /// <summary>Its header.</summary>
    public required JsonObject Header { get; init; }

    /// <summary>What it says.</summary>
    public required JsonObject Claims { get; init; }

    /// <summary>Signs it.</summary>
    public required Func<byte[], byte[]> Sign { get; set; }

    /// <summary>As it is sent.</summary>
    public override string ToString()
    {
        var signed = $"{Encode(Encoding.UTF8.GetBytes(Header.ToJsonString()))}.{Encode(Encoding.UTF8.GetBytes(Claims.ToJsonString()))}";
        return $"{signed}.{Encode(Sign(Encoding.ASCII.GetBytes(signed)))}";
    }

    internal static string Encode(byte[] bytes) => Convert.ToBase64String(bytes).TrimEnd('=').Replace('+', '-').Replace('/', '_');
}

/// <summary>A small OpenID provider: discovery, keys, signing in without a question, tokens. It holds to what it demands of clients: known redirects, codes that count once, PKCE.</summary>
public sealed class TestOpenIdProvider : IAsyncDisposable
{
    /// <summary>What it calls Broker.</summary>
    public const string ClientId = "broker";

    /// <summary>What Broker proves itself with.</summary>
    public const string Secret = "a secret of the two";

    private readonly WebApplication _app;
    private readonly ConcurrentDictionary<string, (string Nonce, string Challenge, string Redirect, JsonObject Person)> _codes = new();
    private int _keys;

    private readonly string _host;

    private TestOpenIdProvider(WebApplication app, string host) => (_app, _host) = (app, host);

    /// <summary>Its address, which is its name.</summary>
    public Uri Address => new UriBuilder(_app.Urls.First()) { Host = _host }.Uri;

    /// <summary>What it says of whoever signs in next.</summary>
    public JsonObject Person { get; set; } = [];

    /// <summary>Asks whoever comes to press a button first.</summary>
    public bool Asks { get; set; }

    /// <summary>Changes what it sends next.</summary>
    public Action<TestIdToken> Forge { get; set; } = _ => { };

    /// <summary>Its key.</summary>
    public RSA Key { get; private set; } = RSA.Create(2048);

    /// <summary>Starts one.</summary>
    /// <param name="host">Its host's name: to browsers, localhost is another site than 127.0.0.1.</param>
    public static async Task<TestOpenIdProvider> Start(string host = "127.0.0.1")
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        var provider = new TestOpenIdProvider(builder.Build(), host);
        provider._app.Urls.Add("http://127.0.0.1:0");
        provider.Map();
        await provider._app.StartAsync();
        return provider;
    }

    /// <summary>From now on it signs with another key.</summary>
    public void ChangeKey()
    {
        Key = RSA.Create(2048);
        _keys++;
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private string Issuer => Address.GetLeftPart(UriPartial.Authority);

    private void Map()
    {
        _app.MapGet("/.well-known/openid-configuration", () => Json(new JsonObject
        {
            ["issuer"] = Issuer,
            ["authorization_endpoint"] = Issuer + "/authorize",
            ["token_endpoint"] = Issuer + "/token",
            ["jwks_uri"] = Issuer + "/keys",
            ["end_session_endpoint"] = Issuer + "/end",
        }));
        _app.MapGet("/keys", () => Json(new JsonObject
        {
            ["keys"] = new JsonArray(new JsonObject
            {
                ["kty"] = "RSA",
                ["use"] = "sig",
                ["alg"] = "RS256",
                ["kid"] = $"key-{_keys}",
                ["n"] = TestIdToken.Encode(Key.ExportParameters(false).Modulus!),
                ["e"] = TestIdToken.Encode(Key.ExportParameters(false).Exponent!),
            }),
        }));
        _app.MapGet("/favicon.ico", () => Results.NoContent());
        _app.MapGet("/authorize", Authorize);
        _app.MapPost("/token", Token);
        _app.MapGet("/end", (string client_id, string post_logout_redirect_uri) => client_id == ClientId ? Results.Redirect(post_logout_redirect_uri) : Results.BadRequest());
    }

    private IResult Authorize(string client_id, string redirect_uri, string response_type, string scope, string state, string nonce, string code_challenge, string code_challenge_method, HttpRequest request)
    {
        if (client_id != ClientId || response_type != "code" || code_challenge_method != "S256" || !scope.Split(' ').Contains("openid")) return Results.BadRequest();
        if (Asks && request.Query["yes"] != "1")
            return Results.Content($"<!doctype html><title>Provider</title><a href=\"{request.Path}{request.QueryString}&yes=1\">Continue as Ana</a>", "text/html");
        var code = Guid.NewGuid().ToString("n");
        _codes[code] = (nonce, code_challenge, redirect_uri, (JsonObject)Person.DeepClone());
        return Results.Redirect($"{redirect_uri}?code={code}&state={Uri.EscapeDataString(state)}");
    }

    private async Task<IResult> Token(HttpRequest request)
    {
        var form = await request.ReadFormAsync();
        if (form["client_id"] != ClientId || form["client_secret"] != Secret || form["grant_type"] != "authorization_code") return Refused("invalid_client");
        if (!_codes.TryRemove(form["code"].ToString(), out var code) || form["redirect_uri"] != code.Redirect
            || TestIdToken.Encode(SHA256.HashData(Encoding.ASCII.GetBytes(form["code_verifier"].ToString()))) != code.Challenge) return Refused("invalid_grant");
        return Json(new JsonObject { ["access_token"] = "unused", ["token_type"] = "Bearer", ["id_token"] = IdToken(code.Person, code.Nonce) });

        static IResult Refused(string error) => Results.Text(new JsonObject { ["error"] = error }.ToJsonString(), "application/json", statusCode: 400);
    }

    /// <summary>What it says of somebody.</summary>
    public string IdToken(JsonObject claims, string nonce)
    {
        var now = TimeProvider.System.GetUtcNow().ToUnixTimeSeconds();
        foreach (var (name, value) in (ReadOnlySpan<(string, JsonNode)>)[("iss", Issuer), ("aud", ClientId), ("iat", now), ("exp", now + 300), ("nonce", nonce)]) claims[name] = value;
        var token = new TestIdToken
        {
            Header = new JsonObject { ["alg"] = "RS256", ["typ"] = "JWT", ["kid"] = $"key-{_keys}" },
            Claims = claims,
            Sign = bytes => Key.SignData(bytes, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1),
        };
        Forge(token);
        return token.ToString();
    }

    private static IResult Json(JsonObject json) => Results.Text(json.ToJsonString(), "application/json");
}
