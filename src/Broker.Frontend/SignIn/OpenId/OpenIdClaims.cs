using System.Text.Json;
using Broker.Core.Users;

namespace Broker.Frontend.SignIn.OpenId;

/// <summary>What a provider says of somebody, by the names of its claims.</summary>
/// <param name="Issuer">Who says so.</param>
/// <param name="Json">What.</param>
public sealed record OpenIdClaims(string Issuer, JsonElement Json)
{
    /// <summary>Who he is there: no two have the same, and it stays whatever he is called.</summary>
    public string Subject => One("sub") ?? "";

    /// <summary>Who he is among all providers.</summary>
    public string ExternalId => $"{Issuer} {Subject}";

    /// <summary>The same, however long it is.</summary>
    public string ExternalKey => UsersTable.OidcKey(ExternalId);

    /// <summary>The first value of a claim; null when it has none.</summary>
    public string? One(string claim) => All(claim).FirstOrDefault();

    /// <summary>All values of a claim. A name with dots also leads into objects: <c>realm_access.roles</c>.</summary>
    public IEnumerable<string> All(string claim)
    {
        if (claim.Length == 0) return [];
        if (Json.TryGetProperty(claim, out var found)) return Values(found);
        var at = Json;
        foreach (var part in claim.Split('.'))
            if (at.ValueKind != JsonValueKind.Object || !at.TryGetProperty(part, out at)) return [];
        return Values(at);
    }

    private static IEnumerable<string> Values(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Array => value.EnumerateArray().SelectMany(Values),
        JsonValueKind.String => [value.GetString()!],
        JsonValueKind.Number or JsonValueKind.True or JsonValueKind.False => [value.GetRawText()],
        JsonValueKind.Undefined or JsonValueKind.Object or JsonValueKind.Null => [],
    };
}
