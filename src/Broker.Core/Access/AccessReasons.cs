using Broker.Core.Domains;

namespace Broker.Core.Access;

/// <summary>One of the questions that a person has to pass to get a desktop of a base.</summary>
public enum AccessStep
{
    /// <summary>Whether he may sign in.</summary>
    Account,

    /// <summary>Whether any of this is asked: not of administrators, of whose base it is, and of who may clone everything.</summary>
    Exemption,

    /// <summary>Whether he may make desktops at all.</summary>
    Grant,

    /// <summary>Whether the base is published.</summary>
    Published,

    /// <summary>What the rules about people say.</summary>
    People,

    /// <summary>What the rules about the programs they use say.</summary>
    Clients,

    /// <summary>What is said of the network of clients that they come from; asked of all but administrators and of whose base it is.</summary>
    Network,
}

/// <summary>The answer to one of them.</summary>
/// <param name="Step">Which.</param>
/// <param name="IsAllowed">The answer.</param>
/// <param name="Text">Why, for whoever writes the rules.</param>
public sealed record AccessReason(AccessStep Step, bool IsAllowed, string Text);

/// <summary>Why somebody may, or may not, get a desktop of a base: every question in order, also after one that said no, since each of them has to be mended.</summary>
public static class AccessReasons
{
    /// <summary>The questions and answers. All of them allow exactly when <see cref="May"/> does.</summary>
    /// <param name="who">Whom it is about.</param>
    /// <param name="origin">The base.</param>
    /// <param name="networks">All networks of clients: told are those that it can't be used from, where nobody knows from which one he comes.</param>
    /// <param name="name">What the group or person of a rule is called.</param>
    public static IReadOnlyList<AccessReason> Of(Caller who, DomainRow origin, IReadOnlyList<ClientNetwork> networks, Func<AccessRule, string?> name)
    {
        var held = who.Grants.GetValueOrDefault(Grant.Clone);
        if (who.IsAdmin) return [new(AccessStep.Exemption, IsAllowed: true, "allowed: he is an administrator")];
        var grant = new AccessReason(AccessStep.Grant, held is { Reach: not Reach.None }, held switch
        {
            null => "denied: he has not been granted to make desktops",
            { Reach: Reach.None } => $"denied: to make desktops was {Source(held)}",
            _ => $"allowed: to make desktops ({Source(held)})",
        });
        if (!grant.IsAllowed) return [grant, .. Rules()];
        if (origin.OwnerId == who.UserId) return [grant, new(AccessStep.Exemption, IsAllowed: true, "allowed: the base is his")];
        if (held!.Reach is Reach.All) return [grant, new(AccessStep.Exemption, IsAllowed: true, $"allowed: he may make desktops of every base ({Source(held)})"), Network()];
        return [grant, .. Rules()];

        // he is spoken of, not to
        static string Source(Holding held) => held.Source.EndsWith(" you", StringComparison.Ordinal) ? held.Source[..^3] + "him" : held.Source;

        IEnumerable<AccessReason> Rules()
        {
            yield return new(AccessStep.Published, origin.IsPublic, origin.IsPublic ? "allowed: the base is published" : "denied: the base is not published");
            foreach (var (step, list) in ((AccessStep, RuleList)[])[(AccessStep.People, RuleList.People), (AccessStep.Clients, RuleList.Clients)])
            {
                var rules = origin.Access ?? AccessRules.None;
                yield return new(step, rules.Judge(list, who).IsAllowed, rules.Explain(list, who, name));
            }

            yield return Network();
        }

        AccessReason Network()
        {
            var here = May.FromHere(who, origin);
            if (who.Network is not null) return new(AccessStep.Network, here.IsAllowed, $"{(here.IsAllowed ? "allowed" : "denied")}: {here.Reason.TrimEnd('.')}");
            var closed = ClosedFrom(origin, networks);
            return new(AccessStep.Network, IsAllowed: true, "allowed: where he is is not known, so it is not asked" + (closed.Count > 0 ? $"; it can't be used from {string.Join(", ", closed)}" : ""));
        }
    }

    /// <summary>The networks of clients, by name, from which a base can be used only by administrators and by whose it is.</summary>
    public static IReadOnlyList<string> ClosedFrom(DomainRow origin, IReadOnlyList<ClientNetwork> networks) =>
        [.. networks.Where(n => !n.Judge(origin.Id, origin.Name).IsAllowed).Select(n => n.Name)];
}
