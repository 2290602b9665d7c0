using System.Runtime.CompilerServices;

namespace Broker.Core.Directory;

/// <summary>One step of an examination.</summary>
/// <param name="Id">A fixed word.</param>
/// <param name="What">What was done.</param>
/// <param name="IsGood">It went as it should; null for what is only told.</param>
/// <param name="Detail">What came of it.</param>
/// <param name="Remedy">What to do when it went wrong.</param>
public sealed record ExaminationStep(string Id, string What, bool? IsGood, string Detail, string? Remedy = null);

/// <summary>Goes the way of a sign-in step by step, for whoever sets a directory up. It ends at the first step after which nothing more can be said.</summary>
public sealed class DirectoryExamination(LdapDirectory directory, TimeProvider clock)
{
    /// <summary>Who it turned out to be, once the last step is done.</summary>
    public DirectoryPerson? Person { get; private set; }

    /// <summary>The steps, each when it is done.</summary>
    /// <param name="name">What somebody would type as his name.</param>
    /// <param name="password">Asks for his password; gives null when it is not to be tried.</param>
    /// <param name="cancel">Ends it.</param>
    public async IAsyncEnumerable<ExaminationStep> Steps(string name, Func<string?> password, [EnumeratorCancellation] CancellationToken cancel = default)
    {
        var settings = directory.Settings;
        var reached = 0;
        foreach (var server in settings.Servers)
        {
            var probe = await ServerProbe.Look(settings, server, clock, cancel);
            if (probe.Problem is null) reached++;
            yield return probe.Problem is { } problem ? new("server", $"Server {server}", false, problem, probe.Remedy)
                : probe is { Certificate: { } certificate, ExpiresAt: { } expires } ? Encrypted(server, certificate, expires)
                : new("server", $"Server {server}", true, "It can be reached. Nothing is encrypted: passwords can be read on the way.");
        }
        if (reached == 0) yield break;

        string? given = null;
        LdapEntry? entry;
        if (settings.CanSearch)
        {
            var (step, ok) = await Try("bind", "The account that searches", lines => lines.Searching is not null,
                _ => settings.BindDn.Length > 0 ? $"The directory takes {settings.BindDn}." : "None is set (ldap.bind_dn): searches are anonymous.", "Mend ldap.bind_dn, or the password in ldap.bind_password_file.", cancel);
            yield return step;
            if (!ok) yield break;

            var filter = directory.People.FilterFor(name);
            (step, var found) = await Try("search", $"Search in {settings.Base} with {filter}", lines => directory.People.ByName(lines.Searching, name), f => f switch
            {
                [] => null,
                [var one] => $"Found {one.Dn}.",
                _ => null,
            }, "Look at ldap.base, ldap.user_attribute and ldap.user_filter: exactly one entry has to be found, and the account that searches has to be allowed to read it.", cancel);
            yield return found is [] ? step with { Detail = "Nobody is found." } : found is { Count: > 1 } ? step with { Detail = "Several entries are found: none of them can sign in." } : step;
            if (found is not [var only]) yield break;
            entry = only;
        }
        else
        {
            given = password();
            if (given is null)
            {
                yield return new("password", "Password", false, "Without it nothing can be asked: there is no account that searches.", "Give the password, or set ldap.bind_dn.");
                yield break;
            }
            entry = null;
        }

        if (entry is not null)
        {
            var (step, answer) = await Try("groups", "Groups", lines => directory.People.Groups(lines.Searching, entry, lines.IsActiveDirectory),
                g => g.Count == 0 ? "In none." : $"In {g.Count}: {string.Join("; ", g.Select(x => x.Dn))}.", "Look at ldap.group_base and ldap.group_filter.", cancel);
            yield return step with { IsGood = step.IsGood is false ? false : null };
            if (answer is null) yield break;
            if (settings.RequiredGroup.Length > 0)
            {
                var isIn = answer.Any(g => DistinguishedName.Same(g.Dn, settings.RequiredGroup));
                yield return new("required_group", $"Required group {settings.RequiredGroup}", isIn, isIn ? "He is in it." : "He is not in it, and may not sign in.",
                    isIn ? null : $"Put him into it, or look whether it lies below {settings.BaseOfGroups} and fits ldap.group_filter; ldap.nested_groups is {settings.NestedGroups}.");
            }
            if (settings.AdminGroup.Length > 0)
                yield return new("admin_group", $"Group of administrators {settings.AdminGroup}", null, answer.Any(g => DistinguishedName.Same(g.Dn, settings.AdminGroup)) ? "He is in it." : "He is not in it.");
            given = password();
        }

        if (given is null)
        {
            yield return new("password", "Password", null, "Not tried.");
            yield break;
        }
        if (given.Length == 0)
        {
            yield return new("password", "Password", false, "It is empty. Directories take that for nobody's sign-in and let it succeed; Broker never sends it.", "Type the password.");
            yield break;
        }
        var (last, verdict) = await TrySignIn(name, given, cancel);
        yield return last;
        if (verdict?.Person is not { } person) yield break;
        if (person.Key is null)
            yield return new("key", "What stays of him when names change", false, $"The entry tells none of {string.Join(", ", PeopleSearch.Keys)}, so that he gets no account.", "Let the account that searches read one of them.");
        Person = person;
        yield return new("attributes", "Kept for access rules", null, person.Attributes.Count == 0 ? "Nothing (ldap.attributes)." : string.Join("; ", person.Attributes.Select(a => $"{a.Name} = {a.Value}")));
    }

    private ExaminationStep Encrypted(string server, string certificate, DateTimeOffset expires) => expires - clock.GetUtcNow() < ServerProbe.ExpiresSoon
        ? new("server", $"Server {server}", true, $"Certificate for {certificate}; it expires on {expires:yyyy-MM-dd}, which is soon.", "Have it renewed.")
        : new("server", $"Server {server}", true, $"Certificate for {certificate}, until {expires:yyyy-MM-dd}.");

    private async Task<(ExaminationStep, DirectoryAnswer?)> TrySignIn(string name, string password, CancellationToken cancel)
    {
        try
        {
            var answer = await directory.SignIn(name, password, cancel);
            return (answer.Verdict switch
            {
                DirectoryVerdict.Known => new("password", "Password", true, $"The directory takes it for {answer.Person!.Dn}."),
                DirectoryVerdict.NotInGroup => new("password", "Password", false, "It is right, but he is not in ldap.required_group."),
                DirectoryVerdict.PasswordExpired => new("password", "Password", false, "It is right, but the directory wants another one.", "Have it changed in the directory."),
                DirectoryVerdict.Disabled => new("password", "Password", false, "It is right, but the account is switched off.", "Have it switched on in the directory."),
                _ => new("password", "Password", false, "The directory does not take it.", "Try it elsewhere; look whether the account is locked or switched off in the directory."),
            }, answer);
        }
        catch (Exception e) when (e is DirectoryDownException or DirectoryRefusedException)
        {
            return (new("password", "Password", false, e.Message, "Look into the directory's log."), null);
        }
    }

    private async Task<(ExaminationStep Step, T? Result)> Try<T>(string id, string what, Func<LdapServer.LdapLines, T> work, Func<T, string?> says, string remedy, CancellationToken cancel)
    {
        try
        {
            var result = await directory.Ask(work, cancel);
            return says(result) is { } detail ? (new(id, what, true, detail), result) : (new(id, what, false, "", remedy), result);
        }
        catch (Exception e) when (e is DirectoryDownException or DirectoryRefusedException)
        {
            return (new(id, what, false, e.Message, remedy), default);
        }
    }
}
