using System.Net;

namespace Broker.Core.Settings;

/// <summary>The directory whose people may sign in, section <c>ldap</c>. The front end asks it, and the command line for a test.</summary>
public sealed record LdapSettings : SectionSettings
{
    /// <summary>The place of a sign-in name in <see cref="BindPattern"/>.</summary>
    public const string NamePlace = "{name}";

    /// <summary>Servers in the order in which they are asked: <c>ldaps://dc1.example.org</c>, <c>ldap://dc2.example.org:389</c>. Empty: no directory.</summary>
    public IReadOnlyList<string> Servers { get; init; } = [];

    /// <summary>Whether connections to <c>ldap://</c> are encrypted by StartTLS before anything else is said.</summary>
    public bool StartTls { get; init; } = true;

    /// <summary>Whether passwords may go unencrypted to other machines.</summary>
    public bool AllowPlain { get; init; }

    /// <summary>Certificates of the authorities that vouch for the servers, PEM. Empty: those of the system.</summary>
    public string CaFile { get; init; } = "";

    /// <summary>How long a server may take for one answer.</summary>
    public double TimeoutSeconds { get; init; } = 5;

    /// <summary>How long a server that did not answer is passed over.</summary>
    public double RetrySeconds { get; init; } = 30;

    /// <summary>How many questions one program has a server work on at once; each has up to two connections.</summary>
    public int Connections { get; init; } = 8;

    /// <summary>DN of the account that searches. Empty: anonymously, or as whoever signs in where there is a <see cref="BindPattern"/>.</summary>
    public string BindDn { get; init; } = "";

    /// <summary>File with that account's password.</summary>
    public string BindPasswordFile { get; init; } = "secrets/ldap-password";

    /// <summary>How somebody's name becomes what he binds as: <c>uid={name},ou=people,dc=example,dc=org</c>, <c>{name}@example.org</c>. Empty: he is searched.</summary>
    public string BindPattern { get; init; } = "";

    /// <summary>Where people are searched.</summary>
    public string Base { get; init; } = "";

    /// <summary>The attribute with the sign-in name: uid, cn, sAMAccountName, userPrincipalName.</summary>
    public string UserAttribute { get; init; } = "uid";

    /// <summary>Who may sign in: a filter.</summary>
    public string UserFilter { get; init; } = "(objectClass=person)";

    /// <summary>The attribute with the name that people read.</summary>
    public string DisplayNameAttribute { get; init; } = "cn";

    /// <summary>The attribute with the mail address.</summary>
    public string MailAttribute { get; init; } = "mail";

    /// <summary>Attributes that are kept for access rules.</summary>
    public IReadOnlyList<string> Attributes { get; init; } = [];

    /// <summary>Where groups are searched. Empty: where people are.</summary>
    public string GroupBase { get; init; } = "";

    /// <summary>What a group is: a filter.</summary>
    public string GroupFilter { get; init; } = "(|(objectClass=groupOfNames)(objectClass=groupOfUniqueNames)(objectClass=posixGroup)(objectClass=group))";

    /// <summary>How many levels of groups within groups count. 0: only those that somebody is in himself.</summary>
    public int NestedGroups { get; init; } = 5;

    /// <summary>DN of the group whose members may sign in. Empty: everybody who is found.</summary>
    public string RequiredGroup { get; init; } = "";

    /// <summary>DN of the group whose members are administrators. Empty: Broker's administrators say who is one.</summary>
    public string AdminGroup { get; init; } = "";

    /// <summary>How many entries a server sends at once.</summary>
    public int PageSize { get; init; } = 500;

    /// <summary>How many groups of one person are looked at, at most.</summary>
    public int SizeLimit { get; init; } = 1000;

    /// <summary>What the directory told of those who are signed in is asked anew after so many minutes.</summary>
    public int RefreshMinutes { get; init; } = 15;

    /// <summary>Is there a directory?</summary>
    public bool IsOn => Servers.Count > 0;

    /// <summary>Where groups are searched.</summary>
    public string BaseOfGroups => GroupBase.Length > 0 ? GroupBase : Base;

    /// <summary>How long a server may take for one answer.</summary>
    public TimeSpan Timeout => TimeSpan.FromSeconds(TimeoutSeconds);

    /// <summary>Can people be searched without their password?</summary>
    public bool CanSearch => BindDn.Length > 0 || BindPattern.Length == 0;

    /// <inheritdoc/>
    public override IEnumerable<(string Key, string Problem)> Problems()
    {
        if (TimeoutSeconds is < 1 or > 60) yield return ("timeout_seconds", "is between 1 and 60 seconds");
        if (RetrySeconds is < 1 or > 3600) yield return ("retry_seconds", "is between 1 and 3600 seconds");
        if (Connections is < 1 or > 100) yield return ("connections", "is between 1 and 100");
        if (NestedGroups is < 0 or > 20) yield return ("nested_groups", "is between 0 and 20 levels");
        if (PageSize is < 1 or > 1000) yield return ("page_size", "is between 1 and 1000 entries: servers give no more at once");
        if (SizeLimit is < 1 or > 100_000) yield return ("size_limit", "is between 1 and 100000 groups");
        if (RefreshMinutes is < 1 or > 1440) yield return ("refresh_minutes", "is between 1 and 1440 minutes");
        foreach (var server in Servers)
            if (ServerProblem(server) is { } problem) yield return ("servers", problem);
        if (!IsOn) yield break;

        if (Base.Length == 0) yield return ("base", "is empty, but says where people are searched, such as ou=people,dc=example,dc=org");
        if (BindPattern.Length > 0 && BindPattern.Split(NamePlace).Length != 2) yield return ("bind_pattern", $"has {NamePlace} once, such as uid={NamePlace},ou=people,dc=example,dc=org");
        foreach (var (key, filter) in new[] { ("user_filter", UserFilter), ("group_filter", GroupFilter) })
            if (!IsFilter(filter)) yield return (key, $"is \"{filter}\", but a filter stands in parentheses, such as (objectClass=person)");
        foreach (var (key, dn) in new[] { ("base", Base), ("group_base", GroupBase), ("required_group", RequiredGroup), ("admin_group", AdminGroup) })
            if (dn.Length > 0 && Directory.DistinguishedName.Normal(dn) is null) yield return (key, $"is \"{dn}\", but wants a DN such as cn=staff,ou=groups,dc=example,dc=org");
        foreach (var (key, attribute) in Attributes.Select(a => ("attributes", a)).Append(("user_attribute", UserAttribute)).Append(("display_name_attribute", DisplayNameAttribute)).Append(("mail_attribute", MailAttribute)))
            if (!IsAttribute(attribute)) yield return (key, $"has \"{attribute}\", but names of attributes have up to {Users.UserAttributesTable.LongestName} letters, digits and hyphens");
    }

    private string? ServerProblem(string server)
    {
        if (Directory.LdapAddress.Parse(server) is not { } address) return $"has \"{server}\", which is no address such as ldaps://ldap.example.org or ldap://ldap.example.org:389";
        var isEncrypted = address.IsTls || StartTls;
        if (isEncrypted && address.Host == "localhost")
            return $"has \"{server}\": the certificate would be looked at for this machine's own name. Write the name that stands in the certificate, or 127.0.0.1 when that does";
        var isHere = address.Host == "localhost" || (IPAddress.TryParse(address.Host, out var ip) && IPAddress.IsLoopback(ip));
        return isEncrypted || isHere || AllowPlain ? null
            : $"has \"{server}\" and start_tls is false: passwords would go unencrypted over the network. Write ldaps://, leave start_tls on, or say so: allow_plain";
    }

    private static bool IsFilter(string text) => text.Length > 2 && text[0] == '(' && text[^1] == ')' && text.Count(c => c == '(') == text.Count(c => c == ')');

    private static bool IsAttribute(string text) => text.Length is > 0 and <= Users.UserAttributesTable.LongestName && text.All(c => char.IsAsciiLetterOrDigit(c) || c == '-');
}
