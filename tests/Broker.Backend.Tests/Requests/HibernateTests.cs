using System.Text.Json;
using Broker.Backend.VmManagers;
using Broker.Backend.VmManagers.Simulated;
using Broker.Core.Domains;
using Broker.Core.Messages;
using Broker.Core.Nodes;
using Broker.Core.Requests;
using Broker.Core.Requests.Domains;

namespace Broker.Backend.Tests.Requests;

/// <summary>Hibernating, pausing and what other commands make of it, on simulated machines.</summary>
public sealed class HibernateTests() : BackEndTests(adjust: s => s with { StopSeconds = 1 })
{
    [Fact]
    public async Task AHibernatedDesktopGoesOnFromItsMemoryWhenItIsStarted()
    {
        var desktop = await Running();
        var hibernated = await _b.Do(new HibernateDomain(desktop.Id));
        Assert.Equal(DomainState.Hibernated, hibernated.State);
        Assert.NotNull(hibernated.SavedAt);
        Assert.Equal(DomainState.Hibernated, (await _b.Do(new HibernateDomain(desktop.Id))).State);

        var start = await _b.Ask(new StartDomain(desktop.Id));

        Assert.True(start.Result!.Value.GetProperty("memory_restored").GetBoolean());
        Assert.False(start.Result.Value.TryGetProperty("warning", out _));
        var now = await Row(desktop.Id);
        Assert.Equal((DomainState.Active, null, null), (now.State, now.StateDetail, now.SavedAt));
    }

    [Fact]
    public async Task ADesktopWhoseMemoryWasLostSaysSoEverywhere()
    {
        var desktop = await Running();
        await _b.Do(new HibernateDomain(desktop.Id));
        await File.WriteAllTextAsync(MemoryOf(desktop.Id), "x");

        var start = await _b.Ask(new StartDomain(desktop.Id));

        Assert.False(start.Result!.Value.GetProperty("memory_restored").GetBoolean());
        Assert.Contains("started afresh", start.Result.Value.GetProperty("warning").GetString(), StringComparison.Ordinal);
        var now = await Row(desktop.Id);
        Assert.Equal(DomainState.Active, now.State);
        Assert.Contains("started afresh", now.StateDetail, StringComparison.Ordinal);
        var told = await _b.Db.Read(s => s.First<string>("SELECT data FROM events WHERE domain_id = @Id AND is_history ORDER BY id DESC LIMIT 1", new { desktop.Id }));
        Assert.Contains("started afresh", JsonDocument.Parse(told!).RootElement.GetProperty("detail").GetString(), StringComparison.Ordinal);
        Assert.Equal(MessageKind.MemoryLost, (await _b.Db.Read(s => MessagesTable.Of(s, desktop.OwnerId)))[0].Kind);
    }

    [Fact]
    public async Task ADesktopThatCantGoOnStaysHibernatedUntilItsMemoryIsDiscarded()
    {
        var desktop = await Running();
        await _b.Do(new HibernateDomain(desktop.Id));
        var memory = await File.ReadAllTextAsync(MemoryOf(desktop.Id));
        await File.WriteAllTextAsync(MemoryOf(desktop.Id), memory[..^2]);

        var start = await _b.Ask(new StartDomain(desktop.Id));
        Assert.Equal("host_refused", start.ErrorCode);
        Assert.Contains("discards the saved memory", start.ErrorText, StringComparison.Ordinal);
        Assert.Equal(DomainState.Hibernated, (await Row(desktop.Id)).State);

        var off = await _b.Do(new ForceShutdownDomain(desktop.Id));
        Assert.Equal((DomainState.Shutdown, "Its saved memory was discarded.", null), (off.State, off.StateDetail, off.SavedAt));
        start = await _b.Ask(new StartDomain(desktop.Id));
        Assert.Equal(RequestState.Done, start.State);
        Assert.False(start.Result!.Value.TryGetProperty("memory_restored", out _));
    }

    [Fact]
    public async Task AShutdownLeavesAHibernatedDesktopItsMemory()
    {
        var desktop = await Running();
        await _b.Do(new HibernateDomain(desktop.Id));
        Assert.Equal(DomainState.Hibernated, (await _b.Do(new ShutdownDomain(desktop.Id))).State);
        // one left behind by a shutdown of the same run
        Assert.Equal(DomainState.Hibernated, (await _b.Do(new ForceShutdownDomain(desktop.Id, desktop.StartedAt))).State);
        Assert.True(File.Exists(MemoryOf(desktop.Id)));
    }

    [Fact]
    public async Task RemovingAHibernatedDesktopTakesItsMemoryWithIt()
    {
        var desktop = await Running();
        await _b.Do(new HibernateDomain(desktop.Id));
        Assert.Equal(RequestState.Done, (await _b.Ask(new RemoveDomain(desktop.Id))).State);
        Assert.False(File.Exists(MemoryOf(desktop.Id)));
    }

    [Fact]
    public async Task AHibernatedMachineDoesNotBecomeABase()
    {
        var desktop = await Running();
        await _b.Do(new HibernateDomain(desktop.Id));
        var prepare = await _b.Ask(new PrepareBase(desktop.Id));
        Assert.Equal("hibernated", prepare.ErrorCode);
        Assert.False((await Row(desktop.Id)).IsBase);
    }

    [Fact]
    public async Task WhatIsOffCanNeitherHibernateNorPauseNorResume()
    {
        var machine = await _b.Do(new ImportDomain("tiny.img", "tiny"));
        Assert.Equal("not_running", (await _b.Ask(new HibernateDomain(machine.Id))).ErrorCode);
        Assert.Equal("not_running", (await _b.Ask(new PauseDomain(machine.Id))).ErrorCode);
        Assert.Equal("not_paused", (await _b.Ask(new ResumeDomain(machine.Id))).ErrorCode);
        Assert.Equal(DomainState.Shutdown, (await Row(machine.Id)).State);
    }

    [Fact]
    public async Task AHostWithoutRoomSaysSoAndTheDesktopGoesOn()
    {
        var desktop = await Running();
        Faults.Set(_b.NodeFolder, [new Fault("hibernate", Fail: "No space left on device.")]);
        var hibernate = await _b.Ask(new HibernateDomain(desktop.Id));
        Assert.Equal((RequestState.Failed, "No space left on device."), (hibernate.State, hibernate.ErrorText));
        Assert.Equal(DomainState.Active, (await Row(desktop.Id)).State);
    }

    [Fact]
    public async Task ADesktopStandsStillAndGoesOn()
    {
        var desktop = await Running();
        Assert.Equal(DomainState.Paused, (await _b.Do(new PauseDomain(desktop.Id))).State);
        Assert.Equal(DomainState.Paused, (await _b.Do(new PauseDomain(desktop.Id))).State);
        var again = await _b.Do(new ResumeDomain(desktop.Id));
        Assert.Equal((DomainState.Active, desktop.StartedAt), (again.State, again.StartedAt));
        await _b.Do(new PauseDomain(desktop.Id));
        Assert.Equal(DomainState.Active, (await _b.Do(new StartDomain(desktop.Id))).State);
        Assert.Equal(Power.Running, OnHost(desktop.Id));
    }

    [Fact]
    public async Task APausedDesktopGoesOnToShutDown()
    {
        var desktop = await Running();
        await _b.Do(new PauseDomain(desktop.Id));
        await _b.Do(new ShutdownDomain(desktop.Id));
        await _b.Until(s => DomainsTable.Get(s, desktop.Id), d => d!.State == DomainState.Shutdown);
    }

    [Fact]
    public async Task WhatIsDoneOnTheHostIsSeen()
    {
        var desktop = await Running();
        using var host = Connect();
        host.As<ICanPause>()!.Pause(desktop.Id);
        await _b.Until(s => DomainsTable.Get(s, desktop.Id), d => d!.State == DomainState.Paused);
        host.As<ICanHibernate>()!.Hibernate(desktop.Id);
        var hibernated = await _b.Until(s => DomainsTable.Get(s, desktop.Id), d => d!.State == DomainState.Hibernated);
        Assert.NotNull(hibernated!.SavedAt);
        await File.WriteAllTextAsync(MemoryOf(desktop.Id), "x");
        host.Start(desktop.Id);
        var started = await _b.Until(s => DomainsTable.Get(s, desktop.Id), d => d!.State == DomainState.Active);
        Assert.Contains("started afresh", started!.StateDetail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task WhatCommandsNeedOfAHostIsFoundOnASimulatedOne()
    {
        var nodes = await _b.Until(NodesTable.All, all => all.Single().State == NodeState.Up);
        Assert.Subset(nodes.Single().Capabilities.ToHashSet(), Catalogue.All.Select(c => c.Needs).OfType<string>().ToHashSet());
    }

    private Power? OnHost(Guid id)
    {
        using var host = Connect();
        return host.Inventory().Single(d => d.Id == id).Power;
    }

    private IVmNode Connect() => new SimulatedVmManager().Connect(new("host", _b.NodeFolder, _b.Settings.Pool, _b.Settings.Library, _b.Settings.DisplayFolder));

    private string MemoryOf(Guid id) => Path.Combine(_b.NodeFolder, id + ".memory");

    private async Task<DomainRow> Row(Guid id) => (await _b.Db.Read(s => DomainsTable.Get(s, id)))!;

    private async Task<DomainRow> Running()
    {
        var machine = await _b.Do(new ImportDomain("tiny.img", "tiny"));
        return await _b.Do(new StartDomain(machine.Id));
    }
}
