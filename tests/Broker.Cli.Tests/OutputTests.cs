using System.Text.Json;
using Broker.Core.Users;

namespace Broker.Cli.Tests;

/// <summary>What all commands have in common in what they print.</summary>
public class OutputTests
{
    [Theory]
    [InlineData(ExitCode.Usage, "usage", "users", "frobnicate")]
    [InlineData(ExitCode.Usage, "unknown_command", "requests", "ask", "nonsense")]
    [InlineData(ExitCode.Refused, "unknown_user", "users", "disable", "nobody")]
    [InlineData(ExitCode.Refused, "bad_arguments", "requests", "ask", "start_domain")]
    [InlineData(ExitCode.Refused, "last_admin", "users", "remove-admin", "ada")]
    public async Task ErrorsAreOneJsonDocumentOnStandardError(int code, string word, params string[] args)
    {
        var outcome = await (await CommandLine.New()).Run([.. args, "--json"]);
        var error = JsonDocument.Parse(outcome.Error).RootElement.GetProperty("error");
        Assert.Equal((code, code, word, ""), (outcome.Code, error.GetProperty("exit_code").GetInt32(), error.GetProperty("code").GetString(), outcome.Out));
        Assert.NotEmpty(error.GetProperty("message").GetString()!);
    }

    [Fact]
    public async Task EveryCommandThatChangesSomethingAnswersInJson()
    {
        var line = await CommandLine.New(migrated: false);
        Assert.NotEmpty((await line.Run("db", "migrate", "--json")).Json.GetProperty("applied").EnumerateArray());
        Assert.Equal("ada", (await line.Run(["users", "add", "ada", "--admin", "--password-stdin", "--json"], CommandLine.Password)).Json.GetProperty("name").GetString());
        Assert.Equal("here", (await line.Run("nodes", "add", "here", "--manager", "simulated", "--uri", "/tmp/x", "--json")).Json.GetProperty("name").GetString());
        await NodesAndDomainsTests.Machine(line, "linux", isBase: true);
        Assert.True((await line.Run("bases", "publish", "linux", "--json")).Json.GetProperty("is_public").GetBoolean());
        var id = (await line.Run("requests", "ask", "ping", "--json")).Json.GetProperty("id").GetInt64();
        Assert.Equal("cancelled", (await line.Run("requests", "cancel", $"{id}", "--json")).Json.GetProperty("state").GetString());
    }

    [Theory]
    [InlineData(true, null, true)]
    [InlineData(true, "1", false)]
    [InlineData(false, null, false)]
    public async Task OnlyAScreenIsColouredAndNotWhenThatIsNotWanted(bool isScreen, string? noColor, bool isColoured)
    {
        var line = await CommandLine.New();
        await line.Db.Transaction(s => UsersTable.Insert(s, "bea", "Bea", null, isAdmin: false, mustChangePassword: false));
        (await line.Run("users", "disable", "bea")).Done();
        var list = (await line.With("NO_COLOR", noColor).OnScreen(isScreen).Run("users", "list")).Done();
        Assert.Equal(isColoured, list.Contains("\u001b[33mdisabled", StringComparison.Ordinal));
    }

    [Fact]
    public async Task ShowTellsEverythingThatIsKnown()
    {
        var line = await CommandLine.New();
        var id = await NodesAndDomainsTests.Machine(line, "linux", isBase: false);
        (await line.Run("domains", "start", "linux")).Done();
        var text = (await line.Run("domains", "show", "linux")).Done();
        foreach (var part in (string[])[id.ToString(), "ada", "shutdown", "1 MiB", "start_domain requested"]) Assert.Contains(part, text, StringComparison.Ordinal);
        var json = (await line.Run("domains", "show", id.ToString(), "--json")).Json;
        Assert.Equal(("linux", "ada", 1), (json.GetProperty("domain").GetProperty("name").GetString(),
            json.GetProperty("domain").GetProperty("owner").GetProperty("name").GetString(), json.GetProperty("requests").GetArrayLength()));
        Assert.Contains("0 active", (await line.Run("nodes", "show", "here")).Done(), StringComparison.Ordinal);
        Assert.Equal(1, (await line.Run("nodes", "show", "HERE", "--json")).Json.GetProperty("machines").GetInt32());
    }

    [Fact]
    public async Task BasesAreListedWithTheirClones()
    {
        var line = await CommandLine.New();
        await NodesAndDomainsTests.Machine(line, "linux", isBase: true);
        (await line.Run("domains", "clone", "linux")).Done();
        var only = Assert.Single((await line.Run("bases", "list", "--json")).Json.EnumerateArray());
        Assert.Equal(("linux", 1, 0), (only.GetProperty("name").GetString(), only.GetProperty("clones").GetInt32(), only.GetProperty("active").GetInt32()));
    }
}
