using Broker.Core.Access;
using Broker.Core.Domains;

namespace Broker.Core.Tests.Access;

/// <summary>What access rules say, and why.</summary>
public class AccessRulesTests
{
    private const long Me = 1;
    private const long Teachers = 7;
    private const long Physicists = 8;

    private static readonly Grant[] Usual = [Grant.Clone, Grant.View, Grant.Start, Grant.Shutdown];

    [Fact]
    public void NothingIsAskedWithoutRules()
    {
        Assert.True(AccessRules.None.Allow(Caller()));
        Assert.Equal("allowed: there are no rules", Why(AccessRules.None, Caller()));
    }

    // a letter is an attribute of that value, in capitals one that denies; ! is the last one, + and - the default
    [Theory]
    [InlineData("a", "a", "allowed: rule 1, x = a")]
    [InlineData("a", "b", "denied: no rule is about him, and all there are only allow")]
    [InlineData("A", "a", "denied: rule 1, x = a")]
    [InlineData("A", "b", "allowed: no rule is about him, and all there are only deny")]
    [InlineData("aB", "c", "allowed: no rule is about him, and there is no default")]
    [InlineData("aB-", "c", "denied: rule 3, default")]
    [InlineData("aB+", "c", "allowed: rule 3, default")]
    [InlineData("a-", "a", "allowed: rule 1, x = a")]
    [InlineData("A+", "a", "denied: rule 1, x = a")]
    [InlineData("aB", "ab", "denied: rule 2, x = b")]
    [InlineData("a!B", "ab", "allowed: rule 1, x = a")]
    [InlineData("Ba", "ab", "denied: rule 1, x = b")]
    [InlineData("ab", "ab", "allowed: rule 2, x = b")]
    [InlineData("aB-", "", "denied: rule 3, default")]
    [InlineData("-", "a", "denied: rule 1, default")]
    [InlineData("*", "z", "allowed: rule 1, x = *")]
    [InlineData("*", "", "denied: no rule is about him, and all there are only allow")]
    public void InOrderANoOrALastOneEndsItAndTheDefaultIsForTheOthers(string written, string values, string why)
    {
        var rules = Written(written);
        var caller = Caller(attributes: [.. values.Select(v => ("x", v.ToString()))]);
        Assert.Equal(why, Why(rules, caller));
        Assert.Equal(why.StartsWith("allowed", StringComparison.Ordinal), rules.Allow(caller));
    }

    [Fact]
    public void MovingARuleChangesWhatIsSaid()
    {
        var (rules, both) = (Written("aB-"), Caller(attributes: [("x", "a"), ("x", "b")]));
        Assert.Equal("denied: rule 2, x = b", Why(rules, both));
        rules = rules.Without(RuleList.People, 1).With(RuleList.People, rules.People[0] with { Last = true }, at: 1);
        Assert.Equal("allowed: rule 1, x = a", Why(rules, both));
        rules = rules.Moved(RuleList.People, 1, 2);
        Assert.Equal("denied: rule 1, x = b", Why(rules, both));
        // nothing gets behind the default, and that stays where it is
        Assert.Equal(["a", "b", null], rules.Moved(RuleList.People, 1, 99).People.Select(r => r.Value));
        Assert.Equal(rules, rules.Moved(RuleList.People, 3, 1));
    }

    [Fact]
    public void AnyOfSeveralValuesMatchesAndCaseMakesNoDifference()
    {
        var rules = new AccessRules([Attribute("department", "Physics")], []);
        Assert.True(rules.Allow(Caller(attributes: [("department", "chemistry"), ("Department", "PHYSICS")])));
        Assert.False(rules.Allow(Caller(attributes: [("department", "physics 2")])));
        Assert.False(rules.Allow(Caller(attributes: [("mail", "physics")])));
        Assert.False(rules.Allow(Caller()));
        Assert.False(new AccessRules([Attribute("department", "*")], []).Allow(Caller()));
    }

    [Fact]
    public void GroupsAndPeopleAreMeantByTheirKeysWhateverTheyAreCalled()
    {
        var rules = new AccessRules([new(RuleKind.User, false) { Id = Me + 1 }, new(RuleKind.Group, true) { Id = Teachers }, new(RuleKind.User, true) { Id = Me }], []);
        Assert.Equal("allowed: rule 3, user ana", Why(rules, Caller()));
        Assert.Equal("allowed: rule 2, group Teachers", Why(rules, Caller() with { UserId = 5, Groups = new HashSet<long> { Teachers } }));
        Assert.Equal("denied: rule 1, user 2, who is gone", Why(rules, Caller() with { UserId = Me + 1, Groups = new HashSet<long> { Teachers } }));
        Assert.Equal("allowed: no rule is about him, and there is no default", Why(rules, Caller() with { UserId = 5, Groups = new HashSet<long> { Physicists } }));
    }

    [Fact]
    public void OfMixedRulesWithoutADefaultTheAdministratorIsWarned()
    {
        Assert.Contains("Add a default", Assert.Single(Written("aB").Warnings()), StringComparison.Ordinal);
        foreach (var clear in (string[])["", "a", "A", "aB+", "aB-"]) Assert.Empty(Written(clear).Warnings());
    }

    [Theory]
    [InlineData("User-Agent", "firefox", "Mozilla/5.0 (X11) Gecko Firefox/140.0", true)]
    [InlineData("User-Agent", "Mobile", "Mozilla/5.0 (X11) Gecko Firefox/140.0", false)]
    [InlineData("User-Agent", "*", "anything", true)]
    [InlineData("User-Agent", "*", "", false)]
    [InlineData("Accept-Language", "ca", "en-US,ca;q=0.8", true)]
    [InlineData("Accept-Language", "ca", "ca-ES;q=0.1", true)]
    [InlineData("Accept-Language", "ca", "cab", false)]
    [InlineData("Accept-Language", "ca-ES", "ca", false)]
    [InlineData("Accept", "text/html", "image/png;q=1 , TEXT/html; level=1", true)]
    [InlineData("Accept", "text/html", "text/htmlx", false)]
    [InlineData("Accept-Encoding", "q=1", "gzip;q=1", false)]
    public void AHeaderIsAskedByItsValuesWithoutTheirWeights(string header, string value, string sent, bool isAllowed)
    {
        var rules = new AccessRules([], [new(RuleKind.Header, true) { Name = header, Value = value }]).Normal();
        Assert.Equal(isAllowed, rules.Allow(Caller() with { Client = ClientFacts.Of(name => name == header ? sent : null) }));
        // what is written with a request says the same later
        var again = ClientFacts.Read(ClientFacts.Of(name => name == header ? sent : null).ToJson());
        Assert.Equal(isAllowed, rules.Allow(Caller() with { Client = again }));
    }

    [Fact]
    public void TheFirstRuleAboutClientsBringsADefaultThatDeniesAndStaysLast()
    {
        var rules = AccessRules.None.With(RuleList.Clients, Header("Firefox")).Normal();
        Assert.Equal([(RuleKind.Header, true), (RuleKind.Everybody, false)], rules.Clients.Select(r => (r.Kind, r.Allowed)));
        rules = rules.With(RuleList.Clients, Header("Edge")).With(RuleList.Clients, Header("Chrome"), at: 9).Normal();
        Assert.Equal(["Firefox", "Edge", "Chrome", null], rules.Clients.Select(r => r.Value));
        Assert.Equal("denied: rule 4, default", rules.Explain(RuleList.Clients, Caller() with { Client = ClientFacts.Silent }, _ => null));
        Assert.True(rules.WithDefault(RuleList.Clients, true).Normal().Allow(Caller() with { Client = ClientFacts.Silent }));
        // it goes with the last of them
        for (var left = 3; left > 0; left--) rules = rules.Without(RuleList.Clients, 1).Normal();
        Assert.True(rules.IsEmpty);
    }

    [Fact]
    public void BothListsMustAllowAndCommandLinesAndSchedulesAreNotAskedWhatTheyUse()
    {
        var rules = new AccessRules([Attribute("x", "a")], [Header("Firefox"), new(RuleKind.Everybody, false)]);
        var (firefox, other) = (ClientFacts.Of(_ => "Firefox"), ClientFacts.Of(_ => "Other"));
        Assert.True(rules.Allow(Caller(attributes: [("x", "a")]) with { Client = firefox }));
        Assert.False(rules.Allow(Caller(attributes: [("x", "a")]) with { Client = other }));
        Assert.False(rules.Allow(Caller() with { Client = firefox }));
        Assert.True(rules.Allow(Caller(attributes: [("x", "a")])));
        Assert.False(rules.Allow(Caller(attributes: [("x", "a")]) with { Client = ClientFacts.Read(System.Text.Json.JsonSerializer.SerializeToElement("of another kind")) }));
    }

    [Fact]
    public void WhatAProgramSaysIsTakenUpToALength()
    {
        var facts = ClientFacts.Of(_ => string.Join(',', Enumerable.Repeat("x", 100_000)));
        Assert.All(facts.Headers.Values, values => Assert.True(values.Count <= 20 && values.Sum(v => v.Length) <= 500));
        Assert.True(facts.ToJson().GetRawText().Length < 5000);
    }

    [Theory]
    [InlineData("""{"people":[{"kind":"header","allowed":true,"name":"User-Agent","value":"x"}],"clients":[]}""", "Rule 1 of people asks about a header")]
    [InlineData("""{"people":[],"clients":[{"kind":"group","allowed":true,"id":3}]}""", "Rule 1 of clients asks about a group")]
    [InlineData("""{"people":[],"clients":[{"kind":"header","allowed":true,"name":"X-Forwarded-For","value":"10.0.0.1"}]}""", "names no header that rules may ask about")]
    [InlineData("""{"people":[{"kind":"everybody","allowed":true},{"kind":"user","allowed":true,"id":3}],"clients":[]}""", "is the default, which comes last")]
    [InlineData("""{"people":[{"kind":"user","allowed":true,"id":3},{"kind":"user","allowed":false,"id":3}],"clients":[]}""", "Rule 2 of people asks the same as rule 1")]
    [InlineData("""{"people":[{"kind":"attribute","allowed":true,"name":"a","value":"X"},{"kind":"attribute","allowed":true,"name":"A","value":"x"}],"clients":[]}""", "asks the same as rule 1")]
    [InlineData("""{"people":[{"kind":"attribute","allowed":true,"name":"a b","value":"x"}],"clients":[]}""", "names no attribute")]
    [InlineData("""{"people":[{"kind":"attribute","allowed":true,"name":"a","value":""}],"clients":[]}""", "has no value; * stands for any")]
    [InlineData("""{"people":[{"kind":"group","allowed":true}],"clients":[]}""", "names no group")]
    [InlineData("""{"people":[{"kind":"user","allowed":true,"id":3,"value":"x"}],"clients":[]}""", "which only attributes and headers have")]
    [InlineData("""{"people":[{"kind":"everybody","allowed":true,"last":true}],"clients":[]}""", "it is the last one anyway")]
    public void WhatMakesNoSenseIsRefusedAndIfItIsInARowAnywayLetsNobodyIn(string json, string problem)
    {
        var rules = System.Text.Json.JsonSerializer.Deserialize<AccessRules>(json, Json.Options)!;
        Assert.Contains(problem, string.Join(' ', rules.Problems()), StringComparison.Ordinal);
        Assert.False(AccessRules.Parse(json).Allow(Caller()));
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("7")]
    [InlineData("""{"people":[null],"clients":[]}""")]
    [InlineData("""{"people":[{"kind":"moon_phase","allowed":true}],"clients":[]}""")]
    public void WhatThisVersionCannotReadLetsNobodyIn(string json) => Assert.False(AccessRules.Parse(json).Allow(Caller()));

    [Fact]
    public void ABaseHasAtMostTwoHundredRules()
    {
        var most = new AccessRules([.. Enumerable.Range(1, AccessRules.Most).Select(i => new AccessRule(RuleKind.User, true) { Id = i })], []);
        Assert.Empty(most.Problems());
        Assert.Contains("at most 200", Assert.Single(most.WithDefault(RuleList.People, false).Problems()), StringComparison.Ordinal);
        Assert.Equal(most, AccessRules.Parse(most.ToString()));
    }

    [Theory]
    [InlineData("u")]
    [InlineData("U")]
    [InlineData("uA")]
    [InlineData("ua")]
    [InlineData("Ua")]
    [InlineData("u-")]
    [InlineData("U+")]
    public void WhoIsRemovedTakesHisRulesWithHimAndNobodyElseIsJudgedOtherwise(string written)
    {
        var before = Written(written);
        var after = before.WithoutUser(Me);
        Assert.DoesNotContain(after.People, r => r.Kind == RuleKind.User);
        foreach (var values in (string[])["", "a", "b"])
        {
            var other = Caller(attributes: [.. values.Select(v => ("x", v.ToString()))]) with { UserId = Me + 1 };
            Assert.Equal(before.Allow(other), after.Allow(other));
        }
    }

    [Fact]
    public void WhatIsExplainedIsWhatIsJudged()
    {
        var random = new Random(7);
        const string letters = "abcABC*uU";
        for (var round = 0; round < 3000; round++)
        {
            var written = new string([.. Enumerable.Range(0, random.Next(6)).Select(_ => letters[random.Next(letters.Length)]).DistinctBy(char.ToLowerInvariant)]) + (random.Next(3) switch { 0 => "+", 1 => "-", _ => "" });
            var rules = Written(written) with { Clients = random.Next(2) == 0 ? [] : [Header("Firefox"), new(RuleKind.Everybody, false)] };
            var caller = Caller(attributes: [.. Enumerable.Range(0, random.Next(3)).Select(_ => ("x", "abc"[random.Next(3)].ToString()))]) with
            {
                UserId = random.Next(1, 4),
                IsAdmin = random.Next(10) == 0,
                Client = random.Next(3) switch { 0 => null, 1 => ClientFacts.Of(_ => "Firefox"), _ => ClientFacts.Silent },
                Network = random.Next(4) switch { 0 => ClientNetwork.Nowhere, 1 => new ClientNetwork { Id = 1, Name = "Lab", Bases = NetworkBases.Chosen }, 2 => new ClientNetwork { Id = 2, Name = "Inside" }, _ => null },
            };
            if (random.Next(8) == 0) caller = caller with { Grants = Holdings(Reach.All, Grant.Clone) };
            if (random.Next(8) == 0) caller = caller with { Grants = Holdings(Reach.None, Grant.Clone) };
            var origin = Machine(owner: 3, isBase: true) with { IsPublic = random.Next(4) > 0, Access = rules };
            Assert.Equal(May.Do(caller, Grant.Clone, origin).IsAllowed, AccessReasons.Of(caller, origin, [], _ => null).All(r => r.IsAllowed));
        }
    }

    [Fact]
    public void TheNetworkThatKeepsABaseBackIsTold()
    {
        var origin = Machine(owner: 3, isBase: true) with { Name = "linux", IsPublic = true };
        ClientNetwork[] networks = [new() { Id = 1, Name = "Lab", Bases = NetworkBases.None }, new() { Id = 2, Name = "Inside" }];
        Assert.Equal((true, "allowed: where he is is not known, so it is not asked; it can't be used from Lab"), Told(Caller()));
        Assert.Equal((false, "denied: No base can be used from the network Lab"), Told(Caller() with { Network = networks[0] }));
        Assert.Equal((true, "allowed: Bases can be used from the network Inside"), Told(Caller() with { Network = networks[1] }));
        Assert.Equal((false, "denied: linux can't be used from here: this address is in no network of clients"), Told(Caller() with { Network = ClientNetwork.Nowhere }));
        // also of who may make desktops of all bases, and neither of administrators nor of whose it is
        Assert.False(Told(Caller() with { Network = networks[0], Grants = Holdings(Reach.All, Grant.Clone) }).IsAllowed);
        foreach (var one in (Caller[])[Caller() with { IsAdmin = true }, Caller() with { UserId = 3 }])
            Assert.DoesNotContain(AccessReasons.Of(one with { Network = networks[0] }, origin, networks, _ => null), r => r.Step == AccessStep.Network);

        (bool IsAllowed, string) Told(Caller caller) => AccessReasons.Of(caller, origin, networks, _ => null).Single(r => r.Step == AccessStep.Network) is var told ? (told.IsAllowed, told.Text) : default;
    }

    [Fact]
    public void RulesAreAskedWhoeverTakesHisDesktopFromThePublishedBaseAndStartsIt()
    {
        var origin = Machine(owner: 3, isBase: true) with { IsPublic = true, Access = Written("a") };
        var clone = Machine(owner: Me) with { BaseId = origin.Id, BaseOwnerId = 3, Access = origin.Access };
        var (yes, no) = (Caller(attributes: [("x", "a")]), Caller(attributes: [("x", "b")]));
        foreach (var (grant, domain) in ((Grant, DomainRow)[])[(Grant.Clone, origin), (Grant.View, origin), (Grant.Start, clone), (Grant.Clone, clone)])
        {
            Assert.True(May.Do(yes, grant, domain).IsAllowed);
            Assert.False(May.Do(no, grant, domain).IsAllowed);
            // not of administrators, of whose base it is, and of who may clone everything
            Assert.True(May.Do(no with { IsAdmin = true }, grant, domain).IsAllowed);
            Assert.True(May.Do(no with { UserId = 3, Grants = Holdings(Reach.Clones, Usual) }, grant, domain).IsAllowed || (grant == Grant.Clone && domain == clone));
            Assert.True(May.Do(no with { Grants = Holdings(Reach.All, Usual) }, grant, domain).IsAllowed);
        }

        // what runs is his to look at and to shut down
        Assert.True(May.Do(no, Grant.View, clone).IsAllowed);
        Assert.True(May.Do(no, Grant.Shutdown, clone).IsAllowed);
        // with whom it is shared starts it only when he is let in himself
        var shared = clone with { OwnerId = 9, SharedWith = [Me] };
        Assert.True(May.Do(yes, Grant.Start, shared).IsAllowed);
        Assert.False(May.Do(no, Grant.Start, shared).IsAllowed);
        // one whom the rules let in does not get what is not published
        Assert.False(May.Do(yes, Grant.Clone, origin with { IsPublic = false }).IsAllowed);
        // a teacher whose own base it is starts his own clone of it, and one who looks after clones any
        Assert.True(May.Do(no with { UserId = 3 }, Grant.Start, clone with { OwnerId = 3 }).IsAllowed);
        Assert.True(May.Do(no with { UserId = 5, Grants = Holdings(Reach.AllClones, Usual) }, Grant.Start, clone).IsAllowed);
        Assert.False(May.Do(no with { Grants = Holdings(Reach.Clones, Usual) }, Grant.Start, clone).IsAllowed);
    }

    private static string Why(AccessRules rules, Caller caller) =>
        rules.Explain(RuleList.People, caller, rule => (rule.Kind, rule.Id) switch { (RuleKind.Group, Teachers) => "Teachers", (RuleKind.User, Me) => "ana", _ => null });

    private static AccessRules Written(string written)
    {
        var people = new List<AccessRule>();
        foreach (var letter in written)
        {
            if (letter == '!') people[^1] = people[^1] with { Last = true };
            else if (letter is '+' or '-') people.Add(new AccessRule(RuleKind.Everybody, letter == '+'));
            else if (letter is 'u' or 'U') people.Add(new AccessRule(RuleKind.User, letter == 'u') { Id = Me });
            else people.Add(Attribute("x", char.ToLowerInvariant(letter).ToString()) with { Allowed = !char.IsUpper(letter) });
        }

        Assert.Empty(new AccessRules(people, []).Problems());
        return new AccessRules(people, []);
    }

    private static AccessRule Attribute(string name, string value) => new(RuleKind.Attribute, true) { Name = name, Value = value };

    private static AccessRule Header(string value) => new(RuleKind.Header, true) { Name = ClientFacts.UserAgent, Value = value };

    private static Caller Caller(params IEnumerable<(string Name, string Value)> attributes) => new(Me, "ana", IsAdmin: false, Address: null, Holdings(Reach.Own, Usual))
    {
        Attributes = attributes.ToLookup(a => a.Name, a => a.Value, StringComparer.OrdinalIgnoreCase),
    };

    private static Dictionary<Grant, Holding> Holdings(Reach reach, params Grant[] grants) => grants.ToDictionary(g => g, _ => new Holding(reach, "granted to you"));

    private static DomainRow Machine(long owner, bool isBase = false) => DomainsTable.New("m", owner, nodeId: 1, memoryKib: 1, vcpus: 1) with { IsBase = isBase };
}

file static class Both
{
    public static bool Allow(this AccessRules rules, Caller caller) => rules.Judge(RuleList.People, caller).IsAllowed && rules.Judge(RuleList.Clients, caller).IsAllowed;
}
