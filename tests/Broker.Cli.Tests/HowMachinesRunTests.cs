using Broker.Core.Domains;

namespace Broker.Cli.Tests;

/// <summary><c>broker domains set</c> and <c>broker settings</c>.</summary>
public class HowMachinesRunTests
{
    [Fact]
    public async Task HowLongMachinesRunIsSetInTimesAsPeopleWriteThem()
    {
        var line = await CommandLine.New();
        var id = await NodesAndDomainsTests.Machine(line, "linux", isBase: false);

        var said = (await line.Run("domains", "set", "linux", "--run-timeout", "8h", "--shutdown-timeout", "90s", "--autostart", "yes", "--shutdown-disconnected", "yes", "--disconnect-grace", "30m")).Done();

        Assert.Equal("linux: runs at most 8h, has 90s to shut down, is shut down when nobody is connected for 30m, starts with its host.", said.Trim());
        var row = (await line.Db.Read(s => DomainsTable.Get(s, id)))!;
        Assert.Equal((true, 28_800, 90, true, 1800), (row.Autostart, row.RunTimeoutSeconds, row.ShutdownTimeoutSeconds, row.ShutdownDisconnected, row.DisconnectGraceSeconds));
        Assert.Contains("runs at most 8h", (await line.Run("domains", "show", "linux")).Done(), StringComparison.Ordinal);
        Assert.Equal("set_domain", await line.Db.Read(s => s.First<string>("SELECT action FROM audit WHERE subject = 'linux'")));

        (await line.Run("domains", "set", "--all", "--run-timeout", "none", "--autostart", "no")).Done();
        row = (await line.Db.Read(s => DomainsTable.Get(s, id)))!;
        Assert.Equal((false, null, 90), (row.Autostart, row.RunTimeoutSeconds, row.ShutdownTimeoutSeconds));
    }

    [Theory]
    [InlineData("--run-timeout", "8")]
    [InlineData("--run-timeout", "soon")]
    [InlineData("--autostart", "perhaps")]
    public async Task WhatIsNoTimeOrNoAnswerIsRefused(string option, string value)
    {
        var line = await CommandLine.New();
        await NodesAndDomainsTests.Machine(line, "linux", isBase: false);
        Assert.Equal(ExitCode.Usage, (await line.Run("domains", "set", "linux", option, value)).Code);
    }

    [Fact]
    public async Task ABaseDoesNotStartWithItsHost()
    {
        var line = await CommandLine.New();
        await NodesAndDomainsTests.Machine(line, "linux", isBase: true);
        var refused = await line.Run("domains", "set", "linux", "--autostart", "yes");
        Assert.Equal(ExitCode.Refused, refused.Code);
        Assert.Contains("is a base", refused.Error, StringComparison.Ordinal);
        Assert.Equal(ExitCode.Refused, (await line.Run("domains", "set", "linux")).Code);
    }

    [Fact]
    public async Task SettingsForEverybodyAreListedAndChanged()
    {
        var line = await CommandLine.New();
        Assert.Equal("start_limit is 2 now.", (await line.Run("settings", "set", "start_limit", "2")).Done().Trim());
        var listed = (await line.Run("settings", "list", "--json")).Json.EnumerateArray().Single(s => s.GetProperty("name").GetString() == "start_limit");
        Assert.Equal((2, 1), (listed.GetProperty("value").GetInt32(), listed.GetProperty("usual").GetInt32()));
        Assert.Contains("start_limit", (await line.Run("settings", "list")).Done(), StringComparison.Ordinal);

        Assert.Equal(ExitCode.Usage, (await line.Run("settings", "set", "start_limit", "many")).Code);
        Assert.Equal(ExitCode.Usage, (await line.Run("settings", "set", "no_such_thing", "1")).Code);
    }
}
