using System.Text.Json;
using Broker.Core.Domains;
using Broker.Core.Requests;
using Broker.Core.Users;

namespace Broker.Cli.Tests;

/// <summary>Verbs that are made from the catalogue.</summary>
public class VerbsTests
{
    [Fact]
    public async Task AVerbAsksForItsCommandAboutTheMachineThatIsNamed()
    {
        var line = await CommandLine.New();
        var id = await NodesAndDomainsTests.Machine(line, "linux", isBase: false);
        var request = Assert.Single((await line.Run("domains", "start", "linux", "--json")).Json.EnumerateArray());
        Assert.Equal(("start_domain", id), (request.GetProperty("command").GetString(), request.GetProperty("domain_id").GetGuid()));
    }

    [Fact]
    public async Task SeveralMachinesAreAskedForTogetherOrNotAtAll()
    {
        var line = await CommandLine.New();
        await NodesAndDomainsTests.Machine(line, "one", isBase: false);
        await NodesAndDomainsTests.Machine(line, "two", isBase: false);
        Assert.Equal(ExitCode.Refused, (await line.Run("domains", "start", "one", "two", "three")).Code);
        Assert.Empty((await line.Run("requests", "list", "--json")).Json.EnumerateArray());
        Assert.Equal(2, (await line.Run("domains", "start", "one", "two", "one")).Done().Split('\n', StringSplitOptions.RemoveEmptyEntries).Length);
    }

    [Fact]
    public async Task AllTakesThoseOnWhichItCanBeDone()
    {
        var line = await CommandLine.New();
        await NodesAndDomainsTests.Machine(line, "off", isBase: false);
        var running = await NodesAndDomainsTests.Machine(line, "running", isBase: false);
        await line.Db.Transaction(s => DomainsTable.SetStarted(s, running));
        Assert.Equal(["running"], await Asked(line, "domains", "shutdown", "--all"));
        Assert.Equal(["off"], await Asked(line, "domains", "start", "--all"));
        Assert.Equal("none", (await Refused(line, "domains", "shutdown", "--state", "paused")).GetProperty("code").GetString());
    }

    [Fact]
    public async Task MachinesArePickedByBaseOwnerAndHost()
    {
        var line = await CommandLine.New();
        var linux = await NodesAndDomainsTests.Machine(line, "linux", isBase: true);
        var bea = await line.Db.Transaction(s => UsersTable.Insert(s, "bea", "Bea", null, isAdmin: false, mustChangePassword: false));
        foreach (var (name, owner) in new[] { ("of-ada", 1L), ("of-bea", bea) })
        {
            var clone = DomainsTable.New(name, owner, nodeId: 1, memoryKib: 1024, vcpus: 1) with { State = DomainState.Shutdown, BaseId = linux };
            await line.Db.Transaction(s => DomainsTable.Insert(s, clone));
        }

        Assert.Equal(["of-ada", "of-bea"], await Asked(line, "domains", "start", "--base", "linux"));
        Assert.Equal(["of-bea"], await Asked(line, "domains", "refresh", "--owned-by", "bea"));
        Assert.Equal(["linux", "of-ada", "of-bea"], await Asked(line, "domains", "refresh", "--on-node", "here"));
        Assert.Equal("unknown_node", (await Refused(line, "domains", "refresh", "--on-node", "there")).GetProperty("code").GetString());
        Assert.Equal(["of-bea"], (await line.Run("domains", "list", "--owned-by", "bea", "--json")).Json.EnumerateArray().Select(d => d.GetProperty("name").GetString()));
    }

    [Theory]
    [InlineData("domains", "start")]
    [InlineData("domains", "start", "linux", "--all")]
    [InlineData("domains", "remove", "--all")]
    [InlineData("domains", "remove")]
    public async Task WhichMachinesHasToBeClear(params string[] args)
    {
        var line = await CommandLine.New();
        await NodesAndDomainsTests.Machine(line, "linux", isBase: false);
        Assert.Equal(ExitCode.Usage, (await line.Run(args)).Code);
    }

    [Fact]
    public async Task ArgumentsOfTheCatalogueAreArgumentsAndOptions()
    {
        var line = await CommandLine.New();
        await NodesAndDomainsTests.Machine(line, "linux", isBase: true);
        var import = (await line.Run("domains", "import", "a.qcow2", "new", "--memory-mib", "256", "--alias", "Neu", "--json")).Json.GetProperty("args");
        Assert.Equal(("a.qcow2", "new", 256, "Neu"),
            (import.GetProperty("file").GetString(), import.GetProperty("name").GetString(), import.GetProperty("memory_mib").GetInt32(), import.GetProperty("alias").GetString()));
        var clone = (await line.Run("domains", "clone", "linux", "--owner", "ada", "--json")).Json.GetProperty("args");
        Assert.Equal((await line.Db.Read(s => UsersTable.Find(s, "ada")))!.Id, clone.GetProperty("owner").GetInt64());
        await NodesAndDomainsTests.Machine(line, "plain", isBase: false);
        Assert.True((await line.Run("bases", "prepare", "plain", "--publish", "--json")).Json[0].GetProperty("args").GetProperty("publish").GetBoolean());
        Assert.Equal("remove_base", (await line.Run("bases", "unprepare", "linux", "--json")).Json[0].GetProperty("command").GetString());
        Assert.Contains("'memory_mib' has to be a whole number", (await line.Run("domains", "import", "a", "b", "--memory-mib", "much")).Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ARequestForLaterWaitsForItsTimeByTheDatabasesClock()
    {
        var line = await CommandLine.New();
        await NodesAndDomainsTests.Machine(line, "linux", isBase: false);
        var now = await line.Db.Read(s => s.First<DateTimeOffset>("SELECT UTC_TIMESTAMP(6)"));
        var request = (await line.Run("domains", "start", "linux", "--at", "+2h", "--json")).Json[0];
        Assert.Equal("waiting", request.GetProperty("state").GetString());
        Assert.InRange(request.GetProperty("at").GetDateTimeOffset(), now.AddHours(2), now.AddHours(2).AddMinutes(1));
        Assert.Equal(ExitCode.Usage, (await line.Run("domains", "start", "linux", "--at", "soon")).Code);
    }

    [Theory]
    [InlineData("+90s", "2026-11-21T12:01:30Z")]
    [InlineData("+30m", "2026-11-21T12:30:00Z")]
    [InlineData("+1d", "2026-11-22T12:00:00Z")]
    [InlineData("2026-12-24T18:00Z", "2026-12-24T18:00:00Z")]
    [InlineData("2026-12-24T18:00:30+01:00", "2026-12-24T17:00:30Z")]
    [InlineData("2026-12-24T18:00", "2026-12-24T18:00:00Z")]
    [InlineData("+", null)]
    [InlineData("+5", null)]
    [InlineData("+-5m", null)]
    [InlineData("+999999999d", null)]
    [InlineData("24.12.2026", null)]
    public void TimesAreReadAsPeopleWriteThem(string text, string? expected) =>
        Assert.Equal(expected is null ? null : DateTimeOffset.Parse(expected, null), Instant.Read(text, DateTimeOffset.Parse("2026-11-21T12:00:00Z", null)));

    [Fact]
    public async Task AVerbThatComesHoweverAnotherEndsSaysSo()
    {
        var line = await CommandLine.New();
        await NodesAndDomainsTests.Machine(line, "linux", isBase: false);
        var first = (await line.Run("domains", "start", "linux")).Done().Trim();
        var request = (await line.Run("domains", "shutdown", "linux", "--after-any", first, "--json")).Json[0];
        Assert.False((await line.Db.Read(s => RequestsTable.Get(s, request.GetProperty("id").GetInt64())))!.AfterOk);
        Assert.Equal(ExitCode.Usage, (await line.Run("domains", "reboot", "linux", "--after", first, "--after-any", first)).Code);
    }

    [Fact]
    public async Task AVerbHasThePriorityThatIsWantedAndIsAskedForAnewByForce()
    {
        var line = await CommandLine.New();
        await NodesAndDomainsTests.Machine(line, "linux", isBase: false);
        var first = (await line.Run("domains", "start", "linux", "--json")).Json[0];
        var urgent = (await line.Run("domains", "start", "linux", "--force", "--priority", "1", "--json")).Json[0];
        Assert.NotEqual(first.GetProperty("id").GetInt64(), urgent.GetProperty("id").GetInt64());
        Assert.Equal((100, 1), (first.GetProperty("priority").GetInt32(), urgent.GetProperty("priority").GetInt32()));
        Assert.Equal("bad_arguments", (await Refused(line, "domains", "reboot", "linux", "--priority", "1001")).GetProperty("code").GetString());
    }

    [Fact]
    public async Task ARequestFollowsAnother()
    {
        var line = await CommandLine.New();
        await NodesAndDomainsTests.Machine(line, "linux", isBase: false);
        var first = (await line.Run("domains", "start", "linux")).Done().Trim();
        var second = (await line.Run("domains", "shutdown", "linux", "--after", first, "--json")).Json[0];
        Assert.Equal(("waiting", long.Parse(first, null)), (second.GetProperty("state").GetString(), second.GetProperty("after_id").GetInt64()));
        Assert.Equal("unknown_request", (await Refused(line, "domains", "reboot", "linux", "--after", "999")).GetProperty("code").GetString());
    }

    [Fact]
    public async Task OneActsInTheNameOfTheAdministratorCalledLikeOneself()
    {
        var line = await CommandLine.New();
        await line.Db.Transaction(s => UsersTable.Insert(s, "bea", "Bea", null, isAdmin: true, mustChangePassword: false));
        await line.Db.Transaction(s => UsersTable.Insert(s, "student", "Student", null, isAdmin: false, mustChangePassword: false));
        Assert.Equal("ada", await Asker());
        Assert.Equal("bea", await Asker(user: "bea"));
        Assert.Equal("ada", await Asker(user: "student"));
        Assert.Equal("bea", await Asker(user: "root", sudo: "bea"));
        Assert.Equal("student", await Asker(user: "bea", named: "student"));

        async Task<string?> Asker(string? user = null, string? sudo = null, string? named = null) =>
            (await line.With("USER", user).With("SUDO_USER", sudo).Run(["requests", "ask", "ping", "--json", .. named is null ? (string[])[] : ["--as", named]]))
                .Json.GetProperty("user").GetProperty("name").GetString();
    }

    private static async Task<IEnumerable<string?>> Asked(CommandLine line, params string[] args)
    {
        var outcome = await line.Run([.. args, "--json"]);
        outcome.Done();
        return outcome.Json.EnumerateArray().Select(r => r.GetProperty("domain_name").GetString()).Order();
    }

    private static async Task<JsonElement> Refused(CommandLine line, params string[] args)
    {
        var outcome = await line.Run([.. args, "--json"]);
        Assert.Equal((ExitCode.Refused, ""), (outcome.Code, outcome.Out));
        return JsonDocument.Parse(outcome.Error).RootElement.GetProperty("error");
    }
}
