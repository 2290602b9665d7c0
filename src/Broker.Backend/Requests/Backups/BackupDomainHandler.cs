using Broker.Backend.Backups;
using Broker.Backend.Nodes;
using Broker.Backend.Requests.Domains;
using Broker.Backend.Requests.Volumes;
using Broker.Backend.VmManagers;
using Broker.Core.Backups;
using Broker.Core.Database;
using Broker.Core.Domains;
using Broker.Core.Events;
using Broker.Core.Requests;
using Broker.Core.Requests.Backups;
using Broker.Core.Users;

namespace Broker.Backend.Requests.Backups;

/// <summary>Puts what is on a machine's disks, and what it is, into a file of the backup folder.</summary>
public sealed class BackupDomainHandler(TimeProvider clock) : IHandler<BackupDomain>
{
    /// <inheritdoc/>
    public async Task<object?> Handle(BackupDomain request, Work work)
    {
        var domain = await work.Domain(request.Domain);
        if (!domain.IsWhole) throw new RequestFailedException("not_whole", $"{domain.Name} can't be backed up: {domain.StateDetail ?? "it is not whole"}.");
        if (domain.IsVolatile)
            throw new RequestFailedException("is_volatile", $"{domain.Name} is temporary: it goes when it ends. Make a desktop that lasts for what should stay.");
        var node = await work.NodeOf(domain);
        await work.On(node, Gate.Read, vm => Capability.Of<ICanBackup>(vm, node, "back machines up"));
        switch ((await work.Look(node, domain.Id))?.Power)
        {
            // what its system holds in memory is not on the disk yet
            case Power.Running or Power.Paused:
                throw new RequestFailedException("not_off", $"{domain.Name} is running, and its disk is only whole when it is off. Shut it down, then ask again.");
            case Power.Saved:
                throw SwitchOff.Hibernated(domain);
        }

        var disks = (await work.Read(db => VolumesTable.Disks(db, domain.Id)))[domain.Id].ToList();
        if (disks.Count == 0) throw new RequestFailedException("no_disk", $"{domain.Name} has no disk.");
        ForeignDisks.Refuse(domain, disks.Select(d => d.Volume));
        var isWhole = request.Whole || disks.TrueForAll(d => d.Below.Count == 0);
        var scratch = (await node.Files(work.Cancel)).PathOf;
        var backup = await work.Write(async db => await BackupsTable.Of(db, work.Row.Id) ?? await New(db, domain, isWhole, work));
        var path = Path.Combine(node.BackupFolder, backup.File);

        // it is by these that a backup of a clone knows its base again
        var sums = await FrozenSums.Of([.. isWhole ? [] : disks.SelectMany(d => d.Below), .. domain.IsBase ? disks.Select(d => d.Volume) : []], node, work);
        await work.Step(10, "Looking for room");
        await work.On(node, Gate.Disk, _ =>
        {
            if (!Directory.Exists(node.BackupFolder)) throw new VmException($"The backup folder {node.BackupFolder} is not there. Make it, for the back end's user alone.");
            foreach (var volume in disks.SelectMany(d => (IEnumerable<VolumeRow>)[d.Volume, .. d.Below])) PoolFiles.CheckExists(volume.Path);
            PoolFiles.CheckRoom(node.BackupFolder, $"the backup of {domain.Name}", disks.Sum(d => Posix.RoomOf(d.Volume.Path) + (isWhole ? d.Below.Sum(v => Posix.RoomOf(v.Path)) : 0)));
        });
        var saved = new List<BackedUpVolume>();
        using var writer = await work.On(node, Gate.Disk, _ => new BackupWriter(path, backup.TakenAt));
        foreach (var (disk, i) in disks.Select((d, i) => (d, i)))
        {
            var volume = disk.Volume;
            var name = $"{volume.Target}.{volume.Format}";
            var (size, sum) = await work.OnLong(node, $"Backing up disk {volume.Target}", 10 + (85 * i / disks.Count), 10 + (85 * (i + 1) / disks.Count), (vm, percent, cancel) =>
            {
                var copy = scratch(backup.Id);
                try
                {
                    vm.As<ICanBackup>()!.Save(volume.Path, [.. disk.Below.Select(v => v.Path)], isWhole, copy, new Share(percent, 0, 70), cancel);
                    using var file = File.OpenHandle(copy);
                    var all = FilePart.Whole(file);
                    return (all.Length, writer.Add(name, all, new Share(percent, 70, 100), cancel));
                }
                finally
                {
                    vm.Disks.Delete(copy);
                }
            });
            saved.Add(new(volume.Target, volume.Kind, name, volume.Format, volume.CapacityBytes, size, sum, isWhole ? [] : [.. disk.Below.Select(v => sums[v.Id])])
            {
                KnownAs = domain.IsBase ? sums[volume.Id] : null,
            });
        }

        var manifest = await work.Read(db => Manifest(db, domain, node, backup, isWhole, saved));
        await work.Step(95, "Closing the backup");
        var (sizeBytes, sha256) = await work.On(node, Gate.Disk, _ => writer.Finish(manifest));
        work.AtEnd(async db =>
        {
            await BackupsTable.SetDone(db, backup.Id, sizeBytes, sha256);
            EventsTable.Domain(db, domain);
        });
        return new { domain = domain.Id, file = backup.File, size_bytes = sizeBytes, whole = isWhole };
    }

    /// <inheritdoc/>
    public async Task Undo(BackupDomain request, Work work, string why)
    {
        if (await work.Read(db => BackupsTable.Of(db, work.Row.Id)) is not { } backup) return;
        var node = await work.NodeOf(await work.Domain(request.Domain));
        try
        {
            await work.On(node, Gate.Disk, vm => DeleteFiles(vm, node, backup));
            await work.Write(db => BackupsTable.Delete(db, backup.Id));
        }
        catch (Exception e) when (e is not (ClaimLostException or OperationCanceledException))
        {
            // it fails too if nothing has changed, and can be asked for again when something has
            await work.Write(async db => await RequestWriter.Submit(db, await UsersTable.System(db), new RemoveBackup(backup.File), after: work.Row.Id, afterOk: false));
            throw;
        }
    }

    /// <summary>Deletes what there is of a backup that was not written to its end.</summary>
    internal static void DeleteFiles(IVmNode vm, Node node, BackupRow backup)
    {
        // the folder may be what was missing
        var path = Path.Combine(node.BackupFolder, backup.File);
        foreach (var file in (string[])[BackupWriter.PartOf(path), path])
            if (File.Exists(file)) File.Delete(file);
        vm.Disks.Delete(vm.Disks.PathOf(backup.Id));
    }

    private async Task<BackupRow> New(DbSession db, DomainRow domain, bool isWhole, Work work)
    {
        var (id, at) = (Guid.NewGuid(), clock.GetUtcNow());
        var row = new BackupRow
        {
            Id = id,
            File = BackupFiles.NameOf(domain.Name, at, id),
            DomainId = domain.Id,
            DomainName = domain.Name,
            NodeId = domain.NodeId,
            RequestId = work.Row.Id,
            IsWhole = isWhole,
            TakenAt = at,
            TakenBy = work.Caller.Name,
        };
        await BackupsTable.Insert(db, row);
        return row;
    }

    private static async Task<BackupManifest> Manifest(DbSession db, DomainRow domain, Node node, BackupRow backup, bool isWhole, IReadOnlyList<BackedUpVolume> disks)
    {
        var origin = isWhole || domain.BaseId is not { } id ? null : await DomainsTable.Get(db, id);
        var shared = new List<string>();
        foreach (var user in domain.SharedWith)
            if (await UsersTable.Get(db, user) is { } person) shared.Add(person.Name);
        return new(BackupManifest.Newest, backup.TakenAt, node.Row.Manager, node.Row.Name,
            new(domain.Id, domain.Name, await UsersTable.PersonName(db, domain.OwnerId), domain.MemoryKib, domain.Vcpus, domain.Mac, domain.Hardware,
                new(domain.Autostart ? true : null, domain.RunTimeoutSeconds, domain.ShutdownTimeoutSeconds, domain.ShutdownDisconnected ? true : null, domain.DisconnectGraceSeconds))
            {
                Alias = domain.Alias,
                Description = domain.Description,
                SharedWith = shared,
                Base = origin is null ? null : new(origin.Id, origin.Name),
                IsBase = domain.IsBase,
                IsPublic = domain.IsPublic,
                WithCd = await BasesTable.Get(db, domain.Id) is { WithCd: true },
                VolatileClones = domain.VolatileClones,
                PoolClones = domain.PoolClones,
                PoolStart = domain.PoolStart,
            },
            disks, [.. (await CdDrivesTable.Of(db, domain.Id)).Select(c => new BaseCd(c.Target, c.File))]);
    }
}
