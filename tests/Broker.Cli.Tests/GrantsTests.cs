using Broker.Core.Access;
using Broker.Core.Users;

namespace Broker.Cli.Tests;

/// <summary>Groups, and what people and groups may do.</summary>
public class GrantsTests
{
    [Fact]
    public async Task WhatAGroupGivesIsShownWithTheGroupAndWhatIsSetForAPersonCountsBeforeIt()
    {
        var line = await CommandLine.New();
        var bea = await line.Db.Transaction(s => UsersTable.Insert(s, "bea", "Bea", null, isAdmin: false, mustChangePassword: false));
        (await line.Run("groups", "add", "Teachers", "--description", "Who teaches.")).Done();
        (await line.Run("groups", "add-member", "teachers", "bea")).Done();
        (await line.Run("grants", "set", "Teachers", "remove", "clones", "--group")).Done();
        Assert.Contains("bea", (await line.Run("groups", "show", "Teachers")).Done(), StringComparison.Ordinal);
        Assert.Matches(@"remove +clones +group Teachers", (await line.Run("grants", "show", "bea")).Done());

        (await line.Run("grants", "set", "bea", "remove", "own")).Done();
        Assert.Matches(@"remove +own +set for this person", (await line.Run("grants", "show", "bea")).Done());
        Assert.Contains("clones (group Teachers)", (await line.Run("grants", "reset", "bea", "remove")).Done(), StringComparison.Ordinal);
        Assert.Equal(Reach.Clones, (await line.Db.Read(s => UsersTable.Caller(s, bea, null)))!.Reach(Grant.Remove));

        (await line.Run("groups", "remove", "Teachers")).Done();
        Assert.Equal(Reach.Own, (await line.Db.Read(s => UsersTable.Caller(s, bea, null)))!.Reach(Grant.Remove));
    }

    [Fact]
    public async Task NobodyGivesInSomebodysNameWhatThatOneDoesNotHold()
    {
        var line = await CommandLine.New();
        await line.Db.Transaction(s => UsersTable.Insert(s, "bea", "Bea", null, isAdmin: false, mustChangePassword: false));
        var outcome = await line.Run("grants", "set", "bea", "operate", "all", "--as", "bea");
        Assert.Equal(ExitCode.Refused, outcome.Code);
        Assert.Equal(ExitCode.Refused, (await line.Run("groups", "add", "Mine", "--as", "bea")).Code);
        Assert.NotEqual(ExitCode.Done, (await line.Run("grants", "set", "bea", "operate", "own")).Code);
        Assert.NotEqual(ExitCode.Done, (await line.Run("grants", "set", "bea", "fly", "all")).Code);
    }
}
