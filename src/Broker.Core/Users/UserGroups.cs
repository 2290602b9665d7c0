using Broker.Core.Access;
using Broker.Core.Audit;
using Broker.Core.Database;
using Broker.Core.Requests;

namespace Broker.Core.Users;

/// <summary>Managing groups of people: for who holds <see cref="Grant.ManageGroups"/>. Each change is rows, with an event and an audit row.</summary>
public static class UserGroups
{
    private const int LongestName = 190;
    private const int LongestExternalId = 500;
    private const int LongestDescription = 2000;

    /// <summary>Makes a group, or makes one of a directory known here.</summary>
    /// <param name="db">A transaction.</param>
    /// <param name="caller">Who makes it.</param>
    /// <param name="name">What people call it.</param>
    /// <param name="source">Who says who is in it.</param>
    /// <param name="externalId">What a directory calls it: its distinguished name, or the word in a claim.</param>
    /// <param name="description">What it is for.</param>
    /// <exception cref="RequestRefusedException">Not the caller's to make, or not so.</exception>
    public static async Task<UserGroupRow> Create(DbSession db, Caller caller, string name, AccountSource source, string? externalId, string? description)
    {
        Judge(caller);
        (name, externalId) = (name.Trim(), externalId?.Trim());
        var problems = Problems(name, source, externalId).Concat(DescriptionProblems(description)).ToList();
        if (problems.Count > 0) throw new RequestRefusedException("bad_arguments", string.Join(' ', problems)) { Problems = problems };
        try
        {
            var id = await UserGroupsTable.Insert(db, name, source, externalId, description);
            await Audit(db, caller, "create_group", name, new { group = id, source, external_id = externalId });
            return (await UserGroupsTable.Get(db, id))!;
        }
        catch (Exception e) when (Db.IsDuplicateKey(e))
        {
            throw new RequestRefusedException("name_taken", externalId is null ? $"There is already a group called {name}. Choose another name." : $"There is already a group called {name}, or one for {externalId}.");
        }
    }

    /// <summary>Says what a group is for.</summary>
    /// <exception cref="RequestRefusedException">Not the caller's to say.</exception>
    public static async Task Describe(DbSession db, Caller caller, UserGroupRow group, string? description)
    {
        Judge(caller);
        if (DescriptionProblems(description).ToList() is { Count: > 0 } problems) throw new RequestRefusedException("bad_arguments", string.Join(' ', problems)) { Problems = problems };
        await UserGroupsTable.Describe(db, group.Id, description);
        await Audit(db, caller, "describe_group", group.Name, new { group = group.Id, description });
    }

    /// <summary>Removes a group; its members lose what it gives them.</summary>
    /// <exception cref="RequestRefusedException">Not the caller's to remove; <c>group_in_use</c>.</exception>
    public static async Task Remove(DbSession db, Caller caller, UserGroupRow group)
    {
        Judge(caller);
        await UserGroupsTable.Lock(db, group.Id);
        Granting.CheckMembership(caller, await UserGroupsTable.GrantsOf(db, group.Id));
        await CheckUnnamed(db, group);
        await UserGroupsTable.Delete(db, group.Id);
        await Audit(db, caller, "remove_group", group.Name, new { group = group.Id, members = group.Members });
    }

    /// <summary>Puts somebody into a group.</summary>
    /// <exception cref="RequestRefusedException">Not the caller's to do, or a directory says who is in it.</exception>
    public static async Task Add(DbSession db, Caller caller, UserGroupRow group, UserRow user)
    {
        await JudgeMember(db, caller, group, user);
        if (await UserGroupsTable.Add(db, group.Id, user.Id)) await Audit(db, caller, "add_group_member", group.Name, new { group = group.Id, user = user.Id, name = user.Name });
    }

    /// <summary>Takes somebody out of a group.</summary>
    /// <exception cref="RequestRefusedException">Not the caller's to do, or a directory says who is in it.</exception>
    public static async Task Remove(DbSession db, Caller caller, UserGroupRow group, UserRow user)
    {
        await JudgeMember(db, caller, group, user);
        if (await UserGroupsTable.Remove(db, group.Id, user.Id)) await Audit(db, caller, "remove_group_member", group.Name, new { group = group.Id, user = user.Id, name = user.Name });
    }

    /// <summary>Whether this caller may say who is in a group.</summary>
    /// <param name="db">A transaction that has the group locked.</param>
    /// <param name="caller">Who says so.</param>
    /// <param name="group">The group.</param>
    /// <exception cref="RequestRefusedException">Not the caller's to say, or <c>group_is_external</c>.</exception>
    internal static async Task JudgeMembers(DbSession db, Caller caller, UserGroupRow group)
    {
        Judge(caller);
        if (group.Source is not AccountSource.Local)
            throw new RequestRefusedException("group_is_external", $"Who is in {group.Name} is said by {(group.Source is AccountSource.Ldap ? "the directory" : "the OpenID provider")}, and read at each sign-in. Change it there.");
        Granting.CheckMembership(caller, await UserGroupsTable.GrantsOf(db, group.Id));
    }

    /// <summary>No access rule may name a group that goes.</summary>
    /// <exception cref="RequestRefusedException"><c>group_in_use</c>.</exception>
    internal static async Task CheckUnnamed(DbSession db, UserGroupRow group)
    {
        if (await BaseRules.Naming(db, group.Id) is not { Count: > 0 } bases) return;
        var some = string.Join(", ", bases.Take(10)) + (bases.Count > 10 ? "…" : "");
        throw new RequestRefusedException("group_in_use", $"The access rules of {some} name {group.Name}. Take it out of them first.");
    }

    /// <summary>Whether this caller manages groups.</summary>
    /// <exception cref="RequestRefusedException">He does not.</exception>
    internal static void Judge(Caller caller)
    {
        if (May.Do(caller, Grant.ManageGroups, null) is { IsAllowed: false } no) throw new RequestRefusedException("not_allowed", no.Reason);
    }

    /// <summary>What is wrong with a new group, in sentences; empty when nothing is.</summary>
    internal static IEnumerable<string> Problems(string name, AccountSource source, string? externalId)
    {
        if (name.Length is 0 or > LongestName) yield return $"A group's name has 1 to {LongestName} characters.";
        if (name.Any(char.IsControl)) yield return "A group's name has no control characters.";
        if (source is AccountSource.Local && externalId is not null) yield return "external_id is for groups of a directory: leave it out.";
        if (source is not AccountSource.Local && externalId is not { Length: >= 1 and <= LongestExternalId }) yield return $"external_id is what the directory calls the group, in 1 to {LongestExternalId} characters.";
    }

    private static async Task JudgeMember(DbSession db, Caller caller, UserGroupRow group, UserRow user)
    {
        await UserGroupsTable.Lock(db, group.Id);
        await JudgeMembers(db, caller, group);
        Granting.Protect(caller, user);
    }

    private static IEnumerable<string> DescriptionProblems(string? description)
    {
        if (description?.Length > LongestDescription) yield return $"A description has at most {LongestDescription} characters.";
    }

    private static Task Audit(DbSession db, Caller caller, string action, string subject, object details) => AuditTable.Insert(db, caller.UserId, caller.Address, action, subject, details);
}
