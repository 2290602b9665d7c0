using Broker.Core.Access;
using Broker.Core.Audit;
using Broker.Core.Database;
using Broker.Core.Domains;
using Broker.Core.Requests;

namespace Broker.Core.Users;

/// <summary>
/// Changing somebody else's account: for who holds <see cref="Grant.ManageUsers"/>. Only administrators change an administrator, make one or make him none, and the last one
/// who can sign in stays. Each change is rows, with an event and an audit row.
/// </summary>
public static class UserAdministration
{
    private const int LongestDisplayName = 190;

    /// <summary>The name people read.</summary>
    /// <exception cref="RequestRefusedException">Not the caller's to say, or no name.</exception>
    public static async Task SetDisplayName(DbSession db, Caller caller, UserRow user, string displayName)
    {
        Judge(caller, user);
        displayName = displayName.Trim();
        if (DisplayNameProblems(displayName).ToList() is { Count: > 0 } problems) throw new RequestRefusedException("bad_arguments", string.Join(' ', problems)) { Problems = problems };
        await UsersTable.SetDisplayName(db, user.Id, displayName);
        await Audit(db, caller, "set_display_name", user, new { user = user.Id, before = user.DisplayName, display_name = displayName });
    }

    /// <summary>Makes somebody an administrator, or takes that away. His sessions end.</summary>
    /// <exception cref="RequestRefusedException">Not the caller's to do; <c>last_admin</c>.</exception>
    public static Task SetAdmin(DbSession db, Caller caller, UserRow user, bool isAdmin) => Change(db, caller, user, async now =>
    {
        if (caller is not { IsAdmin: true, Scopes: null }) throw new RequestRefusedException("not_allowed", "Only administrators make administrators.");
        if (now.IsAdmin == isAdmin) return;
        await UsersTable.SetAdmin(db, user.Id, isAdmin);
        await Audit(db, caller, isAdmin ? "admin_made" : "admin_removed", user, new { user = user.Id });
    });

    /// <summary>
    /// Another system has told whether somebody is an administrator. The last one who can sign in stays one, whatever it tells: nobody would be there to make another.
    /// </summary>
    /// <param name="db">A transaction.</param>
    /// <param name="user">Who.</param>
    /// <param name="isAdmin">What was told.</param>
    /// <param name="address">Where he comes from.</param>
    /// <param name="by">Which system, for the audit.</param>
    public static async Task ToldAdmin(DbSession db, UserRow user, bool isAdmin, string? address, object by)
    {
        if (user.IsAdmin == isAdmin) return;
        await UsersTable.LockAdministrators(db);
        await UsersTable.Lock(db, user.Id);
        if ((await Person(db, user.Id)).IsAdmin == isAdmin) return;
        var stays = !isAdmin && await UsersTable.Administrators(db, but: user.Id) < await UsersTable.Administrators(db);
        if (!stays) await UsersTable.SetAdmin(db, user.Id, isAdmin);
        await AuditTable.Insert(db, user.Id, address, isAdmin ? "admin_made" : "admin_removed", user.Name, by,
            stays ? AuditOutcome.Refused : AuditOutcome.Done, stays ? "last_admin" : null);
    }

    /// <summary>Lets somebody sign in no more, or again. His sessions end, and what he asked for and has not begun is refused.</summary>
    /// <exception cref="RequestRefusedException">Not the caller's to do; <c>last_admin</c>.</exception>
    public static Task SetDisabled(DbSession db, Caller caller, UserRow user, bool isDisabled) => Change(db, caller, user, async now =>
    {
        if (now.IsDisabled == isDisabled) return;
        await UsersTable.SetDisabled(db, user.Id, isDisabled);
        await Audit(db, caller, isDisabled ? "user_disabled" : "user_enabled", user, new { user = user.Id });
    });

    /// <summary>Sets somebody's password. His sessions end. It is for those who reach as far as he does: whoever knows a password has what it opens.</summary>
    /// <exception cref="RequestRefusedException">Not the caller's to do; <c>is_external</c>.</exception>
    public static async Task SetPassword(DbSession db, Caller caller, UserRow user, string passwordHash, bool mustChange)
    {
        Judge(caller, user);
        if (user.Source is not AccountSource.Local) throw new RequestRefusedException("is_external", $"{user.Name} signs in with the password of another system. Change it there.");
        await Granting.CheckTakingOver(db, caller, user);
        await UsersTable.SetPassword(db, user.Id, passwordHash, mustChange);
        await Audit(db, caller, "password_set", user, new { user = user.Id, must_change = mustChange });
    }

    /// <summary>Whether this caller may remove somebody, and give his machines away: for that he needs <see cref="Grant.ChangeOwner"/> of each of them.</summary>
    /// <param name="db">Where from.</param>
    /// <param name="caller">Who wants to.</param>
    /// <param name="id">Who goes.</param>
    /// <param name="heirId">Who gets his machines.</param>
    /// <exception cref="RequestRefusedException">Not the caller's to do; <c>unknown_user</c>, <c>is_yourself</c>.</exception>
    public static async Task CheckRemovalBy(DbSession db, Caller caller, long id, long? heirId)
    {
        Judge(caller, await Person(db, id));
        if (id == caller.UserId) throw new RequestRefusedException("is_yourself", "Nobody removes himself: ask another administrator.");
        if (heirId is null) return;
        foreach (var machine in await DomainsTable.Get(db, [.. (await UsersTable.MachinesOf(db, id)).Select(m => m.Id)]))
            if (May.Do(caller, Grant.ChangeOwner, machine) is { IsAllowed: false } no)
                throw new RequestRefusedException("not_allowed", $"You can't give {machine.Name} to somebody else. {no.Reason}");
    }

    /// <summary>Whether somebody may be removed at all.</summary>
    /// <param name="db">Where from.</param>
    /// <param name="id">Who goes.</param>
    /// <param name="heirId">Who gets his machines.</param>
    /// <exception cref="RequestRefusedException"><c>unknown_user</c>, <c>user_disabled</c>, <c>last_admin</c>, <c>owns_machines</c>.</exception>
    public static async Task<UserRow> CheckRemoval(DbSession db, long id, long? heirId)
    {
        var user = await Person(db, id);
        if (heirId is { } key && await Person(db, key) is { IsDisabled: true } heir) throw new RequestRefusedException("user_disabled", $"{heir.Name} is disabled: give the machines to somebody who can use them.");
        if (await UsersTable.Administrators(db, but: id) < await UsersTable.Administrators(db)) throw LastAdmin(user);
        if (heirId is null && await UsersTable.MachinesOf(db, id) is { Count: > 0 } machines)
        {
            var some = string.Join(", ", machines.Take(3).Select(m => m.Name)) + (machines.Count > 3 ? "…" : "");
            throw new RequestRefusedException("owns_machines", $"{user.Name} owns {machines.Count} machine{(machines.Count == 1 ? "" : "s")} ({some}). Remove them first, or say who gets them (heir).");
        }

        return user;
    }

    /// <summary>What is wrong with the name people read, in sentences; empty when nothing is.</summary>
    public static IEnumerable<string> DisplayNameProblems(string displayName)
    {
        if (displayName.Length is 0 or > LongestDisplayName) yield return $"A name has 1 to {LongestDisplayName} characters.";
        if (displayName.Any(char.IsControl)) yield return "A name has no control characters.";
    }

    // One after the other: two at once must not each leave the other as the last administrator.
    private static async Task Change(DbSession db, Caller caller, UserRow user, Func<UserRow, Task> change)
    {
        Judge(caller, user);
        await UsersTable.LockAdministrators(db);
        await UsersTable.Lock(db, user.Id);
        var now = await Person(db, user.Id);
        Judge(caller, now);
        var before = await UsersTable.Administrators(db);
        await change(now);
        if (await UsersTable.Administrators(db) < before) throw LastAdmin(user);
    }

    private static void Judge(Caller caller, UserRow user)
    {
        if (May.Do(caller, Grant.ManageUsers, null) is { IsAllowed: false } no) throw new RequestRefusedException("not_allowed", no.Reason);
        Granting.Protect(caller, user);
    }

    private static async Task<UserRow> Person(DbSession db, long id) =>
        await UsersTable.Person(db, id) ?? throw new RequestRefusedException("unknown_user", $"There is no user {id}.");

    private static RequestRefusedException LastAdmin(UserRow user) => new("last_admin", $"{user.Name} is the last administrator who can sign in. Make another one first.");

    private static Task Audit(DbSession db, Caller caller, string action, UserRow user, object details) => AuditTable.Insert(db, caller.UserId, caller.Address, action, user.Name, details);
}
