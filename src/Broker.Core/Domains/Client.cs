namespace Broker.Core.Domains;

/// <summary>Whether somebody is at a desktop that runs.</summary>
public enum ClientStatus
{
    /// <summary>It was started for somebody, or somebody has just got a ticket for its screen.</summary>
    Connecting,

    /// <summary>Somebody looks at its screen.</summary>
    Connected,

    /// <summary>Nobody does.</summary>
    Disconnected,
}

/// <summary>Whether somebody is at a desktop, from where, since when.</summary>
/// <param name="Status">Whether somebody is.</param>
/// <param name="Address">Where he sits, or is expected from; null when nobody knows.</param>
/// <param name="Since">Since when it is so.</param>
public sealed record Client(ClientStatus Status, string? Address, DateTimeOffset Since)
{
    /// <summary>So long somebody for whom a desktop was started may take to get there.</summary>
    public static readonly TimeSpan TimeToCome = TimeSpan.FromSeconds(30);

    /// <summary>What was last written of a desktop; null when it was off.</summary>
    public static Client? Of(DomainRow domain) => domain is { ClientStatus: { } status, ClientSince: { } since } ? new(status, domain.ClientAddress, since) : null;

    /// <summary>What is to be written of a desktop now; null when it is off. The one rule.</summary>
    /// <param name="domain">What was last written.</param>
    /// <param name="signs">What speaks for somebody.</param>
    /// <param name="now">By the database's clock.</param>
    public static Client? Next(DomainRow domain, Signs signs, DateTimeOffset now)
    {
        if (domain.State is not (DomainState.Starting or DomainState.Active or DomainState.Paused or DomainState.ShuttingDown)) return null;
        var before = Of(domain);
        var next =
            signs.IsLookedAt ? new Client(ClientStatus.Connected, signs.ViewerAddress, now)
            : signs.HasTicket ? new Client(ClientStatus.Connecting, before?.Address, now)
            : before is { Status: ClientStatus.Connecting } && now - CouldComeSince(domain, before, now) < TimeToCome ? before
            : new Client(ClientStatus.Disconnected, null, now);
        return next.Status == before?.Status ? next with { Since = before.Since } : next;
    }

    // until it runs nobody can come
    private static DateTimeOffset CouldComeSince(DomainRow domain, Client expected, DateTimeOffset now) =>
        domain.State == DomainState.Starting ? now : domain.StartedAt > expected.Since ? domain.StartedAt.Value : expected.Since;
}

/// <summary>What speaks for somebody being at a desktop.</summary>
/// <param name="IsLookedAt">Its screen is being looked at: by the portal, or by a program that its host sees.</param>
/// <param name="ViewerAddress">From where; null when only the host sees it.</param>
/// <param name="HasTicket">Somebody has just been let in to it and has not come yet.</param>
public sealed record Signs(bool IsLookedAt, string? ViewerAddress, bool HasTicket)
{
    /// <summary>Nothing does.</summary>
    public static readonly Signs None = new(false, null, false);
}
