namespace Broker.Cli.Tests;

/// <summary><c>broker client-networks</c>.</summary>
public class ClientNetworksTests
{
    [Fact]
    public async Task OneIsAddedChangedMovedAskedAboutAndRemoved()
    {
        var line = await CommandLine.New();
        await NodesAndDomainsTests.Machine(line, "linux", isBase: true);
        Assert.Equal("Room 7 is there now.", (await line.Run("client-networks", "add", "Room 7", "--address", "10.1.7.0/24", "--bases", "chosen")).Done().Trim());
        (await line.Run("client-networks", "base", "room 7", "linux", "anonymous")).Done();
        Assert.Contains("chosen; linux anonymous", (await line.Run("client-networks", "list")).Done(), StringComparison.Ordinal);
        var which = (await line.Run("client-networks", "which", "10.1.7.9", "--base", "linux", "--json")).Json;
        Assert.Equal("Room 7", which.GetProperty("network").GetString());
        Assert.True(which.GetProperty("anonymous").GetProperty("is_allowed").GetBoolean());

        (await line.Run("client-networks", "set", "Room 7", "--name", "Room 8", "--address", "10.1.8.0/24", "--address", "2001:db8::/64", "--bases", "all", "--requires-password", "true")).Done();
        (await line.Run("client-networks", "base", "Room 8", "linux", "refused")).Done();
        Assert.Contains("linux can't be used from the network Room 8.", (await line.Run("client-networks", "which", "10.1.8.1", "--base", "linux")).Done(), StringComparison.Ordinal);
        var moved = (await line.Run("client-networks", "move", "Room 8", "3", "--json")).Json;
        Assert.Equal(3, moved.GetProperty("position").GetInt32());
        Assert.True(moved.GetProperty("requires_password").GetBoolean());
        Assert.Contains("Private addresses", (await line.Run("client-networks", "which", "10.1.8.1")).Done(), StringComparison.Ordinal);
        (await line.Run("client-networks", "base", "Room 8", "linux", "usual")).Done();
        (await line.Run("client-networks", "remove", "Room 8")).Done();
        Assert.DoesNotContain("Room", (await line.Run("client-networks", "list")).Done(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task WhatCannotBeSaysWhy()
    {
        var line = await CommandLine.New();
        await NodesAndDomainsTests.Machine(line, "plain", isBase: false);
        await Refused(ExitCode.Refused, "no network such as", "add", "Short", "--address", "10/8");
        await Refused(ExitCode.Refused, "broker client-networks list", "remove", "Nowhere");
        await Refused(ExitCode.Refused, "is not a base", "base", "This machine", "plain", "refused");
        await Refused(ExitCode.Usage, "is no address such as", "which", "everywhere");

        async Task Refused(int code, string why, params string[] arguments)
        {
            var outcome = await line.Run(["client-networks", .. arguments]);
            Assert.Equal(code, outcome.Code);
            Assert.Contains(why, outcome.Error, StringComparison.Ordinal);
        }
    }
}
