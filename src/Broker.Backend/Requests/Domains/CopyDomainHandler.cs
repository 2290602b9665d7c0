using Broker.Backend.Domains;
using Broker.Backend.Nodes;
using Broker.Backend.VmManagers;
using Broker.Core.Domains;
using Broker.Core.Requests;
using Broker.Core.Requests.Domains;

namespace Broker.Backend.Requests.Domains;

/// <summary>Makes a second machine: its disks are copies, on the same images as those they are copies of.</summary>
public sealed class CopyDomainHandler : IHandler<CopyDomain>
{
    /// <inheritdoc/>
    public async Task<object?> Handle(CopyDomain request, Work work)
    {
        var domain = await work.Domain(request.Domain);
        var source = await work.Domain(request.Source);
        var node = await work.NodeOf(domain);
        if (source.IsBase) throw new RequestFailedException("is_a_base", $"{source.Name} became a base meanwhile: it is not copied but cloned, with {Clone.Spec.Word}.");
        switch ((await work.Look(node, source.Id))?.Power)
        {
            // what its system holds in memory is not on the disk yet
            case Power.Running or Power.Paused:
                throw new RequestFailedException("not_off", $"{source.Name} is running, and its disk is only whole when it is off. Shut it down, then ask again.");
            case Power.Saved:
                throw new RequestFailedException("hibernated", $"{source.Name} is hibernated: start it and shut it down first, or discard its memory with {ForceShutdownDomain.Spec.Word}.");
        }

        var files = await node.Files(work.Cancel);
        var disks = await work.Write(async db =>
        {
            RequestsTable.Progress(db, work.Row, 5, "Making room");
            var there = await VolumesTable.Disks(db, source.Id, domain.Id);
            var own = there[domain.Id].ToDictionary(d => d.Volume.Target);
            foreach (var cd in await CdDrivesTable.Of(db, source.Id)) await CdDrivesTable.Put(db, cd with { DomainId = domain.Id });
            return there[source.Id].Select(of => (Source: of, Copy: own.GetValueOrDefault(of.Volume.Target) ?? Copied(of))).ToList();

            Disk Copied(Disk of)
            {
                var id = Guid.NewGuid();
                var storage = of.Volume.IsForeign ? null : files.StorageOf(of.Volume.Path);
                var volume = of.Volume with { Id = id, DomainId = domain.Id, Path = files.PathOf(id, storage), SecondPath = null, Format = files.Format };
                VolumesTable.Insert(db, volume);
                return of with { Volume = volume };
            }
        });

        foreach (var ((from, to), i) in disks.Select((d, i) => (d, i)))
        {
            await work.OnLong(node, disks.Count == 1 ? $"Copying the disk of {source.Name}" : $"Copying disk {i + 1} of {disks.Count} of {source.Name}",
                10 + (80 * i / disks.Count), 10 + (80 * (i + 1) / disks.Count), (vm, percent, cancel) =>
                {
                    if (from.Volume is { IsForeign: true } foreign)
                        Capability.Of<ICanAdopt>(vm, node, "copy disks that others made").CopyDisk(new(foreign.Target, foreign.Path, foreign.Format, [], foreign.CapacityBytes), to.Volume.Path, percent, cancel);
                    else vm.Disks.Copy(from.Volume.Path, [.. from.Below.Select(v => v.Path)], to.Volume.Path, isExact: false, percent, cancel);
                    return true;
                });
        }

        var spec = await work.Read(db => Specs.Of(db, domain, node));
        await work.Step(95, "Telling the host");
        await work.On(node, Gate.Disk, vm => vm.Define(spec));
        work.AtEnd(db => DomainsTable.SetState(db, domain.Id, DomainState.Shutdown));
        return new { domain = domain.Id, name = domain.Name };
    }

    /// <inheritdoc/>
    public Task Undo(CopyDomain request, Work work, string why) => Unmake.HalfMade(request.Domain, work, why);
}
