using System.Net;

namespace Broker.Core.Access;

/// <summary>Which bases can be used from a network of clients.</summary>
public enum NetworkBases
{
    /// <summary>All but those that are refused there.</summary>
    All,

    /// <summary>Only those that are allowed there.</summary>
    Chosen,

    /// <summary>None, whatever is said of single ones.</summary>
    None,
}

/// <summary>What a network of clients says of one base.</summary>
/// <param name="IsAllowed">It can be used from there.</param>
/// <param name="IsAnonymous">Also by people who don't sign in.</param>
public sealed record NetworkBase(bool IsAllowed, bool IsAnonymous);

/// <summary>Where people sit, and what they may use from there. The first by position that holds somebody's address counts for him.</summary>
public sealed record ClientNetwork
{
    /// <summary>Where somebody is whose address no network holds: nothing can be used from there.</summary>
    public static ClientNetwork Nowhere { get; } = new() { Name = "", Bases = NetworkBases.None, RequiresPassword = true };

    /// <summary>Key; 0 of <see cref="Nowhere"/>.</summary>
    public long Id { get; init; }

    /// <summary>What people call it.</summary>
    public required string Name { get; init; }

    /// <summary>Its place among the others, from 1.</summary>
    public int Position { get; init; }

    /// <summary>The addresses in it, each in CIDR: 10.1.0.0/16, 2001:db8::/32.</summary>
    public IReadOnlyList<string> Addresses { get; init; } = [];

    /// <summary>Which bases can be used from there.</summary>
    public NetworkBases Bases { get; init; }

    /// <summary>Programs that show a desktop's screen ask for a password there.</summary>
    public bool RequiresPassword { get; init; }

    /// <summary>What it says of single bases.</summary>
    public IReadOnlyDictionary<Guid, NetworkBase> Said { get; init; } = new Dictionary<Guid, NetworkBase>();

    /// <summary>The network of an address: the first that holds it, else <see cref="Nowhere"/>; null when there is no address, for then nobody sits anywhere.</summary>
    /// <param name="networks">All, by position.</param>
    /// <param name="address">Where a call comes from; null for what comes from no browser.</param>
    public static ClientNetwork? Of(IEnumerable<ClientNetwork> networks, string? address)
    {
        if (address is null) return null;
        return IPAddress.TryParse(address, out var ip) ? networks.FirstOrDefault(n => n.Holds(ip)) ?? Nowhere : Nowhere;
    }

    /// <summary>The network that somebody wrote; null when it is none. One address is a network of its own.</summary>
    public static IPNetwork? Parse(string text)
    {
        var slash = text.IndexOf('/');
        if (!IPAddress.TryParse(slash < 0 ? text : text[..slash], out var address) || address.IsIPv4MappedToIPv6 || text.Contains('%')) return null;
        var isShort = !text.Contains(':') && address.ToString() != (slash < 0 ? text : text[..slash]); // 10/8 would be 0.0.0.10/8
        return !isShort && IPNetwork.TryParse(slash < 0 ? $"{text}/{(text.Contains(':') ? 128 : 32)}" : text, out var network) ? network : null;
    }

    /// <summary>What is wrong with it, in sentences for people; empty when nothing is.</summary>
    public IEnumerable<string> Problems()
    {
        if (Name.Trim().Length is 0 or > 63 || Name.Any(char.IsControl)) yield return "A network of clients has a name of 1 to 63 characters.";
        if (Addresses.Count is 0 or > 100) yield return "A network of clients has 1 to 100 addresses, such as 10.1.0.0/16 or 2001:db8::/32.";
        foreach (var address in Addresses.Where(a => Parse(a) is null)) yield return $"'{address}' is no network such as 10.1.0.0/16 or 2001:db8::/32.";
    }

    /// <summary>Can this base, or a desktop of it, be used from there?</summary>
    public Judgement Judge(Guid baseId, string name)
    {
        if (Id == 0) return Judgement.No($"{name} can't be used from here: this address is in no network of clients.");
        var said = Said.GetValueOrDefault(baseId);
        return Bases switch
        {
            NetworkBases.None => Judgement.No($"No base can be used from the network {Name}."),
            NetworkBases.Chosen when said is { IsAllowed: true } => Judgement.Yes($"{name} can be used from the network {Name}."),
            NetworkBases.Chosen => Judgement.No($"{name} is not among those that can be used from the network {Name}."),
            NetworkBases.All when said is { IsAllowed: false } => Judgement.No($"{name} can't be used from the network {Name}."),
            NetworkBases.All => Judgement.Yes($"Bases can be used from the network {Name}."),
        };
    }

    /// <summary>Can people use this base from there who don't sign in?</summary>
    public Judgement JudgeGuest(Guid baseId, string name) =>
        Judge(baseId, name) is { IsAllowed: false } no ? no
        : Said.GetValueOrDefault(baseId) is { IsAnonymous: true } ? Judgement.Yes($"From the network {Name} everybody can use {name} without signing in.")
        : Judgement.No($"From the network {Name} only those can use {name} who sign in.");

    private bool Holds(IPAddress address) => Addresses.Any(a => Parse(a)?.Contains(address) == true);
}
