using Broker.Core.Access;
using Broker.Core.Domains;
using Broker.Core.Pools;
using Broker.Core.Requests.Domains;

namespace Broker.Core.Tests.Pools;

public class PoolTests
{
    [Fact]
    public async Task WhatRunsIsHandedOutFirstThenWhatIsOffThenWhatIsBeingMade()
    {
        var (world, origin) = await WithPool(clones: 3);
        var making = await Member(world, origin, "making", DomainState.Creating);
        var off = await Member(world, origin, "off", DomainState.Shutdown);
        var running = await Member(world, origin, "running", DomainState.Active);
        foreach (var best in (Guid[])[running, off, making])
        {
            var student = await world.User($"student-{best}");
            Assert.Equal(best, await HandOut(world, student, origin));
            var had = (await world.Domain(best))!;
            Assert.Equal((student.UserId, PoolUse.HandedOut), (had.OwnerId, had.PoolUse));
        }

        Assert.Null(await HandOut(world, await world.User("late"), origin));
    }

    [Fact]
    public async Task OneThatBecameABaseIsNeverHandedOut()
    {
        var (world, origin) = await WithPool(clones: 1);
        var nested = await Member(world, origin, "nested", DomainState.Shutdown);
        await world.Db.Transaction(s => DomainsTable.SetBase(s, nested, isBase: true, isPublic: false));
        Assert.Null(await HandOut(world, await world.User("student"), origin));
        // and it is none of those that are kept ready
        Assert.Equal(0, (await world.Db.Read(s => Pool.Count(s, origin.Id))).Members);
    }

    [Fact]
    public async Task WhatIsAboutToGoOffOrHasEndedIsNotHandedOut()
    {
        var (world, origin) = await WithPool(clones: 3);
        var going = await Member(world, origin, "going", DomainState.Active);
        await world.Add(new ShutdownDomain(going));
        var ended = await Member(world, origin, "ended", DomainState.Active, isVolatile: true);
        await world.Db.Transaction(async s =>
        {
            await DomainsTable.SetStarted(s, ended);
            await DomainsTable.SetState(s, ended, DomainState.Shutdown);
        });
        Assert.Null(await HandOut(world, await world.User("student"), origin));
    }

    [Fact]
    public async Task AnExhaustedPoolSaysSoAndMakesOneMoreWhenItIsEnlarged()
    {
        var (world, origin) = await WithPool(clones: 1);
        var (first, second) = (await world.User("first"), await world.User("second"));
        var taken = await world.Add(new Clone(origin.Id), first);
        Assert.Equal((first.UserId, PoolUse.HandedOut), Use(await world.Domain(taken.DomainId!.Value)));
        var refused = await world.Refused(new Clone(origin.Id), second);
        Assert.Equal("pool_exhausted", refused.Code);
        Assert.Contains("no free desktops in this pool", refused.Message, StringComparison.Ordinal);

        await world.Db.Transaction(s => Pool.Set(s, origin.Id, 2, 0));
        var made = await world.Add(new Clone(origin.Id), second);
        Assert.Equal((second.UserId, PoolUse.HandedOut), Use(await world.Domain(made.DomainId!.Value)));

        static (long, PoolUse?) Use(DomainRow? row) => (row!.OwnerId, row.PoolUse);
    }

    [Fact]
    public async Task AddingToThePoolOfABaseThatHasNoneIsRefused()
    {
        var world = await World.New();
        var origin = await world.Machine("plain", isBase: true, isPublic: true);
        Assert.Equal("has_no_pool", (await world.Refused(new Clone(origin.Id, AddToPool: true))).Code);
    }

    [Fact]
    public async Task WhatBelongsToThePoolIsSaidByWhoHasTheBase()
    {
        var (world, origin) = await WithPool(clones: 1);
        Assert.Equal("not_allowed", (await world.Refused(new Clone(origin.Id, AddToPool: true), await world.User("student"))).Code);
        Assert.Equal("bad_arguments", (await world.Refused(new Clone(origin.Id, AddToPool: true, Owner: world.Admin.UserId))).Code);

        var free = (await world.Domain((await world.Add(new Clone(origin.Id, AddToPool: true))).DomainId!.Value))!;
        Assert.Equal(("linux-01", PoolUse.Free), (free.Name, free.PoolUse));
        Assert.Equal("(broker)", await world.Db.Read(s => s.First<string>("SELECT name FROM users WHERE id = @OwnerId", new { free.OwnerId })));
        var outside = (await world.Domain((await world.Add(new Clone(origin.Id, AddToPool: false))).DomainId!.Value))!;
        Assert.Equal((world.Admin.UserId, null), (outside.OwnerId, outside.PoolUse));
    }

    [Fact]
    public async Task ADesktopWithADiskForDataStaysWithWhoeverGotIt()
    {
        var (world, origin) = await WithPool(clones: 1);
        await world.Db.Transaction(s =>
        {
            VolumesTable.Insert(s, new VolumeRow { Id = Guid.NewGuid(), DomainId = origin.Id, Target = "vdb", Kind = VolumeKind.Data, Path = "/d", Format = "qcow2", CapacityBytes = 1 });
            return Task.CompletedTask;
        });
        var member = await Member(world, origin, "member", DomainState.Shutdown);
        var student = await world.User("student");
        Assert.Equal(member, await HandOut(world, student, origin));
        var had = (await world.Domain(member))!;
        Assert.Equal((student.UserId, null), (had.OwnerId, had.PoolUse));
        // so another one is wanted
        Assert.Equal(1, await world.Count("SELECT COUNT(*) FROM requests WHERE command = 'fill_pool' AND domain_id = @Id AND ended_at IS NULL", new { origin.Id }));
    }

    [Fact]
    public async Task TheTimeThatADesktopOfAPoolMayRunBeginsWhenItIsHandedOut()
    {
        var (world, origin) = await WithPool(clones: 2);
        var (running, other) = (await Member(world, origin, "running", DomainState.Shutdown), await Member(world, origin, "other", DomainState.Shutdown));
        await world.Db.Transaction(s => DomainsTable.Set(s, origin, new DomainSettingsChange(RunTimeoutSeconds: 3600)));
        foreach (var id in (Guid[])[running, other]) await world.Db.Transaction(s => DomainsTable.SetStarted(s, id));
        await world.Db.Transaction(s => s.Execute("UPDATE domains SET started_at = started_at - INTERVAL 1 DAY"));
        // nobody has them: nothing ends them, whatever is set meanwhile
        await world.Db.Transaction(s => DomainsTable.Set(s, origin, new DomainSettingsChange(RunTimeoutSeconds: 7200)));
        Assert.All(await world.Db.Read(s => DomainsTable.Get(s, [running, other])), d => Assert.Null(d.EndsAt));

        var had = (await world.Domain((await HandOut(world, await world.User("student"), origin))!.Value))!;
        Assert.Equal(had.PoolUseSince!.Value.AddHours(2), had.EndsAt!.Value, TimeSpan.FromSeconds(1));
        await world.Db.Transaction(s => DomainsTable.Set(s, had, new DomainSettingsChange(RunTimeoutSeconds: 3 * 3600)));
        Assert.Equal(had.PoolUseSince!.Value.AddHours(3), (await world.Domain(had.Id))!.EndsAt);
    }

    [Fact]
    public async Task WhoeverWasAwayForLongHasLeftItWhateverItDoes()
    {
        var (world, origin) = await WithPool(clones: 9);
        var longAgo = "UTC_TIMESTAMP(6) - INTERVAL 11 MINUTE";
        var left = new HashSet<Guid>();
        foreach (var (name, state, client, isLeft) in ((string, DomainState, ClientStatus?, bool)[])
            [("runs", DomainState.Active, ClientStatus.Disconnected, true), ("used", DomainState.Active, ClientStatus.Connected, false), ("stands", DomainState.Paused, ClientStatus.Disconnected, true),
             ("looked-at", DomainState.Paused, ClientStatus.Connected, false), ("saved", DomainState.Hibernated, null, true), ("off", DomainState.Shutdown, null, false)])
        {
            var id = await Member(world, origin, name, state);
            await world.Db.Transaction(s => s.Execute(
                $"UPDATE domains SET pool_use = 'handed_out', client_status = @client, client_since = {longAgo}, state_since = {longAgo} WHERE id = @id", new { id, client }));
            if (isLeft) left.Add(id);
        }

        var free = await Member(world, origin, "free", DomainState.Hibernated);
        await world.Db.Transaction(s => s.Execute($"UPDATE domains SET state_since = {longAgo} WHERE id = @free", new { free }));
        var fresh = await Member(world, origin, "fresh", DomainState.Hibernated);
        await world.Db.Transaction(s => s.Execute("UPDATE domains SET pool_use = 'handed_out' WHERE id = @fresh", new { fresh }));

        var grace = TimeSpan.FromMinutes(10);
        Assert.Equal(left, [.. await world.Db.Read(s => Pool.Left(s, grace))]);
        Assert.True(await world.Db.Read(s => Pool.IsLeft(s, left.First(), grace)));
        Assert.False(await world.Db.Read(s => Pool.IsLeft(s, free, grace)));
        // one that says how long
        await world.Db.Transaction(s => s.Execute("UPDATE domains SET disconnect_grace_seconds = 3600"));
        Assert.Empty(await world.Db.Read(s => Pool.Left(s, grace)));
    }

    private static async Task<(World World, DomainRow Base)> WithPool(int clones)
    {
        var world = await World.New();
        var origin = await world.Machine("linux", isBase: true, isPublic: true);
        await world.Db.Transaction(s => Pool.Set(s, origin.Id, clones, 0));
        return (world, (await world.Domain(origin.Id))!);
    }

    private static Task<Guid?> HandOut(World world, Caller who, DomainRow origin) => world.Db.Transaction(s => Pool.HandOut(s, who, origin));

    private static Task<Guid> Member(World world, DomainRow origin, string name, DomainState state, bool isVolatile = false) => world.Db.Transaction(async s =>
    {
        var row = DomainsTable.New(name, world.Admin.UserId, nodeId: 1, memoryKib: 65536, vcpus: 1) with { BaseId = origin.Id, State = state, PoolUse = PoolUse.Free, IsVolatile = isVolatile };
        await DomainsTable.Insert(s, row);
        return row.Id;
    });
}
