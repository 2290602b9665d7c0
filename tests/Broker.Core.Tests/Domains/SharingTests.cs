using Broker.Core.Access;
using Broker.Core.Database;
using Broker.Core.Domains;
using Broker.Core.Requests;
using Broker.Core.Requests.Domains;
using Broker.Core.Users;

namespace Broker.Core.Tests.Domains;

public class SharingTests
{
    [Fact]
    public async Task WhatIsSharedMayBeStartedAndShutDownButNotRemovedOrSharedOn()
    {
        var (world, owner, guest, desktop) = await Prepare();
        Assert.Equal("unknown_domain", (await world.Refused(new StartDomain(desktop.Id), guest)).Code);
        await Share(world, owner, desktop, guest);

        await world.Add(new StartDomain(desktop.Id), guest);
        await world.Add(new ShutdownDomain(desktop.Id), guest);
        Assert.Equal("not_allowed", (await world.Refused(new RemoveDomain(desktop.Id), guest)).Code);
        Assert.Equal("not_allowed", await Refused(world, guest, desktop, owner, Sharing.Share));
        Assert.Equal("not_allowed", await Refused(world, guest, desktop, guest, Sharing.Unshare));
    }

    [Fact]
    public async Task WhatIsNotSharedAnyMoreIsNotThere()
    {
        var (world, owner, guest, desktop) = await Prepare();
        await Share(world, owner, desktop, guest);
        await Share(world, owner, desktop, guest);
        await Change(world, owner, desktop, guest, Sharing.Unshare);
        Assert.Equal("unknown_domain", (await world.Refused(new StartDomain(desktop.Id), guest)).Code);
        Assert.Equal(["share", "share", "unshare"], await world.Db.Read(s => s.Query<string>("SELECT action FROM audit WHERE subject = 'desk' ORDER BY id")));
    }

    [Fact]
    public async Task OnlyItsOwnerAndAdministratorsShareAMachineAndOnlyWhatIsNoBase()
    {
        var (world, owner, guest, desktop) = await Prepare();
        var origin = await world.Machine("linux", owner, isBase: true);
        Assert.Equal("not_allowed", await Refused(world, guest, desktop, guest, Sharing.Share));
        Assert.Equal("is_owner", await Refused(world, owner, desktop, owner, Sharing.Share));
        Assert.Equal("is_a_base", await Refused(world, owner, origin, guest, Sharing.Share));
        await Share(world, world.Admin, desktop, guest);
    }

    [Fact]
    public async Task AMachineIsSharedWithSomePeopleNotWithAnyNumber()
    {
        var (world, owner, guest, desktop) = await Prepare();
        await world.Db.Read(s => s.Execute(
            """
            INSERT INTO users (name, display_name, security_stamp, created_at) SELECT CONCAT('u', seq), '', '', UTC_TIMESTAMP() FROM seq_1_to_50;
            INSERT INTO domain_shares (domain_id, user_id, shared_at) SELECT @Id, id, UTC_TIMESTAMP() FROM users WHERE display_name = ''
            """, new { desktop.Id }));
        Assert.Equal("too_many_shares", await Refused(world, owner, desktop, guest, Sharing.Share));
    }

    [Fact]
    public async Task OnlyAdministratorsGiveMachinesAwayUnlessThatIsGranted()
    {
        var (world, owner, guest, desktop) = await Prepare();
        Assert.Equal("not_allowed", (await world.Refused(new ChangeOwner(desktop.Id, guest.UserId), owner)).Code);
        await Share(world, owner, desktop, guest);
        Assert.Equal("not_allowed", (await world.Refused(new ChangeOwner(desktop.Id, guest.UserId), guest)).Code);
        await world.Add(new ChangeOwner(desktop.Id, guest.UserId));
    }

    [Fact]
    public async Task WhatChangesHandsIsSeenByBothAndNoMoreSharedWithWhoHasIt()
    {
        var (world, owner, guest, desktop) = await Prepare();
        await Share(world, owner, desktop, guest);
        await world.Db.Transaction(async s => await DomainsTable.SetOwner(s, (await DomainsTable.Get(s, desktop.Id))!, guest.UserId));
        var given = (await world.Domain(desktop.Id))!;
        Assert.Equal(("desk", guest.UserId), (given.Name, given.OwnerId));
        Assert.Empty(given.SharedWith);
        var told = await world.Db.Read(s => s.Query<long>("SELECT user_id FROM events WHERE domain_id = @Id AND kind = 'domain' ORDER BY id DESC LIMIT 2", new { desktop.Id }));
        Assert.Equal(new HashSet<long> { owner.UserId, guest.UserId }, told.ToHashSet());
    }

    private static async Task<(World World, Caller Owner, Caller Guest, DomainRow Desktop)> Prepare()
    {
        var world = await World.New();
        var owner = await world.User("owner");
        return (world, owner, await world.User("guest"), await world.Machine("desk", owner));
    }

    private static Task Share(World world, Caller caller, DomainRow domain, Caller user) => Change(world, caller, domain, user, Sharing.Share);

    private static Task Change(World world, Caller caller, DomainRow domain, Caller user, Func<DbSession, Caller, DomainRow, UserRow, Task> change) =>
        world.Db.Transaction(async s => await change(s, caller, (await DomainsTable.Lock(s, domain.Id))!, (await UsersTable.Get(s, user.UserId))!));

    private static async Task<string> Refused(World world, Caller caller, DomainRow domain, Caller user, Func<DbSession, Caller, DomainRow, UserRow, Task> change) =>
        (await Assert.ThrowsAsync<RequestRefusedException>(() => Change(world, caller, domain, user, change))).Code;
}
