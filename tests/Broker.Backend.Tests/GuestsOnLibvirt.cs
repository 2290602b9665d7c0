using Broker.Core.Domains;
using Broker.Core.Nodes;
using Broker.Core.Requests.Domains;
using Broker.Testing;
using Libvirt.Testing;

namespace Broker.Backend.Tests;

/// <summary>A back end whose host is a private libvirtd, with the tiny guest in its library; removes what a test has made.</summary>
[Trait("Needs", "libvirt")]
public abstract class GuestsOnLibvirt : IAsyncLifetime
{
    private protected readonly List<Guid> _made = [];
    private protected PrivateLibvirtd _libvirt = null!;
    private protected RunningBackEnd _b = null!;

    public async Task InitializeAsync()
    {
        _libvirt = await PrivateLibvirtd.Shared;
        var library = Repository.NewFolder("library");
        var pool = Path.Combine(_libvirt.Shares, Guid.NewGuid().ToString("N")[..8]);
        File.Copy(await GuestImage.Tiny, Path.Combine(library, "tiny.qcow2"));
        _b = await RunningBackEnd.Prepare(await (await PrivateMariaDb.Shared).NewDatabase(), Path.GetDirectoryName(_libvirt.Displays)!,
            s => s with { Library = library, Pool = pool, Storage = new Dictionary<string, string> { ["second"] = pool + "-second" } }, VmManagerKind.Libvirt, _libvirt.Uri);
        foreach (var folder in (string[])[pool, pool + "-second"])
        {
            Directory.CreateDirectory(folder);
            File.SetUnixFileMode(folder, File.GetUnixFileMode(folder) | UnixFileMode.OtherExecute);
        }

        await _b.Start();
    }

    public async Task DisposeAsync()
    {
        foreach (var id in Enumerable.Reverse(_made))
        {
            if (await _b.Db.Read(s => DomainsTable.Get(s, id)) is not null) await _b.Ask(new RemoveDomain(id));
        }
        await _b.DisposeAsync();
        foreach (var folder in (string[])[_b.Settings.Library, _b.Settings.Pool, .. _b.Settings.Storage.Values]) Directory.Delete(folder, recursive: true);
    }

    /// <summary>What a page of the guest says, as soon as it answers.</summary>
    private protected async Task<string> Page(string address, string page)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while (true)
        {
            try
            {
                return await Programs.Run("nsenter", "--net", "--target", _libvirt.NamespacePid, "curl", "-sf", "-m", "2", $"http://{address}/cgi-bin/{page}");
            }
            catch (InvalidOperationException) when (!limit.IsCancellationRequested)
            {
                await Task.Delay(100, limit.Token);
            }
        }
    }
}
