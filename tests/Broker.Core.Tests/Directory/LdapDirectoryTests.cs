using System.Diagnostics;
using Broker.Core.Directory;
using Broker.Core.Settings;
using Broker.Testing;

namespace Broker.Core.Tests.Directory;

/// <summary>What is asked of a directory and what counts of its answers, on a real slapd.</summary>
public sealed class LdapDirectoryTests
{
    private static readonly string Everybody = $"cn=everybody,{PrivateSlapd.Groups}";

    [Theory]
    [InlineData(true, false)]
    [InlineData(false, true)]
    [InlineData(false, false)]
    public async Task SomebodyIsKnownByHisPasswordOverLdapsStartTlsAndPlainlyOnThisMachine(bool ldaps, bool startTls)
    {
        var slapd = await PrivateSlapd.Shared;
        using var directory = Open(Settings(slapd) with { Servers = [ldaps ? Tls(slapd) : Plain(slapd)], StartTls = startTls });
        var answer = await directory.SignIn("ANA", "ana's secret");
        Assert.Equal(DirectoryVerdict.Known, answer.Verdict);
        var ana = answer.Person!;
        Assert.Equal(("Ana", $"uid=Ana,{PrivateSlapd.People}", "Ana Díaz"), (ana.Name, ana.Dn, ana.DisplayName));
        Assert.StartsWith("entryUUID=", ana.Key, StringComparison.Ordinal);
        Assert.Equal([("departmentNumber", "physics"), ("mail", "Ana@example.org")], ana.Attributes.Order());
        Assert.Equal(DirectoryVerdict.Unknown, (await directory.SignIn("Ana", "boss's secret")).Verdict);
        Assert.Equal(DirectoryVerdict.Unknown, (await directory.SignIn("nobody", "ana's secret")).Verdict);
    }

    [Fact]
    public async Task GroupsWithinGroupsCountAsManyLevelsAsAreSaidAndCirclesEnd()
    {
        var slapd = await PrivateSlapd.Shared;
        Assert.Equal(["circle a", "circle b", "everybody", "physics", "printers", "science", "university"], await GroupsOf("ana", "ana's secret", 5));
        Assert.Equal(["circle a", "circle b", "everybody", "physics", "printers", "science"], await GroupsOf("ana", "ana's secret", 1));
        Assert.Equal(["circle a", "everybody", "physics", "printers"], await GroupsOf("ana", "ana's secret", 0));
        Assert.Equal(["printers", "readers"], await GroupsOf("jane", "jane's secret", 5));
        var boss = await GroupsOf("boss", "boss's secret", 5);
        Assert.Contains("level 6", boss);
        Assert.DoesNotContain("level 7", boss);
        // more than the server gives at once
        Assert.Equal(150, boss.Count(g => g.StartsWith("course ", StringComparison.Ordinal)));

        async Task<string[]> GroupsOf(string name, string password, int levels)
        {
            using var directory = Open(Settings(slapd) with { NestedGroups = levels });
            return [.. (await directory.SignIn(name, password)).Person!.Groups.Select(g => g.Name).Order(StringComparer.Ordinal)];
        }
    }

    [Fact]
    public async Task WhoIsNotInTheGroupThatIsRequiredIsKeptOutAndTheGroupOfAdministratorsSaysWhoIsOne()
    {
        var slapd = await PrivateSlapd.Shared;
        using var directory = Open(Settings(slapd) with { RequiredGroup = $"CN=university, {PrivateSlapd.Groups}", AdminGroup = $"cn=admins,{PrivateSlapd.Groups}" });
        Assert.False((await directory.SignIn("ana", "ana's secret")).Person!.IsAdmin);
        Assert.True((await directory.SignIn("boss", "boss's secret")).Person!.IsAdmin);
        Assert.Equal(DirectoryVerdict.NotInGroup, (await directory.SignIn("jane", "jane's secret")).Verdict);
        Assert.Equal(DirectoryVerdict.Unknown, (await directory.SignIn("jane", "wrong")).Verdict);
    }

    [Theory]
    [InlineData("sAMAccountName", "mperez", "MPerez")]
    [InlineData("userPrincipalName", "MPEREZ@example.org", "mperez@example.org")]
    public async Task ATreeAsActiveDirectoryHasItIsRead(string attribute, string typed, string name)
    {
        var slapd = await PrivateSlapd.Shared;
        using var directory = Open(Settings(slapd) with
        {
            Base = PrivateSlapd.ActiveDirectory,
            GroupBase = "",
            UserAttribute = attribute,
            UserFilter = "(objectClass=user)",
            DisplayNameAttribute = "displayName",
            Attributes = ["department"],
        });
        var maria = (await directory.SignIn(typed, "maria's secret")).Person!;
        Assert.Equal((name, "María Pérez", "objectGUID=28292A5C00FF0102030405060708090A"), (maria.Name, maria.DisplayName, maria.Key));
        Assert.Equal(["Chemists", "Staff"], maria.Groups.Select(g => g.Name).Order());
        // a key whose bytes mean something in filters
        Assert.Equal(maria.Dn, (await directory.Again(name, "cn=elsewhere," + PrivateSlapd.Root, maria.Key)).Person!.Dn);
    }

    [Fact]
    public async Task WhoseAccountIsSwitchedOffThereIsKnownByThatAlsoWhereHisPasswordIsTaken()
    {
        await using var slapd = await PrivateSlapd.Start(people: 1);
        using var directory = Open(Settings(slapd) with { Base = PrivateSlapd.ActiveDirectory, GroupBase = "", UserAttribute = "sAMAccountName", UserFilter = "(objectClass=user)" });
        var maria = (await directory.SignIn("mperez", "maria's secret")).Person!;
        foreach (var (control, verdict) in ((int, DirectoryVerdict)[])[(514, DirectoryVerdict.Disabled), (512, DirectoryVerdict.Known), (66050, DirectoryVerdict.Disabled)])
        {
            await slapd.Change($"dn: {maria.Dn}\nchangetype: modify\nreplace: userAccountControl\nuserAccountControl: {control}\n");
            Assert.Equal(verdict, (await directory.SignIn("mperez", "maria's secret")).Verdict);
            Assert.Equal(verdict, (await directory.Again("mperez", maria.Dn, maria.Key)).Verdict);
        }
    }

    [Theory]
    [InlineData("nsAccountLock", "true", true)]
    [InlineData("nsAccountLock", "FALSE", false)]
    [InlineData("loginDisabled", "TRUE", true)]
    [InlineData("pwdAccountLockedTime", "000001010000Z", true)]
    [InlineData("pwdAccountLockedTime", "20261122093000Z", false)]
    [InlineData("userAccountControl", "2", true)]
    [InlineData("userAccountControl", "-2147483646", true)]
    [InlineData("userAccountControl", "all", false)]
    public void DirectoriesSayInTheirOwnWordsThatAnAccountIsSwitchedOff(string attribute, string value, bool isOff)
    {
        Assert.Contains(attribute, AccountSwitches.Attributes);
        Assert.Equal(isOff, AccountSwitches.IsOff(a => a == attribute ? value : null));
    }

    [Fact]
    public async Task WhoBindsByAPatternNeedsNoAccountThatSearches()
    {
        var slapd = await PrivateSlapd.Shared;
        using var directory = Open(Settings(slapd) with { BindPattern = $"uid={{name}},{PrivateSlapd.People}", BindDn = "" });
        Assert.Equal("Ana", (await directory.SignIn("ana", "ana's secret")).Person!.Name);
        Assert.Equal(DirectoryVerdict.Unknown, (await directory.SignIn("ana", "wrong")).Verdict);
        Assert.Equal(DirectoryVerdict.Unknown, (await directory.SignIn($"ana,{PrivateSlapd.People}", "ana's secret")).Verdict);
    }

    [Theory]
    [InlineData("*")]
    [InlineData("an*")]
    [InlineData("ana)(uid=*")]
    [InlineData("*)(objectClass=*))(|(uid=*")]
    [InlineData("ana\0")]
    [InlineData(@"\61na")]
    [InlineData("Ana,ou=people")]
    public async Task WhatIsTypedAsANameIsNeverPartOfAFilterOrName(string typed)
    {
        var slapd = await PrivateSlapd.Shared;
        using var searching = Open(Settings(slapd));
        using var binding = Open(Settings(slapd) with { BindPattern = $"uid={{name}},{PrivateSlapd.People}" });
        foreach (var directory in new[] { searching, binding })
            Assert.Equal(DirectoryVerdict.Unknown, (await directory.SignIn(typed, "ana's secret")).Verdict);
    }

    [Theory]
    [InlineData("")]
    [InlineData("\0")]
    [InlineData("\0ana's secret")]
    public async Task NoPasswordIsNobodysPassword(string password)
    {
        var slapd = await PrivateSlapd.Shared;
        using var directory = Open(Settings(slapd));
        Assert.Equal(DirectoryVerdict.Unknown, (await directory.SignIn("ana", password)).Verdict);
    }

    [Fact]
    public async Task AnEntryWithANameFullOfSpecialLettersIsFoundWithItsGroupsAndAgain()
    {
        var slapd = await PrivateSlapd.Shared;
        using var directory = Open(Settings(slapd));
        var jane = (await directory.SignIn("jane", "jane's secret")).Person!;
        Assert.Contains(jane.Groups, g => g.Name == "readers");
        Assert.Equal("jane", (await directory.Again("jane", jane.Dn, null)).Person!.Name);
        Assert.Equal(DirectoryVerdict.Unknown, (await directory.Again("jane", $"uid=gone,{PrivateSlapd.People}", null)).Verdict);
    }

    [Fact]
    public async Task ANameThatSeveralHaveIsNobodys()
    {
        var slapd = await PrivateSlapd.Shared;
        using var directory = Open(Settings(slapd) with { Base = PrivateSlapd.Root });
        Assert.Equal(DirectoryVerdict.Ambiguous, (await directory.SignIn("twin", "twin's secret")).Verdict);
    }

    [Fact]
    public async Task GroupsAreFoundByAPartOfTheirName()
    {
        var slapd = await PrivateSlapd.Shared;
        using var directory = Open(Settings(slapd));
        Assert.Equal([new DirectoryGroup($"cn=physics,{PrivateSlapd.Groups}", "physics", "The physicists")], await directory.Groups("HYSIC", 10));
        Assert.Empty(await directory.Groups("*", 10));
        Assert.Equal(120, (await directory.Groups("course", 120)).Count);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task ACertificateOfAnotherAuthorityOrForAnotherNameIsNotBelieved(bool ldaps)
    {
        var slapd = await PrivateSlapd.Shared;
        await using var other = await PrivateSlapd.Start(certificate: "ldap.example.org", people: 1);
        using var wrongAuthority = Open(Settings(slapd) with { Servers = [ldaps ? Tls(slapd) : Plain(slapd)], CaFile = other.CaFile });
        using var wrongName = Open(Settings(other) with { Servers = [ldaps ? Tls(other) : Plain(other)] });
        using var ofTheSystem = Open(Settings(slapd) with { Servers = [ldaps ? Tls(slapd) : Plain(slapd)], CaFile = "" });
        foreach (var directory in new[] { wrongAuthority, wrongName, ofTheSystem })
            await Assert.ThrowsAsync<DirectoryDownException>(() => directory.SignIn("ana", "ana's secret"));
    }

    [Fact]
    public async Task TheNextServerIsAskedWhenOneDiesAndTheDeadOneIsPassedOverForAWhile()
    {
        var slapd = await PrivateSlapd.Shared;
        await using var first = await PrivateSlapd.Start(people: 1);
        using var directory = Open(Settings(slapd) with { Servers = [Tls(first), Tls(slapd)], CaFile = Both(first, slapd) });
        Assert.Equal(DirectoryVerdict.Known, (await directory.SignIn("ana", "ana's secret")).Verdict);
        Assert.Null(directory.Status[0].Trouble);
        Assert.Null(directory.Status[1].Since);

        await first.Kill();
        Assert.Equal(DirectoryVerdict.Known, (await directory.SignIn("ana", "ana's secret")).Verdict);
        Assert.Contains("does not answer", directory.Status[0].Trouble, StringComparison.Ordinal);
        Assert.Null(directory.Status[1].Trouble);

        await first.StartAgain();
        Assert.Equal(DirectoryVerdict.Known, (await directory.SignIn("ana", "ana's secret")).Verdict);
        // it is back, but was not asked yet
        Assert.NotNull(directory.Status[0].Trouble);
    }

    [Fact]
    public async Task AServerThatHangsInTheMiddleOfSignInsHoldsNobodyUpForLongAndAnotherOneAnswers()
    {
        var slapd = await PrivateSlapd.Shared;
        await using var hung = await PrivateSlapd.Start(people: 100);
        using var directory = Open(Settings(slapd) with { Servers = [Tls(hung), Tls(slapd)], CaFile = Both(hung, slapd), TimeoutSeconds = 1 });
        var before = Task.WhenAll(Enumerable.Range(0, 20).Select(SignIn));
        await before;
        await hung.Hang();
        try
        {
            Assert.All(await Task.WhenAll(Enumerable.Range(0, 60).Select(SignIn)), verdict => Assert.Equal(DirectoryVerdict.Known, verdict));
            Assert.NotNull(directory.Status[0].Trouble);
            Assert.Equal(DirectoryVerdict.Known, await SignIn(61));
        }
        finally
        {
            await hung.GoOn();
        }

        async Task<DirectoryVerdict> SignIn(int number)
        {
            var (name, password) = PrivateSlapd.Person(number);
            return (await directory.SignIn(name, password)).Verdict;
        }
    }

    [Fact]
    public async Task AServerThatNeverFinishesItsHandshakeIsGivenUp()
    {
        using var silent = new System.Net.Sockets.TcpListener(System.Net.IPAddress.Loopback, 0);
        silent.Start();
        var slapd = await PrivateSlapd.Shared;
        var address = $"ldaps://127.0.0.1:{((System.Net.IPEndPoint)silent.LocalEndpoint).Port}";
        using var directory = Open(Settings(slapd) with { Servers = [address, Tls(slapd)], TimeoutSeconds = 1, Connections = 2 });
        Assert.Equal(DirectoryVerdict.Known, (await directory.SignIn("ana", "ana's secret")).Verdict);
        Assert.Contains("has not answered", directory.Status[0].Trouble, StringComparison.Ordinal);
        Assert.Equal(DirectoryVerdict.Known, (await directory.SignIn("ana", "ana's secret")).Verdict);
    }

    [Fact]
    public async Task WhenNoServerAnswersThatIsSaidAndNotThatThePasswordIsWrong()
    {
        await using var slapd = await PrivateSlapd.Start(people: 1);
        using var directory = Open(Settings(slapd));
        await slapd.Kill();
        var down = await Assert.ThrowsAsync<DirectoryDownException>(() => directory.SignIn("ana", "ana's secret"));
        Assert.Contains(Tls(slapd), down.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task TwoHundredAtOnceLeaveTheThreadsOfThePoolAlone()
    {
        var slapd = await PrivateSlapd.Shared;
        using var directory = Open(Settings(slapd));
        var answers = Enumerable.Range(0, 200).Select(async i => (await directory.SignIn(PrivateSlapd.Person(i).Name, PrivateSlapd.Person(i).Password)).Person!.Name).ToList();
        // the pool has a few threads: were they waiting for the directory, this would wait for all of them
        var probe = await Task.Run(() => answers.Count(a => a.IsCompleted));
        Assert.InRange(probe, 0, 199);
        Assert.Equal(Enumerable.Range(0, 200).Select(i => PrivateSlapd.Person(i).Name), await Task.WhenAll(answers));
        using var self = Process.GetCurrentProcess();
        Assert.InRange(self.Threads.Cast<ProcessThread>().Count(), 1, 200);
    }

    [Fact]
    public async Task AnAccountForSearchesThatIsNotTakenIsNamed()
    {
        var slapd = await PrivateSlapd.Shared;
        using var directory = Open(Settings(slapd) with { BindDn = $"cn=another,{PrivateSlapd.Root}" });
        var refused = await Assert.ThrowsAsync<DirectoryRefusedException>(() => directory.SignIn("ana", "ana's secret"));
        Assert.Contains("ldap.bind_dn", refused.Message, StringComparison.Ordinal);
    }

    internal static LdapSettings Settings(PrivateSlapd slapd) => new()
    {
        Servers = [Tls(slapd)],
        CaFile = slapd.CaFile,
        BindDn = PrivateSlapd.Reader,
        BindPasswordFile = slapd.ReaderPasswordFile,
        Base = PrivateSlapd.People,
        GroupBase = PrivateSlapd.Groups,
        UserFilter = "(objectClass=inetOrgPerson)",
        Attributes = ["departmentNumber"],
    };

    private static LdapDirectory Open(LdapSettings settings)
    {
        Assert.Empty(settings.Problems());
        return new LdapDirectory(settings, TimeProvider.System);
    }

    private static string Tls(PrivateSlapd slapd) => $"ldaps://127.0.0.1:{slapd.TlsPort}";

    private static string Plain(PrivateSlapd slapd) => $"ldap://127.0.0.1:{slapd.Port}";

    private static string Both(PrivateSlapd one, PrivateSlapd other)
    {
        var file = one.CaFile + ".both";
        File.WriteAllText(file, File.ReadAllText(one.CaFile) + "\n" + File.ReadAllText(other.CaFile));
        return file;
    }
}
