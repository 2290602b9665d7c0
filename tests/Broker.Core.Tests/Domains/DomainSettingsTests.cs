using Broker.Core.Domains;
using Broker.Core.Requests.Domains;

namespace Broker.Core.Tests.Domains;

/// <summary>How long machines run and how they end.</summary>
public class DomainSettingsTests
{
    [Fact]
    public async Task WhatIsSetOnABaseIsSetOnItsClonesAndTheirsButForAutostart()
    {
        var world = await World.New();
        var origin = await world.Machine("linux", isBase: true);
        var clone = await Clone(world, origin);
        await world.Db.Transaction(s => DomainsTable.SetBase(s, clone.Id, isBase: true, isPublic: false));
        var grandchild = await Clone(world, (await Row(world, clone.Id)));

        var all = new DomainSettingsChange(RunTimeoutSeconds: 3600, ShutdownTimeoutSeconds: 300, ShutdownDisconnected: true, DisconnectGraceSeconds: 900);
        await world.Db.Transaction(s => DomainsTable.Set(s, origin, all));
        Assert.Equal(all, SettingsOf(await Row(world, grandchild.Id)));
        // and of those that are made from then on
        Assert.Equal(all, SettingsOf(await Clone(world, await Row(world, origin.Id))));

        await world.Db.Transaction(s => DomainsTable.Set(s, grandchild, new DomainSettingsChange(Autostart: true, RunTimeoutSeconds: 0)));
        var now = await Row(world, grandchild.Id);
        Assert.Equal((true, null, 300), (now.Autostart, now.RunTimeoutSeconds, now.ShutdownTimeoutSeconds));
        Assert.Equal((false, 3600), ((await Row(world, clone.Id)).Autostart, (await Row(world, clone.Id)).RunTimeoutSeconds));
        // what becomes a base does not start any more
        await world.Db.Transaction(s => DomainsTable.SetBase(s, grandchild.Id, isBase: true, isPublic: false));
        Assert.False((await Row(world, grandchild.Id)).Autostart);
    }

    [Fact]
    public async Task ARunThatGoesOnEndsByTheNewTimeButNotWithinTwoMinutes()
    {
        var world = await World.New();
        var machine = await world.Machine("running");
        await world.Db.Transaction(s => DomainsTable.SetStarted(s, machine.Id));
        await world.Db.Transaction(s => s.Execute("UPDATE domains SET started_at = started_at - INTERVAL 5 HOUR, end_warned_seconds = 600 WHERE id = @Id", new { machine.Id }));
        var started = (await Row(world, machine.Id)).StartedAt!.Value;

        Assert.Equal(started.AddHours(8), await EndsWith(8 * 3600));
        Assert.InRange((await EndsWith(4 * 3600))!.Value - await Now(), TimeSpan.FromSeconds(60), TimeSpan.FromSeconds(120));
        Assert.Null(await EndsWith(0));

        async Task<DateTimeOffset?> EndsWith(int seconds)
        {
            await world.Db.Transaction(s => DomainsTable.Set(s, machine, new DomainSettingsChange(RunTimeoutSeconds: seconds)));
            var row = await Row(world, machine.Id);
            Assert.Null(row.EndWarnedSeconds);
            return row.EndsAt;
        }

        Task<DateTimeOffset> Now() => world.Db.Read(s => s.First<DateTimeOffset>("SELECT UTC_TIMESTAMP(6)"));
    }

    [Fact]
    public async Task WhatCanNotBeIsNamed()
    {
        var world = await World.New();
        var origin = await world.Machine("linux", isBase: true);
        var machine = await world.Machine("plain");
        Assert.Contains("at least one", Assert.Single(new DomainSettingsChange().Problems(machine)), StringComparison.Ordinal);
        Assert.Contains("is a base", Assert.Single(new DomainSettingsChange(Autostart: true).Problems(origin)), StringComparison.Ordinal);
        Assert.Contains("temporary", Assert.Single(new DomainSettingsChange(Autostart: true).Problems(machine with { IsVolatile = true })), StringComparison.Ordinal);
        Assert.Equal(3, new DomainSettingsChange(RunTimeoutSeconds: 59, ShutdownTimeoutSeconds: -1, DisconnectGraceSeconds: 5).Problems(machine).Count());
        Assert.Empty(new DomainSettingsChange(true, 60, 1, true, 60).Problems(machine));
        Assert.Empty(new DomainSettingsChange(false, 0, 0, false, 0).Problems(origin));
    }

    private static async Task<DomainRow> Clone(World world, DomainRow origin)
    {
        var id = (await world.Submit(new Clone(origin.Id))).Row.DomainId!.Value;
        await world.Db.Transaction(s => DomainsTable.SetState(s, id, DomainState.Shutdown));
        return await Row(world, id);
    }

    private static async Task<DomainRow> Row(World world, Guid id) => (await world.Db.Read(s => DomainsTable.Get(s, id)))!;

    private static DomainSettingsChange SettingsOf(DomainRow d) =>
        new(null, d.RunTimeoutSeconds, d.ShutdownTimeoutSeconds, d.ShutdownDisconnected, d.DisconnectGraceSeconds);
}
