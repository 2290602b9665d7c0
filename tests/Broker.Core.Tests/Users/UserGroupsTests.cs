using Broker.Core.Access;
using Broker.Core.Database;
using Broker.Core.Events;
using Broker.Core.Requests.Domains;
using Broker.Core.Users;
using Broker.Testing;

namespace Broker.Core.Tests.Users;

public class UserGroupsTests
{
    [Fact]
    public async Task WhatSomebodyMayDoComesFromHisRowsHisGroupsAndTheDefaults()
    {
        var world = await World.New();
        var ana = await world.User("ana");
        var (teachers, staff) = await world.Db.Transaction(async s =>
        {
            var (t, st) = (await UserGroupsTable.Insert(s, "teachers", AccountSource.Local, null, null), await UserGroupsTable.Insert(s, "staff", AccountSource.Local, null, null));
            Assert.True(await UserGroupsTable.Add(s, t, ana.UserId));
            Assert.False(await UserGroupsTable.Add(s, t, ana.UserId));
            await UserGroupsTable.Add(s, st, ana.UserId);
            return (t, st);
        });
        await world.Db.Transaction(s => s.Execute(
            "INSERT INTO group_grants (group_id, grant_name, reach) VALUES (@teachers, 'remove', 'clones'), (@teachers, 'view', 'clones'), (@teachers, 'fly', 'all'); INSERT INTO grants (user_id, grant_name, reach) VALUES (@UserId, 'view', 'none'); INSERT INTO user_attributes (user_id, name, value) VALUES (@UserId, 'department', 'physics'), (@UserId, 'department', 'maths')",
            new { teachers, ana.UserId }));

        var now = await Caller(world, ana);
        Assert.Equal([teachers, staff], now.Groups.Order());
        Assert.Equal((new(Reach.Clones, "group teachers"), new(Reach.None, "taken from you"), new Holding(Reach.Own, "everybody")), (now.Grants[Grant.Remove], now.Grants[Grant.View], now.Grants[Grant.Start]));

        Assert.Equal(["maths", "physics"], now.Attributes["Department"].Order());

        await world.Db.Transaction(s => UserGroupsTable.Remove(s, teachers, ana.UserId));
        now = await Caller(world, ana);
        Assert.Equal((Reach.Own, staff), (now.Reach(Grant.Remove), Assert.Single(now.Groups)));
        Assert.Empty((await Caller(world, world.Admin)).Groups);
    }

    [Fact]
    public async Task ACloneKnowsWhoseItsBaseIs()
    {
        var world = await World.New();
        var (teacher, student) = (await world.User("teacher"), await world.User("student"));
        var linux = await world.Machine("linux", teacher, isBase: true, isPublic: true);
        Assert.Null(linux.BaseOwnerId);
        var clone = await world.Domain((await world.Add(new Clone(linux.Id), student)).DomainId!.Value);
        Assert.Equal(teacher.UserId, clone!.BaseOwnerId);
        var told = (await world.Db.Read(s => EventsTable.After(s, 0))).Last(e => e.DomainId == clone.Id);
        Assert.Equal(teacher.UserId, told.Data.GetProperty("base_owner").GetInt64());
    }

    [Fact]
    public async Task WhoIsInADirectorysGroupsIsWhatItSaidLast()
    {
        var world = await World.New();
        var ana = await world.User("ana");
        var (physics, history, club, own) = await world.Db.Transaction(async s => (
            await UserGroupsTable.Insert(s, "physics", AccountSource.Ldap, "cn=Physics,dc=school", null),
            await UserGroupsTable.Insert(s, "history", AccountSource.Ldap, "cn=History,dc=school", null),
            await UserGroupsTable.Insert(s, "club", AccountSource.Oidc, "club", null),
            await UserGroupsTable.Insert(s, "own", AccountSource.Local, null, null)));
        await world.Db.Transaction(s => UserGroupsTable.Add(s, own, ana.UserId));

        await Told(AccountSource.Ldap, "CN=physics,DC=school", "cn=unknown,dc=school");
        await Told(AccountSource.Oidc, "Club");
        Assert.Equal([physics, own], (await Caller(world, ana)).Groups.Order());
        var before = await world.Db.Read(EventsTable.Last);
        await Told(AccountSource.Ldap, "cn=Physics,dc=school");
        Assert.Equal(before, await world.Db.Read(EventsTable.Last));

        await Told(AccountSource.Ldap, "cn=History,dc=school");
        await Told(AccountSource.Oidc, "club");
        Assert.Equal([history, club, own], (await Caller(world, ana)).Groups.Order());
        Assert.All((await world.Db.Read(s => EventsTable.After(s, before))), e => Assert.Equal((EventKind.User, ana.UserId), (e.Kind, e.UserId)));

        Task Told(AccountSource source, params string[] ids) => world.Db.Transaction(s => UserGroupsTable.SetExternal(s, ana.UserId, source, ids));
    }

    [Fact]
    public async Task WhatOnceWasYesOrNoReachesWhatIsOnesOwnOrNothing()
    {
        var db = new Db(await (await PrivateMariaDb.Shared).NewDatabase(migrated: false));
        var reach = Migrations.All.Single(m => m.Name == "0034_reach.sql");
        foreach (var statement in Migrations.All.TakeWhile(m => m != reach).SelectMany(m => m.Statements)) await db.Read(s => s.Execute(statement));
        await db.Read(s => s.Execute("INSERT INTO users (name, display_name, security_stamp, created_at) VALUES ('ana', 'Ana', UUID(), NOW()); INSERT INTO grants SELECT id, 'create_base', 1 FROM users WHERE name = 'ana'; INSERT INTO grants SELECT id, 'create_machine', 1 FROM users WHERE name = 'ana'; INSERT INTO grants SELECT id, 'start', 0 FROM users WHERE name = 'ana'; INSERT INTO grants SELECT id, 'operate', 1 FROM users WHERE name = 'ana'"));
        // also when it was killed at its end and begins again
        for (var run = 0; run < 2; run++)
        {
            foreach (var statement in reach.Statements) await db.Read(s => s.Execute(statement));
            Assert.Equal([("create_base", Reach.Own), ("create_disk", Reach.Own), ("create_machine", Reach.Own), ("operate", Reach.All), ("start", Reach.None)], await db.Read(s => s.Query<(string, Reach)>("SELECT grant_name, reach FROM grants ORDER BY grant_name")));
        }
    }

    private static async Task<Caller> Caller(World world, Caller user) => (await world.Db.Read(s => UsersTable.Caller(s, user.UserId, null)))!;
}
