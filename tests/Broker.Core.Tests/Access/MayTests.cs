using Broker.Core.Access;
using Broker.Core.Domains;

namespace Broker.Core.Tests.Access;

public class MayTests
{
    private const long Me = 1;
    private const long Other = 2;

    public static TheoryData<Grant, bool, bool, bool, bool, bool> Table => new()
    {
        // grant                    in general  mine   other's  other's base  other's public base
        { Grant.Ping,               true,  true,  false, false, false },
        { Grant.Clone,              true,  true,  false, false, true },
        { Grant.View,               true,  true,  false, false, true },
        { Grant.Start,              true,  true,  false, false, false },
        { Grant.Shutdown,           true,  true,  false, false, false },
        { Grant.Reboot,             true,  true,  false, false, false },
        { Grant.Hibernate,          true,  true,  false, false, false },
        { Grant.Screenshot,         true,  true,  false, false, false },
        { Grant.Remove,             true,  true,  false, false, false },
        { Grant.ChangeSettings,     true,  true,  false, false, false },
        { Grant.ChangeHardware,     false, false, false, false, false },
        { Grant.Rename,             false, false, false, false, false },
        { Grant.ChangeOwner,        false, false, false, false, false },
        { Grant.Share,              true,  true,  false, false, false },
        { Grant.CreateBase,         false, false, false, false, false },
        { Grant.CreateMachine,      false, false, false, false, false },
        { Grant.ManageUsers,        false, false, false, false, false },
        { Grant.StartMany,          false, false, false, false, false },
        { Grant.Operate,            false, false, false, false, false },
    };

    public static TheoryData<Grant> Grants => [.. Enum.GetValues<Grant>()];

    [Fact]
    public void TheTableHoldsEveryGrant() => Assert.Equal(Enum.GetValues<Grant>(), Table.Select(row => (Grant)row[0]));

    [Theory]
    [MemberData(nameof(Table))]
    public void SomebodyWithoutGrantsOfHisOwn(Grant grant, bool inGeneral, bool mine, bool others, bool othersBase, bool othersPublicBase) =>
        Assert.Equal((inGeneral, mine, others, othersBase, othersPublicBase), Answers(Caller(), grant));

    [Theory]
    [MemberData(nameof(Grants))]
    public void AnAdministratorMayDoEverything(Grant grant) =>
        Assert.Equal((true, true, true, true, true), Answers(Caller() with { IsAdmin = true, Grants = new Dictionary<Grant, bool> { [grant] = false } }, grant));

    [Theory]
    [MemberData(nameof(Grants))]
    public void WhatWasTakenAwayIsForbiddenEverywhere(Grant grant) =>
        Assert.Equal((false, false, false, false, false), Answers(Caller(grant, false), grant));

    [Theory]
    [MemberData(nameof(Grants))]
    public void WhatWasGrantedIsAllowedOnOnesOwnOnly(Grant grant) =>
        Assert.Equal((true, true, false, false, grant is Grant.Clone or Grant.View), Answers(Caller(grant, true), grant));

    [Theory]
    [MemberData(nameof(Grants))]
    public void EveryAnswerExplainsItselfInASentence(Grant grant)
    {
        foreach (var caller in (Caller[])[Caller(), Caller() with { IsAdmin = true }, Caller(grant, true), Caller(grant, false)])
            foreach (var domain in (DomainRow?[])[null, Machine(Me), Machine(Other), Machine(Other) with { SharedWith = [Me] }, Machine(Other, isBase: true), Machine(Other, isBase: true, isPublic: true)])
                Assert.Matches(@"^[A-Za-z].{10,}\.$", May.Do(caller, grant, domain).Reason);
    }

    [Fact]
    public void PublishedCountsOnlyForBases() => Assert.False(May.Do(Caller(), Grant.View, Machine(Other, isPublic: true)).IsAllowed);

    [Theory]
    [MemberData(nameof(Grants))]
    public void WhatIsSharedMayBeUsedByThoseItIsSharedWithButNotRemovedChangedOrSharedOn(Grant grant)
    {
        var machine = Machine(Other) with { SharedWith = [Me] };
        var isUse = grant is Grant.View or Grant.Start or Grant.Shutdown or Grant.Reboot or Grant.Hibernate or Grant.Screenshot;
        Assert.Equal(isUse, May.Do(Caller(), grant, machine).IsAllowed);
        Assert.Equal(isUse, May.Do(Caller(grant, true), grant, machine).IsAllowed);
        Assert.False(May.Do(Caller(grant, false), grant, machine).IsAllowed);
        // what became a base is for its owner again
        Assert.False(May.Do(Caller(), grant, machine with { IsBase = true }).IsAllowed);
        Assert.False(May.Do(Caller(), grant, machine with { SharedWith = [Other + 1] }).IsAllowed);
    }

    private static (bool, bool, bool, bool, bool) Answers(Caller caller, Grant grant) => (
        May.Do(caller, grant, null).IsAllowed,
        May.Do(caller, grant, Machine(Me)).IsAllowed,
        May.Do(caller, grant, Machine(Other)).IsAllowed,
        May.Do(caller, grant, Machine(Other, isBase: true)).IsAllowed,
        May.Do(caller, grant, Machine(Other, isBase: true, isPublic: true)).IsAllowed);

    private static Caller Caller() => new(Me, "me", IsAdmin: false, Address: null, new Dictionary<Grant, bool>());

    private static Caller Caller(Grant grant, bool allowed) => Caller() with { Grants = new Dictionary<Grant, bool> { [grant] = allowed } };

    private static DomainRow Machine(long owner, bool isBase = false, bool isPublic = false) =>
        new() { Id = Guid.NewGuid(), Name = "linux", OwnerId = owner, NodeId = 1, State = DomainState.Shutdown, MemoryKib = 1, Vcpus = 1, Mac = "", IsBase = isBase, IsPublic = isPublic };
}
