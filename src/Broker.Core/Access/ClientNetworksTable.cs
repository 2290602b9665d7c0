using System.Text.Json;
using Broker.Core.Database;
using Broker.Core.Events;
using Broker.Core.Requests;

namespace Broker.Core.Access;

/// <summary>All writes to <c>client_networks</c> and <c>client_network_bases</c>. Each tells the front ends to forget what they remember of everybody.</summary>
public static class ClientNetworksTable
{
    private const int Most = 500;

    /// <summary>All, by position.</summary>
    public static Task<IReadOnlyList<ClientNetwork>> All(DbSession db) => Read(db, "");

    /// <summary>The network of an address; null when there is none, for then nobody sits anywhere.</summary>
    public static async Task<ClientNetwork?> Of(DbSession db, string? address) => address is null ? null : ClientNetwork.Of(await All(db), address);

    /// <summary>The network of this key, kept as it is with all others until the transaction ends.</summary>
    /// <exception cref="RequestRefusedException"><c>unknown_network</c>.</exception>
    public static async Task<ClientNetwork> Lock(DbSession db, long id) =>
        (await Read(db, " FOR UPDATE")).FirstOrDefault(n => n.Id == id) ?? throw new RequestRefusedException("unknown_network", $"There is no network of clients {id}.");

    /// <summary>Writes a new one at its position; before all others when that is 0.</summary>
    /// <returns>Its key.</returns>
    /// <exception cref="RequestRefusedException"><c>bad_arguments</c>, <c>name_taken</c>.</exception>
    public static async Task<long> Insert(DbSession db, ClientNetwork network)
    {
        Check(network);
        var others = await Read(db, " FOR UPDATE");
        if (others.Count >= Most) throw new RequestRefusedException("too_many_networks", $"There are {Most} networks of clients already. Remove one first.");
        try
        {
            var id = await db.Insert(
                "INSERT INTO client_networks (name, position, addresses, bases, requires_password) VALUES (@Name, @Position, @Addresses, @Bases, @RequiresPassword)",
                Written(network));
            await Order(db, others, network with { Id = id });
            return id;
        }
        catch (Exception e) when (Db.IsDuplicateKey(e))
        {
            throw NameTaken(network);
        }
    }

    /// <summary>Changes one, which the caller has locked, to this; its place too.</summary>
    /// <exception cref="RequestRefusedException"><c>bad_arguments</c>, <c>name_taken</c>.</exception>
    public static async Task Set(DbSession db, ClientNetwork network)
    {
        Check(network);
        try
        {
            await db.Execute("UPDATE client_networks SET name = @Name, addresses = @Addresses, bases = @Bases, requires_password = @RequiresPassword WHERE id = @Id", Written(network));
        }
        catch (Exception e) when (Db.IsDuplicateKey(e))
        {
            throw NameTaken(network);
        }

        await Order(db, [.. (await All(db)).Where(n => n.Id != network.Id)], network);
    }

    /// <summary>Removes one, with what it says of bases. Its addresses are in the next one that holds them, or in none: then nothing can be used from there.</summary>
    public static async Task Delete(DbSession db, ClientNetwork network)
    {
        await db.Execute("DELETE FROM client_networks WHERE id = @Id", new { network.Id });
        await Order(db, await All(db), null);
    }

    /// <summary>Says of a base what holds for it there.</summary>
    /// <param name="db">A transaction that has the network locked.</param>
    /// <param name="network">The network.</param>
    /// <param name="baseId">The base.</param>
    /// <param name="said">What is said; null for nothing any more.</param>
    /// <exception cref="RequestRefusedException"><c>bad_arguments</c>.</exception>
    public static async Task Say(DbSession db, ClientNetwork network, Guid baseId, NetworkBase? said)
    {
        if (said is { IsAllowed: false, IsAnonymous: true })
            throw new RequestRefusedException("bad_arguments", "What can't be used from there can't be used without signing in either: is_anonymous wants is_allowed.");
        await (said is null
            ? db.Execute("DELETE FROM client_network_bases WHERE network_id = @Id AND base_id = @baseId", new { network.Id, baseId })
            : db.Execute("REPLACE INTO client_network_bases (network_id, base_id, is_allowed, is_anonymous) VALUES (@Id, @baseId, @IsAllowed, @IsAnonymous)",
                new { network.Id, baseId, said.IsAllowed, said.IsAnonymous }));
        EventsTable.Changed(db, EventKind.User);
    }

    private static void Check(ClientNetwork network)
    {
        if (network.Problems().ToList() is [_, ..] problems) throw new RequestRefusedException("bad_arguments", string.Join(' ', problems)) { Problems = problems };
    }

    private static RequestRefusedException NameTaken(ClientNetwork network) => new("name_taken", $"There is already a network of clients called {network.Name}. Choose another name.");

    // Addresses are kept the one way they can be written.
    private static object Written(ClientNetwork network) => new
    {
        network.Id,
        Name = network.Name.Trim(),
        network.Position,
        Addresses = (IReadOnlyList<string>)[.. network.Addresses.Select(a => ClientNetwork.Parse(a)!.Value.ToString()).Distinct()],
        network.Bases,
        network.RequiresPassword,
    };

    // Positions are 1, 2, 3 … without gaps.
    private static async Task Order(DbSession db, IReadOnlyList<ClientNetwork> others, ClientNetwork? moved)
    {
        var ordered = others.ToList();
        if (moved is not null) ordered.Insert(Math.Clamp(moved.Position - 1, 0, ordered.Count), moved);
        for (var i = 0; i < ordered.Count; i++)
            await db.Execute("UPDATE client_networks SET position = @position WHERE id = @Id AND position <> @position", new { ordered[i].Id, position = i + 1 });
        EventsTable.Changed(db, EventKind.User);
    }

    // One round trip: it is read with each caller who has an address.
    private static async Task<IReadOnlyList<ClientNetwork>> Read(DbSession db, string locked) =>
    [
        .. (await db.Query<Row>(
            $"""
            SELECT n.id, n.name, n.position, n.addresses, n.bases, n.requires_password,
              (SELECT JSON_OBJECTAGG(s.base_id, JSON_OBJECT('is_allowed', s.is_allowed <> 0, 'is_anonymous', s.is_anonymous <> 0)) FROM client_network_bases s WHERE s.network_id = n.id) AS said
            FROM client_networks n ORDER BY n.position, n.id{locked}
            """)).Select(r => r.Network()),
    ];

    private sealed record Row
    {
        public long Id { get; init; }

        public required string Name { get; init; }

        public int Position { get; init; }

        public IReadOnlyList<string> Addresses { get; init; } = [];

        public NetworkBases Bases { get; init; }

        public bool RequiresPassword { get; init; }

        public string? Said { get; init; }

        public ClientNetwork Network() => new()
        {
            Id = Id,
            Name = Name,
            Position = Position,
            Addresses = Addresses,
            Bases = Bases,
            RequiresPassword = RequiresPassword,
            Said = Said is null ? new Dictionary<Guid, NetworkBase>() : JsonSerializer.Deserialize<Dictionary<Guid, NetworkBase>>(Said, Json.Options)!,
        };
    }
}
