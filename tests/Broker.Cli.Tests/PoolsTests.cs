using Broker.Core.Domains;

namespace Broker.Cli.Tests;

/// <summary><c>broker bases pool</c> and <c>pools</c>.</summary>
public class PoolsTests
{
    [Fact]
    public async Task ABaseKeepsClonesReadyUntilItsPoolIsGivenUp()
    {
        var line = await CommandLine.New();
        var id = await NodesAndDomainsTests.Machine(line, "linux", isBase: true);

        Assert.Equal("linux keeps 5 clones ready, 2 of them running.", (await line.Run("bases", "pool", "linux", "--clones", "5", "--start", "2")).Done().Trim());
        var pool = Assert.Single((await line.Run("bases", "pools", "--json")).Json.EnumerateArray());
        Assert.Equal(("linux", 5, 2, 0), (pool.GetProperty("name").GetString(), pool.GetProperty("clones").GetInt32(), pool.GetProperty("start").GetInt32(), pool.GetProperty("members").GetInt32()));
        Assert.Equal("fill_pool", await line.Db.Read(s => s.First<string>("SELECT command FROM requests WHERE domain_id = @id", new { id })));

        (await line.Run("bases", "pool", "linux", "--clones", "0")).Done();
        Assert.Empty((await line.Run("bases", "pools", "--json")).Json.EnumerateArray());
        Assert.Equal((0, 0), await line.Db.Read(async s => (await DomainsTable.Get(s, id)) is { } row ? (row.PoolClones, row.PoolStart) : default));
    }

    [Theory]
    [InlineData("linux", "2", "3")]
    [InlineData("linux", "-1", "0")]
    [InlineData("plain", "2", "1")]
    public async Task ASizeThatCannotBeAndAMachineThatIsNoBaseAreRefused(string name, string clones, string start)
    {
        var line = await CommandLine.New();
        await NodesAndDomainsTests.Machine(line, "linux", isBase: true);
        await NodesAndDomainsTests.Machine(line, "plain", isBase: false);
        Assert.Equal(ExitCode.Refused, (await line.Run("bases", "pool", name, $"--clones={clones}", $"--start={start}")).Code);
        Assert.Empty((await line.Run("bases", "pools", "--json")).Json.EnumerateArray());
    }
}
