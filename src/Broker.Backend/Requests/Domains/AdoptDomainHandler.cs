using Broker.Backend.Domains;
using Broker.Backend.Nodes;
using Broker.Backend.VmManagers;
using Broker.Core.Access;
using Broker.Core.Database;
using Broker.Core.Displays;
using Broker.Core.Domains;
using Broker.Core.Nodes;
using Broker.Core.Requests;
using Broker.Core.Requests.Domains;

namespace Broker.Backend.Requests.Domains;

/// <summary>
/// Takes a machine that somebody made on a host into Broker's care: its rows, its disks, and last of all a definition in Broker's words. Until then nothing on its host has
/// changed, so that to undo it is to forget it; from then on it is brought to its end.
/// </summary>
public sealed class AdoptDomainHandler : IHandler<AdoptDomain>
{
    /// <inheritdoc/>
    public async Task<object?> Handle(AdoptDomain request, Work work)
    {
        if (!work.Caller.IsAdmin) throw new RequestFailedException("not_allowed", "Only administrators take machines of a host into Broker's care.");
        var domain = await work.Domain(request.Domain);
        var node = await work.NodeOf(domain);
        var files = await node.Files(work.Cancel);
        var (found, written) = await work.On(node, Gate.Read, vm => Look(vm, domain.Id))
            ?? throw new RequestFailedException("unknown_machine", $"{node.Row.Name} does not know {domain.Name} any more.");
        var volumes = await work.Read(db => VolumesTable.Of(db, domain.Id));
        // of what was taken up again, the host may have been told already
        var isOurs = IsOurs(domain, found, volumes);
        // copies of a run before are of disks that may have been written to since
        if (!isOurs) await DeleteCopies(node, volumes, work);
        if (volumes.Count == 0) volumes = await Begin(request, domain, found, files, work);
        var copies = isOurs ? [] : volumes.Where(v => !v.IsForeign).ToList();
        if (copies.Count > 0 && found.Power is not Power.Off) throw new RequestFailedException("not_off", $"{found.Name} was started meanwhile. Shut it down first.");
        foreach (var (i, copy) in copies.Index())
        {
            var disk = found.Disks.FirstOrDefault(d => d.Target == copy.Target) ?? throw Changed(found);
            var capacity = await work.OnLong(node, $"Copying disk {copy.Target}", 10 + (80 * i / copies.Count), 10 + (80 * (i + 1) / copies.Count), (vm, percent, cancel) =>
                Capability.Of<ICanAdopt>(vm, node, "take machines that others made").CopyDisk(disk, copy.Path, percent, cancel));
            await work.Write(db => VolumesTable.SetCapacity(db, copy.Id, capacity));
        }

        var spec = await work.Read(db => Specs.Of(db, domain, node));
        await work.Step(95, "Telling the host");
        await work.On(node, Gate.Disk, vm =>
        {
            if (copies.Count > 0 && (Look(vm, domain.Id) is not ({ Power: Power.Off }, var now) || !now.SequenceEqual(written))) throw Changed(found);
            vm.Define(spec);
        });
        work.AtEnd(db => Adopted(db, request, domain, found, node, work.Caller));
        return new { domain = domain.Id, name = domain.Name, disks = volumes.Select(v => v.Path) };
    }

    /// <inheritdoc/>
    public async Task Undo(AdoptDomain request, Work work, string why)
    {
        if (await work.Read(db => DomainsTable.Get(db, request.Domain)) is not { State: DomainState.Creating } domain) return;
        var volumes = await work.Read(db => VolumesTable.Of(db, domain.Id));
        var node = await work.NodeOf(domain);
        FoundDomain? ours = null;
        try
        {
            // Once the host was told, there is no way back: the definition of before is gone, and the one that is there names the copies.
            var found = await work.On(node, Gate.Read, vm => vm.Describe(domain.Id));
            if (found is not null && IsOurs(domain, found, volumes)) ours = found;
            else await DeleteCopies(node, volumes, work);
        }
        finally
        {
            // The machine is whose it was, and never one of ours that is broken, which would be removed with its definition. A copy that is left is told with the unused files.
            await work.Write(db => ours is null ? DomainsTable.Delete(db, domain.Id) : Adopted(db, request, domain, ours, node, work.Caller));
        }
    }

    /// <summary>What the host has, and when the files of its disks were written to.</summary>
    private static (FoundDomain Found, IReadOnlyList<WrittenFile> Written)? Look(IVmNode vm, Guid domain) =>
        vm.Describe(domain) is { } found ? (found, [.. found.Disks.SelectMany(d => d.Files())]) : null;

    /// <summary>Whether the host has it by Broker's words already.</summary>
    private static bool IsOurs(DomainRow domain, FoundDomain found, IReadOnlyList<VolumeRow> volumes) =>
        volumes.Count > 0 && volumes.All(v => found.Disks.Any(d => d.Path == v.Path)) && (!volumes[0].IsForeign || (found.Name == domain.Name && found.Changes.Count == 0));

    private static async Task DeleteCopies(Node node, IReadOnlyList<VolumeRow> volumes, Work work)
    {
        foreach (var copy in volumes.Where(v => !v.IsForeign)) await work.On(node, Gate.Disk, vm => vm.Disks.Delete(copy.Path));
    }

    private static RequestFailedException Changed(FoundDomain found) =>
        new("changed_meanwhile", $"{found.Name} was started or changed on its host while its disks were copied. Shut it down, look again with discover_domains, and ask again.");

    private static async Task Adopted(DbSession db, AdoptDomain request, DomainRow domain, FoundDomain found, Node node, Caller caller)
    {
        var isOn = found.Power is Power.Running or Power.Paused;
        await DomainsTable.SetState(db, domain.Id, isOn ? found.Power is Power.Paused ? DomainState.Paused : DomainState.Active : DomainState.Shutdown,
            isOn ? "It was running when it was taken into Broker's care: its screen can be seen here after its next start." : null);
        // its display, and whatever else is otherwise, come with the next start
        await DomainsTable.SetHardware(db, domain, needsRestart: isOn);
        await DisplaysTable.Set(db, domain.Id, DisplayKind.Vnc, node.DisplaySocketOf(domain.Id));
        await UnknownDomainsTable.Delete(db, domain.NodeId, domain.Id);
    }

    /// <summary>Looks once more whether it can be adopted, and writes its disks down.</summary>
    private static async Task<IReadOnlyList<VolumeRow>> Begin(AdoptDomain request, DomainRow domain, FoundDomain found, DiskFiles files, Work work)
    {
        if (found.NotNow.Concat(found.Obstacles).ToList() is [_, ..] obstacles) throw new RequestFailedException("not_adoptable", $"{found.Name} can't be adopted. {string.Join(' ', obstacles)}");
        var told = await work.Read(db => UnknownDomainsTable.Find(db, domain.NodeId, request.Machine, withKnown: true));
        if (told is null || found.Changes.Except(told.Changes).Any() || found.MemoryKib != told.MemoryKib || found.Vcpus != told.Vcpus || found.Mac != told.Mac || !found.Hardware.Equals(told.Hardware)
            || !found.Disks.Select(d => d.Path).SequenceEqual(told.DiskList.Select(d => d.Path)))
            throw new RequestFailedException("changed_meanwhile", $"{found.Name} was changed on its host since it was found. Look again with discover_domains.");
        if (found.Power is Power.Running or Power.Paused && domain.Name != found.Name)
            throw new RequestFailedException("not_off", $"{found.Name} was started meanwhile. Shut it down first.");
        return await work.Write<IReadOnlyList<VolumeRow>>(async db =>
        {
            RequestsTable.Progress(db, work.Row, 5, "Writing its disks down");
            foreach (var cd in found.Cds) await CdDrivesTable.Put(db, new() { DomainId = domain.Id, Target = cd.Target, File = cd.File });
            var volumes = found.Disks.Select(disk =>
            {
                var id = Guid.NewGuid();
                var isCopied = request.Disks is AdoptedDisks.Copy;
                return new VolumeRow
                {
                    Id = id,
                    DomainId = domain.Id,
                    Target = disk.Target,
                    Path = isCopied ? files.PathOf(id) : disk.Path,
                    Format = isCopied ? files.Format : disk.Format,
                    CapacityBytes = disk.CapacityBytes ?? 0,
                    IsUsed = true,
                };
            }).ToList();
            foreach (var volume in volumes) VolumesTable.Insert(db, volume);
            return volumes;
        });
    }
}
