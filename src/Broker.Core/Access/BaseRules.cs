using System.Net;
using System.Text.Json;
using Broker.Core.Audit;
using Broker.Core.Database;
using Broker.Core.Domains;
using Broker.Core.Requests;
using Broker.Core.Users;

namespace Broker.Core.Access;

/// <summary>The access rules of bases in the database. They lie in the base's row, so <see cref="DomainsTable"/> writes them.</summary>
public static class BaseRules
{
    private const int Batch = 500;

    /// <summary>What the groups and people of rules are called.</summary>
    public static async Task<Func<AccessRule, string?>> Names(DbSession db, AccessRules rules) => NamesOf(await Read(db, "user_groups", rules, RuleKind.Group), await Read(db, "users", rules, RuleKind.User));

    /// <summary>Gives a base other rules, in the name of somebody who may.</summary>
    /// <param name="db">A transaction.</param>
    /// <param name="caller">Who.</param>
    /// <param name="origin">The base, locked.</param>
    /// <param name="rules">Its rules from now on.</param>
    /// <param name="seen">The version of the rules that he has seen; null when it does not matter.</param>
    /// <exception cref="RequestRefusedException"><c>not_allowed</c>, <c>not_a_base</c>, <c>changed_meanwhile</c>, <c>bad_arguments</c>.</exception>
    public static async Task<AccessRules> Change(DbSession db, Caller caller, DomainRow origin, AccessRules rules, string? seen)
    {
        if (May.Do(caller, Grant.CreateBase, origin) is { IsAllowed: false } no) throw new RequestRefusedException("not_allowed", no.Reason);
        if (!origin.IsBase) throw new RequestRefusedException("not_a_base", $"{origin.Name} is not a base. Prepare it as one first.");
        if (seen is not null && seen != (origin.Access ?? AccessRules.None).Version)
            throw new RequestRefusedException("changed_meanwhile", $"Somebody else has changed the access rules of {origin.Name} meanwhile. Read them anew, then change them.");
        rules = rules.Normal();
        var problems = rules.Problems().ToList();
        if (problems.Count == 0)
        {
            // kept until the rules are written: a group that rules name is not removed
            var groups = await Read(db, "user_groups", rules, RuleKind.Group, "LOCK IN SHARE MODE");
            var people = await Read(db, "users", rules, RuleKind.User, "LOCK IN SHARE MODE");
            problems.AddRange(rules.People.Where(r => r.Kind == RuleKind.Group && !groups.ContainsKey(r.Id!.Value)).Select(r => $"There is no group {r.Id}."));
            problems.AddRange(rules.People.Where(r => r.Kind == RuleKind.User && !people.ContainsKey(r.Id!.Value)).Select(r => $"There is no user {r.Id}."));
        }

        if (problems.Count > 0) throw new RequestRefusedException("bad_arguments", string.Join(' ', problems)) { Problems = problems };
        await DomainsTable.SetAccess(db, origin.Id, rules.IsEmpty ? null : rules);
        await AuditTable.Insert(db, caller.UserId, caller.Address, "set_access", origin.Name, new { domain = origin.Id, rules });
        return rules;
    }

    /// <summary>Names of the machines whose rules name this group, by name: it can't be removed as long as there are any.</summary>
    public static Task<IReadOnlyList<string>> Naming(DbSession db, long group) => db.Query<string>(
        "SELECT name FROM domains WHERE access IS NOT NULL AND JSON_CONTAINS(access, @rule, '$.people') ORDER BY name", new { rule = Key(RuleKind.Group, group) });

    /// <summary>Somebody is about to be removed: no rule names him any more. Everybody else is judged as before.</summary>
    /// <returns>The names of the machines whose rules did.</returns>
    public static async Task<IReadOnlyList<string>> Forget(DbSession db, long user)
    {
        var naming = await db.Query<(Guid Id, string Name)>(
            "SELECT id, name FROM domains WHERE access IS NOT NULL AND JSON_CONTAINS(access, @rule, '$.people') ORDER BY name", new { rule = Key(RuleKind.User, user) });
        foreach (var (id, _) in naming)
        {
            if (await db.First<string>("SELECT access FROM domains WHERE id = @id FOR UPDATE", new { id }) is not { } access) continue;
            var left = AccessRules.Parse(access).WithoutUser(user);
            await DomainsTable.SetAccess(db, id, left.IsEmpty ? null : left);
        }

        return [.. naming.Select(n => n.Name)];
    }

    /// <summary>The key of the group or person with this name.</summary>
    /// <exception cref="RequestRefusedException"><c>bad_arguments</c>: there is none.</exception>
    public static async Task<long> Find(DbSession db, RuleKind kind, string name) =>
        (kind == RuleKind.Group ? (await UserGroupsTable.Find(db, name.Trim()))?.Id : (await UsersTable.Find(db, name.Trim()))?.Id)
        ?? throw new RequestRefusedException("bad_arguments", $"There is no {Word.Of(kind)} called {name}.");

    /// <summary>Why somebody may have a desktop of a base, or not: see <see cref="AccessReasons"/>.</summary>
    /// <param name="db">Where to read.</param>
    /// <param name="origin">The base.</param>
    /// <param name="user">Who.</param>
    /// <param name="client">As if he asked with this; null when that is not asked.</param>
    /// <param name="address">As if he asked from there; null when that is not asked.</param>
    /// <exception cref="RequestRefusedException"><c>bad_arguments</c>: that is no address.</exception>
    public static async Task<IReadOnlyList<AccessReason>> Explain(DbSession db, DomainRow origin, UserRow user, ClientFacts? client, string? address)
    {
        var networks = await ClientNetworksTable.All(db);
        var network = NetworkOf(networks, address);
        return await UsersTable.Caller(db, user.Id, address: null) is { } caller
            ? AccessReasons.Of(caller with { Client = client, Network = network }, origin, networks, await Names(db, origin.Access ?? AccessRules.None))
            : [new AccessReason(AccessStep.Account, IsAllowed: false, "denied: his account is disabled")];
    }

    /// <summary>Those who may have a desktop of a base, by name, whatever they use.</summary>
    /// <param name="db">Where to read.</param>
    /// <param name="origin">The base.</param>
    /// <param name="text">Only those in whose names it occurs.</param>
    /// <param name="after">Only those after this name.</param>
    /// <param name="most">At most so many.</param>
    /// <param name="address">From there; null for from wherever.</param>
    /// <returns>They, and the networks of clients from which only administrators and whose base it is can use it.</returns>
    /// <exception cref="RequestRefusedException"><c>bad_arguments</c>: that is no address.</exception>
    public static async Task<(IReadOnlyList<(long Id, string Name, string DisplayName, string Why)> People, IReadOnlyList<string> ClosedFrom)> Allowed(
        DbSession db, DomainRow origin, string? text, string? after, int most, string? address)
    {
        var networks = await ClientNetworksTable.All(db);
        var (network, closed) = (NetworkOf(networks, address), AccessReasons.ClosedFrom(origin, networks));
        var names = await Names(db, origin.Access ?? AccessRules.None);
        var allowed = new List<(long, string, string, string)>();
        IReadOnlyList<(long Id, string Name, string DisplayName)> people;
        do
        {
            people = await db.Query<(long Id, string Name, string DisplayName)>(
                """
                SELECT id, name, display_name FROM users
                WHERE NOT is_system AND NOT is_disabled AND (@after IS NULL OR name > @after) AND (@text IS NULL OR LOCATE(@text, name) > 0 OR LOCATE(@text, display_name) > 0)
                ORDER BY name LIMIT @Batch
                """, new { after, text, Batch });
            var callers = await UsersTable.Callers(db, [.. people.Select(p => p.Id)]);
            foreach (var person in people)
            {
                if (!callers.TryGetValue(person.Id, out var caller)) continue;
                var reasons = AccessReasons.Of(caller with { Network = network }, origin, networks, names);
                if (reasons.All(r => r.IsAllowed))
                    allowed.Add((person.Id, person.Name, person.DisplayName, (reasons.FirstOrDefault(r => r.Step == AccessStep.Exemption) ?? reasons.First(r => r.Step == AccessStep.People)).Text));
                if (allowed.Count == most) return (allowed, closed);
            }

            after = people is [.., var last] ? last.Name : after;
        }
        while (people.Count == Batch);
        return (allowed, closed);
    }

    private static ClientNetwork? NetworkOf(IReadOnlyList<ClientNetwork> networks, string? address) => address is null || IPAddress.TryParse(address, out _)
        ? ClientNetwork.Of(networks, address)
        : throw new RequestRefusedException("bad_arguments", $"'{address}' is no address such as 10.1.2.3 or 2001:db8::1.");

    private static string Key(RuleKind kind, long id) => JsonSerializer.Serialize(new { kind = Word.Of(kind), id }, Json.Options);

    private static Func<AccessRule, string?> NamesOf(IReadOnlyDictionary<long, string> groups, IReadOnlyDictionary<long, string> people) =>
        rule => rule.Id is not { } id ? null : (rule.Kind == RuleKind.Group ? groups : people).GetValueOrDefault(id);

    private static async Task<IReadOnlyDictionary<long, string>> Read(DbSession db, string table, AccessRules rules, RuleKind kind, string locked = "")
    {
        var ids = rules.People.Where(r => r.Kind == kind && r.Id is not null).Select(r => r.Id!.Value).Distinct().ToArray();
        return ids.Length == 0
            ? new Dictionary<long, string>()
            : (await db.Query<(long Id, string Name)>($"SELECT id, name FROM {table} WHERE id IN @ids {locked}", new { ids })).ToDictionary(g => g.Id, g => g.Name);
    }
}
