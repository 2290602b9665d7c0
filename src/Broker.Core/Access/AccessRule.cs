using System.Text.Json.Serialization;

namespace Broker.Core.Access;

/// <summary>What a rule asks about.</summary>
public enum RuleKind
{
    /// <summary>A value that the directory has of a person; people it does not know have none.</summary>
    Attribute,

    /// <summary>Members of a group.</summary>
    Group,

    /// <summary>One person.</summary>
    User,

    /// <summary>A request header of the program that asks.</summary>
    Header,

    /// <summary>The default: whomever no rule before it is about. It comes last.</summary>
    Everybody,
}

/// <summary>Which of the two lists of a base.</summary>
public enum RuleList
{
    /// <summary>Who asks.</summary>
    People,

    /// <summary>With which program.</summary>
    Clients,
}

/// <summary>One line of a base's access rules.</summary>
/// <param name="Kind">What it asks about.</param>
/// <param name="Allowed">What it says of those whom it is about. Who is denied is denied, whatever comes after.</param>
public sealed record AccessRule(RuleKind Kind, bool Allowed)
{
    /// <summary>Any value, as long as there is one.</summary>
    public const string AnyValue = "*";

    /// <summary>Of an attribute or a header.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Name { get; init; }

    /// <summary>Its value, or <see cref="AnyValue"/>; case makes no difference.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Value { get; init; }

    /// <summary>Key of a group or a person.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public long? Id { get; init; }

    /// <summary>Whom it is about is judged by it alone: no rule after it is looked at.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool Last { get; init; }

    /// <summary>What it asks about, for people.</summary>
    /// <param name="name">What the group or person of the rule is called; null when there is none any more.</param>
    public string Text(Func<AccessRule, string?> name) => Kind switch
    {
        RuleKind.Everybody => "default",
        RuleKind.Group => $"group {name(this) ?? $"{Id}, which is gone"}",
        RuleKind.User => $"user {name(this) ?? $"{Id}, who is gone"}",
        RuleKind.Header when Name == ClientFacts.UserAgent && Value != AnyValue => $"{Name} with {Value}",
        _ => $"{Name} = {Value}",
    };

    /// <summary>Whether it is about whoever asks.</summary>
    internal bool IsAbout(Caller caller)
    {
        switch (Kind)
        {
            case RuleKind.Attribute:
                foreach (var value in caller.Attributes[Name!])
                    if (Value == AnyValue || value.Equals(Value, StringComparison.OrdinalIgnoreCase))
                        return true;
                return false;
            case RuleKind.Group: return caller.Groups.Contains(Id!.Value);
            case RuleKind.User: return caller.UserId == Id;
            case RuleKind.Header: return caller.Client?.Says(Name!, Value!) == true;
            default: return true;
        }
    }
}
