using Broker.Backend.VmManagers;
using Broker.Backend.VmManagers.Simulated;
using Broker.Core.Domains;
using Broker.Core.Requests;
using Broker.Core.Requests.Domains;

namespace Broker.Backend.Tests.Requests;

/// <summary>Other names, other owners.</summary>
public sealed class RenameTests() : BackEndTests()
{
    [Fact]
    public async Task AMachineIsCalledAnewOnItsHostTooAndItsClonesDoNotNotice()
    {
        var origin = await _b.Do(new PrepareBase((await _b.Do(new ImportDomain("tiny.img", "tiny"))).Id));
        var clone = await _b.Do(new Clone(origin.Id));
        var volumes = await _b.Db.Read(s => VolumesTable.Of(s, clone.Id));

        var renamed = await _b.Do(new RenameDomain(origin.Id, "Màquina de l'Ànna"));

        Assert.Equal(("Maquina-de-l-Anna", "Màquina de l'Ànna"), (renamed.Name, renamed.Alias));
        using (var host = Connect()) Assert.Equal(renamed.Name, host.Inventory().Single(d => d.Id == origin.Id).Name);
        Assert.Equal(("tiny-admin", (Guid?)origin.Id), (clone.Name, (await Domain(clone)).BaseId));
        Assert.Equal(volumes, await _b.Db.Read(s => VolumesTable.Of(s, clone.Id)));
        Assert.Equal(DomainState.Active, (await _b.Do(new StartDomain(clone.Id))).State);
        // a plain name leaves the alias as people know it
        var plain = await _b.Do(new RenameDomain(origin.Id, "lab"));
        Assert.Equal(("lab", renamed.Alias), (plain.Name, plain.Alias));
    }

    [Fact]
    public async Task WhatRunsOrWhoseNewNameIsTakenKeepsItsNameAsDoesWhatTheHostRefuses()
    {
        var (first, second) = (await _b.Do(new ImportDomain("tiny.img", "first")), await _b.Do(new ImportDomain("tiny.img", "second")));
        Assert.Equal("name_taken", (await _b.Ask(new RenameDomain(first.Id, "SECOND"))).ErrorCode);
        await _b.Do(new StartDomain(second.Id));
        Assert.Equal("not_off", (await _b.Ask(new RenameDomain(second.Id, "third"))).ErrorCode);
        Faults.Set(_b.NodeFolder, new Fault("define", Fail: "The host does not want to.", Times: 1));
        Assert.Equal("host_refused", (await _b.Ask(new RenameDomain(first.Id, "Quart"))).ErrorCode);
        Assert.Equal(["first", "second"], await _b.Db.Read(s => s.Query<string>("SELECT name FROM domains ORDER BY name")));
        // only in other letters
        Assert.Equal("FIRST", (await _b.Do(new RenameDomain(first.Id, "FIRST"))).Name);
    }

    [Fact]
    public async Task AMachineThatIsGivenToSomebodyRunsOnUnderItsNameAndThatIsAudited()
    {
        var machine = await _b.Do(new StartDomain((await _b.Do(new ImportDomain("tiny.img", "tiny"))).Id));
        var student = await _b.Person("student");
        var given = await _b.Do(new ChangeOwner(machine.Id, student.UserId));
        Assert.Equal((student.UserId, "tiny", DomainState.Active), (given.OwnerId, given.Name, given.State));
        Assert.Equal("tiny", await _b.Db.Read(s => s.First<string>("SELECT subject FROM audit WHERE action = 'change_owner' AND user_id = @UserId", _b.Caller)));
        Assert.Equal("unknown_user", (await Assert.ThrowsAsync<RequestRefusedException>(() => _b.Ask(new ChangeOwner(machine.Id, 4711)))).Code);
        Assert.Equal(RequestState.Done, (await _b.Ask(new ShutdownDomain(machine.Id), student)).State);
    }

    private async Task<DomainRow> Domain(DomainRow domain) => (await _b.Db.Read(s => DomainsTable.Get(s, domain.Id)))!;

    private IVmNode Connect() =>
        new SimulatedVmManager().Connect(new("host", _b.NodeFolder, _b.Settings.Pool, _b.Settings.Library, _b.Settings.DisplayFolder));
}
