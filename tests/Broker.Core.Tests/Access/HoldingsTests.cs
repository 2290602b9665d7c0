using Broker.Core.Access;

namespace Broker.Core.Tests.Access;

public class HoldingsTests
{
    [Fact]
    public void WhatWasSetForSomebodyHimselfCountsBeforeHisGroups()
    {
        Assert.Equal(new Holding(Reach.Own, "granted to you"), Resolve(Reach.Own, ("teachers", Reach.All)));
        Assert.Equal(new Holding(Reach.None, "taken from you"), Resolve(Reach.None, ("teachers", Reach.All)));
    }

    [Fact]
    public void OfSeveralGroupsTheLargestCounts() =>
        Assert.Equal(new Holding(Reach.AllClones, "group teachers"), Resolve(null, ("students", Reach.None), ("teachers", Reach.AllClones), ("staff", Reach.Own)));

    [Fact]
    public void OfGroupsThatReachEquallyFarTheFirstByNameIsNamed() => Assert.Equal(new Holding(Reach.Clones, "group a"), Resolve(null, ("b", Reach.Clones), ("a", Reach.Clones)));

    [Fact]
    public void AGroupMayTakeAwayWhatEverybodyHas() => Assert.Equal(new Holding(Reach.None, "group exam"), Resolve(null, ("exam", Reach.None)));

    [Fact]
    public void WithoutARowItIsWhatEverybodyHas() => Assert.Equal(new Holding(Reach.Own, "everybody"), Resolve(null));

    [Fact]
    public void EachReachIncludesThoseBeforeIt() =>
        Assert.All(Enum.GetValues<Reach>().Zip(Enum.GetValues<Reach>().Skip(1)), pair => Assert.All(
            from owner in (long[])[1, 2] from baseOwner in (long?[])[null, 1, 2] select (owner, baseOwner),
            m => Assert.True(pair.Second.Covers(1, m.owner, m.baseOwner) || !pair.First.Covers(1, m.owner, m.baseOwner))));

    [Fact]
    public void OfWhatIsAboutNoMachineEverybodyHasNothingOrAll() =>
        Assert.All(Enum.GetValues<Grant>().Where(g => !Holdings.IsAboutMachines(g)), g => Assert.True(Holdings.Default(g) is Reach.None or Reach.All));

    private static Holding Resolve(Reach? own, params (string Group, Reach Reach)[] groups) =>
        Holdings.Resolve(own is { } reach ? [new(Grant.View, reach)] : [], groups.Select(g => new GroupGrant(g.Group, Grant.View, g.Reach)))[Grant.View];
}
