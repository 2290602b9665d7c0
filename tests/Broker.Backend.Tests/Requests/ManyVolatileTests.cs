using System.Diagnostics;
using Broker.Backend.VmManagers;
using Broker.Backend.VmManagers.Libvirt;
using Broker.Backend.VmManagers.Simulated;
using Broker.Core.Domains;
using Broker.Core.Nodes;
using Broker.Core.Pools;
using Broker.Core.Requests.Domains;
using Broker.Testing;
using Libvirt.Testing;
using Xunit.Abstractions;

namespace Broker.Backend.Tests.Requests;

/// <summary>A large pool of temporary desktops is made, started, and goes without a trace.</summary>
public sealed class ManyVolatileTests(ITestOutputHelper output)
{
    private const int PatienceSeconds = 480;

    [Fact]
    public Task AHundredLeaveNothingBehind() => OnSimulated(100, 100);

    [Fact]
    [Trait("Category", "Long")]
    public Task ThousandsLeaveNothingBehind() => OnSimulated(2000, 2000);

    [Fact]
    [Trait("Category", "Long")]
    [Trait("Needs", "libvirt")]
    public async Task TwoHundredOfARealGuestLeaveNothingBehind()
    {
        var libvirt = await PrivateLibvirtd.Shared;
        var library = Repository.NewFolder("library");
        File.Copy(await GuestImage.Tiny, Path.Combine(library, "tiny.qcow2"));
        await using var b = await RunningBackEnd.Prepare(await (await PrivateMariaDb.Shared).NewDatabase(), Path.GetDirectoryName(libvirt.Displays)!,
            s => s with { Library = library, Pool = Path.Combine(libvirt.Shares, Guid.NewGuid().ToString("N")[..8]) }, VmManagerKind.Libvirt, libvirt.Uri);
        File.SetUnixFileMode(b.Settings.Pool, File.GetUnixFileMode(b.Settings.Pool) | UnixFileMode.OtherExecute);
        await ComeAndGo(b, new LibvirtVmManager(), libvirt.Uri, "tiny.qcow2", 200, 20);
        Directory.Delete(library, recursive: true);
        Directory.Delete(b.Settings.Pool, recursive: true);
    }

    private async Task OnSimulated(int clones, int started)
    {
        var run = Directory.CreateTempSubdirectory("bk-").FullName;
        await using (var b = await RunningBackEnd.Prepare(await (await PrivateMariaDb.Shared).NewDatabase(), run))
        {
            await b.AddImage("tiny.img");
            await ComeAndGo(b, new SimulatedVmManager(), b.NodeFolder, "tiny.img", clones, started);
        }

        Directory.Delete(run, recursive: true);
    }

    private async Task ComeAndGo(RunningBackEnd b, IVmManager manager, string uri, string image, int clones, int started)
    {
        await b.Start();
        var machine = await b.Do(new ImportDomain(image, $"many-{Guid.NewGuid().ToString("N")[..8]}", MemoryMib: 64));
        var origin = await b.Do(new PrepareBase(machine.Id));
        await b.Db.Transaction(s => DomainsTable.SetVolatileClones(s, origin.Id, true));
        var began = Stopwatch.GetTimestamp();
        await b.Db.Transaction(s => Pool.Set(s, origin.Id, clones, started));
        await Until("made and started", s => s.First<(long, long)>(
            "SELECT COALESCE(SUM(state = 'active'), 0), COALESCE(SUM(state = 'shutdown'), 0) FROM domains WHERE base_id = @Id", new { origin.Id }), (started, clones - started));

        // those that run are switched off, and go by themselves; the others are removed
        await b.Db.Transaction(s => Pool.Set(s, origin.Id, 0, 0));
        foreach (var clone in (await b.Db.Read(s => DomainsTable.OnNode(s, origin.NodeId))).Where(d => d.BaseId == origin.Id))
            await b.Submit(clone.State is DomainState.Active ? new ForceShutdownDomain(clone.Id) : new RemoveDomain(clone.Id));
        await Until("gone", async s => await s.First<long>("SELECT COUNT(*) FROM domains WHERE base_id = @Id", new { origin.Id }), 0);
        await Until("at rest", async s => await s.First<long>("SELECT (SELECT COUNT(*) FROM requests WHERE ended_at IS NULL OR lease_until IS NOT NULL) + (SELECT COUNT(*) FROM request_locks)"), 0);

        Assert.Equal(0, await b.Db.Read(s => s.First<long>("SELECT COUNT(*) FROM requests WHERE state <> 'done'")));
        var disks = await b.Db.Read(s => s.Query<Guid>("SELECT id FROM volumes"));
        Assert.Equal(origin.Id, (await b.Db.Read(s => VolumesTable.Of(s, origin.Id))).Single().DomainId);
        Assert.Single(disks);
        using var host = manager.Connect(new("host", uri, b.Settings.Pool, b.Settings.Library, b.Settings.DisplayFolder));
        Assert.Equal(disks, host.Disks.List());
        Assert.DoesNotContain(host.Inventory(), d => d.Name.StartsWith(origin.Name + "-", StringComparison.Ordinal));
        await b.Do(new RemoveBase(origin.Id));
        await b.Ask(new RemoveDomain(origin.Id));
        Assert.Empty(host.Disks.List());

        async Task Until<T>(string what, Func<Core.Database.DbSession, Task<T>> read, T value)
        {
            await b.Until(read, now => Equals(now, value), PatienceSeconds);
            output.WriteLine($"{manager.Kind}: {clones}, {started} of them started: {what} after {Stopwatch.GetElapsedTime(began).TotalSeconds:F1} s");
        }
    }
}
