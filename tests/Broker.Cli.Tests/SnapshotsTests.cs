using System.Text.Json;
using Broker.Core.Domains;
using Broker.Core.Users;

namespace Broker.Cli.Tests;

/// <summary><c>broker snapshots</c>.</summary>
public class SnapshotsTests
{
    [Fact]
    public async Task SnapshotsAreAskedForListedAndRenamedByTheirNames()
    {
        var line = await CommandLine.New();
        var id = await NodesAndDomainsTests.Machine(line, "linux", isBase: false);
        var taken = (await line.Run("snapshots", "take", "linux", "--name", "before exam", "--description", "clean", "--json")).Json[0];
        Assert.Equal("""{"name":"before exam","description":"clean"}""", Args(taken));
        var snapshot = await line.Db.Transaction(async s =>
        {
            var domain = (await DomainsTable.Get(s, id))!;
            var begun = await SnapshotsTable.Begin(s, domain, "before exam", "clean", (await UsersTable.System(s)).UserId, taken.GetProperty("id").GetInt64());
            await SnapshotsTable.Finish(s, begun, 5 << 20);
            return begun;
        });

        (await line.Run("snapshots", "rename", "linux", "before exam", "試験の前")).Done();

        var listed = (await line.Run("snapshots", "list", "linux")).Done();
        foreach (var part in (string[])["試験の前", "5 MiB", "(broker)", "clean"]) Assert.Contains(part, listed, StringComparison.Ordinal);
        var json = (await line.Run("snapshots", "list", "linux", "--json")).Json;
        Assert.Equal((3, snapshot.Id), (json.GetProperty("limit").GetInt32(), json.GetProperty("snapshots")[0].GetProperty("id").GetGuid()));
        foreach (var verb in (string[])["revert", "remove"])
            Assert.Equal($$"""{"snapshot":"{{snapshot.Id}}"}""", Args((await line.Run("snapshots", verb, "linux", "試験の前", "--json")).Json));
        Assert.Contains("no snapshot gone", (await line.Run("snapshots", "revert", "linux", "gone")).Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task HowManyAMachineMayHaveIsSet()
    {
        var line = await CommandLine.New();
        await NodesAndDomainsTests.Machine(line, "linux", isBase: false);
        Assert.Contains("has at most 5 snapshots", (await line.Run("domains", "set", "linux", "--snapshots", "5")).Done(), StringComparison.Ordinal);
        Assert.Contains("has no snapshots", (await line.Run("domains", "set", "linux", "--snapshots", "0")).Done(), StringComparison.Ordinal);
        Assert.DoesNotContain("snapshots", (await line.Run("domains", "set", "linux", "--snapshots", "usual")).Done(), StringComparison.Ordinal);
        Assert.Equal(ExitCode.Usage, (await line.Run("domains", "set", "linux", "--snapshots", "many")).Code);
    }

    private static string Args(JsonElement request) =>
        JsonSerializer.Serialize(request.GetProperty("args").EnumerateObject().Where(a => a.Name != "domain" && a.Value.ValueKind != JsonValueKind.Null).ToDictionary(a => a.Name, a => a.Value));
}
