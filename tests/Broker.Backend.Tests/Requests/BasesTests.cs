using Broker.Backend.VmManagers;
using Broker.Backend.VmManagers.Simulated;
using Broker.Core.Domains;
using Broker.Core.Requests;
using Broker.Core.Requests.Domains;

namespace Broker.Backend.Tests.Requests;

/// <summary>Bases, and what ties clones to them.</summary>
public sealed class BasesTests() : BackEndTests(adjust: s => s with { StopSeconds = 1 })
{
    [Theory]
    [InlineData("vda")]
    [InlineData("vdb")]
    public async Task AMachineStaysWhatItIsWhenAFileIsInTheWayOfItsFirstOrSecondDisk(string target)
    {
        var machine = await Machine("machine", VolumeKind.Data);
        var disks = await Disks(machine.Id);
        var inTheWay = PoolFiles.TemplateOf(disks[target].Path);
        await File.WriteAllTextAsync(inTheWay, "somebody else's");

        var failed = await _b.Ask(new PrepareBase(machine.Id));

        Assert.Equal("host_refused", failed.ErrorCode);
        Assert.Contains(inTheWay, failed.ErrorText, StringComparison.Ordinal);
        Assert.Equal("somebody else's", await File.ReadAllTextAsync(inTheWay));
        Assert.Single(Directory.GetFiles(_b.Settings.Pool, "*.template"));
        Assert.All((await Disks(machine.Id)).Values, d => Assert.False(d.IsFrozen));
        Assert.False((await _b.Do(new StartDomain(machine.Id))).IsBase);
    }

    [Fact]
    public async Task AMachineWithoutOneOfItsDisksIsNoBaseAndTheDiskIsNamed()
    {
        var machine = await Machine("machine", VolumeKind.Data);
        var disks = await Disks(machine.Id);
        File.Delete(disks["vdb"].Path);

        var failed = await _b.Ask(new PrepareBase(machine.Id));

        Assert.Contains($"{disks["vdb"].Path} is missing", failed.ErrorText, StringComparison.Ordinal);
        Assert.True(File.GetUnixFileMode(disks["vda"].Path).HasFlag(UnixFileMode.UserWrite));
        Assert.False((await Row(machine.Id)).IsBase);
    }

    [Fact]
    public async Task ABaseIsNotPreparedAgainWhenNothingCanHaveChanged()
    {
        var origin = await Base("base");

        var again = await _b.Ask(new PrepareBase(origin.Id, Publish: true));

        Assert.Equal("already_a_base", again.ErrorCode);
        Assert.False((await Row(origin.Id)).IsPublic);
    }

    [Fact]
    public async Task WhatAMachineWasWhenItBecameABaseIsKeptUntilItIsNoneAnyMore()
    {
        var origin = await Base("base", VolumeKind.Data);
        await _b.Db.Transaction(s => s.Execute("UPDATE domains SET memory_kib = 1 WHERE id = @Id", new { origin.Id }));

        var kept = (await _b.Db.Read(s => BasesTable.Get(s, origin.Id)))!;

        Assert.Equal(("base", origin.MemoryKib, 1), (kept.Definition.Name, kept.Definition.MemoryKib, kept.Definition.Vcpus));
        var disks = await Disks(origin.Id);
        Assert.Equal([("vda", VolumeKind.Sys, disks["vda"].Path), ("vdb", VolumeKind.Data, disks["vdb"].Path)], kept.Definition.Disks.Select(d => (d.Target, d.Kind, d.File)));
        await _b.Do(new RemoveBase(origin.Id));
        Assert.Null(await _b.Db.Read(s => BasesTable.Get(s, origin.Id)));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task ClonesFindTheCdsOfTheirBaseWhenItWasPreparedSo(bool withCd)
    {
        var machine = await _b.Do(new ImportDomain("tiny.img", "machine"));
        await _b.Db.Transaction(s => CdDrivesTable.Put(s, new CdDriveRow { DomainId = machine.Id, Target = "hda", File = "course.iso" }));
        await _b.Do(new PrepareBase(machine.Id, WithCd: withCd));

        var clone = await _b.Do(new Clone(machine.Id, "one"));

        Assert.Equal(withCd ? "course.iso" : null, (await _b.Db.Read(s => CdDrivesTable.Of(s, clone.Id))).Single().File);
        Assert.Equal("course.iso", (await _b.Db.Read(s => CdDrivesTable.Of(s, machine.Id))).Single().File);
    }

    [Fact]
    public async Task ACloneThatWasSpunOffStandsAloneWithAllThatWasOnItAndItsBaseCanGo()
    {
        var origin = await Base("base", VolumeKind.Data);
        var clone = await _b.Do(new Clone(origin.Id, "one"));
        await _b.Do(new StartDomain(clone.Id));
        await Write(clone.Id, "vda", "S");
        await Write(clone.Id, "vdb", "D");

        var alone = await _b.Do(new SpinoffDomain(clone.Id));

        Assert.Equal((DomainState.Shutdown, null), (alone.State, alone.BaseId));
        await _b.Ask(new RemoveDomain(origin.Id));
        Assert.Null(await _b.Db.Read(s => DomainsTable.Get(s, origin.Id)));
        Assert.Equal(("base:S", "base:D"), (await Content(clone.Id, "vda"), await Content(clone.Id, "vdb")));
        Assert.Equal(DomainState.Active, (await _b.Do(new StartDomain(clone.Id))).State);
        Assert.Equal("not_a_clone", (await _b.Ask(new RestoreDomain(clone.Id))).ErrorCode);
    }

    [Fact]
    public async Task NoBaseIsSpunOffWithOrWithoutClonesNorWhatIsHibernated()
    {
        var origin = await Base("base");
        var middle = await _b.Do(new Clone(origin.Id, "middle"));
        await _b.Do(new PrepareBase(middle.Id));
        var clone = await _b.Do(new Clone(middle.Id, "one"));
        await _b.Do(new StartDomain(clone.Id));
        await _b.Do(new HibernateDomain(clone.Id));

        Assert.Equal("is_a_base", (await _b.Ask(new SpinoffDomain(middle.Id))).ErrorCode);
        Assert.Equal("is_a_base", (await _b.Ask(new SpinoffDomain(origin.Id))).ErrorCode);
        Assert.Equal("hibernated", (await _b.Ask(new SpinoffDomain(clone.Id))).ErrorCode);
        Assert.Equal("hibernated", (await _b.Ask(new RebaseDomain(clone.Id, origin.Id))).ErrorCode);
        Assert.Equal("hibernated", (await _b.Ask(new CompactDomain(clone.Id))).ErrorCode);
    }

    [Fact]
    public async Task ARunningCloneIsDetachedWhileItGoesOn()
    {
        var origin = await Base("base");
        var clone = await _b.Do(new Clone(origin.Id, "one"));
        await Write(clone.Id, "vda", "S");
        Assert.Equal("not_running", (await _b.Ask(new DetachDomain(clone.Id))).ErrorCode);
        var running = await _b.Do(new StartDomain(clone.Id));
        Faults.Set(_b.NodeFolder, new Fault("detach", Fail: "The disk is full.", Times: 1));
        Assert.Equal("host_refused", (await _b.Ask(new DetachDomain(clone.Id))).ErrorCode);
        Assert.Equal(origin.Id, (await Row(clone.Id)).BaseId);

        var alone = await _b.Do(new DetachDomain(clone.Id));

        Assert.Equal((DomainState.Active, running.StartedAt, null), (alone.State, alone.StartedAt, alone.BaseId));
        await _b.Ask(new RemoveDomain(origin.Id));
        Assert.Equal("base:S", await Content(clone.Id, "vda"));
    }

    [Fact]
    public async Task ARestoredCloneIsNewButForItsDataAndKeepsTheNamesOfItsFiles()
    {
        var origin = await Base("base", VolumeKind.Data, VolumeKind.Swap, VolumeKind.Tmp);
        var clone = await _b.Do(new Clone(origin.Id, "one"));
        await _b.Do(new StartDomain(clone.Id));
        string[] targets = ["vda", "vdb", "vdc", "vdd"];
        foreach (var target in targets) await Write(clone.Id, target, target);
        var before = await Disks(clone.Id);
        await _b.Do(new HibernateDomain(clone.Id));

        var restored = await _b.Do(new RestoreDomain(clone.Id));

        Assert.Equal((DomainState.Shutdown, null, origin.Id), (restored.State, restored.SavedAt, restored.BaseId));
        Assert.Equal(["base:", "base:vdb", "base:", "base:"], await Task.WhenAll(targets.Select(t => Content(clone.Id, t))));
        Assert.Equal(before.Values.Select(d => d.Path), (await Disks(clone.Id)).Values.Select(d => d.Path));
        Assert.Equal(DomainState.Active, (await _b.Do(new StartDomain(clone.Id))).State);
    }

    [Fact]
    public async Task OnlyWhoMayRemoveACloneRestoresItAndWhatIsNoCloneIsNotRestored()
    {
        var (ana, ben) = (await _b.Person("ana"), await _b.Person("ben"));
        var origin = await Base("base");
        await _b.Db.Transaction(s => DomainsTable.SetPublic(s, origin.Id, true));
        var clone = await _b.Submit(new Clone(origin.Id), ana);
        await _b.Ended(clone.Id);

        await Assert.ThrowsAsync<RequestRefusedException>(() => _b.Submit(new RestoreDomain(clone.DomainId!.Value), ben));
        Assert.Equal(RequestState.Done, (await _b.Ask(new RestoreDomain(clone.DomainId!.Value), ana)).State);
        Assert.Equal("is_a_base", (await _b.Ask(new RestoreDomain(origin.Id))).ErrorCode);
        Assert.Equal("not_a_clone", (await _b.Ask(new RestoreDomain((await Machine("machine")).Id))).ErrorCode);
    }

    [Fact]
    public async Task RebasingThreeTimesKeepsTheDataAndNothingElse()
    {
        var bases = new List<DomainRow>();
        foreach (var name in (string[])["one", "two", "three", "four"]) bases.Add(await Base(name, VolumeKind.Data, VolumeKind.Swap));
        var clone = await _b.Do(new Clone(bases[0].Id, "clone"));
        var files = (await Disks(clone.Id)).Values.Select(d => d.Path).ToList();
        foreach (var next in bases.Skip(1))
        {
            await Write(clone.Id, "vda", "S");
            await Write(clone.Id, "vdb", next.Name[..1]);
            await Write(clone.Id, "vdc", "W");
            await _b.Do(new StartDomain(clone.Id));
            var rebased = await _b.Do(new RebaseDomain(clone.Id, next.Id));
            Assert.Equal((next.Id, DomainState.Shutdown), (rebased.BaseId!.Value, rebased.State));
        }

        Assert.Equal(("four:", "one:ttf", "four:"), (await Content(clone.Id, "vda"), await Content(clone.Id, "vdb"), await Content(clone.Id, "vdc")));
        Assert.Equal(files, (await Disks(clone.Id)).Values.Select(d => d.Path));
        // none of the bases before is needed any more
        foreach (var before in bases.Take(3)) Assert.Equal(RequestState.Done, (await _b.Ask(new RemoveDomain(before.Id))).State);
        Assert.Equal(DomainState.Active, (await _b.Do(new StartDomain(clone.Id))).State);
        Assert.Equal("already_its_base", (await _b.Ask(new RebaseDomain(clone.Id, bases[3].Id))).ErrorCode);
    }

    [Fact]
    public async Task ARebaseToABaseWithOtherDisksIsRefusedAndTheCloneIsAsItWas()
    {
        var origin = await Base("base", VolumeKind.Data);
        var clone = await _b.Do(new Clone(origin.Id, "clone"));
        await Write(clone.Id, "vda", "S");
        await _b.Do(new StartDomain(clone.Id));
        foreach (var kinds in (VolumeKind[][])[[], [VolumeKind.Swap], [VolumeKind.Data, VolumeKind.Swap]])
        {
            var other = await Base($"other-{kinds.Length}-{kinds.FirstOrDefault()}", kinds);
            var failed = await _b.Ask(new RebaseDomain(clone.Id, other.Id));
            Assert.Equal("other_disks", failed.ErrorCode);
            Assert.Contains("vda sys, vdb data", failed.ErrorText, StringComparison.Ordinal);
        }

        Assert.Equal("not_a_base", (await _b.Ask(new RebaseDomain(clone.Id, (await Machine("machine", VolumeKind.Data)).Id))).ErrorCode);
        var now = await Row(clone.Id);
        Assert.Equal((origin.Id, DomainState.Active), (now.BaseId!.Value, now.State));
        Assert.Equal("base:S", await Content(clone.Id, "vda"));
    }

    // The disk with data lies on the new base already when the host fails; the system, on the old one, has not been touched.
    [Fact]
    public async Task ARebaseThatFailsHalfwayLeavesAWholeCloneAndBothBasesStay()
    {
        var (one, two) = (await Base("one", VolumeKind.Data), await Base("two", VolumeKind.Data));
        await _b.Db.Transaction(s => DomainsTable.SetPublic(s, one.Id, true));
        var clone = await _b.Do(new Clone(one.Id, "clone"));
        await Write(clone.Id, "vda", "S");
        await Write(clone.Id, "vdb", "D");
        Faults.Set(_b.NodeFolder, new Fault("renew", Fail: "The disk is full."));

        Assert.Equal("host_refused", (await _b.Ask(new RebaseDomain(clone.Id, two.Id))).ErrorCode);

        Assert.Equal(one.Id, (await Row(clone.Id)).BaseId);
        Assert.Equal(("one:S", "one:D"), (await Content(clone.Id, "vda"), await Content(clone.Id, "vdb")));
        Assert.Equal(DomainState.Active, (await _b.Do(new StartDomain(clone.Id))).State);
        await _b.Do(new ForceShutdownDomain(clone.Id));
        Faults.Set(_b.NodeFolder, []);
        Assert.Equal("has_clones", (await _b.Ask(new RemoveDomain(one.Id))).ErrorCode);
        await _b.Do(new RebaseDomain(clone.Id, two.Id));
        Assert.Equal(("two:", "one:D"), (await Content(clone.Id, "vda"), await Content(clone.Id, "vdb")));
    }

    [Fact]
    public async Task ThreeLevelsOfBasesAreMadeRebasedAndRemovedInOrder()
    {
        var lowest = await Base("lowest");
        var middle = await Cloned(lowest, "middle", "M");
        var top = await Cloned(middle, "top", "T");
        var leaf = await _b.Do(new Clone(top.Id, "leaf"));
        Assert.Equal("lowest:MT", await Content(leaf.Id, "vda"));
        var newTop = await Cloned(middle, "new-top", "N");

        await _b.Do(new RebaseDomain(leaf.Id, newTop.Id));

        Assert.Equal("lowest:MN", await Content(leaf.Id, "vda"));
        Assert.Equal("has_clones", (await _b.Ask(new RemoveBase(middle.Id))).ErrorCode);
        await _b.Do(new RemoveBase(top.Id));
        Assert.Equal("lowest:MT", await Content(top.Id, "vda"));
        await _b.Do(new SpinoffDomain(top.Id));
        await _b.Ask(new RemoveDomain(leaf.Id));
        foreach (var each in (DomainRow[])[newTop, middle, lowest]) Assert.Equal(RequestState.Done, (await _b.Ask(new RemoveDomain(each.Id))).State);
        Assert.Equal("lowest:MT", await Content(top.Id, "vda"));
        Assert.Equal(DomainState.Active, (await _b.Do(new StartDomain(top.Id))).State);
    }

    [Fact]
    public async Task RebasingABaseGivesItsClonesAndTheirClonesToTheNewOneAndTellsWhichFailed()
    {
        var old = await Base("old", VolumeKind.Data);
        await _b.Db.Transaction(s => DomainsTable.SetPublic(s, old.Id, true));
        var plain = await _b.Do(new Clone(old.Id, "plain"));
        await Write(plain.Id, "vdb", "D");
        var nested = await Cloned(old, "nested", "N");
        var leaf = await _b.Do(new Clone(nested.Id, "leaf"));
        var asleep = await _b.Do(new Clone(old.Id, "asleep"));
        await _b.Do(new StartDomain(asleep.Id));
        await _b.Do(new HibernateDomain(asleep.Id));
        var passing = await _b.Do(new Clone(old.Id, "passing", Volatile: true));
        await _b.Do(new StartDomain(passing.Id));
        // how a base is renewed: a clone of it that was changed
        var renewed = await _b.Do(new Clone(old.Id, "renewed"));
        await Write(renewed.Id, "vda", "2");

        var asked = await _b.Ask(new RebaseClones(old.Id, renewed.Id));

        Assert.Equal((4, "passing"), (asked.Result!.Value.GetProperty("asked").GetInt32(), asked.Result.Value.GetProperty("left_to_end")[0].GetString()));
        var caused = await _b.Until(s => RequestsTable.CausedBy(s, asked.Id), c => c.Done + c.Failed == c.Total);
        Assert.Equal((6, 1), (caused.Total, caused.Failed));
        var failed = (await _b.Db.Read(s => RequestsTable.List(s, states: [RequestState.Failed], command: "rebase_domain"))).Single();
        Assert.Equal(("asleep", "hibernated"), (failed.DomainName, failed.ErrorCode));
        Assert.True((await Row(renewed.Id)) is { IsBase: true, IsPublic: true });
        foreach (var clone in (DomainRow[])[plain, nested, leaf]) Assert.Equal((renewed.Id, false), ((await Row(clone.Id)).BaseId!.Value, (await Row(clone.Id)).IsBase));
        Assert.Equal(("old:2", "old:D", "old:2"), (await Content(plain.Id, "vda"), await Content(plain.Id, "vdb"), await Content(leaf.Id, "vda")));
        Assert.Equal(old.Id, (await Row(asleep.Id)).BaseId);
        Assert.Equal("no_clones", (await _b.Ask(new RebaseClones(plain.Id, renewed.Id))).ErrorCode);
    }

    [Fact]
    public async Task CompactingTakesWhatIsOffGivesBackRoomAndLeavesBases()
    {
        var origin = await Base("base");
        var clone = await _b.Do(new Clone(origin.Id, "one"));
        await Write(clone.Id, "vda", "S\0\0\0");

        var done = await _b.Ask(new CompactDomain(clone.Id));

        Assert.Equal((RequestState.Done, 3), (done.State, done.Result!.Value.GetProperty("won_bytes").GetInt64()));
        Assert.Equal("base:S", await Content(clone.Id, "vda"));
        await _b.Do(new StartDomain(clone.Id));
        Assert.Equal("not_off", (await _b.Ask(new CompactDomain(clone.Id))).ErrorCode);
        Assert.Equal("is_a_base", (await _b.Ask(new CompactDomain(origin.Id))).ErrorCode);
    }

    private async Task<DomainRow> Row(Guid id) => (await _b.Db.Read(s => DomainsTable.Get(s, id)))!;

    private async Task<DomainRow> Base(string name, params VolumeKind[] more) => await _b.Do(new PrepareBase((await Machine(name, more)).Id));

    /// <summary>A machine with more disks of these kinds; on each is the machine's name.</summary>
    private async Task<DomainRow> Machine(string name, params VolumeKind[] more)
    {
        var machine = await _b.Do(new ImportDomain("tiny.img", name));
        foreach (var (kind, i) in more.Select((k, i) => (k, i)))
        {
            var id = Guid.NewGuid();
            var volume = new VolumeRow
            {
                Id = id,
                DomainId = machine.Id,
                Target = $"vd{(char)('b' + i)}",
                Kind = kind,
                Path = Path.Combine(_b.Settings.Pool, $"{id}.sim"),
                Format = "simulated",
                CapacityBytes = 1 << 20,
            };
            await _b.Db.Transaction(s =>
            {
                VolumesTable.Insert(s, volume);
                return Task.CompletedTask;
            });
            new SimulatedDisk(1 << 20, null, "").Write(volume.Path);
        }

        foreach (var disk in await Disks(machine.Id)) await Write(machine.Id, disk.Key, $"{name}:");
        return machine;
    }

    /// <summary>A base that is a clone of another, with something more on its disk.</summary>
    private async Task<DomainRow> Cloned(DomainRow origin, string name, string text)
    {
        var clone = await _b.Do(new Clone(origin.Id, name));
        await Write(clone.Id, "vda", text);
        return await _b.Do(new PrepareBase(clone.Id));
    }

    private async Task<Dictionary<string, VolumeRow>> Disks(Guid id) => (await _b.Db.Read(s => VolumesTable.Of(s, id))).ToDictionary(d => d.Target);

    private async Task Write(Guid id, string target, string text)
    {
        var path = (await Disks(id))[target].Path;
        var disk = SimulatedDisk.Read(path);
        (disk with { Content = disk.Content + text }).Write(path);
    }

    private async Task<string> Content(Guid id, string target) => SimulatedDisk.ReadAll((await Disks(id))[target].Path);
}
