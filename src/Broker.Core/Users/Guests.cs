using Broker.Core.Access;
using Broker.Core.Audit;
using Broker.Core.Database;
using Broker.Core.Domains;
using Broker.Core.Requests;
using Broker.Core.Requests.Domains;
using Broker.Core.Settings;

namespace Broker.Core.Users;

/// <summary>How a guest may use his desktop.</summary>
/// <param name="RunSeconds">So long.</param>
public sealed record GuestTerms(int RunSeconds);

/// <summary>People who use a base without signing in: a temporary account for that base alone, which ends after a while with all that it has. All writes to <c>guests</c>.</summary>
public static class Guests
{
    /// <summary>The bases that can be used without signing in from a network of clients, by name.</summary>
    public static async Task<IReadOnlyList<DomainRow>> Bases(DbSession db, ClientNetwork network) =>
        [.. (await DomainsTable.Get(db, [.. network.Said.Where(s => s.Value.IsAnonymous).Select(s => s.Key)])).Where(b => IsFor(network, b)).OrderBy(b => b.Name, StringComparer.Ordinal)];

    /// <summary>Lets a guest in: an account of his own, for this base and for a limited time. Those who want to come at the same time come one after the other.</summary>
    /// <param name="db">A transaction.</param>
    /// <param name="baseId">The base.</param>
    /// <param name="address">Where he comes from.</param>
    /// <returns>The account, as it is known from there.</returns>
    /// <exception cref="RequestRefusedException"><c>unknown_domain</c>: it is not for guests from there, or not there at all; <c>too_many_guests</c>.</exception>
    public static async Task<(UserRow User, Caller Caller)> Admit(DbSession db, Guid baseId, string? address)
    {
        var network = address is null ? null : await ClientNetworksTable.Of(db, address);
        if (network is { Id: > 0 }) network = await ClientNetworksTable.Lock(db, network.Id);
        var origin = await DomainsTable.Get(db, baseId);
        if (network is null || origin is null || !IsFor(network, origin)) throw new RequestRefusedException("unknown_domain", $"There is no machine {baseId}.");

        var settings = await SiteSettingsTable.Read(db);
        var (all, here) = await db.First<(long, long)>("SELECT COUNT(*), COALESCE(SUM(address = @address), 0) FROM guests", new { address });
        if (all >= settings.Guests || here >= settings.GuestsPerAddress)
            throw new RequestRefusedException("too_many_guests", "There are as many guests as there may be. Try again in a while, or sign in.");

        var name = $"guest-{Guid.NewGuid():n}"[..18];
        var id = await UsersTable.Insert(db, name, "Guest", passwordHash: null, isAdmin: false, mustChangePassword: false, isTemporary: true, lifetime: TimeSpan.FromMinutes(settings.GuestMinutes));
        await db.Execute("INSERT INTO guests (user_id, base_id, address) VALUES (@id, @baseId, @address)", new { id, baseId, address });
        await AuditTable.Insert(db, id, address, "guest", origin.Name, new { domain = baseId, network = network.Name });
        return ((await UsersTable.Get(db, id))!, (await UsersTable.Caller(db, id, address))!);
    }

    /// <summary>How a guest may use the desktop that is made for him: one there is for each.</summary>
    /// <exception cref="RequestRefusedException"><c>guest_has_one</c>.</exception>
    internal static async Task<GuestTerms> Terms(DbSession db, Caller guest)
    {
        // one after the other, also of those whom he asks for at once
        await UsersTable.Lock(db, guest.UserId);
        if (await db.First<bool>("SELECT EXISTS (SELECT 1 FROM domains WHERE owner_id = @UserId)", new { guest.UserId }))
            throw new RequestRefusedException("guest_has_one", "A guest has one desktop at a time.");
        return new GuestTerms((await SiteSettingsTable.Read(db)).GuestMinutes * 60);
    }

    /// <summary>Removes, in Broker's name, what those have whose time is over or who have gone; they are forgotten when it is gone.</summary>
    /// <returns>How many machines.</returns>
    public static async Task<int> End(DbSession db)
    {
        var left = await db.Query<Guid>(
            """
            SELECT d.id FROM guests g JOIN users u ON u.id = g.user_id JOIN domains d ON d.owner_id = u.id
            WHERE (u.is_disabled OR u.expires_at <= UTC_TIMESTAMP(6)) AND d.state NOT IN ('creating', 'removing', 'down')
              AND NOT EXISTS (SELECT 1 FROM requests r FORCE INDEX (requests_domain) WHERE r.domain_id = d.id AND r.ended_at IS NULL AND NOT r.is_later)
            LIMIT 100
            """);
        if (left.Count == 0) return 0;
        var system = await UsersTable.System(db);
        foreach (var id in left) await RequestWriter.Submit(db, system, new RemoveDomain(id));
        return left.Count;
    }

    private static bool IsFor(ClientNetwork network, DomainRow origin) => origin is { IsBase: true, IsWhole: true } && network.JudgeGuest(origin.Id, origin.Name).IsAllowed;
}
