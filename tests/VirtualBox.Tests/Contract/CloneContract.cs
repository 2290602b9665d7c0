namespace VirtualBox.Tests;

public abstract class CloneContract(Installation tried)
{
    private readonly VBoxManage vbox = tried.VBox;

    [ContractFact]
    public async Task SnapshotsAreTakenListedRestoredAndRemovedByTheirUuid()
    {
        var machine = await tried.NewMachineWithDisk();
        Assert.Empty(await machine.ListSnapshots());
        Assert.Null((await machine.Read()).CurrentSnapshot);

        var first = await machine.TakeSnapshot("s \"1\" \\");
        var second = await machine.TakeSnapshot("same");
        var third = await machine.TakeSnapshot("same");
        Assert.Equal([first with { IsCurrent = false }, second with { IsCurrent = false }, third], await machine.ListSnapshots());

        await machine.RestoreSnapshot(first.Uuid);
        Assert.Equal(first.Uuid, (await machine.Read()).CurrentSnapshot);
        var branch = await machine.TakeSnapshot("-branch");
        Assert.Equal(4, (await machine.ListSnapshots()).Count);
        foreach (var snapshot in new[] { branch, third, second, first }) await machine.DeleteSnapshot(snapshot.Uuid);
        Assert.Empty(await machine.ListSnapshots());
        await Assert.ThrowsAsync<VBoxManageException>(() => machine.RestoreSnapshot(first.Uuid));
        await Assert.ThrowsAsync<VBoxManageException>(() => machine.DeleteSnapshot(first.Uuid));
        await machine.Delete();
    }

    [ContractFact]
    public async Task LinkedClonesHangOnTheirBaseAndGoWithoutHarmToIt()
    {
        var machine = await tried.NewMachineWithDisk("base");
        await machine.SetNic(1, new(NicNetwork.Nat));
        var disk = (await machine.Read()).Attachments[0].Medium!.Value;
        var snapshot = await machine.TakeSnapshot("ready");
        var folder = tried.NewFolder();
        var wanted = Enumerable.Range(1, 6).Select(i => new NewMachine($"c{i} \"x\"") { BaseFolder = folder, Group = "/clones" });
        var clones = await Task.WhenAll(wanted.Select(w => machine.CloneLinked(w, snapshot.Uuid)));

        var media = await Medium.List(vbox);
        foreach (var clone in clones)
        {
            var report = await clone.Read();
            Assert.StartsWith($"{folder}/clones/", report.Folder, StringComparison.Ordinal);
            var own = Assert.Single(media, m => m.Uuid == report.Attachments[0].Medium);
            Assert.Equal(disk, own.Parent);
            Assert.Equal([clone.Uuid], own.Machines);
        }
        Assert.Equal(7, (await Task.WhenAll(clones.Append(machine).Select(m => m.Read()))).Select(r => r.Nics[1].Mac).Distinct().Count());
        await Assert.ThrowsAsync<VBoxManageException>(() => machine.DeleteSnapshot(snapshot.Uuid));

        var gone = (await clones[0].Read()).Folder;
        await clones[0].Delete();
        Assert.False(Directory.Exists(gone));
        Assert.Equal(6, (await Medium.Get(vbox, disk.ToString())).Children.Count);
        foreach (var clone in clones[1..])
        {
            var place = Assert.Single((await clone.Read()).Attachments);
            Assert.True(File.Exists(place.Location));
            await clone.Delete();
        }
        var left = await machine.Read();
        Assert.True(File.Exists(left.Attachments[0].Location));
        await machine.Delete();
        Assert.False(Directory.Exists(left.Folder));
    }

    [ContractFact]
    public async Task ABaseWithClonesIsNotDeletedAndNotTouched()
    {
        var machine = await tried.NewMachineWithDisk("base");
        var snapshot = await machine.TakeSnapshot("ready");
        var clone = await machine.CloneLinked(new("clone") { BaseFolder = tried.NewFolder() }, snapshot.Uuid);
        var folder = (await machine.Read()).Folder;
        var before = Files(folder);

        var error = await Assert.ThrowsAsync<MediaInUseException>(() => machine.Delete(mediaElsewhere: true));

        Assert.Equal([(await clone.Read()).Attachments[0].Medium!.Value], error.Media);
        Assert.Equal(before, Files(folder));
        Assert.Equal(snapshot.Uuid, Assert.Single(await machine.ListSnapshots()).Uuid);
        await clone.Delete();
        await machine.Delete();

        static string[] Files(string folder) => [.. Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal)];
    }

    [ContractFact]
    public async Task AFullCloneIsIndependentAlsoOneOfALinkedClone()
    {
        var machine = await tried.NewMachineWithDisk("base");
        var snapshot = await machine.TakeSnapshot("ready");
        var clone = await machine.CloneLinked(new("clone") { BaseFolder = tried.NewFolder() }, snapshot.Uuid);
        var percent = 0;
        var full = await clone.CloneFull(new("full") { BaseFolder = tried.NewFolder() }, new Listener(p => percent = p));
        Assert.Equal(100, percent);
        await clone.Delete();
        await machine.Delete();

        var report = await full.Read();
        Assert.Equal(MachineState.PowerOff, report.State);
        Assert.Null((await Medium.Get(vbox, report.Attachments[0].Location!)).Parent);
        Assert.Empty(await full.ListSnapshots());
        await full.Delete();
    }

    [ContractFact]
    public async Task ACloneOfATakenNameExists()
    {
        var machine = await tried.NewMachineWithDisk("base");
        var snapshot = await machine.TakeSnapshot("ready");
        var folder = tried.NewFolder();
        var clone = await machine.CloneLinked(new("clone") { BaseFolder = folder }, snapshot.Uuid);
        await Assert.ThrowsAsync<MachineExistsException>(() => machine.CloneLinked(new("clone") { BaseFolder = folder }, snapshot.Uuid));
        Assert.Single(await Machine.List(vbox), m => m.Name == "clone");
        Assert.Single(Directory.EnumerateFiles(folder, "*.vdi", SearchOption.AllDirectories));
        await clone.Delete();
        await machine.Delete();
    }

    [ContractFact]
    public async Task DisksElsewhereAreDeletedOnlyIfToldSo()
    {
        var machine = await tried.NewMachine();
        var disk = await Medium.Create(vbox, $"{tried.NewFolder()}/home.vdi", 8);
        await machine.AddController(new("SATA", StorageBus.Sata));
        await machine.Attach("SATA", 0, 0, Drive.HardDisk, disk.Location);

        var error = await Assert.ThrowsAsync<MediaInUseException>(() => machine.Delete());
        Assert.Contains(disk.Location, error.Message, StringComparison.Ordinal);
        Assert.True(File.Exists(disk.Location));
        Assert.Single((await machine.Read()).Attachments);

        await machine.Delete(mediaElsewhere: true);
        Assert.False(File.Exists(disk.Location));
    }
}
