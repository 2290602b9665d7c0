using System.Globalization;
using Broker.Core.Domains;
using Broker.Core.Nodes;
using Broker.Core.Requests;
using Broker.Core.Requests.Domains;
using Broker.Testing;
using Libvirt.Testing;

namespace Broker.Backend.Tests.Requests;

/// <summary>A real guest, asked over its own network what its memory holds.</summary>
[Trait("Needs", "libvirt")]
public sealed class HibernateOnLibvirtTests : IAsyncLifetime
{
    private PrivateLibvirtd _libvirt = null!;
    private RunningBackEnd _b = null!;
    private DomainRow? _desktop;

    public async Task InitializeAsync()
    {
        _libvirt = await PrivateLibvirtd.Shared;
        var library = Repository.NewFolder("library");
        File.Copy(await GuestImage.Tiny, Path.Combine(library, "tiny.qcow2"));
        _b = await RunningBackEnd.Prepare(await (await PrivateMariaDb.Shared).NewDatabase(), Path.GetDirectoryName(_libvirt.Displays)!,
            s => s with { Library = library, Pool = Path.Combine(_libvirt.Shares, Guid.NewGuid().ToString("N")[..8]) }, VmManagerKind.Libvirt, _libvirt.Uri);
        File.SetUnixFileMode(_b.Settings.Pool, File.GetUnixFileMode(_b.Settings.Pool) | UnixFileMode.OtherExecute);
        await _b.Start();
    }

    public async Task DisposeAsync()
    {
        if (_desktop is not null) await _b.Ask(new RemoveDomain(_desktop.Id));
        await _b.DisposeAsync();
        Directory.Delete(_b.Settings.Library, recursive: true);
        Directory.Delete(_b.Settings.Pool, recursive: true);
    }

    [Fact]
    public async Task AGuestsMemoryComesBackAndWhenItDoesNotThatIsSaid()
    {
        var name = $"hibernating-{Guid.NewGuid().ToString("N")[..8]}";
        _desktop = await _b.Do(new ImportDomain("tiny.qcow2", name, MemoryMib: 128));
        await _b.Do(new StartDomain(_desktop.Id));
        var boot = await BootOf(_desktop.Id);

        await _b.Do(new HibernateDomain(_desktop.Id));
        Assert.True(File.Exists(_libvirt.SavedMemoryOf(name)));
        var start = await _b.Ask(new StartDomain(_desktop.Id));
        Assert.True(start.Result?.GetProperty("memory_restored").GetBoolean(), start.ErrorText);
        Assert.Equal(boot, await BootOf(_desktop.Id));

        await _b.Do(new PauseDomain(_desktop.Id));
        await _b.Do(new ResumeDomain(_desktop.Id));
        Assert.Equal(boot, await BootOf(_desktop.Id));

        await _b.Do(new HibernateDomain(_desktop.Id));
        await using (var memory = File.OpenWrite(_libvirt.SavedMemoryOf(name))) memory.SetLength(1);
        start = await _b.Ask(new StartDomain(_desktop.Id));
        Assert.Equal(RequestState.Done, start.State);
        Assert.Contains("started afresh", start.Result!.Value.GetProperty("warning").GetString(), StringComparison.Ordinal);
        Assert.NotEqual(boot, await BootOf(_desktop.Id));

        await _b.Do(new HibernateDomain(_desktop.Id));
        await _b.Ask(new RemoveDomain(_desktop.Id));
        _desktop = null;
        Assert.False(File.Exists(_libvirt.SavedMemoryOf(name)));
    }

    /// <summary>What the guest's page says of this boot, as soon as it answers.</summary>
    private async Task<string> BootOf(Guid id)
    {
        var desktop = await _b.Until(s => DomainsTable.Get(s, id), d => d is { State: DomainState.Active, Address: not null });
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while (true)
        {
            try
            {
                return Guid.Parse(await Programs.Run("nsenter", "--net", "--target", _libvirt.NamespacePid, "curl", "-sf", "-m", "2", $"http://{desktop!.Address}/cgi-bin/boot"), CultureInfo.InvariantCulture).ToString();
            }
            catch (InvalidOperationException) when (!limit.IsCancellationRequested)
            {
                await Task.Delay(100, limit.Token);
            }
        }
    }
}
