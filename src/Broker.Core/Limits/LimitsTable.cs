using Broker.Core.Access;
using Broker.Core.Audit;
using Broker.Core.Database;
using Broker.Core.Domains;
using Broker.Core.Requests;
using Broker.Core.Requests.Domains;
using Broker.Core.Settings;
using Broker.Core.Users;

namespace Broker.Core.Limits;

/// <summary>All writes to <c>limits</c> and <c>group_limits</c>.</summary>
public static class LimitsTable
{
    private const string Columns = "l.start_limit, l.clone_limit, l.disk_gib, l.memory_gib";

    /// <summary>What is said of somebody himself.</summary>
    public static async Task<LimitSet> OfUser(DbSession db, long userId) =>
        await db.First<LimitSet>($"SELECT {Columns} FROM limits l WHERE l.user_id = @userId", new { userId }) ?? LimitSet.None;

    /// <summary>What is said of a group.</summary>
    public static async Task<LimitSet> OfGroup(DbSession db, long groupId) =>
        await db.First<LimitSet>($"SELECT {Columns} FROM group_limits l WHERE l.group_id = @groupId", new { groupId }) ?? LimitSet.None;

    /// <summary>What holds for somebody.</summary>
    /// <param name="db">Where to look.</param>
    /// <param name="userId">Who.</param>
    /// <param name="known">Somebody who has been read already; it may be him. What a token is good for does not matter.</param>
    public static async Task<PersonLimits> Of(DbSession db, long userId, Caller? known = null)
    {
        // nobody who is disabled asks for anything, but what he has runs on
        var person = known?.UserId == userId ? known with { Scopes = null } : await UsersTable.Caller(db, userId, address: null);
        if (person is { IsAdmin: true }) return PersonLimits.Of(isAdmin: true, mayStartMany: true, LimitSet.None, [], LimitSet.None);
        var groups = await db.Query<GroupLimits>(
            $"SELECT g.name, {Columns} FROM group_members m JOIN group_limits l ON l.group_id = m.group_id JOIN user_groups g ON g.id = m.group_id WHERE m.user_id = @userId ORDER BY g.name", new { userId });
        return PersonLimits.Of(
            isAdmin: false, person is not null && May.Do(person, Grant.StartMany, null).IsAllowed, await OfUser(db, userId),
            [.. groups.Select(g => (g.Name, g.Limits))],
            (await SiteSettingsTable.Read(db)).Limits);
    }

    /// <summary>Says it of somebody. What he has beyond it he keeps, but for what runs.</summary>
    /// <exception cref="RequestRefusedException"><c>bad_arguments</c>, <c>not_allowed</c>.</exception>
    public static async Task SetUser(DbSession db, Caller caller, long userId, string name, LimitSet limits)
    {
        await Check(db, caller, await OfUser(db, userId), limits);
        await Set(db, "limits", "user_id", userId, limits);
        await AuditTable.Insert(db, caller.UserId, caller.Address, "set_limits", name, new { user = userId, limits });
        if (await DomainsTable.Running(db, userId) > 1) await RequestWriter.Submit(db, await UsersTable.System(db), new EnforceLimits(userId), force: true);
    }

    /// <summary>Says it of each of a group's people.</summary>
    /// <exception cref="RequestRefusedException"><c>bad_arguments</c>, <c>not_allowed</c>.</exception>
    public static async Task SetGroup(DbSession db, Caller caller, long groupId, string name, LimitSet limits)
    {
        await Check(db, caller, await OfGroup(db, groupId), limits);
        await Set(db, "group_limits", "group_id", groupId, limits);
        await AuditTable.Insert(db, caller.UserId, caller.Address, "set_limits", name, new { group = groupId, limits });
        await RequestWriter.Submit(db, await UsersTable.System(db), new EnforceLimits(), force: true);
    }

    // nobody gives what he does not have; what was said before may stay
    private static async Task Check(DbSession db, Caller caller, LimitSet before, LimitSet limits)
    {
        var problems = limits.Problems().ToList();
        if (problems.Count > 0) throw new RequestRefusedException("bad_arguments", string.Join(' ', problems)) { Problems = problems };
        if (May.Do(caller, Grant.Grant, null) is { IsAllowed: false } no) throw new RequestRefusedException("not_allowed", no.Reason);
        var own = await Of(db, caller.UserId);
        foreach (var (name, given, had, most) in ((string, int?, int?, Limit)[])[
                     ("start_limit", limits.StartLimit, before.StartLimit, own.Start), ("clone_limit", limits.CloneLimit, before.CloneLimit, own.Clones),
                     ("disk_gib", limits.DiskGib, before.DiskGib, own.Disk), ("memory_gib", limits.MemoryGib, before.MemoryGib, own.Memory)])
        {
            if (given is { } wanted && wanted != had && most.Most > 0 && (wanted == 0 || wanted > most.Most))
                throw new RequestRefusedException("not_allowed", $"Nobody gives more than he may have himself: your {name} is {most.Most} ({most.Source}).");
        }
    }

    private static Task<int> Set(DbSession db, string table, string key, long id, LimitSet limits) =>
        limits == LimitSet.None
            ? db.Execute($"DELETE FROM {table} WHERE {key} = @id", new { id })
            : db.Execute(
                $"""
                INSERT INTO {table} ({key}, start_limit, clone_limit, disk_gib, memory_gib) VALUES (@id, @StartLimit, @CloneLimit, @DiskGib, @MemoryGib)
                ON DUPLICATE KEY UPDATE start_limit = @StartLimit, clone_limit = @CloneLimit, disk_gib = @DiskGib, memory_gib = @MemoryGib
                """, new { id, limits.StartLimit, limits.CloneLimit, limits.DiskGib, limits.MemoryGib });

    private sealed record GroupLimits
    {
        public required string Name { get; init; }

        public int? StartLimit { get; init; }

        public int? CloneLimit { get; init; }

        public int? DiskGib { get; init; }

        public int? MemoryGib { get; init; }

        public LimitSet Limits => new() { StartLimit = StartLimit, CloneLimit = CloneLimit, DiskGib = DiskGib, MemoryGib = MemoryGib };
    }
}
