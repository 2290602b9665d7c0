using Broker.Backend.Domains;
using Broker.Backend.VmManagers;
using Broker.Core.Domains;

namespace Broker.Backend.Tests.Domains;

public class ObservedTests
{
    [Theory]
    [InlineData(DomainState.Shutdown, Power.Running, DomainState.Active)]
    [InlineData(DomainState.Active, Power.Off, DomainState.Shutdown)]
    [InlineData(DomainState.Active, Power.Gone, DomainState.Shutdown)]
    [InlineData(DomainState.Active, Power.Paused, DomainState.Paused)]
    [InlineData(DomainState.Active, Power.Saved, DomainState.Hibernated)]
    [InlineData(DomainState.Starting, Power.Off, DomainState.Shutdown)]
    [InlineData(DomainState.Starting, Power.Running, DomainState.Active)]
    [InlineData(DomainState.ShuttingDown, Power.Off, DomainState.Shutdown)]
    [InlineData(DomainState.Down, Power.Running, DomainState.Active)]
    [InlineData(DomainState.Down, Power.Off, DomainState.Shutdown)]
    [InlineData(DomainState.Hibernated, Power.Running, DomainState.Active)]
    public void TheHostIsBelieved(DomainState before, Power power, DomainState after) => Assert.Equal(after, Next(before, power)?.State);

    [Theory]
    [InlineData(DomainState.Active, Power.Running)]
    [InlineData(DomainState.Shutdown, Power.Off)]
    [InlineData(DomainState.ShuttingDown, Power.Running)]
    [InlineData(DomainState.Creating, Power.Off)]
    [InlineData(DomainState.Creating, Power.Gone)]
    [InlineData(DomainState.Removing, Power.Running)]
    [InlineData(DomainState.Broken, Power.Gone)]
    public void WhatIsRightOrInWorkIsLeftAlone(DomainState before, Power power) => Assert.Null(Next(before, power));

    [Fact]
    public void ADomainThatIsOffNeedNotBeKnownToItsHost() => Assert.Null(Next(DomainState.Shutdown, Power.Gone));

    [Theory]
    [InlineData(Power.Off)]
    [InlineData(Power.Gone)]
    public void SavedMemoryThatIsGoneIsMissed(Power power)
    {
        var next = Next(DomainState.Hibernated, power);
        Assert.Equal(DomainState.Shutdown, next?.State);
        Assert.Contains("memory is gone", next?.Detail, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void WhoeverStartsAHibernatedDomainOnItsHostIsToldWhetherItsMemoryCameBack(bool isRestored)
    {
        var row = DomainsTable.New("x", 1, 1, 1024, 1) with { State = DomainState.Hibernated, SavedAt = DateTimeOffset.UnixEpoch };
        var next = Observed.Next(row, new DomainReport(row.Id, row.Name, Power.Running, null, isRestored));
        Assert.Equal((DomainState.Active, isRestored ? null : Observed.MemoryLost), next);
    }

    [Fact]
    public void TheHostsReasonIsKept() => Assert.Equal("crashed", Next(DomainState.Active, Power.Off, "crashed")?.Detail);

    private static (DomainState State, string? Detail)? Next(DomainState before, Power power, string? detail = null)
    {
        var row = DomainsTable.New("x", 1, 1, 1024, 1) with { State = before };
        return Observed.Next(row, power == Power.Gone ? null : new DomainReport(row.Id, row.Name, power, detail));
    }
}
