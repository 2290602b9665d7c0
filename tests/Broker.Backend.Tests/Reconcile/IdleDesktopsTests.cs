using Broker.Backend.Tests.Requests;
using Broker.Core.Domains;
using Broker.Core.Messages;
using Broker.Core.Requests;
using Broker.Core.Requests.Domains;

namespace Broker.Backend.Tests.Reconcile;

public sealed class IdleDesktopsTests() : BackEndTests(adjust: s => s with { StopSeconds = 1 })
{
    [Fact]
    public async Task ADesktopThatNobodyComesBackToIsShutDownAMinuteAfterItsGraceAndItsOwnerIsTold()
    {
        var desktop = await Idle();
        var shutdown = await Announced(desktop);
        Assert.Equal("(broker)", shutdown.UserName);
        var message = Assert.Single(await _b.Db.Read(s => MessagesTable.Of(s, desktop.OwnerId)), m => m.Kind == MessageKind.DesktopEndsSoon);
        Assert.Equal("disconnected", message.Data.GetProperty("reason").GetString());
        Assert.Equal(shutdown.AtTime, message.Data.GetProperty("ends_at").GetDateTimeOffset());

        await _b.Db.Transaction(s => s.Execute("UPDATE requests SET at_time = UTC_TIMESTAMP(6) WHERE id = @Id", new { shutdown.Id }));
        Assert.Equal(RequestState.Done, (await _b.Ended(shutdown.Id)).State);
        await _b.Until(s => DomainsTable.Get(s, desktop.Id), d => d!.State == DomainState.Shutdown);
    }

    [Fact]
    public async Task WhoComesBackInTimeKeepsIt()
    {
        var desktop = await Idle();
        var shutdown = await Announced(desktop);
        await _b.Db.Transaction(s => s.Execute(
            "INSERT INTO display_sessions (user_id, domain_id, started_at, seen_at) VALUES (@OwnerId, @Id, UTC_TIMESTAMP(6), UTC_TIMESTAMP(6))", desktop));
        Assert.Equal(RequestState.Cancelled, (await _b.Ended(shutdown.Id)).State);
    }

    [Fact]
    public async Task AShutdownThatComesWhenSomebodyIsThereDoesNothing()
    {
        var desktop = await Running();
        await _b.Db.Transaction(s => DomainsTable.SetConnecting(s, desktop.Id, "192.0.2.7"));
        Assert.Equal("Somebody is at it.", (await _b.Ask(new ShutdownDomain(desktop.Id, OnlyIfDisconnected: true))).Result?.GetProperty("skipped").GetString());
        Assert.Equal("Somebody is at it.", (await _b.Ask(new HibernateDomain(desktop.Id, OnlyIfDisconnected: true))).Result?.GetProperty("skipped").GetString());
        Assert.Equal(DomainState.Active, (await _b.Db.Read(s => DomainsTable.Get(s, desktop.Id)))!.State);
    }

    [Fact]
    public async Task WhoHasJustAskedSomethingOfItOrMeansItToRunAloneKeepsIt()
    {
        var server = await Idle(autostart: true);
        var asked = await Idle(askedLately: true);
        var idle = await Idle();
        await Announced(idle);
        foreach (var kept in (DomainRow[])[server, asked])
            Assert.DoesNotContain(await _b.Db.Read(s => RequestsTable.Open(s, [kept.Id])), r => r.Command == ShutdownDomain.Spec.Word);
    }

    private async Task<DomainRow> Running()
    {
        var desktop = await _b.Do(new ImportDomain("tiny.img", $"desktop-{Guid.NewGuid():N}"[..20]));
        return await _b.Do(new StartDomain(desktop.Id), _b.Caller with { Address = null });
    }

    private async Task<DomainRow> Idle(bool autostart = false, bool askedLately = false)
    {
        var desktop = await Running();
        if (!askedLately) await _b.Db.Transaction(s => s.Execute("UPDATE requests SET created_at = created_at - INTERVAL 1 HOUR WHERE domain_id = @Id", new { desktop.Id }));
        await _b.Until(s => DomainsTable.Get(s, desktop.Id), d => d!.ClientStatus == ClientStatus.Disconnected);
        await _b.Db.Transaction(s => s.Execute(
            "UPDATE domains SET shutdown_disconnected = 1, disconnect_grace_seconds = 60, autostart = @autostart, client_since = UTC_TIMESTAMP(6) - INTERVAL 2 MINUTE WHERE id = @Id", new { desktop.Id, autostart }));
        return desktop;
    }

    private async Task<RequestRow> Announced(DomainRow desktop)
    {
        var open = await _b.Until(s => RequestsTable.Open(s, [desktop.Id]), all => all.Any(r => r.Command == ShutdownDomain.Spec.Word));
        return open.Single(r => r.Command == ShutdownDomain.Spec.Word);
    }
}
