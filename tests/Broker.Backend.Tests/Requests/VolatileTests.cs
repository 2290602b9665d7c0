using Broker.Backend.Requests;
using Broker.Backend.VmManagers;
using Broker.Backend.VmManagers.Simulated;
using Broker.Core.Domains;
using Broker.Core.Requests.Domains;
using Broker.Core.Users;
using Microsoft.Extensions.Logging.Abstractions;

namespace Broker.Backend.Tests.Requests;

/// <summary>Temporary desktops: gone at any end of theirs.</summary>
public sealed class VolatileTests() : BackEndTests(adjust: s => s with { StopSeconds = 1 })
{
    public static TheoryData<string> Ends => ["power button", "force", "the host alone", "lost by its host"];

    [Theory]
    [MemberData(nameof(Ends))]
    public async Task AVolatileDesktopIsGoneWithItsDisksHoweverItEnds(string end)
    {
        var desktop = await Running(isVolatile: true);
        var disk = (await _b.Db.Read(s => VolumesTable.Of(s, desktop.Id)))[0].Path;
        Assert.True(File.Exists(disk));

        switch (end)
        {
            case "power button":
                await _b.Ask(new ShutdownDomain(desktop.Id));
                break;
            case "force":
                await _b.Ask(new ForceShutdownDomain(desktop.Id));
                break;
            case "the host alone":
                using (var host = Connect()) host.Destroy(desktop.Id);
                break;
            case "lost by its host":
                File.Delete(Path.Combine(_b.NodeFolder, $"{desktop.Id}.json"));
                break;
        }

        await Gone(desktop.Id);
        Assert.False(File.Exists(disk));
        using var after = Connect();
        Assert.DoesNotContain(after.Inventory(), d => d.Id == desktop.Id);
        var asked = await _b.Db.Read(s => s.First<string>(
            "SELECT u.name FROM requests r JOIN users u ON u.id = r.user_id WHERE r.domain_id = @Id AND r.command = 'remove_domain'", new { desktop.Id }));
        Assert.Equal("(broker)", asked);
    }

    [Fact]
    public async Task ALastingDesktopStaysWhenItGoesOff()
    {
        var lasting = await Running(isVolatile: false);
        var passing = await _b.Do(new Clone(lasting.BaseId!.Value, Volatile: true));
        await _b.Do(new StartDomain(passing.Id));
        foreach (var desktop in (DomainRow[])[lasting, passing]) await _b.Ask(new ForceShutdownDomain(desktop.Id));

        await Gone(passing.Id);
        Assert.Equal(DomainState.Shutdown, (await _b.Db.Read(s => DomainsTable.Get(s, lasting.Id)))!.State);
    }

    [Fact]
    public async Task OneThatNeverRanIsKeptUntilItDoes()
    {
        var origin = await Base();
        var unused = await _b.Do(new Clone(origin.Id, Volatile: true));
        var used = await _b.Do(new Clone(origin.Id, Volatile: true));
        await _b.Do(new StartDomain(used.Id));
        await _b.Ask(new ForceShutdownDomain(used.Id));

        await Gone(used.Id);
        Assert.Equal(DomainState.Shutdown, (await _b.Db.Read(s => DomainsTable.Get(s, unused.Id)))!.State);
    }

    [Fact]
    public async Task WhatIsGoneAtItsEndIsNeitherHibernatedNorMadeABase()
    {
        var desktop = await Running(isVolatile: true);
        Assert.Equal("is_volatile", (await _b.Ask(new HibernateDomain(desktop.Id))).ErrorCode);
        Assert.Equal("is_volatile", (await _b.Ask(new PrepareBase(desktop.Id))).ErrorCode);
        Assert.Equal(DomainState.Active, (await _b.Db.Read(s => DomainsTable.Get(s, desktop.Id)))!.State);
    }

    [Fact]
    public async Task OneThatHasEndedDoesNotStartAgain()
    {
        var desktop = await Running(isVolatile: true);
        // its removal fails, so that it is still there
        Faults.Set(_b.NodeFolder, new Fault("undefine", Fail: "The host is busy."));
        await _b.Ask(new ForceShutdownDomain(desktop.Id));
        var removal = await _b.Until(s => s.First<string>("SELECT state FROM requests WHERE domain_id = @Id AND command = 'remove_domain'", new { desktop.Id }), s => s == "failed");
        Assert.Equal("failed", removal);

        Assert.Equal("has_ended", (await _b.Ask(new StartDomain(desktop.Id))).ErrorCode);
        // not again and again, as often as its host is looked at
        Assert.Equal(1, await _b.Db.Read(s => s.First<long>("SELECT COUNT(*) FROM requests WHERE domain_id = @Id AND command = 'remove_domain'", new { desktop.Id })));

        // a minute later
        Faults.Set(_b.NodeFolder);
        await _b.Db.Transaction(s => s.Execute("UPDATE requests SET ended_at = ended_at - INTERVAL 1 MINUTE WHERE domain_id = @Id AND command = 'remove_domain'", new { desktop.Id }));
        await Gone(desktop.Id);
    }

    [Fact]
    public async Task ATemporaryUserGoesWithHisLastDesktop()
    {
        var origin = await Base();
        await _b.Db.Transaction(s => DomainsTable.SetPublic(s, origin.Id, true));
        var id = await _b.Db.Transaction(s => UsersTable.Insert(s, "visitor", "Visitor", null, isAdmin: false, mustChangePassword: false, isTemporary: true));
        var visitor = (await _b.Db.Read(s => UsersTable.Caller(s, id, null)))!;
        var desktop = await _b.Do(new StartDomain((await _b.Do(new Clone(origin.Id, Volatile: false), visitor)).Id), visitor);
        using (var host = Connect()) host.Destroy(desktop.Id);

        await Gone(desktop.Id);
        await _b.Until(s => UsersTable.Caller(s, id, null), caller => caller is null);
        using var retention = new Retention(_b.Db, TimeProvider.System, NullLogger<Retention>.Instance);
        await retention.ForgetShortLived(CancellationToken.None);
        Assert.Null(await _b.Db.Read(s => UsersTable.Get(s, id)));
    }

    private async Task<DomainRow> Base()
    {
        var machine = await _b.Do(new ImportDomain("tiny.img", "tiny"));
        return await _b.Do(new PrepareBase(machine.Id));
    }

    private async Task<DomainRow> Running(bool isVolatile)
    {
        var clone = await _b.Do(new Clone((await Base()).Id, Volatile: isVolatile));
        return await _b.Do(new StartDomain(clone.Id));
    }

    private async Task Gone(Guid id) => Assert.Null(await _b.Until(s => DomainsTable.Get(s, id), row => row is null));

    private IVmNode Connect() =>
        new SimulatedVmManager().Connect(new("host", _b.NodeFolder, _b.Settings.Pool, _b.Settings.Library, _b.Settings.DisplayFolder));
}
