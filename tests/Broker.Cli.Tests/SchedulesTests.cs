namespace Broker.Cli.Tests;

public class SchedulesTests
{
    [Fact]
    public async Task AScheduleIsAddedChangedRunAndRemoved()
    {
        var line = await CommandLine.New();
        var id = await NodesAndDomainsTests.Machine(line, "left", isBase: false);
        await line.Db.Transaction(s => s.Execute("UPDATE domains SET state = 'active', client_status = 'disconnected', client_since = UTC_TIMESTAMP(6) WHERE id = @id", new { id }));
        (await line.Run("schedules", "add", "night", "--command", "hibernate_domain", "--machines", "disconnected", "--cron", "0 23 * * *", "--time-zone", "UTC")).Done();
        (await line.Run("schedules", "set", "night", "--cron", "0 22 * * mon-fri", "--most", "5")).Done();
        (await line.Run("schedules", "disable", "night")).Done();
        var show = (await line.Run("schedules", "show", "night")).Done();
        Assert.Contains("at 22:00 on Monday, Tuesday", show, StringComparison.Ordinal);
        Assert.Contains("(disconnected, at most 5)", show, StringComparison.Ordinal);
        Assert.Equal(1, (await line.Run("schedules", "run", "night", "--json")).Json.GetProperty("runs")[0].GetProperty("requested").GetInt32());
        Assert.Contains("switched off", (await line.Run("schedules", "list")).Done(), StringComparison.Ordinal);
        (await line.Run("schedules", "remove", "night")).Done();
        Assert.Equal(ExitCode.Refused, (await line.Run("schedules", "show", "night")).Code);
    }

    [Fact]
    public async Task WhatCantBeReadIsRefusedInWords() =>
        Assert.Contains("five", (await (await CommandLine.New()).Run("schedules", "add", "night", "--command", "forget", "--cron", "soon")).Error, StringComparison.Ordinal);

    [Fact]
    public async Task TheRoundsAtNightTakeWhatIsMeantAndNothingElse()
    {
        var line = await CommandLine.New();
        foreach (var (name, state, client) in ((string, string, string?)[])[("left", "active", "disconnected"), ("used", "active", "connected"), ("saved", "hibernated", null)])
        {
            var id = await NodesAndDomainsTests.Machine(line, name, isBase: false);
            await line.Db.Transaction(s => s.Execute("UPDATE domains SET state = @state, client_status = @client, client_since = UTC_TIMESTAMP(6) WHERE id = @id", new { id, state, client }));
        }

        (await line.Run("hibernate", "--disconnected")).Done();
        (await line.Run("shutdown", "--hibernated")).Done();
        Assert.Equal(["hibernate_domain left", "start_domain saved", "shutdown_domain saved"],
            await line.Db.Read(s => s.Query<string>("SELECT CONCAT(command, ' ', domain_name) FROM requests ORDER BY id")));
        Assert.Equal(ExitCode.Usage, (await line.Run("shutdown")).Code);
        Assert.Equal(ExitCode.Usage, (await line.Run("shutdown", "--all", "--active")).Code);
    }
}
