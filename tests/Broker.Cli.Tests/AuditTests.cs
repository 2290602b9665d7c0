namespace Broker.Cli.Tests;

/// <summary><c>broker audit</c>.</summary>
public class AuditTests
{
    [Fact]
    public async Task WhatWasDoneIsListedAndExported()
    {
        var line = await CommandLine.New();
        (await line.Run(["users", "add", "bea", "--password-stdin"], CommandLine.Password)).Done();
        Assert.Contains("bea", (await line.Run("audit", "list", "--action", "user_added")).Done(), StringComparison.Ordinal);
        Assert.Empty((await line.Run("audit", "list", "--outcome", "refused", "--json")).Json.EnumerateArray());
        Assert.Single((await line.Run("audit", "list", "--text", "bea", "--from", "2026-01-01", "--json")).Json.EnumerateArray());
        Assert.Empty((await line.Run("audit", "list", "--until", "2026-01-01", "--json")).Json.EnumerateArray());
        Assert.StartsWith("id,at,user,", (await line.Run("audit", "export")).Done(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--outcome", "maybe", "There is no outcome 'maybe'")]
    [InlineData("--from", "yesterday", "'yesterday' is no time")]
    public async Task WhatIsNoFilterIsSaid(string option, string value, string problem)
    {
        var outcome = await (await CommandLine.New()).Run("audit", "list", option, value);
        Assert.Equal(ExitCode.Usage, outcome.Code);
        Assert.Contains(problem, outcome.Error, StringComparison.Ordinal);
    }
}
