using System.Formats.Tar;
using System.Text.Json;
using Broker.Backend.VmManagers.Simulated;
using Broker.Core.Backups;
using Broker.Core.Devices;
using Broker.Core.Domains;
using Broker.Core.Nodes;
using Broker.Core.Requests;
using Broker.Core.Requests.Backups;
using Broker.Core.Requests.Domains;
using Broker.Core.Requests.Volumes;

namespace Broker.Backend.Tests.Requests;

/// <summary>Machines in files, and files that become machines.</summary>
public sealed class BackupTests() : BackEndTests()
{
    [Fact]
    public async Task AMachineThatWasRemovedComesBackAsItWas()
    {
        var bea = await _b.Person("bea");
        var cleo = await _b.Person("cleo");
        var machine = await _b.Do(new ImportDomain("tiny.img", "server", Alias: "Das Gerät", Description: "for all", MemoryMib: 256));
        await _b.Do(new AddDisk(machine.Id, 8, VolumeKind.Data));
        await _b.Do(new AddHardware(machine.Id, DeviceKind.Network, DeviceOptions.Parse("model=e1000e")));
        await _b.Do(new ChangeOwner(machine.Id, bea.UserId));
        await _b.Db.Transaction(async s =>
        {
            var row = (await DomainsTable.Get(s, machine.Id))!;
            await DomainsTable.Set(s, row, new DomainSettingsChange(Autostart: true, RunTimeoutSeconds: 7200, ShutdownDisconnected: true));
            await DomainsTable.SetShared(s, row, cleo.UserId, isShared: true);
        });
        await Write(machine, "vda", "system");
        await Write(machine, "vdb", "essays");
        var before = await Row(machine.Id);

        var file = await Take(machine);
        await _b.Ask(new RemoveDomain(machine.Id));
        Assert.Empty(Directory.GetFiles(_b.Settings.Pool));
        var done = await Restore(new RestoreBackup(file));

        Assert.False(done.TryGetProperty("warning", out var warning) && warning.ValueKind != JsonValueKind.Null, warning.ToString());
        var after = await Row(machine.Id);
        Assert.Equal(
            before with { StateSince = default, CreatedAt = default, StateDetail = null, SharedWith = [] },
            after with { StateSince = default, CreatedAt = default, StateDetail = null, SharedWith = [] });
        Assert.Equal([cleo.UserId], after.SharedWith);
        Assert.Equal(["system", "essays"], await Contents(machine.Id));
        Assert.Equal(VolumeKind.Data, (await Volumes(machine.Id))[1].Kind);
        Assert.Equal(DomainState.Active, (await _b.Do(new StartDomain(machine.Id))).State);
    }

    [Fact]
    public async Task WhatIsThereAlreadyStaysAndTheBackupBecomesAnotherMachineBesideIt()
    {
        var machine = await _b.Do(new ImportDomain("tiny.img", "server"));
        await Write(machine, "vda", "then");
        var file = await Take(machine);
        await Write(machine, "vda", "now");

        var second = await _b.Do(new RestoreBackup(file));

        Assert.Equal(("server-2", "then", "now"), (second.Name, (await Contents(second.Id))[0], (await Contents(machine.Id))[0]));
        Assert.NotEqual(machine.Id, second.Id);
        Assert.NotEqual(machine.Mac, second.Mac);
        Assert.Equal(("Número tres", "Numero-tres"), await _b.Do(new RestoreBackup(file, Name: "Número tres")) is var third ? (third.Alias, third.Name) : default);
    }

    [Fact]
    public async Task InPlaceOfTheMachineItIsOfItGivesThatItsDisksAndSettingsOfThen()
    {
        var machine = await _b.Do(new ImportDomain("tiny.img", "server", MemoryMib: 128));
        await Write(machine, "vda", "then");
        var file = await Take(machine);
        var bea = await _b.Person("bea");
        await _b.Do(new ChangeOwner(machine.Id, bea.UserId));
        await _b.Do(new RenameDomain(machine.Id, "renamed"));
        await _b.Do(new ChangeHardware(machine.Id, DeviceKind.Memory, 1, DeviceOptions.Parse("mib=256")));
        await _b.Do(new AddDisk(machine.Id, 8));
        await Write(machine, "vda", "now");

        Assert.Equal("not_off", await Failed(new RestoreBackup(file, Over: machine.Id), running: machine));
        var restored = await _b.Do(new RestoreBackup(file, Over: machine.Id));

        Assert.Equal((machine.Id, "renamed", bea.UserId, 128 << 10), (restored.Id, restored.Name, restored.OwnerId, restored.MemoryKib));
        Assert.Equal(["then"], await Contents(machine.Id));
        await _b.Until(s => s.Query<string>("SELECT name FROM domains"), names => names.Count == 1);
        Assert.Single(Directory.GetFiles(_b.Settings.Pool));
        Assert.Equal(DomainState.Active, (await _b.Do(new StartDomain(machine.Id))).State);

        var other = await _b.Do(new ImportDomain("tiny.img", "other"));
        Assert.Equal("another_machine", (await _b.Ask(new RestoreBackup(file, Over: other.Id))).ErrorCode);
    }

    [Fact]
    public async Task AClonesBackupNeedsItsBaseUnlessItIsWhole()
    {
        var (origin, clone) = await Clone();
        await Write(clone, "vda", " and mine");
        var (small, whole) = (await Take(clone), await Take(clone, whole: true));
        await _b.Ask(new RemoveDomain(clone.Id));

        var restored = await _b.Do(new RestoreBackup(small));
        Assert.Equal((clone.Id, origin.Id, "base and mine"), (restored.Id, restored.BaseId, (await Contents(clone.Id))[0]));

        await _b.Ask(new RemoveDomain(clone.Id));
        await _b.Ask(new RemoveDomain(origin.Id));
        var failed = await _b.Ask(new RestoreBackup(small));
        Assert.Equal("base_missing", failed.ErrorCode);
        Assert.Contains($"tiny ({origin.Id})", failed.ErrorText, StringComparison.Ordinal);
        var alone = await _b.Do(new RestoreBackup(whole));
        Assert.Equal((null, "base and mine"), (alone.BaseId, (await Contents(alone.Id))[0]));
        Assert.Null(Assert.Single(await Volumes(alone.Id)).BaseVolumeId);
    }

    [Fact]
    public async Task ABaseIsKnownAgainByWhatIsOnItWhereverItIsRestoredAndNotByItsName()
    {
        var (origin, clone) = await Clone();
        await Write(clone, "vda", " and mine");
        var (ofBase, ofClone) = (await Take(origin), await Take(clone));
        await _b.Ask(new RemoveDomain(clone.Id));
        await _b.Do(new RemoveBase(origin.Id));
        await Write(origin, "vda", "another ");
        await _b.Do(new PrepareBase(origin.Id));

        // the same id, and other disks
        Assert.Contains("have changed since", (await _b.Ask(new RestoreBackup(ofClone))).ErrorText, StringComparison.Ordinal);
        var again = await _b.Do(new RestoreBackup(ofBase, Name: "elsewhere"));
        Assert.True(again.IsBase);
        Assert.NotEqual(origin.Id, again.Id);
        var restored = await _b.Do(new RestoreBackup(ofClone));
        Assert.Equal((again.Id, "base and mine"), (restored.BaseId, (await Contents(restored.Id))[0]));
    }

    [Fact]
    public async Task ABaseComesBackAsOneWithItsPublicationAndItsPool()
    {
        var (origin, clone) = await Clone();
        await _b.Ask(new RemoveDomain(clone.Id));
        await _b.Db.Transaction(async s =>
        {
            await DomainsTable.SetPublic(s, origin.Id, true);
            await DomainsTable.SetVolatileClones(s, origin.Id, true);
        });
        var file = await Take(origin);
        await _b.Ask(new RemoveDomain(origin.Id));

        var back = await _b.Do(new RestoreBackup(file));

        Assert.Equal((origin.Id, true, true, true), (back.Id, back.IsBase, back.IsPublic, back.VolatileClones));
        Assert.NotNull(await _b.Db.Read(s => BasesTable.Get(s, back.Id)));
        Assert.True((await _b.Do(new Clone(back.Id))).IsVolatile);
    }

    [Fact]
    public async Task ABackupOfSomebodyWhoIsGoneBelongsToWhoeverRestoresIt()
    {
        var bea = await _b.Person("bea");
        var machine = await _b.Do(new ImportDomain("tiny.img", "server"));
        await _b.Do(new ChangeOwner(machine.Id, bea.UserId));
        var file = await Take(machine);
        await _b.Ask(new RemoveDomain(machine.Id));
        await _b.Db.Transaction(s => s.Execute("DELETE FROM users WHERE id = @UserId", new { bea.UserId }));

        var done = await Restore(new RestoreBackup(file));

        Assert.Contains("bea, to whom it belonged, is not here any more", done.GetProperty("warning").GetString(), StringComparison.Ordinal);
        Assert.Equal(_b.Caller.UserId, (await Row(machine.Id)).OwnerId);
    }

    [Fact]
    public async Task ItIsRestoredOnAnotherHostWithAnotherIdWhereSomethingElseHasItsOwn()
    {
        var machine = await _b.Do(new ImportDomain("tiny.img", "server"));
        await Write(machine, "vda", "mine");
        var file = await Take(machine);
        var second = Path.Combine(_b.Settings.Run, "second");
        Directory.CreateDirectory(second);
        await _b.Db.Transaction(s => NodesTable.Put(s, "second", VmManagerKind.Simulated, second));

        var there = await _b.Do(new RestoreBackup(file, Node: "second"));

        Assert.NotEqual(machine.Id, there.Id);
        Assert.NotEqual(machine.NodeId, there.NodeId);
        Assert.Equal(["mine"], await Contents(there.Id));
        Assert.Equal(DomainState.Active, (await _b.Do(new StartDomain(there.Id))).State);
    }

    [Fact]
    public async Task OnlyWhatIsOffAndLastsIsBackedUpAndNothingIsLeftOfATry()
    {
        var (origin, clone) = await Clone();
        await _b.Do(new StartDomain(clone.Id));
        Assert.Equal("not_off", (await _b.Ask(new BackupDomain(clone.Id))).ErrorCode);
        await _b.Do(new HibernateDomain(clone.Id));
        Assert.Equal("hibernated", (await _b.Ask(new BackupDomain(clone.Id))).ErrorCode);
        var temporary = await _b.Do(new Clone(origin.Id, "temporary", Volatile: true));
        Assert.Equal("is_volatile", (await _b.Ask(new BackupDomain(temporary.Id))).ErrorCode);

        await _b.Do(new ForceShutdownDomain(clone.Id));
        var files = Directory.GetFiles(_b.Settings.Pool).Order().ToList();
        Faults.Set(_b.NodeFolder, new Fault("save", Fail: "The disk is full."));
        Assert.Equal(RequestState.Failed, (await _b.Ask(new BackupDomain(clone.Id))).State);
        Faults.Set(_b.NodeFolder, []);
        Directory.Delete(_b.Settings.Backups);
        Assert.Contains($"The backup folder {_b.Settings.Backups} is not there", (await _b.Ask(new BackupDomain(clone.Id))).ErrorText, StringComparison.Ordinal);
        Directory.CreateDirectory(_b.Settings.Backups);

        Assert.Empty(Directory.GetFiles(_b.Settings.Backups));
        Assert.Equal(files, Directory.GetFiles(_b.Settings.Pool).Order());
        Assert.Equal(0, await _b.Db.Read(s => s.First<int>("SELECT COUNT(*) FROM backups")));
    }

    [Fact]
    public async Task WhatIsLeftOfABackupThatCouldNotBeTakenBackIsRemovedAsABackupIs()
    {
        var machine = await _b.Do(new ImportDomain("tiny.img", "server"));
        var files = Directory.GetFiles(_b.Settings.Pool);
        Faults.Set(_b.NodeFolder, new Fault("delete", Fail: "It can't."));

        Assert.Equal(RequestState.Failed, (await _b.Ask(new BackupDomain(machine.Id))).State);

        var left = Assert.Single(Directory.GetFiles(_b.Settings.Pool).Except(files));
        Assert.Empty(Directory.GetFiles(_b.Settings.Backups));
        // Broker asks for that itself, and what failed can be asked for again
        var remove = await _b.Until(async s => (await RequestsTable.List(s, command: "remove_backup")).SingleOrDefault(), r => r is { HasEnded: true });
        Assert.Equal((RequestState.Failed, "It can't."), (remove!.State, remove.ErrorText));
        var unused = await _b.Ask(new ListUnusedVolumes("host"));
        Assert.Contains(Path.GetFileName(left), unused.Result!.Value.GetRawText(), StringComparison.Ordinal);
        Faults.Set(_b.NodeFolder, []);
        var again = await _b.Db.Transaction(s => RequestWriter.Retry(s, _b.Caller, remove));
        Assert.Equal(RequestState.Done, (await _b.Ended(again.Row.Id)).State);
        Assert.Equal(files, Directory.GetFiles(_b.Settings.Pool));
        Assert.Equal(0, await _b.Db.Read(s => s.First<int>("SELECT COUNT(*) FROM backups")));
    }

    [Fact]
    public async Task ARestoreThatFailsLeavesWhatWasThereAndNothingElse()
    {
        var machine = await _b.Do(new ImportDomain("tiny.img", "server"));
        await _b.Do(new AddDisk(machine.Id, 8));
        await Write(machine, "vda", "then");
        var file = await Take(machine);
        await Write(machine, "vda", "now");
        var files = Directory.GetFiles(_b.Settings.Pool).Order().ToList();

        foreach (var (deed, over) in ((string, Guid?)[])[("restore", null), ("restore", machine.Id), ("define", null), ("define", machine.Id)])
        {
            Faults.Set(_b.NodeFolder, new Fault(deed, Fail: "It can't.", Times: 1));
            Assert.Equal(RequestState.Failed, (await _b.Ask(new RestoreBackup(file, Over: over))).State);
            Faults.Set(_b.NodeFolder, []);
            Assert.Equal(files, Directory.GetFiles(_b.Settings.Pool).Order());
            Assert.Equal(machine.Id, Assert.Single(await _b.Db.Read(s => s.Query<Guid>("SELECT id FROM domains"))));
            Assert.Equal("now", (await Contents(machine.Id))[0]);
        }

        await _b.Do(new StartDomain(machine.Id));
    }

    [Fact]
    public async Task AMachineIsRestoredInItsPlaceAlsoWhenItsOldDisksCantBeDeletedWhichIsTriedAgainByRemovingThem()
    {
        var machine = await _b.Do(new ImportDomain("tiny.img", "server"));
        await Write(machine, "vda", "then");
        var file = await Take(machine);
        await Write(machine, "vda", "now");
        Faults.Set(_b.NodeFolder, new Fault("delete", Fail: "The folder is not mounted."));

        var restore = await _b.Ask(new RestoreBackup(file, Over: machine.Id));

        Assert.Equal((RequestState.Done, null), (restore.State, restore.ErrorText));
        Assert.Equal((DomainState.Shutdown, "then"), ((await Row(machine.Id)).State, (await Contents(machine.Id))[0]));
        var remove = await _b.Until(async s => (await RequestsTable.List(s, command: "remove_domain")).Single(), r => r.HasEnded);
        Assert.Equal((RequestState.Failed, restore.Id, "The folder is not mounted."), (remove.State, remove.CausedBy, remove.ErrorText));
        Assert.Equal(["now"], await Contents(remove.DomainId!.Value));
        Assert.Contains("The folder is not mounted.", (await Row(remove.DomainId.Value)).StateDetail, StringComparison.Ordinal);
        Faults.Set(_b.NodeFolder, []);
        Assert.Equal(RequestState.Done, (await _b.Ask(new RemoveDomain(remove.DomainId.Value))).State);
        Assert.Equal([(await Volumes(machine.Id))[0].Path], Directory.GetFiles(_b.Settings.Pool));
    }

    [Fact]
    public async Task WhatIsNotWhatWasTakenIsRefusedBeforeAnythingChanges()
    {
        var machine = await _b.Do(new ImportDomain("tiny.img", "server"));
        await Write(machine, "vda", "then");
        var file = await Take(machine);
        var path = Path.Combine(_b.Settings.Backups, file);
        var bytes = await File.ReadAllBytesAsync(path);
        var files = Directory.GetFiles(_b.Settings.Pool).Order().ToList();

        // the disk, and then the manifest in a way that makes it whole again
        bytes[530] ^= 1;
        await File.WriteAllBytesAsync(path, bytes);
        foreach (var over in (Guid?[])[null, machine.Id])
        {
            var row = await _b.Ask(new RestoreBackup(file, Over: over));
            Assert.Contains("'vda.simulated' is damaged", row.ErrorText, StringComparison.Ordinal);
        }

        bytes[530] ^= 1;
        var text = System.Text.Encoding.Latin1.GetString(bytes).Replace("\"name\": \"server\"", "\"name\": \"sorver\"", StringComparison.Ordinal);
        await File.WriteAllBytesAsync(path, System.Text.Encoding.Latin1.GetBytes(text));
        Assert.Equal("bad_backup", (await _b.Ask(new RestoreBackup(file, Over: machine.Id))).ErrorCode);

        Assert.Equal(files, Directory.GetFiles(_b.Settings.Pool).Order());
        Assert.Equal("server", Assert.Single(await _b.Db.Read(s => s.Query<string>("SELECT name FROM domains"))));
        // under another name it is a file like any other
        File.Move(path, Path.Combine(_b.Settings.Backups, "copied.tar"));
        Assert.Equal("sorver", (await _b.Do(new RestoreBackup("copied.tar"))).Name);
        Assert.Contains("has no file", (await _b.Ask(new RestoreBackup(file))).ErrorText, StringComparison.Ordinal);
    }

    [Fact]
    public async Task FoldersOfTheHostAreSharedAgainOnlyIfTheBackupWasTakenHere()
    {
        var machine = await _b.Do(new ImportDomain("tiny.img", "server"));
        await _b.Do(new AddHardware(machine.Id, DeviceKind.Filesystem, DeviceOptions.Parse("source=/srv/shared,target=shared")));
        var file = await Take(machine);
        File.Copy(Path.Combine(_b.Settings.Backups, file), Path.Combine(_b.Settings.Backups, "copied.tar"));

        Assert.Single((await _b.Do(new RestoreBackup(file))).Hardware[DeviceKind.Filesystem]!);
        var done = await Restore(new RestoreBackup("copied.tar", Name: "foreign"));
        Assert.Contains("no folders of the host", done.GetProperty("warning").GetString(), StringComparison.Ordinal);
        Assert.Empty((await Row(done.GetProperty("domain").GetGuid())).Hardware[DeviceKind.Filesystem]!);
    }

    [Fact]
    public async Task WhoeverLooksAfterHostsSeesWhatWasTakenAndRemovesItAndThatIsAudited()
    {
        var machine = await _b.Do(new ImportDomain("tiny.img", "server"));
        var file = await Take(machine);
        var row = Assert.Single(await _b.Db.Read(s => BackupsTable.List(s, machine.Id)));
        Assert.Equal((file, "server", "admin", new FileInfo(Path.Combine(_b.Settings.Backups, file)).Length), (row.File, row.DomainName, row.TakenBy, row.SizeBytes));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Path.Combine(_b.Settings.Backups, file)));
        await Assert.ThrowsAsync<RequestRefusedException>(async () => await _b.Submit(new BackupDomain(machine.Id), await _b.Person("bea")));

        Assert.Equal(RequestState.Done, (await _b.Ask(new RemoveBackup(file))).State);

        Assert.Empty(Directory.GetFiles(_b.Settings.Backups));
        Assert.Empty(await _b.Db.Read(s => BackupsTable.List(s)));
        Assert.Equal(["import_domain", "backup_domain", "remove_backup"], await _b.Db.Read(s => s.Query<string>("SELECT action FROM audit ORDER BY id")));
        Assert.Equal("unknown_backup", (await _b.Ask(new RemoveBackup(file))).ErrorCode);
    }

    [Fact]
    public async Task WhatOtherProgramsReadInItIsWhatIsInIt()
    {
        var (_, clone) = await Clone();
        var file = await Take(clone);

        await using var stream = File.OpenRead(Path.Combine(_b.Settings.Backups, file));
        await using var tar = new TarReader(stream);
        var names = new List<string>();
        while (await tar.GetNextEntryAsync() is { } entry)
        {
            names.Add(entry.Name);
            Assert.Equal((TarEntryType.RegularFile, UnixFileMode.UserRead | UnixFileMode.UserWrite), (entry.EntryType, entry.Mode));
            if (entry.Name != BackupManifest.File) continue;
            using var manifest = await JsonDocument.ParseAsync(entry.DataStream!);
            Assert.Equal("tiny", manifest.RootElement.GetProperty("machine").GetProperty("base").GetProperty("name").GetString());
        }

        Assert.Equal(["vda.simulated", BackupManifest.File], names);
    }

    private async Task<(DomainRow Origin, DomainRow Clone)> Clone()
    {
        var machine = await _b.Do(new ImportDomain("tiny.img", "tiny"));
        await Write(machine, "vda", "base");
        var origin = await _b.Do(new PrepareBase(machine.Id));
        return (origin, await _b.Do(new Clone(origin.Id)));
    }

    private async Task<string> Take(DomainRow machine, bool whole = false)
    {
        var row = await _b.Ask(new BackupDomain(machine.Id, whole));
        Assert.True(row.State is RequestState.Done, row.ErrorText);
        return row.Result!.Value.GetProperty("file").GetString()!;
    }

    private async Task<JsonElement> Restore(RestoreBackup request)
    {
        var row = await _b.Ask(request);
        Assert.True(row.State is RequestState.Done, row.ErrorText);
        return row.Result!.Value;
    }

    private async Task<string?> Failed(RestoreBackup request, DomainRow running)
    {
        await _b.Do(new StartDomain(running.Id));
        var row = await _b.Ask(request);
        await _b.Ask(new ForceShutdownDomain(running.Id));
        return row.ErrorCode;
    }

    private async Task<DomainRow> Row(Guid id) => (await _b.Db.Read(s => DomainsTable.Get(s, id)))!;

    private Task<IReadOnlyList<VolumeRow>> Volumes(Guid id) => _b.Db.Read(s => VolumesTable.Of(s, id));

    private async Task<IReadOnlyList<string>> Contents(Guid id) => [.. (await Volumes(id)).Select(v => SimulatedDisk.ReadAll(v.Path))];

    private async Task Write(DomainRow machine, string target, string content)
    {
        var path = (await Volumes(machine.Id)).Single(v => v.Target == target).Path;
        (SimulatedDisk.Read(path) with { Content = content }).Write(path);
    }
}
