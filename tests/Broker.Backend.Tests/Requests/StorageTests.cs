using Broker.Backend.VmManagers.Simulated;
using Broker.Core.Domains;
using Broker.Core.Nodes;
using Broker.Core.Requests;
using Broker.Core.Requests.Domains;
using Broker.Core.Requests.Volumes;

namespace Broker.Backend.Tests.Requests;

/// <summary>Several folders of disk images, and disks that are moved between them.</summary>
public sealed class StorageTests() : BackEndTests(adjust: s => s with { StopSeconds = 1, Storage = new Dictionary<string, string> { ["fast"] = Path.Combine(s.Run, "fast") } })
{
    private string Fast => Directory.CreateDirectory(_b.Settings.Storage["fast"]).FullName;

    [Fact]
    public async Task DisksLieWhereTheyWereWantedAndCopiesBesideWhatTheyAreCopiesOf()
    {
        var fast = Fast;
        var machine = await _b.Do(new ImportDomain("tiny.img", "tiny", Storage: "fast"));
        await _b.Do(new AddDisk(machine.Id, 8));
        await _b.Do(new AddDisk(machine.Id, 8, Storage: "fast"));
        var copy = await _b.Do(new CopyDomain(machine.Id, "copy"));

        foreach (var id in (Guid[])[machine.Id, copy.Id])
            Assert.Equal([fast, _b.Settings.Pool, fast], (await Volumes(id)).Select(v => Path.GetDirectoryName(v.Path)));
        var unknown = await _b.Ask(new AddDisk(machine.Id, 8, Storage: "slow"));
        Assert.Equal(("unknown_storage", "host has no storage slow. It has default, fast."), (unknown.ErrorCode, unknown.ErrorText));
        Assert.Equal("unknown_storage", (await _b.Ask(new ImportDomain("tiny.img", "nowhere", Storage: "slow"))).ErrorCode);

        var storage = await _b.Until(s => StorageTable.WithVolumes(s, machine.NodeId), all => all.Count == 2 && all[1].Storage.Problem is null);
        Assert.Equal([("default", _b.Settings.Pool, 2), ("fast", fast, 4)], storage.Select(s => (s.Storage.Name, s.Storage.Folder, s.Volumes)));
        Assert.All(storage, s => Assert.InRange(s.Storage.FreeBytes, 1, s.Storage.TotalBytes));
    }

    [Fact]
    public async Task AStorageThatIsNotMountedIsToldOfAndTakesNothing()
    {
        var machine = await _b.Do(new ImportDomain("tiny.img", "tiny"));
        var told = await _b.Until(s => StorageTable.Of(s, machine.NodeId), all => all.Any(s => s.Problem is not null));
        Assert.Equal(["default", "fast"], told.Select(s => s.Name));
        Assert.Contains("is not there", told[1].Problem, StringComparison.Ordinal);

        Assert.Contains("is not there", (await _b.Ask(new AddDisk(machine.Id, 8, Storage: "fast"))).ErrorText, StringComparison.Ordinal);
        Assert.Equal("storage_unusable", (await _b.Ask(new MoveVolume(machine.Id, "vda", "fast"))).ErrorCode);
        var disk = Assert.Single(await Volumes(machine.Id));
        Assert.Equal((_b.Settings.Pool, null), (Path.GetDirectoryName(disk.Path), disk.SecondPath));
        await _b.Do(new StartDomain(machine.Id));
    }

    [Fact]
    public async Task AMovedDiskOfACloneHasItsContentOnItsBaseAndItsOldFileIsGone()
    {
        var fast = Fast;
        var clone = await Clone();
        await _b.Do(new MoveVolume(clone.Id, "vda", "fast"));

        var disk = Assert.Single(await Volumes(clone.Id));
        Assert.Equal((Path.Combine(fast, $"{disk.Id}.sim"), null), (disk.Path, disk.SecondPath));
        Assert.Equal("of the base, of the clone", SimulatedDisk.ReadAll(disk.Path));
        Assert.Equal([disk.Path], Directory.GetFiles(fast));
        Assert.DoesNotContain(Directory.GetFiles(_b.Settings.Pool), f => f.Contains($"{disk.Id}", StringComparison.Ordinal));
        await _b.Do(new StartDomain(clone.Id));
        await _b.Ask(new ForceShutdownDomain(clone.Id));
        await _b.Do(new MoveVolume(clone.Id, "vda", "default"));
        Assert.Equal(_b.Settings.Pool, Path.GetDirectoryName(Assert.Single(await Volumes(clone.Id)).Path));
        Assert.Empty(Directory.GetFiles(fast));
        await _b.Do(new StartDomain(clone.Id));
    }

    [Fact]
    public async Task NothingIsMovedWhereItIsAlreadyOntoAFileIntoAnUnknownStorageOrUnderASystemThatNeedsIt()
    {
        var fast = Fast;
        var clone = await Clone();
        var disk = Assert.Single(await Volumes(clone.Id));
        await Refused("same_storage", clone.Id, "default");
        await Refused("unknown_storage", clone.Id, "slow");
        await Refused("is_a_base", clone.BaseId!.Value, "fast");
        Assert.Equal("no_disk", (await _b.Ask(new MoveVolume(clone.Id, "vdb", "fast"))).ErrorCode);
        var inTheWay = Path.Combine(fast, $"{disk.Id}.sim");
        await File.WriteAllTextAsync(inTheWay, "somebody's");
        await Refused("file_in_the_way", clone.Id, "fast");
        Assert.Equal("somebody's", await File.ReadAllTextAsync(inTheWay));
        await _b.Do(new StartDomain(clone.Id));
        await Refused("not_off", clone.Id, "fast");
        await _b.Do(new HibernateDomain(clone.Id));
        await Refused("hibernated", clone.Id, "fast");

        Assert.Equal(disk.Path, Assert.Single(await Volumes(clone.Id)).Path);

        async Task Refused(string code, Guid id, string storage) => Assert.Equal(code, (await _b.Ask(new MoveVolume(id, "vda", storage))).ErrorCode);
    }

    [Theory]
    [InlineData("copy")]
    [InlineData("verify")]
    [InlineData("define")]
    [InlineData("delete")]
    public async Task AMoveThatIsBrokenOffAnywhereIsTakenUpAgainAndDoneOnce(string call)
    {
        var fast = Fast;
        var clone = await Clone();
        Faults.Set(_b.NodeFolder, new Fault(call, IsConnectionLost: true, Times: 1));

        await _b.Do(new MoveVolume(clone.Id, "vda", "fast"));

        await AssertLiesIn(fast, clone.Id);
        Assert.Empty(Directory.GetFiles(_b.Settings.Pool, $"{Assert.Single(await Volumes(clone.Id)).Id}*"));
    }

    [Theory]
    [InlineData("copy")]
    [InlineData("verify")]
    [InlineData("define")]
    public async Task AMoveThatFailsLeavesTheDiskWhereItWas(string call)
    {
        var fast = Fast;
        var clone = await Clone();
        Faults.Set(_b.NodeFolder, new Fault(call, Fail: "Not today.", Times: 1));

        var failed = await _b.Ask(new MoveVolume(clone.Id, "vda", "fast"));

        Assert.Equal((RequestState.Failed, "Not today."), (failed.State, failed.ErrorText));
        Assert.Empty(Directory.GetFiles(fast));
        await AssertLiesIn(_b.Settings.Pool, clone.Id);
    }

    private async Task AssertLiesIn(string folder, Guid id)
    {
        var disk = Assert.Single(await Volumes(id));
        Assert.Equal((folder, null), (Path.GetDirectoryName(disk.Path), disk.SecondPath));
        Assert.Equal("of the base, of the clone", SimulatedDisk.ReadAll(disk.Path));
        await _b.Do(new StartDomain(id));
    }

    private async Task<DomainRow> Clone()
    {
        var machine = await _b.Do(new ImportDomain("tiny.img", "tiny"));
        Append(Assert.Single(await Volumes(machine.Id)).Path, "of the base");
        var clone = await _b.Do(new Clone((await _b.Do(new PrepareBase(machine.Id))).Id));
        Append(Assert.Single(await Volumes(clone.Id)).Path, ", of the clone");
        return clone;
    }

    private static void Append(string path, string text)
    {
        var disk = SimulatedDisk.Read(path);
        (disk with { Content = disk.Content + text }).Write(path);
    }

    private Task<IReadOnlyList<VolumeRow>> Volumes(Guid id) => _b.Db.Read(s => VolumesTable.Of(s, id));
}
