using Broker.Core.Domains;
using Broker.Core.Users;

namespace Broker.Cli.Tests;

/// <summary><c>broker domains share</c> and <c>unshare</c>.</summary>
public class SharesTests
{
    [Fact]
    public async Task ADesktopIsSharedAndSharedNoMore()
    {
        var line = await CommandLine.New();
        var (id, bea) = (await NodesAndDomainsTests.Machine(line, "linux", isBase: false), await User(line, "bea"));
        await User(line, "carl");

        (await line.Run("domains", "share", "linux", "carl")).Done();
        var shared = (await line.Run("domains", "share", "linux", "bea", "--json")).Json;
        Assert.Equal(["bea", "carl"], shared.GetProperty("shared_with").EnumerateArray().Select(u => u.GetString()));
        Assert.Contains("bea, carl", (await line.Run("domains", "show", "linux")).Done(), StringComparison.Ordinal);

        Assert.Equal("linux is not shared with carl any more.", (await line.Run("domains", "unshare", "linux", "carl")).Done().Trim());
        Assert.Equal([bea], (await line.Db.Read(s => DomainsTable.Get(s, id)))!.SharedWith);
        Assert.Equal(["share", "share", "unshare"], await line.Db.Read(s => s.Query<string>("SELECT action FROM audit WHERE subject = 'linux' ORDER BY id")));
    }

    [Fact]
    public async Task WhatCannotBeSharedSaysWhatToDo()
    {
        var line = await CommandLine.New();
        await NodesAndDomainsTests.Machine(line, "linux", isBase: true);
        await NodesAndDomainsTests.Machine(line, "plain", isBase: false);
        await User(line, "bea");
        await Refused("publish it", "linux", "bea");
        await Refused("ada's own", "plain", "ada");
        await Refused("broker users list", "plain", "nobody");
        await Refused("belongs to somebody else", "plain", "bea", "--as", "bea");

        async Task Refused(string why, params string[] arguments)
        {
            var outcome = await line.Run(["domains", "share", .. arguments]);
            Assert.Equal(ExitCode.Refused, outcome.Code);
            Assert.Contains(why, outcome.Error, StringComparison.Ordinal);
        }
    }

    private static Task<long> User(CommandLine line, string name) =>
        line.Db.Transaction(s => UsersTable.Insert(s, name, name, null, isAdmin: false, mustChangePassword: false));
}
