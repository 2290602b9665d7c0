using Broker.Core.Access;
using Broker.Core.Domains;
using Broker.Core.Limits;
using Broker.Core.Requests;
using Broker.Core.Requests.Domains;
using Broker.Core.Requests.Volumes;
using Broker.Core.Users;

namespace Broker.Core.Tests.Limits;

/// <summary>What somebody may have besides what he has, when he asks for it.</summary>
public class QuotaTests
{
    private const long Gib = 1L << 30;

    [Fact]
    public async Task FiftyClonesThatAreAskedForAtOnceAreNoMoreThanTheLimit()
    {
        var (world, origin, bea) = await Prepare(new LimitSet { CloneLimit = 7 });
        var outcomes = await Task.WhenAll(Enumerable.Range(0, 50).Select(async i =>
        {
            try
            {
                await world.Submit(new Clone(origin.Id, $"clone-{i}"), bea);
                return null;
            }
            catch (RequestRefusedException e)
            {
                return e;
            }
        }));
        Assert.Equal(7, outcomes.Count(o => o is null));
        Assert.Equal(7, await world.Count("SELECT COUNT(*) FROM domains WHERE owner_id = @UserId", new { bea.UserId }));
        Assert.All(outcomes.OfType<RequestRefusedException>(), e => Assert.Equal("limit_reached", e.Code));
        Assert.Contains("clone_limit is 7 (own) (bea)", outcomes.OfType<RequestRefusedException>().First().Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task TheSizesOfAllOnesDisksCountThoseOfWhatIsOnlyAskedForToo()
    {
        // the base's disk has 4 GiB
        var (world, origin, bea) = await Prepare(new LimitSet { DiskGib = 10 });
        await world.Add(new Clone(origin.Id, "one"), bea);
        var two = (await world.Add(new Clone(origin.Id, "two"), bea)).DomainId!.Value;
        var refused = await world.Refused(new Clone(origin.Id, "three"), bea);
        Assert.Equal("limit_reached", refused.Code);
        Assert.Contains("the disks that are there have 8 GiB, and this needs 4 GiB", refused.Message, StringComparison.Ordinal);

        await world.Db.Transaction(s => s.Execute("INSERT INTO grants (user_id, grant_name, reach) VALUES (@UserId, 'create_disk', 'own'), (@UserId, 'create_machine', 'own')", new { bea.UserId }));
        bea = (await world.Db.Read(s => UsersTable.Caller(s, bea.UserId, null)))!;
        await world.Add(new AddDisk(two, 1024), bea);
        Assert.Equal("limit_reached", (await world.Refused(new AddDisk(two, 1025), bea)).Code);
        await world.Add(new AddDisk(two, 1024), bea);
        Assert.Equal("limit_reached", (await world.Refused(new AddDisk(two, 1), bea)).Code);
        Assert.Equal(10 * Gib, (await world.Db.Read(s => Quota.Used(s, bea.UserId))).DiskBytes);
    }

    [Fact]
    public async Task OnlyWhatADiskGrowsByIsNew()
    {
        var (world, origin, bea) = await Prepare(new LimitSet { DiskGib = 5 }, "create_machine", "create_disk");
        var mine = await world.Machine("mine", bea);
        await Disk(world, mine.Id, 3 * Gib);
        Assert.Equal("limit_reached", (await world.Refused(new GrowDisk(mine.Id, "vda", 6 * 1024), bea)).Code);
        await world.Add(new GrowDisk(mine.Id, "vda", 5 * 1024), bea);
        Assert.Equal(5 * Gib, (await world.Db.Read(s => Quota.Used(s, bea.UserId))).DiskBytes);
        Assert.Equal(4 * Gib, await world.Db.Read(s => VolumesTable.Capacity(s, origin.Id)));
    }

    [Fact]
    public async Task WhoGivesAMachineAwayDoesNotGiveMoreThanTheOtherMayHave()
    {
        var (world, origin, bea) = await Prepare(new LimitSet { CloneLimit = 1 });
        await world.Add(new Clone(origin.Id, "one"), bea);
        var other = (await world.Add(new Clone(origin.Id, "other"))).DomainId!.Value;
        Assert.Equal("limit_reached", (await world.Refused(new ChangeOwner(other, bea.UserId))).Code);
        Assert.Equal("limit_reached", (await world.Refused(new Clone(origin.Id, "for-bea", Owner: bea.UserId))).Code);
        await world.Add(new ChangeOwner(other, world.Admin.UserId));
    }

    [Fact]
    public async Task MemoryIsThatOfWhatRunsOrIsAboutTo()
    {
        var (world, origin, bea) = await Prepare(new LimitSet { MemoryGib = 2, StartLimit = 0 });
        var (first, second, third) = (await Machine("first", 1), await Machine("second", 1), await Machine("third", 1));
        await world.Add(new StartDomain(first), bea);
        await world.Db.Transaction(s => DomainsTable.SetStarted(s, second));
        var refused = await world.Refused(new StartDomain(third), bea);
        Assert.Equal("limit_reached", refused.Code);
        Assert.Contains("memory_gib is 2 (own) (bea): second, first run with 2 GiB, and this one needs 1 GiB. Shut one of them down", refused.Message, StringComparison.Ordinal);

        // what is being ended makes room, also what the start itself will end
        await world.Add(new ShutdownDomain(second), bea);
        await world.Add(new StartDomain(third), bea);
        await world.Db.Transaction(s => LimitsTable.SetUser(s, world.Admin, bea.UserId, "bea", new LimitSet { MemoryGib = 2, StartLimit = 1 }));
        await world.Add(new StartDomain(await Machine("fourth", 2)), bea);
        Assert.Contains("Give it less memory", (await world.Refused(new StartDomain(await Machine("fifth", 3)), bea)).Message, StringComparison.Ordinal);

        async Task<Guid> Machine(string name, int gib)
        {
            var row = await world.Machine(name, bea);
            await world.Db.Transaction(s => s.Execute("UPDATE domains SET memory_kib = @kib WHERE id = @Id", new { row.Id, kib = gib << 20 }));
            return row.Id;
        }
    }

    [Fact]
    public async Task WhatWouldBeEndedIsToldBeforeTheOldestFirst()
    {
        var (world, _, bea) = await Prepare(new LimitSet { StartLimit = 2 });
        var all = new List<DomainRow>();
        foreach (var name in (string[])["a", "b", "c"]) all.Add(await world.Machine(name, bea));
        Assert.Empty(await Would(all[0]));
        foreach (var each in all.Take(2)) await world.Db.Transaction(s => DomainsTable.SetStarted(s, each.Id));
        Assert.Equal(["a"], await Would(all[2]));
        Assert.Empty(await Would((await world.Domain(all[0].Id))!));

        async Task<IEnumerable<string>> Would(DomainRow starting) => (await world.Db.Read(s => StartLimit.WouldEnd(s, starting))).Select(d => d.Name);
    }

    [Fact]
    public async Task NobodyGivesMoreThanHeMayHaveAndWhatWasSaidMayStay()
    {
        var (world, _, bea) = await Prepare(new LimitSet { CloneLimit = 5, DiskGib = 10 });
        var cem = await world.User("cem");
        Assert.Equal("not_allowed", (await Refused(new LimitSet { CloneLimit = 1 })).Code);       // not without the grant
        await world.Db.Transaction(s => s.Execute("INSERT INTO grants (user_id, grant_name, reach) VALUES (@UserId, 'grant', 'all')", new { bea.UserId }));
        bea = (await world.Db.Read(s => UsersTable.Caller(s, bea.UserId, null)))!;
        Assert.Contains("your clone_limit is 5 (own)", (await Refused(new LimitSet { CloneLimit = 6 })).Message, StringComparison.Ordinal);
        Assert.Equal("not_allowed", (await Refused(new LimitSet { CloneLimit = 0 })).Code);       // any number is more
        Assert.Equal("bad_arguments", (await Refused(new LimitSet { CloneLimit = -1 })).Code);
        await Set(world.Admin, new LimitSet { CloneLimit = 50, DiskGib = 20 });
        await Set(bea, new LimitSet { CloneLimit = 50, DiskGib = 10 });
        Assert.Equal(new LimitSet { CloneLimit = 50, DiskGib = 10 }, await world.Db.Read(s => LimitsTable.OfUser(s, cem.UserId)));
        await Set(bea, LimitSet.None);
        Assert.Equal(0, await world.Count("SELECT COUNT(*) FROM limits WHERE user_id = @UserId", new { cem.UserId }));
        Assert.Equal(3, await world.Count("SELECT COUNT(*) FROM audit WHERE action = 'set_limits' AND subject = 'cem'"));

        Task Set(Caller by, LimitSet limits) => world.Db.Transaction(s => LimitsTable.SetUser(s, by, cem.UserId, "cem", limits));

        Task<RequestRefusedException> Refused(LimitSet limits) => Assert.ThrowsAsync<RequestRefusedException>(() => Set(bea, limits));
    }

    [Fact]
    public async Task AGroupsLimitHoldsForItsPeopleAlone()
    {
        var (world, origin, bea) = await Prepare(LimitSet.None);
        var group = await world.Db.Transaction(async s =>
        {
            var id = await UserGroupsTable.Insert(s, "Labs", AccountSource.Local, null, null);
            await UserGroupsTable.Add(s, id, bea.UserId);
            await LimitsTable.SetGroup(s, world.Admin, id, "Labs", new LimitSet { CloneLimit = 1 });
            return id;
        });
        await world.Add(new Clone(origin.Id, "one"), bea);
        Assert.Contains("group Labs", (await world.Refused(new Clone(origin.Id, "two"), bea)).Message, StringComparison.Ordinal);
        await world.Db.Transaction(s => UserGroupsTable.Remove(s, group, bea.UserId));
        await world.Add(new Clone(origin.Id, "two"), bea);
    }

    private static async Task<(World World, DomainRow Origin, Caller Bea)> Prepare(LimitSet limits, params string[] grants)
    {
        var world = await World.New();
        var origin = await world.Machine("linux", isBase: true, isPublic: true);
        await Disk(world, origin.Id, 4 * Gib);
        var bea = await world.User("bea");
        await world.Db.Transaction(s => LimitsTable.SetUser(s, world.Admin, bea.UserId, "bea", limits));
        foreach (var grant in grants) await world.Db.Transaction(s => s.Execute("INSERT INTO grants (user_id, grant_name, reach) VALUES (@UserId, @grant, 'own')", new { bea.UserId, grant }));
        return (world, origin, (await world.Db.Read(s => UsersTable.Caller(s, bea.UserId, null)))!);
    }

    private static Task Disk(World world, Guid domain, long bytes) => world.Db.Transaction(s =>
    {
        VolumesTable.Insert(s, new VolumeRow { Id = Guid.NewGuid(), DomainId = domain, Target = "vda", Path = $"/pool/{domain}", Format = "qcow2", CapacityBytes = bytes });
        return Task.CompletedTask;
    });
}
