using Broker.Core.Access;
using Broker.Core.Domains;

namespace Broker.Core.Tests.Access;

public class MayTests
{
    private const long Me = 1;
    private const long Other = 2;
    private const long Third = 3;

    /// <summary>How a machine stands to the caller.</summary>
    public enum Machine
    {
        Mine,
        MyCloneOfOthersBase,
        OthersCloneOfMyBase,
        OthersCloneOfOthersBase,
        Others,
        OthersBase,
        OthersPublicBase,
        SharedWithMe,
    }

    public static TheoryData<Grant, Reach> Defaults => new()
    {
        { Grant.Ping, Reach.All },
        { Grant.Clone, Reach.Own },
        { Grant.View, Reach.Own },
        { Grant.Start, Reach.Own },
        { Grant.Shutdown, Reach.Own },
        { Grant.Reboot, Reach.Own },
        { Grant.Hibernate, Reach.Own },
        { Grant.Screenshot, Reach.Own },
        { Grant.Remove, Reach.Own },
        { Grant.ChangeSettings, Reach.Own },
        { Grant.ChangeHardware, Reach.None },
        { Grant.Rename, Reach.None },
        { Grant.ChangeOwner, Reach.None },
        { Grant.Share, Reach.Own },
        { Grant.CreateBase, Reach.None },
        { Grant.CreateMachine, Reach.None },
        { Grant.CreateDisk, Reach.None },
        { Grant.ManageUsers, Reach.None },
        { Grant.StartMany, Reach.None },
        { Grant.Operate, Reach.None },
        { Grant.ViewGroups, Reach.None },
        { Grant.ManageGroups, Reach.None },
        { Grant.Grant, Reach.None },
        { Grant.Book, Reach.None },
        { Grant.ReadAudit, Reach.None },
    };

    public static TheoryData<Grant> Grants => [.. Enum.GetValues<Grant>()];

    [Fact]
    public void TheTableHoldsEveryGrant() => Assert.Equal(Enum.GetValues<Grant>(), Defaults.Select(row => (Grant)row[0]));

    [Theory]
    [MemberData(nameof(Defaults))]
    public void WhatEverybodyHas(Grant grant, Reach reach)
    {
        Assert.Equal(new Holding(reach, "everybody"), Holdings.Resolve([], [])[grant]);
        Assert.Equal(reach, Nobody().Reach(grant));
    }

    // What is covered by each reach, written out once more by hand: the judge has no table of its own to compare with.
    [Theory]
    [MemberData(nameof(Grants))]
    public void AGrantCoversMachinesAsFarAsItReaches(Grant grant)
    {
        foreach (var reach in Enum.GetValues<Reach>())
        {
            Machine[] covered = reach switch
            {
                Reach.None => [],
                Reach.Own => [Machine.Mine, Machine.MyCloneOfOthersBase],
                Reach.Clones => [Machine.Mine, Machine.MyCloneOfOthersBase, Machine.OthersCloneOfMyBase],
                Reach.AllClones => [Machine.Mine, Machine.MyCloneOfOthersBase, Machine.OthersCloneOfMyBase, Machine.OthersCloneOfOthersBase],
                Reach.All => Enum.GetValues<Machine>(),
            };
            if (reach is not Reach.None)
            {
                if (grant is Grant.Clone or Grant.View) covered = [.. covered, Machine.OthersPublicBase];
                if (grant is Grant.View or Grant.Start or Grant.Shutdown or Grant.Reboot or Grant.Hibernate or Grant.Screenshot) covered = [.. covered, Machine.SharedWithMe];
            }

            var caller = With(grant, reach);
            Assert.Equal(covered.Distinct().Order(), Enum.GetValues<Machine>().Where(m => May.Do(caller, grant, Row(m)).IsAllowed));
            Assert.Equal(reach is not Reach.None, May.Do(caller, grant, null).IsAllowed);
        }
    }

    [Theory]
    [MemberData(nameof(Grants))]
    public void AnAdministratorMayDoEverything(Grant grant)
    {
        var admin = With(grant, Reach.None) with { IsAdmin = true };
        Assert.Equal(Reach.All, admin.Reach(grant));
        Assert.True(May.Do(admin, grant, null).IsAllowed);
        Assert.All(Enum.GetValues<Machine>(), m => Assert.True(May.Do(admin, grant, Row(m)).IsAllowed));
    }

    [Theory]
    [MemberData(nameof(Grants))]
    public void WhoeverHasNoGrantsAtAllMayDoNothing(Grant grant)
    {
        var nobody = Nobody() with { Grants = new Dictionary<Grant, Holding>() };
        Assert.False(May.Do(nobody, grant, null).IsAllowed);
        Assert.All(Enum.GetValues<Machine>(), m => Assert.False(May.Do(nobody, grant, Row(m)).IsAllowed));
    }

    [Theory]
    [MemberData(nameof(Grants))]
    public void EveryAnswerExplainsItselfInASentence(Grant grant)
    {
        foreach (var caller in (Caller[])[Nobody(), Nobody() with { IsAdmin = true }, .. Enum.GetValues<Reach>().Select(r => With(grant, r))])
            foreach (var domain in (DomainRow?[])[null, .. Enum.GetValues<Machine>().Select(Row)])
                Assert.Matches(@"^[A-Za-z].{10,}\.$", May.Do(caller, grant, domain).Reason);
    }

    [Fact]
    public void PublishedCountsOnlyForBases() => Assert.False(May.Do(Nobody(), Grant.View, Row(Machine.Others) with { IsPublic = true }).IsAllowed);

    [Theory]
    [MemberData(nameof(Grants))]
    public void ASharedUserCanStartAndShutNotRemove(Grant grant)
    {
        var machine = Row(Machine.SharedWithMe);
        var isUse = grant is Grant.View or Grant.Start or Grant.Shutdown or Grant.Reboot or Grant.Hibernate or Grant.Screenshot;
        foreach (var reach in (Reach[])[Reach.Own, Reach.Clones, Reach.AllClones]) Assert.Equal(isUse, May.Do(With(grant, reach), grant, machine).IsAllowed);
        Assert.False(May.Do(With(grant, Reach.None), grant, machine).IsAllowed);
        // shared no more, or a base by now: it is for its owner again
        Assert.False(May.Do(With(grant, Reach.Own), grant, machine with { SharedWith = [Third] }).IsAllowed);
        Assert.False(May.Do(With(grant, Reach.Own), grant, machine with { IsBase = true }).IsAllowed);
    }

    [Fact]
    public void WhoSeesAndStartsEverythingDoesNotShutPrepareRemoveOrHibernateIt()
    {
        var caller = Nobody() with { Grants = Holdings.Resolve([new(Grant.View, Reach.All), new(Grant.Start, Reach.All), new(Grant.CreateBase, Reach.Own)], []) };
        Assert.All(Enum.GetValues<Machine>(), m =>
        {
            var isMine = m is Machine.Mine or Machine.MyCloneOfOthersBase;
            Assert.Equal((true, true), (May.Do(caller, Grant.View, Row(m)).IsAllowed, May.Do(caller, Grant.Start, Row(m)).IsAllowed));
            Assert.Equal(isMine || m is Machine.SharedWithMe, May.Do(caller, Grant.Shutdown, Row(m)).IsAllowed);
            Assert.Equal(isMine || m is Machine.SharedWithMe, May.Do(caller, Grant.Hibernate, Row(m)).IsAllowed);
            Assert.Equal(isMine, May.Do(caller, Grant.CreateBase, Row(m)).IsAllowed);
            Assert.Equal(isMine, May.Do(caller, Grant.Remove, Row(m)).IsAllowed);
        });
    }

    [Fact]
    public void WhoMayMakeDesktopsOfABaseSeesIt()
    {
        var caller = With(Grant.Clone, Reach.All);
        Assert.Equal([Machine.Mine, Machine.MyCloneOfOthersBase, Machine.OthersBase, Machine.OthersPublicBase, Machine.SharedWithMe], Enum.GetValues<Machine>().Where(m => May.Do(caller, Grant.View, Row(m)).IsAllowed));
        Assert.False(May.Do(caller with { Grants = Holdings.Resolve([new(Grant.Clone, Reach.All), new(Grant.View, Reach.None)], []) }, Grant.View, Row(Machine.OthersPublicBase)).IsAllowed);
    }

    private static Caller Nobody() => new(Me, "me", IsAdmin: false, Address: null, Holdings.Everybodys);

    private static Caller With(Grant grant, Reach reach) => Nobody() with { Grants = Holdings.Resolve([new(grant, reach)], []) };

    private static DomainRow Row(Machine machine)
    {
        var row = new DomainRow { Id = Guid.NewGuid(), Name = "linux", OwnerId = Other, NodeId = 1, State = DomainState.Shutdown, MemoryKib = 1, Vcpus = 1, Mac = "" };
        return machine switch
        {
            Machine.Mine => row with { OwnerId = Me },
            Machine.MyCloneOfOthersBase => row with { OwnerId = Me, BaseId = Guid.NewGuid(), BaseOwnerId = Other },
            Machine.OthersCloneOfMyBase => row with { BaseId = Guid.NewGuid(), BaseOwnerId = Me },
            Machine.OthersCloneOfOthersBase => row with { BaseId = Guid.NewGuid(), BaseOwnerId = Third },
            Machine.Others => row,
            Machine.OthersBase => row with { IsBase = true },
            Machine.OthersPublicBase => row with { IsBase = true, IsPublic = true },
            Machine.SharedWithMe => row with { SharedWith = [Me] },
        };
    }
}
