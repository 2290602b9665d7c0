using Broker.Core.Access;
using Broker.Core.Domains;
using Broker.Core.Requests.Domains;
using Broker.Core.Users;

namespace Broker.Core.Tests.Users;

/// <summary>People who come for one desktop, and go with it.</summary>
public class TemporaryUsersTests
{
    private static readonly TimeSpan Day = TimeSpan.FromHours(24);

    [Fact]
    public async Task TheirDesktopsAreAlwaysVolatile()
    {
        var world = await World.New();
        var origin = await world.Machine("linux", isBase: true, isPublic: true);
        var visitor = await Visitor(world);
        foreach (var request in (Clone[])[new(origin.Id), new(origin.Id, Volatile: false)])
            Assert.True((await world.Domain((await world.Add(request, visitor)).DomainId!.Value))!.IsVolatile);
        Assert.True((await world.Domain((await world.Add(new Clone(origin.Id, Owner: visitor.UserId))).DomainId!.Value))!.IsVolatile);
    }

    [Fact]
    public async Task WhoseLastMachineIsGoneCanNotSignInAndIsForgottenWithWhatHeAskedForOnceThatHasEnded()
    {
        var world = await World.New();
        var visitor = await Visitor(world);
        var (first, last) = (await world.Machine("first", visitor), await world.Machine("last", visitor));
        await world.Add(new StartDomain(last.Id), visitor);
        var start = await world.ClaimOne();

        await Remove(world, first, visitor);
        Assert.NotNull(await world.Db.Read(s => UsersTable.Caller(s, visitor.UserId, null)));
        await Remove(world, last, visitor);
        Assert.Null(await world.Db.Read(s => UsersTable.Caller(s, visitor.UserId, null)));

        Assert.Equal(0, await Forget(world));
        await world.Fail(start);
        Assert.Equal(1, await Forget(world));
        Assert.Null(await world.Db.Read(s => UsersTable.Get(s, visitor.UserId)));
        Assert.Equal(0, await world.Count("SELECT COUNT(*) FROM requests WHERE user_id = @UserId", visitor));
    }

    [Fact]
    public async Task TheIdleAreForgottenAfterADayUnlessTheyHaveAMachine()
    {
        var world = await World.New();
        var (idle, busy, fresh) = (await Visitor(world, "idle"), await Visitor(world, "busy"), await Visitor(world, "fresh"));
        await world.Machine("his", busy);
        await world.Db.Transaction(s => s.Execute("UPDATE users SET created_at = created_at - INTERVAL 25 HOUR WHERE name <> 'fresh'"));
        Assert.Equal(1, await Forget(world));
        Assert.Equal(["ada", "busy", "fresh"], (await world.Db.Read(UsersTable.All)).Select(u => u.Name));
        Assert.Equal(0, await Forget(world));
        Assert.NotEqual(idle.UserId, fresh.UserId);
    }

    [Fact]
    public async Task OthersStayHoweverLongTheyHaveNoMachine()
    {
        var world = await World.New();
        var student = await world.User("student");
        var machine = await world.Machine("his", student);
        await world.Db.Transaction(s => s.Execute("UPDATE users SET created_at = created_at - INTERVAL 1 YEAR"));
        await Remove(world, machine, student);
        Assert.Equal(0, await Forget(world));
        Assert.False((await world.Db.Read(s => UsersTable.Get(s, student.UserId)))!.IsDisabled);
    }

    private static Task<Caller> Visitor(World world, string name = "visitor") => world.Db.Transaction(async s =>
        (await UsersTable.Caller(s, await UsersTable.Insert(s, name, name, null, isAdmin: false, mustChangePassword: false, isTemporary: true), address: null))!);

    private static Task Remove(World world, DomainRow domain, Caller owner) => world.Db.Transaction(async s =>
    {
        await DomainsTable.Delete(s, domain.Id);
        await UsersTable.MachineRemoved(s, owner.UserId);
    });

    private static Task<int> Forget(World world) => world.Db.Transaction(s => UsersTable.ForgetTemporary(s, Day));
}
