using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Broker.Core.Access;

/// <summary>What a list of rules says.</summary>
/// <param name="IsAllowed">The answer.</param>
/// <param name="Rule">The number of the rule that decided, from 1; null when none is about whoever asked.</param>
public readonly record struct RuleVerdict(bool IsAllowed, int? Rule);

/// <summary>
/// Who may have desktops of a published base: two ordered lists, about people and about the programs they use, that must both allow. They lie in the base's row as one value,
/// and whoever reads the row of the base or of one of its clones has them: no decision outlives a change.
/// </summary>
/// <param name="People">About people.</param>
/// <param name="Clients">About the programs they use.</param>
public sealed record AccessRules(IReadOnlyList<AccessRule> People, IReadOnlyList<AccessRule> Clients)
{
    /// <summary>How many rules a base may have.</summary>
    public const int Most = 200;

    private const int LongestName = 64;
    private const int LongestValue = 500;

    private static readonly AccessRules Unreadable = new([new AccessRule(RuleKind.Everybody, Allowed: false)], []);

    /// <summary>Nothing is asked.</summary>
    public static AccessRules None { get; } = new([], []);

    /// <summary>Whether there is none.</summary>
    [JsonIgnore]
    public bool IsEmpty => People.Count == 0 && Clients.Count == 0;

    /// <summary>Says which rules these are, so that nobody overwrites what he has not seen.</summary>
    [JsonIgnore]
    public string Version => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(ToString())))[..16];

    /// <summary>One of the two lists.</summary>
    [JsonIgnore]
    public IReadOnlyList<AccessRule> this[RuleList list] => list switch
    {
        RuleList.People => People,
        RuleList.Clients => Clients,
    };

    /// <summary>Reads what <see cref="ToString"/> wrote. What this version can't read lets nobody in.</summary>
    public static AccessRules Parse(string json)
    {
        try
        {
            return JsonSerializer.Deserialize<AccessRules>(json, Json.Options) is { } read && !read.People.Concat(read.Clients).Contains(null) && !read.Problems().Any() ? read : Unreadable;
        }
        catch (JsonException)
        {
            return Unreadable;
        }
    }

    /// <summary>As JSON.</summary>
    public override string ToString() => JsonSerializer.Serialize(this, Json.Options);

    /// <inheritdoc/>
    public bool Equals(AccessRules? other) => other is not null && People.SequenceEqual(other.People) && Clients.SequenceEqual(other.Clients);

    /// <inheritdoc/>
    public override int GetHashCode() => ToString().GetHashCode(StringComparison.Ordinal);

    /// <summary>
    /// What one list says. In order, each rule that is about him says yes or no; a no, and a rule that is the last for those whom it is about, end it. The default
    /// counts where no rule was about him. Without one, a list that only allows denies all others; one that denies anybody allows all others. What he uses is not
    /// asked where nobody knows: of command lines and schedules.
    /// </summary>
    public RuleVerdict Judge(RuleList list, Caller caller)
    {
        var rules = this[list];
        if (rules.Count == 0 || (list == RuleList.Clients && caller.Client is null)) return new(IsAllowed: true, Rule: null);
        RuleVerdict? said = null;
        var denies = false;
        for (var i = 0; i < rules.Count; i++)
        {
            var rule = rules[i];
            denies |= !rule.Allowed;
            if (rule.Kind == RuleKind.Everybody ? said is not null : !rule.IsAbout(caller)) continue;
            said = new(rule.Allowed, i + 1);
            if (!rule.Allowed || rule.Last) break;
        }

        return said ?? new(denies, Rule: null);
    }

    /// <summary>Why one list says what it says: <c>allowed: rule 3, department = physics</c>.</summary>
    /// <param name="list">Which.</param>
    /// <param name="caller">Who asks.</param>
    /// <param name="name">What the group or person of a rule is called.</param>
    public string Explain(RuleList list, Caller caller, Func<AccessRule, string?> name)
    {
        var verdict = Judge(list, caller);
        var rules = this[list];
        var word = verdict.IsAllowed ? "allowed" : "denied";
        if (rules.Count == 0) return "allowed: there are no rules";
        if (list == RuleList.Clients && caller.Client is null) return "allowed: what he uses is not known, so it is not asked";
        if (verdict.Rule is { } number) return $"{word}: rule {number}, {rules[number - 1].Text(name)}";
        if (!verdict.IsAllowed) return "denied: no rule is about him, and all there are only allow";
        return rules.Any(r => r.Allowed) ? "allowed: no rule is about him, and there is no default" : "allowed: no rule is about him, and all there are only deny";
    }

    /// <summary>What whoever writes the rules should know of them, in sentences.</summary>
    public IEnumerable<string> Warnings()
    {
        foreach (var (list, who) in ((RuleList, string)[])[(RuleList.People, "Whoever no rule is about"), (RuleList.Clients, "What no rule is about")])
        {
            var rules = this[list];
            if (rules.Count > 0 && rules[^1].Kind != RuleKind.Everybody && rules.Any(r => r.Allowed) && rules.Any(r => !r.Allowed))
                yield return $"{who} is allowed, because some rules allow and others deny. Add a default that says what is meant.";
        }
    }

    /// <summary>What is wrong with them, in sentences; empty when nothing is. Whether groups and people are there is for the database to say.</summary>
    public IEnumerable<string> Problems()
    {
        if (People.Count + Clients.Count > Most) yield return $"A base has at most {Most} access rules; these are {People.Count + Clients.Count}. Use a group instead of many people.";
        foreach (var list in (RuleList[])[RuleList.People, RuleList.Clients])
        {
            var seen = new Dictionary<(RuleKind, string?, string?, long?), int>();
            for (var i = 0; i < this[list].Count; i++)
            {
                var rule = this[list][i];
                var which = $"Rule {i + 1} of {Word.Of(list)}";
                if (Problem(list, rule) is { } problem) yield return $"{which} {problem}";
                if (rule.Kind == RuleKind.Everybody && i + 1 < this[list].Count) yield return $"{which} is the default, which comes last: nothing after it would count.";
                if (!seen.TryAdd((rule.Kind, rule.Name?.ToUpperInvariant(), rule.Value?.ToUpperInvariant(), rule.Id), i + 1))
                    yield return $"{which} asks the same as rule {seen[(rule.Kind, rule.Name?.ToUpperInvariant(), rule.Value?.ToUpperInvariant(), rule.Id)]}: leave one of them out.";
            }
        }
    }

    /// <summary>
    /// As they are kept: without spaces around names and values, and about clients with a default, which denies where nobody said otherwise. A default about
    /// clients that is left alone goes with the last rule before it.
    /// </summary>
    public AccessRules Normal()
    {
        List<AccessRule> clients = [.. Clients.Select(Trimmed)];
        if (clients is [{ Kind: RuleKind.Everybody }]) clients.Clear();
        if (clients.Count > 0 && clients[^1].Kind != RuleKind.Everybody) clients.Add(new AccessRule(RuleKind.Everybody, Allowed: false));
        return new AccessRules([.. People.Select(Trimmed)], clients);
    }

    /// <summary>With one more rule, at this place, from 1, or before the default.</summary>
    public AccessRules With(RuleList list, AccessRule rule, int? at = null)
    {
        var rules = this[list].ToList();
        var end = rules is [.., { Kind: RuleKind.Everybody }] ? rules.Count - 1 : rules.Count;
        rules.Insert(Math.Clamp((at ?? end + 1) - 1, 0, end), rule);
        return With(list, rules);
    }

    /// <summary>Without the rule of this number, from 1.</summary>
    public AccessRules Without(RuleList list, int number) => With(list, [.. this[list].Where((_, i) => i != number - 1)]);

    /// <summary>With the rule of this number, from 1, saying this of those whom it is about.</summary>
    public AccessRules Saying(RuleList list, int number, bool allowed, bool last) => With(list, [.. this[list].Select((r, i) => i == number - 1 ? r with { Allowed = allowed, Last = last } : r)]);

    /// <summary>With the rule of this number at another place, both from 1; nothing gets behind the default, and that stays where it is.</summary>
    public AccessRules Moved(RuleList list, int number, int to) =>
        this[list][number - 1] is { Kind: not RuleKind.Everybody } rule ? Without(list, number).With(list, rule, to) : this;

    /// <summary>With this default, or without one when it is null.</summary>
    public AccessRules WithDefault(RuleList list, bool? allowed)
    {
        var rules = this[list].Where(r => r.Kind != RuleKind.Everybody);
        return With(list, [.. allowed is { } says ? rules.Append(new AccessRule(RuleKind.Everybody, says)) : rules]);
    }

    /// <summary>Without the rules about a person. Whoever no rule was about is judged as before, by a default if need be.</summary>
    public AccessRules WithoutUser(long user)
    {
        var left = this with { People = [.. People.Where(r => r.Kind != RuleKind.User || r.Id != user)] };
        return left.AllowsOthers == AllowsOthers ? left : left.WithDefault(RuleList.People, AllowsOthers);
    }

    // people whom no rule is about
    private bool AllowsOthers => People.Count == 0 || (People[^1].Kind == RuleKind.Everybody ? People[^1].Allowed : People.Any(r => !r.Allowed));

    private AccessRules With(RuleList list, IReadOnlyList<AccessRule> rules) => list switch
    {
        RuleList.People => this with { People = rules },
        RuleList.Clients => this with { Clients = rules },
    };

    private static AccessRule Trimmed(AccessRule rule) => rule with
    {
        Name = rule.Kind == RuleKind.Header ? ClientFacts.Names.FirstOrDefault(n => n.Equals(rule.Name?.Trim(), StringComparison.OrdinalIgnoreCase)) ?? rule.Name : rule.Name?.Trim(),
        Value = rule.Value?.Trim(),
    };

    private static string? Problem(RuleList list, AccessRule rule)
    {
        var isNamed = rule.Kind is RuleKind.Attribute or RuleKind.Header;
        return rule switch
        {
            { Kind: RuleKind.Header } when list == RuleList.People => "asks about a header: that is a rule about clients.",
            { Kind: RuleKind.Attribute or RuleKind.Group or RuleKind.User } when list == RuleList.Clients => $"asks about {(rule.Kind == RuleKind.User ? "a user" : rule.Kind == RuleKind.Group ? "a group" : "an attribute")}: that is a rule about people.",
            { Name: not null } or { Value: not null } when !isNamed => "has a name or a value, which only attributes and headers have.",
            { Id: not null } when rule.Kind is not (RuleKind.Group or RuleKind.User) => "has an id, which only groups and users have.",
            { Id: null, Kind: RuleKind.Group } => "names no group.",
            { Id: null, Kind: RuleKind.User } => "names no user.",
            { Kind: RuleKind.Everybody, Last: true } => "is the default: it is the last one anyway.",
            { Kind: RuleKind.Header } when !ClientFacts.Names.Contains(rule.Name) => $"names no header that rules may ask about: {string.Join(", ", ClientFacts.Names)}.",
            { Kind: RuleKind.Attribute } when rule.Name is not { Length: > 0 and <= LongestName } name || !name.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.' or ';' or ':' or '/') =>
                $"names no attribute: its name is of letters, digits and - _ . ; : /, at most {LongestName}.",
            { Value: null or "" } when isNamed => "has no value; * stands for any.",
            { Value.Length: > LongestValue } => $"has a value of more than {LongestValue} characters.",
            { Value: { } value } when value.Any(char.IsControl) => "has a value with control characters.",
            _ => null,
        };
    }
}
