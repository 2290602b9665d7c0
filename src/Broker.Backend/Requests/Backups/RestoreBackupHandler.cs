using Broker.Backend.Backups;
using Broker.Backend.Domains;
using Broker.Backend.Nodes;
using Broker.Backend.Requests.Domains;
using Broker.Backend.Requests.Snapshots;
using Broker.Backend.VmManagers;
using Broker.Core.Backups;
using Broker.Core.Database;
using Broker.Core.Domains;
using Broker.Core.Limits;
using Broker.Core.Pools;
using Broker.Core.Requests;
using Broker.Core.Requests.Backups;
using Broker.Core.Requests.Domains;
using Broker.Core.Users;

namespace Broker.Backend.Requests.Backups;

/// <summary>
/// Makes a machine of a backup. All of the file is verified before anything changes. When it is to take the place of another one, its disks are made beside that one's,
/// as those of a machine that is being made; the request ends well in the transaction in which the two exchange their disks. Broker then removes the one that has the old ones.
/// </summary>
public sealed class RestoreBackupHandler(NodeList nodes) : IHandler<RestoreBackup>
{
    private const int Verified = 40;

    /// <inheritdoc/>
    public async Task<object?> Handle(RestoreBackup request, Work work)
    {
        var over = request.Over is { } id ? await work.Domain(id) : null;
        var made = await Made(request, work);
        var folder = over is not null ? await work.NodeOf(over) : await AnyNode(work);
        using var backup = await work.On(folder, Gate.Disk, _ => BackupFile.Open(folder.BackupFolder, request.File));
        await CheckOurs(backup, request.File, work);
        if (over is not null) await CheckReplaceable(over, backup.Manifest, folder, work);
        await Verify(backup, request.File, folder, work);
        var plan = await RestorePlan.Make(backup, request, over, made, nodes, work);
        var (machine, disks) = await work.Write(db => WriteDown(db, backup, plan, over, made, work));

        await work.Step(Verified, "Looking for room");
        await work.On(plan.Node, Gate.Disk, _ => PoolFiles.CheckRoom(Path.GetDirectoryName(disks[0].Disk.Volume.Path)!, plan.Row.Name,
            disks.Sum(d => d.Copy.Bytes.Length) + disks.Max(d => d.Copy.Bytes.Length)));
        foreach (var ((disk, copy), i) in disks.Select((d, i) => (d, i)))
        {
            await work.OnLong(plan.Node, $"Restoring disk {disk.Volume.Target}", Verified + (50 * i / disks.Count), Verified + (50 * (i + 1) / disks.Count), (vm, percent, cancel) =>
            {
                Capability.Of<ICanBackup>(vm, plan.Node, "restore backups").Restore(copy, disk.Volume.Path, [.. disk.Below.Select(v => v.Path)], percent, cancel);
                return true;
            });
        }

        await work.Step(90, "Telling the host");
        var restored = plan.Row with { Id = over?.Id ?? machine.Id, Name = over?.Name ?? machine.Name };
        await work.On(plan.Node, Gate.Disk, vm =>
        {
            if (backup.Manifest.Machine.IsBase) vm.Disks.Freeze([.. disks.Select(d => d.Disk.Volume.Path)]);
            work.Check();
            vm.Define(Specs.Of(restored, [.. disks.Select(d => d.Disk)], plan.Cds.Select(c => new CdDriveRow { DomainId = restored.Id, Target = c.Target, File = c.File }), plan.Node));
        });
        work.AtEnd(async db =>
        {
            if (over is not null)
            {
                await VolumesTable.Exchange(db, over.Id, machine.Id);
                await DomainsTable.Restore(db, restored);
                // in its own request: that the old disks can't be deleted changes nothing of what was restored
                await DomainsTable.SetState(db, machine.Id, DomainState.Removing);
                await RequestWriter.Submit(db, await UsersTable.System(db), new RemoveDomain(machine.Id));
            }

            await Finish(db, backup.Manifest, restored, plan, request, disks, work);
        });
        return new { domain = restored.Id, name = restored.Name, file = request.File, warning = plan.Notes.Count == 0 ? null : string.Join(' ', plan.Notes) };
    }

    /// <inheritdoc/>
    public async Task Undo(RestoreBackup request, Work work, string why)
    {
        if (await Made(request, work) is not { State: DomainState.Creating } made) return;
        if (request.Over is { } id && await work.Read(db => DomainsTable.Get(db, id)) is { } over)
        {
            // its rows are as they were; its host may have been told otherwise already
            var node = await work.NodeOf(over);
            var spec = await work.Read(db => Specs.Of(db, over, node));
            await work.On(node, Gate.Disk, vm => vm.Define(spec));
        }

        await Unmake.Domain(made.Id, work, why);
    }

    // What was made before this process was killed; of one that takes another's place the machine beside it, whose name nobody can choose.
    private static Task<DomainRow?> Made(RestoreBackup request, Work work) => work.Read(async db =>
        request.Over is not null ? await DomainsTable.Find(db, NameBeside(work)) : (await RequestsTable.Get(db, work.Row.Id))?.DomainId is { } id ? await DomainsTable.Get(db, id) : null);

    private static string NameBeside(Work work) => $"~restore-{work.Row.Id}";

    // the hosts of a back end have one backup folder
    private async Task<Node> AnyNode(Work work) => (await nodes.All(work.Cancel)) is [var node, ..] ? node : throw new RequestFailedException("no_node", "There is no host yet. Add one with: broker nodes add.");

    private static async Task CheckOurs(BackupFile backup, string file, Work work)
    {
        if (await work.Read(db => BackupsTable.Find(db, file)) is not { } row) return;
        if (row.Sha256 is null) throw new RequestFailedException("unknown_backup", $"'{file}' is still being written.");
        if (row.Sha256 != backup.Sha256) throw new RequestFailedException("bad_backup", $"'{file}' is not what was written here: somebody has changed it. If it is what you want, give the file another name and restore that.");
    }

    private static async Task CheckReplaceable(DomainRow over, BackupManifest manifest, Node node, Work work)
    {
        if (manifest.Machine.Id != over.Id)
            throw new RequestFailedException("another_machine", $"This is no backup of {over.Name}, but of {manifest.Machine.Name}. Restore it as a new machine.");
        if (!over.IsWhole) throw new RequestFailedException("not_whole", $"{over.Name} can't be replaced: {over.StateDetail ?? "it is not whole"}. Remove it, then restore the backup as a new machine.");
        if (over.IsVolatile) throw new RequestFailedException("is_volatile", $"{over.Name} is temporary: it goes when it ends. Restore the backup as a new machine.");
        if (await work.Read(db => DomainsTable.Clones(db, over.Id)) is > 0 and var clones) throw Unmake.HasClones(over, clones);
        await KeptDisks.CheckNone(over, work);
        switch ((await work.Look(node, over.Id))?.Power)
        {
            case Power.Running or Power.Paused:
                throw new RequestFailedException("not_off", $"{over.Name} is running. Shut it down first.");
            case Power.Saved:
                throw SwitchOff.Hibernated(over);
        }
    }

    private static Task<bool> Verify(BackupFile backup, string file, Node node, Work work) =>
        work.OnLong(node, $"Verifying {file}", 0, Verified, (vm, percent, cancel) =>
        {
            try
            {
                backup.Verify(Capability.Of<ICanBackup>(vm, node, "restore backups"), percent, cancel);
                return true;
            }
            catch (InvalidDataException e)
            {
                throw BackupFile.Refused(file, e);
            }
        });

    /// <summary>Writes down what is made, before it is: the machine, or the one beside that whose place it takes, and the names of its disks' files.</summary>
    private static async Task<(DomainRow Machine, IReadOnlyList<(Disk Disk, BackedUpDisk Copy)> Disks)> WriteDown(
        DbSession db, BackupFile backup, RestorePlan plan, DomainRow? over, DomainRow? made, Work work)
    {
        RequestsTable.Progress(db, work.Row, Verified, "Making room");
        var machine = made ?? (over is null ? plan.Row : DomainsTable.New(NameBeside(work), over.OwnerId, over.NodeId, plan.Row.MemoryKib, plan.Row.Vcpus));
        var locks = LockSet.Exclusive(machine.Id);
        if (plan.Base is { } origin)
        {
            if (await DomainsTable.Lock(db, origin.Id) is not { IsBase: true }) throw new TryAgainException("base_missing", $"{origin.Name} has just become something else than a base.");
            locks = locks.AndShared(origin.Id);
        }

        if (!await RequestsTable.AlsoLock(db, work.Row, locks)) throw new NotYetException($"It waits for what is done with {plan.Base?.Name}.", TimeSpan.FromSeconds(1));
        if (made is null)
        {
            // in the place of another one its disks are instead of that one's
            await Quota.Check(db, new Take(machine.OwnerId, over?.Id)
            {
                IsClone = over is null && plan.Row is { BaseId: not null, IsBase: false },
                DiskBytes = backup.Manifest.Disks.Sum(d => d.CapacityBytes),
            }, work.Row.Id);
            await DomainsTable.Insert(db, machine with { StateDetail = over is null ? null : $"Becomes what {over.Name} was." });
            if (over is null) await RequestsTable.SetDomain(db, work.Row, machine);
        }

        var own = (await VolumesTable.Of(db, machine.Id)).ToDictionary(v => v.Target);
        var files = await plan.Node.Files(work.Cancel);
        var copies = backup.Disks.ToDictionary(d => d.Name);
        return (machine,
        [
            .. backup.Manifest.Disks.Select(d =>
            {
                var below = plan.Below[d.Target];
                if (own.GetValueOrDefault(d.Target) is not { } volume)
                {
                    var id = Guid.NewGuid();
                    volume = new VolumeRow
                    {
                        Id = id,
                        DomainId = machine.Id,
                        Target = d.Target,
                        Kind = d.Kind,
                        Path = files.PathOf(id),
                        Format = files.Format,
                        CapacityBytes = d.CapacityBytes,
                        BaseVolumeId = below.Count > 0 ? below[0].Id : null,
                        IsUsed = true,
                    };
                    VolumesTable.Insert(db, volume);
                }

                return (new Disk(volume, below), copies[d.File]);
            }),
        ]);
    }

    private static async Task Finish(DbSession db, BackupManifest manifest, DomainRow restored, RestorePlan plan, RestoreBackup request, IReadOnlyList<(Disk Disk, BackedUpDisk Copy)> disks, Work work)
    {
        var (id, machine) = (restored.Id, manifest.Machine);
        var isNew = request.Over is null;
        foreach (var cd in await CdDrivesTable.Of(db, id)) await CdDrivesTable.Delete(db, id, cd.Target);
        foreach (var cd in plan.Cds) await CdDrivesTable.Put(db, new CdDriveRow { DomainId = id, Target = cd.Target, File = cd.File });
        if (isNew)
        {
            foreach (var person in await UsersTable.Find(db, machine.SharedWith.Count == 0 ? [""] : machine.SharedWith))
                if (person.Id != restored.OwnerId) await DomainsTable.SetShared(db, restored, person.Id, isShared: true);
        }

        // one that has come back as it was is published and has its pool again; a second one beside it is not
        var isItself = id == machine.Id;
        await DomainsTable.SetBase(db, id, machine.IsBase, machine.IsPublic && isItself);
        await VolumesTable.SetFrozen(db, id, machine.IsBase);
        await BasesTable.Delete(db, id);
        if (machine.IsBase)
        {
            foreach (var (disk, saved) in disks.Zip(manifest.Disks, (d, m) => (d.Disk, m)).Where(d => d.m.KnownAs is not null)) await VolumesTable.SetSha256(db, disk.Volume.Id, saved.KnownAs!);
            await BasesTable.Put(db, id, machine.WithCd, BaseDefinition.Of(restored, disks.Select(d => d.Disk), plan.Cds));
            await DomainsTable.SetVolatileClones(db, id, machine.VolatileClones);
            if (isItself) await Pool.Set(db, id, machine.PoolClones, machine.PoolStart);
        }

        await DomainsTable.SetState(db, id, DomainState.Shutdown, $"It is as it was on {manifest.TakenAt:yyyy-MM-dd HH:mm} UTC.");
    }
}
