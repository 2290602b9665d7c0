using Broker.Backend.VmManagers.Simulated;
using Broker.Core.Access;
using Broker.Core.Domains;
using Broker.Core.Messages;
using Broker.Core.Nodes;
using Broker.Core.Requests;
using Broker.Core.Requests.Domains;
using Broker.Core.Settings;
using Broker.Core.Users;

namespace Broker.Backend.Tests.Requests;

/// <summary>How many run, how long, for how much memory, and what runs because its host does; on simulated machines.</summary>
public sealed class LimitsTests() : BackEndTests(adjust: s => s with { StopSeconds = 1 })
{
    private Caller _bea = null!;

    [Fact]
    public async Task WhoStartsMoreThanHeMayLosesTheOldestToHibernationAndIsTold()
    {
        var (first, second) = (await Desktop("first"), await Desktop("second"));
        await _b.Do(new StartDomain(first.Id), _bea);
        await _b.Do(new StartDomain(second.Id), _bea);

        await Until(first.Id, d => d.State is DomainState.Hibernated);
        Assert.Equal(DomainState.Active, (await Row(second.Id)).State);
        var told = (await Told(MessageKind.DesktopEnded)).Single();
        Assert.Equal((first.Id, "first"), (told.DomainId, told.DomainName));
        Assert.Equal(("start_limit", true, 1), (told.Data.GetProperty("reason").GetString(), told.Data.GetProperty("hibernated").GetBoolean(), told.Data.GetProperty("limit").GetInt32()));
        Assert.Equal("(broker)", await _b.Db.Read(s => s.First<string>(
            "SELECT u.name FROM requests r JOIN users u ON u.id = r.user_id WHERE r.domain_id = @Id AND r.command = 'hibernate_domain'", new { first.Id })));
    }

    [Fact]
    public async Task AStartIsSeenAlsoWhileLimitsAreJustBeingEnforced()
    {
        var (first, second) = (await Desktop("first"), await Desktop("second"));
        await _b.Do(new StartDomain(first.Id), _bea);
        // it has looked already, and has not ended
        await _b.Db.Transaction(async s =>
        {
            var row = (await RequestWriter.Submit(s, await UsersTable.System(s), new EnforceLimits(_bea.UserId))).Row;
            await s.Execute(
                "UPDATE requests SET state = 'working', attempts = 1, epoch = 1, claimed_by = @me, lease_until = UTC_TIMESTAMP(6) + INTERVAL 1 HOUR WHERE id = @Id", new { row.Id, me = _b.Identities[0] });
        });
        await _b.Do(new StartDomain(second.Id), _bea);

        await Until(first.Id, d => d.State is DomainState.Hibernated);
        Assert.Equal(DomainState.Active, (await Row(second.Id)).State);
        Assert.Single(await Told(MessageKind.DesktopEnded));
    }

    [Fact]
    public async Task ALimitOfTwoKeepsTwoAndWhatIsTemporaryIsShutDown()
    {
        await _b.Db.Transaction(s => SiteSettingsTable.Write(s, SiteSettings.Default with { StartLimit = 2 }));
        DomainRow[] desktops = [await Desktop("first", isVolatile: true), await Desktop("second"), await Desktop("third")];
        foreach (var desktop in desktops) await _b.Do(new StartDomain(desktop.Id), _bea);

        await _b.Until(s => DomainsTable.Get(s, desktops[0].Id), d => d is null);
        Assert.Equal([DomainState.Active, DomainState.Active], [(await Row(desktops[1].Id)).State, (await Row(desktops[2].Id)).State]);
        Assert.False((await Told(MessageKind.DesktopEnded)).Single().Data.GetProperty("hibernated").GetBoolean());
    }

    [Theory]
    [InlineData("administrator")]
    [InlineData("granted")]
    [InlineData("no limit")]
    public async Task WhoMayRunManyKeepsThem(string why)
    {
        var (first, second) = (await Desktop("first"), await Desktop("second"));
        if (why == "administrator") await _b.Db.Transaction(s => s.Execute("UPDATE users SET is_admin = 1 WHERE id = @UserId", new { _bea.UserId }));
        if (why == "granted") await _b.Db.Transaction(s => s.Execute("INSERT INTO grants (user_id, grant_name, reach) VALUES (@UserId, 'start_many', 'all')", new { _bea.UserId }));
        if (why == "no limit") await _b.Db.Transaction(s => SiteSettingsTable.Write(s, SiteSettings.Default with { StartLimit = 0 }));
        await _b.Do(new StartDomain(first.Id));
        await _b.Do(new StartDomain(second.Id));

        Assert.Empty((await _b.Ask(new EnforceLimits())).Result!.Value.GetProperty("ended").EnumerateArray());
        Assert.Equal([DomainState.Active, DomainState.Active], [(await Row(first.Id)).State, (await Row(second.Id)).State]);
    }

    [Fact]
    public async Task WhatIsOnItsWayOutDoesNotCount()
    {
        var (first, second) = (await Desktop("first"), await Desktop("second"));
        Faults.Set(_b.NodeFolder, new Fault("shutdown", IsIgnored: true));
        await _b.Do(new StartDomain(first.Id), _bea);
        await _b.Ask(new ShutdownDomain(first.Id), _bea);
        await _b.Do(new StartDomain(second.Id), _bea);

        Assert.Empty((await _b.Ask(new EnforceLimits())).Result!.Value.GetProperty("ended").EnumerateArray());
        Assert.Equal([DomainState.ShuttingDown, DomainState.Active], [(await Row(first.Id)).State, (await Row(second.Id)).State]);
        Assert.Empty(await Told(MessageKind.DesktopEnded));
    }

    [Fact]
    public async Task AStartForWhichThereIsNoMemoryWaitsInTurnAndSaysWhy()
    {
        DomainRow[] desktops = [await Desktop("first"), await Desktop("second"), await Desktop("third")];
        var reserve = SiteSettings.Default.MemoryReserveMib * 1024L;
        new PlayedHost(desktops[0].MemoryKib + reserve).Play(_b.NodeFolder);
        await _b.Do(new StartDomain(desktops[0].Id));

        var second = await _b.Submit(new StartDomain(desktops[1].Id));
        var waiting = (await _b.Until(s => RequestsTable.Get(s, second.Id), r => r!.State is RequestState.Waiting))!;
        Assert.Contains("no memory left", waiting.ProgressText, StringComparison.Ordinal);
        Assert.Contains("the next", (await _b.Db.Read(s => Waiting.Of(s, [waiting])))[second.Id].Text, StringComparison.Ordinal);
        Assert.Equal(DomainState.Shutdown, (await Row(desktops[1].Id)).State);
        var third = await _b.Submit(new StartDomain(desktops[2].Id));
        await _b.Until(s => RequestsTable.Get(s, third.Id), r => r!.ProgressText?.Contains("One comes before it", StringComparison.Ordinal) == true);

        await _b.Do(new ForceShutdownDomain(desktops[0].Id));

        Assert.Equal(RequestState.Done, (await _b.Ended(second.Id)).State);
        Assert.Equal(DomainState.Active, (await Row(desktops[1].Id)).State);
        await _b.Do(new ForceShutdownDomain(desktops[1].Id));
        Assert.Equal(RequestState.Done, (await _b.Ended(third.Id)).State);
    }

    [Fact]
    public async Task OneThatWaitsForMemoryCanBeTakenBackAndOneThatNeverFitsFails()
    {
        var (first, second) = (await Desktop("first"), await Desktop("second"));
        var reserve = SiteSettings.Default.MemoryReserveMib * 1024L;
        new PlayedHost(first.MemoryKib + reserve).Play(_b.NodeFolder);
        await _b.Do(new StartDomain(first.Id));
        var start = await _b.Submit(new StartDomain(second.Id));
        await _b.Until(s => RequestsTable.Get(s, start.Id), r => r!.State is RequestState.Waiting);
        await _b.Db.Transaction(s => RequestsTable.Cancel(s, start.Id));
        Assert.Equal(RequestState.Cancelled, (await _b.Ended(start.Id)).State);
        Assert.Equal(DomainState.Shutdown, (await Row(second.Id)).State);

        new PlayedHost(first.MemoryKib).Play(_b.NodeFolder);
        Assert.Equal("too_big_for_host", (await _b.Ask(new StartDomain(second.Id))).ErrorCode);
    }

    [Fact]
    public async Task ARunEndsWhenItsTimeIsOverAfterTwoWarnings()
    {
        var desktop = await Desktop("first");
        await _b.Db.Transaction(s => DomainsTable.Set(s, desktop, new DomainSettingsChange(RunTimeoutSeconds: 8 * 3600)));
        var running = await _b.Do(new StartDomain(desktop.Id), _bea);
        Assert.Equal(running.StartedAt!.Value.AddHours(8), running.EndsAt);
        Assert.Empty(await Told(MessageKind.DesktopEndsSoon));

        foreach (var (minutes, warnings) in new[] { (9, 1), (1, 2) })
        {
            await EndsIn(desktop.Id, minutes * 60);
            await _b.Until(s => MessagesTable.Of(s, _bea.UserId), m => m.Count(x => x.Kind is MessageKind.DesktopEndsSoon) == warnings);
        }

        await EndsIn(desktop.Id, 0);
        var ended = await Until(desktop.Id, d => d.State is DomainState.Shutdown);
        Assert.Null(ended.EndsAt);
        Assert.Equal(2, (await Told(MessageKind.DesktopEndsSoon)).Count);
        Assert.Equal("run_time", (await Told(MessageKind.DesktopEnded)).Single().Data.GetProperty("reason").GetString());
    }

    [Fact]
    public async Task ARunTimeThatIsChangedHoldsForTheRunThatGoesOnAndIsForgottenWithIt()
    {
        var desktop = await Desktop("first");
        var running = await _b.Do(new StartDomain(desktop.Id));
        Assert.Null(running.EndsAt);

        var origin = await Row(desktop.BaseId!.Value);
        await _b.Db.Transaction(s => DomainsTable.Set(s, origin, new DomainSettingsChange(RunTimeoutSeconds: 3600)));
        Assert.Equal(running.StartedAt!.Value.AddHours(1), (await Row(desktop.Id)).EndsAt);
        await _b.Db.Transaction(s => DomainsTable.Set(s, running, new DomainSettingsChange(RunTimeoutSeconds: 7200)));
        Assert.Equal(running.StartedAt!.Value.AddHours(2), (await Row(desktop.Id)).EndsAt);

        await _b.Do(new PauseDomain(desktop.Id));
        await _b.Do(new ResumeDomain(desktop.Id));
        Assert.Equal(running.StartedAt!.Value.AddHours(2), (await Row(desktop.Id)).EndsAt);
        await _b.Do(new ForceShutdownDomain(desktop.Id));
        Assert.Null((await Row(desktop.Id)).EndsAt);
    }

    [Fact]
    public async Task NobodyIsEndedWithoutAWarningAlsoIfBrokerWasAway()
    {
        var desktop = await Desktop("first");
        await _b.Do(new StartDomain(desktop.Id));
        await EndsIn(desktop.Id, -3600);

        var told = (await _b.Until(s => MessagesTable.Of(s, _bea.UserId), m => m.Count > 0))[0];
        var now = await Row(desktop.Id);
        Assert.Equal((MessageKind.DesktopEndsSoon, DomainState.Active), (told.Kind, now.State));
        Assert.InRange(now.EndsAt!.Value - told.At, TimeSpan.FromSeconds(110), TimeSpan.FromSeconds(130));
    }

    [Fact]
    public async Task MachinesStartWithTheirHostOnceAndNotWhenItWasOnlyAway()
    {
        var machine = await _b.Do(new ImportDomain("tiny.img", "server"));
        var (plain, passing) = (await Desktop("plain"), await Desktop("passing", isVolatile: true));
        await _b.Db.Transaction(s => DomainsTable.Set(s, machine, new DomainSettingsChange(Autostart: true)));
        await _b.Db.Transaction(s => s.Execute("UPDATE domains SET autostart = 1 WHERE id IN (@passing, @origin)", new { passing = passing.Id, origin = plain.BaseId }));

        new PlayedHost(long.MaxValue / 2, "second start").Play(_b.NodeFolder);
        await GoAway();

        await Until(machine.Id, d => d.State is DomainState.Active);
        Assert.Equal((machine.Id, "(broker)"), (await Starts()).Single());
        Assert.Equal(DomainState.Shutdown, (await Row(plain.Id)).State);

        // somebody shuts it down, and the host is away for a moment
        await _b.Do(new ForceShutdownDomain(machine.Id));
        await GoAway();
        Assert.Single(await Starts());

        new PlayedHost(long.MaxValue / 2, "third start").Play(_b.NodeFolder);
        await GoAway();
        await Until(machine.Id, d => d.State is DomainState.Active);
        Assert.Equal(2, (await Starts()).Count);
    }

    private async Task<DomainRow> Desktop(string name, bool isVolatile = false)
    {
        _bea ??= await _b.Person("bea");
        var origin = await _b.Db.Read(s => DomainsTable.Find(s, "tiny")) ?? await _b.Do(new PrepareBase((await _b.Do(new ImportDomain("tiny.img", "tiny"))).Id));
        return await _b.Do(new Clone(origin.Id, name, Owner: _bea.UserId, Volatile: isVolatile));
    }

    private async Task<DomainRow> Row(Guid id) => (await _b.Db.Read(s => DomainsTable.Get(s, id)))!;

    private async Task<DomainRow> Until(Guid id, Func<DomainRow, bool> fits) => (await _b.Until(s => DomainsTable.Get(s, id), d => fits(d!)))!;

    private async Task<IReadOnlyList<MessageRow>> Told(MessageKind kind) => [.. (await _b.Db.Read(s => MessagesTable.Of(s, _bea.UserId))).Where(m => m.Kind == kind)];

    private Task<int> EndsIn(Guid id, int seconds) =>
        _b.Db.Transaction(s => s.Execute("UPDATE domains SET ends_at = UTC_TIMESTAMP(6) + INTERVAL @seconds SECOND WHERE id = @id", new { id, seconds }));

    private Task<IReadOnlyList<(Guid Domain, string Who)>> Starts() =>
        _b.Db.Read(s => s.Query<(Guid, string)>("SELECT r.domain_id, u.name FROM requests r JOIN users u ON u.id = r.user_id WHERE r.command = 'start_domain'"));

    // the connection breaks, and the next one is answered
    private async Task GoAway()
    {
        var before = await Seen();
        Faults.Set(_b.NodeFolder, new Fault("inventory", Fail: "It is away.", IsConnectionLost: true, Times: 1));
        await _b.Until(_ => Seen(), n => n.State is NodeState.Up && n.CheckedAt > before.CheckedAt);

        async Task<NodeRow> Seen() => (await _b.Db.Read(NodesTable.All)).Single();
    }
}
