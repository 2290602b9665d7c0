using Broker.Core.Access;
using Broker.Core.Database;
using Broker.Core.Directory;
using Broker.Core.Domains;
using Broker.Core.Users;
using Broker.Frontend.Domains;
using Broker.Frontend.Hosting;
using Broker.Frontend.SignIn;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Broker.Frontend.Access;

/// <summary>An access rule of a base.</summary>
/// <param name="Kind">What it asks about.</param>
/// <param name="Name">Of the attribute, the header, the group or the person; null for the default, and when there is no such group or person any more.</param>
/// <param name="Value">Of the attribute or header; <c>*</c> for any.</param>
/// <param name="Id">Of the group or person.</param>
/// <param name="Allowed">What it says of those whom it is about.</param>
/// <param name="Last">No rule after it is looked at for them.</param>
/// <param name="Text">What it asks about, in words.</param>
public sealed record AccessRuleView(RuleKind Kind, string? Name, string? Value, long? Id, bool Allowed, bool Last, string Text);

/// <summary>The access rules of a base, in order.</summary>
/// <param name="Version">Which rules these are; goes with the next ones, so that nobody overwrites what he has not seen.</param>
/// <param name="IsPublic">The base is published: as long as it is not, no rule lets anybody in.</param>
/// <param name="People">About people.</param>
/// <param name="Clients">About the programs they use.</param>
/// <param name="Warnings">What whoever writes them should know, in sentences.</param>
/// <param name="Headers">The headers that rules about clients may ask about.</param>
public sealed record AccessView(
    string Version, bool IsPublic, IReadOnlyList<AccessRuleView> People, IReadOnlyList<AccessRuleView> Clients, IReadOnlyList<string> Warnings, IReadOnlyList<string> Headers);

/// <summary>An access rule as it is to be.</summary>
/// <param name="Kind">What it asks about.</param>
/// <param name="Allowed">What it says of those whom it is about.</param>
/// <param name="Name">Of the attribute or header; of the group or person, when its id is not given.</param>
/// <param name="Value">Of the attribute or header; <c>*</c> for any.</param>
/// <param name="Id">Of the group or person.</param>
/// <param name="Last">No rule after it is looked at for them.</param>
public sealed record NewAccessRule(RuleKind Kind, bool Allowed, string? Name = null, string? Value = null, long? Id = null, bool Last = false);

/// <summary>All access rules of a base as they are to be, in order.</summary>
/// <param name="Version">Of the rules that these are made from.</param>
/// <param name="People">About people.</param>
/// <param name="Clients">About the programs they use. Without a default they get one that denies.</param>
public sealed record NewAccess(string Version, IReadOnlyList<NewAccessRule> People, IReadOnlyList<NewAccessRule> Clients);

/// <summary>Somebody who may have a desktop of a base.</summary>
/// <param name="Id">Key.</param>
/// <param name="Name">Sign-in name.</param>
/// <param name="DisplayName">The name people read.</param>
/// <param name="Why">Why he may.</param>
public sealed record PersonAllowed(long Id, string Name, string DisplayName, string Why);

/// <summary>Those who may have a desktop of a base, by name.</summary>
/// <param name="People">They.</param>
/// <param name="Next">What to ask for as <c>after</c> to get the others; null when these are all.</param>
/// <param name="ClosedFrom">The networks of clients, by name, from which only administrators and whose base it is can use it.</param>
public sealed record PeopleAllowed(IReadOnlyList<PersonAllowed> People, string? Next, IReadOnlyList<string> ClosedFrom);

/// <summary>Why somebody may have a desktop of a base, or not.</summary>
/// <param name="User">His sign-in name.</param>
/// <param name="IsAllowed">Whether he may.</param>
/// <param name="Reasons">Each question and its answer, in order; one that says no is enough.</param>
/// <param name="FactsAt">When the directory, or the OpenID provider, last told of him: rules about attributes and its groups judge by that. Null for accounts of Broker's own.</param>
/// <param name="FactsAreOld">No server of the directory answers now, so that what it told then goes on to count.</param>
public sealed record AccessExplained(string User, bool IsAllowed, IReadOnlyList<AccessReason> Reasons, DateTimeOffset? FactsAt, bool FactsAreOld);

/// <summary>A value of an attribute, and how many people have it.</summary>
public sealed record AttributeValue(string Value, long People);

/// <summary>What directories tell of people under one name.</summary>
/// <param name="Name">The attribute.</param>
/// <param name="People">How many people have it.</param>
/// <param name="Values">Its most frequent values; those of one person alone are his own business.</param>
public sealed record AttributeValues(string Name, long People, IReadOnlyList<AttributeValue> Values);

/// <summary>All attributes that are known of anybody.</summary>
public sealed record KnownAttributes(IReadOnlyList<AttributeValues> Attributes);

/// <summary>Access rules of bases, for those who may publish them.</summary>
public static class AccessEndpoints
{
    private const int MostPeople = 200;

    /// <summary>Adds the routes.</summary>
    public static void MapAccess(this IEndpointRouteBuilder app)
    {
        var access = app.MapGroup("/api/bases/{id:guid}/access").WithTags("access");
        access.MapGet("", Get).Account().WithName("get_access").WithSummary("The access rules of a base").Refuses(401, 403, 404, 409);
        access.MapPut("", Put).Account().WithName("set_access").WithSummary("Give a base other access rules")
            .WithDescription("All of them at once, in order. Refused with 409 and changed_meanwhile when they are not those any more whose version goes with them.").Refuses(400, 401, 403, 404, 409);
        access.MapGet("/who", Who).Account().WithName("who_may_access").WithSummary("Who may have a desktop of a base, and why")
            .WithDescription("With address, which those ask who look after the hosts: from there.").Refuses(400, 401, 403, 404, 409);
        access.MapGet("/explain", Explain).Account().WithName("explain_access").WithSummary("Why somebody may have a desktop of a base, or not")
            .WithDescription("With header, which can be given several times as 'User-Agent: Firefox', as if he asked with a program that says so of itself. With address, which those ask who look after the hosts: as if from there.").Refuses(400, 401, 403, 404, 409);
        access.MapGet("/attributes", Attributes).Account().WithName("list_attributes").WithSummary("What directories tell of people, for completing rules").Refuses(401, 403, 404, 409);
    }

    private static async Task<Ok<AccessView>> Get(Guid id, SignedIn who, Db db, CancellationToken cancel) =>
        TypedResults.Ok(await db.Read(async s => await View(s, await Base(s, who, id)), cancel));

    private static async Task<Ok<AccessView>> Put(Guid id, NewAccess form, SignedIn who, Db db, CancellationToken cancel) =>
        TypedResults.Ok(await db.Transaction(async s =>
        {
            var origin = await Base(s, who, id, locked: true);
            var rules = new AccessRules(await Resolve(s, form.People), await Resolve(s, form.Clients));
            return await View(s, origin with { Access = await BaseRules.Change(s, who.Caller, origin, rules, form.Version) });
        }, cancel));

    private static async Task<Ok<PeopleAllowed>> Who(Guid id, SignedIn who, Db db, string? q, string? after, int? limit, string? address, CancellationToken cancel)
    {
        CheckAsksFrom(who, address);
        var most = Math.Clamp(limit ?? 50, 1, MostPeople);
        var (allowed, closed) = await db.Read(async s => await BaseRules.Allowed(s, await Base(s, who, id), string.IsNullOrWhiteSpace(q) ? null : q.Trim(), after, most + 1, address), cancel);
        return TypedResults.Ok(new PeopleAllowed(
            [.. allowed.Take(most).Select(p => new PersonAllowed(p.Id, p.Name, p.DisplayName, p.Why))], allowed.Count > most ? allowed[most - 1].Name : null, closed));
    }

    private static async Task<Ok<AccessExplained>> Explain(Guid id, string user, SignedIn who, Db db, LdapDirectory directory, string[]? header, string? address, CancellationToken cancel)
    {
        CheckAsksFrom(who, address);
        var client = header is { Length: > 0 } ? Client(header) : null;
        return TypedResults.Ok(await db.Read(async s =>
        {
            var origin = await Base(s, who, id);
            var person = await UsersTable.Find(s, user.Trim()) ?? throw new RefusedException(StatusCodes.Status404NotFound, "unknown_user", $"There is no user called {user}.");
            var reasons = await BaseRules.Explain(s, origin, person, client, address);
            return new AccessExplained(person.Name, reasons.All(r => r.IsAllowed), reasons, person.FactsAt, person.Source is AccountSource.Ldap && directory.IsDown);
        }, cancel));
    }

    private static async Task<Ok<KnownAttributes>> Attributes(Guid id, SignedIn who, Db db, CancellationToken cancel) =>
        TypedResults.Ok(await db.Read(async s =>
        {
            await Base(s, who, id);
            return new KnownAttributes([.. (await UserAttributesTable.Known(s)).Select(a => new AttributeValues(a.Name, a.People, [.. a.Values.Select(v => new AttributeValue(v.Value, v.People))]))]);
        }, cancel));

    // Which network an address is in is for those who look after the hosts.
    private static void CheckAsksFrom(SignedIn who, string? address)
    {
        if (address is not null && May.Do(who.Caller, Grant.Operate, null) is { IsAllowed: false } no) throw new RefusedException(StatusCodes.Status403Forbidden, "not_allowed", no.Reason);
    }

    // The base, for those who may publish it.
    private static async Task<DomainRow> Base(DbSession db, SignedIn who, Guid id, bool locked = false)
    {
        var domain = await DomainsEndpoints.Visible(db, who.Caller, id, locked);
        if (May.Do(who.Caller, Grant.CreateBase, domain) is { IsAllowed: false } no) throw new RefusedException(StatusCodes.Status403Forbidden, "not_allowed", no.Reason);
        return domain.IsBase ? domain : throw new RefusedException(StatusCodes.Status409Conflict, "not_a_base", $"{domain.Name} is not a base. Prepare it as one first.");
    }

    private static async Task<AccessView> View(DbSession db, DomainRow origin)
    {
        var rules = origin.Access ?? AccessRules.None;
        var names = await BaseRules.Names(db, rules);
        return new AccessView(rules.Version, origin.IsPublic, [.. rules.People.Select(View)], [.. rules.Clients.Select(View)], [.. rules.Warnings()], ClientFacts.Names);

        AccessRuleView View(AccessRule rule) => new(rule.Kind, rule.Name ?? names(rule), rule.Value, rule.Id, rule.Allowed, rule.Last, rule.Text(names));
    }

    // Groups and people by their ids; by their names where there is none.
    private static async Task<IReadOnlyList<AccessRule>> Resolve(DbSession db, IReadOnlyList<NewAccessRule> forms)
    {
        var rules = new List<AccessRule>();
        foreach (var form in forms)
        {
            var isNamed = form.Kind is RuleKind.Group or RuleKind.User;
            rules.Add(new AccessRule(form.Kind, form.Allowed)
            {
                Name = isNamed ? null : form.Name,
                Value = form.Value,
                Id = form.Id ?? (isNamed && form.Name is { } name ? await BaseRules.Find(db, form.Kind, name) : null),
                Last = form.Last,
            });
        }

        return rules;
    }

    private static ClientFacts Client(string[] headers)
    {
        var said = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        foreach (var header in headers)
        {
            if (header.Split(':', 2, StringSplitOptions.TrimEntries) is not [var name, var value] || !ClientFacts.Names.Contains(name, StringComparer.OrdinalIgnoreCase))
                throw new RefusedException(StatusCodes.Status400BadRequest, "bad_arguments", $"'{header}' is not like 'User-Agent: Firefox'. Rules may ask about {string.Join(", ", ClientFacts.Names)}.");
            said[name] = value;
        }

        return ClientFacts.Of(said.GetValueOrDefault);
    }
}
