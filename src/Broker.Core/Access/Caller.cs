namespace Broker.Core.Access;

/// <summary>Who asks, as the server knows it; never taken from a request's arguments.</summary>
/// <param name="UserId">Key in <c>users</c>.</param>
/// <param name="Name">Sign-in name.</param>
/// <param name="IsAdmin">May do everything.</param>
/// <param name="Address">The client's IP address.</param>
/// <param name="Grants">What was granted or taken away beyond the defaults.</param>
public sealed record Caller(long UserId, string Name, bool IsAdmin, string? Address, IReadOnlyDictionary<Grant, bool> Grants)
{
    /// <summary>The account goes with its last machine, and its machines when they end.</summary>
    public bool IsTemporary { get; init; }

    /// <summary>What a directory or an OpenID provider last told of him: the values of each attribute, by its name without regard to case.</summary>
    public ILookup<string, string> Attributes { get; init; } = NoAttributes;

    private static ILookup<string, string> NoAttributes { get; } = Array.Empty<string>().ToLookup(a => a, StringComparer.OrdinalIgnoreCase);
}
