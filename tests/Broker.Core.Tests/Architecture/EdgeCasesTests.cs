using System.Text.RegularExpressions;
using Broker.Testing;

namespace Broker.Core.Tests.Architecture;

/// <summary>The table of edge cases in the tests' README tells the truth.</summary>
public partial class EdgeCasesTests
{
    private static readonly List<(int Number, string Tests)> Rows =
        [.. Row().Matches(File.ReadAllText(Repository.PathOf("tests/README.md"))).Select(m => (int.Parse(m.Groups["number"].ValueSpan, null), m.Groups["tests"].Value))];

    [Fact]
    public void EachNumberIsThereOnce() => Assert.Equal(Enumerable.Range(1, 15), Rows.Select(r => r.Number));

    [Fact]
    public void EachTestThatIsNamedExists()
    {
        foreach (var (number, tests) in Rows)
        {
            var named = Named().Matches(tests);
            Assert.NotEmpty(named);
            foreach (Match test in named)
            {
                var file = Repository.PathOf($"tests/Broker.{test.Groups["project"].Value}.Tests/Requests/{test.Groups["class"].Value}.cs");
                Assert.True(File.Exists(file), $"Edge case {number}: there is no {file}.");
                Assert.Matches($@"\[Fact\]\s+public async Task {test.Groups["method"].Value}\(\)", File.ReadAllText(file));
            }
        }
    }

    [GeneratedRegex(@"^\| (?<number>\d+) \|.*\|(?<tests>[^|]*)\|$", RegexOptions.Multiline | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Row();

    [GeneratedRegex(@"(?<project>\w+) `(?<class>\w+)\.(?<method>\w+)`", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Named();
}
