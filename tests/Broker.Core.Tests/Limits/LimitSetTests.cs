using Broker.Core.Limits;

namespace Broker.Core.Tests.Limits;

/// <summary>Which of the limits that are said somewhere holds for somebody.</summary>
public class LimitSetTests
{
    private static readonly LimitSet Site = new() { StartLimit = 1, CloneLimit = 0, DiskGib = 20 };

    [Fact]
    public void HisOwnCountsBeforeThatOfHisGroupsAndThatBeforeEverybodys()
    {
        var limits = PersonLimits.Of(false, false, new LimitSet { StartLimit = 2 }, [("Labs", new LimitSet { StartLimit = 9, DiskGib = 5 })], Site);
        Assert.Equal(new Limit(2, "own"), limits.Start);
        Assert.Equal(new Limit(5, "group Labs"), limits.Disk);
        Assert.Equal(new Limit(0, "everybody"), limits.Clones);
        Assert.Equal(new Limit(0, "everybody"), limits.Memory);
    }

    [Theory]
    [InlineData(3, 7, 7, "group B")]
    [InlineData(7, 3, 7, "group A")]
    [InlineData(7, 0, 0, "group B")]        // any number is the largest
    [InlineData(4, 4, 4, "group A")]
    public void OfSeveralGroupsTheLargestCounts(int a, int b, int most, string source) =>
        Assert.Equal(new Limit(most, source), PersonLimits.Of(
            false, false, LimitSet.None, [("A", new LimitSet { CloneLimit = a }), ("B", new LimitSet { CloneLimit = b }), ("C", new LimitSet { StartLimit = 50 })], Site).Clones);

    [Fact]
    public void AdministratorsHaveNoneWhateverIsSaid()
    {
        var limits = PersonLimits.Of(true, true, new LimitSet { StartLimit = 1, CloneLimit = 1, DiskGib = 1, MemoryGib = 1 }, [], Site);
        Assert.All(new[] { limits.Start, limits.Clones, limits.Disk, limits.Memory }, l => Assert.Equal(new Limit(0, "administrator"), l));
    }

    [Fact]
    public void WhoMayStartManyHasNoStartLimitButTheOthers()
    {
        var limits = PersonLimits.Of(false, true, new LimitSet { StartLimit = 1, MemoryGib = 4 }, [], Site);
        Assert.Equal((0, 4, 20), (limits.Start.Most, limits.Memory.Most, limits.Disk.Most));
    }

    [Theory]
    [InlineData(0, 100, 0)]
    [InlineData(2, 2, 0)]
    [InlineData(2, 5, 3)]
    [InlineData(1, 0, 0)]
    public void TheOldestBeyondTheStartLimitAreTooMany(int most, int running, int beyond) => Assert.Equal(beyond, StartLimit.Beyond(running, new Limit(most, "own")));

    [Fact]
    public void WhatCanBeNoLimitIsToldByItsName()
    {
        Assert.Empty(LimitSet.None.Problems());
        Assert.Equal(2, new LimitSet { StartLimit = -1, DiskGib = 5_000_000, MemoryGib = 0 }.Problems().Count());
    }
}
