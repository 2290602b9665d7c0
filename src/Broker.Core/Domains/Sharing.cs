using Broker.Core.Access;
using Broker.Core.Audit;
using Broker.Core.Database;
using Broker.Core.Requests;
using Broker.Core.Users;

namespace Broker.Core.Domains;

/// <summary>Who may use a machine besides its owner. No host hears of it: each change is rows, with an event and an audit row.</summary>
public static class Sharing
{
    // A lesson's worth: whoever wants to let more people in wants a base.
    private const int Most = 50;

    /// <summary>Lets somebody look at a desktop, start it and shut it down. What he may not is remove it or share it on (<see cref="May.WhenShared"/>).</summary>
    /// <param name="db">A transaction.</param>
    /// <param name="caller">Who shares it.</param>
    /// <param name="domain">The desktop, locked.</param>
    /// <param name="user">Who may use it.</param>
    /// <exception cref="RequestRefusedException">Not the caller's to share, or nothing that can be.</exception>
    public static Task Share(DbSession db, Caller caller, DomainRow domain, UserRow user) => Change(db, caller, domain, user, "share", () =>
    {
        Judge(caller, domain);
        if (domain.IsBase) throw new RequestRefusedException("is_a_base", $"{domain.Name} is a base: publish it, and everybody can make a desktop of his own.");
        if (user.Id == domain.OwnerId) throw new RequestRefusedException("is_owner", $"{domain.Name} is {user.Name}'s own.");
        if (domain.SharedWith.Count >= Most && !domain.SharedWith.Contains(user.Id))
            throw new RequestRefusedException("too_many_shares", $"{domain.Name} is shared with {Most} people already. Take somebody out first.");
        return DomainsTable.SetShared(db, domain, user.Id, isShared: true);
    });

    /// <summary>Lets somebody use it no more, at once: what he asked for and has not begun is refused, a screen of it that he has open closes.</summary>
    /// <inheritdoc cref="Share"/>
    public static Task Unshare(DbSession db, Caller caller, DomainRow domain, UserRow user) => Change(db, caller, domain, user, "unshare", () =>
    {
        Judge(caller, domain);
        return DomainsTable.SetShared(db, domain, user.Id, isShared: false);
    });

    private static async Task Change(DbSession db, Caller caller, DomainRow domain, UserRow user, string deed, Func<Task> change)
    {
        await change();
        await AuditTable.Insert(db, caller.UserId, caller.Address, deed, domain.Name, new { domain = domain.Id, user = user.Id, name = user.Name });
    }

    private static void Judge(Caller caller, DomainRow domain)
    {
        if (May.Do(caller, Grant.Share, domain) is { IsAllowed: false } no) throw new RequestRefusedException("not_allowed", no.Reason);
    }
}
