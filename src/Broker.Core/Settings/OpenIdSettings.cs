using Broker.Core.Users;

namespace Broker.Core.Settings;

/// <summary>The OpenID provider whose people may sign in, section <c>openid</c>.</summary>
public sealed record OpenIdSettings : SectionSettings
{
    /// <summary>The provider's address, as its tokens name it: <c>https://login.example.org/realms/school</c>. Empty: no provider.</summary>
    public string Authority { get; init; } = "";

    /// <summary>What the provider calls this Broker.</summary>
    public string ClientId { get; init; } = "";

    /// <summary>File with the secret that the provider gave it. Empty: it has none.</summary>
    public string ClientSecretFile { get; init; } = "secrets/openid-client-secret";

    /// <summary>What the provider is asked to tell.</summary>
    public IReadOnlyList<string> Scopes { get; init; } = ["openid", "profile", "email"];

    /// <summary>The claim with the sign-in name of a new account.</summary>
    public string NameClaim { get; init; } = "preferred_username";

    /// <summary>The claim with the name that people read.</summary>
    public string DisplayNameClaim { get; init; } = "name";

    /// <summary>The claim with the names of somebody's groups.</summary>
    public string GroupsClaim { get; init; } = "groups";

    /// <summary>Claims that are kept for access rules.</summary>
    public IReadOnlyList<string> Attributes { get; init; } = [];

    /// <summary>The groups of which somebody has to be in one to sign in. Empty: everybody who is known there.</summary>
    public IReadOnlyList<string> RequiredGroups { get; init; } = [];

    /// <summary>The group whose members are administrators. Empty: Broker's administrators say who is one.</summary>
    public string AdminGroup { get; init; } = "";

    /// <summary>Who signs in for the first time gets an account.</summary>
    public bool CreateAccounts { get; init; } = true;

    /// <summary>What the button says behind "Sign in with".</summary>
    public string Label { get; init; } = "OpenID";

    /// <summary>Who signs out is taken to the provider, to sign out there, too.</summary>
    public bool SignOutThere { get; init; } = true;

    /// <summary>How long the provider may take for one answer.</summary>
    public double TimeoutSeconds { get; init; } = 10;

    /// <summary>Is there a provider?</summary>
    public bool IsOn => Authority.Length > 0;

    /// <summary>How long the provider may take for one answer.</summary>
    public TimeSpan Timeout => TimeSpan.FromSeconds(TimeoutSeconds);

    /// <inheritdoc/>
    public override IEnumerable<(string Key, string Problem)> Problems()
    {
        if (TimeoutSeconds is < 1 or > 60) yield return ("timeout_seconds", "is between 1 and 60 seconds");
        if (!IsOn) yield break;
        if (!Uri.TryCreate(Authority, UriKind.Absolute, out var uri) || !(uri.Scheme == "https" || (uri.Scheme == "http" && uri.IsLoopback)) || uri.Query.Length > 0 || uri.Fragment.Length > 0)
            yield return ("authority", $"is \"{Authority}\", but wants an https address such as https://login.example.org/realms/school");
        if (ClientId.Length == 0) yield return ("client_id", "is empty, but the provider has to know who asks");
        if (!Scopes.Contains("openid")) yield return ("scopes", "lacks openid, without which the provider does not say who somebody is");
        if (NameClaim.Length == 0) yield return ("name_claim", "is empty, but an account has a name: preferred_username, email, upn");
        foreach (var claim in Attributes.Where(c => c.Length is 0 or > UserAttributesTable.LongestName || !c.All(char.IsAscii)))
            yield return ("attributes", $"has \"{claim}\", but names of claims have up to {UserAttributesTable.LongestName} ASCII characters");
        if (Label.Trim().Length is 0 or > 60) yield return ("label", "has 1 to 60 characters");
    }
}
