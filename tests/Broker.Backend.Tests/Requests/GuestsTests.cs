using Broker.Backend.Requests;
using Broker.Core.Access;
using Broker.Core.Domains;
using Broker.Core.Requests;
using Broker.Core.Requests.Domains;
using Broker.Core.Users;
using Microsoft.Extensions.Logging.Abstractions;

namespace Broker.Backend.Tests.Requests;

/// <summary>Guests, from the click to the last trace of them.</summary>
public sealed class GuestsTests() : BackEndTests(adjust: s => s with { StopSeconds = 1 })
{
    private const string Kiosk = "203.0.113.7";

    [Fact]
    public async Task AGuestsDesktopRunsAndIsGoneWithHimWhenHisTimeIsOver()
    {
        var (origin, guest) = await Admitted();
        var desktop = await _b.Do(new StartDomain((await _b.Do(new Clone(origin.Id, Volatile: false), guest)).Id), guest);
        Assert.Equal((DomainState.Active, true, guest.UserId), (desktop.State, desktop.IsVolatile, desktop.OwnerId));
        var disk = (await _b.Db.Read(s => VolumesTable.Of(s, desktop.Id)))[0].Path;
        Assert.True(File.Exists(disk));

        await End(guest.UserId);
        Assert.Null(await _b.Until(s => DomainsTable.Get(s, desktop.Id), row => row is null));
        await Forgotten();
        Assert.Equal((null, 0L), (await _b.Db.Read(s => UsersTable.Get(s, guest.UserId)), await _b.Db.Read(s => s.First<long>("SELECT COUNT(*) FROM guests"))));
        Assert.False(File.Exists(disk));
    }

    [Fact]
    public async Task OneThatNeverStartedGoesTooAndSoDoesAGuestWhoGotNone()
    {
        var (origin, guest) = await Admitted();
        var desktop = await _b.Do(new Clone(origin.Id), guest);
        var (_, idle) = await _b.Db.Transaction(s => Guests.Admit(s, origin.Id, Kiosk));
        await End(guest.UserId, idle.UserId);
        Assert.Null(await _b.Until(s => DomainsTable.Get(s, desktop.Id), row => row is null));
        await Forgotten();
    }

    [Fact]
    public async Task WhatIsForGuestsNoMoreWhenItIsDoneIsRefused()
    {
        var (origin, guest) = await Admitted();
        var desktop = await _b.Do(new Clone(origin.Id), guest);
        var start = await _b.Db.Transaction(async s =>
        {
            var submitted = await RequestWriter.Submit(s, guest, new StartDomain(desktop.Id), at: TimeProvider.System.GetUtcNow().AddSeconds(2));
            var network = (await ClientNetworksTable.All(s))[0];
            await ClientNetworksTable.Say(s, await ClientNetworksTable.Lock(s, network.Id), origin.Id, new NetworkBase(IsAllowed: false, IsAnonymous: false));
            return submitted.Row;
        });
        var ended = (await _b.Until(s => RequestsTable.Get(s, start.Id), row => row!.HasEnded))!;
        Assert.Equal((RequestState.Failed, "not_allowed"), (ended.State, ended.ErrorCode));
    }

    private async Task<(DomainRow Origin, Caller Guest)> Admitted()
    {
        var machine = await _b.Do(new ImportDomain("tiny.img", "tiny"));
        var origin = await _b.Do(new PrepareBase(machine.Id));
        return await _b.Db.Transaction(async s =>
        {
            var id = await ClientNetworksTable.Insert(s, new ClientNetwork { Name = "Kiosk", Addresses = [$"{Kiosk}/32"] });
            await ClientNetworksTable.Say(s, await ClientNetworksTable.Lock(s, id), origin.Id, new NetworkBase(IsAllowed: true, IsAnonymous: true));
            return (origin, (await Guests.Admit(s, origin.Id, Kiosk)).Caller);
        });
    }

    private async Task End(params long[] guests)
    {
        await _b.Db.Transaction(s => s.Execute("UPDATE users SET expires_at = UTC_TIMESTAMP(6) - INTERVAL 1 SECOND WHERE id IN @guests", new { guests }));
        await Retain();
    }

    // what was asked for in a guest's name may end a moment after his machine is gone: until then he is kept
    private Task<long> Forgotten() => _b.Until(
        async s =>
        {
            await Retain();
            return await s.First<long>("SELECT COUNT(*) FROM users WHERE is_temporary");
        },
        left => left == 0);

    private async Task Retain()
    {
        using var retention = new Retention(_b.Db, TimeProvider.System, NullLogger<Retention>.Instance);
        await retention.ForgetShortLived(CancellationToken.None);
    }
}
