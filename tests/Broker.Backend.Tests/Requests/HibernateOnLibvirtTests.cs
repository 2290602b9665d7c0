using System.Globalization;
using Broker.Core.Domains;
using Broker.Core.Requests;
using Broker.Core.Requests.Domains;

namespace Broker.Backend.Tests.Requests;

/// <summary>A real guest, asked over its own network what its memory holds.</summary>
public sealed class HibernateOnLibvirtTests : GuestsOnLibvirt
{
    [Fact]
    public async Task AGuestsMemoryComesBackAndWhenItDoesNotThatIsSaid()
    {
        var name = $"hibernating-{Guid.NewGuid().ToString("N")[..8]}";
        var desktop = await _b.Do(new ImportDomain("tiny.qcow2", name, MemoryMib: 128));
        _made.Add(desktop.Id);
        await _b.Do(new StartDomain(desktop.Id));
        var boot = await BootOf(desktop.Id);

        await _b.Do(new HibernateDomain(desktop.Id));
        Assert.True(File.Exists(_libvirt.SavedMemoryOf(name)));
        var start = await _b.Ask(new StartDomain(desktop.Id));
        Assert.True(start.Result?.GetProperty("memory_restored").GetBoolean(), start.ErrorText);
        Assert.Equal(boot, await BootOf(desktop.Id));

        await _b.Do(new PauseDomain(desktop.Id));
        await _b.Do(new ResumeDomain(desktop.Id));
        Assert.Equal(boot, await BootOf(desktop.Id));

        await _b.Do(new HibernateDomain(desktop.Id));
        await using (var memory = File.OpenWrite(_libvirt.SavedMemoryOf(name))) memory.SetLength(1);
        start = await _b.Ask(new StartDomain(desktop.Id));
        Assert.Equal(RequestState.Done, start.State);
        Assert.Contains("started afresh", start.Result!.Value.GetProperty("warning").GetString(), StringComparison.Ordinal);
        Assert.NotEqual(boot, await BootOf(desktop.Id));

        await _b.Do(new HibernateDomain(desktop.Id));
        await _b.Ask(new RemoveDomain(desktop.Id));
        Assert.False(File.Exists(_libvirt.SavedMemoryOf(name)));
    }

    /// <summary>What the guest's page says of this boot, as soon as it answers.</summary>
    private async Task<string> BootOf(Guid id)
    {
        var desktop = await _b.Until(s => DomainsTable.Get(s, id), d => d is { State: DomainState.Active, Address: not null });
        return Guid.Parse(await Page(desktop!.Address!, "boot"), CultureInfo.InvariantCulture).ToString();
    }
}
