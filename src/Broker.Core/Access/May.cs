using Broker.Core.Domains;

namespace Broker.Core.Access;

/// <summary>An answer that explains itself.</summary>
/// <param name="IsAllowed">The answer.</param>
/// <param name="Reason">Why, in a sentence.</param>
public readonly record struct Judgement(bool IsAllowed, string Reason)
{
    internal static Judgement Yes(string reason) => new(true, reason);

    internal static Judgement No(string reason) => new(false, reason);
}

/// <summary>Who may do what. The one place where that is judged; pure, so that it can be asked for a page as well as for a request.</summary>
public static class May
{
    /// <summary>What those may do with a desktop whom its owner lets use it.</summary>
    public static IReadOnlySet<Grant> WhenShared { get; } = new HashSet<Grant>
    {
        Grant.View, Grant.Start, Grant.Shutdown, Grant.Reboot, Grant.Hibernate, Grant.Screenshot,
    };

    /// <summary>May the caller do this, on this domain, or in general when it is about none?</summary>
    public static Judgement Do(Caller caller, Grant grant, DomainRow? domain)
    {
        if (!caller.IsInScope(grant)) return Judgement.No($"The token that asks is not good for {Word.Of(grant)}.");
        if (caller.IsAdmin) return Judgement.Yes("Administrators may do everything.");
        if (!caller.Grants.TryGetValue(grant, out var held) || held.Reach is Reach.None)
            return Judgement.No($"You have not been granted to {Describe(grant)}.");
        if (domain is null) return Judgement.Yes($"You have been granted to {Describe(grant)}.");
        if (caller.GuestOf is { } only) return AsGuest(caller, grant, domain, only);
        if (IsAsked(caller, grant, held.Reach, domain) && KeptOut(caller, domain) is { } no) return no;
        if ((domain.IsBase ? grant is Grant.Clone or Grant.View : grant is Grant.Start) && FromHere(caller, domain) is { IsAllowed: false } elsewhere) return elsewhere;
        if (domain.OwnerId == caller.UserId) return Judgement.Yes($"{domain.Name} is yours.");
        if (held.Reach.Covers(caller.UserId, domain.OwnerId, domain.BaseOwnerId)) return Judgement.Yes($"You have been granted to {Describe(grant)}: {Describe(held.Reach)} ({held.Source}).");
        if (domain.SharedWith.Contains(caller.UserId) && !domain.IsBase)
        {
            return WhenShared.Contains(grant)
                ? Judgement.Yes($"{domain.Name} is shared with you.")
                : Judgement.No($"{domain.Name} is shared with you: that is for its owner to do.");
        }

        if (grant is Grant.Clone or Grant.View && domain is { IsBase: true, IsPublic: true })
            return Judgement.Yes($"{domain.Name} is published.");
        if (grant is Grant.View && domain.IsBase && caller.Reach(Grant.Clone).Covers(caller.UserId, domain.OwnerId, domain.BaseOwnerId))
            return Judgement.Yes($"You may make desktops of {domain.Name}.");
        return grant is Grant.Clone
            ? Judgement.No($"{domain.Name} is not published.")
            : Judgement.No($"{domain.Name} belongs to somebody else.");
    }

    // Access rules are about getting a desktop of a base, and starting one. They ask neither whose base it is, nor who reaches as far without having the desktop.
    private static bool IsAsked(Caller caller, Grant grant, Reach reach, DomainRow domain) =>
        domain.Access is not null && (grant is Grant.Clone or Grant.Start || (grant is Grant.View && domain.IsBase))
        && (domain.IsBase ? domain.OwnerId : domain.BaseOwnerId) != caller.UserId
        && reach is not Reach.All && !(reach is Reach.AllClones && !domain.IsBase) && caller.Reach(Grant.Clone) is not Reach.All;

    // They are for those who write them: whoever is kept out is told that he is, not by which of them.
    private static Judgement? KeptOut(Caller caller, DomainRow domain)
    {
        var whose = domain.IsBase ? $"The access rules of {domain.Name}" : $"The access rules of the base of {domain.Name}";
        if (!domain.Access!.Judge(RuleList.People, caller).IsAllowed) return Judgement.No($"{whose} don't let you in. Ask whoever looks after it.");
        return domain.Access.Judge(RuleList.Clients, caller).IsAllowed ? null : Judgement.No($"{whose} don't let in what you use: try another browser or device.");
    }

    // A guest has one base, where it is for guests, and uses the desktop that he has of it; nothing of others, and nothing that stays.
    private static Judgement AsGuest(Caller caller, Grant grant, DomainRow domain, Guid only)
    {
        if (domain.Access?.Judge(RuleList.Clients, caller).IsAllowed == false && (domain.IsBase || grant is Grant.Start))
            return Judgement.No($"{domain.Name} is not for what you use: try another browser or device.");
        if (domain.IsBase && domain.Id == only && grant is Grant.View or Grant.Clone)
            return caller.Network?.JudgeGuest(only, domain.Name) ?? Judgement.No("Guests are let in by the network they come from.");
        if (domain.OwnerId != caller.UserId || domain.BaseId != only) return Judgement.No($"{domain.Name} is not for guests.");
        return grant is Grant.View or Grant.Shutdown or Grant.Reboot or Grant.Screenshot or Grant.Remove ? Judgement.Yes($"{domain.Name} is yours for the time being.")
            : grant is not Grant.Start ? Judgement.No("Guests may not do that. Sign in first.")
            : FromHere(caller, domain);
    }

    /// <summary>
    /// May he use it where he sits? Bases and their desktops can be used from those networks of clients that let them through; administrators, and whoever made
    /// the base, use them from everywhere. Of a desktop this is about starting it and its screen: to shut it down he may sit anywhere.
    /// </summary>
    public static Judgement FromHere(Caller caller, DomainRow domain)
    {
        var (origin, madeBy) = domain.IsBase ? (domain.Id, domain.OwnerId) : (domain.BaseId, domain.BaseOwnerId);
        return caller is { IsAdmin: false, Network: { } network } && origin is { } id && madeBy != caller.UserId
            ? network.Judge(id, domain.Name)
            : Judgement.Yes($"For {domain.Name} it does not matter where you are.");
    }

    /// <summary>
    /// May he let people use a base who don't sign in? Whoever may publish it; of one that is published and lets everybody in also whoever looks after the networks, who asks here.
    /// </summary>
    public static Judgement OpenToGuests(Caller caller, DomainRow origin) => origin is { IsPublic: true, Access: null }
        ? Judgement.Yes($"{origin.Name} is published.")
        : Do(caller, Grant.CreateBase, origin) is { IsAllowed: false } no ? Judgement.No($"{origin.Name} is not for everybody: only who may publish it opens it to guests. {no.Reason}")
        : Judgement.Yes($"You may publish {origin.Name}.");

    /// <summary>What one may do with a grant, as it goes on after "to".</summary>
    public static string Describe(Grant grant) => grant switch
    {
        Grant.Ping => "ask whether the back end is there",
        Grant.Clone => "make desktops",
        Grant.View => "look at desktops",
        Grant.Start => "start desktops",
        Grant.Shutdown => "shut desktops down",
        Grant.Reboot => "restart desktops",
        Grant.Hibernate => "pause or hibernate desktops",
        Grant.Screenshot => "take pictures of desktops",
        Grant.Remove => "remove desktops",
        Grant.ChangeSettings => "change a desktop's settings",
        Grant.ChangeHardware => "change a machine's hardware",
        Grant.Rename => "rename machines",
        Grant.ChangeOwner => "give machines to others",
        Grant.Share => "share desktops with others",
        Grant.CreateBase => "turn machines into bases",
        Grant.CreateMachine => "make machines",
        Grant.CreateDisk => "add disks to machines",
        Grant.ManageUsers => "manage users",
        Grant.StartMany => "have any number of desktops running",
        Grant.Operate => "look after the hosts",
        Grant.ViewGroups => "see groups",
        Grant.ManageGroups => "manage groups",
        Grant.Grant => "change what others are granted",
        Grant.Book => "make bookings",
        Grant.ReadAudit => "read who did what",
    };

    private static string Describe(Reach reach) => reach switch
    {
        Reach.None => "nothing",
        Reach.Own => "what is yours",
        Reach.Clones => "also clones of your bases",
        Reach.AllClones => "also any clone",
        Reach.All => "everything",
    };
}
