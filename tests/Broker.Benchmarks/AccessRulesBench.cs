using System.Diagnostics;
using Broker.Core.Access;
using Broker.Core.Domains;

namespace Broker.Benchmarks;

/// <summary>What it costs to decide whether somebody may have a desktop of a base: 1,000 people, each asking for each of 200 bases with 20 access rules.</summary>
internal static class AccessRulesBench
{
    private const int People = 1000;
    private const int Bases = 200;
    private const int Rules = 20;
    private const int Rounds = 9;

    public static void Run()
    {
        var random = new Random(1);
        Caller[] people = [.. Enumerable.Range(1, People).Select(id => Person(random, id))];
        DomainRow[] bases = [.. Enumerable.Range(1, Bases).Select(_ => Base(random))];
        var times = new List<double>();
        var allowed = 0;
        for (var round = -1; round < Rounds; round++)
        {
            allowed = 0;
            var began = Stopwatch.GetTimestamp();
            foreach (var person in people)
                foreach (var one in bases)
                    if (May.Do(person, Grant.Clone, one).IsAllowed)
                        allowed++;
            if (round >= 0) times.Add(Stopwatch.GetElapsedTime(began).TotalMicroseconds / (People * Bases));
        }

        if (allowed is 0 or People * Bases) throw new InvalidOperationException($"{allowed} of {People * Bases} are allowed: nothing is decided.");
        Figures.Print("access.decision_us", Figures.Percentile(times, 0.5));
    }

    private static Caller Person(Random random, int id) => new(id, $"user{id}", IsAdmin: false, "192.0.2.7", Holdings.Everybodys)
    {
        Groups = Enumerable.Range(0, 5).Select(_ => (long)random.Next(50)).ToHashSet(),
        Attributes = Enumerable.Range(0, 10).Select(i => (Name: $"attribute{i}", Value: $"value {random.Next(10)}")).ToLookup(a => a.Name, a => a.Value, StringComparer.OrdinalIgnoreCase),
        Client = ClientFacts.Of(name => name == ClientFacts.UserAgent ? "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0" : "ca,en-US;q=0.7,en;q=0.3"),
        Network = new ClientNetwork { Id = 1, Name = "Everywhere", Bases = NetworkBases.All },
    };

    // Most rules are about few people, so that most of them are looked at; as usual, the default denies.
    private static DomainRow Base(Random random) => DomainsTable.New("base", ownerId: 0, nodeId: 1, memoryKib: 1, vcpus: 1) with
    {
        IsBase = true,
        IsPublic = true,
        Access = new AccessRules(
            [
                .. Enumerable.Range(0, Rules - 5).Select(i => (i % 3) switch
                {
                    0 => new AccessRule(RuleKind.Group, Allowed: true) { Id = random.Next(50) },
                    1 => new AccessRule(RuleKind.User, Allowed: i % 2 == 0) { Id = random.Next(1, People) },
                    _ => new AccessRule(RuleKind.Attribute, Allowed: true) { Name = $"Attribute{random.Next(12)}", Value = $"Value {random.Next(10)}" },
                }),
                new AccessRule(RuleKind.Everybody, Allowed: false),
            ],
            [
                new AccessRule(RuleKind.Header, Allowed: false) { Name = ClientFacts.UserAgent, Value = "Mobile" },
                new AccessRule(RuleKind.Header, Allowed: true) { Name = ClientFacts.AcceptLanguage, Value = "ca" },
                new AccessRule(RuleKind.Header, Allowed: true) { Name = ClientFacts.UserAgent, Value = "Firefox" },
                new AccessRule(RuleKind.Everybody, Allowed: false),
            ]),
    };
}
