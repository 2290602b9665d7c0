using System.Collections.Frozen;

namespace Broker.Core.Access;

/// <summary>Who asks, as the server knows it; never taken from a request's arguments.</summary>
/// <param name="UserId">Key in <c>users</c>.</param>
/// <param name="Name">Sign-in name.</param>
/// <param name="IsAdmin">May do everything.</param>
/// <param name="Address">The client's IP address.</param>
/// <param name="Grants">What he has of each grant; of one that is not there, nothing.</param>
public sealed record Caller(long UserId, string Name, bool IsAdmin, string? Address, IReadOnlyDictionary<Grant, Holding> Grants)
{
    private static readonly ILookup<string, string> NoAttributes = Array.Empty<string>().ToLookup(a => a, StringComparer.OrdinalIgnoreCase);

    /// <summary>The account goes with its last machine, and its machines when they end.</summary>
    public bool IsTemporary { get; init; }

    /// <summary>Keys of the groups that he is in.</summary>
    public IReadOnlySet<long> Groups { get; init; } = FrozenSet<long>.Empty;

    /// <summary>What a directory or an OpenID provider last told of him: the values of each attribute, by its name without regard to case.</summary>
    public ILookup<string, string> Attributes { get; init; } = NoAttributes;

    /// <summary>What the program says of itself by which he asks; null when there is none that could: for the command line, schedules and Broker itself.</summary>
    public ClientFacts? Client { get; init; }

    /// <summary>The words of the grants that the token is good for by which he asks; null when he asks by himself.</summary>
    public IReadOnlySet<string>? Scopes { get; init; }

    /// <summary>Does he ask by himself, or by a token that is good for this?</summary>
    public bool IsInScope(Grant grant) => Scopes?.Contains(Word.Of(grant)) != false;

    /// <summary>How far he reaches with a grant; administrators reach everything.</summary>
    public Reach Reach(Grant grant) => !IsInScope(grant) ? Access.Reach.None : IsAdmin ? Access.Reach.All : Grants.TryGetValue(grant, out var holding) ? holding.Reach : Access.Reach.None;

    /// <summary>The base that he may use as a guest; null for everybody who is somebody.</summary>
    public Guid? GuestOf { get; init; }

    /// <summary>The network of clients that his address is in; null when he has no address: for the command line and what comes by itself none counts.</summary>
    public ClientNetwork? Network { get; init; }
}
