using System.Text;
using Broker.Backend.VmManagers.Simulated;
using Broker.Core.Domains;
using Broker.Core.Requests;
using Broker.Core.Requests.Domains;
using Broker.Core.Requests.Volumes;

namespace Broker.Backend.Tests.Requests;

/// <summary>Disks and CDs of machines, what becomes of them, and files that nobody needs.</summary>
public sealed class DisksTests() : BackEndTests(adjust: s => s with { StopSeconds = 1 })
{
    private const long MiB = 1 << 20;

    [Theory]
    [InlineData("power button")]
    [InlineData("force")]
    [InlineData("the host alone")]
    public async Task ACloneGetsSwapAndTmpNewWithEachStartAndItsSwapTakesNoRoomWhenItIsOff(string end)
    {
        var clone = await CloneOfAllKinds();
        await _b.Do(new StartDomain(clone.Id));
        await GuestWrites(clone.Id, " run1");
        switch (end)
        {
            case "power button":
                await _b.Ask(new ShutdownDomain(clone.Id));
                break;
            case "force":
                await _b.Ask(new ForceShutdownDomain(clone.Id));
                break;
            case "the host alone":
                using (var host = Host()) host.Destroy(clone.Id);
                break;
        }

        await _b.Until(s => VolumesTable.Of(s, clone.Id), v => v.Any(d => d is { Kind: VolumeKind.Swap, IsUsed: false }));
        Assert.Equal(["sys run1", "swap", "tmp run1", "data run1"], await Contents(clone.Id));
        Assert.Equal("(broker)", await _b.Db.Read(s => s.First<string>(
            "SELECT u.name FROM requests r JOIN users u ON u.id = r.user_id WHERE r.domain_id = @Id AND r.command = 'free_swap'", new { clone.Id })));

        await _b.Do(new StartDomain(clone.Id));
        Assert.Equal(["sys run1", "swap", "tmp", "data run1"], await Contents(clone.Id));
    }

    [Fact]
    public async Task WhatIsHibernatedFindsAllItsDisksAsTheyWere()
    {
        var clone = await CloneOfAllKinds();
        await _b.Do(new StartDomain(clone.Id));
        await GuestWrites(clone.Id, " run1");
        await _b.Do(new HibernateDomain(clone.Id));
        Assert.Contains("skipped", (await _b.Ask(new FreeSwap(clone.Id))).Result!.Value.GetRawText(), StringComparison.Ordinal);

        await _b.Do(new StartDomain(clone.Id));

        Assert.Equal(["sys run1", "swap run1", "tmp run1", "data run1"], await Contents(clone.Id));
    }

    [Fact]
    public async Task AMachineWithoutABaseKeepsAllItsDisks()
    {
        var machine = await MachineOfAllKinds();
        await _b.Do(new StartDomain(machine.Id));
        await GuestWrites(machine.Id, " run1");
        await _b.Ask(new ForceShutdownDomain(machine.Id));
        await _b.Do(new StartDomain(machine.Id));

        Assert.Equal(["sys run1", "swap run1", "tmp run1", "data run1"], await Contents(machine.Id));
    }

    [Fact]
    public async Task ADiskThatACloneGotItselfIsNewAndEmptyWithEachStart()
    {
        var clone = await CloneOfAllKinds();
        await _b.Do(new AddDisk(clone.Id, 8, VolumeKind.Swap));
        await _b.Do(new StartDomain(clone.Id));
        await GuestWrites(clone.Id, " run1");
        await _b.Ask(new ForceShutdownDomain(clone.Id));
        await _b.Do(new StartDomain(clone.Id));

        Assert.Equal(["sys run1", "swap", "tmp", "data run1", ""], await Contents(clone.Id));
    }

    [Fact]
    public async Task DisksComeGrowAndGoWhileTheMachineIsOffAndWhileItRuns()
    {
        var machine = await _b.Do(new ImportDomain("tiny.img", "tiny"));
        foreach (var isOn in (bool[])[false, true])
        {
            if (isOn) await _b.Do(new StartDomain(machine.Id));
            await _b.Do(new AddDisk(machine.Id, 8));
            await _b.Do(new GrowDisk(machine.Id, "vdb", 16));
            await _b.Do(new GrowDisk(machine.Id, "vdb", 16));
            await _b.Do(new RefreshMachine(machine.Id));
            var disk = (await Volumes(machine.Id))[1];
            Assert.Equal(("vdb", VolumeKind.Data, 16 * MiB, 16 * MiB), (disk.Target, disk.Kind, disk.CapacityBytes, SimulatedDisk.Read(disk.Path).CapacityBytes));
            Assert.Equal(new FileInfo(disk.Path).Length, disk.UsedBytes);
            using (var host = Host()) Assert.Contains(disk.Path, host.FilesOfDomains());

            Assert.Equal("too_small", (await _b.Ask(new GrowDisk(machine.Id, "vdb", 15))).ErrorCode);
            Assert.Equal("boot_disk", (await _b.Ask(new RemoveDisk(machine.Id, "vda"))).ErrorCode);
            Assert.Equal("no_disk", (await _b.Ask(new RemoveDisk(machine.Id, "vdc"))).ErrorCode);
            await _b.Do(new RemoveDisk(machine.Id, "vdb"));
            Assert.False(File.Exists(disk.Path));
            Assert.Single(await Volumes(machine.Id));
            using (var host = Host()) Assert.DoesNotContain(disk.Path, host.FilesOfDomains());
        }
    }

    [Fact]
    public async Task BasesAndWhatIsHibernatedKeepTheirDisks()
    {
        var clone = await CloneOfAllKinds();
        await _b.Do(new StartDomain(clone.Id));
        await _b.Do(new HibernateDomain(clone.Id));
        await AddCd("install.iso");
        foreach (var (id, code) in ((Guid, string)[])[(clone.BaseId!.Value, "is_a_base"), (clone.Id, "hibernated")])
        {
            foreach (var change in (IRequest[])[new AddDisk(id, 8), new RemoveDisk(id, "vdb"), new GrowDisk(id, "vdb", 64), new ChangeCd(id, "install.iso")])
                Assert.Equal(code, (await _b.Ask(change)).ErrorCode);
            Assert.Equal(4, (await Volumes(id)).Count);
        }
    }

    [Fact]
    public async Task ADiskForWhichThereIsNoRoomOrWhichItsHostRefusesLeavesNothing()
    {
        var machine = await _b.Do(new ImportDomain("tiny.img", "tiny"));
        var before = Pool();
        var all = new DriveInfo(_b.Settings.Pool).AvailableFreeSpace / MiB;

        var tooLarge = await _b.Ask(new AddDisk(machine.Id, all));
        Assert.Equal(RequestState.Failed, tooLarge.State);
        Assert.Contains("no room", tooLarge.ErrorText, StringComparison.Ordinal);
        Assert.Contains("no room", (await _b.Ask(new GrowDisk(machine.Id, "vda", all))).ErrorText, StringComparison.Ordinal);

        await _b.Do(new StartDomain(machine.Id));
        Faults.Set(_b.NodeFolder, new Fault("attach_disk", Fail: "No place for it."));
        Assert.Contains("No place", (await _b.Ask(new AddDisk(machine.Id, 8))).ErrorText, StringComparison.Ordinal);

        Assert.Equal(before, Pool());
        Assert.Equal(MiB, Assert.Single(await Volumes(machine.Id)).CapacityBytes);
    }

    [Fact]
    public async Task ADiskWhoseHostWasLostWhileItWasMadeIsThereOnce()
    {
        var machine = await _b.Do(new ImportDomain("tiny.img", "tiny"));
        Faults.Set(_b.NodeFolder, new Fault("define", IsConnectionLost: true, Times: 1));

        await _b.Do(new AddDisk(machine.Id, 8));

        Assert.Equal([MiB, 8 * MiB], (await Volumes(machine.Id)).Select(v => v.CapacityBytes));
        Assert.Equal(2, Pool().Length);
    }

    [Fact]
    public async Task CDsOfTheLibraryStayThereWhateverBecomesOfTheirMachines()
    {
        // names in which others look for what kind of file it is
        var (cd, other) = ("ISO of somebody.iso", new string('i', 251) + ".iso");
        await AddCd(cd);
        await AddCd(other);
        var first = await _b.Do(new ImportDomain(cd, "from-ISO-1", DiskMib: 64));
        var second = await _b.Do(new ImportDomain("tiny.img", "tiny.ISO"));
        Assert.Equal("no_drive", (await _b.Ask(new ChangeCd(second.Id))).ErrorCode);
        Assert.Equal("no_cd", (await _b.Ask(new ChangeCd(second.Id, "tiny.img"))).ErrorCode);
        Assert.Equal("no_cd", (await _b.Ask(new ChangeCd(second.Id, "absent.iso"))).ErrorCode);
        await _b.Do(new ChangeCd(second.Id, cd));
        Assert.Equal(64 * MiB, Assert.Single(await Volumes(first.Id)).CapacityBytes);

        foreach (var machine in (DomainRow[])[first, second]) await _b.Do(new StartDomain(machine.Id));
        await _b.Do(new ChangeCd(second.Id));
        await _b.Do(new ChangeCd(second.Id, other));
        Assert.Equal("no_drive", (await _b.Ask(new ChangeCd(second.Id, cd, "hdb"))).ErrorCode);
        Assert.Equal((cd, other), (await CdOf(first.Id), await CdOf(second.Id)));

        await _b.Do(new PrepareBase(first.Id));
        var clone = await _b.Do(new Clone(first.Id));
        await _b.Do(new StartDomain(clone.Id));
        foreach (var id in (Guid[])[clone.Id, second.Id]) Assert.Equal(RequestState.Done, (await _b.Ask(new RemoveDomain(id))).State);
        await _b.Do(new RemoveBase(first.Id));
        Assert.Equal(RequestState.Done, (await _b.Ask(new RemoveDomain(first.Id))).State);

        Assert.Empty(Pool());
        foreach (var file in (string[])[cd, other]) Assert.True(File.Exists(Path.Combine(_b.Settings.Library, file)));
    }

    [Fact]
    public async Task UnusedFilesAreListedInPagesAndDeletedIfTheyStillAreUnused()
    {
        var clone = await CloneOfAllKinds();
        var before = Pool();
        foreach (var name in (string[])["a.sim", "b.sim", "c"]) await File.WriteAllTextAsync(Path.Combine(_b.Settings.Pool, name), name);
        File.CreateSymbolicLink(Path.Combine(_b.Settings.Pool, "link"), "c");
        using (var host = Host()) host.Define(new(Guid.NewGuid(), "of-somebody-else", 65536, 1, "52:54:00:00:00:01", [new("vda", Path.Combine(_b.Settings.Pool, "b.sim"), "simulated", [])], ""));

        var page = (await _b.Ask(new ListUnusedVolumes("HOST", 1, 1))).Result!.Value;
        Assert.Equal("a.sim", Assert.Single(page.GetProperty("files").EnumerateArray()).GetProperty("file").GetString());
        Assert.False(page.GetProperty("more").GetBoolean());
        await File.WriteAllTextAsync(Path.Combine(_b.Settings.Pool, "d"), "");
        Assert.True((await _b.Ask(new ListUnusedVolumes("host", 1, 1))).Result!.Value.GetProperty("more").GetBoolean());
        Assert.Equal("d", (await _b.Ask(new ListUnusedVolumes("host", 2, 1))).Result!.Value.GetProperty("files")[0].GetProperty("file").GetString());

        var mine = Path.GetFileName((await Volumes(clone.Id))[0].Path);
        var removal = await _b.Ask(new RemoveUnusedVolumes("host", ["a.sim", "b.sim", "c", "gone", mine]));

        Assert.Equal(["a.sim"], removal.Result!.Value.GetProperty("removed").EnumerateArray().Select(f => f.GetString()));
        Assert.Equal(["b.sim", "c", "gone", mine], removal.Result!.Value.GetProperty("kept").EnumerateArray().Select(f => f.GetString()));
        Assert.Equal(before.Concat(["b.sim", "c", "d", "link"]).Order(StringComparer.Ordinal), Pool());
        Assert.Equal("unknown_node", (await _b.Ask(new ListUnusedVolumes("nowhere"))).ErrorCode);
    }

    private async Task<DomainRow> MachineOfAllKinds()
    {
        var machine = await _b.Do(new ImportDomain("tiny.img", "tiny"));
        foreach (var kind in (VolumeKind[])[VolumeKind.Swap, VolumeKind.Tmp, VolumeKind.Data]) await _b.Do(new AddDisk(machine.Id, 8, kind));
        foreach (var volume in await Volumes(machine.Id)) Append(volume.Path, volume.Kind.ToString().ToLowerInvariant());
        return machine;
    }

    private async Task<DomainRow> CloneOfAllKinds()
    {
        var origin = await _b.Do(new PrepareBase((await MachineOfAllKinds()).Id));
        return await _b.Do(new Clone(origin.Id));
    }

    private async Task GuestWrites(Guid id, string text)
    {
        foreach (var volume in await Volumes(id)) Append(volume.Path, text);
    }

    private static void Append(string path, string text)
    {
        var disk = SimulatedDisk.Read(path);
        (disk with { Content = disk.Content + text }).Write(path);
    }

    private async Task<string[]> Contents(Guid id) => [.. (await Volumes(id)).Select(v => SimulatedDisk.ReadAll(v.Path))];

    private Task<IReadOnlyList<VolumeRow>> Volumes(Guid id) => _b.Db.Read(s => VolumesTable.Of(s, id));

    private async Task<string?> CdOf(Guid id) => Assert.Single(await _b.Db.Read(s => CdDrivesTable.Of(s, id))).File;

    private string[] Pool() => [.. Directory.GetFiles(_b.Settings.Pool).Select(f => Path.GetFileName(f)).Order(StringComparer.Ordinal)];

    private Task AddCd(string name)
    {
        var cd = new byte[40 * 2048];
        Encoding.ASCII.GetBytes("CD001").CopyTo(cd, (16 * 2048) + 1);
        return File.WriteAllBytesAsync(Path.Combine(_b.Settings.Library, name), cd);
    }

    private Broker.Backend.VmManagers.IVmNode Host() =>
        new SimulatedVmManager().Connect(new("host", _b.NodeFolder, _b.Settings.Pool, _b.Settings.Library, _b.Settings.DisplayFolder));
}
