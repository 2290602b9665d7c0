using Broker.Backend.Reconcile;
using Broker.Backend.VmManagers.Simulated;
using Broker.Core.Access;
using Broker.Core.Devices;
using Broker.Core.Domains;
using Broker.Core.Pools;
using Broker.Core.Requests;
using Broker.Core.Requests.Domains;
using Broker.Core.Requests.Volumes;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Broker.Backend.Tests.Requests;

/// <summary>Clones that are kept ready: made, started, handed out, taken back.</summary>
public sealed class PoolTests() : BackEndTests(adjust: s => s with { StopSeconds = 1 })
{
    [Fact]
    public async Task APoolHasItsClonesKeepsSomeRunningAndGrowsButNeverShrinksByItself()
    {
        var origin = await Base();
        await Set(origin, 5, 2);
        await Has(origin, new PoolCounts(5, 5, 2, 3));
        Assert.Equal(["linux-01", "linux-02", "linux-03", "linux-04", "linux-05"], await Names(origin));

        await Set(origin, 6, 3);
        await Has(origin, new PoolCounts(6, 6, 3, 3));
        await Set(origin, 1, 0);
        await Sweep.Look(default);
        Assert.Equal(new PoolCounts(6, 6, 3, 3), await Count(origin));
    }

    [Fact]
    public async Task WhoeverOpensGetsARunningOneAndAnotherIsStartedForTheNext()
    {
        var origin = await Base();
        await Set(origin, 3, 1);
        await Has(origin, new PoolCounts(3, 3, 1, 2));
        foreach (var (left, off) in ((int, int)[])[(2, 1), (1, 0)])
        {
            var id = await HandOut(origin);
            Assert.Equal(DomainState.Active, (await Domain(id)).State);
            await Has(origin, new PoolCounts(3, left, 1, off));
        }
    }

    [Fact]
    public async Task ARunningOneThatIsJustLookedAtIsHandedOutAllTheSame()
    {
        var origin = await Base();
        await Set(origin, 2, 1);
        await Has(origin, new PoolCounts(2, 2, 1, 1));
        var running = (await Free(origin)).Single(d => d.State is DomainState.Active).Id;
        Task<Guid>? handedOut = null;
        await _b.Db.Transaction(async s =>
        {
            await DomainsTable.Lock(s, running);
            handedOut = HandOut(origin);
            // as another would find it: whoever asks has come as far as to wait, or has been given one already
            await _b.Until(
                other => other.First<long>("SELECT COUNT(*) FROM information_schema.INNODB_TRX WHERE trx_state = 'LOCK WAIT'"),
                waiting => waiting > 0 || handedOut.IsCompleted);
        });
        Assert.Equal(running, await handedOut!);
    }

    [Fact]
    public async Task ATemporaryPoolIsRefilledWithStartedOnes()
    {
        var origin = await Base();
        await _b.Db.Transaction(s => DomainsTable.SetVolatileClones(s, origin.Id, true));
        await Set(origin, 2, 2);
        await Has(origin, new PoolCounts(2, 2, 2, 0));
        var used = await HandOut(origin);
        await _b.Ask(new ForceShutdownDomain(used));
        Assert.Null(await _b.Until(s => DomainsTable.Get(s, used), row => row is null));
        await Has(origin, new PoolCounts(2, 2, 2, 0));
        // one that nobody had ends as well
        await _b.Ask(new ForceShutdownDomain((await Free(origin))[0].Id));
        await _b.Until(s => s.First<long>("SELECT COUNT(*) FROM domains WHERE base_id = @Id AND name = 'linux-04' AND state = 'active'", new { origin.Id }), n => n == 1);
    }

    [Fact]
    public async Task ADesktopThatGoesOffComesBackAsNewForTheNext()
    {
        var origin = await Base();
        await Set(origin, 1, 1);
        await Has(origin, new PoolCounts(1, 1, 1, 0));
        var student = await _b.Person("student");
        var id = await HandOut(origin, student);
        var disk = (await _b.Db.Read(s => VolumesTable.Of(s, id)))[0].Path;
        await _b.Db.Transaction(async s =>
        {
            await DomainsTable.Describe(s, id, "My own", "My secret");
            await DomainsTable.SetScreenshot(s, id, [1, 2, 3]);
        });
        (SimulatedDisk.Read(disk) with { Content = "my letter" }).Write(disk);
        await _b.Ask(new ForceShutdownDomain(id), student);

        // as new, and running for the next one
        await Has(origin, new PoolCounts(1, 1, 1, 0));
        var back = await Domain(id);
        Assert.Equal("(broker)", await _b.Db.Read(s => s.First<string>("SELECT name FROM users WHERE id = @OwnerId", new { back.OwnerId })));
        Assert.Equal((origin.Alias, origin.Description), (back.Alias, back.Description));
        Assert.Equal("", SimulatedDisk.ReadAll(disk));
        Assert.False(May.Do(student, Grant.View, back).IsAllowed);
        Assert.Equal(0, await _b.Db.Read(s => s.First<long>("SELECT COUNT(*) FROM screenshots WHERE domain_id = @id AND png = X'010203'", new { id })));
        Assert.Equal(id, await HandOut(origin, await _b.Person("next")));
    }

    [Fact]
    public async Task WhatSomebodyPutIntoHisPartOfASharedFolderIsKeptButNotThereForTheNext()
    {
        var shared = Directory.CreateDirectory(Path.Combine(_run, "shared")).FullName;
        var machine = await _b.Do(new ImportDomain("tiny.img", "linux"));
        await _b.Do(new AddHardware(machine.Id, DeviceKind.Filesystem, DeviceOptions.Parse($"source={shared},target=home,part=own")));
        var origin = await _b.Do(new PrepareBase(machine.Id, Publish: true));
        await Set(origin, 1, 0);
        await Has(origin, new PoolCounts(1, 1, 0, 1));
        var id = (await Free(origin))[0].Id;
        var own = Path.Combine(shared, $"{id}");
        // the second leaves nothing
        foreach (var letter in (string?[])["mine", null])
        {
            Assert.Equal(id, await HandOutStarted(origin));
            Assert.Empty(Directory.EnumerateFileSystemEntries(own));
            if (letter is not null) await File.WriteAllTextAsync(Path.Combine(own, "letter"), letter);
            await _b.Ask(new ForceShutdownDomain(id));
            await Has(origin, new PoolCounts(1, 1, 0, 1));
        }

        Assert.Empty(Directory.EnumerateFileSystemEntries(own));
        var aside = Assert.Single(Directory.GetDirectories(shared), folder => folder != own && folder.StartsWith(own, StringComparison.Ordinal));
        Assert.Equal("mine", await File.ReadAllTextAsync(Path.Combine(aside, "letter")));
    }

    [Theory, InlineData("spinoff_domain"), InlineData("add_disk"), InlineData("change_owner")]
    public async Task OneThatBecomesSomebodysOwnLeavesThePoolWithItsContent(string how)
    {
        var origin = await Base();
        await Set(origin, 1, 0);
        await Has(origin, new PoolCounts(1, 1, 0, 1));
        var student = await _b.Person("student");
        var id = await HandOutStarted(origin, student);
        var disk = (await _b.Db.Read(s => VolumesTable.Of(s, id)))[0].Path;
        (SimulatedDisk.Read(disk) with { Content = "my letter" }).Write(disk);

        await _b.Do(how switch
        {
            "spinoff_domain" => new SpinoffDomain(id),
            "add_disk" => new AddDisk(id, 64, VolumeKind.Data),
            _ => new ChangeOwner(id, student.UserId),
        });

        var own = await Domain(id);
        Assert.Equal((null, student.UserId, false), (own.PoolUse, own.OwnerId, EndedDesktops.IsOne(own)));
        Assert.Contains("my letter", SimulatedDisk.ReadAll(disk), StringComparison.Ordinal);
    }

    [Fact]
    public async Task WhatIsAskedForSomeDayKeepsNoDesktopOutOfThePool()
    {
        var origin = await Base();
        await Set(origin, 1, 0);
        await Has(origin, new PoolCounts(1, 1, 0, 1));
        var student = await _b.Person("student");
        var id = await HandOutStarted(origin, student);
        await _b.Db.Transaction(s => RequestWriter.Submit(s, student, new StartDomain(id), at: TimeProvider.System.GetUtcNow().AddYears(10)));
        await _b.Ask(new ForceShutdownDomain(id), student);
        await _b.Until(s => DomainsTable.Get(s, id), row => row!.PoolUse is PoolUse.Free);
    }

    [Fact]
    public async Task OneThatCantBeMadeAsNewIsNotHandedOut()
    {
        var origin = await Base();
        await Set(origin, 1, 0);
        await Has(origin, new PoolCounts(1, 1, 0, 1));
        var id = await HandOutStarted(origin);
        Faults.Set(_b.NodeFolder, new Fault("renew", Fail: "No room."));
        await _b.Ask(new ForceShutdownDomain(id));
        await _b.Until(s => s.First<long>("SELECT COUNT(*) FROM requests WHERE domain_id = @id AND command = 'return_to_pool' AND state = 'failed'", new { id }), n => n == 1);
        Assert.Equal(PoolUse.Returned, (await Domain(id)).PoolUse);
        Assert.Null(await _b.Db.Transaction(s => Pool.HandOut(s, _b.Caller, origin)));

        // a minute later
        Faults.Set(_b.NodeFolder);
        await _b.Db.Transaction(s => s.Execute("UPDATE requests SET ended_at = ended_at - INTERVAL 1 MINUTE WHERE domain_id = @id AND command = 'return_to_pool'", new { id }));
        await Has(origin, new PoolCounts(1, 1, 0, 1));
    }

    [Fact]
    public async Task WhoHasLeftHisDesktopLosesItAndWhoIsThereKeepsIt()
    {
        var origin = await Base();
        await Set(origin, 3, 3);
        await Has(origin, new PoolCounts(3, 3, 3, 0));
        var (left, there, fresh) = (await HandOut(origin), await HandOut(origin), await HandOut(origin));
        await _b.Db.Transaction(s => s.Execute(
            "INSERT INTO display_sessions (user_id, domain_id, started_at, seen_at) VALUES (@UserId, @there, UTC_TIMESTAMP(6), UTC_TIMESTAMP(6) + INTERVAL 1 HOUR)",
            new { there = there.ToString(), _b.Caller.UserId }));
        await _b.Until(s => DomainsTable.Get(s, there), row => row!.ClientStatus is ClientStatus.Connected);
        // nobody came to it, and that was long ago; and of the other nobody has come for as long as he may take
        await _b.Db.Transaction(s => s.Execute(
            "UPDATE domains SET client_status = 'disconnected', client_since = UTC_TIMESTAMP(6) - INTERVAL @minutes MINUTE WHERE id = @left",
            new { left = left.ToString(), minutes = PoolSweep.Grace.TotalMinutes + 1 }));
        await Sweep.Look(default);

        await _b.Until(s => DomainsTable.Get(s, left), row => row!.PoolUse is PoolUse.Free);
        foreach (var kept in (Guid[])[there, fresh]) Assert.Equal((DomainState.Active, PoolUse.HandedOut), ((await Domain(kept)).State, (await Domain(kept)).PoolUse));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task OneThatIsLeftHibernatedOrPausedComesBackAsNewToo(bool isSaved)
    {
        var origin = await Base();
        await Set(origin, 1, 0);
        await Has(origin, new PoolCounts(1, 1, 0, 1));
        var id = await HandOutStarted(origin);
        await _b.Do(isSaved ? new HibernateDomain(id) : new PauseDomain(id));
        var disk = (await _b.Db.Read(s => VolumesTable.Of(s, id)))[0].Path;
        (SimulatedDisk.Read(disk) with { Content = "my letter" }).Write(disk);
        await _b.Until(s => DomainsTable.Get(s, id), row => isSaved || row!.ClientStatus is not null);
        await _b.Db.Transaction(s => s.Execute(
            """
            UPDATE domains SET state_since = state_since - INTERVAL 1 DAY, client_since = client_since - INTERVAL 1 DAY, client_status = IF(client_status IS NULL, NULL, 'disconnected') WHERE id = @id
            """, new { id }));
        await Sweep.Look(default);
        await Has(origin, new PoolCounts(1, 1, 0, 1));
        Assert.Equal((PoolUse.Free, DomainState.Shutdown, null), ((await Domain(id)).PoolUse, (await Domain(id)).State, (await Domain(id)).SavedAt));
        Assert.Equal("", SimulatedDisk.ReadAll(disk));
        // its host knows it: it is not taken for one that somebody removed there
        Assert.True(File.Exists(Path.Combine(_b.NodeFolder, $"{id}.json")));
    }

    [Fact]
    public async Task APoolGoesWithItsClonesToTheBaseThatTheyGet()
    {
        var (origin, renewed) = (await Base(), await Base("renewed"));
        await Set(origin, 2, 0);
        await Has(origin, new PoolCounts(2, 2, 0, 2));
        await _b.Db.Transaction(s => s.Execute("UPDATE domains SET pool_start = 1 WHERE id = @Id", new { origin.Id }));

        var asked = await _b.Ask(new RebaseClones(origin.Id, renewed.Id));
        await _b.Until(s => RequestsTable.CausedBy(s, asked.Id), c => c.Done + c.Failed == c.Total);

        Assert.Equal((0, 0, 2, 1), ((await Domain(origin.Id)).PoolClones, (await Domain(origin.Id)).PoolStart, (await Domain(renewed.Id)).PoolClones, (await Domain(renewed.Id)).PoolStart));
        await Sweep.Look(default);
        // none was made beyond those that came, and none for the base that has lost them
        await Has(renewed, new PoolCounts(2, 2, 1, 1));
        Assert.Equal(new PoolCounts(0, 0, 0, 0), await Count(origin));
    }

    [Fact]
    public async Task NothingIsMadeForAPoolWhoseClonesAreOnTheirWay()
    {
        var (origin, other) = (await Base(), await Base("other"));
        var clone = await _b.Do(new Clone(other.Id, "one"));
        await _b.Db.Transaction(s => RequestWriter.Submit(s, _b.Caller, new RebaseDomain(clone.Id, origin.Id), at: TimeProvider.System.GetUtcNow().AddYears(10)));
        await Set(origin, 1, 0);
        await Sweep.Look(default);
        await _b.Until(s => s.First<long>("SELECT COUNT(*) FROM requests WHERE command = 'fill_pool' AND ended_at IS NULL"), n => n == 0);
        Assert.Equal(0, (await Count(origin)).Members);
        await _b.Db.Transaction(s => s.Execute("UPDATE requests SET state = 'cancelled', ended_at = UTC_TIMESTAMP(6) WHERE command = 'rebase_domain'"));
        await Sweep.Look(default);
        await Has(origin, new PoolCounts(1, 1, 0, 1));
    }

    [Fact]
    public async Task WhatGoesWrongInOneTurnIsToldAndTriedAgainInTheNext()
    {
        var origin = await Base();
        var told = new Told();
        using var sweep = new PoolSweep(_b.Db, new Fast(), told);
        await _b.Db.Transaction(s => s.Execute("UPDATE domains SET pool_clones = 1 WHERE id = @Id; UPDATE users SET is_system = 0", new { origin.Id }));
        await sweep.StartAsync(default);
        await told.Once.WaitAsync(TimeSpan.FromSeconds(60));
        await _b.Db.Transaction(s => s.Execute("UPDATE users SET is_system = 1 WHERE name = '(broker)'"));
        await Has(origin, new PoolCounts(1, 1, 0, 1));
        await sweep.StopAsync(default);
    }

    [Fact]
    public async Task APoolThatCantBeFilledSaysWhyAndTriesOneAMinute()
    {
        var origin = await Base();
        Faults.Set(_b.NodeFolder, new Fault("clone", Fail: "No room on this host."));
        await Set(origin, 3, 0);
        await Failed(3);
        await Look();
        await _b.Until(s => DomainsTable.Get(s, origin.Id), row => row!.PoolProblem is { } why && why.Contains("No room on this host.", StringComparison.Ordinal));
        Assert.Equal(3, await _b.Db.Read(s => s.First<long>("SELECT COUNT(*) FROM requests WHERE command = 'clone'")));

        await Later();
        await Look();
        await Failed(4);

        Faults.Set(_b.NodeFolder);
        await Later();
        await Look();
        await _b.Until(async s => (Has: await Pool.Count(s, origin.Id), (await DomainsTable.Get(s, origin.Id))!.PoolProblem), now => now.Has.FreeOff == 1);
        await Look();
        await Has(origin, new PoolCounts(3, 3, 0, 3));
        await _b.Until(s => DomainsTable.Get(s, origin.Id), row => row!.PoolProblem is null);

        // a minute passes; what was asked for before has been looked at by then
        async Task Look()
        {
            await NothingIsAskedFor();
            await Sweep.Look(default);
            await NothingIsAskedFor();
        }

        Task NothingIsAskedFor() => _b.Until(s => s.First<long>("SELECT COUNT(*) FROM requests WHERE command = 'fill_pool' AND ended_at IS NULL"), n => n == 0);
        Task Failed(int count) => _b.Until(s => s.First<long>("SELECT COUNT(*) FROM requests WHERE command = 'clone' AND state = 'failed'"), n => n == count);
        async Task Later()
        {
            await NothingIsAskedFor();
            await _b.Db.Transaction(s => s.Execute("UPDATE requests SET ended_at = ended_at - INTERVAL 1 MINUTE WHERE ended_at IS NOT NULL"));
        }
    }

    private PoolSweep Sweep => new(_b.Db, TimeProvider.System, NullLogger<PoolSweep>.Instance);

    private async Task<DomainRow> Base(string name = "linux")
    {
        var machine = await _b.Do(new ImportDomain("tiny.img", name));
        return await _b.Do(new PrepareBase(machine.Id, Publish: true));
    }

    private Task Set(DomainRow origin, int clones, int start) => _b.Db.Transaction(s => Pool.Set(s, origin.Id, clones, start));

    private async Task<Guid> HandOut(DomainRow origin, Caller? to = null) =>
        (await _b.Db.Transaction(async s => await Pool.HandOut(s, to ?? _b.Caller, (await DomainsTable.Get(s, origin.Id))!)))!.Value;

    // with its start in the same transaction, as whoever opens it gets it: one that is off goes back to the pool
    private async Task<Guid> HandOutStarted(DomainRow origin, Caller? to = null)
    {
        var start = (await _b.Db.Transaction(async s =>
            await RequestWriter.Submit(s, to ?? _b.Caller, new StartDomain((await Pool.HandOut(s, to ?? _b.Caller, (await DomainsTable.Get(s, origin.Id))!))!.Value)))).Row;
        Assert.Equal(RequestState.Done, (await _b.Ended(start.Id)).State);
        return start.DomainId!.Value;
    }

    private Task<PoolCounts> Count(DomainRow origin) => _b.Db.Read(s => Pool.Count(s, origin.Id));

    // also that nothing is under way any more
    private async Task Has(DomainRow origin, PoolCounts counts) => await _b.Until(
        async s => (await Pool.Count(s, origin.Id), await s.First<long>("SELECT COUNT(*) FROM requests WHERE ended_at IS NULL"), await s.First<long>("SELECT COUNT(*) FROM domains WHERE state IN ('creating', 'starting')")),
        has => has == (counts, 0, 0));

    private async Task<DomainRow> Domain(Guid id) => (await _b.Db.Read(s => DomainsTable.Get(s, id)))!;

    private Task<IReadOnlyList<DomainRow>> Free(DomainRow origin) =>
        _b.Db.Read(s => s.Query<DomainRow>($"SELECT {DomainsTable.Columns} FROM domains d WHERE d.base_id = @Id AND d.pool_use = 'free' ORDER BY d.name", new { origin.Id }));

    private async Task<IEnumerable<string>> Names(DomainRow origin) => (await Free(origin)).Select(d => d.Name);

    // a minute in a tenth of a second
    private sealed class Fast : TimeProvider
    {
        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) => base.CreateTimer(callback, state, dueTime / 600, period / 600);
    }

    private sealed class Told : ILogger<PoolSweep>
    {
        private readonly TaskCompletionSource _once = new();

        public Task Once => _once.Task;

        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) => _once.TrySetResult();
    }
}
