using Broker.Backend.VmManagers.Simulated;
using Broker.Core.Domains;
using Broker.Core.Requests;
using Broker.Core.Requests.Domains;

namespace Broker.Backend.Tests.Requests;

/// <summary>Starting and ending machines, one and many, on simulated ones.</summary>
public sealed class PowerTests() : BackEndTests(adjust: s => s with { StopSeconds = 1 })
{
    [Fact]
    public async Task AllClonesOfABaseThatAreOffAreStartedByARequestEach()
    {
        var clones = await Clones(3);
        await _b.Do(new StartDomain(clones[0].Id));

        var asked = await _b.Ask(new StartClones(clones[0].BaseId!.Value));

        Assert.Equal((2, 1, 0), Counts(asked));
        foreach (var clone in clones) await Until(clone.Id, d => d.State is DomainState.Active);
        Assert.Equal(3, await StartsOf(clones[0].BaseId!.Value));
        Assert.Equal((0, 3, 0), Counts(await _b.Ask(new StartClones(clones[0].BaseId!.Value))));
    }

    [Fact]
    public async Task OneAfterTheOtherEachWaitsForTheOneBeforeAlsoIfThatFails()
    {
        var clones = await Clones(3);
        Faults.Set(_b.NodeFolder, new Fault("start", Fail: "No.", Times: 1));

        var asked = await _b.Ask(new StartClones(clones[0].BaseId!.Value, Sequential: true));

        var requests = asked.Result!.Value.GetProperty("requests").EnumerateArray().Select(r => r.GetInt64()).ToList();
        Assert.Equal(
            [RequestState.Failed, RequestState.Done, RequestState.Done],
            [(await _b.Ended(requests[0])).State, (await _b.Ended(requests[1])).State, (await _b.Ended(requests[2])).State]);
        var rows = await _b.Db.Read(async s => (await RequestsTable.List(s, command: "start_domain")).OrderBy(r => r.Id).ToList());
        Assert.Equal([null, requests[0], requests[1]], rows.Select(r => r.AfterId));
        Assert.True(rows[1].StartedAt >= rows[0].EndedAt && rows[2].StartedAt >= rows[1].EndedAt);
    }

    [Fact]
    public async Task WhoMayNotStartSomebodyElsesClonesStartsHisOwn()
    {
        var teacher = await _b.Person("teacher");
        var origin = await Base();
        await _b.Db.Transaction(s => s.Execute("UPDATE domains SET owner_id = @UserId WHERE id = @Id", new { teacher.UserId, origin.Id }));
        var his = await _b.Do(new Clone(origin.Id, "his", Owner: teacher.UserId));
        var other = await _b.Do(new Clone(origin.Id, "other"));

        Assert.Equal((1, 0, 1), Counts(await _b.Ask(new StartClones(origin.Id), teacher)));

        await Until(his.Id, d => d.State is DomainState.Active);
        Assert.Equal(DomainState.Shutdown, (await Row(other.Id)).State);
        Assert.Equal("not_a_base", (await _b.Ask(new StartClones(his.Id), teacher)).ErrorCode);
    }

    [Fact]
    public async Task AllRunningClonesOfABaseAreShutDownByARequestEach()
    {
        var clones = await Clones(3);
        foreach (var clone in clones.Take(2)) await _b.Do(new StartDomain(clone.Id));

        Assert.Equal((2, 1, 0), Counts(await _b.Ask(new ShutdownClones(clones[0].BaseId!.Value))));

        foreach (var clone in clones) await Until(clone.Id, d => d.State is DomainState.Shutdown);
    }

    [Fact]
    public async Task AShutdownWhileOneIsPendingLeavesNoSecondOneAndPutsNothingOff()
    {
        var desktop = await Running();
        Faults.Set(_b.NodeFolder, new Fault("shutdown", IsIgnored: true));
        await _b.Ask(new ShutdownDomain(desktop.Id, 600));
        var first = Assert.Single(await Forced(desktop.Id));

        await _b.Ask(new ShutdownDomain(desktop.Id, 1200));
        Assert.Equal((first.Id, first.AtTime), Assert.Single((await Forced(desktop.Id)).Select(r => (r.Id, r.AtTime))));

        await _b.Ask(new ShutdownDomain(desktop.Id, 300));
        Assert.True(Assert.Single(await Forced(desktop.Id)).AtTime < first.AtTime);
        // a class is sent home: one that is on its way is not asked again
        Assert.Equal((0, 1, 0), Counts(await _b.Ask(new ShutdownClones(desktop.BaseId!.Value))));
    }

    [Fact]
    public async Task HowLongAGuestGetsIsSaidByWhoAsksElseByItsSettingsElseTwoMinutes()
    {
        var desktop = await Running();
        Faults.Set(_b.NodeFolder, new Fault("shutdown", IsIgnored: true));
        Assert.Equal(120, await Given(new ShutdownDomain(desktop.Id)));

        await _b.Do(new ForceShutdownDomain(desktop.Id));
        await _b.Db.Transaction(s => DomainsTable.Set(s, desktop, new DomainSettingsChange(ShutdownTimeoutSeconds: 600)));
        await _b.Do(new StartDomain(desktop.Id));
        Assert.Equal(600, await Given(new ShutdownDomain(desktop.Id)));

        await _b.Do(new ForceShutdownDomain(desktop.Id));
        await _b.Do(new StartDomain(desktop.Id));
        Assert.Equal(60, await Given(new ShutdownDomain(desktop.Id, 60)));

        async Task<double> Given(ShutdownDomain shutdown)
        {
            var ended = await _b.Ask(shutdown);
            return Math.Round((ended.Result!.Value.GetProperty("forced_at").GetDateTimeOffset() - ended.StartedAt!.Value).TotalSeconds / 10) * 10;
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task AColdRestartTurnsADesktopOffByForceIfItHasToAndStartsIt(bool obeys)
    {
        var desktop = await Running();
        if (!obeys) Faults.Set(_b.NodeFolder, new Fault("shutdown", IsIgnored: true));

        var restart = await _b.Ask(new ShutdownStart(desktop.Id, obeys ? 3600 : 1));

        Assert.Equal(RequestState.Done, restart.State);
        var now = await Until(desktop.Id, d => d.State is DomainState.Active && d.StartedAt > desktop.StartedAt);
        Assert.Equal(obeys ? "shutdown" : "destroyed", await OffBecause());
        Assert.Equal(desktop.Id, now.Id);

        async Task<string> OffBecause() =>
            (await _b.Db.Read(s => s.First<long>("SELECT COUNT(*) FROM request_steps WHERE request_id = @Id AND text LIKE '%by force%'", new { restart.Id }))) == 0 ? "shutdown" : "destroyed";
    }

    [Fact]
    public async Task AColdRestartThatIsTakenBackWhileTheGuestTakesItsTimeLeavesItOn()
    {
        var desktop = await Running();
        Faults.Set(_b.NodeFolder, new Fault("shutdown", IsIgnored: true));
        var restart = await _b.Submit(new ShutdownStart(desktop.Id, 3600));
        var waiting = await _b.Until(s => RequestsTable.Get(s, restart.Id), r => r!.State is RequestState.Waiting);
        Assert.Contains("its plug is pulled", waiting!.ProgressText, StringComparison.Ordinal);

        await _b.Db.Transaction(s => RequestsTable.Cancel(s, restart.Id));

        Assert.Equal(RequestState.Cancelled, (await _b.Ended(restart.Id)).State);
        Assert.Equal(DomainState.Active, (await Row(desktop.Id)).State);
    }

    [Fact]
    public async Task WhatIsHibernatedOrTemporaryIsNotRestartedCold()
    {
        var desktop = await Running();
        await _b.Do(new HibernateDomain(desktop.Id));
        Assert.Equal("is_hibernated", (await _b.Ask(new ShutdownStart(desktop.Id))).ErrorCode);
        var passing = await _b.Do(new Clone(desktop.BaseId!.Value, Volatile: true));
        await _b.Do(new StartDomain(passing.Id));
        Assert.Equal("is_volatile", (await _b.Ask(new ShutdownStart(passing.Id))).ErrorCode);
    }

    [Fact]
    public async Task TheResetButtonIsPressedWithoutAskingTheGuest()
    {
        var desktop = await Running();
        Faults.Set(_b.NodeFolder, new Fault("reboot", Fail: "The guest was asked."));
        var after = await _b.Do(new ForceRebootDomain(desktop.Id));
        Assert.Equal((DomainState.Active, desktop.StartedAt), (after.State, after.StartedAt));

        await _b.Do(new ForceShutdownDomain(desktop.Id));
        Assert.Equal("not_running", (await _b.Ask(new ForceRebootDomain(desktop.Id))).ErrorCode);
    }

    private async Task<DomainRow> Base() => await _b.Do(new PrepareBase((await _b.Do(new ImportDomain("tiny.img", "tiny"))).Id));

    private async Task<IReadOnlyList<DomainRow>> Clones(int count)
    {
        var origin = await Base();
        var clones = new List<DomainRow>();
        for (var i = 0; i < count; i++) clones.Add(await _b.Do(new Clone(origin.Id)));
        return clones;
    }

    private async Task<DomainRow> Running() => await _b.Do(new StartDomain((await Clones(1))[0].Id));

    private async Task<DomainRow> Row(Guid id) => (await _b.Db.Read(s => DomainsTable.Get(s, id)))!;

    private async Task<DomainRow> Until(Guid id, Func<DomainRow, bool> fits) => (await _b.Until(s => DomainsTable.Get(s, id), d => fits(d!)))!;

    private async Task<IReadOnlyList<RequestRow>> Forced(Guid id) =>
        [.. (await _b.Db.Read(s => RequestsTable.Open(s, [id]))).Where(r => r is { Command: "force_shutdown_domain", State: RequestState.Waiting })];

    private Task<long> StartsOf(Guid origin) => _b.Db.Read(s => s.First<long>(
        "SELECT COUNT(*) FROM requests r JOIN domains d ON d.id = r.domain_id WHERE r.command = 'start_domain' AND d.base_id = @origin", new { origin }));

    private static (int Asked, int Skipped, int Refused) Counts(RequestRow ended)
    {
        var result = ended.Result!.Value;
        return (result.GetProperty("requests").GetArrayLength(), result.GetProperty("skipped").GetInt32(), result.GetProperty("refused").GetInt32());
    }
}
