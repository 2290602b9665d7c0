using System.Text.RegularExpressions;
using Broker.Testing;

namespace Broker.Core.Tests.Architecture;

/// <summary>The table of edge cases in the tests' README tells the truth.</summary>
public partial class EdgeCasesTests
{
    private static readonly List<(int Number, string Tests)> Rows =
        [.. Row().Matches(File.ReadAllText(Repository.PathOf("tests/README.md"))).Select(m => (int.Parse(m.Groups["number"].ValueSpan, null), m.Groups["tests"].Value))];

    [Fact]
    public void EachNumberIsThereOnceAndTheQueueHasAllOfIts()
    {
        var numbers = Rows.Select(r => r.Number).ToList();
        Assert.Equal(numbers.Distinct().Order(), numbers);
        Assert.Equal(Enumerable.Range(1, 15), numbers.Take(15));
    }

    [Fact]
    public async Task EachTestThatIsNamedExists()
    {
        foreach (var (number, tests) in Rows)
        {
            var named = Named().Matches(tests);
            Assert.NotEmpty(named);
            foreach (Match test in named)
            {
                var (project, file) = (test.Groups["project"].Value, test.Groups["class"].Value + ".cs");
                var folder = Repository.PathOf(project == "EndToEnd" ? "tests/Broker.EndToEnd" : $"tests/Broker.{project}.Tests");
                var found = System.IO.Directory.GetFiles(folder, file, SearchOption.AllDirectories);
                Assert.True(found.Length == 1, $"Edge case {number}: there is no {file} in {folder}.");
                Assert.Matches($@"\[(Fact|Theory|InlineData\([^\n]*\)|MemberData\([^\n]*\))\]\s+public (async Task|void) {test.Groups["method"].Value}\(", await File.ReadAllTextAsync(found[0]));
            }
        }
    }

    [GeneratedRegex(@"^\| (?<number>\d+) \|.*\|(?<tests>[^|]*)\|$", RegexOptions.Multiline | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Row();

    [GeneratedRegex(@"(?<project>\w+) `(?<class>\w+)\.(?<method>\w+)`", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Named();
}
