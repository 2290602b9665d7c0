using Broker.Core.Users;

namespace Broker.Cli.Tests;

public class GroupUploadTests
{
    [Fact]
    public async Task AListIsToldAndThenDoneAndAFlushTakesOutWhomItDoesNotName()
    {
        var line = await CommandLine.New();
        foreach (var name in (string[])["bea", "cai"]) await line.Db.Transaction(s => UsersTable.Insert(s, name, name, null, isAdmin: false, mustChangePassword: false));
        Assert.Matches("2a +would be made +2 +bea, cai", (await line.Run(["groups", "upload", "-", "--dry-run"], "name,group\nbea,2a\ncai,2a\n")).Done());
        Assert.Null(await line.Db.Read(s => UserGroupsTable.Find(s, "2a")));
        (await line.Run(["groups", "upload", "-"], "name,group\nbea,2a\ncai,2a\n")).Done();
        var flushed = await line.Run(["groups", "upload", "-", "--group", "2A", "--flush", "--json"], "cai\n");
        flushed.Done();
        Assert.Equal("bea", flushed.Json.GetProperty("groups")[0].GetProperty("removed")[0].GetString());
        Assert.Matches("2a +removed +0", (await line.Run(["groups", "upload", "-", "--flush", "--remove-empty"], "name,group\n,2a\n")).Done());

        var refused = await line.Run(["groups", "upload", "-"], "name,group\nbea,2b\nnobody,2b\n");
        Assert.Equal(ExitCode.Refused, refused.Code);
        Assert.Contains("There is no user nobody.", refused.Out, StringComparison.Ordinal);
        Assert.Null(await line.Db.Read(s => UserGroupsTable.Find(s, "2b")));
    }
}
