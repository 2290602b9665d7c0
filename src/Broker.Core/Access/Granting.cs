using Broker.Core.Audit;
using Broker.Core.Database;
using Broker.Core.Requests;
using Broker.Core.Users;

namespace Broker.Core.Access;

/// <summary>Changing what others are granted: for who holds <see cref="Grant.Grant"/>. Nobody gives or takes what he does not hold as far himself, and only administrators change an administrator.</summary>
public static class Granting
{
    /// <summary>Sets how far somebody reaches, whatever his groups give.</summary>
    /// <param name="db">A transaction.</param>
    /// <param name="caller">Who says so.</param>
    /// <param name="user">Whose grant.</param>
    /// <param name="grant">Which.</param>
    /// <param name="reach">How far; null for what his groups give, or everybody has.</param>
    /// <exception cref="RequestRefusedException">Not the caller's to give.</exception>
    public static async Task Set(DbSession db, Caller caller, UserRow user, Grant grant, Reach? reach)
    {
        Check(caller, grant, reach);
        await UsersTable.Lock(db, user.Id);
        Protect(caller, user);
        var facts = await UsersTable.GrantsOf(db, user.Id);
        var before = facts.Own.TryGetValue(grant, out var own) ? own : (Reach?)null;
        if (before == reach) return;
        var after = new Dictionary<Grant, Reach>(facts.Own);
        if (reach is { } given) after[grant] = given;
        else after.Remove(grant);
        Hold(caller, grant, Holdings.Resolve(facts.Own, facts.Groups)[grant].Reach);
        Hold(caller, grant, Holdings.Resolve(after, facts.Groups)[grant].Reach);
        await UsersTable.SetGrant(db, user.Id, grant, reach);
        await AuditTable.Insert(db, caller.UserId, caller.Address, reach is null ? "reset_grant" : "set_grant", user.Name, new { user = user.Id, grant, before, reach });
    }

    /// <summary>Sets how far a group's members reach, as far as nothing is set for them themselves and no other group of theirs gives more.</summary>
    /// <param name="db">A transaction.</param>
    /// <param name="caller">Who says so.</param>
    /// <param name="group">Whose grant.</param>
    /// <param name="grant">Which.</param>
    /// <param name="reach">How far; null when the group says nothing of it.</param>
    /// <exception cref="RequestRefusedException">Not the caller's to give.</exception>
    public static async Task Set(DbSession db, Caller caller, UserGroupRow group, Grant grant, Reach? reach)
    {
        Check(caller, grant, reach);
        await UserGroupsTable.Lock(db, group.Id);
        var rows = await UserGroupsTable.GrantsOf(db, group.Id);
        var before = rows.TryGetValue(grant, out var was) ? was : (Reach?)null;
        if (before == reach) return;
        // without a row of this group its members have at least what everybody has
        Hold(caller, grant, before ?? Holdings.Default(grant));
        Hold(caller, grant, reach ?? Holdings.Default(grant));
        await UserGroupsTable.SetGrant(db, group.Id, grant, reach);
        await AuditTable.Insert(db, caller.UserId, caller.Address, reach is null ? "reset_group_grant" : "set_group_grant", group.Name, new { group = group.Id, grant, before, reach });
    }

    /// <summary>Being in this group or not must not change what the caller could not change by himself.</summary>
    /// <exception cref="RequestRefusedException">It would.</exception>
    internal static void CheckMembership(Caller caller, IReadOnlyDictionary<Grant, Reach> groupGives)
    {
        foreach (var (grant, reach) in groupGives) Hold(caller, grant, reach is Reach.None ? Holdings.Default(grant) : reach);
    }

    /// <summary>Whoever can sign in as somebody has what he has: only who has as much may open a way to that.</summary>
    /// <param name="db">Where from.</param>
    /// <param name="caller">Who wants to.</param>
    /// <param name="user">As whom.</param>
    /// <exception cref="RequestRefusedException">He has more.</exception>
    public static async Task CheckTakingOver(DbSession db, Caller caller, UserRow user)
    {
        Protect(caller, user);
        var facts = await UsersTable.GrantsOf(db, user.Id);
        foreach (var (grant, holding) in Holdings.Resolve(facts.Own, facts.Groups))
        {
            if (holding.Reach > caller.Reach(grant) && holding.Reach > Holdings.Default(grant))
                throw new RequestRefusedException("not_allowed", $"{user.Name} has been granted to {May.Describe(grant)}, further than you. That is for administrators.");
        }
    }

    /// <summary>Only administrators change an administrator, and no token does.</summary>
    /// <exception cref="RequestRefusedException">He is one, and the caller is none.</exception>
    internal static void Protect(Caller caller, UserRow user)
    {
        if (WhyProtected(caller, user) is { } why) throw new RequestRefusedException("not_allowed", why);
    }

    /// <summary>Why this caller changes nothing of somebody: see <see cref="Protect"/>; null when he may.</summary>
    internal static string? WhyProtected(Caller caller, UserRow user) =>
        user.IsAdmin && caller is not { IsAdmin: true, Scopes: null }
            ? $"{user.Name} is an administrator. Only administrators change what administrators are."
            : null;

    private static void Check(Caller caller, Grant grant, Reach? reach)
    {
        if (May.Do(caller, Grant.Grant, null) is { IsAllowed: false } no) throw new RequestRefusedException("not_allowed", no.Reason);
        if (reach is Reach.Own or Reach.Clones or Reach.AllClones && !Holdings.IsAboutMachines(grant))
            throw new RequestRefusedException("bad_arguments", $"{Word.Of(grant)} is about no machine: it reaches {Word.Of(Reach.None)} or {Word.Of(Reach.All)}.");
    }

    private static void Hold(Caller caller, Grant grant, Reach reach)
    {
        if (caller.Reach(grant) < reach)
            throw new RequestRefusedException("not_allowed", $"To {May.Describe(grant)} you reach {Word.Of(caller.Reach(grant))} yourself: you neither give nor take {Word.Of(reach)}.");
    }
}
