using Broker.Backend.Reconcile;
using Broker.Backend.VmManagers.Simulated;
using Broker.Core.Access;
using Broker.Core.Bookings;
using Broker.Core.Domains;
using Broker.Core.Limits;
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

    [Fact]
    public async Task OfFiftyWhoStartAtOnceEachKeepsAsManyAsHisGroupMay()
    {
        await Desktop("first");
        var origin = (await _b.Db.Read(s => DomainsTable.Find(s, "tiny")))!;
        await _b.Db.Transaction(s => DomainsTable.SetPublic(s, origin.Id, true));
        var people = new List<Caller>();
        foreach (var i in Enumerable.Range(0, 5)) people.Add(await _b.Person($"person-{i}"));
        await _b.Db.Transaction(async s =>
        {
            var group = await UserGroupsTable.Insert(s, "Labs", AccountSource.Local, null, null);
            foreach (var person in people) await UserGroupsTable.Add(s, group, person.UserId);
            await LimitsTable.SetGroup(s, _b.Caller, group, "Labs", new LimitSet { StartLimit = 2 });
        });
        var clones = await Task.WhenAll(from person in people from i in Enumerable.Range(0, 10) select _b.Do(new Clone(origin.Id, $"{person.Name}-{i}"), person));
        await Task.WhenAll(clones.Select(c => _b.Do(new StartDomain(c.Id), people.Single(p => p.UserId == c.OwnerId))));

        // what stays is running, what goes is saved
        await _b.Until(s => s.Query<(long, long)>(
            "SELECT SUM(state = 'active'), SUM(state = 'hibernated') FROM domains WHERE name LIKE 'person-%' GROUP BY owner_id"), all => all.All(a => a == (2, 8)));
    }

    [Fact]
    public async Task MemoryThatWasFreeWhenItWasAskedForIsLookedAtAgain()
    {
        var (first, second) = (await Desktop("first"), await Desktop("second"));
        await _b.Db.Transaction(s => s.Execute("UPDATE domains SET memory_kib = 1048576 WHERE owner_id = @UserId", new { _bea.UserId }));
        await _b.Db.Transaction(s => LimitsTable.SetUser(s, _b.Caller, _bea.UserId, "bea", new LimitSet { StartLimit = 0, MemoryGib = 1 }));
        var later = await _b.Submit(new StartDomain(second.Id), _bea, at: TimeProvider.System.GetUtcNow().AddHours(1));
        await _b.Do(new StartDomain(first.Id), _bea);
        await _b.Db.Transaction(s => s.Execute("UPDATE requests SET at_time = UTC_TIMESTAMP(6) WHERE id = @Id", new { later.Id }));

        var ended = await _b.Ended(later.Id);
        Assert.Equal((RequestState.Failed, "limit_reached"), (ended.State, ended.ErrorCode));
        Assert.Equal(DomainState.Shutdown, (await Row(second.Id)).State);
    }

    [Fact]
    public async Task ACloneThatIsOneTooManyWhenItIsMadeIsNotMade()
    {
        var desktop = await Desktop("first");
        await _b.Db.Transaction(s => DomainsTable.SetPublic(s, desktop.BaseId!.Value, true));
        await _b.Stop();
        var second = await _b.Submit(new Clone(desktop.BaseId!.Value, "second"), _bea);
        await _b.Db.Transaction(s => LimitsTable.SetUser(s, _b.Caller, _bea.UserId, "bea", new LimitSet { CloneLimit = 1 }));
        await _b.Start();

        Assert.Equal("limit_reached", (await _b.Ended(second.Id)).ErrorCode);
        Assert.Null(await _b.Db.Read(s => DomainsTable.Find(s, "second")));
    }

    [Fact]
    public async Task WhoHasWhatOthersBookedIsWarnedAndEndedAndTheirsRunOn()
    {
        var mine = await Desktop("first");
        var cem = await _b.Person("cem");
        var theirs = await _b.Do(new Clone(mine.BaseId!.Value, "theirs", Owner: cem.UserId));
        var server = await _b.Do(new Clone(mine.BaseId!.Value, "server", Owner: _bea.UserId));
        await _b.Db.Transaction(s => LimitsTable.SetUser(s, _b.Caller, _bea.UserId, "bea", new LimitSet { StartLimit = 0 }));
        await _b.Db.Transaction(s => DomainsTable.Set(s, server, new DomainSettingsChange(Autostart: true)));
        foreach (var each in new[] { mine, theirs, server }) await _b.Do(new StartDomain(each.Id));
        var entry = await Book(mine.BaseId.Value, "cem");

        var warned = (await _b.Until(s => MessagesTable.Of(s, _bea.UserId), m => m.Any(x => x.Kind is MessageKind.DesktopEndsSoon))).Single();
        Assert.Equal((mine.Id, "booked"), (warned.DomainId, warned.Data.GetProperty("reason").GetString()));
        Assert.InRange(warned.Data.GetProperty("ends_at").GetDateTimeOffset() - warned.At, TimeSpan.FromSeconds(110), TimeSpan.FromSeconds(130));
        Assert.Equal("booked", (await Assert.ThrowsAsync<RequestRefusedException>(() => _b.Ask(new ShutdownStart(mine.Id), _bea))).Code);

        // the two minutes are over
        await _b.Db.Transaction(s => s.Execute("UPDATE booking_warnings SET ends_at = UTC_TIMESTAMP(6) WHERE entry_id = @entry", new { entry }));
        await _b.Db.Transaction(s => s.Execute("UPDATE domains SET started_at = started_at - INTERVAL 1 HOUR WHERE id = @Id", new { mine.Id }));
        await Until(mine.Id, d => d.State is DomainState.Hibernated);
        Assert.Equal("booked", (await Told(MessageKind.DesktopEnded)).Single().Data.GetProperty("reason").GetString());
        Assert.Equal([DomainState.Active, DomainState.Active], [(await Row(theirs.Id)).State, (await Row(server.Id)).State]);
        Assert.Empty(await _b.Db.Read(s => MessagesTable.Of(s, cem.UserId)));
    }

    [Theory]
    [InlineData(0, 0, "told 2")]            // it is going on
    [InlineData(1, 0, "told 2")]            // sooner than he can be warned in time
    [InlineData(9, 0, "told 9")]
    [InlineData(9, 9, "wait")]              // told already
    [InlineData(-5, -1, "end")]
    [InlineData(-5, 1, "wait")]             // he was told of a minute that is to come
    [InlineData(-5, -30, "told 2")]         // that was a run before this one
    public void WhoRunsIsToldBeforeAndEndedWhenHeWasTold(int startsIn, int toldOf, string step)
    {
        var now = new DateTimeOffset(2026, 11, 2, 8, 0, 0, TimeSpan.Zero);
        var entry = new EntryRow
        {
            Id = 1,
            OwnerId = 9,
            Colour = "#000000",
            TimeZone = "UTC",
            Title = "Exam",
            StartsAt = now.AddMinutes(startsIn),
            EndsAt = now.AddHours(1),
        };
        var domain = DomainsTable.New("mine", 1, 1, 1024, 1) with { State = DomainState.Active, StartedAt = now.AddMinutes(-20) };
        var told = new Dictionary<(long, Guid), DateTimeOffset>();
        if (toldOf != 0) told[(1, domain.Id)] = now.AddMinutes(toldOf);
        var next = BookedMachines.Next(new Caller(1, "bea", false, null, Holdings.Everybodys), domain, [entry], told, now);
        Assert.Equal(step, next switch { null => "wait", { TellOf: { } at } => $"told {(at - now).TotalMinutes}", _ => "end" });
    }

    private async Task<DomainRow> Desktop(string name, bool isVolatile = false)
    {
        _bea ??= await _b.Person("bea");
        var origin = await _b.Db.Read(s => DomainsTable.Find(s, "tiny")) ?? await _b.Do(new PrepareBase((await _b.Do(new ImportDomain("tiny.img", "tiny"))).Id));
        return await _b.Do(new Clone(origin.Id, name, Owner: _bea.UserId, Volatile: isVolatile));
    }

    // for the next hour, by the administrator
    private async Task<long> Book(Guid origin, string forUser)
    {
        var (from, until) = (TimeProvider.System.GetUtcNow().UtcDateTime, TimeProvider.System.GetUtcNow().UtcDateTime.AddHours(1));
        var (id, _) = await _b.Db.Transaction(s => Booking.Make(s, _b.Caller, new BookingToBe(
            "Exam", DateOnly.FromDateTime(from), DateOnly.FromDateTime(from), $"{from:HH:mm}", $"{until:HH:mm}", "UTC", ForUsers: [forUser], OnBases: [origin])));
        return (await _b.Db.Read(s => BookingsTable.Of(s, id))).Single().Id;
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
