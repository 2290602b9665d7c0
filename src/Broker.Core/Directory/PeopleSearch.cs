using Broker.Core.Settings;

namespace Broker.Core.Directory;

/// <summary>What is asked about people and groups, and how. Blocks: it runs on a server's threads.</summary>
internal sealed class PeopleSearch(LdapSettings settings)
{
    // What servers call the value that stays of an entry, in the order in which it is looked for: Active Directory, OpenLDAP, 389 and FreeIPA.
    internal static readonly string[] Keys = ["objectGUID", "entryUUID", "nsUniqueId", "ipaUniqueID"];

    // Active Directory's rule for members of members
    private const string InChain = "1.2.840.113556.1.4.1941";

    // as many names fit into a filter that all servers take
    private const int NamesInFilter = 50;

    /// <summary>The filter that finds somebody by his sign-in name.</summary>
    public string FilterFor(string name) => LdapFilter.And(settings.UserFilter, LdapFilter.Is(settings.UserAttribute, name));

    /// <summary>What somebody binds as who is not searched first.</summary>
    public string BindName(string name) =>
        settings.BindPattern.Replace(LdapSettings.NamePlace, DistinguishedName.Normal(settings.BindPattern) is null ? name : DistinguishedName.Escape(name), StringComparison.Ordinal);

    /// <summary>Those of this name: none, one, or two when there are several.</summary>
    public IReadOnlyList<LdapEntry> ByName(LdapLine line, string name) => line.Search(settings.Base, true, FilterFor(name), Wanted, 2);

    /// <summary>The entry that was somebody's, wherever it is now; null when it is gone or may not sign in any more.</summary>
    public LdapEntry? Again(LdapLine line, string dn, string? key)
    {
        IReadOnlyList<LdapEntry> found;
        if (key?.Split('=', 2) is [var attribute, var value])
        {
            var written = attribute == "objectGUID" ? LdapFilter.Escape(Convert.FromHexString(value)) : LdapFilter.Escape(value);
            found = line.Search(settings.Base, true, LdapFilter.And(settings.UserFilter, $"({attribute}={written})"), Wanted, 1);
        }
        else found = line.Search(dn, false, settings.UserFilter, Wanted, 1);
        return found is [var entry, ..] ? entry : null;
    }

    /// <summary>What an entry says, with the groups of its person.</summary>
    public DirectoryAnswer Answer(LdapLine line, LdapEntry entry, string? typed, bool isActiveDirectory)
    {
        var names = entry.Values(settings.UserAttribute).ToList();
        if ((names.FirstOrDefault(n => string.Equals(n, typed, StringComparison.OrdinalIgnoreCase)) ?? names.FirstOrDefault()) is not { } name) return new(DirectoryVerdict.Unknown);
        if (AccountSwitches.IsOff(entry.Value)) return new(DirectoryVerdict.Disabled);
        var groups = Groups(line, entry, isActiveDirectory);
        if (settings.RequiredGroup.Length > 0 && !Holds(groups, settings.RequiredGroup)) return new(DirectoryVerdict.NotInGroup);
        return new(DirectoryVerdict.Known, new DirectoryPerson(
            name.Trim(), entry.Dn, KeyOf(entry), entry.Value(settings.DisplayNameAttribute) ?? name,
            [.. settings.Attributes.Append(settings.MailAttribute).Distinct(StringComparer.OrdinalIgnoreCase).SelectMany(a => entry.Values(a).Select(v => (a, v)))],
            groups, settings.AdminGroup.Length > 0 ? Holds(groups, settings.AdminGroup) : null));
    }

    /// <summary>The groups somebody is in: himself, then by each other group, as many levels as count. Circles end, since no group is looked at twice.</summary>
    public IReadOnlyList<DirectoryGroup> Groups(LdapLine line, LdapEntry entry, bool isActiveDirectory)
    {
        var found = new Dictionary<string, DirectoryGroup>(StringComparer.Ordinal);
        var uids = entry.Values("uid").Concat(entry.Values(settings.UserAttribute)).Distinct(StringComparer.Ordinal).ToList();
        var member = isActiveDirectory && settings.NestedGroups > 0 ? $"(member:{InChain}:={LdapFilter.Escape(entry.Dn)})" : LdapFilter.Is("member", entry.Dn);
        var level = Members([member, LdapFilter.Is("uniqueMember", entry.Dn), .. uids.Select(u => LdapFilter.Is("memberUid", u))]);
        for (var depth = 0; depth < settings.NestedGroups && level.Count > 0 && !isActiveDirectory; depth++)
            level = [.. level.Chunk(NamesInFilter).SelectMany(names => Members(names.SelectMany(n => new[] { LdapFilter.Is("member", n), LdapFilter.Is("uniqueMember", n) })))];
        return [.. found.Values];

        // those that were not known yet
        List<string> Members(IEnumerable<string> which)
        {
            var names = new List<string>();
            foreach (var group in line.Search(settings.BaseOfGroups, true, LdapFilter.And(settings.GroupFilter, LdapFilter.Or(which)), GroupAttributes, settings.SizeLimit))
                if (found.Count < settings.SizeLimit && found.TryAdd(DistinguishedName.Normal(group.Dn) ?? group.Dn, Group(group))) names.Add(group.Dn);
            return names;
        }
    }

    /// <summary>Groups whose name has this text in it, or all.</summary>
    public IReadOnlyList<DirectoryGroup> GroupsCalled(LdapLine line, string text, int limit) =>
        [.. line.Search(settings.BaseOfGroups, true, LdapFilter.And(settings.GroupFilter, LdapFilter.Has("cn", text)), GroupAttributes, limit).Select(Group)];

    /// <summary>What stays of an entry: the attribute that holds it, and its value.</summary>
    public static string? KeyOf(LdapEntry entry)
    {
        foreach (var key in Keys)
            if (entry.Attributes.GetValueOrDefault(key) is [var value, ..]) return $"{key}={(key == "objectGUID" ? Convert.ToHexString(value) : entry.Value(key))}";
        return null;
    }

    private static readonly string[] GroupAttributes = ["cn", "description"];

    private string[] Wanted => [.. ((string[])[settings.UserAttribute, "uid", settings.DisplayNameAttribute, settings.MailAttribute, .. settings.Attributes, .. Keys, .. AccountSwitches.Attributes]).Distinct(StringComparer.OrdinalIgnoreCase)];

    private static DirectoryGroup Group(LdapEntry entry) => new(entry.Dn, entry.Value("cn") ?? entry.Dn, entry.Value("description"));

    private static bool Holds(IEnumerable<DirectoryGroup> groups, string dn) => groups.Any(g => DistinguishedName.Same(g.Dn, dn));
}
