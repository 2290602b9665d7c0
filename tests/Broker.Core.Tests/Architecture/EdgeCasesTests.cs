using System.Text;
using System.Text.RegularExpressions;
using Broker.Testing;

namespace Broker.Core.Tests.Architecture;

/// <summary>The tables in the tests' README tell the truth.</summary>
public partial class EdgeCasesTests
{
    private static readonly string Readme = File.ReadAllText(Repository.PathOf("tests/README.md"));

    private static readonly List<(int Number, string Tests)> Rows =
        [.. Row().Matches(Readme).Select(m => (int.Parse(m.Groups["number"].ValueSpan, null), m.Groups["tests"].Value))];

    [Fact]
    public void EachNumberIsThereOnceAndTheQueueHasAllOfIts()
    {
        var numbers = Rows.Select(r => r.Number).ToList();
        Assert.Equal(numbers.Distinct().Order(), numbers);
        Assert.Equal(Enumerable.Range(1, 15), numbers.Take(15));
        Assert.All(Rows, r => Assert.Matches(Named(), r.Tests));
    }

    [Fact]
    public void TestsHoldEachOfTheTwelveAttacks()
    {
        var section = Readme.Split("\n## ").Single(s => s.StartsWith("Attacks\n", StringComparison.Ordinal));
        var attacks = section.Split('\n').Where(l => l.StartsWith("| ", StringComparison.Ordinal)).Skip(1).ToList();
        Assert.Equal(12, attacks.Count);
        Assert.All(attacks, a => Assert.Matches(Named(), a.Split('|')[^2]));
    }

    [Fact]
    public async Task EachTestThatIsNamedExists()
    {
        foreach (Match test in Named().Matches(Readme))
        {
            var (project, name) = (test.Groups["project"].Value, test.Groups["class"].Value);
            var folder = Repository.PathOf(project == "EndToEnd" ? "tests/Broker.EndToEnd" : $"tests/Broker.{project}.Tests");
            // a class may lie in several files
            var text = new StringBuilder();
            foreach (var file in (string[])["", ".*"])
                foreach (var part in System.IO.Directory.GetFiles(folder, $"{name}{file}.cs", SearchOption.AllDirectories)) text.Append(await File.ReadAllTextAsync(part));
            Assert.True(text.Length > 0, $"There is no {name}.cs in {folder}.");
            Assert.Matches($@"\[[^\n]*(Fact|Theory|InlineData|MemberData|Trait)[^\n]*\]\s+public (async Task|void) {test.Groups["method"].Value}\(", text.ToString());
        }
    }

    [GeneratedRegex(@"^\| (?<number>\d+) \|.*\|(?<tests>[^|]*)\|$", RegexOptions.Multiline | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Row();

    [GeneratedRegex(@"(?<project>Core|Frontend|Backend|Cli|EndToEnd) `(?<class>\w+)\.(?<method>\w+)`", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Named();
}
