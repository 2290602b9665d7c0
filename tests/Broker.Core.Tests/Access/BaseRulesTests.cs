using Broker.Core.Access;
using Broker.Core.Domains;
using Broker.Core.Requests;
using Broker.Core.Requests.Domains;
using Broker.Core.Users;

namespace Broker.Core.Tests.Access;

/// <summary>Access rules in the rows of bases and their clones.</summary>
public class BaseRulesTests
{
    private static readonly AccessRule Nobody = new(RuleKind.Everybody, false);

    [Fact]
    public async Task WhoeverReadsABaseOrACloneOfItHasItsRules()
    {
        var (world, origin, clone, _) = await Prepare();
        Assert.Null((await world.Domain(clone))!.Access);
        var rules = await Change(world, origin, new AccessRules([Nobody], []));
        Assert.Equal(rules, (await world.Domain(origin))!.Access);
        Assert.Equal(rules, (await world.Domain(clone))!.Access);
        Assert.Equal(rules, (await world.Db.Transaction(s => DomainsTable.Lock(s, clone)))!.Access);

        // one that was made a base of it has its own
        await world.Db.Transaction(s => DomainsTable.SetBase(s, clone, true, isPublic: true));
        Assert.Null((await world.Domain(clone))!.Access);
        // a machine that is no base for a while has none, and keeps them for when it is one again
        await world.Db.Transaction(s => DomainsTable.SetBase(s, origin, false, false));
        Assert.Null((await world.Domain(origin))!.Access);
        await world.Db.Transaction(s => DomainsTable.SetBase(s, origin, true, isPublic: true));
        Assert.Equal(rules, (await world.Domain(origin))!.Access);

        await Change(world, origin, AccessRules.None);
        Assert.Equal(0, await world.Count("SELECT COUNT(*) FROM domains WHERE access IS NOT NULL"));
    }

    [Fact]
    public async Task AClonesRowIsLockedWithoutItsBases()
    {
        var (world, origin, clone, _) = await Prepare();
        await Change(world, origin, new AccessRules([Nobody], []));
        await world.Db.Transaction(async held =>
        {
            await DomainsTable.Lock(held, origin);
            // would wait for this transaction, and so for ever
            Assert.NotNull((await world.Db.Transaction(s => DomainsTable.Lock(s, clone)))!.Access);
        });
    }

    [Fact]
    public async Task RulesAreAskedWhenARequestIsWritten()
    {
        var (world, origin, clone, student) = await Prepare();
        await Change(world, origin, new AccessRules([Nobody], []));
        Assert.Equal("unknown_domain", (await world.Refused(new Clone(origin), student)).Code);
        Assert.Equal("not_allowed", (await world.Refused(new StartDomain(clone), student)).Code);
        Assert.Equal("not_allowed", (await world.Refused(new CopyDomain(clone), student)).Code);
        await world.Add(new ShutdownDomain(clone), student);
        await Change(world, origin, new AccessRules([new(RuleKind.User, true) { Id = student.UserId }, Nobody], []));
        await world.Add(new StartDomain(clone), student);
    }

    [Fact]
    public async Task WhatTheProgramSaidIsWrittenWithTheRequestAndOnlyWithOneOfAProgram()
    {
        var (world, origin, _, student) = await Prepare();
        await world.Add(new Clone(origin, "one"), student with { Client = ClientFacts.Of(name => name == ClientFacts.AcceptLanguage ? "ca;q=0.5, en" : null) });
        await world.Add(new Clone(origin, "two"), student);
        var claimed = await world.Claim();
        Assert.Equal(["ca", "en"], ClientFacts.Read(claimed[0].Client)!.Headers[ClientFacts.AcceptLanguage]);
        Assert.Null(ClientFacts.Read(claimed[1].Client));
    }

    [Fact]
    public async Task OnlyWhoMayPublishABaseChangesItsRulesAndOnlyThoseOfABase()
    {
        var (world, origin, clone, student) = await Prepare();
        Assert.Equal("not_allowed", (await Refused(world, student, origin, AccessRules.None)).Code);
        Assert.Equal("not_a_base", (await Refused(world, world.Admin, clone, AccessRules.None)).Code);
        Assert.Equal("changed_meanwhile", (await Refused(world, world.Admin, origin, AccessRules.None, "0")).Code);
        Assert.Equal("There is no group 9. There is no user 8.",
            (await Refused(world, world.Admin, origin, new AccessRules([new(RuleKind.User, true) { Id = 8 }, new(RuleKind.Group, true) { Id = 9 }], []))).Message);
    }

    [Fact]
    public async Task BasesWhoseRulesNameAGroupAreFoundByIt()
    {
        var (world, origin, _, student) = await Prepare();
        var (seven, seventy) = await world.Db.Transaction(async s =>
            (await UserGroupsTable.Insert(s, "Seven", AccountSource.Local, null, null), await UserGroupsTable.Insert(s, "Seventy", AccountSource.Ldap, "cn=seventy", null)));
        await Change(world, origin, new AccessRules([new(RuleKind.Group, true) { Id = seventy }, new(RuleKind.User, true) { Id = student.UserId }], []));
        Assert.Equal(["linux"], await world.Db.Read(s => BaseRules.Naming(s, seventy)));
        Assert.Empty(await world.Db.Read(s => BaseRules.Naming(s, seven)));
        // the key of a person is no group's
        Assert.NotEqual(seventy, student.UserId);
        Assert.Empty(await world.Db.Read(s => BaseRules.Naming(s, student.UserId)));
    }

    [Fact]
    public async Task WhoIsRemovedIsNamedByNoRuleAnyMore()
    {
        var (world, origin, _, student) = await Prepare();
        await Change(world, origin, new AccessRules([new(RuleKind.User, true) { Id = student.UserId }], []));
        await world.Db.Transaction(s => BaseRules.Forget(s, student.UserId));
        // nobody else is let in by that
        Assert.Equal(new AccessRules([Nobody], []), (await world.Domain(origin))!.Access);
        Assert.Equal("unknown_domain", (await world.Refused(new Clone(origin), student)).Code);
    }

    private static async Task<(World World, Guid Origin, Guid Clone, Caller Student)> Prepare()
    {
        var world = await World.New();
        var student = await world.User("bea");
        var origin = await world.Machine("linux", isBase: true, isPublic: true);
        var clone = await world.Machine("linux-bea", student, state: DomainState.Shutdown);
        await world.Db.Transaction(s => DomainsTable.SetBaseId(s, clone.Id, origin.Id));
        return (world, origin.Id, clone.Id, student);
    }

    private static Task<AccessRules> Change(World world, Guid origin, AccessRules rules) =>
        world.Db.Transaction(async s => await BaseRules.Change(s, world.Admin, (await DomainsTable.Lock(s, origin))!, rules, seen: null));

    private static Task<RequestRefusedException> Refused(World world, Caller caller, Guid origin, AccessRules rules, string? seen = null) =>
        Assert.ThrowsAsync<RequestRefusedException>(() => world.Db.Transaction(async s => await BaseRules.Change(s, caller, (await DomainsTable.Lock(s, origin))!, rules, seen)));
}
