using Broker.Backend.VmManagers;
using Broker.Backend.VmManagers.Simulated;
using Broker.Core.Database;
using Broker.Core.Domains;
using Broker.Core.Requests;
using Broker.Core.Requests.Backups;
using Broker.Core.Requests.Domains;

namespace Broker.Backend.Tests.Requests;

/// <summary>Real back-end processes, killed without warning.</summary>
public sealed class KillTests() : BackEndTests(isStarted: false)
{
    private readonly List<BackEndProcess> _processes = [];

    public override async Task DisposeAsync()
    {
        foreach (var process in _processes) await process.DisposeAsync();
        await base.DisposeAsync();
    }

    [Fact]
    public async Task TwentyClonesInWorkAreAllDoneAfterAKillAndARestart()
    {
        var first = StartProcess();
        var machine = await _b.Do(new ImportDomain("tiny.img", "tiny"));
        var origin = await _b.Do(new PrepareBase(machine.Id));
        // slow enough to be caught in the middle of making disks and of telling the host
        Faults.Set(_b.NodeFolder, [new Fault("clone", HangSeconds: 0.1), new Fault("define", HangSeconds: 0.1)]);
        var clones = new List<RequestRow>();
        for (var i = 0; i < 20; i++) clones.Add(await _b.Submit(new Clone(origin.Id)));
        await _b.Until(s => RequestsTable.List(s, states: [RequestState.Done], command: "clone"), done => done.Count >= 3);
        await first.Kill();
        Assert.NotEmpty(await _b.Db.Read(s => RequestsTable.List(s, states: [RequestState.Working])));

        StartProcess();
        foreach (var clone in clones) Assert.Equal(RequestState.Done, (await _b.Ended(clone.Id)).State);

        var domains = await _b.Db.Read(s => s.Query<DomainRow>($"SELECT {DomainsTable.Columns} FROM domains d"));
        Assert.Equal(21, domains.Count);
        Assert.All(domains, d => Assert.Equal(DomainState.Shutdown, d.State));
        using var host = new SimulatedVmManager().Connect(new("host", _b.NodeFolder, _b.Settings.Pool, _b.Settings.Library, _b.Settings.DisplayFolder));
        Assert.Equal(domains.Select(d => d.Id).Order(), host.Inventory().Select(d => d.Id).Order());
        var volumes = await _b.Db.Read(s => s.Query<VolumeRow>("SELECT * FROM volumes"));
        Assert.Equal(21, volumes.Count);
        Assert.Equal(volumes.Select(v => v.Id).Order(), host.Disks.List().Order());
        Assert.Equal(0, await _b.Db.Read(s => s.First<int>("SELECT COUNT(*) FROM request_locks")));
    }

    [Fact]
    [Trait("Category", "Long")]
    public async Task ABackupAndARestoreThatWereKilledAnywhereAreDoneByTheNextProcessAndLeaveNothing()
    {
        var first = StartProcess();
        var machine = await _b.Do(new ImportDomain("tiny.img", "tiny"));
        var disk = (await _b.Db.Read(s => VolumesTable.Of(s, machine.Id))).Single();
        (SimulatedDisk.Read(disk.Path) with { Content = "then" }).Write(disk.Path);

        var taken = await KilledIn("save", new BackupDomain(machine.Id));
        var file = Path.GetFileName(Assert.Single(Directory.GetFiles(_b.Settings.Backups)));
        Assert.Equal(taken.Result!.Value.GetProperty("file").GetString(), file);
        Assert.Single(Directory.GetFiles(_b.Settings.Pool));

        foreach (var (call, over) in ((string, Guid?)[])[("restore", machine.Id), ("define", machine.Id), ("delete", machine.Id), ("restore", null), ("define", null)])
        {
            var path = (await _b.Db.Read(s => VolumesTable.Of(s, machine.Id))).Single().Path;
            (SimulatedDisk.Read(path) with { Content = "now" }).Write(path);
            await KilledIn(call, new RestoreBackup(file, over));
            if (over is null)
            {
                var second = await _b.Db.Read(s => s.First<Guid>("SELECT id FROM domains WHERE id <> @Id", new { machine.Id }));
                Assert.Equal("then", SimulatedDisk.ReadAll((await _b.Db.Read(s => VolumesTable.Of(s, second))).Single().Path));
                await _b.Ask(new RemoveDomain(second));
            }

            await _b.Until(s => s.Query<Guid>("SELECT id FROM domains"), ids => ids.Count == 1);
            var left = (await _b.Db.Read(s => VolumesTable.Of(s, machine.Id))).Single().Path;
            Assert.Equal(over is null ? "now" : "then", SimulatedDisk.ReadAll(left));
            Assert.Equal([left], Directory.GetFiles(_b.Settings.Pool));
        }

        async Task<RequestRow> KilledIn(string call, IRequest request)
        {
            Faults.Set(_b.NodeFolder, new Fault(call, HangSeconds: 60, Times: 1));
            var asked = await _b.Submit(request);
            await _b.Until(_ => Task.FromResult(File.ReadAllText(Path.Combine(_b.NodeFolder, "faults.json")).Contains("\"times\":0", StringComparison.Ordinal)), met => met);
            await first.Kill();
            Faults.Set(_b.NodeFolder, []);
            first = StartProcess();
            var done = await _b.Ended(asked.Id);
            Assert.True(done.State is RequestState.Done, done.ErrorText);
            return done;
        }
    }

    [Fact]
    public async Task AHostWhoseWatcherWasKilledIsWatchedByTheNextProcessBeforeTheRightRunsOut()
    {
        var first = StartProcess();
        var watched = await _b.Until(Watch, w => w.Owner is not null);
        await first.Kill();
        watched = await _b.Db.Read(Watch);

        StartProcess();
        await _b.Until(Watch, w => w.Owner is not null && w.Owner != watched.Owner);

        Assert.True(await _b.Db.Read(s => s.First<bool>("SELECT UTC_TIMESTAMP(6) < @Until", new { watched.Until })));

        static Task<(Guid? Owner, DateTimeOffset? Until)> Watch(DbSession s) =>
            s.First<(Guid?, DateTimeOffset?)>("SELECT lease_owner, lease_until FROM nodes");
    }

    [Fact]
    public async Task AStoppedProcessThatIsWokenTouchesNothingMore()
    {
        var first = StartProcess();
        var machine = await _b.Do(new ImportDomain("tiny.img", "tiny"));
        var origin = await _b.Do(new PrepareBase(machine.Id));
        // When it wakes, its call fails: did it still hold the claim, it would take everything back that belongs to the clone.
        Faults.Set(_b.NodeFolder, [new Fault("clone", Fail: "too late", HangSeconds: 2)]);
        var clone = await _b.Submit(new Clone(origin.Id, "one"));
        await _b.Until(s => VolumesTable.Of(s, clone.DomainId!.Value), v => v.Count == 1);
        await first.Signal("STOP");
        Faults.Set(_b.NodeFolder, []);
        StartProcess();
        var done = await _b.Ended(clone.Id);
        Assert.Equal((RequestState.Done, 2), (done.State, done.Attempts));
        await first.Signal("CONT");

        // the woken one takes requests again
        await _b.Until(async s =>
        {
            await _b.Submit(new Core.Requests.BackEnds.Ping());
            return await s.First<int>("SELECT COUNT(DISTINCT JSON_VALUE(result, '$.back_end')) FROM requests WHERE command = 'ping' AND state = 'done'");
        }, backEnds => backEnds == 2);
        await _b.Until(_ => Task.FromResult(first.Output.Any(line => line.Contains("claim was lost", StringComparison.Ordinal))), lost => lost);
        Assert.Equal((RequestState.Done, 2), ((await _b.Ended(clone.Id)).State, done.Attempts));
        Assert.Equal(DomainState.Shutdown, (await _b.Db.Read(s => DomainsTable.Get(s, clone.DomainId!.Value)))!.State);
        Assert.True(File.Exists((await _b.Db.Read(s => VolumesTable.Of(s, clone.DomainId!.Value))).Single().Path));
    }

    [Fact]
    public async Task TwoProcessesShareTheWorkAndDoNothingTwiceAlsoWhenOneStandsStillPastItsLease()
    {
        // long enough for the other one to keep its own on a busy machine
        const int LeaseSeconds = 6;
        var first = StartProcess(LeaseSeconds);
        var origin = await _b.Do(new PrepareBase((await _b.Do(new ImportDomain("tiny.img", "tiny"))).Id));
        StartProcess(LeaseSeconds);
        await _b.Until(BackEndsTable.All, all => all.Count(b => b.IsAlive) == 2);
        Faults.Set(_b.NodeFolder, [new Fault("clone", HangSeconds: 0.2)]);
        var clones = new List<RequestRow>();
        for (var i = 0; i < 30; i++) clones.Add(await _b.Submit(new Clone(origin.Id, $"one-{i}")));
        foreach (var clone in clones) await _b.Ended(clone.Id);

        // as many as both can have in work, and none of them can end
        Faults.Set(_b.NodeFolder, [new Fault("clone", HangSeconds: 60)]);
        for (var i = 0; i < 2 * _b.Settings.Lanes[Lane.Disk]; i++) clones.Add(await _b.Submit(new Clone(origin.Id, $"two-{i}")));
        var working = await _b.Until(s => RequestsTable.List(s, states: [RequestState.Working]), all => all.Count == 2 * _b.Settings.Lanes[Lane.Disk]);
        await first.Signal("STOP");
        Faults.Set(_b.NodeFolder, []);
        var stopped = (await _b.Db.Read(BackEndsTable.All)).Single(b => b.Process == first.Id).Id;
        var held = working.Where(r => r.ClaimedBy == stopped).Select(r => r.Id).ToHashSet();
        Assert.Equal(_b.Settings.Lanes[Lane.Disk], held.Count);
        foreach (var clone in clones) await _b.Ended(clone.Id);
        await first.Signal("CONT");
        // it is back, and has learnt that they are another's now
        await _b.Until(BackEndsTable.All, all => all.Any(b => b.Id == stopped && b.IsAlive));

        foreach (var clone in clones)
        {
            var ended = await _b.Ended(clone.Id);
            Assert.Equal((RequestState.Done, held.Contains(clone.Id) ? 2 : 1), (ended.State, ended.Attempts));
            Assert.Equal(DomainState.Shutdown, (await _b.Db.Read(s => DomainsTable.Get(s, clone.DomainId!.Value)))!.State);
        }

        OnHost(host =>
        {
            Assert.Equal(clones.Count + 1, host.Inventory().Count);
            Assert.Equal(clones.Count + 1, host.Disks.List().Count);
        });
    }

    [Fact]
    public async Task AHibernateThatIsKilledIsDoneByTheNextProcessWhetherTheMemoryIsSavedOrNot()
    {
        var first = StartProcess();
        var (half, saved) = (await Running("half"), await Running("saved"));
        Faults.Set(_b.NodeFolder, [new Fault("hibernate", HangSeconds: 60)]);
        RequestRow[] hibernates = [await _b.Submit(new HibernateDomain(half)), await _b.Submit(new HibernateDomain(saved))];
        foreach (var each in hibernates) await _b.Until(s => RequestsTable.Get(s, each.Id), r => r!.ProgressText == "Saving its memory");
        await first.Kill();
        // as if the host had come to the end of its call after we died
        OnHost(host => host.As<ICanHibernate>()!.Hibernate(saved));

        StartProcess();
        foreach (var each in hibernates)
        {
            var done = await _b.Ended(each.Id);
            Assert.Equal((RequestState.Done, 2), (done.State, done.Attempts));
        }

        foreach (var id in (Guid[])[half, saved]) Assert.Equal(DomainState.Hibernated, (await _b.Db.Read(s => DomainsTable.Get(s, id)))!.State);
        OnHost(host => Assert.All(host.Inventory(), d => Assert.Equal(Power.Saved, d.Power)));
    }

    [Fact]
    public async Task AStartThatIsKilledStillKnowsThatTheMemoryDidNotComeBack()
    {
        var first = StartProcess();
        var id = await Running("lost");
        await _b.Do(new HibernateDomain(id));
        await File.WriteAllTextAsync(Path.Combine(_b.NodeFolder, id + ".memory"), "x");
        Faults.Set(_b.NodeFolder, [new Fault("start", HangSeconds: 60)]);
        var start = await _b.Submit(new StartDomain(id));
        await _b.Until(s => RequestsTable.Get(s, start.Id), r => r!.ProgressText == "Bringing its memory back");
        await first.Kill();
        OnHost(host => host.Start(id));

        StartProcess();
        var done = await _b.Ended(start.Id);

        Assert.Equal((RequestState.Done, 2), (done.State, done.Attempts));
        Assert.False(done.Result!.Value.GetProperty("memory_restored").GetBoolean());
        Assert.Contains("started afresh", (await _b.Db.Read(s => DomainsTable.Get(s, id)))!.StateDetail, StringComparison.Ordinal);
    }

    private async Task<Guid> Running(string name) => (await _b.Do(new StartDomain((await _b.Do(new ImportDomain("tiny.img", name))).Id))).Id;

    private void OnHost(Action<IVmNode> act)
    {
        Faults.Set(_b.NodeFolder, []);
        using var host = new SimulatedVmManager().Connect(new("host", _b.NodeFolder, _b.Settings.Pool, _b.Settings.Library, _b.Settings.DisplayFolder));
        act(host);
    }

    private BackEndProcess StartProcess(int leaseSeconds = 3)
    {
        var process = BackEndProcess.Start(_b.Settings, ("BROKER_LEASE_SECONDS", leaseSeconds.ToString(null as IFormatProvider)), ("BROKER_LOG_LEVEL", "Warning"));
        _processes.Add(process);
        return process;
    }
}
