using Broker.Backend.VmManagers;
using Broker.Backend.VmManagers.Simulated;
using Broker.Core.Access;
using Broker.Core.Domains;
using Broker.Core.Nodes;
using Broker.Core.Requests;
using Broker.Core.Requests.Domains;
using Broker.Core.Requests.Nodes;

namespace Broker.Backend.Tests.Requests;

/// <summary>Machines that somebody made on a host, beside Broker.</summary>
public sealed class AdoptTests() : BackEndTests()
{
    [Fact]
    public async Task AMachineThatIsAdoptedKeepsItsIdAndItsDisksAndThoseStayWhenItIsRemoved()
    {
        var foreign = Foreign("theirs", "mine");
        await _b.Do(new ImportDomain("tiny.img", "ours"));
        var found = Assert.Single(await Discover());
        Assert.Equal((foreign.Id, "theirs", DomainState.Shutdown, foreign.Disks[0].Path), (found.Id, found.Name, found.State, Assert.Single(found.DiskList).Path));
        var student = await _b.Person("student");

        var adopted = await _b.Do(new AdoptDomain("host", "theirs", Name: "lab", Owner: student.UserId, AcceptChanges: true));

        Assert.Equal((foreign.Id, "lab", student.UserId, DomainState.Shutdown, foreign.Mac), (adopted.Id, adopted.Name, adopted.OwnerId, adopted.State, adopted.Mac));
        Assert.Empty(await _b.Db.Read(s => UnknownDomainsTable.Of(s, adopted.NodeId)));
        var volume = Assert.Single(await _b.Db.Read(s => VolumesTable.Of(s, adopted.Id)));
        Assert.Equal((foreign.Disks[0].Path, true), (volume.Path, volume.IsForeign));
        Assert.Equal(DomainState.Active, (await _b.Do(new StartDomain(adopted.Id))).State);
        await _b.Ask(new ForceShutdownDomain(adopted.Id));
        Assert.Equal("foreign_disk", (await _b.Ask(new PrepareBase(adopted.Id))).ErrorCode);
        Assert.Equal("foreign_disk", (await _b.Ask(new CompactDomain(adopted.Id))).ErrorCode);
        // a copy of it has disks of its own
        var copy = await _b.Do(new PrepareBase((await _b.Do(new CopyDomain(adopted.Id))).Id));
        Assert.Equal("mine", SimulatedDisk.ReadAll((await _b.Db.Read(s => VolumesTable.Of(s, copy.Id)))[0].Path));

        await _b.Ask(new RemoveDomain(adopted.Id));
        Assert.Equal("mine", SimulatedDisk.ReadAll(foreign.Disks[0].Path));
        Assert.Equal(1, await _b.Db.Read(s => s.First<long>("SELECT COUNT(*) FROM audit WHERE action = 'adopt_domain' AND subject = 'lab'")));
    }

    [Fact]
    public async Task DisksThatAreCopiedStandAloneInThePoolAndThoseOfBeforeStay()
    {
        var below = Disk("below", null, "old ");
        var foreign = Foreign("theirs", "new", below);
        await Discover();
        Assert.Equal("lies_on_others", await Refusal(new AdoptDomain("host", "theirs", AcceptChanges: true)));

        var adopted = await _b.Do(new AdoptDomain("host", $"{foreign.Id}", Disks: AdoptedDisks.Copy, AcceptChanges: true));

        var volume = Assert.Single(await _b.Db.Read(s => VolumesTable.Of(s, adopted.Id)));
        Assert.Equal((_b.Settings.Pool, false, "old new"), (Path.GetDirectoryName(volume.Path), volume.IsForeign, SimulatedDisk.ReadAll(volume.Path)));
        await _b.Do(new PrepareBase(adopted.Id));
        Assert.Equal("old new", SimulatedDisk.ReadAll(foreign.Disks[0].Path));
    }

    [Fact]
    public async Task WhatRunsIsAdoptedWhileItRunsAndHasItsDisplayAfterItsNextStart()
    {
        var foreign = Foreign("theirs", "mine");
        using var host = Host();
        host.Start(foreign.Id);
        await Discover();
        Assert.Equal("not_off", await Refusal(new AdoptDomain("host", "theirs", Disks: AdoptedDisks.Copy, AcceptChanges: true)));
        Assert.Equal("not_off", await Refusal(new AdoptDomain("host", "theirs", Name: "lab", AcceptChanges: true)));

        var adopted = await _b.Do(new AdoptDomain("host", "theirs", AcceptChanges: true));
        Assert.Equal((DomainState.Active, true), (adopted.State, adopted.NeedsRestart));
        await _b.Ask(new ForceShutdownDomain(adopted.Id));
        Assert.False((await _b.Do(new StartDomain(adopted.Id))).NeedsRestart);
        Assert.Empty(host.Describe(foreign.Id)!.Changes);
    }

    [Fact]
    public async Task NobodyButAdministratorsAdoptsAndNothingIsLostWithoutAWord()
    {
        var (foreign, twin) = (Foreign("theirs", "mine"), Foreign("ours", "x"));
        var ours = await _b.Do(new ImportDomain("tiny.img", "ours2"));
        await Discover();
        var maker = await _b.Person("maker");
        Assert.Equal("not_allowed", await Refusal(new AdoptDomain("host", "theirs"), maker with { Grants = Holdings.Resolve([new(Grant.CreateMachine, Reach.All)], []) }));
        Assert.Equal("has_changes", await Refusal(new AdoptDomain("host", "theirs")));
        Assert.Equal("unknown_machine", await Refusal(new AdoptDomain("host", "nothing")));
        Assert.Equal("unknown_node", await Refusal(new AdoptDomain("elsewhere", "theirs")));
        Assert.Equal("already_known", await Refusal(new AdoptDomain("host", $"{ours.Id}")));
        Assert.Equal("name_taken", await Refusal(new AdoptDomain("host", "theirs", Name: "ours2", AcceptChanges: true)));
        using var host = Host();
        host.Define(foreign with { MemoryKib = 64 * 1024 });
        Assert.Equal("changed_meanwhile", (await _b.Ask(new AdoptDomain("host", "theirs", AcceptChanges: true))).ErrorCode);
        File.Delete(twin.Disks[0].Path);
        Assert.Contains("missing", Assert.Single((await Discover()).Single(u => u.Id == twin.Id).Obstacles), StringComparison.Ordinal);
        Assert.Equal("not_adoptable", await Refusal(new AdoptDomain("host", "ours", AcceptChanges: true)));
    }

    [Fact]
    public async Task WhatCouldNotBeAdoptedIsAsItWasAndCanBeAskedForAgain()
    {
        var foreign = Foreign("theirs", "mine");
        await Discover();
        foreach (var call in (string[])["copy_disk", "define"])
        {
            Faults.Set(_b.NodeFolder, new Fault(call, Fail: "The host does not want to.", Times: 1));
            Assert.Equal("host_refused", (await _b.Ask(new AdoptDomain("host", "theirs", Name: "lab", Disks: AdoptedDisks.Copy, AcceptChanges: true))).ErrorCode);
            Assert.Null(await _b.Db.Read(s => DomainsTable.Get(s, foreign.Id)));
            using var host = Host();
            Assert.Equal(("theirs", foreign.Disks[0].Path), (host.Describe(foreign.Id)!.Name, host.Describe(foreign.Id)!.Disks[0].Path));
            Assert.Empty(Directory.GetFiles(_b.Settings.Pool));
        }

        // one whose end was never written is adopted when it is done again
        Faults.Set(_b.NodeFolder, new Fault("define", IsConnectionLost: true, Times: 1));
        Assert.Equal("lab", (await _b.Do(new AdoptDomain("host", "theirs", Name: "lab", Disks: AdoptedDisks.Copy, AcceptChanges: true))).Name);
    }

    [Theory]
    [InlineData(AdoptedDisks.Copy)]
    [InlineData(AdoptedDisks.Keep)]
    public async Task AnAdoptionThatGoesWrongAfterTheHostWasToldIsBroughtToItsEnd(AdoptedDisks disks)
    {
        var foreign = Foreign("theirs", "mine");
        await Discover();
        Faults.Set(_b.NodeFolder, new Fault("define", Fail: "The answer got lost.", HangSeconds: 600, Times: 1));
        var asked = await _b.Submit(new AdoptDomain("host", "theirs", Name: "lab", Disks: disks, AcceptChanges: true));
        await IsHanging();
        var volume = Assert.Single(await _b.Db.Read(s => VolumesTable.Of(s, foreign.Id)));
        using (var host = Host())
            host.Define(foreign with { Name = "lab", Disks = [new("vda", volume.Path, volume.Format, [])], DisplaySocket = Path.Combine(_b.Settings.DisplayFolder, $"{foreign.Id:N}.sock") });
        Faults.Set(_b.NodeFolder);

        Assert.Equal("host_refused", (await _b.Ended(asked.Id)).ErrorCode);
        Assert.Equal(("lab", DomainState.Shutdown), await _b.Db.Read(async s => await DomainsTable.Get(s, foreign.Id) is { } row ? (row.Name, row.State) : default));
        Assert.Equal("mine", SimulatedDisk.ReadAll(volume.Path));
        Assert.Empty(await _b.Db.Read(s => UnknownDomainsTable.Of(s, 1)));
        Assert.Equal(DomainState.Active, (await _b.Do(new StartDomain(foreign.Id))).State);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task AMachineThatWasStartedOrWrittenToWhileItsDisksWereCopiedIsNotAdopted(bool isStarted)
    {
        var below = Disk("below", null, "old ");
        var foreign = Foreign("theirs", "mine", below);
        await Discover();
        Faults.Set(_b.NodeFolder, new Fault("copy_disk", HangSeconds: 600, Times: 1));
        var asked = await _b.Submit(new AdoptDomain("host", "theirs", Disks: AdoptedDisks.Copy, AcceptChanges: true));
        await IsHanging();
        using var host = Host();
        if (isStarted) host.Start(foreign.Id);
        else Disk("below", null, "newer ");
        Faults.Set(_b.NodeFolder);

        Assert.Equal("changed_meanwhile", (await _b.Ended(asked.Id)).ErrorCode);
        Assert.Null(await _b.Db.Read(s => DomainsTable.Get(s, foreign.Id)));
        Assert.Equal(("theirs", foreign.Disks[0].Path), (host.Describe(foreign.Id)!.Name, host.Describe(foreign.Id)!.Disks[0].Path));
        Assert.Empty(Directory.GetFiles(_b.Settings.Pool));
    }

    [Fact]
    public async Task AnAdoptionThatIsTakenUpAgainCopiesWhatIsOnTheDisksByThen()
    {
        Foreign("theirs", "mine");
        await Discover();
        Faults.Set(_b.NodeFolder, new Fault("define", IsConnectionLost: true, HangSeconds: 600, Times: 1));
        var asked = await _b.Submit(new AdoptDomain("host", "theirs", Disks: AdoptedDisks.Copy, AcceptChanges: true));
        await IsHanging();
        Disk("theirs", null, "mine, newer");
        Faults.Set(_b.NodeFolder);

        var ended = await _b.Ended(asked.Id);
        Assert.Equal((RequestState.Done, 2), (ended.State, ended.Attempts));
        Assert.Equal("mine, newer", SimulatedDisk.ReadAll(Assert.Single(await _b.Db.Read(s => VolumesTable.Of(s, ended.DomainId!.Value))).Path));
    }

    // a fault's count is written down before it goes wrong
    private Task<string> IsHanging() => _b.Until(_ => File.ReadAllTextAsync(Path.Combine(_b.NodeFolder, "faults.json")), text => text.Contains("\"times\":0", StringComparison.OrdinalIgnoreCase));

    private async Task<IReadOnlyList<UnknownDomainRow>> Discover()
    {
        Assert.Equal(RequestState.Done, (await _b.Ask(new DiscoverDomains("host"))).State);
        return await _b.Db.Read(async s => await UnknownDomainsTable.Of(s, (await NodesTable.All(s))[0].Id));
    }

    private async Task<string> Refusal(AdoptDomain request, Caller? caller = null) =>
        (await Assert.ThrowsAsync<RequestRefusedException>(() => _b.Db.Transaction(s => RequestWriter.Submit(s, caller ?? _b.Caller, request)))).Code;

    private DomainSpec Foreign(string name, string content, string? below = null)
    {
        var row = DomainsTable.New(name, 1, 1, 128 * 1024, 1);
        var spec = new DomainSpec(row.Id, name, row.MemoryKib, 1, row.Mac, [new("vda", Disk(name, below, content), "simulated", below is null ? [] : [below])], Path.Combine(_run, $"{name}.sock"));
        using var host = Host();
        host.Define(spec);
        return spec;
    }

    private string Disk(string name, string? below, string content)
    {
        var path = Path.Combine(Directory.CreateDirectory(Path.Combine(_run, "elsewhere")).FullName, $"{name}.sim");
        new SimulatedDisk(1 << 20, below, content).Write(path);
        return path;
    }

    private IVmNode Host() => new SimulatedVmManager().Connect(new("host", _b.NodeFolder, _b.Settings.Pool, _b.Settings.Library, _b.Settings.DisplayFolder));
}
