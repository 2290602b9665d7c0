using Broker.Core.Domains;
using Broker.Core.Requests.Domains;
using Broker.Core.Requests.Volumes;
using Broker.Testing;

namespace Broker.Backend.Tests.Requests;

/// <summary>Disks and names as a real guest sees them.</summary>
public sealed class StorageOnLibvirtTests : GuestsOnLibvirt
{
    [Fact]
    public async Task AGuestRunsFromADiskThatWasMovedIsCalledAsItsMachineAndLetsGoOfADiskWhileItRuns()
    {
        var name = $"moved-{Guid.NewGuid().ToString("N")[..8]}";
        var machine = await _b.Do(new ImportDomain("tiny.qcow2", $"{name}-base", MemoryMib: 128));
        _made.Add(machine.Id);
        await _b.Do(new PrepareBase(machine.Id));
        var clone = await _b.Do(new Clone(machine.Id, name));
        _made.Add(clone.Id);
        await _b.Do(new MoveVolume(clone.Id, "vda", "second"));
        var disk = Assert.Single(await _b.Db.Read(s => VolumesTable.Of(s, clone.Id)));
        Assert.Equal((_b.Settings.Storage["second"], null), (Path.GetDirectoryName(disk.Path), disk.SecondPath));
        await Programs.Run("qemu-img", "check", "-q", disk.Path);

        await _b.Do(new StartDomain(clone.Id));
        var address = (await _b.Until(s => DomainsTable.Get(s, clone.Id), d => d?.Address is not null))!.Address!;
        Assert.Equal(name, (await Page(address, "name")).Trim());

        await _b.Do(new AddDisk(clone.Id, 16, Storage: "second"));
        await Disks(["vda", "vdb"]);
        // returns when the guest has let go of it
        await _b.Do(new RemoveDisk(clone.Id, "vdb"));
        await Disks(["vda"]);
        Assert.Equal([disk.Path], Directory.GetFiles(_b.Settings.Storage["second"]));

        async Task Disks(string[] expected)
        {
            using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(60));
            while (!(await Page(address, "disks")).Split().Where(d => d.StartsWith("vd", StringComparison.Ordinal)).SequenceEqual(expected))
                await Task.Delay(100, limit.Token);
        }
    }
}
